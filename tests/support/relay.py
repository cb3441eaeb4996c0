"""A loopback port of this machine that leads to a port of a private daemon, whose network is its own."""

import ctypes
import os
import selectors
import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class Relay:
    """Passes connections to ``127.0.0.1:to`` in a network namespace on. ``port`` is where it listens."""

    def __init__(self, to: int, namespace: Path | None) -> None:
        self._to = to
        self._namespace = namespace
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._links: set[socket.socket] = set()
        self.accepted = 0
        """Connections that were made over it."""
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more, and cut every connection."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for link in list(self._links):
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:  # closed
                return
            self.accepted += 1
            threading.Thread(target=self._pass, args=(near,), name="relay link", daemon=True).start()

    def _pass(self, near: socket.socket) -> None:
        with near:
            try:
                self._enter()
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:  # nobody listens there: the client sees an end
                return
            with far, selectors.DefaultSelector() as selector:
                self._links |= {near, far}
                selector.register(near, selectors.EVENT_READ, far)
                selector.register(far, selectors.EVENT_READ, near)
                # A connection that is cut on one side is over.
                with suppress(OSError):
                    _pump(selector)
                self._links -= {near, far}

    def _enter(self) -> None:
        """Put this thread, and only it, into the namespace."""
        if self._namespace is None:
            return
        namespace = os.open(self._namespace, os.O_RDONLY)
        try:
            if _libc.setns(namespace, CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        finally:
            os.close(namespace)


def _pump(selector: selectors.BaseSelector) -> None:
    while True:
        for key, _ in selector.select():
            source = key.fileobj
            assert isinstance(source, socket.socket)
            data = source.recv(1 << 16)
            if not data:
                return
            key.data.sendall(data)


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port

"""libvirt's stream of one console, from its opening to its end."""

import logging
import threading
from collections.abc import Callable
from typing import Final

import libvirt

from tuivirt.core.console import Console, Take

log = logging.getLogger(__name__)

AT_ONCE: Final = 1 << 16
"""Bytes taken out of the stream at once."""
TURNS: Final = 8
"""How often that is done in one call of the event loop, so that one console does not keep it."""
_EVENTS: Final = (
    libvirt.VIR_STREAM_EVENT_READABLE | libvirt.VIR_STREAM_EVENT_ERROR | libvirt.VIR_STREAM_EVENT_HANGUP
)
_NO_SAFETY: Final = frozenset(
    {libvirt.VIR_ERR_INVALID_ARG, libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED}
)


class ConsoleStream:
    """Tells ``received``, and once ``ended`` if it fails or the other side ends it, on libvirt's thread.
    All else is called on the lane, or by what closes the session.
    """

    def __init__(
        self,
        conn: libvirt.virConnect,
        received: Callable[[bytes], None],
        ended: Callable[["ConsoleStream", libvirt.libvirtError | None], None],
    ) -> None:
        self._received: Callable[[bytes], None] | None = received
        self._ended: Callable[[ConsoleStream, libvirt.libvirtError | None], None] | None = ended
        self._lock = threading.Lock()
        """Held while bytes are taken out, so that the stream is not freed under that."""
        self._listening = False
        self._over = False
        self._stream: libvirt.virStream | None = conn.newStream(libvirt.VIR_STREAM_NONBLOCK)

    def open(self, dom: libvirt.virDomain, console: Console, take: Take) -> None:
        """``virDomainOpenConsole``, or ``virDomainOpenChannel`` for a channel. Raises libvirtError."""
        stream = self._stream
        assert stream is not None
        if console.channel:
            dom.openChannel(
                console.device, stream, libvirt.VIR_DOMAIN_CHANNEL_FORCE if take == "force" else 0
            )
        elif take == "force":
            dom.openConsole(console.device, stream, libvirt.VIR_DOMAIN_CONSOLE_FORCE)
        else:
            try:
                dom.openConsole(console.device, stream, libvirt.VIR_DOMAIN_CONSOLE_SAFE)
            except libvirt.libvirtError as error:
                if error.get_error_code() not in _NO_SAFETY:
                    raise
                # A hypervisor that does not know who has a console open.
                dom.openConsole(console.device, stream, 0)
        stream.eventAddCallback(_EVENTS, _happened, self)
        self._listening = True

    def send(self, data: bytes) -> int:
        """How many bytes were taken. Raises libvirtError."""
        assert self._stream is not None
        return max(0, self._stream.send(data))

    def drop(self, *, abort: bool) -> None:
        """Listen no more. ``abort``: tell the other side, which waits for a guest that does not read."""
        with self._lock:
            self._over = True
            stream = self._stream
        if stream is None:
            return
        steps = [stream.eventRemoveCallback] if self._listening else []
        self._listening = False
        for step in [*steps, stream.abort] if abort else steps:
            try:
                step()
            except libvirt.libvirtError as error:
                log.debug("ending a console: %s", error)

    def free(self) -> None:
        """Give back what is libvirt's, which holds the connection. Nobody may be sending any more.

        libvirt keeps what its binding counted for the callback, so the stream would never be freed by itself
        (seen with 9.0); what is left over then is this object without anything in it.
        """
        with self._lock:
            stream, self._stream = self._stream, None
            self._received = self._ended = None
            self._over = True
        if stream is not None:
            vars(stream).pop("cb", None)
            libvirt.virStream.__del__(stream)

    def read(self) -> None:
        """Take out what there is. Called on libvirt's event thread: no call here waits for anything."""
        for _ in range(TURNS):
            with self._lock:
                if self._over or self._stream is None:
                    return
                try:
                    data = self._stream.recv(AT_ONCE)
                except libvirt.libvirtError as error:
                    self._end(error)
                    return
                if isinstance(data, int):  # -2: nothing now
                    return
                if not data:
                    self._end(None)
                    return
                if self._received is not None:
                    self._received(data)

    def _end(self, error: libvirt.libvirtError | None) -> None:
        self._over = True
        assert self._stream is not None
        self._stream.eventUpdateCallback(0)
        if self._ended is not None:
            self._ended(self, error)


def _happened(_stream: libvirt.virStream, _events: int, stream: ConsoleStream) -> None:
    stream.read()

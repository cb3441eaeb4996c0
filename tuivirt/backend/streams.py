"""The console streams of one session."""

import threading
from collections.abc import Callable
from typing import Final

import libvirt

from tuivirt.backend.console_stream import ConsoleStream
from tuivirt.backend.lane import Job, Lane
from tuivirt.backend.places import Places
from tuivirt.core.console import Console, Take
from tuivirt.core.errors import HostError

PATIENCE: Final = 1.0
"""Seconds that the closing of a stream is waited for."""


class Streams:
    """Opens and closes them on a lane of its own, and lets none of them outlive the session."""

    def __init__(
        self,
        name: str,
        conn: libvirt.virConnect,
        places: Places,
        find: Callable[[str], libvirt.virDomain],
        *,
        in_process: bool,
    ) -> None:
        """``find`` looks a domain up by its UUID; it may raise libvirtError. ``in_process``: the driver is in
        this process, so that nobody else ends the streams.
        """
        self._in_process = in_process
        self._conn = conn
        self._places = places
        self._find = find
        # The connection is closed meanwhile, or the host is gone: the session tells that.
        self._lane = Lane(f"consoles {name}", tolerates=(HostError, libvirt.libvirtError))
        self._live: set[ConsoleStream] = set()
        self._lock = threading.Lock()

    def submit(self, job: Job) -> None:
        """Have it done on the lane."""
        self._lane.submit(job)

    def open(
        self,
        console: Console,
        take: Take,
        dom: libvirt.virDomain | None,
        received: Callable[[bytes], None],
        ended: Callable[[ConsoleStream, libvirt.libvirtError | None], None],
    ) -> tuple[ConsoleStream, libvirt.virDomain]:
        """Attach; the stream, and the domain as it was found. Raises libvirtError, or HostError."""

        def heard(data: bytes) -> None:
            self._places.heard()
            received(data)

        with self._places.acting("open console", console.domain.id):
            dom = dom or self._find(console.domain.id)
            stream = ConsoleStream(self._conn, heard, ended)
            try:
                stream.open(dom, console, take)
            except libvirt.libvirtError:
                stream.free()
                raise
            with self._lock:
                self._live.add(stream)
            return stream, dom

    def send(self, stream: ConsoleStream, data: bytes) -> int:
        with self._places.unasking("type"):
            return stream.send(data)

    def end(self, stream: ConsoleStream) -> None:
        """Close one, and wait for that a moment: a guest that does not read what was typed keeps it open."""
        closing = threading.Thread(target=self._end, args=(stream,), name="close console", daemon=True)
        closing.start()
        closing.join(PATIENCE)

    def _end(self, stream: ConsoleStream) -> None:
        try:
            with self._places.unasking("close console"):
                stream.drop(abort=True)
                stream.free()
        except HostError:
            return  # the session is over, and lets all of them go
        with self._lock:
            self._live.discard(stream)

    def is_active(self, console: Console) -> bool:
        """Whether the domain runs; one that is gone does not."""
        with self._places.safe("state"):
            try:
                return bool(self._find(console.domain.id).isActive())
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                    raise
                return False

    def stop(self) -> None:
        """Begin nothing any more."""
        self._lane.stop()

    def free(self) -> None:
        """Let go of the connection, with which the host ends them all; no call may be in flight."""
        with self._lock:
            live = list(self._live)
        for stream in live:
            stream.drop(abort=self._in_process)
            stream.free()

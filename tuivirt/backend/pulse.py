"""Notices that a connection is dead though nobody said so: its daemon is stopped, its packets are dropped.

Not libvirt's own keepalive: when that gives up a connection with more than one call on it, the process
crashes as a rule (CVE-2024-4418, mended in libvirt 10.3; Debian 12 has 9.0). So after some silence a quick
call is made, and when nothing has come for the whole window, not even its answer, the connection is lost.
"""

import time
from collections.abc import Callable

import libvirt

from tuivirt.backend.lane import Lane
from tuivirt.backend.opener import Appointment, Opener
from tuivirt.backend.places import Places
from tuivirt.core.errors import HostError

LEAST = 0.05
"""Seconds between two looks, at least."""


class Pulse:
    """Watches one connection. It asks on a lane of its own, and looks on the opener's, which never waits."""

    def __init__(
        self,
        name: str,
        places: Places,
        opener: Opener,
        keepalive: tuple[int, int],
        *,
        ask: Callable[[], object],
        lost: Callable[[], None],
    ) -> None:
        """``keepalive``: seconds of silence until it is asked, and how many times as long until it is
        ``lost``; 0 seconds: never. ``ask`` makes any quick call; raises libvirtError.
        """
        self._places = places
        self._opener = opener
        self._interval, count = keepalive
        self._window = self._interval * (count + 1)
        self._ask = ask
        self._lost = lost
        self._lane = Lane(f"pulse {name}", tolerates=(libvirt.libvirtError, HostError))
        self._asking = False
        self._next: Appointment | None = None
        self._stopped = False

    def begin(self) -> None:
        if self._interval > 0:
            self._look_in(self._interval)

    def stop(self) -> None:
        self._stopped = True
        if self._next is not None:
            self._opener.cancel(self._next)
        self._lane.stop()

    def _look_in(self, seconds: float) -> None:
        if not self._stopped:
            self._next = self._opener.later(max(seconds, LEAST), self._look)

    def _look(self) -> None:
        silence = time.monotonic() - self._places.last_sign
        # Only what has been asked can have been answered.
        if silence >= self._window and self._asking:
            self._lost()
            return
        if silence >= self._interval and not self._asking:
            self._asking = True
            self._lane.submit(self._ask_for_a_sign)
        self._look_in((self._window if self._asking else self._interval) - silence)

    def _ask_for_a_sign(self) -> None:
        try:
            with self._places.safe("sign of life"):
                self._ask()
        finally:
            self._asking = False

"""Calls for counters, which a hung guest holds up for as long as it hangs."""

import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress

import libvirt

from tuivirt.backend.lane import Lane
from tuivirt.backend.places import ASKING, Places
from tuivirt.core.errors import HostError
from tuivirt.resources.domain.stats import Samples

PATIENCE = 2.0
"""Seconds after which a call for counters is left behind …"""
LONGEST_PATIENCE = 60.0
"""… or twice what one has taken on that host, though no guest hung, but not more than this."""
WAIT = 0.5
"""Seconds to wait for a place."""


class HeldUpError(Exception):
    """The call was left behind, or there was no place for it."""


class Counters:
    """Makes one call at a time on a lane of its own. What was left behind, ``stuck`` calls, keeps its place;
    with as many as there are places no other is made.
    """

    def __init__(self, name: str, places: Places, returned: Callable[[float], None]) -> None:
        """``returned`` is told, from any thread, when a call that was left behind has come back, and after
        how many seconds. Its answer is not used: its counters are of different moments.
        """
        self._lane = Lane(f"counters {name}")
        self._places = places
        self._returned = returned
        self._stuck: set[Future[Samples | None]] = set()
        self._awaited: Future[Samples | None] = Future()
        self._patience = PATIENCE

    @property
    def stuck(self) -> int:
        return len(self._stuck)

    def ask(self, label: str, call: Callable[[], Samples | None]) -> Samples | None:
        """The answer of ``call``. Raises libvirtError, HostError, and HeldUpError."""
        if len(self._stuck) >= ASKING:
            raise HeldUpError
        answer = self._awaited = Future[Samples | None]()

        def job() -> None:
            # Nobody may be waiting any more when it has returned.
            with suppress(InvalidStateError):
                try:
                    answer.set_result(self._in_place(label, call))
                except (libvirt.libvirtError, HostError, HeldUpError) as error:
                    answer.set_exception(error)

        began = time.monotonic()
        self._lane.submit(job)
        try:
            return answer.result(self._patience + WAIT)
        except TimeoutError:
            if not self._lane.leave_behind(job):
                return answer.result(0)  # it has returned at this moment
        self._stuck.add(answer)
        self._places.leave_behind(label)
        answer.add_done_callback(lambda answer: self._came_back(answer, began))
        raise HeldUpError

    def _in_place(self, label: str, call: Callable[[], Samples | None]) -> Samples | None:
        place = self._places.take("asking", label, wait=WAIT)
        if place is None:
            raise HeldUpError
        try:
            return call()
        finally:
            self._places.leave(place)

    def was_slow(self, took: float) -> None:
        """A call has taken that long though no guest hung: the next one may too."""
        self._patience = max(self._patience, min(2 * took, LONGEST_PATIENCE))

    def _came_back(self, answer: Future[Samples | None], began: float) -> None:
        self._stuck.discard(answer)
        self._returned(time.monotonic() - began)

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._lane.stop()
        with suppress(InvalidStateError):
            self._awaited.set_exception(HostError("the connection was closed"))

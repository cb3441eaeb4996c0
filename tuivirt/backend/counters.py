"""Calls for counters, which a hung guest holds up for as long as it hangs."""

import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from functools import partial

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


_Outcome = Samples | Exception | None


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
        self._stuck: set[Future[_Outcome]] = set()
        self._awaited: Future[_Outcome] | None = None
        self._patience = PATIENCE

    @property
    def stuck(self) -> int:
        return len(self._stuck)

    def ask(self, label: str, call: Callable[[], Samples | None]) -> Samples | None:
        """The answer of ``call``. Raises libvirtError, HostError, and HeldUpError."""
        if len(self._stuck) >= ASKING:
            raise HeldUpError
        answer = self._awaited = Future[_Outcome]()
        job = partial(self._make, answer, label, call)
        began = time.monotonic()
        self._lane.submit(job)
        try:
            outcome = answer.result(self._patience + WAIT)
        except TimeoutError:
            if self._lane.withdraw(job):
                raise HeldUpError from None
            if self._lane.leave_behind(job):
                self._stuck.add(answer)
                self._places.leave_behind(label)
                answer.add_done_callback(lambda answer: self._came_back(answer, began))
                raise HeldUpError from None
            outcome = answer.result(0)  # it has returned at this moment
        finally:
            self._awaited = None
        if not isinstance(outcome, Exception):
            return outcome
        try:
            raise outcome
        finally:
            # A traceback that holds its own error holds libvirt's handles until some thread, perhaps that of
            # the user interface, collects garbage, and then closes the connection.
            del answer, outcome

    def _make(self, answer: "Future[_Outcome]", label: str, call: Callable[[], Samples | None]) -> None:
        outcome: _Outcome
        try:
            outcome = self._in_place(label, call)
        except (libvirt.libvirtError, HostError, HeldUpError) as error:
            outcome = error.with_traceback(None)
        with suppress(InvalidStateError):  # nobody waits any more
            answer.set_result(outcome)

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

    def _came_back(self, answer: "Future[_Outcome]", began: float) -> None:
        self._stuck.discard(answer)
        self._returned(time.monotonic() - began)

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._lane.stop()
        if (awaited := self._awaited) is not None:
            with suppress(InvalidStateError):
                awaited.set_result(HostError("the connection was closed"))

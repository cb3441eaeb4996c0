"""How many calls a connection may have in flight, and which are.

A daemon serves at most five requests of one client at a time (``max_client_requests``), so five stuck calls
freeze the connection. One place is therefore kept for what never waits for a guest (lists, states,
definitions), and one, whenever that is possible, for what must always work: forcing a hung guest off, and
aborting a job. Of the three in between our own questions get two, so that they never keep an action out.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import libvirt

from tuivirt.backend.nudger import Nudger
from tuivirt.core.backend import Call
from tuivirt.core.errors import HostError

SIZE = 5
ASKING = 2

ALONE = libvirt.getVersion() < 10_003_000
"""When a connection is lost with several calls on it, libvirt before 10.3 crashes in one case out of a
thousand (CVE-2024-4418), so that what is asked all the time waits for the call before it …"""
LASTING = 0.05
"""… until that has lasted so many seconds."""

Kind = Literal["safe", "asking", "acting", "urgent", "unasking"]


@dataclass(slots=True, eq=False)
class Place:
    """One call in flight."""

    label: str
    kind: Kind
    about: str
    """UUID of the one guest that it may wait for, else empty."""
    since: float = field(default_factory=time.monotonic)
    left: bool = False
    """Nobody waits for its answer any more."""
    nudges: int = 0


class Places:
    """The places for calls of one connection, and which calls are in them.

    Every call over the connection is made in a place, because a connection may not be closed under a call:
    libvirt would free what the call is using. Where there is no place, a call waits for one.
    """

    def __init__(self, nudge: Callable[[], object] | None = None) -> None:
        """``nudge`` makes any quick call, see ``Nudger``; None for a driver inside this process."""
        self._changed = threading.Condition()
        self._taken: list[Place] = []
        self._closed = False
        self.last_sign = time.monotonic()
        """When the other side was last heard of, monotonic seconds …"""
        self.heard_at = time.time()
        """… and seconds since the epoch, which go on while the machine sleeps."""
        self._nudging = False
        self._nudger: Nudger | None = None
        if nudge is not None:
            self._nudger = Nudger(lambda: self._nudge(nudge), self._in_flight)

    @contextmanager
    def safe(self, label: str) -> Iterator[None]:
        """A call that never waits for a guest. Raises HostError when the connection is closed, as the others
        do.
        """
        with self._in_place("safe", label):
            yield

    @contextmanager
    def asking(self, label: str, about: str = "") -> Iterator[None]:
        """A question of ours that may wait for a guest: for ``about``, where it is one."""
        with self._in_place("asking", label, about):
            yield

    @contextmanager
    def acting(self, label: str, about: str = "") -> Iterator[None]:
        """An action of the user."""
        with self._in_place("acting", label, about):
            yield

    @contextmanager
    def urgent(self, label: str, about: str = "") -> Iterator[None]:
        """A call that must not wait behind stuck ones."""
        with self._in_place("urgent", label, about):
            yield

    @contextmanager
    def unasking(self, label: str) -> Iterator[None]:
        """Bytes that nothing answers: in nobody's place, but the connection is not closed under them."""
        with self._in_place("unasking", label):
            yield

    def take(self, kind: Kind, label: str, about: str = "", *, wait: float | None = None) -> Place | None:
        """Take a place, to be given back with ``leave``; None when there was none for ``wait`` seconds."""
        since = time.monotonic()
        end = None if wait is None else since + wait
        with self._changed:
            while not self._closed and (hold := self._hold(kind, since)) != 0:
                left = None if end is None else end - time.monotonic()
                if left is not None and left <= 0:
                    return None
                self._changed.wait(min((each for each in (hold, left) if each is not None), default=None))
            if self._closed:
                raise HostError("the connection was closed")
            place = Place(label, kind, about)
            self._taken.append(place)
            if self._nudger is not None and len(self._taken) > 1:
                self._nudger.look()
            return place

    def leave(self, place: Place) -> None:
        """The call has returned."""
        if place.kind != "unasking":
            self.heard()
        with self._changed:
            self._taken.remove(place)
            self._changed.notify_all()

    def heard(self) -> None:
        """Something has come from the other side."""
        self.last_sign = time.monotonic()
        self.heard_at = time.time()

    def leave_behind(self, label: str) -> None:
        """Nobody waits any more for the calls of that label; they keep their places."""
        with self._changed:
            for place in self._taken:
                if place.label == label:
                    place.left = True

    def calls(self) -> tuple[Call, ...]:
        """The calls in flight, oldest first."""
        return tuple(Call(place.label, place.since, place.left) for place in self._in_flight())

    def waited_for(self, seconds: float) -> set[str]:
        """UUIDs of the guests that some call has been waiting for that long."""
        long_ago = time.monotonic() - seconds
        return {place.about for place in self._in_flight() if place.about and place.since <= long_ago}

    def close(self) -> None:
        """Let no further call begin."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            if self._nudger is not None:
                self._nudger.stop()

    def wait_until_empty(self) -> None:
        """Wait, without limit, until the last call has ended."""
        with self._changed:
            self._changed.wait_for(lambda: not self._taken and not self._nudging)

    def _nudge(self, nudge: Callable[[], object]) -> None:
        """Beyond the places: it is to reach libvirt's client, whether the daemon answers at once or not."""
        with self._changed:
            if self._closed:
                return
            self._nudging = True
        try:
            nudge()
        finally:
            with self._changed:
                self._nudging = False
                self._changed.notify_all()

    def _in_flight(self) -> list[Place]:
        with self._changed:
            return list(self._taken)

    def _hold(self, kind: Kind, since: float) -> float | None:
        """Seconds until a call may begin that has waited ``since`` then; None: until another has returned."""
        if not self._has_room(kind):
            return None
        others = [place for place in self._taken if place.kind != "unasking"]
        if not ALONE or self._nudger is None or not others or kind not in {"safe", "asking"}:
            return 0
        # Not longer in all: of many quick actions there is always a young one.
        return max(0.0, min(others[-1].since, since) + LASTING - time.monotonic())

    @contextmanager
    def _in_place(self, kind: Kind, label: str, about: str = "") -> Iterator[None]:
        place = self.take(kind, label, about)
        assert place is not None
        try:
            yield
        finally:
            self.leave(place)

    def _has_room(self, kind: Kind) -> bool:
        count = Counter(place.kind for place in self._taken)
        # One place is theirs, taken or not.
        taken = max(count["safe"], 1) + count["asking"] + count["acting"] + count["urgent"]
        match kind:
            case "safe":
                return count["safe"] == 0 or taken < SIZE - 1
            case "asking":
                return count["asking"] < ASKING and taken < SIZE - 1
            case "acting":
                return taken < SIZE - 1
            case "urgent":
                return taken < SIZE
            case "unasking":
                return True

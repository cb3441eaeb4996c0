"""Attempts begin at their time, and a handful at once; one that lasts leaves its place to the next."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.support.wait import PATIENCE, until
from tuivirt.backend import opener as opener_module
from tuivirt.backend.opener import PLACES, Opener


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def opener() -> Iterator[Opener]:
    made = Opener()
    yield made
    made.stop()


class Attempts:
    """Attempts by number, each of which lasts until the gate opens."""

    def __init__(self, opener: Opener, gate: threading.Event) -> None:
        self.opener, self.gate = opener, gate
        self.begun: list[int] = []
        self.jobs: dict[int, Callable[[], None]] = {}

    def begin(self, number: int, *, at_once: bool = False) -> bool:
        """Whether it has to wait."""
        self.jobs[number] = job = partial(self.run, number)
        return self.opener.begin(f"open {number}", job, at_once=at_once) is not None

    def run(self, number: int) -> None:
        self.begun.append(number)
        assert self.gate.wait(PATIENCE)


def test_a_handful_at_once_and_in_their_order(opener: Opener, gate: threading.Event) -> None:
    attempts = Attempts(opener, gate)
    waits = [attempts.begin(number) for number in range(3 * PLACES)]
    assert waits == [False] * PLACES + [True] * 2 * PLACES
    until(lambda: len(attempts.begun) == PLACES, "as many as may")
    assert sorted(attempts.begun) == list(range(PLACES))
    gate.set()
    until(lambda: len(attempts.begun) == 3 * PLACES, "all")


def test_one_that_somebody_waits_for_is_not_held_up(opener: Opener, gate: threading.Event) -> None:
    attempts = Attempts(opener, gate)
    for number in range(2 * PLACES):
        attempts.begin(number)
    until(lambda: len(attempts.begun) == PLACES, "the places are taken")
    assert not attempts.begin(100, at_once=True)
    until(lambda: 100 in attempts.begun, "it has begun all the same")
    assert len(attempts.begun) == PLACES + 1


def test_those_that_last_leave_their_places(
    opener: Opener, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opener_module, "YOUTH", 0.05)
    attempts = Attempts(opener, gate)
    for number in range(3 * PLACES):
        attempts.begin(number)
    until(lambda: len(attempts.begun) == 3 * PLACES, "all have begun, though none has ended")


def test_one_that_waits_can_be_taken_back(opener: Opener, gate: threading.Event) -> None:
    attempts = Attempts(opener, gate)
    for number in range(PLACES):
        attempts.begin(number)
    waiting = opener.begin("open last", lambda: attempts.begun.append(99), at_once=False)
    assert waiting is not None
    opener.cancel(waiting)
    gate.set()
    until(lambda: not opener._young, "all are over")
    assert 99 not in attempts.begun


def test_what_is_for_later_is_done_at_its_time(opener: Opener) -> None:
    done: list[tuple[str, float]] = []

    def note(name: str) -> None:
        done.append((name, time.monotonic()))

    began = time.monotonic()
    opener.later(0.06, partial(note, "second"))
    opener.later(0.03, partial(note, "first"))
    opener.cancel(opener.later(0.01, partial(note, "cancelled")))
    until(lambda: len(done) == 2, "both")
    assert [name for name, _ in done] == ["first", "second"]
    assert all(at - began >= least for (_, at), least in zip(done, (0.03, 0.06), strict=True))


def test_nothing_begins_after_the_end(opener: Opener, gate: threading.Event) -> None:
    attempts = Attempts(opener, gate)
    for number in range(2 * PLACES):
        attempts.begin(number)
    opener.later(0, lambda: attempts.begun.append(99))
    until(lambda: len(attempts.begun) >= PLACES, "the first")
    opener.stop()
    before = list(attempts.begun)
    gate.set()
    until(lambda: not [t for t in threading.enumerate() if t.name == "opener"], "its thread ends")
    assert attempts.begun == before

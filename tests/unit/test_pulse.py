"""A connection of which nothing comes any more is lost; one that is quiet is asked, no more than needed."""

import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.support.wait import PATIENCE, until
from tuivirt.backend.opener import Opener
from tuivirt.backend.places import Places
from tuivirt.backend.pulse import Pulse

INTERVAL, COUNT = 0.1, 2
WINDOW = INTERVAL * (COUNT + 1)


class Watched:
    """A connection that answers, or does not."""

    def __init__(self) -> None:
        self.places = Places()
        self.opener = Opener()
        self.answers = threading.Event()
        self.answers.set()
        self.asked: list[float] = []
        self.lost: list[float] = []
        self.pulse = Pulse(
            "host",
            self.places,
            self.opener,
            (INTERVAL, COUNT),  # type: ignore[arg-type]
            ask=self.ask,
            lost=lambda: self.lost.append(time.monotonic()),
        )

    def ask(self) -> None:
        self.asked.append(time.monotonic())
        assert self.answers.wait(PATIENCE)


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.answers.set()
    made.pulse.stop()
    made.opener.stop()


def test_a_quiet_one_is_asked_now_and_then(watched: Watched) -> None:
    watched.pulse.begin()
    until(lambda: len(watched.asked) >= 3, "asked three times")
    assert all(later - sooner >= INTERVAL for sooner, later in pairwise(watched.asked))
    assert not watched.lost


def test_nothing_is_asked_while_something_comes(watched: Watched) -> None:
    for _ in range(3):
        watched.places.heard()
        watched.pulse._look()
    assert watched.pulse._lane.finish(10)
    assert not watched.asked
    watched.places.last_sign -= INTERVAL
    watched.pulse._look()
    until(lambda: watched.asked, "it has been quiet")


def test_one_that_does_not_answer_is_lost_after_the_window_and_once(watched: Watched) -> None:
    watched.answers.clear()
    watched.pulse.begin()
    began = watched.places.last_sign
    until(lambda: watched.lost, "it is lost")
    assert watched.lost[0] - began >= WINDOW
    assert len(watched.asked) == 1
    watched.answers.set()
    until(lambda: not watched.places.calls(), "the answer came after all")
    assert len(watched.lost) == 1


def test_a_stuck_call_does_not_make_it_lost(watched: Watched) -> None:
    """It is asked beside it, and answers."""
    with watched.places.asking("stats"):
        watched.pulse.begin()
        until(lambda: len(watched.asked) >= 5, "asked and answered")
    assert not watched.lost


def test_after_its_end_nothing_is_asked_or_told(watched: Watched) -> None:
    watched.answers.clear()
    watched.pulse.begin()
    until(lambda: watched.asked, "it was asked")
    watched.pulse.stop()
    until(lambda: time.monotonic() - watched.asked[0] > 2 * WINDOW, "its time is over")
    assert not watched.lost


def test_zero_seconds_is_never(watched: Watched) -> None:
    pulse = Pulse("host", watched.places, watched.opener, (0, 3), ask=watched.ask, lost=lambda: None)
    pulse.begin()
    assert not watched.opener._appointments

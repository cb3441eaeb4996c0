"""At most five calls in flight, and none when a connection is closed."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.support.wait import AT_ONCE, PATIENCE, until
from tuivirt.backend import places as places_module
from tuivirt.backend.places import ASKING, SIZE, Places
from tuivirt.core.errors import HostError


class Callers:
    """Threads that are each in a place until they are let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.threads: list[threading.Thread] = []
        self.refused: list[str] = []

    def enter(self, place: Callable[[str], AbstractContextManager[None]], label: str) -> None:
        def call() -> None:
            try:
                with place(label):
                    self.go.wait(PATIENCE)
            except HostError:
                self.refused.append(label)

        self.threads.append(threading.Thread(target=call, daemon=True))
        self.threads[-1].start()

    def leave(self) -> None:
        self.go.set()
        for thread in self.threads:
            thread.join(PATIENCE)


def test_where_libvirt_needs_it_calls_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for those that last."""
    monkeypatch.setattr(places_module, "ALONE", True)
    monkeypatch.setattr(places_module, "LASTING", 60)
    places, callers = Places(lambda: None), Callers()
    callers.enter(places.acting, "save")
    until(places.calls, "one is in flight")
    assert places.take("safe", "list", wait=0) is None
    with monkeypatch.context() as patch:
        patch.setattr(places_module, "LASTING", 0.05)
        listing = places.safe("list")
        listing.__enter__()
    (save,) = (call for call in places.calls() if call.label == "save")
    assert time.monotonic() - save.since >= 0.05
    assert places.take("safe", "another", wait=0) is None, "the young one is waited for"
    listing.__exit__(None, None, None)
    monkeypatch.setattr(places_module, "LASTING", 0)
    with places.safe("another"):
        assert len(places.calls()) == 2
    callers.leave()
    places.close()


def test_one_that_waits_begins_as_soon_as_the_other_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places_module, "ALONE", True)
    monkeypatch.setattr(places_module, "LASTING", 60)
    places, callers = Places(lambda: None), Callers()
    callers.enter(places.safe, "first")
    until(places.calls, "one is in flight")
    callers.enter(places.safe, "second")
    assert [call.label for call in places.calls()] == ["first"]
    callers.leave()
    assert places.calls() == ()
    places.close()


def test_young_ones_that_follow_each_other_are_not_waited_for_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As when an action is performed on a hundred domains: lists go on."""
    monkeypatch.setattr(places_module, "ALONE", True)
    places, over = Places(lambda: None), threading.Event()
    monkeypatch.setattr(places_module, "LASTING", 0.3)

    def act(later: float) -> None:
        over.wait(later)
        while not over.is_set():
            with places.acting("quick"):
                over.wait(0.1)

    for later in (0, 0.05):  # so that one of them is always in flight
        threading.Thread(target=act, args=(later,), daemon=True).start()
    until(lambda: len(places.calls()) == 2, "they go on")
    began = time.monotonic()
    with places.safe("list"):
        assert time.monotonic() - began < AT_ONCE
    over.set()
    places.close()


def test_five_at_most_and_one_of_them_for_what_is_urgent() -> None:
    places, callers = Places(), Callers()
    callers.enter(places.safe, "list")
    for number in range(10):
        callers.enter(places.acting, f"action {number}")
    until(lambda: len(places.calls()) == SIZE - 1, "all but the urgent place are taken")
    callers.enter(places.urgent, "force off")
    until(lambda: len(places.calls()) == SIZE, "the urgent one has its place")
    assert places.calls()[-1].label == "force off"
    callers.enter(places.urgent, "another")
    assert len(places.calls()) == SIZE
    callers.leave()
    assert places.calls() == ()


def test_what_never_waits_for_a_guest_always_finds_a_place() -> None:
    """Also when everything else came first, and several may be taken while there is room."""
    places, callers = Places(), Callers()
    for number in range(5):
        callers.enter(places.acting, f"action {number}")
        callers.enter(places.urgent, f"force off {number}")
    until(lambda: len(places.calls()) == SIZE - 1, "all but one are taken")
    with places.safe("list"):
        assert len(places.calls()) == SIZE
    callers.leave()
    with places.safe("list"), places.safe("definition"):
        assert len(places.calls()) == 2


def test_our_own_questions_never_keep_an_action_out() -> None:
    places, callers = Places(), Callers()
    for number in range(5):
        callers.enter(places.asking, f"stats {number}")
    until(lambda: len(places.calls()) == ASKING, "as many as may")
    with places.acting("start"), places.safe("list"), places.urgent("force off"):
        assert len(places.calls()) == SIZE
    assert places.take("asking", "another", wait=0) is None
    callers.leave()


def test_the_urgent_place_is_free_again_before_anything_else_begins() -> None:
    places, callers, hanging = Places(), Callers(), Callers()
    for number in range(3):
        callers.enter(places.acting, f"action {number}")
    until(lambda: len(places.calls()) == 3, "three")
    hanging.enter(places.urgent, "force off")
    until(lambda: len(places.calls()) == 4, "and one that hangs")
    callers.leave()
    callers.go.clear()
    for number in range(5):
        callers.enter(places.acting, f"later {number}")
    until(lambda: len(places.calls()) == 3, "two more, not three")
    with places.urgent("abort"):
        assert len(places.calls()) == 4
    callers.leave()
    hanging.leave()


def test_the_oldest_call_comes_first_and_one_left_behind_says_so() -> None:
    places, callers = Places(), Callers()
    for label in ("first", "second", "third"):
        callers.enter(places.acting, label)
        until(lambda: len(places.calls()) == len(callers.threads), label)
    places.leave_behind("second")
    calls = places.calls()
    assert [(call.label, call.left) for call in calls] == [
        ("first", False),
        ("second", True),
        ("third", False),
    ]
    assert [call.since for call in calls] == sorted(call.since for call in calls)
    callers.leave()


def test_which_guests_are_waited_for() -> None:
    places = Places()
    with places.acting("pause", "a"), places.safe("list"), places.asking("sizes", "b"):
        assert places.waited_for(0) == {"a", "b"}
        assert places.waited_for(60) == set()
    assert places.waited_for(0) == set()


def test_whoever_answers_has_been_heard() -> None:
    places = Places()
    places.last_sign = 0.0
    with places.unasking("type"):
        pass
    assert places.last_sign == 0.0, "nobody answers that"
    with places.asking("stats"):
        pass
    assert places.last_sign > 0.0


def test_a_call_that_fails_leaves_its_place() -> None:
    places = Places()
    for _ in range(SIZE):
        with pytest.raises(ZeroDivisionError), places.acting("fails"):
            raise ZeroDivisionError
    assert places.calls() == ()


def test_when_closed_nothing_begins_and_the_last_call_is_waited_for() -> None:
    places, callers = Places(), Callers()
    for number in range(4):
        callers.enter(places.acting, f"slow {number}")
    until(lambda: len(places.calls()) == 3, "three are in flight, and one waits")
    empty = threading.Event()

    def wait() -> None:
        places.wait_until_empty()
        empty.set()

    threading.Thread(target=wait, daemon=True).start()
    places.close()
    callers.threads[3].join(PATIENCE)
    assert callers.refused == ["slow 3"]
    for place in (places.safe, places.asking, places.acting, places.urgent):
        with pytest.raises(HostError, match="closed"), place("late"):
            pytest.fail("no call may begin")
    assert not empty.is_set()
    callers.leave()
    assert empty.wait(PATIENCE)

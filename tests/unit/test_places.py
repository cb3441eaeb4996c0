"""At most five calls in flight, and none when a connection is closed."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.support.wait import until
from tuivirt.backend.places import SHARED, Places
from tuivirt.core.errors import HostError

LIMIT = 5
"""``max_client_requests`` of libvirtd as it is shipped."""


class Callers:
    """Threads that are each in a place until they are let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.threads: list[threading.Thread] = []

    def enter(self, place: Callable[[str], AbstractContextManager[None]], label: str) -> None:
        def call() -> None:
            with place(label):
                self.go.wait(10)

        self.threads.append(threading.Thread(target=call, daemon=True))
        self.threads[-1].start()

    def leave(self) -> None:
        self.go.set()
        for thread in self.threads:
            thread.join(10)


def test_five_at_most_and_one_of_them_for_what_is_urgent() -> None:
    places, callers = Places(), Callers()
    callers.enter(places.read, "list")
    for number in range(10):
        callers.enter(places.shared, f"action {number}")
    until(lambda: len(places.calls()) == 1 + SHARED, "all but the urgent place are taken")
    callers.enter(places.urgent, "force off")
    until(lambda: len(places.calls()) == LIMIT, "the urgent one has its place")
    assert [label for label, _ in places.calls()][-1] == "force off"
    callers.enter(places.urgent, "another")
    assert len(places.calls()) == LIMIT
    callers.leave()
    assert places.calls() == ()


def test_the_oldest_call_comes_first() -> None:
    places, callers = Places(), Callers()
    for label in ("first", "second", "third"):
        callers.enter(places.shared, label)
        until(lambda: len(places.calls()) == len(callers.threads), label)
    started = [at for _, at in places.calls()]
    assert [label for label, _ in places.calls()] == ["first", "second", "third"]
    assert started == sorted(started)
    callers.leave()


def test_a_call_that_fails_leaves_its_place() -> None:
    places = Places()
    for _ in range(SHARED + 1):
        with pytest.raises(ZeroDivisionError), places.shared("fails"):
            raise ZeroDivisionError
    assert places.calls() == ()


def test_when_closed_nothing_begins_and_the_last_call_is_waited_for() -> None:
    places, callers = Places(), Callers()
    callers.enter(places.shared, "slow")
    until(places.calls, "it is in flight")
    empty = threading.Event()

    def wait() -> None:
        places.wait_until_empty()
        empty.set()

    threading.Thread(target=wait, daemon=True).start()
    places.close()
    for place in (places.read, places.shared, places.urgent):
        with pytest.raises(HostError, match="closed"), place("late"):
            pytest.fail("no call may begin")
    assert not empty.is_set()
    callers.leave()
    assert empty.wait(10)

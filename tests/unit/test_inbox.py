"""The inbox wakes its reader when there is something to read, once; an outlet shuts for good."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from tests.support.wait import PATIENCE
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.outlet import Outlet
from tuivirt.core.changes import ConnectionRemoved


def change(number: int) -> ConnectionRemoved:
    return ConnectionRemoved(str(number))


def test_what_came_before_the_reader_wakes_it_when_it_comes() -> None:
    inbox, woken = Inbox(), []
    inbox.put(change(1))
    inbox.attach(lambda: woken.append(1))
    assert woken == [1]
    assert inbox.drain() == [change(1)]
    assert inbox.drain() == []


def test_nothing_to_read_wakes_nobody() -> None:
    inbox, woken = Inbox(), []
    inbox.attach(lambda: woken.append(1))
    assert woken == []
    inbox.put(change(1))
    inbox.put(change(2))
    assert woken == [1]
    assert inbox.drain() == [change(1), change(2)]
    inbox.put(change(3))
    assert woken == [1, 1]


def test_a_reader_that_left_is_not_woken() -> None:
    inbox, woken = Inbox(), []
    inbox.attach(lambda: woken.append(1))
    inbox.detach()
    inbox.put(change(1))
    assert woken == []
    assert inbox.drain() == [change(1)]


@given(st.lists(st.booleans(), max_size=50))
def test_after_every_put_the_reader_has_been_woken_since_it_last_read(steps: list[bool]) -> None:
    """Steps are puts and drains; a reader that drains only when woken never misses one."""
    inbox = Inbox()
    awake = [False]
    inbox.attach(lambda: awake.__setitem__(0, True))
    put = read = 0
    for is_put in steps:
        if is_put:
            inbox.put(change(put))
            put += 1
        elif awake[0]:
            awake[0] = False
            read += len(inbox.drain())
        assert awake[0] or read == put


def test_from_many_threads_nothing_is_lost_and_each_keeps_its_order() -> None:
    inbox, woken = Inbox(), threading.Event()
    inbox.attach(woken.set)
    count, threads = 200, 4

    def write(writer: int) -> None:
        for number in range(count):
            inbox.put(ConnectionRemoved(f"{writer} {number}"))

    writers = [threading.Thread(target=write, args=(n,), daemon=True) for n in range(threads)]
    for writer in writers:
        writer.start()
    got: list[str] = []
    while len(got) < count * threads:
        assert woken.wait(PATIENCE)
        woken.clear()
        got += [c.name for c in inbox.drain() if isinstance(c, ConnectionRemoved)]
    for n in range(threads):
        assert [name for name in got if name.startswith(f"{n} ")] == [f"{n} {i}" for i in range(count)]


def test_nothing_comes_through_an_outlet_that_is_shut() -> None:
    inbox = Inbox()
    outlet = Outlet(inbox)
    outlet.put(change(1))
    outlet.shut()
    outlet.put(change(2))
    assert not outlet.is_open
    assert inbox.drain() == [change(1)]


def test_after_shut_has_returned_no_thread_gets_anything_through() -> None:
    inbox = Inbox()
    outlet = Outlet(inbox)
    begun, over = threading.Event(), threading.Event()

    def write() -> None:
        while not over.is_set():
            outlet.put(change(0))
            begun.set()

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    assert begun.wait(PATIENCE)
    outlet.shut()
    inbox.drain()
    over.set()
    writer.join(PATIENCE)
    assert inbox.drain() == []


def test_a_reader_that_shuts_the_outlet_when_woken_does_not_wait_for_itself() -> None:
    inbox = Inbox()
    outlet = Outlet(inbox)
    inbox.attach(outlet.shut)
    outlet.put(change(1))
    assert not outlet.is_open

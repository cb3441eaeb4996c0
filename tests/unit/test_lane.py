"""Lanes run jobs in order, as many at once as they may, and let go at once."""

import logging
import threading
from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wait import PATIENCE, until
from tuivirt.backend.lane import Job, Lane


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What jobs of a test wait for; opened at its end, so that no thread stays behind."""
    event = threading.Event()
    yield event
    event.set()


def wait_for(event: threading.Event) -> None:
    event.wait(PATIENCE)


def test_jobs_run_in_their_order() -> None:
    lane, done = Lane("order"), []
    for number in range(100):
        lane.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    assert lane.finish(10)
    lane.stop()
    assert done == list(range(100))


def test_threads_are_daemons_and_started_on_demand() -> None:
    lane = Lane("on demand", threads=3)
    assert not [t for t in threading.enumerate() if t.name == "on demand"]
    lane.submit(lambda: None)
    assert lane.finish(10)
    (thread,) = [t for t in threading.enumerate() if t.name == "on demand"]
    assert thread.daemon
    lane.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.parametrize("threads", [2, 3])
def test_a_stuck_job_leaves_the_other_threads_free(threads: int, gate: threading.Event) -> None:
    """Also when the jobs come so close together that the first idle thread has not woken up yet."""
    lane = Lane("stuck", threads=threads)
    # Idle threads first: an idle one that was notified must not be counted on for a second job.
    for _ in range(20):
        lane.submit(lambda: None)
        assert lane.finish(10)
        stuck, ran = threading.Event(), threading.Event()
        barrier = threading.Event()

        def block(barrier: threading.Event = barrier, stuck: threading.Event = stuck) -> None:
            stuck.set()
            barrier.wait(PATIENCE)

        lane.submit(block)
        lane.submit(ran.set)
        assert ran.wait(PATIENCE)
        barrier.set()
        assert stuck.wait(PATIENCE)
        assert lane.finish(10)
    lane.stop()


def test_never_more_threads_than_allowed(gate: threading.Event) -> None:
    lane, running = Lane("bounded", threads=2), []

    def block() -> None:
        running.append(threading.get_ident())
        gate.wait(PATIENCE)

    for _ in range(6):
        lane.submit(block)
    until(lambda: len(running) == 2, "two run")
    assert len([t for t in threading.enumerate() if t.name == "bounded"]) == 2
    gate.set()
    assert lane.finish(10)
    assert len(running) == 6
    assert len(set(running)) == 2
    lane.stop()


def test_withdraw_takes_back_what_has_not_begun(gate: threading.Event) -> None:
    lane, done = Lane("withdraw"), []
    begun = threading.Event()

    def first() -> None:
        begun.set()
        gate.wait(PATIENCE)

    def second() -> None:
        done.append("second")

    lane.submit(first)
    lane.submit(second)
    assert begun.wait(PATIENCE)
    assert lane.withdraw(second)
    assert not lane.withdraw(second)
    assert not lane.withdraw(first)
    gate.set()
    assert lane.finish(10)
    assert not done
    lane.stop()


def test_a_job_left_behind_holds_nobody_up(gate: threading.Event) -> None:
    lane, done, begun = Lane("behind"), [], threading.Event()

    def stuck() -> None:
        begun.set()
        gate.wait(PATIENCE)
        done.append("stuck")

    lane.submit(stuck)
    lane.submit(lambda: done.append("next"))
    assert not lane.leave_behind(lambda: None)
    assert begun.wait(PATIENCE)
    assert lane.leave_behind(stuck)
    assert not lane.leave_behind(stuck)
    assert lane.finish(10)
    assert done == ["next"]
    gate.set()
    until(lambda: len([t for t in threading.enumerate() if t.name == "behind"]) == 1, "its thread ends")
    lane.submit(lambda: done.append("last"))
    assert lane.finish(10)
    assert done == ["next", "stuck", "last"]
    lane.stop()


def test_stop_returns_at_once_and_nothing_begins_after_it(gate: threading.Event) -> None:
    lane, done = Lane("stop", threads=2), []
    begun = threading.Event()

    def block() -> None:
        begun.set()
        gate.wait(PATIENCE)

    lane.submit(block)
    assert begun.wait(PATIENCE)
    lane.submit(partial(wait_for, gate))
    lane.submit(lambda: done.append(1))
    lane.stop()
    lane.submit(lambda: done.append(2))
    gate.set()
    until(lambda: not [t for t in threading.enumerate() if t.name == "stop"], "the threads have ended")
    assert not done


def test_a_defect_is_logged_and_the_lane_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    lane, done = Lane("defect", tolerates=(OSError,)), []

    def fails(error: Exception) -> None:
        raise error

    with caplog.at_level(logging.INFO):
        lane.submit(lambda: fails(ZeroDivisionError("a defect")))
        lane.submit(lambda: fails(OSError("as it happens")))
        lane.submit(lambda: done.append(1))
        assert lane.finish(10)
    lane.stop()
    assert done == [1]
    assert [(r.levelname, bool(r.exc_info)) for r in caplog.records] == [("ERROR", True), ("INFO", False)]


def test_finish_tells_when_it_was_not_in_time(gate: threading.Event) -> None:
    lane = Lane("late")
    assert lane.finish(0)
    lane.submit(partial(wait_for, gate))
    assert not lane.finish(0.01)
    gate.set()
    assert lane.finish(10)
    lane.stop()


class Counting(Lane):
    """Seeks its own jobs: counts down, then waits."""

    def __init__(self, count: int, pause: float | None) -> None:
        super().__init__("counting")
        self.left, self.looks, self.pause = count, 0, pause
        self.order: list[str] = []

    def set(self, count: int) -> None:
        with self._changing():
            self.left = count

    def _seek(self) -> tuple[Job | None, float | None]:
        self.looks += 1
        if not self.left:
            return None, self.pause
        self.left -= 1
        return lambda: self.order.append("own"), None


def test_a_lane_that_seeks_its_own_jobs() -> None:
    lane = Counting(0, None)
    lane.set(3)
    until(lambda: lane.order == ["own"] * 3, "all three")
    lane.submit(lambda: lane.order.append("given"))
    assert lane.finish(10)
    lane.set(1)
    until(lambda: lane.order == ["own", "own", "own", "given", "own"], "another")
    lane.stop()


def test_it_looks_again_when_its_time_has_come_and_not_before() -> None:
    lane = Counting(0, 0.01)
    lane.set(0)
    until(lambda: lane.looks >= 3, "it looks by itself")
    lane.stop()
    patient = Counting(0, None)
    patient.set(0)
    until(lambda: patient.looks, "its first look")
    assert patient.looks == 1
    patient.stop()


@given(threads=st.integers(1, 4), jobs=st.lists(st.booleans(), max_size=30))
def test_every_job_runs_exactly_once(threads: int, jobs: list[bool]) -> None:
    """Whether the lane was quiet before it or not."""
    lane, done = Lane("once", threads=threads), []
    for number, quiet in enumerate(jobs):
        if quiet:
            assert lane.finish(10)
        lane.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    assert lane.finish(10)
    lane.stop()
    assert sorted(done) == list(range(len(jobs)))

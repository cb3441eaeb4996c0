"""No question of the user interface stays without an answer."""

import threading

import libvirt
import pytest

from tests.support.wait import PATIENCE
from tuivirt.backend.lane import Lane
from tuivirt.backend.questions import Questions
from tuivirt.core.errors import HostError


def test_an_answer() -> None:
    lane = Lane("answer")
    assert Questions("test:///default").ask(lane, lambda: 42).result(10) == 42
    lane.stop()


def test_an_error_of_libvirt_comes_as_ours() -> None:
    lane = Lane("error")

    def question() -> int:
        raise libvirt.libvirtError("it is gone")

    future = Questions("test:///default").ask(lane, question)
    with pytest.raises(HostError, match="it is gone"):
        future.result(10)
    lane.stop()


def test_an_error_of_ours_comes_as_it_is() -> None:
    lane = Lane("ours")

    def question() -> int:
        raise HostError("hangs", hint="wait")

    with pytest.raises(HostError, match="hangs") as caught:
        Questions("test:///default").ask(lane, question).result(10)
    assert caught.value.hint == "wait"
    lane.stop()


def test_what_waits_and_what_is_stuck_fails_when_the_session_ends() -> None:
    lane, questions = Lane("ends"), Questions("test:///default")
    begun, go = threading.Event(), threading.Event()

    def stuck() -> int:
        begun.set()
        go.wait(PATIENCE)
        return 1

    futures = [questions.ask(lane, stuck), questions.ask(lane, stuck)]
    assert begun.wait(PATIENCE)
    questions.close()
    lane.stop()
    for future in (*futures, questions.ask(lane, stuck)):
        with pytest.raises(HostError, match="closed"):
            future.result(0)
    go.set()
    # The late answer is dropped, without a fault on the lane.
    assert lane.finish(10)


def test_one_that_nobody_waits_for_any_more_is_not_asked() -> None:
    lane, questions, asked = Lane("cancelled"), Questions("test:///default"), []
    go = threading.Event()

    def wait() -> None:
        go.wait(PATIENCE)

    lane.submit(wait)
    future = questions.ask(lane, lambda: asked.append(1))
    assert future.cancel()
    go.set()
    assert lane.finish(10)
    lane.stop()
    assert not asked

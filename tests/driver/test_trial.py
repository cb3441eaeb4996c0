"""A connection tested from an event loop: steps as they come, questions on the loop, nobody left waiting."""

import asyncio
import threading
from pathlib import Path

import pytest

from tests.support.headless import Headless
from tests.support.hosts import HostDomain, write_host
from tests.support.wait import until
from tuivirt.backend.trial import trial
from tuivirt.core.question import Answer, Question
from tuivirt.core.steps import Step


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return write_host(tmp_path / "host.xml", [HostDomain("web01")], users={"joe": "hunter2"})


def threads_of_trials() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "test"]


async def test_questions_are_asked_on_the_loop(uri: str) -> None:
    asked: list[Question] = []

    async def ask(question: Question) -> Answer:
        asked.append(question)
        await asyncio.sleep(0)
        return Answer("joe" if question.kind == "user" else "hunter2")

    steps = [step async for step in trial(uri, ask)]
    assert [step.step for step in steps] == ["URI", "file", "open", "driver", "list"]
    assert all(step.ok for step in steps)
    assert [question.kind for question in asked] == ["user", "password"]


@pytest.mark.parametrize("option", [False, True])
async def test_an_app_that_only_reads_tests_so(tmp_path: Path, option: bool) -> None:
    uri = write_host(tmp_path / "open.xml", [HostDomain("web01")])

    async def nobody(question: Question) -> None:
        raise AssertionError(question)

    with Headless(read_only=option) as app:
        steps = {step.step: step async for step in app.fleet.test(uri, nobody, read_only=False)}
    assert steps["open"].detail == ("read-only" if option else "for reading and writing")


async def test_a_cancelled_question_fails_the_test(uri: str) -> None:
    async def ask(_question: Question) -> None:
        return None

    *_, last = [step async for step in trial(uri, ask)]
    assert last == Step("authentication", False, "you cancelled the login", "Test again to be asked again.")


async def test_a_test_that_is_given_up_leaves_no_thread_behind(uri: str) -> None:
    asking = asyncio.Event()

    async def ask(_question: Question) -> None:
        asking.set()
        await asyncio.Event().wait()

    async def run() -> None:
        async for _ in trial(uri, ask):
            pass

    task = asyncio.create_task(run())
    await asking.wait()
    assert threads_of_trials()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    until(lambda: not threads_of_trials(), "the thread has ended")

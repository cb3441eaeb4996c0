"""The stepwise test of a connection for an event loop: what takes long happens on a thread."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING

from tuivirt.backend import doctor
from tuivirt.backend.askpass import Askpass
from tuivirt.core.question import Answer, Question
from tuivirt.core.steps import Step

if TYPE_CHECKING:
    from tuivirt.backend.vault import Vault

_Asked = tuple[Question, "Future[Answer | None]"]


async def trial(
    uri: str,
    ask: Callable[[Question], Awaitable[Answer | None]],
    *,
    read_only: bool = False,
    vault: "Callable[[], Vault] | None" = None,
    askpass: Askpass | None = None,
) -> AsyncIterator[Step]:
    """The steps of ``doctor``, each as soon as it is done. ``ask`` is awaited here for what the host asks.

    ``vault`` and ``askpass``: those of the app, if it shares them.
    """
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[Step | _Asked | None] = asyncio.Queue()
    answers: list[Future[Answer | None]] = []
    over = False

    def put(item: Step | _Asked | None) -> None:
        with suppress(RuntimeError):  # the loop has ended, and the app with it
            loop.call_soon_threadsafe(told.put_nowait, item)

    def ask_there(question: Question) -> Answer | None:
        answer: Future[Answer | None] = Future()
        answers.append(answer)
        if over:
            return None
        put((question, answer))
        return answer.result()

    def work() -> None:
        try:
            for step in doctor.steps(
                uri, read_only=read_only, by=doctor.Interviewer(ask_there, vault, askpass)
            ):
                put(step)
        finally:
            put(None)

    # A daemon thread: quitting must not wait for a host that does not answer.
    threading.Thread(target=work, name="test", daemon=True).start()
    try:
        while (item := await told.get()) is not None:
            if isinstance(item, Step):
                yield item
            else:
                question, answer = item
                answer.set_result(await ask(question))
    finally:
        over = True
        for answer in answers:
            if not answer.done():
                answer.set_result(None)

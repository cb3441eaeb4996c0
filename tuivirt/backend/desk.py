"""Where threads that open connections put their questions, and wait for what the user answers."""

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import NamedTuple

from tuivirt.backend.inbox import Inbox
from tuivirt.core.changes import Asked, AskedNoMore, Happened
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.core.question import Answer, Question

Heard = Callable[[Answer | None], None]
"""Hears the user's answer; None cancels."""


class Pending(NamedTuple):
    """A question that was asked; the future has the answer, None when there will be none."""

    id: int
    answer: Future[str | None]


class Desk:
    """Hands questions to the user interface and answers back. An answer passes through and is not kept."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[Pending, Heard]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, question: Callable[[int], Question], heard: Heard) -> Pending:
        """Ask; ``question`` makes it with its number, ``heard`` is called before the answer is passed on."""
        pending = Pending(next(self._numbers), Future())
        with self._lock:
            if self._closed:
                pending.answer.set_result(None)
                return pending
            self._waiting[pending.id] = pending, heard
            # Under the lock, so that it is never withdrawn before it was told.
            self._inbox.put(Asked(question(pending.id)))
        return pending

    def answer(self, number: int, answer: Answer | None) -> None:
        """The user's answer; None cancels."""
        found = self._take(number)
        if found is not None:
            pending, heard = found
            heard(answer)
            pending.answer.set_result(answer.text if answer is not None else None)

    def withdraw(self, number: int) -> None:
        """Nobody waits for the answer any more."""
        found = self._take(number)
        if found is not None:
            found[0].answer.set_result(None)

    def tell(self, connection: str, sentence: str) -> None:
        """Say that something around a question went wrong."""
        from tuivirt.resources.host import KIND  # here: most hosts ask nothing

        key = Key(connection, KIND, connection)
        self._inbox.put(Happened(Entry(time.time(), key, connection, "connection", sentence, ok=False)))

    def close(self) -> None:
        """Withdraw everything, and ask nothing any more."""
        with self._lock:
            self._closed = True
            numbers = list(self._waiting)
        for number in numbers:
            self.withdraw(number)

    def _take(self, number: int) -> tuple[Pending, Heard] | None:
        with self._lock:
            found = self._waiting.pop(number, None)
            if found is not None:
                self._inbox.put(AskedNoMore(number))
        return found

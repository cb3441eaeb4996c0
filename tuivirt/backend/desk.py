"""Where threads that open connections put their questions, and wait for what the user answers."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import NamedTuple

from tuivirt.backend.inbox import Inbox
from tuivirt.core.changes import Asked, AskedNoMore
from tuivirt.core.question import Question


class Pending(NamedTuple):
    """A question that was asked; the future has the answer, None when there will be none."""

    id: int
    answer: Future[str | None]


class Desk:
    """Hands questions to the user interface and answers back. An answer passes through and is not kept."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[Pending, Callable[[], None]]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, question: Callable[[int], Question], cancelled: Callable[[], None]) -> Pending:
        """Ask; ``question`` makes it with its number, ``cancelled`` is called when the user cancels."""
        pending = Pending(next(self._numbers), Future())
        with self._lock:
            if self._closed:
                pending.answer.set_result(None)
                return pending
            self._waiting[pending.id] = pending, cancelled
            # Under the lock, so that it is never withdrawn before it was told.
            self._inbox.put(Asked(question(pending.id)))
        return pending

    def answer(self, number: int, text: str | None) -> None:
        """The user's answer; None cancels."""
        found = self._take(number)
        if found is not None:
            pending, cancelled = found
            if text is None:
                cancelled()
            pending.answer.set_result(text)

    def withdraw(self, number: int) -> None:
        """Nobody waits for the answer any more."""
        found = self._take(number)
        if found is not None:
            found[0].answer.set_result(None)

    def close(self) -> None:
        """Withdraw everything, and ask nothing any more."""
        with self._lock:
            self._closed = True
            numbers = list(self._waiting)
        for number in numbers:
            self.withdraw(number)

    def _take(self, number: int) -> tuple[Pending, Callable[[], None]] | None:
        with self._lock:
            found = self._waiting.pop(number, None)
            if found is not None:
                self._inbox.put(AskedNoMore(number))
        return found

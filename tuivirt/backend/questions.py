"""Answers that the user interface waits for."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, TypeVar

import libvirt

from tuivirt.backend.errors import explain_error
from tuivirt.backend.lane import Lane
from tuivirt.core.errors import HostError

T = TypeVar("T")


class Questions:
    """The questions of one session. None stays unanswered: what is open when the session ends fails."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._open: set[Future[Any]] = set()
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, lane: Lane, question: Callable[[], T]) -> Future[T]:
        """Answer on a lane; an error of libvirt comes as HostError."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                future.set_exception(HostError("the connection was closed"))
                return future
            self._open.add(future)
        lane.submit(lambda: self._answer(future, question))
        return future

    def close(self) -> None:
        """Let all that waits fail; an answer that comes later is dropped."""
        with self._lock:
            self._closed = True
            unanswered, self._open = self._open, set()
        for future in unanswered:
            with suppress(InvalidStateError):
                future.set_exception(HostError("the connection was closed before the answer came"))

    def _answer(self, future: Future[T], question: Callable[[], T]) -> None:
        if future.done():
            return
        # When the answer is there the session may have ended, or nobody may want to know any more.
        with suppress(InvalidStateError):
            try:
                future.set_result(question())
            except libvirt.libvirtError as error:
                future.set_exception(explain_error(error, self._uri))
            except HostError as error:
                future.set_exception(error)
        with self._lock:
            self._open.discard(future)

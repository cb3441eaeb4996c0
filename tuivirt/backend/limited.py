"""Calls that may never return, with a limit on how long they are waited for."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class UnansweredError(Exception):
    """A call did not come back within its limit. Its thread was left behind."""


def limited(call: Callable[[], T], timeout: float, *errors: type[BaseException]) -> T:
    """The result of ``call``, made on a daemon thread so that a hung one does not keep the process alive.

    Raises what the call raises of the kinds in ``errors``, and UnansweredError after ``timeout`` seconds.
    """
    answer: Future[T] = Future()

    def work() -> None:
        try:
            answer.set_result(call())
        except errors as error:
            answer.set_exception(error)

    threading.Thread(target=work, name="limited call", daemon=True).start()
    try:
        return answer.result(timeout)
    except TimeoutError:
        if answer.done():
            raise  # the call's own
        raise UnansweredError from None

"""The inbox as one session sees it."""

import threading

from tuivirt.backend.inbox import Inbox
from tuivirt.core.changes import Change


class Outlet:
    """Passes changes on until it is shut.

    A call that was in flight when its session ended answers later, on any thread: rows of a connection that
    is closed, or of one that has been listed anew, must not come from it.
    """

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._lock = threading.RLock()
        self._open = True

    def put(self, change: Change) -> None:
        """Pass a change on, or drop it when the session is over."""
        with self._lock:
            if self._open:
                self._inbox.put(change)

    def shut(self) -> None:
        """Nothing comes through after this has returned."""
        with self._lock:
            self._open = False

    @property
    def is_open(self) -> bool:
        return self._open

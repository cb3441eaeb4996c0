"""Where every thread puts changes and the UI thread takes them."""

import threading
from collections import deque
from collections.abc import Callable

from tuivirt.core.changes import Change


class Inbox:
    """A queue that wakes its reader once, however many changes come before it reads.

    It fills before there is a reader: connections open while Textual is still being imported.
    """

    def __init__(self) -> None:
        self._changes: deque[Change] = deque()
        self._lock = threading.Lock()
        self._wake: Callable[[], None] | None = None
        self._woken = False

    def attach(self, wake: Callable[[], None]) -> None:
        """``wake`` is called from any thread when there is something to drain, now included."""
        with self._lock:
            self._wake = wake
            self._woken = bool(self._changes)
            pending = self._woken
        if pending:
            wake()

    def detach(self) -> None:
        """Wake nobody any more: the loop that was woken is about to end."""
        with self._lock:
            self._wake = None

    def put(self, change: Change) -> None:
        with self._lock:
            self._changes.append(change)
            if self._woken or self._wake is None:
                return
            self._woken = True
            wake = self._wake
        wake()

    def drain(self) -> list[Change]:
        """All changes since the last call, in order."""
        with self._lock:
            changes = list(self._changes)
            self._changes.clear()
            self._woken = False
        return changes

"""How many calls a connection may have in flight.

A daemon serves at most five requests of one client at a time (``max_client_requests``), so five stuck
calls freeze the connection. The read lane is one thread and always has its place; stats, probes and
actions share three more; the fifth is kept for what must always work, forcing a hung guest off.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SHARED = 3


class Places:
    """The places for calls of one connection, and which calls are in them."""

    def __init__(self) -> None:
        self._shared = threading.Semaphore(SHARED)
        self._urgent = threading.Semaphore(1)
        self._calls: dict[int, tuple[str, float]] = {}

    @contextmanager
    def read(self, label: str) -> Iterator[None]:
        """A call of the read lane."""
        with self._counted(label):
            yield

    @contextmanager
    def shared(self, label: str) -> Iterator[None]:
        """Any other call; waits for a place."""
        with self._shared, self._counted(label):
            yield

    @contextmanager
    def urgent(self, label: str) -> Iterator[None]:
        """A call that must not wait behind stuck ones."""
        with self._urgent, self._counted(label):
            yield

    def calls(self) -> tuple[tuple[str, float], ...]:
        """Label and start (monotonic seconds) of the calls in flight, oldest first."""
        return tuple(sorted(tuple(self._calls.values()), key=lambda call: call[1]))

    @contextmanager
    def _counted(self, label: str) -> Iterator[None]:
        token = threading.get_ident()
        self._calls[token] = (label, time.monotonic())
        try:
            yield
        finally:
            del self._calls[token]

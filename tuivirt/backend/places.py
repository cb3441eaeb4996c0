"""How many calls a connection may have in flight, and which are.

A daemon serves at most five requests of one client at a time (``max_client_requests``), so five stuck
calls freeze the connection. The read lane asks only what never waits for a guest, and always has its place;
stats, probes, questions to guests and actions share three more; the fifth is kept for what must always work,
forcing a hung guest off.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tuivirt.core.errors import HostError

SHARED = 3


class Places:
    """The places for calls of one connection, and which calls are in them.

    Every call over the connection is made in a place, because a connection may not be closed under a call:
    libvirt would free what the call is using.
    """

    def __init__(self) -> None:
        self._shared = threading.Semaphore(SHARED)
        self._urgent = threading.Semaphore(1)
        self._changed = threading.Condition()
        self._calls: dict[int, tuple[str, float]] = {}
        self._closed = False

    @contextmanager
    def read(self, label: str) -> Iterator[None]:
        """A call of the read lane. Raises HostError when the connection is closed, as the others do."""
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

    @contextmanager
    def unasking(self, label: str) -> Iterator[None]:
        """Bytes that nothing answers: in nobody's place, but the connection is not closed under them."""
        with self._counted(label):
            yield

    def calls(self) -> tuple[tuple[str, float], ...]:
        """Label and start (monotonic seconds) of the calls in flight, oldest first."""
        with self._changed:
            return tuple(sorted(self._calls.values(), key=lambda call: call[1]))

    def close(self) -> None:
        """Let no further call begin."""
        with self._changed:
            self._closed = True

    def wait_until_empty(self) -> None:
        """Wait, without limit, until the last call has ended."""
        with self._changed:
            self._changed.wait_for(lambda: not self._calls)

    @contextmanager
    def _counted(self, label: str) -> Iterator[None]:
        token = threading.get_ident()
        with self._changed:
            if self._closed:
                raise HostError("the connection was closed")
            self._calls[token] = (label, time.monotonic())
        try:
            yield
        finally:
            with self._changed:
                del self._calls[token]
                self._changed.notify_all()

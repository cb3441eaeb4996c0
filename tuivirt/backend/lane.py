"""Lanes: daemon threads for blocking calls.

Not ``ThreadPoolExecutor`` or Textual's thread workers: those keep the process alive after quit for as long
as one call hangs.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable

log = logging.getLogger(__name__)

Job = Callable[[], None]


class Lane:
    """One daemon thread that runs jobs in order; started by the first job.

    A job reports its own failures. One that raises is a defect: it is logged, and the lane goes on.
    """

    def __init__(self, name: str, *, threads: int = 1) -> None:
        self._name = name
        self._limit = threads
        self._threads = 0
        self._idle = 0
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._stopped = False

    def submit(self, job: Job) -> None:
        """Run ``job`` after the ones before it; nothing happens after ``stop``."""
        with self._changed:
            if self._stopped:
                return
            self._jobs.append(job)
            if self._idle == 0 and self._threads < self._limit:
                self._threads += 1
                threading.Thread(target=self._run, name=self._name, daemon=True).start()
            else:
                self._changed.notify()

    def withdraw(self, job: Job) -> bool:
        """Take back a job that has not begun; whether that was still possible."""
        with self._changed:
            try:
                self._jobs.remove(job)
            except ValueError:
                return False
            return True

    def stop(self) -> None:
        """Forget what waits and end the threads; a job that runs is left to itself."""
        with self._changed:
            self._stopped = True
            self._jobs.clear()
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._jobs:
                    if self._stopped:
                        return
                    self._idle += 1
                    self._changed.wait()
                    self._idle -= 1
                job = self._jobs.popleft()
            try:
                job()
            except Exception:  # a defect in one job must not end the lane
                log.exception("a job of lane %s failed", self._name)

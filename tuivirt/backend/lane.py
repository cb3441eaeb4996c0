"""Lanes: daemon threads for blocking calls.

Not ``ThreadPoolExecutor`` or Textual's thread workers: those keep the process alive after quit for as long
as one call hangs.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

Job = Callable[[], None]


class Lane:
    """Daemon threads that run jobs in their order; started when there is something to do.

    A job may end with an exception that the lane ``tolerates``: that is logged. Any other is a defect, logged
    as such, and the lane goes on. A subclass may know by itself what to do next: see ``_seek``.
    """

    def __init__(self, name: str, *, threads: int = 1, tolerates: tuple[type[Exception], ...] = ()) -> None:
        self._name = name
        self._limit = threads
        self._tolerates = tolerates
        self._threads = 0
        self._idle = 0
        self._jobs: deque[Job] = deque()
        self._running: dict[int, Job] = {}
        """By thread."""
        self._left: set[int] = set()
        """Threads that were left behind with their jobs."""
        lock = threading.RLock()
        self._condition = threading.Condition(lock)
        self._quiet = threading.Condition(lock)
        self._stopped = False

    def submit(self, job: Job) -> None:
        """Run ``job`` after the ones before it; nothing happens after ``stop``."""
        with self._changing():
            self._jobs.append(job)

    def withdraw(self, job: Job) -> bool:
        """Take back a job that has not begun; whether that was still possible."""
        with self._condition:
            try:
                self._jobs.remove(job)
            except ValueError:
                return False
            return True

    def leave_behind(self, job: Job) -> bool:
        """Leave a job that runs to itself: another thread goes on with what waits. Whether it was running."""
        with self._changing():
            thread = next((thread for thread, running in self._running.items() if running is job), None)
            if thread is None:
                return False
            del self._running[thread]
            self._left.add(thread)
            self._threads -= 1
            return True

    def stop(self) -> None:
        """Forget what waits and end the threads; a job that runs is left to itself."""
        with self._condition:
            self._stopped = True
            self._jobs.clear()
            self._condition.notify_all()

    def finish(self, timeout: float | None = None) -> bool:
        """Wait until all that was submitted is done; whether it was within ``timeout`` seconds."""
        with self._quiet:
            return self._quiet.wait_for(lambda: not self._jobs and self._idle == self._threads, timeout)

    def _seek(self) -> tuple[Job | None, float | None]:
        """What to do while nothing is submitted: a job, or else how many seconds to wait before the next
        look (None: until something changes). Called with the lane's lock held.
        """
        return None, None

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Change under the lock what ``_seek`` looks at, then have a thread look."""
        with self._condition:
            yield
            if self._stopped:
                self._jobs.clear()
                return
            # An idle thread that was notified counts as idle until it runs, hence more than one job for it.
            if self._threads == 0 or (len(self._jobs) > self._idle and self._threads < self._limit):
                self._threads += 1
                threading.Thread(target=self._run, name=self._name, daemon=True).start()
            self._condition.notify_all()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except self._tolerates as error:
                log.info("%s: %s", self._name, error)
            except Exception:  # a defect in one job must not end the lane
                log.exception("a job of lane %s failed", self._name)
            # What the job holds, such as libvirt's handles, must not live until the next one.
            del job

    def _next(self) -> Job | None:
        """Wait for the next job; None when the lane has stopped, or goes on without this thread."""
        me = threading.get_ident()
        with self._condition:
            self._running.pop(me, None)
            if me in self._left:
                self._left.remove(me)
                return None
            while not self._stopped:
                job, wait = (self._jobs.popleft(), None) if self._jobs else self._seek()
                if job is not None:
                    self._running[me] = job
                    return job
                self._idle += 1
                self._quiet.notify_all()
                self._condition.wait(wait)
                self._idle -= 1
            self._threads -= 1
            self._quiet.notify_all()
            return None

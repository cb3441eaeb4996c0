"""Begins attempts to connect: each at its time, and of those that nobody waits for a handful at once."""

import threading
import time
from dataclasses import dataclass
from functools import partial

from tuivirt.backend.lane import Job, Lane

PLACES = 6
"""Attempts that may be young at once: each is a burst of questions, and an ssh of its own."""
YOUTH = 3.0
"""Seconds after which an attempt leaves its place to the next: one to a dead host lasts without limit."""


@dataclass(slots=True, eq=False)
class Appointment:
    """Something to be done at a time; see ``Opener.cancel``."""

    due: float
    """Monotonic seconds."""
    job: Job
    name: str = ""
    """Of the thread that does it: an attempt has one of its own."""
    gated: bool = False
    """It waits for a place."""


class Opener(Lane):
    """One thread for all connections, which starts a thread for each attempt."""

    def __init__(self) -> None:
        super().__init__("opener")
        self._appointments: list[Appointment] = []
        """In the order in which they were made."""
        self._young: dict[Appointment, float] = {}
        """Attempts in a place, and when it ends (monotonic seconds)."""

    def begin(self, name: str, attempt: Job, *, at_once: bool) -> Appointment | None:
        """Run an attempt on a thread of its own, ``at_once`` or when there is a place; if it has to wait for
        one, what to ``cancel`` it by.
        """
        appointment = Appointment(time.monotonic(), attempt, name, gated=not at_once)
        with self._changing():
            waiting = sum(other.gated for other in self._appointments)
            self._appointments.append(appointment)
            return None if at_once or self._places(appointment.due) > waiting else appointment

    def later(self, seconds: float, job: Job) -> Appointment:
        """Do something that takes no time, later, on this lane."""
        appointment = Appointment(time.monotonic() + seconds, job)
        with self._changing():
            self._appointments.append(appointment)
        return appointment

    def cancel(self, appointment: Appointment) -> None:
        """Take back what has not begun."""
        with self._condition:
            self._appointments = [a for a in self._appointments if a is not appointment]

    def stop(self) -> None:
        with self._condition:
            super().stop()
            self._appointments.clear()

    def _places(self, now: float) -> int:
        return PLACES - sum(end > now for end in self._young.values())

    def _seek(self) -> tuple[Job | None, float | None]:
        now = time.monotonic()
        waits = []
        for appointment in self._appointments:
            if appointment.due > now:
                waits.append(appointment.due - now)
            elif not appointment.gated or self._places(now):
                self._appointments.remove(appointment)
                if not appointment.name:
                    return appointment.job, None
                if appointment.gated:
                    self._young[appointment] = now + YOUTH
                return partial(self._start, appointment), None
            else:
                waits.append(min(end for end in self._young.values() if end > now) - now)
        return None, min(waits, default=None)

    def _start(self, appointment: Appointment) -> None:
        threading.Thread(
            target=self._attempt, args=(appointment,), name=appointment.name, daemon=True
        ).start()

    def _attempt(self, appointment: Appointment) -> None:
        try:
            appointment.job()
        finally:
            with self._changing():
                self._young.pop(appointment, None)

"""Wakes libvirt's client when it has forgotten a call.

Of several threads with a call on one connection, one reads and writes for all of them. Another that has a
call to send wakes it, and that gets lost when the first was about to wait again (seen with libvirt 9.0: one
call in ten to one in some hundreds, made right after another). The call then lies there until something else
comes along, which is the next keepalive message, five seconds later. While the first is stuck or lasts
(a hung guest, a managed save), every list and every counter on the connection would take that long.

Any other call wakes it too. So while one call lasts, another that is not answered soon is followed by one.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import libvirt

if TYPE_CHECKING:
    from tuivirt.backend.places import Place

log = logging.getLogger(__name__)

BEAT = 0.1
"""Seconds without an answer after which a call may have been forgotten."""
LONG = 0.3
"""Seconds that a call lasts before it may make others be forgotten: they are sent when it returns."""


class Nudger:
    """Watches the calls of one connection while there is more than one."""

    def __init__(self, nudge: Callable[[], object], in_flight: Callable[[], Sequence["Place"]]) -> None:
        """``nudge`` makes any quick call; ``in_flight`` tells the calls, oldest first."""
        self._nudge = nudge
        self._in_flight = in_flight
        self._wanted = threading.Event()
        self._stopped = False
        self._started = False

    def look(self) -> None:
        """There is more than one call in flight."""
        if not self._started:
            self._started = True
            threading.Thread(target=self._run, name="nudge", daemon=True).start()
        self._wanted.set()

    def stop(self) -> None:
        self._stopped = True
        self._wanted.set()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            while not self._stopped and len(calls := self._in_flight()) > 1:
                now = time.monotonic()
                # Of all, for each has its own time: not ``any`` of them.
                late = [call for call in calls[1:] if forgotten(call, now)]
                if late and now - calls[0].since > LONG:
                    try:
                        self._nudge()
                    except libvirt.libvirtError as error:
                        log.info("nudge: %s", error)
                time.sleep(BEAT)
            if self._stopped:
                return


def forgotten(call: "Place", now: float) -> bool:
    """Whether a call may lie there unsent. What never waits for a guest is back soon, or asked for again and
    again if it is many calls; of any other, one that just lasts, it is less likely the longer it takes.
    """
    after = BEAT * (call.nudges + 1 if call.kind == "safe" else 2**call.nudges)
    if now - call.since < after:
        return False
    call.nudges += 1
    return True

"""The progress of a libvirt job while its call blocks."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

import libvirt

from tuivirt.backend.places import Places
from tuivirt.core.errors import HostError

log = logging.getLogger(__name__)

INTERVAL = 0.5
"""Seconds between two looks."""


class JobWatcher:
    """Tells ``progress`` (0…1) of a domain's job now and then, until it is stopped."""

    def __init__(self, dom: libvirt.virDomain, places: Places, progress: Callable[[float], object]) -> None:
        self._dom = dom
        self._places = places
        self._progress = progress
        self._over = threading.Event()
        threading.Thread(target=self._watch, name="progress", daemon=True).start()

    def stop(self) -> None:
        """The call has returned; a look that is under way may still be told."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(INTERVAL):
            try:
                with self._places.asking("progress", self._dom.UUIDString()):
                    if self._over.is_set():
                        return
                    job = self._dom.jobStats(0)
            except HostError as error:
                log.info("progress: %s", error)
                return
            except libvirt.libvirtError as error:
                # No job yet or any more, or a driver that tells none; the call itself tells the result.
                log.info("progress: %s", error)
                if error.get_error_code() == libvirt.VIR_ERR_NO_SUPPORT:
                    return
                continue
            if (done := fraction(job)) is not None:
                self._progress(done)
            if job.get("type") == libvirt.VIR_DOMAIN_JOB_COMPLETED:
                # libvirt is not done with the guest, and a question now can spoil it (dump with reset, 9.0).
                return


def fraction(job: Mapping[str, Any]) -> float | None:
    """0…1 from ``virDomainGetJobStats``; None while it tells no total.

    From what remains, as virsh does: what was processed leaves out the pages that need not be copied. A dump
    counts memory alone; what writes disks too counts both together.
    """
    for kind in ("data", "memory"):
        total: int = job.get(f"{kind}_total", 0)
        remaining: int = job.get(f"{kind}_remaining", total)
        if total > 0:
            return min(max(1 - remaining / total, 0.0), 1.0)
    return None

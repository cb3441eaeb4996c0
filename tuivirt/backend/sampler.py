"""The stats lane: one bulk call per tick, never a second one while one is in flight.

Its own thread, because a single hung guest blocks the call for as long as it hangs.
"""

import logging
import threading
import time
from collections.abc import Callable

import libvirt

from tuivirt.backend.inbox import Inbox
from tuivirt.backend.places import Places
from tuivirt.core.backend import Watch
from tuivirt.core.changes import HostSampled, Sampled
from tuivirt.core.usage import Sample
from tuivirt.resources.domain import stats
from tuivirt.resources.domain.read import Handles
from tuivirt.resources.host import read_load

log = logging.getLogger(__name__)

PAUSE_PER_SECOND = 10.0
"""A tick comes no sooner than ten times the last call's own time, so that slow hosts are asked less."""
ALL_GROUPS = frozenset({"memory", "vcpu"})
"""What one reading of every domain asks for: the sizes that the list shows of inactive domains too."""


class Sampler:
    """Samples the domains of one session while somebody looks."""

    def __init__(
        self,
        name: str,
        conn: libvirt.virConnect,
        places: Places,
        inbox: Inbox,
        *,
        handles: Callable[[], Handles],
        in_process: bool,
        interval: float,
    ) -> None:
        self._name = name
        self._conn = conn
        self._places = places
        self._inbox = inbox
        self._handles = handles
        self._in_process = in_process
        self._interval = interval
        self._watch = Watch()
        self._all = False
        self._once: dict[str, libvirt.virDomain] = {}
        self._vcpus: dict[str, int] = {}
        self._due = 0.0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._host_tells = True

    def watch(self, watch: Watch) -> None:
        """What is on screen now; a first look is answered at once."""
        with self._changed:
            if watch.groups - self._watch.groups or (watch.stats and not self._watch.stats):
                self._due = 0.0
            self._watch = watch
            self._wake()

    def all_once(self) -> None:
        """Sample every domain, inactive ones too, as soon as the lane is free."""
        with self._changed:
            self._all = True
            self._wake()

    def once(self, uuid: str, handle: libvirt.virDomain) -> None:
        """Sample one domain that has changed."""
        with self._changed:
            self._once[uuid] = handle
            self._wake()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"stats {self._name}", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and not self._all and not self._once:
                    wait = self._due - time.monotonic() if self._ticking else None
                    if wait is not None and wait <= 0:
                        break
                    self._changed.wait(wait)
                if self._stopped:
                    return
                watch, everything, once = self._watch, self._all, self._once
                self._all, self._once = False, {}
                tick = self._ticking and time.monotonic() >= self._due
            started = time.monotonic()
            try:
                self._turn(watch, everything=everything, once=once, tick=tick)
            except libvirt.libvirtError as error:
                # A lost connection is told by its close callback; any other failure must not end the ticks.
                log.info("stats of %s: %s", self._name, error)
            if tick:
                took = time.monotonic() - started
                self._due = started + max(self._interval, took * PAUSE_PER_SECOND)

    @property
    def _ticking(self) -> bool:
        return self._watch.stats or self._watch.host

    def _turn(
        self, watch: Watch, *, everything: bool, once: dict[str, libvirt.virDomain], tick: bool
    ) -> None:
        if everything:
            self._report(
                lambda: stats.sample_all(self._conn, watch.groups | ALL_GROUPS), "stats of all domains"
            )
        elif once:
            chosen = list(once.values())
            self._report(
                lambda: stats.sample_some(self._conn, chosen, watch.groups | ALL_GROUPS),
                "stats of some domains",
            )
        elif watch.stats and watch.everyone:
            self._report(lambda: stats.sample_active(self._conn, watch.groups), "stats")
        elif watch.stats:
            # Each running guest costs its daemon about 8 ms and us 25 µs: leave out who is not on screen.
            handles = self._handles()
            visible = [handles[key.id] for key in watch.visible if key.id in handles]
            if visible:
                self._report(lambda: stats.sample_some(self._conn, visible, watch.groups), "stats")
        if tick and watch.host and self._host_tells:
            self._sample_host()

    def _report(self, ask: Callable[[], dict[str, Sample]], label: str) -> None:
        started = time.monotonic()
        with self._places.shared(label):
            samples = ask()
        took = time.monotonic() - started
        if self._in_process:
            stats.add_info(samples, self._info_wanted(samples))
        for uuid, sample in samples.items():
            if sample.vcpus is not None:
                self._vcpus[uuid] = sample.vcpus
        if samples and not self._stopped:
            self._inbox.put(Sampled(self._name, samples, took))

    def _info_wanted(self, samples: dict[str, Sample]) -> Handles:
        """The domains to ask for ``info()``: all the first time, then those on screen."""
        handles = self._handles()
        seen = {uuid for uuid in samples if uuid in handles}
        visible = {key.id for key in self._watch.visible}
        return {uuid: handles[uuid] for uuid in seen if uuid in visible or uuid not in self._vcpus}

    def _sample_host(self) -> None:
        with self._places.shared("host stats"):
            load, rtt = read_load(self._conn)
        if load is None:
            self._host_tells = False
        else:
            self._inbox.put(HostSampled(self._name, load, rtt))

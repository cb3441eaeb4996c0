"""The stats lane: one bulk call per tick, never a second one while one is in flight.

Its own thread, because a single hung guest blocks the call for as long as it hangs.
"""

import time
from collections.abc import Callable
from functools import partial

import libvirt

from tuivirt.backend.host_load import HostLoads
from tuivirt.backend.lane import Job, Lane
from tuivirt.backend.outlet import Outlet
from tuivirt.backend.places import Places
from tuivirt.core.backend import Watch
from tuivirt.core.changes import HostSampled, Sampled
from tuivirt.core.errors import HostError
from tuivirt.resources.domain import stats
from tuivirt.resources.domain.read import Handles
from tuivirt.resources.domain.stats import Samples

PAUSE_PER_SECOND = 10.0
"""A tick comes no sooner than ten times the last call's own time, so that slow hosts are asked less …"""
LONGEST_PAUSE = 30.0
"""… but no later than this many seconds after a guest has hung for minutes."""
SIZES = frozenset({"memory", "vcpu"})
"""What the first reading of a domain asks for: the list shows the sizes of inactive domains too."""


class Sampler(Lane):
    """Samples the domains of one session while somebody looks."""

    def __init__(
        self,
        name: str,
        conn: libvirt.virConnect,
        places: Places,
        outlet: Outlet,
        *,
        handles: Callable[[], Handles],
        in_process: bool,
        interval: float,
    ) -> None:
        # A lost connection is told by its close callback; any other failure must not end the ticks.
        super().__init__(f"stats {name}", tolerates=(libvirt.libvirtError, HostError))
        self._connection = name
        self._conn = conn
        self._places = places
        self._outlet = outlet
        self._handles = handles
        self._in_process = in_process
        self._interval = interval
        self._host = HostLoads(conn)
        self._watch = Watch()
        self._all = False
        self._once: Handles = {}
        self._due = 0.0
        """When the next tick is due, monotonic seconds; 0: at once."""
        self._took = 0.0
        self._bulk_tells = True
        """Whether the bulk call tells more than states."""
        self._seen: set[str] = set()
        """UUIDs whose sizes are known, where the bulk call does not tell them."""

    def watch(self, watch: Watch) -> None:
        """What is on screen now; a first look is answered at once."""
        with self._changing():
            if watch.groups - self._watch.groups or (watch.stats and not self._watch.stats):
                self._due = 0.0
            self._watch = watch
            if not self._bulk_tells:
                handles = self._handles()
                visible = {key.id for key in watch.visible}
                self._remember({uuid: handles[uuid] for uuid in visible - self._seen if uuid in handles})

    def all_once(self) -> None:
        """Sample every domain, inactive ones too, as soon as the lane is free."""
        with self._changing():
            self._all = True
            self._seen.clear()

    def some_once(self, handles: Handles) -> None:
        """Sample domains that have changed."""
        with self._changing():
            self._remember(handles)
            self._seen -= handles.keys()

    def stop(self) -> None:
        with self._condition:
            super().stop()
            self._once = {}

    def _remember(self, handles: Handles) -> None:
        # A handle that is kept after the end keeps the connection's socket open.
        if not self._stopped:
            self._once.update(handles)

    def _seek(self) -> tuple[Job | None, float | None]:
        if self._all:
            self._all, self._once = False, {}
            self._due = time.monotonic() + self._interval
            return self._sample_all, None
        if self._once:
            chosen, self._once = self._once, {}
            return partial(self._sample_some, chosen), None
        if not self._watch.stats and not (self._watch.host and self._host.told):
            return None, None
        now = time.monotonic()
        if self._due > now:
            return None, self._due - now
        self._due = now + self._interval
        return self._tick, None

    def _sample_all(self) -> None:
        groups = self._watch.groups | SIZES
        self._report("stats of all domains", lambda: stats.sample_all(self._conn, groups), sizes=True)

    def _sample_some(self, chosen: Handles) -> None:
        groups = self._watch.groups | SIZES
        handles = list(chosen.values())
        self._report(
            "stats of some domains", lambda: stats.sample_some(self._conn, handles, groups), sizes=True
        )

    def _tick(self) -> None:
        watch = self._watch
        self._took = 0.0
        try:
            if watch.stats:
                self._sample_watched(watch)
            if watch.host and self._host.told:
                self._sample_host()
        finally:
            with self._condition:
                if self._due:  # else somebody looks at something new meanwhile, and need not wait
                    pause = min(self._took * PAUSE_PER_SECOND, LONGEST_PAUSE)
                    self._due = max(self._due, time.monotonic() - self._took + pause)

    def _sample_watched(self, watch: Watch) -> None:
        if watch.everyone:
            self._report("stats", lambda: stats.sample_active(self._conn, watch.groups))
            return
        # Each running guest costs its daemon about 8 ms and us 25 µs: leave out who is not on screen.
        handles = self._handles()
        visible = [handles[key.id] for key in watch.visible if key.id in handles]
        if visible:
            self._report("stats", lambda: stats.sample_some(self._conn, visible, watch.groups))

    def _report(self, label: str, ask: Callable[[], Samples | None], *, sizes: bool = False) -> None:
        with self._places.shared(label):
            started = time.monotonic()
            samples = ask()
            if samples is None:
                self._bulk_tells = False
            elif samples and sizes:
                self._bulk_tells = any(sample.vcpus is not None for sample in samples.values())
            samples = samples or {}
            if not self._bulk_tells:
                self._add_infos(samples)
            self._took = time.monotonic() - started
        if samples:
            self._outlet.put(Sampled(self._connection, samples, self._took))

    def _add_infos(self, samples: Samples) -> None:
        """Ask each domain on screen. Inside this process, where it costs nothing, all not asked before."""
        handles = self._handles()
        visible = {key.id for key in self._watch.visible}
        wanted = visible | (samples.keys() - self._seen if self._in_process else set())
        for uuid in wanted & handles.keys():
            if uuid in self._seen and handles[uuid].ID() == -1:
                continue  # it does not change while it is not active
            if (sample := stats.add_info(samples.get(uuid), handles[uuid])) is not None:
                samples[uuid] = sample
                self._seen.add(uuid)

    def _sample_host(self) -> None:
        with self._places.shared("host stats"):
            answer = self._host.read()
        if answer is not None:
            self._outlet.put(HostSampled(self._connection, *answer))

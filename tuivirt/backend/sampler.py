"""The stats lane: one bulk call per tick, never a second one while one is in flight.

A guest that hangs holds the call up for as long as it hangs. Then the call is left behind, and the next ones
leave out whoever may hang too: see ``HungGuests``.
"""

import math
import time
from collections.abc import Callable, Iterable
from functools import partial

import libvirt

from tuivirt.backend.counters import Counters, HeldUpError
from tuivirt.backend.host_load import HostLoads
from tuivirt.backend.hung import QUESTIONS, HungGuests
from tuivirt.backend.lane import Job, Lane
from tuivirt.backend.outlet import Outlet
from tuivirt.backend.places import Places
from tuivirt.core.backend import Watch
from tuivirt.core.changes import HostSampled, Sampled
from tuivirt.core.errors import HostError
from tuivirt.resources.domain import stats
from tuivirt.resources.domain.definition import HUNG
from tuivirt.resources.domain.read import Handles
from tuivirt.resources.domain.stats import Samples

LEISURE = 15.0
"""Seconds between two readings of the load of a host of which only the line is shown."""
PAUSE_PER_SECOND = 10.0
"""A tick comes no sooner than ten times the last call's own time, so that slow hosts are asked less …"""
LONGEST_PAUSE = 30.0
"""… but no later than this many seconds after a guest has hung for minutes."""
SECOND_LOOK = 1.0
"""Seconds after a call was left behind at which the guests that move are known."""
DOUBT = 10.0
"""Seconds for which it is asked whether somebody waits for a guest that has never told its part: it may have
hung before we came, or have nothing to tell."""
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
        self._counters = Counters(name, places, self._came_back)
        self.hung = HungGuests(name, places, outlet)
        self._told_rss: set[str] = set()
        """UUIDs of guests whose monitor has told its part once: when it does not, somebody waits for it."""
        self._doubt_ends: dict[str, float] = {}
        """Until when it is asked of the others, monotonic seconds by UUID; infinite once that is over."""
        self._watch = Watch()
        self._all = False
        self._once: Handles = {}
        self._load_due = 0.0
        """When the load is read next though nothing else is, monotonic seconds."""
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
        self._counters.stop()

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
        now = time.monotonic()
        waits = []
        if self._watch.stats or (self._watch.host and self._host.told):
            if self._due <= now:
                self._due = now + self._interval
                return self._tick, None
            waits.append(self._due - now)
        if self._watch.load and self._host.told:
            if self._load_due <= now:
                return partial(self._sample_host, processors=True), None
            waits.append(self._load_due - now)
        return None, min(waits, default=None)

    def _sample_all(self) -> None:
        groups = self._watch.groups | SIZES
        if self._counters.stuck:
            self._sample_apart(self._visible() | self._handles(), groups, sizes=True)
        elif not self._report(
            "stats of all domains", groups, lambda: stats.sample_all(self._conn, groups), sizes=True
        ):
            self.all_once()

    def _sample_some(self, chosen: Handles) -> None:
        groups = self._watch.groups | SIZES
        if self._counters.stuck:
            self._sample_apart(chosen, groups, sizes=True)
        elif not self._report_of(chosen, groups, sizes=True):
            self.some_once(chosen)

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
        # Each running guest costs its daemon about 8 ms and us 25 µs: leave out who is not on screen.
        visible = self._visible()
        if self._counters.stuck:
            wanted = visible | self._handles() if watch.everyone else visible
            self._sample_apart(wanted, watch.groups, sizes=False)
        elif watch.everyone:
            self._report("stats", watch.groups, lambda: stats.sample_active(self._conn, watch.groups))
        elif visible:
            self._report_of(visible, watch.groups)

    def _visible(self) -> Handles:
        handles = self._handles()
        return {key.id: handles[key.id] for key in self._watch.visible if key.id in handles}

    def _sample_apart(self, wanted: Handles, groups: frozenset[str], *, sizes: bool) -> None:
        """While a call is stuck: counters of the guests that move, and of the others what never waits."""
        active, inactive = _by_activity(wanted)
        still = {
            uuid: handle
            for uuid, handle in active.items()
            if uuid not in self.hung.moved and uuid not in self.hung
        }
        if samples := self.hung.look(still):
            self._outlet.put(Sampled(self._connection, samples, 0.0))
        self._ask_who_hangs(still.keys() - self.hung.moved)
        asked = {uuid: handle for uuid, handle in active.items() if uuid in self.hung.moved}
        if sizes:
            asked |= inactive
        if asked:
            self._report_of(asked, groups)

    def _report_of(self, chosen: Handles, groups: frozenset[str], *, sizes: bool = False) -> bool:
        handles = list(chosen.values())
        label = "stats of some domains" if sizes else "stats"
        return self._report(
            label, groups, lambda: stats.sample_some(self._conn, handles, groups), sizes=sizes
        )

    def _report(
        self, label: str, groups: frozenset[str], ask: Callable[[], Samples | None], *, sizes: bool = False
    ) -> bool:
        """Ask, and tell the answer; whether there was room for the call."""
        started = time.monotonic()
        stuck = self._counters.stuck
        try:
            samples = self._counters.ask(label, ask)
        except HeldUpError:
            if self._counters.stuck == stuck:
                self._ask_who_hangs(())
                return False
            self._held_up(sizes=sizes)
            return True
        if samples is None:
            self._bulk_tells = False
        elif samples and sizes:
            self._bulk_tells = any(sample.vcpus is not None for sample in samples.values())
        samples = samples or {}
        if not self._bulk_tells:
            with self._places.safe(label):
                self._add_infos(samples)
        self._took = time.monotonic() - started
        if samples:
            self._outlet.put(Sampled(self._connection, samples, self._took))
        self._ask_who_hangs(self._silent(samples) if "memory" in groups and self._bulk_tells else ())
        return True

    def _held_up(self, *, sizes: bool) -> None:
        """A call was left behind: begin to find out who does not respond, and who does."""
        self.hung.call_is_stuck()
        active, _ = _by_activity(self._visible() | self._handles())
        self._outlet.put(Sampled(self._connection, self.hung.look(active), 0.0))
        self._ask_who_hangs(active)
        with self._changing():
            self._due = time.monotonic() + SECOND_LOOK
            self._all |= sizes  # apart, this time

    def _came_back(self, took: float) -> None:
        """A call that was left behind has returned: the guest that held it up responds, or is gone. A host
        that is slow by itself is given more time.
        """
        with self._changing():
            if not self.hung.found:
                self._counters.was_slow(took)
            if not self._counters.stuck:
                self._all = True
            self._due = 0.0

    def _silent(self, samples: Samples) -> set[str]:
        """Guests whose monitor has told nothing this time, as when somebody else waits for it."""
        told = {uuid for uuid, sample in samples.items() if sample.rss_kib is not None}
        self._told_rss |= told
        silent = samples.keys() - told
        strangers, _ = _by_activity(
            {u: h for u, h in self._handles().items() if u in silent - self._told_rss}
        )
        now = time.monotonic()
        doubted = [uuid for uuid in strangers if self._doubt_ends.get(uuid, now) < math.inf][:QUESTIONS]
        for uuid in doubted:
            # The last question comes after that time, however seldom or often there is a tick.
            if now >= self._doubt_ends.setdefault(uuid, now + DOUBT):
                self._doubt_ends[uuid] = math.inf
        return (silent & self._told_rss).union(doubted)

    def _ask_who_hangs(self, suspects: Iterable[str]) -> None:
        suspects = [*suspects, *self._places.waited_for(HUNG)]
        if suspects or self.hung.known:
            active, _ = _by_activity(self._handles())
            self.hung.ask(suspects, active)

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

    def _sample_host(self, *, processors: bool = False) -> None:
        with self._places.safe("host stats"):
            answer = self._host.read(processors=processors)
        if answer is not None:
            self._outlet.put(HostSampled(self._connection, *answer))
        # A share of the processors takes two readings: the second comes soon.
        pause = LEISURE if self._host.is_rate else min(LEISURE, self._interval)
        with self._condition:
            self._load_due = time.monotonic() + pause


def _by_activity(handles: Handles) -> tuple[Handles, Handles]:
    """Active and inactive domains, as far as is known: a handle's id is that of its last reading."""
    active = {uuid: handle for uuid, handle in handles.items() if handle.ID() != -1}
    return active, {uuid: handle for uuid, handle in handles.items() if uuid not in active}

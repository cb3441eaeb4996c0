"""Whatever comes in whatever order, the store holds what a plain model holds, and its deltas tell every
difference.
"""

from dataclasses import dataclass
from typing import Any, get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from tuivirt.core.changes import (
    AddressesRead,
    Change,
    ConnectionChanged,
    ConnectionRemoved,
    ConnectionState,
    DetailRead,
    Happened,
    HostLoad,
    HostSampled,
    Listed,
    Phase,
    Removed,
    RunChanged,
    RunState,
    Sampled,
    Upserted,
)
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.core.store import JOURNAL_LENGTH, Delta, Store
from tuivirt.core.usage import DiskCounters, NetCounters, Rates, Sample
from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.domain.snapshot import Address, Addresses, Details, Domain, State

KIND = DOMAINS.kind
hosts = st.sampled_from(("lab", "lab2"))
uuids = st.sampled_from(("u1", "u2", "u3", "u4"))
keys = st.builds(lambda host, uuid: Key(host, KIND, uuid), hosts, uuids)
states = st.sampled_from((State.RUNNING, State.PAUSED, State.SHUTOFF, State.CRASHED))


@st.composite
def domains(draw: st.DrawFn) -> Domain:
    state = draw(states)
    return Domain(
        key=draw(keys),
        name=draw(st.sampled_from(("web", "db"))),
        domid=draw(st.integers(1, 3)) if state.active else -1,
        state=state,
        reason=draw(st.integers(0, 2)),
        autostart=draw(st.booleans()),
        persistent=True,
        managed_save=False,
        has_snapshots=False,
    )


counters = st.none() | st.integers(0, 10**12)
details = st.builds(Details, title=st.sampled_from(("", "T")), tags=st.sampled_from(((), ("a", "b"))))
addresses = st.builds(
    lambda ips: Addresses(tuple(Address(ip, 24, "", "eth0") for ip in ips), "lease"),
    st.lists(st.sampled_from(("10.0.0.1", "10.0.0.2")), max_size=2, unique=True),
)
disks = st.builds(DiskCounters, st.sampled_from(("vda", "vdb")), counters, counters, counters, counters)
nets = st.builds(NetCounters, st.just("vnet0"), counters, counters)


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    return Sample(
        at=0.0,  # set when it is fed: time goes on
        vcpus=draw(st.none() | st.integers(1, 4)),
        memory_kib=draw(st.none() | st.integers(0, 4096)),
        cpu_ns=draw(counters),
        vcpu_ns=tuple(draw(st.lists(st.integers(0, 10**12), max_size=3))),
        rss_kib=draw(st.none() | st.integers(0, 4096)),
        disks=tuple(draw(st.lists(disks, max_size=2, unique_by=lambda disk: disk.name))),
        nets=tuple(draw(st.lists(nets, max_size=1))),
    )


@dataclass
class Model:
    """What is known of one object, by the plainest rules."""

    item: Domain
    details: Details | None = None
    addresses: Addresses | None = None
    fed: bool = False


class StoreMachine(RuleBasedStateMachine):
    runs = Bundle("runs")

    def __init__(self) -> None:
        super().__init__()
        self.store = Store({KIND: DOMAINS.record})
        self.model: dict[Key, Model] = {}
        self.live: dict[int, RunState] = {}
        self.clock = 0.0
        self.number = 0
        self.journal = 0

    def apply(self, *changes: Change) -> Delta:
        before = self.picture()
        delta = self.store.apply(changes)
        after = self.picture()
        differ = {key for key in before.keys() & after.keys() if before[key] != after[key]}
        assert differ | (after.keys() - before.keys()) <= delta.touched
        assert delta.removed == before.keys() - after.keys()
        assert not delta.touched & delta.removed
        assert delta.touched <= after.keys()
        return delta

    def picture(self) -> dict[Key, Any]:
        """What could be shown of every object."""
        return {
            key: (r.item, r.details, r.addresses, r.run, r.usage and (r.usage.sample, r.usage.rates))
            for key, r in self.store.records[KIND].items()
        }

    def replace(self, item: Domain) -> None:
        known = self.model.get(item.key)
        if known is None:
            self.model[item.key] = Model(item)
        else:
            if known.item.domid != item.domid:
                known.addresses, known.fed = None, False
                if known.details is not None:
                    known.details = known.details._replace(started=None)
            known.item = item

    @rule(host=hosts, items=st.lists(domains(), max_size=4, unique_by=lambda item: item.key.id))
    def listed(self, host: str, items: list[Domain]) -> None:
        mine = tuple(item for item in items if item.key.connection == host)
        delta = self.apply(Listed(host, KIND, mine))
        assert delta.listed == {(host, KIND)}
        kept = {item.key for item in mine}
        self.model = {k: m for k, m in self.model.items() if k.connection != host or k in kept}
        for item in mine:
            self.replace(item)

    @rule(item=domains(), at=st.floats(1, 2))
    def upserted(self, item: Domain, at: float) -> None:
        self.apply(Upserted(item, at))
        self.replace(item)

    @rule(items=st.lists(domains(), min_size=2, max_size=6))
    def a_burst(self, items: list[Domain]) -> None:
        self.apply(*(Upserted(item, 1.0) for item in items))
        for item in items:
            self.replace(item)

    @rule(key=keys)
    def removed(self, key: Key) -> None:
        self.apply(Removed(key))
        self.model.pop(key, None)

    @rule(item=domains())
    def removed_and_back_in_one_batch(self, item: Domain) -> None:
        self.apply(Removed(item.key), Upserted(item, 1.0))
        self.model.pop(item.key, None)
        self.replace(item)

    @rule(key=keys, details=details)
    def details_read(self, key: Key, details: Details) -> None:
        self.apply(DetailRead(key, details))
        if key in self.model:
            self.model[key].details = details

    @rule(key=keys, addresses=addresses)
    def addresses_read(self, key: Key, addresses: Addresses) -> None:
        self.apply(AddressesRead(key, addresses))
        if key in self.model:
            self.model[key].addresses = addresses

    @rule(host=hosts, fed=st.dictionaries(uuids, samples(), max_size=4), after=st.floats(0, 10))
    def sampled(self, host: str, fed: dict[str, Sample], after: float) -> None:
        self.clock += after
        at = self.clock
        replies = {
            uuid: Sample(at, s.vcpus, None, s.memory_kib, None, s.cpu_ns, s.vcpu_ns, s.rss_kib, disks=s.disks)
            for uuid, s in fed.items()
        }
        self.apply(Sampled(host, replies, 0.1))
        assert self.store.stats_took[host] == 0.1
        for uuid in replies:
            if (known := self.model.get(Key(host, KIND, uuid))) is not None:
                known.fed = True

    @rule(host=hosts, busy=st.none() | st.integers(0, 100), free=st.none() | st.integers(0, 100))
    def host_sampled(self, host: str, busy: int | None, free: int | None) -> None:
        idle = None if busy is None else 100 - busy
        total = None if free is None else 100
        delta = self.apply(HostSampled(host, HostLoad(self.clock, busy, idle, total, free), 0.001))
        assert delta.hosts == {host}

    @rule(host=hosts, phase=st.sampled_from(get_args(Phase)))
    def connection(self, host: str, phase: Phase) -> None:
        state = ConnectionState(host, "test:///default", phase)
        self.apply(ConnectionChanged(state))
        assert self.store.connections[host] == state
        if phase in {"closed", "failed"}:
            self.drop(host)

    @rule(host=hosts)
    def connection_removed(self, host: str) -> None:
        self.apply(ConnectionRemoved(host))
        assert host not in self.store.connections
        self.drop(host)

    def drop(self, host: str) -> None:
        self.model = {key: known for key, known in self.model.items() if key.connection != host}
        assert host not in self.store.hosts
        assert host not in self.store.stats_took

    @rule(target=runs, chosen=st.lists(keys, min_size=1, max_size=3, unique=True))
    def queue(self, chosen: list[Key]) -> Any:
        batch, self.number = self.number, self.number + 1
        queued = []
        for key in chosen:
            self.number += 1
            state = RunState(self.number, "domain.start", key, "web", "queued", 0.0, batch=batch)
            self.apply(RunChanged(state))
            self.live[state.run] = state
            queued.append(state)
        return multiple(*queued)

    @rule(target=runs, run=consumes(runs))
    def begin(self, run: RunState) -> RunState:
        state = RunState(run.run, run.action, run.key, run.name, "running", 1.0, batch=run.batch)
        self.apply(RunChanged(state))
        self.live[run.run] = state
        return state

    @rule(run=consumes(runs), phase=st.sampled_from(("done", "failed", "cancelled")))
    def end(self, run: RunState, phase: Any) -> None:
        self.apply(RunChanged(RunState(run.run, run.action, run.key, run.name, phase, 2.0, batch=run.batch)))
        del self.live[run.run]

    @rule(count=st.sampled_from((1, 3, JOURNAL_LENGTH)))
    def happened(self, count: int) -> None:
        entry = Entry(0.0, Key("lab", KIND, "u1"), "web", "event", "started")
        delta = self.apply(*[Happened(entry)] * count)
        assert len(delta.entries) == count
        self.journal = min(self.journal + count, JOURNAL_LENGTH)

    @invariant()
    def same_objects(self) -> None:
        records = self.store.records[KIND]
        assert records.keys() == self.model.keys()
        for key, known in self.model.items():
            record = records[key]
            assert isinstance(record, DomainRecord)
            assert (record.key, record.item) == (key, known.item)
            assert (record.details, record.addresses) == (known.details, known.addresses)
            assert (record.usage is not None and record.usage.sample is not None) == known.fed

    @invariant()
    def same_counts(self) -> None:
        for host in ("lab", "lab2"):
            mine = [known.item for key, known in self.model.items() if key.connection == host]
            count = self.store.counts[host, KIND]
            assert (count.total, count.active) == (len(mine), sum(item.active for item in mine))
            assert len(self.store.of_connection(host, KIND)) == len(mine)

    @invariant()
    def busy_while_an_action_is_queued_or_running(self) -> None:
        for key, record in self.store.records[KIND].items():
            mine = [run for run in self.live.values() if run.key == key]
            assert record.run in mine if mine else record.run is None

    @invariant()
    def runs_of_batches_that_are_over_are_forgotten(self) -> None:
        batches = {run.batch for run in self.live.values()}
        assert {run.batch for run in self.store.runs.values()} == batches

    @invariant()
    def rates_are_never_negative(self) -> None:
        for record in self.store.records[KIND].values():
            if record.usage is not None:
                assert all(rate >= 0 for rate in numbers(record.usage.rates))
                assert record.usage.rates.cpu is None or record.usage.rates.cpu <= 1
        for usage in self.store.hosts.values():
            assert usage.cpu is None or 0 <= usage.cpu <= 1
            assert usage.memory is None or 0 <= usage.memory <= 1

    @invariant()
    def the_journal_is_bounded(self) -> None:
        assert len(self.store.journal) == self.journal


def numbers(rates: Rates) -> list[float]:
    """Every rate that is known."""
    values = [getattr(rates, name) for name in Rates._fields]
    flat = [value for each in values for value in (each if isinstance(each, tuple) else (each,))]
    return [value for value in flat if value is not None]


TestStore = StoreMachine.TestCase
TestStore.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)

"""All that is known, owned by the UI thread. Changes go in, a summary of what they touched comes out."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tuivirt.core import changes as c
from tuivirt.core.console import Console, ConsoleState
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.core.question import Question
from tuivirt.core.usage import Sample, Usage, capacity_for

JOURNAL_LENGTH = 5_000
"""Entries kept in memory; the journal file holds more."""


class Taken(NamedTuple):
    """What an object that runs takes of its host."""

    vcpus: int = 0
    memory_kib: int = 0


NOTHING: Final = Taken()


class Record:
    """Everything known of one object. Its parts are frozen values that are replaced, never changed."""

    __slots__ = ("addresses", "details", "hung_since", "item", "run", "usage")

    def __init__(self, item: Any) -> None:
        self.item = item
        self.details: Any = None
        self.addresses: Any = None
        self.usage: Usage | None = None
        self.hung_since: float | None = None
        """Since when it has not responded, seconds since the epoch; None: it does, as far as is known."""
        self.run: c.RunState | None = None
        """The action that is queued or running on it: the row is busy."""

    @property
    def key(self) -> Key:
        key: Key = self.item.key
        return key

    @property
    def taken(self) -> "Taken | None":
        """What it takes of its host; None where it does not run, as a kind that never does."""
        return NOTHING if getattr(self.item, "active", False) else None

    def replaced(self, item: Any, at: float | None) -> None:  # noqa: ARG002 (for subclasses)
        """A newer snapshot has come: a subclass drops what does not hold any more.

        ``at`` is when it was read after an event; None for one from a list, which may be much older.
        """
        self.item = item


@dataclass(slots=True)
class Delta:
    """What a batch of changes touched; a reader repaints only that."""

    touched: set[Key] = field(default_factory=set)
    """Objects whose shown values may differ, new ones included."""
    removed: set[Key] = field(default_factory=set)
    listed: set[tuple[str, str]] = field(default_factory=set)
    """(connection, kind) of complete lists."""
    connections: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    runs: list[c.RunState] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    """Connections with a new reading of their host's load."""
    consoles: list[ConsoleState] = field(default_factory=list)
    output: set[Console] = field(default_factory=set)
    """Consoles whose guest has written."""
    questions: bool = False
    """One was asked, answered or withdrawn."""


@dataclass(slots=True)
class HostUsage:
    """The host's load, from two readings of its counters."""

    last: c.HostLoad | None = None
    cpu: float | None = None
    """0…1 of all processors."""
    memory: float | None = None
    """0…1 of the memory, caches not counted as used."""
    rtt: float | None = None
    """Seconds."""

    def feed(self, load: c.HostLoad, rtt: float) -> None:
        before, self.last, self.rtt = self.last, load, rtt
        if load.memory_total_kib and load.memory_free_kib is not None:
            self.memory = 1 - load.memory_free_kib / load.memory_total_kib
        if before is None or before.busy_ns is None or before.idle_ns is None:
            return
        if load.busy_ns is None or load.idle_ns is None:
            return
        busy, idle = load.busy_ns - before.busy_ns, load.idle_ns - before.idle_ns
        if busy >= 0 and idle >= 0 and busy + idle > 0:
            self.cpu = busy / (busy + idle)


def _carried(before: Sample | None, now: Sample) -> Sample:
    """A sample with the sizes that it was not asked for taken from the one before."""
    if before is None or (now.vcpus is not None and now.memory_kib is not None):
        return now
    return now._replace(
        vcpus=before.vcpus if now.vcpus is None else now.vcpus,
        vcpus_max=before.vcpus_max if now.vcpus_max is None else now.vcpus_max,
        memory_kib=before.memory_kib if now.memory_kib is None else now.memory_kib,
        max_memory_kib=before.max_memory_kib if now.max_memory_kib is None else now.max_memory_kib,
    )


@dataclass(slots=True)
class Count:
    """How many objects of one kind a connection has, and what those that run take of its host."""

    total: int = 0
    active: int = 0
    vcpus: int = 0
    memory_kib: int = 0

    def add(self, taken: Taken | None, times: int) -> None:
        """Count an object that takes this in (1) or out (-1)."""
        self.total += times
        if taken is not None:
            self.active += times
            self.vcpus += taken.vcpus * times
            self.memory_kib += taken.memory_kib * times


class Store:
    """Connections, objects by kind, runs and the journal."""

    def __init__(self, record_types: Mapping[str, Callable[[Any], Record]]) -> None:
        self._record_types = record_types
        self.connections: dict[str, c.ConnectionState] = {}
        self.records: dict[str, dict[Key, Record]] = {kind: {} for kind in record_types}
        self.counts: defaultdict[tuple[str, str], Count] = defaultdict(Count)
        """By connection and kind; kept up to date, as adding up tens of thousands takes milliseconds."""
        self.hosts: dict[str, HostUsage] = {}
        self.stats_took: dict[str, float] = {}
        self.hung: dict[str, Mapping[str, float]] = {}
        """By connection: UUIDs of guests that do not respond, and since when."""
        self.runs: dict[int, c.RunState] = {}
        """Queued and running runs, and the ended ones of batches that are not over."""
        self.questions: dict[int, Question] = {}
        """What waits for an answer, oldest first."""
        self.journal: deque[Entry] = deque(maxlen=JOURNAL_LENGTH)

    def get(self, key: Key) -> Record | None:
        return self.records.get(key.kind, {}).get(key)

    def count(self, kind: str, connection: str | None = None) -> Count:
        """The count of one kind on a connection, or on all together."""
        if connection is not None:
            return self.counts[connection, kind]
        counts = [count for (_, counted), count in self.counts.items() if counted == kind]
        return Count(
            total=sum(count.total for count in counts),
            active=sum(count.active for count in counts),
            vcpus=sum(count.vcpus for count in counts),
            memory_kib=sum(count.memory_kib for count in counts),
        )

    def of_connection(self, name: str, kind: str) -> list[Record]:
        """The records of one kind on one connection, in the order of their arrival."""
        return [record for key, record in self.records[kind].items() if key.connection == name]

    def apply(self, batch: Iterable[c.Change]) -> Delta:
        """Apply changes in order."""
        delta = Delta()
        for change in batch:
            self._apply(change, delta)
        return delta

    def _apply(self, change: c.Change, delta: Delta) -> None:
        match change:
            case c.Listed(connection, kind, items):
                self._listed(connection, kind, items, delta)
            case c.Upserted(item, at):
                self._upsert(item, at, delta)
            case c.Removed(key):
                self._remove(key, delta)
            case c.Sampled(connection, samples, took):
                self.stats_took[connection] = took
                self._sampled(connection, samples, delta)
            case c.HostSampled(connection, load, rtt):
                self.hosts.setdefault(connection, HostUsage()).feed(load, rtt)
                delta.hosts.add(connection)
            case c.Hung(connection, since):
                self._hung(connection, since, delta)
            case c.DetailRead(key, details):
                if (record := self.get(key)) is not None and record.details != details:
                    record.details = details
                    delta.touched.add(key)
            case c.AddressesRead(key, addresses):
                if (record := self.get(key)) is not None and record.addresses != addresses:
                    record.addresses = addresses
                    delta.touched.add(key)
            case c.Happened(entry):
                self.journal.append(entry)
                delta.entries.append(entry)
            case c.RunChanged(state):
                self._run(state, delta)
            case c.ConnectionChanged(state):
                self._connection(state, delta)
            case c.Asked(question):
                self.questions[question.id] = question
                delta.questions = True
            case c.AskedNoMore(number):
                self.questions.pop(number, None)
                delta.questions = True
            case c.ConsoleChanged(console):
                delta.consoles.append(console)
            case c.ConsoleOutput(console):
                delta.output.add(console)
            case c.ConnectionRemoved(name):
                self.connections.pop(name, None)
                self._clear(name, delta)
                delta.connections.add(name)

    def _listed(self, connection: str, kind: str, items: tuple[Any, ...], delta: Delta) -> None:
        records = self.records[kind]
        keys = {item.key for item in items}
        for key in [k for k in records if k.connection == connection and k not in keys]:
            self._remove(key, delta)
        for item in items:
            self._upsert(item, None, delta)
        delta.listed.add((connection, kind))

    def _upsert(self, item: Any, at: float | None, delta: Delta) -> None:
        records = self.records[item.key.kind]
        record = records.get(item.key)
        count = self.counts[item.key[:2]]
        if record is None:
            record = records[item.key] = self._record_types[item.key.kind](item)
            record.run = self._run_of(item.key)
        elif record.item == item:
            return
        else:
            count.add(record.taken, -1)
            record.replaced(item, at)
        count.add(record.taken, 1)
        delta.removed.discard(item.key)
        delta.touched.add(item.key)

    def _remove(self, key: Key, delta: Delta) -> None:
        record = self.records[key.kind].pop(key, None)
        if record is not None:
            self.counts[key[:2]].add(record.taken, -1)
            delta.removed.add(key)
            delta.touched.discard(key)

    def _sampled(self, connection: str, samples: Mapping[str, Any], delta: Delta) -> None:
        records, count = self.records["domain"], self.counts[connection, "domain"]
        for uuid, sample in samples.items():
            key = Key(connection, "domain", uuid)
            record = records.get(key)
            if record is None:
                continue
            if record.usage is None:
                record.usage = Usage(capacity_for(len(records)))
            before = record.taken
            record.usage.feed(_carried(record.usage.sample, sample))
            if (now := record.taken) != before:
                count.add(before, -1)
                count.add(now, 1)
            delta.touched.add(key)

    def _hung(self, connection: str, since: Mapping[str, float], delta: Delta) -> None:
        before = self.hung.get(connection, {})
        self.hung[connection] = since
        for uuid in before.keys() | since.keys():
            record = self.records["domain"].get(key := Key(connection, "domain", uuid))
            if record is not None and record.hung_since != since.get(uuid):
                record.hung_since = since.get(uuid)
                delta.touched.add(key)

    def _run(self, state: c.RunState, delta: Delta) -> None:
        self.runs[state.run] = state
        delta.runs.append(state)
        record = self.get(state.key)
        if record is not None:
            record.run = self._run_of(state.key)
            delta.touched.add(state.key)
        if state.over and all(r.over for r in self.runs.values() if r.batch == state.batch):
            for number in [n for n, r in self.runs.items() if r.batch == state.batch]:
                del self.runs[number]

    def _run_of(self, key: Key) -> c.RunState | None:
        """The latest action that is queued or running on an object."""
        if not self.runs:
            return None
        runs = reversed(self.runs.values())
        return next((run for run in runs if run.key == key and not run.over), None)

    def _connection(self, state: c.ConnectionState, delta: Delta) -> None:
        before = self.connections.get(state.name)
        self.connections[state.name] = state
        delta.connections.add(state.name)
        if state.phase == "open" and before is not None and before.phase != "open":
            self._hung(state.name, {}, delta)  # who does not respond now is found out anew
        if state.phase in {"closed", "failed"}:
            self._clear(state.name, delta)
        elif before is not None and before.phase != state.phase:
            # Dimmed when stale, undimmed when open: every row of it looks different now.
            for kind in self.records:
                delta.touched.update(key for key in self.records[kind] if key.connection == state.name)

    def _clear(self, connection: str, delta: Delta) -> None:
        for records in self.records.values():
            for key in [key for key in records if key.connection == connection]:
                self._remove(key, delta)
        self.hosts.pop(connection, None)
        self.stats_took.pop(connection, None)
        self.hung.pop(connection, None)

"""The store's counts are those of its records, whatever happened."""

from collections import defaultdict
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from tuivirt.core.changes import (
    Change,
    ConnectionChanged,
    ConnectionRemoved,
    ConnectionState,
    Listed,
    Removed,
    Sampled,
    Upserted,
)
from tuivirt.core.key import Key
from tuivirt.core.store import Count, Record, Store, Taken
from tuivirt.core.usage import Sample


@dataclass(frozen=True, slots=True)
class Domain:
    key: Key
    active: bool


@dataclass(frozen=True, slots=True)
class Secret:
    key: Key


class Machine(Record):
    """Takes what its last sample told while it is active."""

    @property
    def taken(self) -> Taken | None:
        sample = self.usage.sample if self.usage is not None else None
        if not self.item.active or sample is None:
            return super().taken
        return Taken(sample.vcpus or 0, sample.memory_kib or 0)


hosts = st.sampled_from(("a", "b"))
ids = st.sampled_from("123")
domains = st.builds(
    lambda host, id_, active: Domain(Key(host, "domain", id_), active), hosts, ids, st.booleans()
)
samples = st.builds(
    Sample, st.just(1.0), vcpus=st.none() | st.integers(1, 3), memory_kib=st.none() | st.integers(1, 9)
)
secrets = st.builds(lambda host, id_: Secret(Key(host, "secret", id_)), hosts, ids)


def listing(host: str, active: dict[str, bool]) -> Listed:
    items = (Domain(Key(host, "domain", id_), on) for id_, on in active.items())
    return Listed(host, "domain", tuple(items))


changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(Upserted, domains),
    st.builds(Upserted, secrets),
    st.builds(lambda item: Removed(item.key), domains),
    st.builds(listing, hosts, st.dictionaries(ids, st.booleans())),
    st.builds(Sampled, hosts, st.dictionaries(ids, samples), st.just(0.1)),
    st.builds(lambda name: ConnectionChanged(ConnectionState(name, "", "closed")), hosts),
    st.builds(ConnectionRemoved, hosts),
)


@given(st.lists(changes, max_size=30))
def test_counts_equal_a_recount(batch: list[Change]) -> None:
    store = Store({"domain": Machine, "secret": Record})
    store.apply(batch)
    records = [record for kind in store.records.values() for record in kind.values()]
    found: defaultdict[tuple[str, str], Count] = defaultdict(Count)
    for record in records:
        found[record.key[:2]].add(record.taken, 1)
    assert {where: count for where, count in store.counts.items() if count != Count()} == found
    assert store.count("domain", "a") == found["a", "domain"]
    whole = store.count("domain")
    assert whole.vcpus == found["a", "domain"].vcpus + found["b", "domain"].vcpus
    assert whole.total == len(store.records["domain"])

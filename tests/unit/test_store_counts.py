"""The store's counts are those of its records, whatever happened."""

from collections import Counter
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
    Upserted,
)
from tuivirt.core.key import Key
from tuivirt.core.store import Record, Store


@dataclass(frozen=True, slots=True)
class Domain:
    key: Key
    active: bool


@dataclass(frozen=True, slots=True)
class Secret:
    key: Key


hosts = st.sampled_from(("a", "b"))
ids = st.sampled_from("123")
domains = st.builds(
    lambda host, id_, active: Domain(Key(host, "domain", id_), active), hosts, ids, st.booleans()
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
    st.builds(lambda name: ConnectionChanged(ConnectionState(name, "", "closed")), hosts),
    st.builds(ConnectionRemoved, hosts),
)


@given(st.lists(changes, max_size=30))
def test_counts_equal_a_recount(batch: list[Change]) -> None:
    store = Store({"domain": Record, "secret": Record})
    store.apply(batch)
    records = [record.item for kind in store.records.values() for record in kind.values()]
    total = Counter(item.key[:2] for item in records)
    active = Counter(item.key[:2] for item in records if getattr(item, "active", False))
    counts = {where: count for where, count in store.counts.items() if count.total}
    assert {where: count.total for where, count in counts.items()} == total
    assert {where: count.active for where, count in counts.items() if count.active} == active
    assert all(count.active == 0 for count in store.counts.values() if not count.total)

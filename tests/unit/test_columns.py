"""The columns of the domain list: their order, ascending and descending."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.support.scripted import domain
from tuivirt.core.ordering import Entry, Ordering
from tuivirt.core.usage import DiskCounters, NetCounters, Sample, Usage
from tuivirt.resources.domain.columns import COLUMNS
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.domain.snapshot import Address, Addresses, Details

QUANTITIES = {"vcpus", "cpu", "memory", "disk", "net", "uptime", "pending"}


def fed(load: int) -> Usage:
    usage = Usage()
    for second in (0, 1):
        spent = second * load
        usage.feed(
            Sample(
                at=float(second),
                cpu_ns=spent * load * 10_000_000,
                vcpus=load,
                memory_kib=load * 1024,
                disks=(DiskCounters("vda", spent, spent),),
                nets=(NetCounters("vnet0", spent, spent),),
            )
        )
    return usage


def known(number: int) -> DomainRecord:
    """A running domain of which everything is known, and more of it the higher the number."""
    record = DomainRecord(domain(f"vm{number}"))
    record.usage = fed(number)
    record.details = Details(
        title=f"t{number}", tags=(f"t{number}",), os=f"os{number}", pending=number, started=1000.0 - number
    )
    record.addresses = Addresses((Address(f"10.0.0.{number}", 24, "", "vnet0"),), "lease")
    return record


def order(id_: str, records: Iterable[DomainRecord], *, reverse: bool) -> list[str]:
    column = next(column for column in COLUMNS if column.id == id_)
    ordering: Ordering[Any] = Ordering(column.sort, reverse=reverse)
    entries = [Entry(record.key, number, None, record) for number, record in enumerate(records)]
    for entry in entries:
        ordering.read(entry)
    return [entry.row.name for entry in ordering.sort(entries)]


@pytest.mark.parametrize("id_", sorted(QUANTITIES | {"title", "tags", "os", "ip"}))
def test_descending_is_the_highest_first_and_what_is_unknown_comes_last_in_both(id_: str) -> None:
    records = [DomainRecord(domain("unknown")), known(2), known(1), known(3)]
    assert order(id_, records, reverse=False) == ["vm1", "vm2", "vm3", "unknown"]
    assert order(id_, records, reverse=True) == ["vm3", "vm2", "vm1", "unknown"]


def test_quantities_begin_with_the_most() -> None:
    assert {column.id for column in COLUMNS if column.most_first} == QUANTITIES

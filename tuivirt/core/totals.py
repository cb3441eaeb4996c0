"""Sums over domains and hosts for the summary line and the headers of groups."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from tuivirt.core.usage import Rates


class Summed(Protocol):
    """What of a domain's record is summed up."""

    @property
    def active(self) -> bool: ...
    @property
    def vcpus(self) -> int | None: ...
    @property
    def memory_kib(self) -> int | None: ...
    @property
    def rates(self) -> Rates | None: ...


@dataclass(slots=True)
class Totals:
    """Sums of some domains; of the active ones except ``defined``."""

    defined: int = 0
    active: int = 0
    vcpus: int = 0
    memory_kib: int = 0
    cpu: float = 0.0
    """Processors' worth of work."""
    cpu_known: bool = False

    @classmethod
    def of(cls, records: Iterable[Summed]) -> "Totals":
        totals = cls()
        for record in records:
            totals.defined += 1
            if not record.active:
                continue
            totals.active += 1
            vcpus = record.vcpus or 0
            totals.vcpus += vcpus
            totals.memory_kib += record.memory_kib or 0
            rates = record.rates
            if rates is not None and rates.cpu is not None:
                totals.cpu += rates.cpu * vcpus
                totals.cpu_known = True
        return totals

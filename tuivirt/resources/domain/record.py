"""A domain with everything known of it, as columns, filters, forms and tabs see it."""

from typing import Any

from tuivirt.core.changes import RunState
from tuivirt.core.store import NOTHING, Record, Taken
from tuivirt.core.text import natural_key, plain
from tuivirt.core.usage import Rates
from tuivirt.resources.domain.snapshot import Addresses, Details, Domain

_NO_DETAILS = Details()
_NO_ADDRESSES = Addresses((), "")


class DomainRecord(Record):
    """A record of a domain. Texts are as the host gave them unless the name says ``shown``."""

    __slots__ = ("_haystack", "_name_key", "_shown", "since", "up_since")

    item: Domain
    details: Details | None
    addresses: Addresses | None
    run: RunState | None

    def __init__(self, item: Domain) -> None:
        super().__init__(item)
        self._shown: str | None = None
        self._name_key: Any = None
        self._haystack: tuple[Domain, Details | None, Addresses | None, str] | None = None
        self.since: float | None = None
        """When its state began, seconds since the epoch, where an event told."""
        self.up_since: float | None = None
        """When it became active, however often it was paused meanwhile; likewise."""

    def replaced(self, item: Domain, at: float | None) -> None:
        before = self.item
        super().replaced(item, at)
        if before.name != item.name:
            self._shown = self._name_key = None
        if before.domid != item.domid:  # started, stopped, or both since the last reading
            self.addresses = None
            self.up_since = at if item.active else None
            if self.details is not None and self.details.started is not None:
                self.details = self.details._replace(started=None)  # of the process before
            self.hung_since = None
            if self.usage is not None:
                self.usage.reset()
        if before.state is not item.state:
            self.since = at

    @property
    def name(self) -> str:
        return self.item.name

    @property
    def shown_name(self) -> str:
        """The name as plain text."""
        if self._shown is None:
            self._shown = plain(self.item.name)
        return self._shown

    @property
    def name_key(self) -> Any:
        """Sort key of the name, numbers in their order."""
        if self._name_key is None:
            self._name_key = natural_key(self.item.name)
        return self._name_key

    @property
    def host(self) -> str:
        return self.item.key.connection

    @property
    def facts(self) -> Details:
        """The details, or empty ones while they have not been read."""
        return self.details or _NO_DETAILS

    @property
    def title(self) -> str:
        return self.facts.title

    @property
    def description(self) -> str:
        return self.facts.description

    @property
    def tags(self) -> tuple[str, ...]:
        return self.facts.tags

    @property
    def active(self) -> bool:
        return self.item.active

    @property
    def taken(self) -> Taken | None:
        if not self.item.active:
            return None
        sample = self.usage.sample if self.usage is not None else None
        return NOTHING if sample is None else Taken(sample.vcpus or 0, sample.memory_kib or 0)

    @property
    def started(self) -> float | None:
        """When it was started, seconds since the epoch: from its process on this machine, or an event."""
        if not self.item.active:
            return None
        return self.facts.started or self.up_since

    @property
    def autostart(self) -> bool:
        return self.item.autostart

    @property
    def ips(self) -> tuple[str, ...]:
        return tuple(a.ip for a in (self.addresses or _NO_ADDRESSES).addresses)

    @property
    def rates(self) -> Rates | None:
        """The rates of the last tick; None for a domain that is not active, or does not respond."""
        if self.usage is None or not self.item.active or self.hung_since is not None:
            return None
        return self.usage.rates

    @property
    def vcpus(self) -> int | None:
        return self.usage.sample.vcpus if self.usage is not None and self.usage.sample is not None else None

    @property
    def memory_kib(self) -> int | None:
        """What the guest has now: the balloon's size; for an inactive domain what it will get."""
        return (
            self.usage.sample.memory_kib if self.usage is not None and self.usage.sample is not None else None
        )

    @property
    def max_memory_kib(self) -> int | None:
        sample = self.usage.sample if self.usage is not None else None
        return sample.max_memory_kib if sample is not None else None

    @property
    def memory_used_kib(self) -> int | None:
        rates = self.rates
        return rates.mem_used_kib if rates is not None else None

    @property
    def haystack(self) -> str:
        """What bare words of a filter are looked for in: lower case, parts separated by line ends."""
        cached = self._haystack
        if (
            cached is None
            or cached[0] is not self.item
            or cached[1] is not self.details
            or cached[2] is not self.addresses
        ):
            parts = [self.item.name, self.title, *self.tags, self.item.uuid, *self.ips, *self.facts.macs]
            text = "\n".join(parts).lower()
            self._haystack = cached = (self.item, self.details, self.addresses, text)
        return cached[3]

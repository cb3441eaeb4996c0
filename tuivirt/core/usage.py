"""Counters that libvirt reports (virConnectGetAllDomainStats) → rates, and their history."""

import math
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Final, NamedTuple, Protocol, TypeVar

from tuivirt.core.history import NOTHING, History, sparkline

__all__ = ["DiskCounters", "History", "NetCounters", "Rates", "Sample", "Usage", "rates", "sparkline"]


class DiskCounters(NamedTuple):
    """One disk. Bytes and requests since the domain started; sizes in bytes."""

    name: str
    """The target, e.g. `vda`."""
    read: int | None = None
    write: int | None = None
    read_ops: int | None = None
    write_ops: int | None = None
    capacity: int | None = None
    """What the guest sees."""
    allocation: int | None = None
    """The highest offset written; for a raw file what it takes of its file system."""
    physical: int | None = None
    """The size of its file or device."""


class NetCounters(NamedTuple):
    """One network device. Bytes, as the guest sees their direction."""

    name: str
    """The device on the host, e.g. `vnet3`."""
    rx: int | None = None
    tx: int | None = None


class Sample(NamedTuple):
    """What one stats call tells of one domain. `None`: not asked for, or not known to the driver."""

    at: float
    """Monotonic seconds of the call, its middle: its counters were read meanwhile."""
    vcpus: int | None = None
    vcpus_max: int | None = None
    memory_kib: int | None = None
    """What the balloon leaves the guest now."""
    max_memory_kib: int | None = None
    cpu_ns: int | None = None
    """Processor time of the whole domain, the hypervisor's own threads included."""
    vcpu_ns: tuple[int, ...] = ()
    rss_kib: int | None = None
    unused_kib: int | None = None
    """Guest view: free, caches not counted as free."""
    available_kib: int | None = None
    """Guest view: what it can use in all."""
    usable_kib: int | None = None
    """Guest view: free, with what it could take from its caches."""
    disks: tuple[DiskCounters, ...] = ()
    nets: tuple[NetCounters, ...] = ()

    @property
    def told(self) -> set[str]:
        """The groups of counters that it was told, of those that give rates."""
        groups = {"cpu": self.cpu_ns is not None, "vcpu": self.vcpu_ns, "block": self.disks, "net": self.nets}
        return {name for name, told in groups.items() if told}

    @property
    def disk_read(self) -> int | None:
        return _sum([disk.read for disk in self.disks])

    @property
    def disk_write(self) -> int | None:
        return _sum([disk.write for disk in self.disks])

    @property
    def disk_read_ops(self) -> int | None:
        return _sum([disk.read_ops for disk in self.disks])

    @property
    def disk_write_ops(self) -> int | None:
        return _sum([disk.write_ops for disk in self.disks])

    @property
    def net_rx(self) -> int | None:
        return _sum([net.rx for net in self.nets])

    @property
    def net_tx(self) -> int | None:
        return _sum([net.tx for net in self.nets])

    @property
    def mem_used_kib(self) -> int | None:
        """Memory in use: as the guest sees it (its caches not counted, when it tells), else what its process
        holds on the host, which may exceed `memory_kib` by the hypervisor's own; else `None`.
        """
        free = self.usable_kib if self.usable_kib is not None else self.unused_kib
        if self.available_kib is not None and free is not None:
            return max(self.available_kib - free, 0)
        return self.rss_kib

    @property
    def mem_total_kib(self) -> int | None:
        return self.memory_kib if self.memory_kib is not None else self.max_memory_kib


def _sum(counters: list[int | None]) -> int | None:
    known = [counter for counter in counters if counter is not None]
    return sum(known) if known else None


class Rates(NamedTuple):
    """What a domain uses, from two samples. `None`: not known (yet)."""

    cpu: float | None = None
    """0…1 of all its vCPUs."""
    vcpu: tuple[float | None, ...] = ()
    """0…1 of each."""
    mem_used_kib: int | None = None
    mem_total_kib: int | None = None
    disk_read: float | None = None
    """Bytes per second over all disks, as the next."""
    disk_write: float | None = None
    disk_read_ops: float | None = None
    """Requests per second, as the next."""
    disk_write_ops: float | None = None
    net_rx: float | None = None
    """Bytes per second over all network devices, as the next."""
    net_tx: float | None = None

    @property
    def iops(self) -> float | None:
        """Requests per second, reads and writes."""
        if self.disk_read_ops is None or self.disk_write_ops is None:
            return None
        return self.disk_read_ops + self.disk_write_ops

    @property
    def mem(self) -> float | None:
        """0…1 of the memory it has."""
        if self.mem_used_kib is None or not self.mem_total_kib:
            return None
        return min(self.mem_used_kib / self.mem_total_kib, 1.0)


NO_RATES: Final = Rates()


def rates(before: Sample | None, now: Sample) -> Rates:
    """What happened between two samples.

    Without an earlier sample there is no rate, nor where a counter went back. Processor time that went back
    means that the domain was started anew: then no counter can be compared. Devices that came or went do not
    count.
    """
    used, total = now.mem_used_kib, now.mem_total_kib
    if before is None or (seconds := now.at - before.at) <= 0 or _restarted(before, now):
        return Rates(None, (None,) * len(now.vcpu_ns), used, total)
    # By position: this runs for every domain at every tick, and names cost half as much again.
    return Rates(
        _busy(*_cpu_ns(before, now), seconds, now.vcpus or len(now.vcpu_ns)),
        _each_busy(before.vcpu_ns, now.vcpu_ns, seconds),
        used,
        total,
        *_grown(before.disks, now.disks, _DISK_COUNTERS, 4, seconds),
        *_grown(before.nets, now.nets, _NET_COUNTERS, 2, seconds),
    )


def _restarted(before: Sample, now: Sample) -> bool:
    return before.cpu_ns is not None and now.cpu_ns is not None and now.cpu_ns < before.cpu_ns


def _cpu_ns(before: Sample, now: Sample) -> tuple[int | None, int | None]:
    """Like with like: the time of a domain has its hypervisor's own in it, that of its vCPUs has not."""
    if before.cpu_ns is not None and now.cpu_ns is not None:
        return before.cpu_ns, now.cpu_ns
    if before.vcpu_ns and now.vcpu_ns:
        return sum(before.vcpu_ns), sum(now.vcpu_ns)
    return None, None


def _busy(before: int | None, now: int | None, seconds: float, processors: int) -> float | None:
    if before is None or now is None or now < before or not processors:
        return None
    # Above one: the hypervisor's own threads, and the delay between counter and clock.
    return min((now - before) / (seconds * 1e9 * processors), 1.0)


def _each_busy(before: tuple[int, ...], now: tuple[int, ...], seconds: float) -> tuple[float | None, ...]:
    known = [_busy(old, new, seconds, 1) for old, new in zip(before, now, strict=False)]
    return (*known, *[None] * (len(now) - len(known)))


class _Device(Protocol):
    @property
    def name(self) -> str: ...


D = TypeVar("D", bound=_Device)

_DISK_COUNTERS: Final[Callable[[DiskCounters], tuple[int | None, ...]]] = attrgetter(
    "read", "write", "read_ops", "write_ops"
)
_NET_COUNTERS: Final[Callable[[NetCounters], tuple[int | None, ...]]] = attrgetter("rx", "tx")


def _grown(
    before: tuple[D, ...],
    now: tuple[D, ...],
    counters: Callable[[D], tuple[int | None, ...]],
    width: int,
    seconds: float,
) -> list[float | None]:
    """Growth per second of each counter, over the devices that are in both samples."""
    totals: list[float | None] = [None] * width
    for old, new in _pairs(before, now):
        for place, (start, end) in enumerate(zip(counters(old), counters(new), strict=True)):
            if start is not None and end is not None:
                # One that went back spoils the sum, whatever the others add.
                totals[place] = (totals[place] or 0) + (end - start if end >= start else -math.inf)
    return [None if total is None or total < 0 else total / seconds for total in totals]


def _pairs(before: tuple[D, ...], now: tuple[D, ...]) -> Iterable[tuple[D, D]]:
    if [device.name for device in before] == [device.name for device in now]:
        return zip(before, now, strict=True)
    known = {device.name: device for device in before}
    return [(known[device.name], device) for device in now if device.name in known]


BUDGET: Final = 16 * 1024**2
"""Bytes that the histories of all domains may take."""

DEFAULT_CAPACITY: Final = 300
"""Ten minutes at two seconds."""


def capacity_for(domains: int) -> int:
    """Samples of history for each of so many domains within `BUDGET`: 30 to 1800."""
    return min(max(BUDGET // (History.BYTES * max(domains, 1)), 30), 1800)


LEAST_SPAN: Final = 0.5
"""Seconds between two samples that tell a rate. Processor time is counted in steps of up to 10 ms, and told
some milliseconds late: over a shorter span that is all there would be to see.
"""


class Usage:
    """The use of one domain over time. History costs nothing before the second sample."""

    __slots__ = ("_base", "_capacity", "_history", "rates", "sample")

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        self.sample: Sample | None = None
        """The last one; `None` before the first and after `reset`."""
        self.rates = NO_RATES
        """What the last samples told that are far enough apart; memory as the last one told it."""
        self._base: Sample | None = None
        """What the next sample is compared with."""
        self._capacity = capacity
        self._history: History | None = None

    @property
    def history(self) -> History:
        """Empty before the second sample."""
        return NOTHING if self._history is None else self._history

    @property
    def capacity(self) -> int:
        """How many samples the history keeps; the newest survive when it shrinks."""
        return self._capacity

    @capacity.setter
    def capacity(self, capacity: int) -> None:
        self._capacity = capacity
        if self._history is not None:
            self._history.capacity = capacity

    def feed(self, sample: Sample) -> Rates:
        """Take a sample; returns the rates known now. Samples come in the order of their time.

        One within `LEAST_SPAN` of the last that gave rates gives none, and leaves no mark in the history.
        """
        base, self.sample = self._base, sample
        if base is None or sample.at - base.at >= LEAST_SPAN or _restarted(base, sample):
            self._base, self.rates = sample, rates(base, sample)
            self._keep(sample.at, first=base is None)
        else:
            if sample.told - base.told:
                self._base = sample
            self._take_sizes(sample)
        return self.rates

    def _keep(self, at: float, *, first: bool) -> None:
        if self._history is None:
            if first:
                return
            self._history = History(self._capacity)
        now = self.rates
        self._history.append(at, (now.cpu, now.mem, now.disk_read, now.disk_write, now.net_rx, now.net_tx))

    def _take_sizes(self, sample: Sample) -> None:
        """Memory is no rate: it is as true as it will be after `LEAST_SPAN`."""
        known = self.rates
        used = sample.mem_used_kib
        self.rates = known._replace(
            vcpu=known.vcpu or (None,) * len(sample.vcpu_ns),
            mem_used_kib=known.mem_used_kib if used is None else used,
            mem_total_kib=sample.mem_total_kib or known.mem_total_kib,
        )

    def reset(self) -> None:
        """The domain stopped: its counters begin anew. What it did before stays in the history."""
        self.sample = self._base = None
        self.rates = NO_RATES

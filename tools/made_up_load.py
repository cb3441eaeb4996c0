"""Counters for the screenshots: libvirt's test driver has none. The same at every run."""

import math
import random
from collections.abc import Iterator

from demo_files import DemoDomain

from tuivirt.core.changes import HostFacts, HostLoad, HostSampled
from tuivirt.core.usage import DiskCounters, NetCounters, Sample
from tuivirt.resources.domain.snapshot import Domain, State

INTERVAL = 3.0
"""Seconds between two readings."""
LEVELS = (0.08, 0.15, 0.25, 0.35, 0.45, 0.55)
"""Shares of its processors that a domain may use on average; what else it does follows."""
WEIGHTS = (4e6, 9e6, 3e6, 14e6)
"""Bytes per second read, written, received and sent by a domain that is fully busy."""
REQUEST = 16384
"""Bytes of a request to a disk."""


def host_samples(name: str, facts: HostFacts) -> Iterator[HostSampled]:
    """Two readings of the host's counters, which make one figure."""
    chance = random.Random(name)  # noqa: S311 (a picture)
    busy, free = chance.uniform(0.15, 0.45), chance.uniform(0.3, 0.6)
    for second in (0, 1):
        load = HostLoad(
            at=float(second),
            busy_ns=int(second * busy * 1e9),
            idle_ns=int(second * (1 - busy) * 1e9),
            memory_total_kib=facts.memory_kib,
            memory_free_kib=int(facts.memory_kib * free),
        )
        yield HostSampled(name, load, 0.002)


class Guest:
    """The counters of one domain. Samples are asked for in the order of their ticks."""

    def __init__(self, domain: Domain, sizes: Sample, devices: DemoDomain) -> None:
        """``sizes`` is what the driver tells: processors and memory."""
        self.uuid = domain.uuid
        self.active = domain.active
        self._sizes = sizes
        self._devices = devices
        self._chance = random.Random(f"load of {domain.uuid}")  # noqa: S311 (a picture)
        self._level = self._chance.choice(LEVELS) if domain.state is State.RUNNING else 0.0
        self._swing = self._level * self._chance.uniform(0.3, 0.7)
        self._period = self._chance.uniform(8, 50)
        self._vcpu_ns = [0] * (sizes.vcpus or 1)
        self._moved = [0, 0, 0, 0]

    def sample(self, tick: int) -> Sample:
        """The counters at a tick; of a domain that is not active just its sizes."""
        if not self.active:
            return self._sizes._replace(at=0.0, cpu_ns=None)  # the test driver tells the time instead
        busy = self._work(self._level + self._swing * math.sin(2 * math.pi * tick / self._period))
        for place, weight in enumerate(WEIGHTS):
            self._moved[place] += int(busy * weight * self._chance.uniform(0.5, 1.5) * INTERVAL)
        memory = self._sizes.memory_kib or 0
        used = 0.35 + self._level * 0.5 + 0.04 * math.sin(2 * math.pi * tick / (3 * self._period))
        return self._sizes._replace(
            at=tick * INTERVAL,
            cpu_ns=sum(self._vcpu_ns),
            vcpu_ns=tuple(self._vcpu_ns),
            available_kib=memory,
            usable_kib=int(memory * (1 - used)),
            disks=tuple(self._disk(*disk) for disk in enumerate(self._devices.disks)),
            nets=tuple(self._net(number) for number in range(self._devices.nics)),
        )

    def _work(self, share: float) -> float:
        """Use this share of the processors, more or less; returns what it was."""
        shares = [min(max(share + self._chance.gauss(0, self._swing / 2), 0.0), 1.0) for _ in self._vcpu_ns]
        self._vcpu_ns = [
            ns + int(each * INTERVAL * 1e9) for ns, each in zip(self._vcpu_ns, shares, strict=True)
        ]
        return sum(shares) / len(shares)

    def _disk(self, number: int, target: str) -> DiskCounters:
        """Only the first disk is busy."""
        read, write = self._moved[:2] if number == 0 else (0, 0)
        return DiskCounters(target, read, write, read // REQUEST, write // REQUEST)

    def _net(self, number: int) -> NetCounters:
        """Only the first device is busy."""
        received, sent = self._moved[2:] if number == 0 else (0, 0)
        return NetCounters(f"vnet{number}", received, sent)

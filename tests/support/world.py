"""A small fleet that stands still: two open connections, one that failed, one that is not open."""

from tests.support.scripted import NOW, ScriptedBackend, domain
from tuivirt.core.backend import Definition
from tuivirt.core.changes import HostFacts, HostLoad, HostSampled
from tuivirt.core.source import Source
from tuivirt.core.usage import DiskCounters, NetCounters, Sample
from tuivirt.resources.domain.snapshot import Address, Addresses, Domain, State

LAB1 = (
    domain("web01", autostart=True),
    domain("web02", state=State.PAUSED),
    domain("web10"),
    domain("db01", has_snapshots=True),
    domain("db02", state=State.SHUTOFF, managed_save=True, reason=5),
    domain("cache01", state=State.SHUTOFF),
    domain("build01", state=State.CRASHED),
    domain("installer", persistent=False),
)
LAB2 = (
    domain("mail01", "lab2"),
    domain("web01", "lab2", state=State.SHUTOFF),
    domain("dns01", "lab2", autostart=True),
)
SOURCES = (
    Source(
        "lab1",
        "qemu+ssh://root@lab1.example.org/system",
        "bookmark",
        "bookmarks.toml",
        "lab",
        autoconnect=True,
    ),
    Source("lab2", "qemu+ssh://root@lab2.example.org/system", "bookmark", "bookmarks.toml", "lab"),
    Source("old", "qemu+ssh://root@old.example.org/system", "alias", "libvirt.conf"),
    Source("test", "test:///default", "argument", "-c"),
)
UNREAD = Definition(None, "<domain/>")
"""What those say whose definition nobody has read yet."""
NAMES = tuple(sorted(("web01", "web02", "web10", "db01", "db02", "cache01", "build01", "installer")))
"""The domains of lab1 in the order of the list."""


def world() -> ScriptedBackend:
    """Everything is told already; nothing changes unless the test says so."""
    backend = ScriptedBackend()
    backend.connection("lab1", facts=HostFacts("lab1", "QEMU 9.2.0", "11.0.0", "x86_64", 16, 64 << 20))
    backend.connection("lab2", facts=HostFacts("lab2", "QEMU 7.2.0", "9.0.0", "x86_64", 8, 32 << 20))
    backend.connection(
        "old",
        "failed",
        error="Cannot recv data: ssh: connect to host old.example.org port 22: Connection timed out",
        hint="Is the host up, and is ssh reachable from here?",
        code=38,
    )
    backend.connection("test", "closed", uri="test:///default")
    backend.listed("lab1", LAB1)
    backend.listed("lab2", LAB2)
    backend.details(
        LAB1[0],
        title="The front",
        tags=("prod", "web"),
        os="debian 12",
        macs=("52:54:00:00:00:01",),
        networks=("default",),
        disks=("/var/lib/libvirt/images/web01.qcow2",),
        pending=2,
    )
    backend.details(LAB1[3], title="The book of everything", tags=("prod", "db", "protected"), os="fedora 41")
    backend.details(LAB1[4], tags=("db",))
    described = {LAB1[0], LAB1[3], LAB1[4]}
    backend.definitions = {d.key: UNREAD for d in (*LAB1, *LAB2) if d not in described}
    tell_addresses(backend, LAB1[0], "10.0.3.11")
    for host, domains in (("lab1", LAB1), ("lab2", LAB2)):
        backend.sampled(host, {d.uuid: sample(d, 100.0) for d in domains})
        backend.sampled(host, {d.uuid: sample(d, 103.0) for d in domains if d.active})
    for host in ("lab1", "lab2"):
        for tick, busy, idle in ((100.0, 0, 0), (103.0, 9_000_000_000, 39_000_000_000)):
            backend.tell(HostSampled(host, HostLoad(tick, busy, idle, 64 << 20, 40 << 20), 0.012))
    return backend


def tell_addresses(backend: ScriptedBackend, known: Domain, *ips: str) -> None:
    from tuivirt.core.changes import AddressesRead

    found = tuple(Address(ip, 24, "52:54:00:00:00:01", "vnet0") for ip in ips)
    backend.tell(AddressesRead(known.key, Addresses(found, "lease")))


def sample(known: Domain, at: float, *, load: float = 0.25) -> Sample:
    """Counters of a domain that has always been as busy as this."""
    size = 1 + len(known.name) % 4
    seconds = at if known.active else 0.0
    done = int(seconds * 1_000_000)
    return Sample(
        at,
        vcpus=size,
        vcpus_max=size,
        memory_kib=size << 20,
        max_memory_kib=size << 20,
        cpu_ns=int(seconds * load * size * 1e9),
        vcpu_ns=(int(seconds * load * 1e9),) * size,
        rss_kib=(size << 20) // 2,
        disks=(DiskCounters("vda", done, done // 4, done // 4096, done // 8192, 20 << 30, 4 << 30, 5 << 30),),
        nets=(NetCounters("vnet0", done * 2, done),),
    )


def changed(known: Domain, state: State, reason: int = 1) -> Domain:
    """The domain in another state."""
    return known._replace(state=state, reason=reason, domid=1 if state.active else -1)


__all__ = ["LAB1", "LAB2", "NAMES", "NOW", "SOURCES", "changed", "sample", "tell_addresses", "world"]

"""A host: what it says of itself, its load, and what can be done on it as a whole."""

import contextlib
from collections.abc import Callable
from typing import Annotated, NamedTuple, TypeVar

import libvirt

from tuivirt.core.action import Actions, Param
from tuivirt.core.changes import ConnectionState, HostFacts

KIND = "host"
T = TypeVar("T")

action = Actions[ConnectionState](KIND)


class RestoreFrom(NamedTuple):
    path: Annotated[str, Param("File on the host", kind="path", required=True, hint="/var/tmp/NAME.save")] = (
        ""
    )
    bypass_cache: Annotated[bool, Param("Bypass the file system cache", kind="flag")] = False
    paused: Annotated[bool, Param("Leave it paused", kind="flag")] = False

    def words(self) -> tuple[str, ...]:
        chosen = {"--bypass-cache": self.bypass_cache, "--paused": self.paused}
        return tuple(word for word, on in chosen.items() if on)


@action(
    "Restore a domain from a file",
    params=RestoreFrom,
    bulk=False,
    virsh=lambda _host, p: ("restore", "--file", p.path, *p.words()),
)
def restore(conn: libvirt.virConnect, options: RestoreFrom) -> None:
    """Start a domain from the file that *Save to a file* wrote."""
    flags = (libvirt.VIR_DOMAIN_SAVE_BYPASS_CACHE if options.bypass_cache else 0) | (
        libvirt.VIR_DOMAIN_SAVE_PAUSED if options.paused else 0
    )
    conn.restoreFlags(options.path, None, flags)


ACTIONS = action


def read_facts(conn: libvirt.virConnect) -> HostFacts:
    """Five round trips. A fact that the driver does not tell stays empty."""
    hostname = _told(conn.getHostname) or ""
    info = _told(conn.getInfo)
    driver = _told(conn.getType) or ""
    version = _told(conn.getVersion)
    library = _told(conn.getLibVersion)
    return HostFacts(
        hostname=hostname,
        hypervisor=f"{driver} {version_text(version)}".strip() if version else driver,
        libvirt=version_text(library) if library else "",
        model=str(info[0]) if info else "",
        cpus=int(info[2]) if info else 0,
        memory_kib=int(info[1]) * 1024 if info else 0,
    )


def version_text(number: int) -> str:
    """libvirt's ``major * 1,000,000 + minor * 1,000 + release`` as ``9.0.0``."""
    return f"{number // 1_000_000}.{number // 1_000 % 1_000}.{number % 1_000}"


def _told(ask: Callable[[], T]) -> T | None:
    with contextlib.suppress(libvirt.libvirtError):
        return ask()
    return None


def read_cpu(conn: libvirt.virConnect) -> tuple[int, int] | None:
    """Nanoseconds that all processors were busy and idle since the host started (``virNodeGetCPUStats``);
    None where the driver does not tell. Two round trips: the binding asks for the number of counters first.
    """
    cpu = _told(lambda: conn.getCPUStats(libvirt.VIR_NODE_CPU_STATS_ALL_CPUS))
    if cpu is None or "idle" not in cpu:
        return None
    busy = sum(cpu.get(name, 0) for name in ("user", "kernel", "intr"))
    return busy, cpu["idle"] + cpu.get("iowait", 0)


def read_memory(conn: libvirt.virConnect) -> tuple[int, int] | None:
    """KiB in all, and free with buffers and page cache (``virNodeGetMemoryStats``); None where the driver
    does not tell. Two round trips, as above.
    """
    memory = _told(lambda: conn.getMemoryStats(libvirt.VIR_NODE_MEMORY_STATS_ALL_CELLS))
    if memory is None or "total" not in memory:
        return None
    return memory["total"], sum(memory.get(name, 0) for name in ("free", "buffers", "cached"))

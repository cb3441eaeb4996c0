"""Bulk statistics: one call for all domains, its reply as samples by UUID."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import libvirt

from tuivirt.core.usage import DiskCounters, NetCounters, Sample

GROUPS: dict[str, int] = {
    "cpu": libvirt.VIR_DOMAIN_STATS_CPU_TOTAL,
    "vcpu": libvirt.VIR_DOMAIN_STATS_VCPU,
    "memory": libvirt.VIR_DOMAIN_STATS_BALLOON,
    "block": libvirt.VIR_DOMAIN_STATS_BLOCK,
    "net": libvirt.VIR_DOMAIN_STATS_INTERFACE,
}
"""Groups of counters by the names that columns need. Most are asked of the guest's monitor, about 8 ms per
running guest, and wait for a guest that hangs; so only what is on screen is named."""

CHUNK = 500
"""Domains per call when the reply for all of them is too large for one message."""

NOWAIT = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
ACTIVE = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE
Reply = list[tuple[libvirt.virDomain, dict[str, Any]]]


def _groups(names: Iterable[str]) -> int:
    flags = 0
    for name in names:
        flags |= GROUPS.get(name, 0)
    return flags or libvirt.VIR_DOMAIN_STATS_STATE


Samples = dict[str, Sample]
"""By UUID."""


def sample_all(conn: libvirt.virConnect, groups: Iterable[str]) -> Samples | None:
    """Every domain, inactive ones too: one round trip. None where the driver has no such call. Raises
    libvirtError, as the others do.
    """
    return _supported(lambda: ask_all(conn, _groups(groups), NOWAIT))


def sample_active(conn: libvirt.virConnect, groups: Iterable[str]) -> Samples | None:
    """Every active domain: one round trip."""
    return _supported(lambda: ask_all(conn, _groups(groups), ACTIVE | NOWAIT))


def sample_some(
    conn: libvirt.virConnect, handles: list[libvirt.virDomain], groups: Iterable[str]
) -> Samples | None:
    """These domains, at least one, as far as they still exist: one round trip."""
    return _supported(lambda: conn.domainListGetStats(handles, _groups(groups), NOWAIT))


def _supported(ask: Callable[[], Reply]) -> Samples | None:
    began = time.monotonic()
    try:
        reply = ask()
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_SUPPORT:
            return None
        raise
    at = (began + time.monotonic()) / 2
    return {dom.UUIDString(): to_sample(record, at) for dom, record in reply}


def ask_all(conn: libvirt.virConnect, groups: int, flags: int) -> Reply:
    """``virConnectGetAllDomainStats``, in parts where the whole does not fit into one message."""
    try:
        return conn.getAllDomainStats(groups, flags)
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_RPC:
            raise
    wanted = conn.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE if flags & ACTIVE else 0)
    return [
        record
        for start in range(0, len(wanted), CHUNK)
        for record in conn.domainListGetStats(wanted[start : start + CHUNK], groups, flags & NOWAIT)
    ]


def to_sample(record: Mapping[str, Any], at: float) -> Sample:
    """One record of the reply; every key is optional."""
    get = record.get
    disks = tuple(
        _disk(record, f"block.{n}") for n in range(get("block.count", 0)) if f"block.{n}.name" in record
    )
    nets = tuple(_net(record, f"net.{n}") for n in range(get("net.count", 0)) if f"net.{n}.name" in record)
    vcpus = range(get("vcpu.maximum", 0))
    return Sample(
        at=at,
        vcpus=get("vcpu.current"),
        vcpus_max=get("vcpu.maximum"),
        memory_kib=get("balloon.current"),
        max_memory_kib=get("balloon.maximum"),
        cpu_ns=get("cpu.time"),
        vcpu_ns=tuple(record[f"vcpu.{n}.time"] for n in vcpus if f"vcpu.{n}.time" in record),
        rss_kib=get("balloon.rss"),
        unused_kib=get("balloon.unused"),
        available_kib=get("balloon.available"),
        usable_kib=get("balloon.usable"),
        disks=disks,
        nets=nets,
    )


def _disk(record: Mapping[str, Any], prefix: str) -> DiskCounters:
    get = record.get
    return DiskCounters(
        name=get(f"{prefix}.name", ""),
        read=get(f"{prefix}.rd.bytes"),
        write=get(f"{prefix}.wr.bytes"),
        read_ops=get(f"{prefix}.rd.reqs"),
        write_ops=get(f"{prefix}.wr.reqs"),
        capacity=get(f"{prefix}.capacity"),
        allocation=get(f"{prefix}.allocation"),
        physical=get(f"{prefix}.physical"),
    )


def _net(record: Mapping[str, Any], prefix: str) -> NetCounters:
    get = record.get
    return NetCounters(
        name=get(f"{prefix}.name", ""), rx=get(f"{prefix}.rx.bytes"), tx=get(f"{prefix}.tx.bytes")
    )


def add_info(sample: Sample | None, dom: libvirt.virDomain) -> Sample | None:
    """A sample with sizes and processor time from ``virDomainGetInfo``, for a driver whose bulk call does not
    tell them; None when the domain is gone. A round trip, unless the driver is inside this process.
    """
    try:
        _state, maximum, memory, vcpus, cpu_ns = dom.info()
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
            return None
        raise
    known = sample or Sample(time.monotonic())
    return known._replace(vcpus=vcpus, memory_kib=memory, max_memory_kib=maximum, cpu_ns=cpu_ns)

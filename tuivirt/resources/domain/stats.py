"""Bulk statistics: one call for all domains, its reply as samples by UUID."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
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
"""Groups of counters by the names that columns need. All but ``cpu`` and ``net`` are asked of the guest's
monitor, about 8 ms per running guest, so only what is on screen is named."""

CHUNK = 500
"""Domains per call when the reply for all of them is too large for one message."""

NOWAIT = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
ACTIVE = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE
_Record = tuple[libvirt.virDomain, Mapping[str, Any]]


def _groups(names: Iterable[str]) -> int:
    flags = 0
    for name in names:
        flags |= GROUPS.get(name, 0)
    return flags or libvirt.VIR_DOMAIN_STATS_STATE


def sample_all(conn: libvirt.virConnect, groups: Iterable[str]) -> dict[str, Sample]:
    """Every domain, inactive ones too: one round trip. Raises libvirtError."""
    return _samples(_ask_all(conn, _groups(groups), 0))


def sample_active(conn: libvirt.virConnect, groups: Iterable[str]) -> dict[str, Sample]:
    """Every active domain: one round trip."""
    return _samples(_ask_all(conn, _groups(groups), ACTIVE))


def sample_some(
    conn: libvirt.virConnect, handles: list[libvirt.virDomain], groups: Iterable[str]
) -> dict[str, Sample]:
    """These domains, as far as they still exist: one round trip."""
    try:
        return _samples(conn.domainListGetStats(handles, _groups(groups), NOWAIT))
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_SUPPORT:
            return {}
        raise


def _ask_all(conn: libvirt.virConnect, groups: int, which: int) -> list[_Record]:
    try:
        return list(conn.getAllDomainStats(groups, which | NOWAIT))
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_SUPPORT:
            return []
        if error.get_error_code() != libvirt.VIR_ERR_RPC:
            raise
    # The reply did not fit into one message.
    wanted = conn.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE if which else 0)
    return [
        record
        for start in range(0, len(wanted), CHUNK)
        for record in conn.domainListGetStats(wanted[start : start + CHUNK], groups, NOWAIT)
    ]


def _samples(records: Iterable[_Record]) -> dict[str, Sample]:
    at = time.monotonic()
    return {dom.UUIDString(): to_sample(record, at) for dom, record in records}


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


def add_info(samples: dict[str, Sample], handles: Mapping[str, libvirt.virDomain]) -> None:
    """Fill in sizes and processor time with ``virDomainGetInfo`` for a driver inside this process, whose
    bulk call tells states only. Not for a daemon: it is a call per domain.
    """
    for uuid, dom in handles.items():
        try:
            _state, maximum, memory, vcpus, cpu_ns = dom.info()
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                raise
            continue  # gone since it was listed
        sample = samples[uuid]
        if sample.vcpus is None:
            samples[uuid] = replace(
                sample, vcpus=vcpus, memory_kib=memory, max_memory_kib=maximum, cpu_ns=cpu_ns
            )

"""The definitions of a domain, and the sizes of the disks in it."""

import contextlib

import libvirt

from tuivirt.core.backend import Definition, DiskSize
from tuivirt.core.errors import HostError

HUNG = 2.0
"""Seconds that a question to a guest's monitor lasts before the guest counts as hung."""


def read_definition(dom: libvirt.virDomain) -> Definition:
    """The live and the saved definition, without secrets."""
    saved = dom.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE) if dom.isPersistent() else None
    return Definition(live=dom.XMLDesc(0) if dom.isActive() else None, saved=saved)


def disk_sizes(dom: libvirt.virDomain, targets: tuple[str, ...]) -> tuple[DiskSize, ...]:
    """``virDomainGetBlockInfo`` of each target; one that libvirt cannot measure is left out.

    Raises HostError for a guest that hangs: its disks are asked of its monitor, without limit.
    """
    _refuse_hung(dom)
    sizes: list[DiskSize] = []
    for target in targets:
        with contextlib.suppress(libvirt.libvirtError):
            capacity, allocation, physical = dom.blockInfo(target)
            sizes.append(DiskSize(target, capacity, allocation, physical))
    return tuple(sizes)


def _refuse_hung(dom: libvirt.virDomain) -> None:
    """``virDomainGetControlInfo`` tells how long somebody has been waiting for the monitor already."""
    try:
        state, _details, milliseconds = dom.controlInfo(0)
    except libvirt.libvirtError:
        return  # not active, or a driver that does not tell; then the question itself shows
    if state == libvirt.VIR_DOMAIN_CONTROL_OCCUPIED and milliseconds > HUNG * 1000:
        seconds = milliseconds // 1000
        raise HostError(
            f"{dom.name()} does not respond: its hypervisor has not answered for {seconds} s",
            hint="Wait, or force it off.",
        )

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
    refuse_hung(dom)
    sizes: list[DiskSize] = []
    for target in targets:
        with contextlib.suppress(libvirt.libvirtError):
            capacity, allocation, physical = dom.blockInfo(target)
            sizes.append(DiskSize(target, capacity, allocation, physical))
    return tuple(sizes)


def waited_for(dom: libvirt.virDomain) -> float:
    """Seconds that somebody has been waiting for a guest's monitor (``virDomainGetControlInfo``); 0 when
    nobody is. Raises libvirtError.
    """
    state, _details, milliseconds = dom.controlInfo(0)
    return milliseconds / 1000 if state == libvirt.VIR_DOMAIN_CONTROL_OCCUPIED else 0.0


def refuse_hung(dom: libvirt.virDomain) -> None:
    """Raises HostError for a guest whose monitor somebody has been waiting for."""
    try:
        seconds = waited_for(dom)
    except libvirt.libvirtError:
        return  # not active, or a driver that does not tell; then the question itself shows
    if seconds > HUNG:
        raise HostError(
            f"{dom.name()} does not respond: its hypervisor has not answered for {seconds:.0f} s",
            hint="Wait, or force it off.",
        )

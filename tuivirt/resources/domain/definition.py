"""The definitions of a domain, and the sizes of the disks in it."""

import contextlib

import libvirt

from tuivirt.core.backend import Definition, DiskSize


def read_definition(dom: libvirt.virDomain) -> Definition:
    """The live and the saved definition, without secrets. The live one waits for a hung guest."""
    saved = dom.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE) if dom.isPersistent() else None
    return Definition(live=dom.XMLDesc(0) if dom.isActive() else None, saved=saved)


def disk_sizes(dom: libvirt.virDomain, targets: tuple[str, ...]) -> tuple[DiskSize, ...]:
    """``virDomainGetBlockInfo`` of each target; one that libvirt cannot measure is left out."""
    sizes: list[DiskSize] = []
    for target in targets:
        with contextlib.suppress(libvirt.libvirtError):
            capacity, allocation, physical = dom.blockInfo(target)
            sizes.append(DiskSize(target, capacity, allocation, physical))
    return tuple(sizes)

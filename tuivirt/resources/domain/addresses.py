"""A guest's IP addresses, from the first source that knows any."""

import libvirt

from tuivirt.core import xml
from tuivirt.resources.domain.snapshot import Address, Addresses

_SOURCES = (
    ("lease", libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE),
    ("agent", libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT),
    ("ARP", libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP),
)


def addresses(conn: libvirt.virConnect, dom: libvirt.virDomain, *, in_process: bool) -> Addresses:
    """Leases, agent or ARP, in that order (up to three round trips).

    A source that fails (no agent, not supported) knows none; a domain that is gone raises libvirtError.
    """
    if in_process and not _networks_have_addresses(conn, dom):
        return Addresses((), "")
    for word, source in _SOURCES:
        try:
            interfaces = dom.interfaceAddresses(source, 0)
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
                raise
            continue
        found = tuple(
            Address(ip=a["addr"], prefix=a["prefix"], mac=(facts["hwaddr"] or "").lower(), interface=name)
            for name, facts in interfaces.items()
            for a in facts["addrs"] or ()
            if name != "lo"
        )
        if found:
            return Addresses(found, word)
    return Addresses((), "")


def _networks_have_addresses(conn: libvirt.virConnect, dom: libvirt.virDomain) -> bool:
    """Whether all networks of a domain have an ``<ip>``: libvirt's test driver crashes the process when asked
    for the addresses of a guest on one that has none (9.0).
    """
    names = xml.words(xml.parse(dom.XMLDesc(0)), "devices/interface/source/@network")
    try:
        return all("<ip " in conn.networkLookupByName(name).XMLDesc(0) for name in names)
    except libvirt.libvirtError:
        return False  # a network that is not there has no addresses

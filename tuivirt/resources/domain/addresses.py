"""A guest's IP addresses, from the first source that knows any."""

from typing import Final

import libvirt

from tuivirt.core import xml
from tuivirt.resources.domain.snapshot import Address

_SOURCES: Final = {
    "lease": libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE,
    "agent": libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
    "ARP": libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP,
}
SOURCES: Final = tuple(_SOURCES)
"""In the order in which they are asked until one knows an address."""
OF_GUEST = "agent"
"""The one whose answer waits for the guest, or for five seconds."""


def ask(
    conn: libvirt.virConnect, dom: libvirt.virDomain, source: str, *, in_process: bool
) -> tuple[Address, ...]:
    """The addresses that a source knows (``virDomainInterfaceAddresses``): one round trip.

    A source that fails (no agent, not supported) knows none; a domain that is gone raises libvirtError.
    """
    if in_process and not _networks_have_addresses(conn, dom):
        return ()
    try:
        interfaces = dom.interfaceAddresses(_SOURCES[source], 0)
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
            raise
        return ()
    return tuple(
        Address(ip=a["addr"], prefix=a["prefix"], mac=(facts["hwaddr"] or "").lower(), interface=name)
        for name, facts in interfaces.items()
        for a in facts["addrs"] or ()
        if name != "lo"
    )


def _networks_have_addresses(conn: libvirt.virConnect, dom: libvirt.virDomain) -> bool:
    """Whether all networks of a domain have an ``<ip>``: libvirt's test driver crashes the process when asked
    for the addresses of a guest on one that has none (9.0).
    """
    names = xml.words(xml.parse(dom.XMLDesc(0)), "devices/interface/source/@network")
    try:
        return all("<ip " in conn.networkLookupByName(name).XMLDesc(0) for name in names)
    except libvirt.libvirtError:
        return False  # a network that is not there has no addresses

"""What to do about libvirt's errors: a table from their text to advice.

Code and domain say little (every failure of ssh is 38/7), so the text decides. libvirt and ssh speak English
here, because Python leaves LC_MESSAGES alone. In an advice ``{login}`` is ``user@host``, ``{host}`` the host,
and ``{port}`` is ``-p N`` or nothing.
"""

from typing import Final

import libvirt

from tuivirt.backend.hint import hint
from tuivirt.backend.hints_remote import AUTHENTICATION, NETWORK, SSH

# At the beginning: the far side of ssh says the same in the middle of its words.
_SOCKET: Final = r"^Failed to connect socket to '[^']*': "

CONFIGURATION: Final = (
    hint(
        r"expected a string(?: list)? for 'uri_|Malformed 'uri_aliases'",
        'Mend libvirt.conf: uri_aliases is a list such as ["lab=qemu:///system"], uri_default a string.',
        step="configuration",
    ),
    hint(
        r"",
        "Mend libvirt.conf at that line: libvirt opens nothing until it can read it.",
        libvirt.VIR_ERR_CONF_SYNTAX,
        step="configuration",
    ),
)

LOCAL: Final = (
    hint(
        _SOCKET + "No such file",
        "Nothing listens there. Start the daemon (systemctl start libvirtd, or virtqemud.socket), install "
        "it, or name its socket with ?socket=.",
        step="socket",
    ),
    hint(
        _SOCKET + "Connection refused",
        "The socket is there but its daemon is gone. Start it again: systemctl restart libvirtd, or "
        "virtqemud.socket.",
        step="socket",
    ),
    hint(
        _SOCKET + "Permission denied",
        "Join the group that owns the socket (usermod -aG libvirt USER) and log in again, or use "
        "qemu:///session.",
        step="socket permission",
        closer=True,
    ),
    hint(
        r"Cannot create user runtime directory '[^']*'",
        "Set XDG_RUNTIME_DIR or HOME to a directory you may write to.",
        step="socket permission",
    ),
    hint(
        r"Unable to get system bus connection|PolicyKit1 was not provided",
        "The daemon asks polkit, which needs D-Bus: start both on its machine, or connect as root, or set "
        'auth_unix_rw = "none" in libvirtd.conf.',
        step="polkit",
    ),
    hint(
        r"polkit(?! rejected)|access denied by policy",
        "polkit has nobody to ask here. Join the group libvirt and log in again, or add a polkit rule for "
        "org.libvirt.unix.manage.",
        step="polkit",
    ),
)

ADDRESS: Final = (
    hint(
        r"transport support was not enabled",
        "This libvirt was built without that transport: use +ssh, or install a libvirt that has it.",
        step="URI",
    ),
    hint(
        r"transport in URL not recognised",
        "This libvirt has no such transport. Write one of unix, tls, ssh, libssh, libssh2, tcp, ext after "
        "the plus sign; proxy modes go into ?proxy=.",
        step="URI",
    ),
    hint(r"using unix socket and remote server", "Leave the host out, or use +ssh to reach it.", step="URI"),
    hint(
        r"does not include a driver name",
        "No alias of libvirt.conf has this name, and a URI begins with a driver: qemu:///system",
        step="URI",
    ),
    hint(
        r"no connection driver available for",
        "The libvirt that was asked has no such driver: check the spelling, or install its package there "
        "(libvirt-daemon-driver-...).",
        step="driver",
    ),
    hint(
        r"built without the '\w+' driver",
        "The libvirt that was asked has no such driver: it needs one that was built with it.",
        step="driver",
    ),
    hint(
        r"vmrun utility is missing|/proc/vz does not exist",
        "This driver works by the hypervisor's own programs: install those on this machine.",
        step="driver",
    ),
    hint(
        r"(?:maybe you want|try) \S+:///",
        "Change the path, or the slashes, as libvirt proposes.",
        step="driver",
    ),
    hint(r"Unable to parse URI", "Percent-encode what cannot stand in a URI: %20 for a space.", step="URI"),
    hint(
        r"failed to parse xml document '",
        "The test driver needs a readable file with a host's description, or /default.",
        step="driver",
    ),
    hint(
        r"supply a path or use test:///default",
        "Add /default, or the path of a file with a host's description.",
        step="driver",
    ),
    hint(r"", "Mend the XML at the place named.", libvirt.VIR_ERR_XML_DETAIL, step="driver"),
)

LATER: Final = (
    hint(r"", "The driver of this connection does not do that.", libvirt.VIR_ERR_NO_SUPPORT),
    hint(r"", "The connection is read-only: open it for writing.", libvirt.VIR_ERR_OPERATION_DENIED),
    hint(r"", "It is gone meanwhile: the list shows what is there now.", libvirt.VIR_ERR_NO_DOMAIN),
    hint(
        r"",
        "The guest's QEMU does not answer, or another job holds it. Wait for that to end, or force it off.",
        libvirt.VIR_ERR_OPERATION_TIMEOUT,
    ),
    hint(
        r"client socket is closed|cause is unknown|End of file while reading|Cannot (?:recv|write) data",
        "The daemon, or the program of ?command=, ended the connection or never answered: see whether it "
        "runs and what it logs, then connect again.",
    ),
    hint(r"", "The agent in the guest does not answer.", libvirt.VIR_ERR_AGENT_UNRESPONSIVE),
)

HINTS: Final = (*CONFIGURATION, *LOCAL, *SSH, *AUTHENTICATION, *NETWORK, *ADDRESS, *LATER)
"""In the order in which they are tried: what names its cause comes before what only names a code."""

"""What to do about libvirt's errors: a table from their text to advice.

Code and domain say little (every failure of ssh is 38/7), so the text decides. libvirt and ssh speak English
here, because Python leaves LC_MESSAGES alone. In an advice ``{login}`` is ``user@host``, ``{host}`` the host,
and ``{port}`` is ``-p N`` or nothing.
"""

import re
from typing import Final, NamedTuple

import libvirt


class Hint(NamedTuple):
    """One line of the table; the first that matches is taken."""

    pattern: re.Pattern[str]
    advice: str
    code: int | None = None
    """``virErrorNumber``; None when the text says enough."""
    step: str = "open"
    """The step of opening a connection that such an error belongs to, in the words that the user reads."""
    closer: bool = False
    """A closer look at the host may know more: see ``closer.py``."""


def _hint(
    pattern: str, advice: str, code: int | None = None, step: str = "open", *, closer: bool = False
) -> Hint:
    return Hint(re.compile(pattern, re.DOTALL), advice, code, step, closer)


# At the beginning: the far side of ssh says the same in the middle of its words.
_SOCKET: Final = r"^Failed to connect socket to '[^']*': "

CONFIGURATION: Final = (
    _hint(
        r"expected a string(?: list)? for 'uri_|Malformed 'uri_aliases'",
        'Mend libvirt.conf: uri_aliases is a list such as ["lab=qemu:///system"], uri_default a string.',
        step="configuration",
    ),
    _hint(
        r"",
        "Mend libvirt.conf at that line: libvirt opens nothing until it can read it.",
        libvirt.VIR_ERR_CONF_SYNTAX,
        step="configuration",
    ),
)

LOCAL: Final = (
    _hint(
        _SOCKET + "No such file",
        "Nothing listens there. Start the daemon (systemctl start libvirtd, or virtqemud.socket), install "
        "it, or name its socket with ?socket=.",
        step="socket",
    ),
    _hint(
        _SOCKET + "Connection refused",
        "The socket is there but its daemon is gone. Start it again: systemctl restart libvirtd, or "
        "virtqemud.socket.",
        step="socket",
    ),
    _hint(
        _SOCKET + "Permission denied",
        "Join the group that owns the socket (usermod -aG libvirt USER) and log in again, or use "
        "qemu:///session.",
        step="socket permission",
        closer=True,
    ),
    _hint(
        r"Cannot create user runtime directory '[^']*'",
        "Set XDG_RUNTIME_DIR or HOME to a directory you may write to.",
        step="socket permission",
    ),
    _hint(
        r"Unable to get system bus connection",
        "The daemon asks polkit, which needs D-Bus: start dbus on its machine, or connect as root, or set "
        'auth_unix_rw = "none" in libvirtd.conf.',
        step="polkit",
    ),
    _hint(
        r"polkit(?! rejected)",
        "polkit has nobody to ask here. Join the group libvirt and log in again, or add a polkit rule for "
        "org.libvirt.unix.manage.",
        step="polkit",
    ),
)

SSH: Final = (
    _hint(
        r"REMOTE HOST IDENTIFICATION HAS CHANGED|differs from stored identity|Host key for \S+ has changed",
        "The host shows another key than before: it was installed anew, or somebody is in between. Find out "
        "which. If it is all right, forget the old key (ssh-keygen -R) and connect once with ssh "
        "{port}{login}.",
        step="changed host key",
    ),
    _hint(
        r"Host key verification failed|decision to accept host key",
        "The host's key is not known yet, and was not accepted. Connect here without no_tty=1, or once with "
        "ssh {port}{login}; compare the fingerprint, and accept it.",
        step="host key",
    ),
    _hint(
        r"Identity file \S+ not accessible|reading private key|UNPROTECTED PRIVATE KEY",
        "The key of ?keyfile= cannot be used: check its path, and that only you may read it (chmod 600).",
        step="SSH authentication",
    ),
    _hint(
        r"Too many authentication failures",
        "The agent offered too many keys: name the right one with ?keyfile=, or IdentitiesOnly in "
        "~/.ssh/config.",
        step="SSH authentication",
    ),
    _hint(
        r"Permission denied \(|failed to authenticate|[Ss][Ss][Hh] [Aa]gent|private key passphrase|"
        r"authentication with private key|authentication methods|keyboard interactive authentication failed",
        "SSH could not log in. Load the key into an agent (ssh-add), or name it with ?keyfile=; to try: ssh "
        "{port}{login}",
        step="SSH authentication",
    ),
    _hint(
        r"Could not resolve hostname",
        "Check the spelling of the host, and DNS: getent hosts {host}",
        step="name",
    ),
    _hint(
        r"ssh: connect to host .*Connection refused",
        "No SSH server listens on that port of {host}. Start sshd there, or name its port in the URI.",
        step="TCP",
    ),
    _hint(
        r"ssh: connect to host .*(?:timed out|No route|unreachable)|banner exchange|port \d+ timed out",
        "{host} does not answer: check that it is up, the route, and firewalls. To try: ssh {port}{login}",
        step="TCP",
    ),
    _hint(
        r"kex_exchange_identification|Connection (?:reset|closed) by (?!peer)",
        "Something on that port of {host} does not speak SSH, or its sshd turns you away. To try: ssh "
        "{port}{login}",
        step="TCP",
    ),
    _hint(
        r"(?:while reading|recv) data: .*: (?:(?:command )?not found|invalid option -- '?U)|"
        r"terminated with non-zero code: 127",
        "{host} lacks the program that reaches its libvirt socket. Install virt-ssh-helper (libvirt-clients "
        "or libvirt-daemon) or nc (netcat-openbsd) there.",
        step="helper on the far side",
    ),
    _hint(
        r"(?:while reading|recv) data: (?:virt-ssh-helper|\w+): .*: Permission denied",
        "SSH works, but libvirt's socket on {host} is not open to this user. Have it join the group that "
        "owns the socket there (usermod -aG libvirt USER), or log in as root.",
        step="socket permission there",
    ),
    _hint(
        r"(?:while reading|recv) data: (?:virt-ssh-helper|nc|[Nn]cat|netcat): ",
        "SSH works, but nothing listens at libvirt's socket on {host}. Start libvirtd or virtqemud.socket "
        "there, or check ?socket=.",
        step="socket on the far side",
    ),
    _hint(
        r"Remote command terminated",
        "SSH works, but what connects to libvirt's socket on {host} failed, and this transport does not tell "
        "why. Start libvirtd or virtqemud.socket there, check ?socket=, and that the user is in the group "
        "libvirt there; +ssh would say which.",
        step="socket on the far side",
    ),
    _hint(
        r"cannot execute binary",
        "The program of ?command= cannot be run: check its path, and that it is executable.",
        step="command",
    ),
)

AUTHENTICATION: Final = (
    _hint(
        r"Failed to verify peer's certificate",
        "The server's certificate has expired, is for another host name, or is from a CA that is not in "
        "cacert.pem. Have it renewed, use the name in it, or install the right CA; no_verify=1 checks "
        "nothing.",
        step="TLS certificate",
        closer=True,
    ),
    _hint(
        r"The (?:client|CA) certificate \S+ (?:has expired|is not yet active)",
        "Have that certificate made anew, or check the clock of this machine; no_sanity=1 leaves it to the "
        "server to judge.",
        step="our certificate",
    ),
    _hint(
        r"TLS handshake failed",
        "The other side does not speak TLS as we do: check the port (16514 unless changed) and "
        "?tls_priority=.",
        step="TLS",
    ),
    _hint(
        r"SASL mechanism|authentication type \S+",
        "The server offers another way to log in: leave ?auth= out, or see mech_list in its "
        "/etc/sasl2/libvirt.conf and the auth_ settings of its libvirtd.conf.",
        step="SASL",
    ),
    _hint(
        r"Failed to collect auth credentials|(?:Username|Password) request failed",
        "The server asks for a user and a password, and got none. Answer the prompt, or name a file with "
        "them in ?authfile=.",
        step="authentication",
    ),
    _hint(
        r"",
        "Check user and password; SASL users are made on the server with saslpasswd2 -a libvirt USER. If "
        "nothing was asked, both sides share no SASL mechanism: GSSAPI needs a ticket (kinit), others their "
        "plug-in here (libsasl2-modules) and in mech_list of the server's /etc/sasl2/libvirt.conf.",
        libvirt.VIR_ERR_AUTH_FAILED,
        step="authentication",
    ),
    _hint(
        r"",
        "The log-in was cancelled. Connect again to be asked anew.",
        libvirt.VIR_ERR_AUTH_CANCELLED,
        step="authentication",
    ),
    _hint(
        r"",
        "The server's access rules forbid this to you: ask whoever runs it.",
        libvirt.VIR_ERR_ACCESS_DENIED,
        step="access rules",
    ),
)

NETWORK: Final = (
    _hint(
        r"(?:Unable to resolve address|IP address lookup for host)",
        "Check the spelling of the host, and DNS: getent hosts {host}",
        step="name",
    ),
    _hint(
        r"unable to connect to server at .*Connection refused",
        "Nothing listens on that port of {host}. Enable it there (libvirtd-tls.socket, libvirtd-tcp.socket "
        "or sshd), or use +ssh.",
        step="TCP",
    ),
    _hint(
        r"unable to connect to server at ",
        "{host} does not answer: check that it is up, the route, and firewalls.",
        step="TCP",
    ),
    _hint(
        r"bytes received from server too large",
        "What listens there is no libvirt daemon: check host, port and transport (tcp 16509, tls 16514).",
        step="protocol",
    ),
    _hint(
        r"Cannot read \S+ (?:certificate|key) '|Our own certificate|Unable to .*certificate",
        "TLS needs a CA certificate, and our own certificate and key that it signed: in /etc/pki, in "
        "~/.pki/libvirt, or in the directory of ?pkipath=.",
        step="our certificate",
    ),
    _hint(
        r"Unable to read TLS confirmation",
        "The server refused our certificate: it needs one that its CA signed, or tls_no_verify_certificate = "
        "1 there.",
        step="our certificate",
    ),
    _hint(
        r"TLS session priority",
        "GnuTLS does not know that ?tls_priority=: leave it out, or see gnutls-cli --list.",
        step="TLS",
    ),
)

ADDRESS: Final = (
    _hint(
        r"transport support was not enabled",
        "This libvirt was built without that transport: use +ssh, or install a libvirt that has it.",
        step="URI",
    ),
    _hint(
        r"transport in URL not recognised",
        "This libvirt has no such transport. Write one of unix, tls, ssh, libssh, libssh2, tcp, ext after "
        "the plus sign; proxy modes go into ?proxy=.",
        step="URI",
    ),
    _hint(r"using unix socket and remote server", "Leave the host out, or use +ssh to reach it.", step="URI"),
    _hint(
        r"does not include a driver name",
        "No alias of libvirt.conf has this name, and a URI begins with a driver: qemu:///system",
        step="URI",
    ),
    _hint(
        r"no connection driver available for",
        "The libvirt that was asked has no such driver: check the spelling, or install its package there "
        "(libvirt-daemon-driver-...).",
        step="driver",
    ),
    _hint(
        r"built without the '\w+' driver",
        "The libvirt that was asked has no such driver: it needs one that was built with it.",
        step="driver",
    ),
    _hint(
        r"vmrun utility is missing|/proc/vz does not exist",
        "This driver works by the hypervisor's own programs: install those on this machine.",
        step="driver",
    ),
    _hint(
        r"(?:maybe you want|try) \S+:///",
        "Change the path, or the slashes, as libvirt proposes.",
        step="driver",
    ),
    _hint(r"Unable to parse URI", "Percent-encode what cannot stand in a URI: %20 for a space.", step="URI"),
    _hint(
        r"failed to parse xml document '",
        "The test driver needs a readable file with a host's description, or /default.",
        step="driver",
    ),
    _hint(
        r"supply a path or use test:///default",
        "Add /default, or the path of a file with a host's description.",
        step="driver",
    ),
    _hint(r"", "Mend the XML at the place named.", libvirt.VIR_ERR_XML_DETAIL, step="driver"),
)

LATER: Final = (
    _hint(r"", "The driver of this connection does not do that.", libvirt.VIR_ERR_NO_SUPPORT),
    _hint(r"", "The connection is read-only: open it for writing.", libvirt.VIR_ERR_OPERATION_DENIED),
    _hint(r"", "It is gone meanwhile: the list shows what is there now.", libvirt.VIR_ERR_NO_DOMAIN),
    _hint(
        r"",
        "The guest's QEMU does not answer, or another job holds it. Wait for that to end, or force it off.",
        libvirt.VIR_ERR_OPERATION_TIMEOUT,
    ),
    _hint(
        r"client socket is closed|cause is unknown|End of file while reading|Cannot (?:recv|write) data",
        "The daemon, or the program of ?command=, ended the connection or never answered: see whether it "
        "runs and what it logs, then connect again.",
    ),
    _hint(r"", "The agent in the guest does not answer.", libvirt.VIR_ERR_AGENT_UNRESPONSIVE),
)

HINTS: Final = (*CONFIGURATION, *LOCAL, *SSH, *AUTHENTICATION, *NETWORK, *ADDRESS, *LATER)
"""In the order in which they are tried: what names its cause comes before what only names a code."""

"""Hints for what lies on the way to a daemon elsewhere: ssh, the network, certificates, log-ins."""

from typing import Final

import libvirt

from tuivirt.backend.hint import hint

# What ssh itself says may come before it.
_FAR_SOCKET: Final = r"(?:data: |\n)(?:virt-ssh-helper|nc|[Nn]cat|netcat): "

SSH: Final = (
    hint(
        r"REMOTE HOST IDENTIFICATION HAS CHANGED|differs from stored identity|Host key for \S+ has changed",
        "The host shows another key than before: it was installed anew, or somebody is in between. Find out "
        "which. Only if it is all right forget the old key (ssh-keygen -R, with -f and the file that is "
        "named) and connect again: the new one is then asked about.",
        step="changed host key",
    ),
    hint(
        r"Host key verification failed|decision to accept host key",
        "The host's key is not known yet, and was not accepted. Connect here without no_tty=1, or once with "
        "ssh {port}{login}; compare the fingerprint, and accept it.",
        step="host key",
    ),
    hint(
        r"Identity file \S+ not accessible|reading private key|UNPROTECTED PRIVATE KEY",
        "The key of ?keyfile= cannot be used: check its path, and that only you may read it (chmod 600).",
        step="SSH authentication",
    ),
    hint(
        r"Too many authentication failures",
        "The agent offered too many keys: name the right one with ?keyfile=, or IdentitiesOnly in "
        "~/.ssh/config.",
        step="SSH authentication",
    ),
    hint(
        r"Permission denied \(|failed to authenticate|[Ss][Ss][Hh] [Aa]gent|private key passphrase|"
        r"authentication with private key|authentication methods|keyboard interactive authentication failed",
        "SSH could not log in. Load the key into an agent (ssh-add), or name it with ?keyfile=; to try: ssh "
        "{port}{login}",
        step="SSH authentication",
    ),
    hint(
        r"Could not resolve hostname",
        "Check the spelling of the host, and DNS: getent hosts {host}",
        step="name",
    ),
    hint(
        r"ssh: connect to host .*Connection refused",
        "No SSH server listens on that port of {host}. Start sshd there, or name its port in the URI.",
        step="TCP",
    ),
    hint(
        r"ssh: connect to host .*(?:timed out|No route|unreachable)|banner exchange|port \d+ timed out",
        "{host} does not answer: check that it is up, the route, and firewalls. To try: ssh {port}{login}",
        step="TCP",
    ),
    hint(
        r"kex_exchange_identification|Connection (?:reset|closed) by (?!peer)",
        "Something on that port of {host} does not speak SSH, or its sshd turns you away. To try: ssh "
        "{port}{login}",
        step="TCP",
    ),
    hint(
        r"(?:while reading|recv) data: .*: (?:(?:command )?not found|invalid option -- '?U)|"
        r"terminated with non-zero code: 127",
        "{host} lacks the program that reaches its libvirt socket. Install virt-ssh-helper (libvirt-clients "
        "or libvirt-daemon) or nc (netcat-openbsd) there.",
        step="helper on the far side",
    ),
    hint(
        _FAR_SOCKET + r"(?:[^\n]*: )?Permission denied",
        "SSH works, but libvirt's socket on {host} is not open to this user. Have it join the group that "
        "owns the socket there (usermod -aG libvirt USER), or log in as root.",
        step="socket permission there",
    ),
    hint(
        _FAR_SOCKET,
        "SSH works, but nothing listens at libvirt's socket on {host}. Start libvirtd or virtqemud.socket "
        "there, or check ?socket=.",
        step="socket on the far side",
    ),
    # libssh saw the end of what the program says, and did not wait for its exit code.
    hint(
        r"terminated with non-zero code: -1",
        "SSH works, but what connects to libvirt's socket on {host} ended, and this transport did not hear "
        "why. Try again; +ssh would say it. {host} needs virt-ssh-helper or nc, and libvirtd or "
        "virtqemud.socket.",
        step="helper on the far side",
    ),
    hint(
        r"Remote command terminated",
        "SSH works, but what connects to libvirt's socket on {host} failed, and this transport does not tell "
        "why. Start libvirtd or virtqemud.socket there, check ?socket=, and that the user is in the group "
        "libvirt there; +ssh would say which.",
        step="socket on the far side",
    ),
    hint(
        r"cannot execute binary",
        "The program of ?command= cannot be run: check its path, and that it is executable.",
        step="command",
    ),
)

AUTHENTICATION: Final = (
    hint(
        r"Failed to verify peer's certificate",
        "The server's certificate has expired, is for another host name, or is from a CA that is not in "
        "cacert.pem. Have it renewed, use the name in it, or install the right CA; no_verify=1 checks "
        "nothing.",
        step="TLS certificate",
        closer=True,
    ),
    hint(
        r"The (?:client|CA) certificate \S+ (?:has expired|is not yet active)",
        "Have that certificate made anew, or check the clock of this machine; no_sanity=1 leaves it to the "
        "server to judge.",
        step="certificate files",
    ),
    hint(
        r"TLS handshake failed",
        "The other side does not speak TLS as we do: check the port (16514 unless changed) and "
        "?tls_priority=.",
        step="TLS",
    ),
    hint(
        r"SASL mechanism|authentication type \S+",
        "The server offers another way to log in: leave ?auth= out, or see mech_list in its "
        "/etc/sasl2/libvirt.conf and the auth_ settings of its libvirtd.conf.",
        step="SASL",
    ),
    hint(
        r"Failed to collect auth credentials|(?:Username|Password) request failed",
        "The server asks for a user and a password, and got none. Answer the prompt, or name a file with "
        "them in ?authfile=.",
        step="authentication",
    ),
    hint(
        r"",
        "Check user and password; SASL users are made on the server with saslpasswd2 -a libvirt USER. If "
        "nothing was asked, both sides share no SASL mechanism: GSSAPI needs a ticket (kinit), others their "
        "plug-in here (libsasl2-modules) and in mech_list of the server's /etc/sasl2/libvirt.conf.",
        libvirt.VIR_ERR_AUTH_FAILED,
        step="authentication",
    ),
    hint(
        r"",
        "The log-in was cancelled. Connect again to be asked anew.",
        libvirt.VIR_ERR_AUTH_CANCELLED,
        step="authentication",
    ),
    hint(
        r"",
        "The server's access rules forbid this to you: ask whoever runs it.",
        libvirt.VIR_ERR_ACCESS_DENIED,
        step="access rules",
    ),
)

NETWORK: Final = (
    hint(
        r"(?:Unable to resolve address|IP address lookup for host)",
        "Check the spelling of the host, and DNS: getent hosts {host}",
        step="name",
    ),
    hint(
        r"unable to connect to server at .*Connection refused",
        "Nothing listens on that port of {host}. Enable it there (libvirtd-tls.socket, libvirtd-tcp.socket "
        "or sshd), or use +ssh.",
        step="TCP",
    ),
    hint(
        r"unable to connect to server at ",
        "{host} does not answer: check that it is up, the route, and firewalls.",
        step="TCP",
    ),
    hint(
        r"bytes received from server too large",
        "What listens there is no libvirt daemon: check host, port and transport (tcp 16509, tls 16514).",
        step="protocol",
    ),
    hint(
        r"Cannot read \S+ (?:certificate|key) '|Our own certificate|Unable to .*certificate",
        "TLS needs a CA certificate, and our own certificate and key that it signed: in /etc/pki, in "
        "~/.pki/libvirt, or in the directory of ?pkipath=.",
        step="certificate files",
    ),
    hint(
        r"Unable to read TLS confirmation",
        "The server refused our certificate: it needs one that its CA signed, or tls_no_verify_certificate = "
        "1 there.",
        step="our certificate",
    ),
    hint(
        r"TLS session priority",
        "GnuTLS does not know that ?tls_priority=: leave it out, or see gnutls-cli --list.",
        step="TLS",
    ),
)

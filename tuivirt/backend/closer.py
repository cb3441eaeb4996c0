"""A closer look at failures that libvirt does not explain: whose socket it is, what ails a certificate."""

import grp
import logging
import os
import pwd
import re
import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tuivirt.core.text import plain
from tuivirt.core.uri import ConnectionURI, URIError

if TYPE_CHECKING:
    import ssl

log = logging.getLogger(__name__)

PATIENCE: Final = 5.0
"""Seconds for the server to show its certificate once more."""

_FORBIDDEN: Final = re.compile(r"socket to '([^']*)': Permission denied")


def look(message: str, uri: str) -> str:
    """An advice that knows more than the table's about a failure; empty where there is none.

    May connect to the host, for a few seconds.
    """
    if path := _FORBIDDEN.search(message):
        return socket_permission(path[1])
    try:
        return server_certificate(ConnectionURI.parse(uri))
    except URIError:
        return ""


def socket_permission(path: str) -> str:
    """Which group may use a socket of this machine, and how to get into it."""
    try:
        found = Path(path).stat()
        owner, group = pwd.getpwuid(found.st_uid).pw_name, grp.getgrgid(found.st_gid)
    except (OSError, KeyError):  # its directory is closed to us, or its owner has no name
        return ""
    if found.st_gid == 0 or not found.st_mode & stat.S_IWGRP:
        return (
            f"The socket is open to {owner} alone. Use qemu:///session, or have unix_sock_group and "
            "unix_sock_rw_perms set in libvirtd.conf (or SocketGroup in libvirtd.socket)."
        )
    user = pwd.getpwuid(os.geteuid()).pw_name
    if user in group.gr_mem:
        return f"You are in the group {group.gr_name} now, but were not when you logged in: log in again."
    return (
        f"The socket is open to the group {group.gr_name}. Join it (usermod -aG {group.gr_name} {user}) and "
        "log in again, or use qemu:///session."
    )


def server_certificate(uri: ConnectionURI) -> str:
    """What is wrong with the certificate that a server shows to ``tls``."""
    import ssl  # here: of use to nobody else

    host, port = uri.effective_host, uri.effective_port
    if uri.effective_transport != "tls" or host is None or port is None:
        return ""
    authority = ca_file(uri)
    try:
        context = ssl.create_default_context(cafile=authority)
        # As strict as GnuTLS, not more: Python 3.13 looks for extensions that older tools leave out.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        _shake_hands(context, host, port)
    except ssl.SSLCertVerificationError as error:
        return _verdict(error.verify_code, host, port, authority, context)
    except OSError as error:  # no certificate authority, or no server any more
        log.info("the certificate of %s cannot be looked at: %s", host, error)
    return ""


# Of OpenSSL's x509_vfy.h.
_NOT_YET_VALID, _EXPIRED = 9, 10
_STRANGERS: Final = frozenset({18, 19, 20, 21})
_OTHER_NAMES: Final = frozenset({62, 64})


def _verdict(code: int, host: str, port: int, authority: str, context: "ssl.SSLContext") -> str:
    shown = plain(host)
    if code in _OTHER_NAMES:
        names = _names(context, host, port)
        for_whom = f"is for {plain(', '.join(names))}, not {shown}" if names else f"is not for {shown}"
        return f"The server's certificate {for_whom}: write that name in the URI. no_verify=1 checks nothing."
    if code == _EXPIRED:
        return "The server's certificate has expired: have it renewed. no_verify=1 checks nothing until then."
    if code == _NOT_YET_VALID:
        return (
            "The server's certificate is not valid yet: check the clocks of this machine and of the server."
        )
    if code in _STRANGERS:
        return (
            f"The server's certificate is from a CA that is not in {plain(authority)}: install that CA's "
            "certificate there, or name a directory that has it in ?pkipath=. no_verify=1 checks nothing."
        )
    return ""


def _names(context: "ssl.SSLContext", host: str, port: int) -> list[str]:
    """The names in a certificate that is good but for them."""
    context.check_hostname = False
    try:
        shown = _shake_hands(context, host, port)
    except OSError:
        return []
    return [str(value) for kind, value in shown.get("subjectAltName", ()) if kind in {"DNS", "IP Address"}]


def _shake_hands(context: "ssl.SSLContext", host: str, port: int) -> dict[str, Any]:
    """Raises OSError, of which ssl's errors are a kind."""
    with (
        socket.create_connection((host, port), PATIENCE) as link,
        context.wrap_socket(link, server_hostname=host) as secure,
    ):
        return secure.getpeercert() or {}


def ca_file(uri: ConnectionURI) -> str:
    """The certificate authorities that libvirt's client trusts for a URI ; by the rules of
    ``virNetTLSContextLocateCredentials``.
    """
    if directory := uri.params.get("pkipath"):
        return f"{directory}/cacert.pem"
    own = Path.home() / ".pki/libvirt/cacert.pem"
    if os.geteuid() != 0 and own.exists():
        return str(own)
    return "/etc/pki/CA/cacert.pem"

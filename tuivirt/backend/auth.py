"""Opening a connection."""

import libvirt

from tuivirt.core.uri import ConnectionURI

_CREDENTIALS = [
    libvirt.VIR_CRED_AUTHNAME,
    libvirt.VIR_CRED_PASSPHRASE,
    libvirt.VIR_CRED_ECHOPROMPT,
    libvirt.VIR_CRED_NOECHOPROMPT,
    libvirt.VIR_CRED_REALM,
    libvirt.VIR_CRED_EXTERNAL,
]


def open_connection(uri: ConnectionURI, *, read_only: bool) -> libvirt.virConnect:
    """Open ``uri``; blocks, without limit where the daemon is stopped. Raises libvirtError.

    ssh asks its questions on the terminal, which belongs to the app, so it is told to ask none
    (``no_tty=1``); keys and agents work. A question of libvirt itself is declined.
    """
    if uri.transport == "ssh" and "no_tty" not in uri.params:
        uri = uri.with_params(no_tty="1")
    flags = libvirt.VIR_CONNECT_RO if read_only else 0
    return libvirt.openAuth(uri.build(), [_CREDENTIALS, _decline, None], flags)


def _decline(_credentials: list[list[object]], _opaque: object) -> int:
    return -1

"""Opening a connection, with the questions that this may lead to."""

import shutil
from typing import Final

import libvirt

from tuivirt.backend.askpass import Askpass
from tuivirt.backend.errors import explain_error
from tuivirt.backend.prompter import CREDENTIALS, MOST, Prompter
from tuivirt.core.errors import HostError
from tuivirt.core.uri import ConnectionURI
from tuivirt.core.uri_check import is_on

HASTE: Final = 3
"""How often more an ssh is tried that ended before libvirt had written a byte: at that it reads no words of
ssh, and it happens on a busy machine, where a name does not resolve or a port refuses.
"""


class CancelledError(Exception):
    """The user cancelled the login."""


def open_connection(uri: ConnectionURI, *, read_only: bool) -> libvirt.virConnect:
    """Open ``uri`` and ask nothing; blocks, without limit where the daemon is stopped. Raises libvirtError.

    ssh is told to ask none (``no_tty=1``); keys and agents work. A question of libvirt itself is declined.
    """
    if uri.transport == "ssh" and not is_on(uri.params.get("no_tty")):
        uri = uri.with_params(no_tty="1")
    return _open(uri, read_only, _decline)


def open_asking(
    uri: ConnectionURI, *, read_only: bool, prompter: Prompter, askpass: Askpass
) -> libvirt.virConnect:
    """Open ``uri``; what libvirt and ssh ask is asked of the user. Blocks until it is answered.

    The program of ``ext`` gets no terminal either: it may be an ssh. ``no_tty=1`` asks nothing.
    Raises CancelledError, libvirtError, HostError when no answer was accepted, and OSError where ssh cannot
    be given a way to ask.
    """
    try:
        return _open_asking(uri, read_only, prompter, askpass)
    except libvirt.libvirtError as error:
        if prompter.cancelled:
            raise CancelledError from None
        if prompter.gave_up:
            found = explain_error(error, uri.build())
            words = f"{MOST} answers were not accepted: {found.message}"
            raise HostError(words, found.code, found.domain, "Connect again to try once more.") from None
        raise


def _open_asking(
    uri: ConnectionURI, read_only: bool, prompter: Prompter, askpass: Askpass
) -> libvirt.virConnect:
    if is_on(uri.params.get("no_tty")):
        prompter.close()
    if uri.transport in {"ext", "ssh"}:
        command = uri.params.get("command", "ssh")
        if shutil.which(command) is not None:  # else libvirt says so better than a shell would
            with askpass.wrapper(prompter, command) as wrapper:
                return _open_again(uri.with_params(command=str(wrapper)), read_only, prompter)
    return _open_again(uri, read_only, prompter)


def _open_again(uri: ConnectionURI, read_only: bool, prompter: Prompter) -> libvirt.virConnect:
    """SASL gives one chance for each connection, so a wrong answer needs another."""
    while True:
        try:
            conn = _open(uri, read_only, prompter.collect)
        except libvirt.libvirtError as error:
            if not prompter.again(error):
                raise
        else:
            prompter.opened()
            return conn


def _open(uri: ConnectionURI, read_only: bool, collect: object) -> libvirt.virConnect:
    flags = libvirt.VIR_CONNECT_RO if read_only else 0
    auth = [CREDENTIALS, collect, None]
    for _ in range(HASTE if uri.transport == "ssh" else 0):
        try:
            return libvirt.openAuth(uri.build(), auth, flags)
        except libvirt.libvirtError as error:
            if "Cannot write data: Broken pipe" not in str(error):
                raise
    return libvirt.openAuth(uri.build(), auth, flags)


def _decline(_credentials: list[list[object]], _opaque: object) -> int:
    return -1

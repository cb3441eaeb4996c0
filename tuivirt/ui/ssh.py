"""The command that opens a shell in a guest over ssh."""

import ipaddress
from urllib.parse import urlsplit

from tuivirt.ui.options import SshTarget


def ssh_command(address: str, target: SshTarget, connection_uri: str) -> list[str]:
    """The words of the ssh command for a guest's address.

    A private address of a guest on a remote host is only reachable there, so the connection's own host is
    the jump host unless the settings name another. Raises ValueError when the address is none.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    words = ["ssh"]
    jump = target.jump or _own_host(connection_uri)
    if jump and jump != "none" and not ip.is_global:
        words += ["-J", jump]
    elif target.jump and target.jump != "none":
        words += ["-J", target.jump]
    if target.port:
        words += ["-p", str(target.port)]
    if target.user:
        words += ["-l", target.user]
    return [*words, "--", address]


def _own_host(uri: str) -> str:
    """``user@host:port`` of a connection over ssh, else an empty string."""
    parts = urlsplit(uri)
    if "ssh" not in parts.scheme or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    user = f"{parts.username}@" if parts.username else ""
    port = f":{parts.port}" if parts.port else ""
    return f"{user}{host}{port}"

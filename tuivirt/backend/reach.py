"""Whether the way to a daemon is open: names, ports, sockets, each tried by itself."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from tuivirt.backend.closer import socket_permission
from tuivirt.backend.limited import UnansweredError, limited
from tuivirt.core.steps import Step
from tuivirt.core.uri import ConnectionURI

_RESOLVE: Final = "Check the spelling of the host, and DNS: getent hosts {}"
_START: Final = "Start the daemon there (systemctl start libvirtd, or virtqemud.socket), or install it."


def steps(uri: ConnectionURI, *, privileged: bool, read_only: bool, timeout: float) -> Iterator[Step]:
    """What must work before libvirt can be asked; ends after the first step that fails."""
    transport = uri.effective_transport
    if transport == "unix":
        yield _socket(uri, privileged=privileged, read_only=read_only)
    elif transport == "ext":
        yield _program(uri.params["command"])
    elif transport == "ssh":
        yield from _ssh(uri, timeout)
    elif (host := uri.effective_host) is not None and (port := uri.effective_port) is not None:
        yield from _tcp(host, port, timeout)
    elif uri.in_process and uri.driver == "test" and uri.path not in {"", "/", "/default"}:
        yield _file(uri.path)


def _file(path: str) -> Step:
    try:
        size = Path(path).stat().st_size
    except OSError as error:
        return Step(
            "file",
            False,
            f"{path}: {error.strerror or error}",
            "Name a file with a host's description, or /default.",
        )
    return Step("file", True, f"{path}, {size} bytes")


def _program(command: str) -> Step:
    found = shutil.which(command)
    if found is None:
        hint = "Check the path in ?command=, and that it is executable."
        return Step("command", False, f"{command}: no such program", hint)
    return Step("command", True, found)


def _socket(uri: ConnectionURI, *, privileged: bool, read_only: bool) -> Step:
    runtime = os.environ.get("XDG_RUNTIME_DIR") or str(Path.home() / ".cache")
    paths = uri.sockets(runtime_dir=runtime, privileged=privileged, read_only=read_only)
    # libvirt takes the first that exists, and complains of the last.
    path = next((path for path in paths if Path(path).exists()), paths[-1])
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as probe:
        try:
            probe.connect(path)
        except BlockingIOError:
            return Step("socket", True, f"{path}: its queue is full, so the daemon is busy or stopped")
        except FileNotFoundError:
            return _missing(uri, path, privileged=privileged)
        except PermissionError:
            hint = "Join the group that owns the socket (usermod -aG libvirt USER) and log in again."
            known = socket_permission(path)
            return Step("socket permission", False, f"{path}: permission denied", known or hint)
        except OSError as error:
            hint = (
                "The socket is there but its daemon is gone: systemctl restart libvirtd, or virtqemud.socket."
            )
            return Step("socket", False, f"{path}: {error.strerror or error}", hint)
    return Step("socket", True, path)


def _missing(uri: ConnectionURI, path: str, *, privileged: bool) -> Step:
    started = uri.path == "/session" and not privileged and os.environ.get("LIBVIRT_AUTOSTART") != "0"
    if started and "socket" not in uri.params:
        return Step("socket", True, f"{path} is not there yet: libvirt starts the daemon")
    hint = "Check ?socket=, or start the daemon that makes it." if "socket" in uri.params else _START
    return Step("socket", False, f"{path}: there is no such socket", hint)


def _ssh(uri: ConnectionURI, timeout: float) -> Iterator[Step]:
    """Only ssh knows where it will connect: its configuration may give the host another name, port or way."""
    host = uri.effective_host or "localhost"
    if command := uri.params.get("command"):
        yield _program(command)
        return
    if shutil.which("ssh") is None:
        yield Step("command", False, "there is no ssh here", "Install the OpenSSH client, or use +libssh2.")
        return
    port = ["-p", str(uri.port)] if uri.port else []
    try:
        answer = subprocess.run(
            ["ssh", "-G", *port, "--", host],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        yield Step("ssh configuration", False, f"ssh -G gave no answer within {timeout:g} s")
        return
    if answer.returncode:
        yield Step("ssh configuration", False, answer.stderr.strip(), "Mend ~/.ssh/config.")
        return
    found = dict(line.partition(" ")[::2] for line in answer.stdout.splitlines())
    for way in ("proxyjump", "proxycommand"):
        if found.get(way, "none") != "none":
            yield Step("ssh configuration", True, f"by way of {found[way]}")
            return
    yield from _tcp(found.get("hostname", host), int(found.get("port", 22)), timeout)


def _tcp(host: str, port: int, timeout: float) -> Iterator[Step]:
    try:
        found = limited(
            partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM), timeout, OSError, UnicodeError
        )
    except socket.gaierror as error:
        yield Step("name", False, f"{host}: {error.strerror}", _RESOLVE.format(host))
        return
    except UnicodeError:
        yield Step("name", False, f"{host} is no name of a host", _RESOLVE.format(host))
        return
    except UnansweredError:
        yield Step("name", False, f"{host}: no answer within {timeout:g} s", _RESOLVE.format(host))
        return
    addresses = list(dict.fromkeys(str(address[4][0]) for address in found))
    yield Step("name", True, ", ".join(addresses))
    yield _connect(host, port, timeout)


def _connect(host: str, port: int, timeout: float) -> Step:
    try:
        # The limit is for each address in turn.
        with socket.create_connection((host, port), timeout) as link:
            return Step("TCP", True, f"port {port} of {link.getpeername()[0]} answers")
    except TimeoutError:
        hint = f"Check that {host} is up, the route, and firewalls."
        return Step("TCP", False, f"port {port} does not answer within {timeout:g} s", hint)
    except ConnectionRefusedError:
        hint = f"Nothing listens there: start the server on {host}, or check the port."
        return Step("TCP", False, f"port {port} refuses", hint)
    except OSError as error:
        return Step("TCP", False, f"port {port}: {error.strerror or error}", f"Check the route to {host}.")

"""What libvirt will ignore, or refuse, in a connection URI that it can read."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from tuivirt.core.uri import ConnectionURI
from tuivirt.core.uri_words import DRIVERS, OWN_PARAMETERS, PARAMETERS, Parameter

_NUMBER: Final = re.compile(r"\s*[+-]?[0-9]+")
_OTHER_WAY: Final = {
    ("no_verify", "libssh"): "; known_hosts_verify=ignore does it there",
    ("no_verify", "libssh2"): "; known_hosts_verify=ignore does it there",
    ("known_hosts", "ssh"): "; ssh has UserKnownHostsFile in its own configuration",
    ("known_hosts_verify", "ssh"): "; no_verify=1 accepts any key there",
    ("sshauth", "ssh"): "; ssh has PreferredAuthentications in its own configuration",
}

_OURS: Final = {"no_tty": "; tuivirt asks nothing all the same"}
"""What this program heeds where libvirt does not."""


def warnings(uri: ConnectionURI) -> tuple[str, ...]:
    """One sentence for each part that has no effect, or for which libvirt will refuse the URI."""
    uri = uri.without_secrets()
    return (*_part_warnings(uri), *_parameter_warnings(uri))


def is_on(value: str | None) -> bool:
    """A flag as libvirt reads it: any number but zero. None and text that is no number are off."""
    return value is not None and _NUMBER.fullmatch(value) is not None and int(value) != 0


def _part_warnings(uri: ConnectionURI) -> Iterator[str]:
    transport = uri.effective_transport
    if uri.user and transport in {"unix", "tls", "tcp", "ext"}:
        yield f"the user {uri.user!r} has no effect with {transport}: the server asks who you are if it must"
    elif uri.user and transport is not None and ":" in uri.user:
        yield "libvirt takes no password in a URI: all that stands before the @ is the user's name"
    if uri.port and transport == "ext":
        yield f"the port {uri.port} has no effect with ext: the command decides"
    if uri.fragment is not None:
        yield "what follows # means nothing to libvirt: write %23 for a # that belongs to a value"
    yield from _path_warnings(uri)


def _path_warnings(uri: ConnectionURI) -> Iterator[str]:
    driver = DRIVERS[uri.driver]
    if driver.paths and uri.path not in driver.paths:
        right = " or ".join(path for path in driver.paths if len(path) > 1 and path != "/embed")
        what = f"refuses the path {uri.path!r}" if uri.path else "needs a path"
        yield f"the driver {driver.name} {what}: use {right}"
    elif uri.driver == "test" and uri.path in {"", "/"}:
        yield "the test driver needs a path: /default, or that of a file with the host's description"
    elif uri.driver == "vpx" and uri.transport is None and uri.path.strip("/").count("/") < 1:
        yield "vpx needs a path with the datacenter and the host in it: /DATACENTER/HOST"
    elif uri.path == "/session" and uri.effective_transport in {"tls", "tcp"}:
        listens = "what listens there is the system daemon, unless somebody set it up otherwise"
        yield f"over {uri.effective_transport} /session is not your own: {listens}"


def _parameter_warnings(uri: ConnectionURI) -> Iterator[str]:
    for name, count in Counter(name for name, _ in uri.query).items():
        if count > 1:
            yield f"the parameter {name} is given {count} times: the last one counts"
    for name, value in uri.params.items():
        if uri.effective_transport is None:
            yield from _own_parameter(uri, name)
        elif name not in PARAMETERS:
            yield f"libvirt knows no parameter {name!r} and ignores it{_nearest(name, PARAMETERS)}"
        else:
            yield from _remote_parameter(uri, PARAMETERS[name], value)
    yield from _combinations(uri)


def _own_parameter(uri: ConnectionURI, name: str) -> Iterator[str]:
    known = ("root",) if uri.path == "/embed" else OWN_PARAMETERS.get(uri.driver, ())
    if name in known:
        return
    if name in PARAMETERS:
        why = "which uses no libvirt daemon"
        yield f"the parameter {name} has no effect with {uri.driver}://{uri.host or ''}{uri.path}, {why}"
    else:
        yield f"the driver {uri.driver} knows no parameter {name!r} and ignores it{_nearest(name, known)}"


def _remote_parameter(uri: ConnectionURI, parameter: Parameter, value: str) -> Iterator[str]:
    name, transport = parameter.name, uri.effective_transport
    if transport not in parameter.transports:
        other = _OTHER_WAY.get((name, transport or ""), _OURS.get(name, ""))
        fits = ", ".join(parameter.transports)
        yield f"the transport {transport} ignores {name}, which is for {fits}{other}"
    # libvirt reads these whatever the transport is, and refuses what it cannot read.
    if parameter.flag and not _NUMBER.fullmatch(value):
        yield f"libvirt refuses {name}={value}: write {name}=1 or leave it out"
    elif parameter.values and value not in parameter.values:
        choices = ", ".join(parameter.values)
        yield f"libvirt refuses {name}={value}: it may be {choices}"


def _combinations(uri: ConnectionURI) -> Iterator[str]:
    params, transport = uri.params, uri.effective_transport
    over_ssh = transport in {"ssh", "libssh", "libssh2"}
    if over_ssh and params.get("mode") == "direct":
        yield f"libvirt refuses mode=direct with {transport}: leave it out, the far side finds the daemon"
    if over_ssh and params.get("proxy") == "native" and "netcat" in params:
        yield "libvirt refuses netcat together with proxy=native: leave one of them out"
    if over_ssh and "socket" in params and "proxy" not in params:
        yield "given a socket, libvirt uses nc on the far side: add proxy=native to keep virt-ssh-helper"
    command = params.get("command", "")
    if transport in {"ssh", "ext"} and " " in command:
        yield f"the command {command!r} is run as one program with this name, spaces and all: use a script"


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f"; did you mean {near[0]}?" if near else ""

"""A connection URI as the parts of a form, without any widget."""

from collections.abc import Collection
from pathlib import PurePath
from typing import Final

from tuivirt.core.text import plain
from tuivirt.core.uri import ConnectionURI
from tuivirt.core.uri_words import DRIVERS, OWN_PARAMETERS, PARAMETERS, TRANSPORTS, Parameter, parameters_for

START: Final = ConnectionURI("qemu", path="/system")
"""The parts before anything was entered."""

DRIVER_CHOICES: Final = tuple(
    (f"{driver.title.replace('the ', 'The ', 1)} ({name})", name) for name, driver in DRIVERS.items()
)
AUTOMATIC: Final = "automatic"
"""Stands for a URI that names no transport."""
TRANSPORT_CHOICES: Final = (
    ("automatic: unix on this machine, tls to a host", AUTOMATIC),
    ("unix: the daemon's socket on this machine", "unix"),
    ("ssh: the ssh command", "ssh"),
    ("libssh: built-in SSH client", "libssh"),
    ("libssh2: another built-in SSH client", "libssh2"),
    ("tls: encrypted, with certificates", "tls"),
    ("tcp: not encrypted by itself", "tcp"),
    ("ext: a command of your own", "ext"),
)

_OWN_DOCS: Final = {
    "transport": "https unless http is given.",
    "vcenter": "The vCenter that manages the host; * asks the host itself which one.",
    "no_verify": "Do not check the server's certificate.",
    "auto_answer": "Answer questions of the server by their default instead of failing.",
    "proxy": "A proxy to go through: [TYPE://]HOST[:PORT], with http, socks, socks4, socks4a or socks5.",
    "root": "The directory that the embedded driver keeps its files in.",
}
_OWN_FLAGS: Final = frozenset({"no_verify", "auto_answer"})


def parameters_of(uri: ConnectionURI) -> tuple[Parameter, ...]:
    """The extra parameters that mean something to ``uri``, and whatever else it has."""
    transport = uri.effective_transport
    if transport is not None:
        fit = parameters_for(transport)
    else:
        names = ("root",) if uri.path == "/embed" else OWN_PARAMETERS.get(uri.driver, ())
        fit = tuple(_own(name) for name in names)
    known = {parameter.name for parameter in fit}
    extra = tuple(PARAMETERS.get(name, Parameter(name, "", ())) for name in uri.params if name not in known)
    return (*fit, *extra)


def _own(name: str) -> Parameter:
    if name in _OWN_DOCS:
        values = ("https", "http") if name == "transport" else ()
        return Parameter(name, _OWN_DOCS[name], (), values, flag=name in _OWN_FLAGS)
    return PARAMETERS[name]


def with_parameter(uri: ConnectionURI, name: str, value: str | None) -> ConnectionURI:
    """The URI with one parameter set where it stands, or at the end; taken away where the value is None."""
    query = [(known, old) for known, old in uri.query if known != name]
    if value is not None:
        places = [place for place, (known, _) in enumerate(uri.query) if known == name]
        query.insert(places[0] if places else len(query), (name, value))
    return uri._replace(query=tuple(query))


def with_driver(uri: ConnectionURI, driver: str) -> ConnectionURI:
    """The URI for another hypervisor, with a path that it opens."""
    words = DRIVERS[driver]
    path, transport = uri.path, uri.transport
    if words.paths and path not in words.paths:
        path = words.paths[0]
    elif driver == "test" and path in _ORDINARY_PATHS:
        path = "/default"
    elif words.reach == "service":
        path = "/" if path in _ORDINARY_PATHS else path
        transport = None
    return uri._replace(driver=driver, path=path, transport=transport)


_ORDINARY_PATHS: Final = {
    "",
    "/",
    "/default",
    *(path for driver in DRIVERS.values() for path in driver.paths),
}


def with_part(uri: ConnectionURI, part: str, text: str) -> ConnectionURI:
    """The URI with one part as typed: ``driver``, ``transport``, ``user``, ``host``, ``port`` or ``path``.

    Raises ValueError for a port that is no number.
    """
    text = text.strip()
    match part:
        case "driver":
            return with_driver(uri, text) if text != uri.driver else uri
        case "transport":
            found = next((known for known in TRANSPORTS if known == text), None)
            return uri._replace(transport=found)
        case "user":
            return uri._replace(user=text or None)
        case "host":
            return uri._replace(host=text.removeprefix("[").removesuffix("]") or None)
        case "port":
            if text and not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= 65535):
                raise ValueError(f"{text!r} is no port: a number up to 65535, or nothing")
            return uri._replace(port=int(text) if text else None)
        case "path":
            return uri._replace(path=text if not text or text.startswith("/") else f"/{text}")
        case _:
            raise ValueError(part)


def part_of(uri: ConnectionURI, part: str) -> str:
    """What the field of a part shows."""
    match part:
        case "transport":
            return uri.transport or AUTOMATIC
        case "port":
            return str(uri.port or "")
        case _:
            return getattr(uri, part) or ""


def suggested_name(uri: ConnectionURI, taken: Collection[str]) -> str:
    """A short name for a connection that has none yet: the host's, or the driver's with its path."""
    host = uri.host or ""
    if host and not host.replace(".", "").isdigit() and ":" not in host:
        host = host.partition(".")[0]
    base = host or " ".join(part for part in (uri.driver, PurePath(uri.path).stem) if part)
    name = base if plain(base) == base else uri.driver
    numbers = (f"{name} ({number})" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(text for text in numbers if text not in taken)


def mistake_in_name(name: str, taken: Collection[str]) -> str:
    """What is wrong with a bookmark's name; empty when nothing is."""
    if not name:
        return "give it a name"
    if name in taken:
        return f"there is a connection named {name} already"
    if plain(name) != name:
        return "a name cannot hold characters that are not seen"
    return ""

"""``libvirt.conf``, the configuration of libvirt's client: aliases of URIs, and the default URI.

libvirt reads it before it opens anything, and opens nothing, not even with a full URI, while it is broken.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from tuivirt.config.conf_grammar import ConfSyntaxError, Value, parse_conf
from tuivirt.config.problem import Problem
from tuivirt.core.uri_secrets import conceal

_ALIAS: Final = re.compile(r"[A-Za-z0-9_-]+")
_LARGEST: Final = 10 << 20  # bytes; libvirt reads no larger file


class Alias(NamedTuple):
    """A short name for a URI."""

    name: str
    uri: str
    line: int


class LibvirtConf(NamedTuple):
    """What the file says of URIs. Of a broken file nothing: its readable part is not guessed at."""

    path: Path
    exists: bool = False
    aliases: tuple[Alias, ...] = ()
    uri_default: str | None = None
    problems: tuple[Problem, ...] = ()
    """Each of them keeps libvirt from opening some or all connections."""

    def resolve(self, name: str) -> str:
        """The URI that an alias stands for, or ``name`` itself. libvirt resolves no alias of an alias."""
        return next((alias.uri for alias in self.aliases if alias.name == name), name)


def libvirt_conf_path(environ: Mapping[str, str] | None = None, *, privileged: bool | None = None) -> Path:
    """The one file that libvirt reads: root's lies in ``/etc/libvirt``, a user's in the XDG directory."""
    environ = os.environ if environ is None else environ
    privileged = os.geteuid() == 0 if privileged is None else privileged
    if privileged:
        return Path("/etc/libvirt/libvirt.conf")
    base = environ.get("XDG_CONFIG_HOME")
    directory = Path(base) if base else Path(environ.get("HOME") or Path.home(), ".config")
    return directory / "libvirt/libvirt.conf"


def read_libvirt_conf(path: Path) -> LibvirtConf:
    """Read the file as libvirt would; a missing one is empty."""
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return LibvirtConf(path)
    except OSError as error:
        return _broken(path, f"cannot be read: {error.strerror}")
    if len(raw) > _LARGEST:
        return _broken(path, "is larger than the 10 MiB that libvirt reads")
    try:
        values = parse_conf(raw)
    except ConfSyntaxError as error:
        return _broken(path, str(error), error.line)
    default, problems = _default(path, values.get("uri_default"))
    aliases, more = _aliases(path, values.get("uri_aliases"))
    return LibvirtConf(path, True, aliases, default, (*problems, *more))


def _broken(path: Path, reason: str, line: int | None = None) -> LibvirtConf:
    message = f"{reason}; libvirt opens no connection until this is mended"
    return LibvirtConf(path, True, problems=(Problem(str(path), message, line),))


def _default(path: Path, value: Value | None) -> tuple[str | None, list[Problem]]:
    match value:
        case None:
            return None, []
        case Value(data=str(uri)) if uri:
            return uri, []
        case Value(line=line):
            return None, [Problem(str(path), "expected a URI in quotes", line, "uri_default")]


def _aliases(path: Path, value: Value | None) -> tuple[tuple[Alias, ...], list[Problem]]:
    """The aliases, or none of them and a problem each time libvirt would stumble."""
    if value is None:
        return (), []
    stumble = "; libvirt opens no connection until this is mended"
    if not isinstance(value.data, list):
        message = f'expected a list such as ["lab=qemu+ssh://root@lab/system"]{stumble}'
        return (), [Problem(str(path), message, value.line, "uri_aliases")]
    aliases: list[Alias] = []
    problems = []
    for item in value.data:
        name, equals, uri = item.data.partition("=") if isinstance(item.data, str) else ("", "", "")
        if equals and _ALIAS.fullmatch(name):
            aliases.append(Alias(name, uri, item.line))
            continue
        message = (
            f'expected "NAME=URI" with letters, digits, _ and - in the name, found {_shown(item)}{stumble}'
        )
        problems.append(Problem(str(path), message, item.line, "uri_aliases"))
    return (() if problems else tuple(aliases)), problems


def _shown(item: Value) -> str:
    return "a list" if isinstance(item.data, list) else conceal(repr(item.data))

"""Where the connections of the sidebar come from."""

from dataclasses import dataclass
from typing import Literal

SourceKind = Literal["bookmark", "alias", "default", "argument"]
"""A bookmark of the user, an alias of ``libvirt.conf``, the default URI, or an argument of this run."""


@dataclass(frozen=True, slots=True)
class Source:
    """One connection that may be opened, before anything is known of it."""

    name: str
    """Unique among the sources; the connection is known by it."""
    uri: str
    source: SourceKind
    origin: str
    """The file or variable that names it, or what else led to it."""
    group: str = ""
    autoconnect: bool = False
    read_only: bool = False

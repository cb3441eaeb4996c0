"""Where the connections of the sidebar come from."""

from typing import Literal, NamedTuple

from tuivirt.core.text import plain
from tuivirt.core.uri_secrets import conceal_uri

SourceKind = Literal["bookmark", "alias", "default", "argument"]
"""A bookmark of the user, an alias of ``libvirt.conf``, the default URI, or an argument of this run."""


class Source(NamedTuple):
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

    @property
    def shown_uri(self) -> str:
        """The URI as plain text without a password."""
        return shown_uri(self.uri)


def shown_uri(uri: str) -> str:
    """A URI as plain text. libvirt takes no password in one, but people write them all the same."""
    return plain(conceal_uri(uri))

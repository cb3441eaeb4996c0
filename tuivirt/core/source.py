"""Where the connections of the sidebar come from."""

import re
from typing import Final, Literal, NamedTuple

from tuivirt.core.text import plain
from tuivirt.core.uri import ConnectionURI

SourceKind = Literal["bookmark", "alias", "default", "argument"]
"""A bookmark of the user, an alias of ``libvirt.conf``, the default URI, or an argument of this run."""

_AUTHORITY: Final = re.compile(r"(?<=//)[^/?#]*(?=@)")
_TELLTALE: Final = r"[^=&;#]*(?:passw|passphrase|secret|token)[^=&;#]*"
_SECRET: Final = re.compile(rf"(?i)([?&;]{_TELLTALE}=)[^&;#]*")
_HIDDEN: Final = "•••"


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
    return plain(_SECRET.sub(rf"\1{_HIDDEN}", _AUTHORITY.sub(_without_password, uri)))


def without_secrets(uri: ConnectionURI) -> ConnectionURI:
    """A URI to be shown in parts: what would be a password is hidden."""
    user, colon, _ = (uri.user or "").partition(":")
    query = (
        (name, _HIDDEN if re.fullmatch(_TELLTALE, name, re.IGNORECASE) else value)
        for name, value in uri.query
    )
    return uri._replace(user=f"{user}:{_HIDDEN}" if colon else uri.user, query=tuple(query))


def _without_password(match: re.Match[str]) -> str:
    user, colon, _ = match[0].partition(":")
    return f"{user}:{_HIDDEN}" if colon else user

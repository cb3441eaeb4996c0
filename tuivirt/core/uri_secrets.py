"""Passwords in URIs: libvirt takes none there, but people write them all the same, and none is ever shown."""

import re
from typing import Final

HIDDEN: Final = "***"
"""Stands for a password; it may stand in a URI."""

_LOGIN: Final = re.compile(r"((?<!/)//[^/?#:@\[]*:)[^/?#]*(?=@)")
_TELLTALE: Final = r"[^=&;#]*(?:passw|passphrase|secret|token)[^=&;#]*"
_SECRET: Final = re.compile(rf"(?i)([?&;]{_TELLTALE}=)[^&;#'\"\s]*")
_NAME: Final = re.compile(_TELLTALE, re.IGNORECASE)

_SPOILT: Final = re.compile(r"([^:/?#]*:(?://[^/?#:@\[]*:(?!\d*(?:[/?#]|$))|(?!/))).*(?=@)", re.DOTALL)
"""Up to a password with characters that end the login, or one in a URI without slashes."""


def is_secret(parameter: str) -> bool:
    """Whether the value of a parameter of this name must not be shown."""
    return _NAME.fullmatch(parameter) is not None


def conceal(text: str) -> str:
    """A text with URIs in it, without their passwords.

    A password ends at the last ``@`` of the login, as libvirt reads it.
    """
    return _SECRET.sub(rf"\1{HIDDEN}", _LOGIN.sub(rf"\1{HIDDEN}", text))


def conceal_uri(text: str) -> str:
    """A URI without its password, even one that cannot be read."""
    concealed = conceal(text)
    spoilt = None if _LOGIN.search(text) else _SPOILT.match(concealed)
    return f"{spoilt[1]}{HIDDEN}{concealed[spoilt.end() :]}" if spoilt else concealed

"""The spelling of URIs, as libvirt reads it: what may stand where, percent-encoding, addresses and ports."""

import re
import socket
from typing import Final
from urllib.parse import quote, unquote

from tuivirt.core.uri_words import PARAMETERS

_UNRESERVED: Final = r"A-Za-z0-9._~\-"
_DELIMITERS: Final = r"!$&'()*+,;="
_ILLEGAL: Final = {
    "user": re.compile(rf"[^{_UNRESERVED}{_DELIMITERS}:%]"),
    "host": re.compile(rf"[^{_UNRESERVED}{_DELIMITERS}%]"),
    "path": re.compile(rf"[^{_UNRESERVED}{_DELIMITERS}:@/%]"),
    "parameters": re.compile(rf"[^{_UNRESERVED}{_DELIMITERS}:@/?%]"),
    "fragment": re.compile(rf"[^{_UNRESERVED}{_DELIMITERS}:@/?%\[\]]"),
}
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class URIError(ValueError):
    """Text that libvirt cannot take as a connection URI; the message says what to write instead."""


def authority(text: str) -> tuple[str | None, str | None, int | None]:
    """User, host and port of ``[user@][host][:port]``."""
    user, at, place = text.rpartition("@")
    if text.count("@") > 1:
        raise URIError(
            f"there is more than one @ in {text!r}: write %40 for one that belongs to the user's name"
        )
    if at and not user:
        raise URIError(f"no user stands before the @ of {text!r}: write one, or leave the @ out")
    name = decoded(user, "user") if at else None
    port: str | None
    if place.startswith("["):
        address, bracket, tail = place[1:].partition("]")
        if not bracket or (tail and not tail.startswith(":")):
            raise URIError(
                f"the brackets of {place!r} do not match: write an IPv6 host as [2001:db8::1]:16514"
            )
        host: str | None = _ipv6(address)
        port = tail[1:] if tail else None
    else:
        if place.count(":") > 1:
            raise URIError(
                f"{place!r} looks like an IPv6 address: write it in brackets, as [2001:db8::1]:16514"
            )
        bare, colon, digits = place.partition(":")
        host = decoded(bare, "host") or None
        port = digits if colon else None
    number = _port(port)
    if number is not None and host is None:
        raise URIError(
            f"port {number} has no host before it: write localhost:{number}, or leave the port out"
        )
    return name, host, number


def _ipv6(text: str) -> str:
    address = _without_nul(unquote(text, errors="surrogateescape"))
    try:
        socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except (OSError, UnicodeEncodeError):
        raise URIError(
            f"{text!r} stands in brackets but is no IPv6 address: brackets are for these alone"
        ) from None
    return address


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text[-6:]) <= 65535 and len(text.lstrip("0")) <= 5):
        raise URIError(
            f"{text!r} is no port: write a number up to 65535 after the colon, or leave the colon out"
        )
    return int(text) or None


def parameters(text: str) -> tuple[tuple[str, str], ...]:
    """Split as libvirt does: by ``&``, and by ``;`` only where no ``&`` follows."""
    *early, late = text.split("&")
    pairs = []
    for part in (*early, *late.split(";")):
        name, _, value = (decoded(piece, "parameters") for piece in part.partition("="))
        if name:
            pairs.append((name.lower() if name.lower() in PARAMETERS else name, value))
    return tuple(pairs)


def decoded(text: str, part: str) -> str:
    """The text that a part stands for. Raises URIError for what libxml2 takes in no URI."""
    if bad := _ILLEGAL[part].search(text):
        char = bad[0]
        raise URIError(f"{char!r} cannot stand in the {part} of a URI: write {encoded(char, '')} for it")
    if broken := _BROKEN_ESCAPE.search(text):
        escape = text[broken.start() : broken.start() + 3]
        raise URIError(f"{escape!r} is no percent-encoding: write %25 for a percent sign")
    return _without_nul(unquote(text, errors="surrogateescape"))


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise URIError("%00 would end the text where it stands: leave it out")
    return text


def encoded(text: str, safe: str) -> str:
    """The inverse of ``decoded``; characters in ``safe`` stay as they are."""
    return quote(text, safe=safe, errors="surrogateescape")

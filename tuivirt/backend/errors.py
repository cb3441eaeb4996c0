"""libvirt's errors as ours: its own words, its code and domain, and what to do."""

from typing import TYPE_CHECKING

import libvirt

from tuivirt.core.errors import HostError
from tuivirt.core.text import plain
from tuivirt.core.uri import ConnectionURI, URIError
from tuivirt.core.uri_secrets import conceal

if TYPE_CHECKING:
    from tuivirt.backend.hint import Hint


def explain_error(error: libvirt.libvirtError, uri: str) -> HostError:
    """The error with a hint where one is known. ``uri``: of the connection that it happened on.

    Where libvirt does not say enough the host is looked at again, for a few seconds at most.
    """
    message = _without_password(error.get_error_message() or str(error), uri)
    code = error.get_error_code()
    hint = _find(message, code)
    advice = _advice(hint, uri)
    if hint is not None and hint.closer:
        from tuivirt.backend.closer import look

        advice = look(message, uri) or advice
    return HostError(message, code, error.get_error_domain(), advice)


def hint_for(message: str, code: int | None, uri: str) -> str:
    """What to do about an error of libvirt; empty when nothing is known."""
    return _advice(_find(message, code), uri)


def step_of(message: str, code: int | None) -> str:
    """The step of opening a connection at which an error happened: ``host key``, ``polkit``, ``driver`` …"""
    hint = _find(message, code)
    return hint.step if hint else "open"


def _advice(hint: "Hint | None", uri: str) -> str:
    return hint.advice.format_map(_place(uri)) if hint else ""


def _find(message: str, code: int | None) -> "Hint | None":
    from tuivirt.backend.hints import HINTS  # here: a start without errors need not compile fifty patterns

    fitting = (hint for hint in HINTS if hint.code is None or hint.code == code)
    return next((hint for hint in fitting if hint.pattern.search(message)), None)


def _without_password(message: str, uri: str) -> str:
    """libvirt quotes URIs, and ssh the user's name."""
    try:
        return ConnectionURI.parse(uri).conceal(message)
    except URIError:
        return conceal(message)


def _place(uri: str) -> dict[str, str]:
    """The words that an advice may use for the other side."""
    try:
        parts = ConnectionURI.parse(uri)
    except URIError:
        return {"host": "the host", "login": "HOST", "port": ""}
    parts = parts.without_secrets()
    host = plain(parts.host or "localhost")
    login = f"{plain(parts.user)}@{host}" if parts.user else host
    return {"host": host, "login": login, "port": f"-p {parts.port} " if parts.port else ""}

"""A stepwise test of one connection: what works, what does not, and what to do.

Every step has a limit. Calls that cannot be called off, libvirt's own foremost, run on a thread that is left
behind when the limit is over.
"""

import os
from collections.abc import Iterator
from functools import partial
from typing import Final

import libvirt

from tuivirt.backend import event_thread, reach
from tuivirt.backend.auth import open_connection
from tuivirt.backend.errors import explain_error, step_of
from tuivirt.backend.limited import UnansweredError, limited
from tuivirt.core.steps import Step
from tuivirt.core.uri import ConnectionURI, URIError
from tuivirt.core.uri_check import warnings
from tuivirt.core.uri_explain import explain

TIMEOUT: Final = 15.0
"""Seconds for each step. A far host's first answer takes a few; nobody waits longer for a test."""


def versions() -> dict[str, str]:
    """Versions of libvirt's client library and of its binding."""
    number = libvirt.getVersion()
    return {"libvirt": f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"}


def run(uri: str, *, read_only: bool = False, timeout: float = TIMEOUT) -> list[Step]:
    """All steps up to the first that fails. Blocks for a few times ``timeout`` at most."""
    return list(steps(uri, read_only=read_only, timeout=timeout))


def steps(uri: str, *, read_only: bool = False, timeout: float = TIMEOUT) -> Iterator[Step]:
    """The steps one by one, as they are done; ends after the first that fails."""
    privileged = os.geteuid() == 0
    try:
        parts = ConnectionURI.parse(uri)
    except URIError as error:
        yield Step("URI", False, str(error))
        return
    yield Step("URI", True, explain(parts, privileged=privileged), "; ".join(warnings(parts)))
    for step in reach.steps(parts, privileged=privileged, read_only=read_only, timeout=timeout):
        yield step
        if not step.ok:
            return
    yield from _open(parts, read_only=read_only, timeout=timeout)


def _open(parts: ConnectionURI, *, read_only: bool, timeout: float) -> Iterator[Step]:
    event_thread.ensure_running()
    try:
        conn = limited(partial(open_connection, parts, read_only=read_only), timeout, libvirt.libvirtError)
    except libvirt.libvirtError as error:
        yield _failed(error, parts)
        return
    except UnansweredError:
        yield _unanswered("open", timeout)
        return
    yield Step("open", True, "read-only" if read_only else "for reading and writing")
    if parts.effective_transport is not None:
        yield Step("authentication", True, "the server let us in")
    try:
        for name, ask in (("driver", _driver), ("list", _list)):
            yield Step(name, True, limited(partial(ask, conn), timeout, libvirt.libvirtError))
    except libvirt.libvirtError as error:
        yield _failed(error, parts, name)
    except UnansweredError:
        yield _unanswered(name, timeout)
    else:
        limited(conn.close, timeout, libvirt.libvirtError)


def _failed(error: libvirt.libvirtError, parts: ConnectionURI, step: str = "") -> Step:
    found = explain_error(error, parts.build())
    return Step(step or step_of(found.message, found.code), False, found.message, found.hint)


def _unanswered(step: str, timeout: float) -> Step:
    return Step(
        step,
        False,
        f"no answer within {timeout:g} s; the call was left behind",
        "Something accepts the connection and stays silent: see whether the daemon hangs or is stopped.",
    )


def _driver(conn: libvirt.virConnect) -> str:
    library = conn.getLibVersion()
    host = f" on {conn.getHostname()}"
    return f"{conn.getType()}{host}, libvirt {library // 1_000_000}.{library // 1000 % 1000}.{library % 1000}"


def _list(conn: libvirt.virConnect) -> str:
    domains = conn.listAllDomains()
    running = conn.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
    return f"{len(domains)} domain{'s' * (len(domains) != 1)}, {len(running)} active"

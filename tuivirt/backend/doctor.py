"""A stepwise test of one connection: what works, what does not, and what to do.

Every step has a limit. Calls that cannot be called off, libvirt's own foremost, run on a thread that is left
behind when the limit is over.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import libvirt

from tuivirt.backend import event_thread, reach
from tuivirt.backend.auth import open_connection
from tuivirt.backend.errors import explain_error, step_of
from tuivirt.backend.interview import Ask, DeclinedError, open_answering
from tuivirt.backend.limited import UnansweredError, limited
from tuivirt.core.errors import HostError
from tuivirt.core.question import Question
from tuivirt.core.steps import Step
from tuivirt.core.uri import ConnectionURI, URIError
from tuivirt.core.uri_check import is_on, warnings
from tuivirt.core.uri_explain import explain

if TYPE_CHECKING:
    from tuivirt.backend.askpass import Askpass
    from tuivirt.backend.vault import Vault

TIMEOUT: Final = 15.0
"""Seconds for each step. A far host's first answer takes a few; nobody waits longer for a test."""


def versions() -> dict[str, str]:
    """Versions of libvirt's client library and of its binding."""
    number = libvirt.getVersion()
    return {"libvirt": f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"}


class Interviewer(NamedTuple):
    """Who answers what the host asks."""

    ask: Ask
    """Called on the thread that iterates over the steps."""
    vault: "Callable[[], Vault] | None" = None
    """Opens what has the answers that the user has had kept."""
    askpass: "Askpass | None" = None


def run(
    uri: str, *, read_only: bool = False, timeout: float = TIMEOUT, by: Interviewer | None = None
) -> list[Step]:
    """All steps up to the first that fails. Blocks for a few times ``timeout`` at most."""
    return list(steps(uri, read_only=read_only, timeout=timeout, by=by))


def steps(
    uri: str, *, read_only: bool = False, timeout: float = TIMEOUT, by: Interviewer | None = None
) -> Iterator[Step]:
    """The steps one by one, as they are done; ends after the first that fails.

    ``by`` answers what the host asks; without it nothing is asked, nor taken from the keyring.
    """
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
    yield from _open(parts, read_only=read_only, timeout=timeout, by=by)


def _open(parts: ConnectionURI, *, read_only: bool, timeout: float, by: Interviewer | None) -> Iterator[Step]:
    event_thread.ensure_running()
    try:
        if by is None:
            call = partial(open_connection, parts, read_only=read_only)
            conn = limited(call, timeout, libvirt.libvirtError)
        else:
            conn = open_answering(
                parts, by.ask, read_only=read_only, timeout=timeout, vault=by.vault, askpass=by.askpass
            )
    except (libvirt.libvirtError, HostError) as error:
        failed = _failed(error, parts)
        yield from _passed(parts, failed.step)
        yield failed if by is not None else _unasked(failed)
        return
    except DeclinedError as error:
        step = _step_of_question(error.question)
        yield from _passed(parts, step)
        yield Step(step, False, "you cancelled the login", "Test again to be asked again.")
        return
    except UnansweredError:
        yield _unanswered("open", timeout)
        return
    except OSError as error:
        yield Step("open", False, str(error))
        return
    yield from _passed(parts)
    yield Step("open", True, "read-only" if read_only else "for reading and writing")
    if parts.effective_transport is not None:
        yield Step("authentication", True, "the server let us in")
    try:
        for name, call_it in (("driver", _driver), ("list", _list)):
            yield Step(name, True, limited(partial(call_it, conn), timeout, libvirt.libvirtError))
    except libvirt.libvirtError as error:
        yield _failed(error, parts, name)
    except UnansweredError:
        yield _unanswered(name, timeout)
    else:
        limited(conn.close, timeout, libvirt.libvirtError)


_SSH: Final = {
    "host key": "it is the one that is known",
    "SSH authentication": "logged in",
    "helper on the far side": "it runs",
    "socket on the far side": "the daemon answers",
}
_STAGES: Final[dict[str | None, dict[str, str]]] = {
    "ssh": _SSH,
    "libssh": _SSH,
    "libssh2": _SSH,
    "tls": {
        "certificate files": "they can be used",
        "TLS": "both sides agree on how to encrypt",
        "TLS certificate": "the server's is good",
        "our certificate": "the server took it",
    },
}
"""What opening over a transport consists of, in order, and what is said of each when it worked."""

_PART_OF: Final = {
    "changed host key": "host key",
    "socket permission there": "socket on the far side",
    "SASL": "authentication",
    "polkit": "authentication",
}


def _passed(parts: ConnectionURI, failed: str = "") -> Iterator[Step]:
    """The stages that came before the one that failed, or all of them. Of other failures nothing is known."""
    stages = _STAGES.get(parts.effective_transport, {})
    last = _PART_OF.get(failed, failed)
    if last and last not in {*stages, "authentication", "driver"}:
        return
    for stage, words in stages.items():
        if stage == last:
            return
        yield Step(stage, True, "not checked" if _unchecked(parts, stage) else words)


def _unchecked(parts: ConnectionURI, stage: str) -> bool:
    ignored = is_on(parts.params.get("no_verify")) or parts.params.get("known_hosts_verify") == "ignore"
    return ignored and stage in {"host key", "TLS certificate"}


def _step_of_question(question: Question) -> str:
    if question.kind == "host key":
        return "host key"
    return "SSH authentication" if "ssh" in question.asker else "authentication"


def _failed(error: libvirt.libvirtError | HostError, parts: ConnectionURI, step: str = "") -> Step:
    found = error if isinstance(error, HostError) else explain_error(error, parts.build())
    return Step(step or step_of(found.message, found.code), False, found.message, found.hint)


def _unasked(failed: Step) -> Step:
    """Say so where an answer might have helped."""
    if failed.step not in {"authentication", "SSH authentication", "host key"}:
        return failed
    return failed._replace(
        hint=f"{failed.hint} Nothing was asked here: the app asks, and tuivirt doctor in a terminal."
    )


def _unanswered(step: str, timeout: float) -> Step:
    return Step(
        step,
        False,
        f"no answer within {timeout:g} s; the call was left behind",
        "Something accepts the connection and stays silent: see whether the daemon hangs or is stopped.",
    )


def _driver(conn: libvirt.virConnect) -> str:
    library = conn.getLibVersion()
    version = f"libvirt {library // 1_000_000}.{library // 1000 % 1000}.{library % 1000}"
    try:
        return f"{conn.getType()} on {conn.getHostname()}, {version}"
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
            raise
        return f"{conn.getType()}, {version}"  # one of networks or storage alone does not tell


def _list(conn: libvirt.virConnect) -> str:
    try:
        domains = conn.listAllDomains()
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
            raise
        return "this driver has no domains"
    running = conn.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
    return f"{len(domains)} domain{'s' * (len(domains) != 1)}, {len(running)} active"

"""The app's backend in a process of its own: in a daemon's namespaces, as another user, with a driver inside.

Run by ``LibvirtDaemon.visit`` as ``python -m tests.support.visitor SETTINGS``, a JSON object of ``uris`` and
``user`` (a number, or null). It opens each URI as the app does, has doctor test it, and prints what came of
it.
"""

import importlib
import json
import os
import pkgutil
import sys
from typing import Any, NamedTuple

import tuivirt.backend
import tuivirt.resources
from tests.support.login import User
from tuivirt.backend import doctor
from tuivirt.core.changes import Listed


class Visit(NamedTuple):
    """What came of one URI."""

    phase: str
    error: str
    code: int | None
    hint: str
    domains: list[str]
    hostname: str
    steps: list[tuple[str, bool, str, str]]
    """doctor's: name, whether it worked, detail, hint."""

    @property
    def failed(self) -> str:
        """The name of doctor's step that failed; empty when none did."""
        return "" if self.steps[-1][1] else self.steps[-1][0]


def _become(user: int) -> None:
    """Import first: what the user may not read, such as root's own Python, is in memory then."""
    for package in (tuivirt.backend, tuivirt.resources):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("askpass_helper"):
                importlib.import_module(module.name)
    for name in ("ssl", "encodings.idna"):
        importlib.import_module(name)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _visit(uri: str) -> Visit:
    with User(reconnect=False) as user:
        user.begin(uri)
        user.outcome()
        user.until(lambda: _is_complete(user, uri) or user.state().phase != "open", "its list and facts")
        state, domains = user.state(), sorted(user.records())
    steps: list[Any] = list(doctor.run(uri, timeout=60))
    hostname = state.facts.hostname if state.facts else ""
    return Visit(state.phase, state.error, state.code, state.hint, domains, hostname, steps)


def _is_complete(user: User, uri: str) -> bool:
    listed = any(isinstance(change, Listed) for change in user.changes)
    # An embedded driver first asks every QEMU of the machine what it can do, which takes ten seconds.
    return listed and (user.state().facts is not None or "/embed" in uri)


def main() -> None:
    settings = json.loads(sys.argv[1])
    if settings["user"] is not None:
        _become(settings["user"])
    print(json.dumps([_visit(uri) for uri in settings["uris"]]))


if __name__ == "__main__":
    main()

"""The application without its screen: a fleet and a store, fed as the UI thread feeds it."""

import shlex
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import libvirt

from tests.support.wait import PATIENCE
from tuivirt.backend.fleet import Fleet, FleetOptions
from tuivirt.backend.runner import KeepDefinition
from tuivirt.backend.session import Session
from tuivirt.backend.vault import Vault
from tuivirt.core.action import virsh_line
from tuivirt.core.backend import Order, Request
from tuivirt.core.changes import Change, ConnectionChanged, Phase, RunChanged, RunState
from tuivirt.core.key import Key
from tuivirt.core.store import Store
from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.register import find_action

T = TypeVar("T")

POLL = 0.005
"""Seconds between two looks at a condition while nothing arrives."""

HOST = "host"
"""The connection's name where a test has one."""


def keep_nothing(key: Key, name: str, xml: str) -> None:
    """A local history that forgets."""


class Headless:
    """A context manager: on exit the fleet is closed and what it held is let go."""

    def __init__(
        self,
        options: FleetOptions | None = None,
        keep: KeepDefinition = keep_nothing,
        vault: Vault | None = None,
        **changes: Any,
    ) -> None:
        """Make a fleet with these options, or with the usual ones but for some ``changes``."""
        opened = (lambda: vault) if vault is not None else None
        self.fleet = Fleet(options or FleetOptions(**changes), keep, opened)
        self.store = Store({DOMAINS.kind: DOMAINS.record})
        self.changes: list[Change] = []
        """All that came so far, in order."""
        self._woken = threading.Event()
        self.fleet.attach(self._woken.set)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fleet.close()

    def pump(self) -> None:
        """Apply what has come."""
        self._woken.clear()
        batch = self.fleet.drain()
        self.changes += batch
        self.store.apply(batch)

    def until(self, condition: Callable[[], T], what: str, timeout: float = PATIENCE) -> T:
        """Apply what comes until condition() is true, and return its value."""
        deadline = time.monotonic() + timeout
        while True:
            self.pump()
            if value := condition():
                return value
            # Not longer: what is waited for may be none of what arrives here.
            if not self._woken.wait(POLL) and time.monotonic() > deadline:
                raise AssertionError(f"not within {timeout:g} s: {what}")

    # Connections.

    def open(self, uri: str, name: str = HOST, *, read_only: bool = False) -> None:
        """Add a connection, open it and wait for its list."""
        self.fleet.add(name, uri, read_only=read_only)
        self.connect(name)

    def connect(self, name: str = HOST) -> None:
        self.pump()
        before = len(self.changes)
        self.fleet.connect(name)
        self.until(
            lambda: any(
                getattr(change, "connection", None) == name and type(change).__name__ == "Listed"
                for change in self.changes[before:]
            ),
            f"the list of {name}",
        )

    def until_phase(self, phase: Phase, name: str = HOST, timeout: float = PATIENCE) -> None:
        """Wait until it is in that phase, or was in the meantime: a phase may be over before one looks."""
        seen = len(self.changes)

        def reached() -> bool:
            passed = [c.state for c in self.changes[seen:] if isinstance(c, ConnectionChanged)]
            return (name, phase) in {(state.name, state.phase) for state in passed} or (
                self.store.connections[name].phase == phase
            )

        self.until(reached, f"{name} is {phase}", timeout)

    def session(self, name: str = HOST) -> Session:
        """The session of an open connection."""
        session = self.fleet._connections[name].session
        assert session is not None
        return session

    def libvirt(self, name: str = HOST) -> libvirt.virConnect:
        """The fleet's own connection: another one of the test driver would be another host."""
        return self.session(name).conn

    # Domains.

    def records(self, host: str = HOST) -> dict[str, DomainRecord]:
        """The records of a connection by the names of their domains."""
        found = self.store.of_connection(host, DOMAINS.kind)
        return {record.item.name: record for record in found if isinstance(record, DomainRecord)}

    def domain(self, name: str, host: str = HOST) -> DomainRecord:
        return self.records(host)[name]

    def request(self, action: str, *names: str, params: object = None, host: str = HOST) -> Request:
        """What the user interface asks for when an action is chosen for these domains."""
        declared = find_action(action)
        orders = []
        for name in names:
            record = self.domain(name, host)
            words = declared.command(record.item, params)
            orders.append(Order(record.key, name, virsh_line(self.store.connections[host].uri, words)))
        return Request(action, tuple(orders), params)

    def perform(
        self, action: str, *names: str, params: object = None, host: str = HOST, timeout: float = PATIENCE
    ) -> list[RunState]:
        """Run an action over these domains and return how each ended, in the order of the names."""
        batch = self.fleet.perform(self.request(action, *names, params=params, host=host))
        return self.ended(batch, len(names), timeout)

    def ended(self, batch: int, runs: int, timeout: float = PATIENCE) -> list[RunState]:
        """Wait until all runs of a batch are over."""

        def over() -> list[RunState] | None:
            last = self.last_states(batch)
            ended = [state for state in last if state.over]
            return ended if len(ended) == runs else None

        found = self.until(over, f"{runs} runs are over", timeout)
        assert found is not None
        return found

    def last_states(self, batch: int) -> list[RunState]:
        """The latest state of each run of a batch."""
        states = {c.state.run: c.state for c in self.changes if isinstance(c, RunChanged)}
        return [state for run, state in sorted(states.items()) if state.batch == batch]


def virsh_words(line: str) -> list[str]:
    """The words of a command as the application shows it, after ``virsh -c URI``."""
    program, option, _uri, *words = shlex.split(line)
    assert (program, option) == ("virsh", "-c")
    return words


def open_descriptors() -> int:
    """How many descriptors this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def threads_of(name: str) -> list[str]:
    """The names of the live threads that serve a connection."""
    return sorted(thread.name for thread in threading.enumerate() if thread.name.endswith(f" {name}"))

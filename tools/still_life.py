"""The demo hosts standing still, for the screenshots: a backend that plays what was recorded of them.

States, addresses and the like are those of libvirt's test driver. It counts nothing, so processor time,
memory and traffic are made up, from the UUIDs; definitions and sizes of disks are those of the hosts' files.
What would tell machines apart (their names, versions, the path of the checkout) is left out.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from unittest.mock import patch

from demo_files import domains
from guest_session import session
from made_up_load import Guest, host_samples

from tests.support.frames import frame_of
from tuivirt.backend.fleet import Fleet, FleetOptions
from tuivirt.core import changes as c
from tuivirt.core.backend import Call, Definition, DiskSize, Request, Watch
from tuivirt.core.console import Console, ConsoleState, Output, Take
from tuivirt.core.key import Key
from tuivirt.core.question import Answer
from tuivirt.core.screen.frame import Frame
from tuivirt.core.source import Source
from tuivirt.core.usage import Sample
from tuivirt.demo import demo_sources
from tuivirt.resources.domain.snapshot import KIND, Domain

NOW = 1_760_000_000.0
"""The second that the clock shows: 2025-10-09 08:53:20 UTC."""
TICKS = 110
"""How many readings of the counters there have been: a little more than five minutes."""
PATIENCE = 60.0
"""Seconds after which the demo hosts should have told everything."""
SCREEN = "linux-vga-log"
"""What the screens of all guests show, of those in tests/data/screens."""
GROUPS = frozenset({"cpu", "vcpu", "memory", "block", "net"})


def shown_uri(name: str) -> str:
    """The URI of a demo host without the directory that it is installed in."""
    return f"test:///demo/{name}.xml"


def sources() -> list[Source]:
    return [Source(name, shown_uri(name), "argument", "--demo") for name, _ in demo_sources()]


class StillLife:
    """Implements ``core.backend.Backend`` for any number of apps, one after the other; nothing is done."""

    def __init__(self) -> None:
        self._recorded = _record()
        self._domains: dict[Key, Domain] = {
            domain.key: domain
            for change in self._recorded
            if isinstance(change, c.Listed)
            for domain in change.items
        }
        self._unseen: list[c.Change] = []
        self._written: dict[Console, bytes] = {}
        self._wake: Callable[[], None] = lambda: None

    def attach(self, wake: Callable[[], None]) -> None:
        self._unseen = self._recorded
        self._wake = wake
        wake()

    def drain(self) -> Sequence[c.Change]:
        unseen, self._unseen = self._unseen, []
        return unseen

    def add(self, name: str, uri: str, *, read_only: bool) -> None: ...
    def forget(self, name: str) -> None: ...
    def connect(self, name: str) -> None: ...
    def give_up(self, name: str) -> None: ...
    def disconnect(self, name: str) -> None: ...
    def answer(self, question: int, answer: Answer | None) -> None: ...
    def refresh(self, name: str) -> None: ...
    def reread(self, key: Key) -> None: ...
    def watch(self, watches: dict[str, Watch]) -> None: ...
    def abort(self, run: int) -> None: ...
    def close_console(self, console: Console) -> None: ...
    def log_console(self, console: Console, file: str, *, over: bool = False) -> None: ...
    def abandon(self, run: int) -> None: ...
    def close(self) -> None: ...

    def open_console(self, console: Console, take: Take = "free") -> None:  # noqa: ARG002
        """The guest has written what it will."""
        self._written[console] = session()
        state = ConsoleState(console, "attached")
        self._unseen = [*self._unseen, c.ConsoleChanged(state), c.ConsoleOutput(console)]
        self._wake()

    def perform(self, request: Request) -> int:
        raise NotImplementedError

    async def definition(self, key: Key) -> Definition:
        xml = domains(key.connection)[key.id].definition
        domain = self._domains[key]
        return Definition(
            live=xml if domain.active else None,
            saved=xml if domain.persistent else None,
        )

    async def disk_sizes(self, key: Key, targets: tuple[str, ...]) -> tuple[DiskSize, ...]:
        disks = domains(key.connection)[key.id].disks
        return tuple(
            DiskSize(target, capacity, allocation, allocation)
            for target, (capacity, allocation) in disks.items()
            if target in targets and capacity
        )

    def send_console(self, console: Console, data: bytes) -> bool:  # noqa: ARG002
        return True

    def console_output(self, console: Console) -> Output:
        return Output(self._written.pop(console, b""))

    async def look(self, key: Key, head: int = 0) -> Frame:  # noqa: ARG002
        return frame_of(SCREEN)

    async def press(self, key: Key, codes: tuple[int, ...], hold: float) -> None:  # noqa: ARG002
        return None

    def calls(self, name: str) -> tuple[Call, ...]:  # noqa: ARG002
        return ()


def _record() -> list[c.Change]:
    """Open the demo hosts and wait until everything is known of them. Raises TimeoutError."""
    fleet = Fleet(FleetOptions(read_only=True, stats_interval=3600.0), lambda *_: None)
    woken = threading.Event()
    fleet.attach(woken.set)
    for name, uri in demo_sources():
        fleet.add(name, uri, read_only=False)
        fleet.connect(name)
    known = _Known([name for name, _ in demo_sources()])
    deadline = time.monotonic() + PATIENCE
    # Addresses are asked for slowly, to spare guests that are real.
    with patch("tuivirt.backend.guests.INTERVAL", 0.0):
        while missing := known.missing():
            if not woken.wait(deadline - time.monotonic()):
                raise TimeoutError(f"the demo hosts did not tell: {missing}")
            woken.clear()
            if known.take(fleet.drain()):
                fleet.watch(known.watches())
    fleet.close()
    return list(known.changes())


class _Known:
    """What the demo hosts have told so far, the last word about each thing."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._states: dict[str, c.ConnectionState] = {}
        self._domains: dict[str, tuple[Domain, ...]] = {}
        self._samples: dict[Key, Sample] = {}
        self._details: dict[Key, c.DetailRead] = {}
        self._addresses: dict[Key, c.AddressesRead] = {}

    def take(self, batch: Iterable[c.Change]) -> bool:
        """Whether there is a new list."""
        listed = False
        for change in batch:
            match change:
                case c.ConnectionChanged(state):
                    self._states[state.name] = state
                case c.Listed(connection, _, items):
                    self._domains[connection] = items
                    listed = True
                case c.Sampled(connection, samples):
                    self._samples.update(
                        (Key(connection, KIND, uuid), sample)
                        for uuid, sample in samples.items()
                        if sample.vcpus is not None  # not every one tells sizes
                    )
                case c.DetailRead(key):
                    self._details[key] = change
                case c.AddressesRead(key):
                    self._addresses[key] = change
        return listed

    def watches(self) -> dict[str, Watch]:
        """Everything is on screen."""
        return {
            name: Watch(
                stats=True,
                groups=GROUPS,
                everyone=True,
                visible=tuple(domain.key for domain in domains),
                addresses=True,
                pending=True,
                complete=True,
            )
            for name, domains in self._domains.items()
        }

    def missing(self) -> list[str]:
        """What has not been told yet."""
        domains = [domain for listed in self._domains.values() for domain in listed]
        return [
            *(f"the list of {name}" for name in self._names if name not in self._domains),
            *(f"facts of {name}" for name in self._names if not self._state(name).facts),
            *(f"details of {domain.name}" for domain in domains if domain.key not in self._details),
            *(f"size of {domain.name}" for domain in domains if domain.key not in self._samples),
            *(
                f"addresses of {domain.name}"
                for domain in domains
                if domain.active and domain.key not in self._addresses
            ),
        ]

    def _state(self, name: str) -> c.ConnectionState:
        return self._states.get(name, c.ConnectionState(name, ""))

    def changes(self) -> Iterator[c.Change]:
        """All of it, always in the same order, with made-up counters."""
        for name in self._names:
            state = self._state(name)
            assert state.facts is not None
            facts = state.facts._replace(hostname=name, libvirt="", hypervisor="TEST")
            yield c.ConnectionChanged(
                state._replace(uri=shown_uri(name), since=NOW - 3600, read_only=False, facts=facts)
            )
            yield c.Listed(name, KIND, self._domains[name])
            guests = [
                Guest(domain, self._samples[domain.key], domains(name)[domain.uuid])
                for domain in self._domains[name]
            ]
            for tick in range(TICKS):
                samples = {guest.uuid: guest.sample(tick) for guest in guests if guest.active or tick == 0}
                yield c.Sampled(name, samples, 0.004)
            yield from host_samples(name, facts)
            for domain in self._domains[name]:
                yield self._details[domain.key]
                if domain.key in self._addresses:
                    yield self._addresses[domain.key]

"""A backend without libvirt: it tells what a test tells it to, and remembers what it was asked to do."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from tuivirt.backend.inbox import Inbox
from tuivirt.core import changes as c
from tuivirt.core.backend import Call, Definition, DiskSize, Request, Watch
from tuivirt.core.console import Console, ConsoleState, Output, Take
from tuivirt.core.errors import HostError
from tuivirt.core.key import Key
from tuivirt.core.question import Answer
from tuivirt.core.screen.frame import Frame
from tuivirt.core.usage import Sample
from tuivirt.resources.domain.snapshot import KIND, Details, Domain, State

S = TypeVar("S")
T = TypeVar("T")

NOW = 1_750_000_000.0
"""The second in which everything stands still: 2025-06-15 15:06:40 UTC."""


def domain(
    name: str,
    host: str = "lab1",
    *,
    state: State = State.RUNNING,
    reason: int = 1,
    uuid: str | None = None,
    autostart: bool = False,
    persistent: bool = True,
    managed_save: bool = False,
    has_snapshots: bool = False,
) -> Domain:
    """A domain as a list would tell it. Its UUID is made of its name."""
    key = Key(host, KIND, uuid or f"{abs(hash_of(name)):032x}")
    return Domain(
        key,
        name,
        1 if state.active else -1,
        state,
        reason,
        autostart=autostart,
        persistent=persistent,
        managed_save=managed_save,
        has_snapshots=has_snapshots,
    )


def hash_of(text: str) -> int:
    """The same in every process, unlike ``hash``."""
    value = 0
    for character in text:
        value = (value * 1_000_003 + ord(character)) % (1 << 127)
    return value


class ScriptedBackend:
    """Implements ``core.backend.Backend``. ``tell`` puts changes where the app finds them."""

    def __init__(self) -> None:
        self._inbox = Inbox()
        self._runs = itertools.count(1)
        self.states: dict[str, c.ConnectionState] = {}
        self.requests: list[Request] = []
        self.aborted: list[int] = []
        self.asked: list[tuple[str, str]] = []
        """What was asked of connections and its name: *connect*, *give up*, *disconnect*, *refresh* …"""
        self.answers: list[tuple[int, str | None]] = []
        self.kept: list[int] = []
        """The questions whose answers are to be kept in the keyring."""
        self.watches: dict[str, Watch] = {}
        self.definitions: dict[Key, Definition] = {}
        self.taken: list[tuple[Console, Take]] = []
        """The consoles that were asked for, and how."""
        self.console_states: dict[Console, ConsoleState] = {}
        self.console_bytes: dict[Console, bytes] = {}
        self.console_lost: dict[Console, int] = {}
        self.typed: dict[Console, bytes] = {}
        self.takes_input = True
        self.logs: list[tuple[str, bool]] = []
        """The files that logs were wanted in, and whether over what is there."""
        self.frames: dict[tuple[Key, int], Frame | HostError] = {}
        """What each screen shows, by domain and number."""
        self.looks = 0
        """How often somebody has looked at a screen."""
        self.pressed: list[tuple[int, ...]] = []
        """Linux's codes of the keys that were pressed together, in their order."""
        self.press_fails: HostError | None = None
        self.abandoned: list[int] = []
        self.calls_in_flight: dict[str, tuple[Call, ...]] = {}

    # For the test

    def tell(self, *told: c.Change) -> None:
        for change in told:
            self._inbox.put(change)

    def connection(self, name: str, phase: c.Phase = "open", **more: object) -> None:
        """A connection is in that phase now; when *stale* its rows are old from now on."""
        if phase != "opening":
            more = {"lost": NOW if phase == "stale" else None, "retry": None, "queued": False} | more
        state = self.states.get(name) or c.ConnectionState(name, f"qemu+ssh://root@{name}.example.org/system")
        self.states[name] = state._replace(phase=phase, since=NOW, **more)  # type: ignore[arg-type]
        self.tell(c.ConnectionChanged(self.states[name]))

    def listed(self, host: str, domains: Iterable[Domain]) -> None:
        self.tell(c.Listed(host, KIND, tuple(domains)))

    def details(self, known: Domain, **details: object) -> None:
        self.tell(c.DetailRead(known.key, Details(**details)))  # type: ignore[arg-type]

    def sampled(self, host: str, samples: dict[str, Sample], took: float = 0.004) -> None:
        self.tell(c.Sampled(host, samples, took))

    def run(self, request: Request, index: int = 0, **changes: object) -> c.RunState:
        """Tell of a run of a request: *running* unless told otherwise."""
        order = request.orders[index]
        number = 1000 * self.requests.index(request) + index + 1
        batch = self.requests.index(request) + 1
        state = c.RunState(number, request.action, order.key, order.name, "running", NOW, batch=batch)
        state = state._replace(**changes)  # type: ignore[arg-type]
        self.tell(c.RunChanged(state))
        return state

    def console(self, console: Console, **changes: object) -> None:
        """A console stands like this now."""
        state = self.console_states.get(console, ConsoleState(console))._replace(**changes)  # type: ignore[arg-type]
        self.console_states[console] = state
        self.tell(c.ConsoleChanged(state))

    def write_console(self, console: Console, data: bytes, lost: int = 0) -> None:
        """The guest writes."""
        self.console_bytes[console] = self.console_bytes.get(console, b"") + data
        self.console_lost[console] = lost
        self.tell(c.ConsoleOutput(console))

    # For the app

    def attach(self, wake: Callable[[], None]) -> None:
        self._inbox.attach(wake)

    def drain(self) -> Sequence[c.Change]:
        return self._inbox.drain()

    def add(self, name: str, uri: str, *, read_only: bool) -> None:
        self.states[name] = c.ConnectionState(name, uri, read_only=read_only)
        self.tell(c.ConnectionChanged(self.states[name]))

    def forget(self, name: str) -> None:
        self.asked.append(("forget", name))
        del self.states[name]
        self.tell(c.ConnectionRemoved(name))

    def connect(self, name: str) -> None:
        self.asked.append(("connect", name))

    def give_up(self, name: str) -> None:
        self.asked.append(("give up", name))

    def disconnect(self, name: str) -> None:
        self.asked.append(("disconnect", name))

    def answer(self, question: int, answer: Answer | None) -> None:
        self.answers.append((question, answer.text if answer is not None else None))
        if answer is not None and answer.keep:
            self.kept.append(question)
        self.tell(c.AskedNoMore(question))

    def refresh(self, name: str) -> None:
        self.asked.append(("refresh", name))

    def reread(self, key: Key) -> None:
        self.asked.append(("reread", key.id))

    def watch(self, watches: dict[str, Watch]) -> None:
        self.watches = watches

    def perform(self, request: Request) -> int:
        self.requests.append(request)
        return len(self.requests)

    def abort(self, run: int) -> None:
        self.aborted.append(run)

    def abandon(self, run: int) -> None:
        self.abandoned.append(run)

    def definition(self, key: Key) -> Awaitable[Definition]:
        return _ready(self.definitions.get(key))

    def disk_sizes(self, key: Key, targets: tuple[str, ...]) -> Awaitable[tuple[DiskSize, ...]]:
        return _ready(())

    def open_console(self, console: Console, take: Take = "free") -> None:
        self.taken.append((console, take))
        self.console_states.setdefault(console, ConsoleState(console))

    def close_console(self, console: Console) -> None:
        self.console_states.pop(console, None)

    def send_console(self, console: Console, data: bytes) -> bool:
        self.typed[console] = self.typed.get(console, b"") + data
        return self.takes_input

    def console_output(self, console: Console) -> Output:
        return Output(self.console_bytes.pop(console, b""), self.console_lost.pop(console, 0))

    def log_console(self, console: Console, file: str, *, over: bool = False) -> None:
        self.logs.append((file, over))
        self.console(console, log=file, log_error="")

    def look(self, key: Key, head: int = 0) -> Awaitable[Frame]:
        self.looks += 1
        missing = HostError("no screens to take screenshot from", 55, 10)
        return _answered(self.frames.get((key, head), missing), lambda frame: frame)

    def press(self, key: Key, codes: tuple[int, ...], hold: float) -> Awaitable[None]:
        if self.press_fails is None:
            self.pressed.append(codes)
        return _answered(self.press_fails or True, lambda _: None)

    def calls(self, name: str) -> tuple[Call, ...]:
        return self.calls_in_flight.get(name, ())

    def close(self) -> None:
        pass


def _answered(answer: S | HostError, made: Callable[[S], T]) -> Awaitable[T]:
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    if isinstance(answer, HostError):
        future.set_exception(answer)
    else:
        future.set_result(made(answer))
    return future


def _ready(value: T | None) -> Awaitable[T]:
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    if value is None:
        future.set_exception(HostError("there is no such domain"))
    else:
        future.set_result(value)
    return future

"""The fleet: every connection of the app behind the protocol that the user interface sees."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import Future
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import libvirt

from tuivirt.backend.askpass import Askpass
from tuivirt.backend.connection import Connection
from tuivirt.backend.desk import Desk
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.opener import Opener
from tuivirt.core.backend import Call, Definition, DiskSize, Request, Watch
from tuivirt.core.changes import Change, ConnectionRemoved, ConsoleChanged
from tuivirt.core.console import Console, ConsoleState, Output, Take
from tuivirt.core.errors import HostError
from tuivirt.core.key import Key
from tuivirt.core.question import Answer, Question
from tuivirt.core.steps import Step

if TYPE_CHECKING:
    from tuivirt.backend.runner import KeepDefinition, Runner
    from tuivirt.backend.session import Session
    from tuivirt.backend.vault import Vault
    from tuivirt.core.screen.frame import Frame

T = TypeVar("T")


class FleetOptions(NamedTuple):
    """What the settings say about connections."""

    read_only: bool = False
    """Opens every connection read-only and refuses every action."""
    stats_interval: float = 3.0
    keepalive: tuple[int, int] = (5, 3)
    """Seconds between two signs of life, and how many may be missed."""
    reconnect: bool = True
    """A connection that was lost comes back by itself."""
    parallel: int = 2
    """Actions that run at once on one connection."""


class Fleet:
    """Implements ``core.backend.Backend``.

    Connecting comes first, so this imports no more than that takes; the rest is imported where it is used.
    """

    def __init__(
        self,
        options: FleetOptions,
        keep_definition: "KeepDefinition",
        vault: "Callable[[], Vault] | None" = None,
    ) -> None:
        """``vault``: opens what keeps the answers that the user wants kept; None keeps none."""
        self._options = options
        self._inbox = Inbox()
        self._desk = Desk(self._inbox)
        self._askpass = Askpass()
        self._vault = cache(vault) if vault is not None else None
        self._opener = Opener()
        self._connections: dict[str, Connection] = {}
        self._keep_definition = keep_definition

    @cached_property
    def _runner(self) -> "Runner":
        from tuivirt.backend.runner import Runner

        return Runner(self._inbox, parallel=self._options.parallel, keep=self._keep_definition)

    def test(
        self, uri: str, ask: Callable[[Question], Awaitable[Answer | None]], /, *, read_only: bool
    ) -> AsyncIterator[Step]:
        """Try a URI step by step; ``ui.options.Trial``."""
        from tuivirt.backend.trial import trial

        read_only = read_only or self._options.read_only
        return trial(uri, ask, read_only=read_only, vault=self._vault, askpass=self._askpass)

    def _session_over(self, name: str) -> None:
        """Told on any thread."""
        if "_runner" in vars(self):  # else nothing has been done yet
            self._runner.lost(name)

    def attach(self, wake: Callable[[], None]) -> None:
        self._inbox.attach(wake)

    def drain(self) -> Sequence[Change]:
        return self._inbox.drain()

    def add(self, name: str, uri: str, *, read_only: bool) -> None:
        if name in self._connections:
            raise ValueError(f"there is a connection named {name} already")
        connection = Connection(
            name,
            uri,
            read_only=read_only or self._options.read_only,
            inbox=self._inbox,
            desk=self._desk,
            askpass=self._askpass,
            vault=self._vault,
            opener=self._opener,
            session_over=partial(self._session_over, name),
            interval=self._options.stats_interval,
            keepalive=self._options.keepalive,
            reconnect=self._options.reconnect,
        )
        self._connections[name] = connection
        connection.announce()

    def forget(self, name: str) -> None:
        self._runner.forget(name)
        connection = self._connections.pop(name)
        connection.close()
        connection.forget_consoles()
        self._inbox.put(ConnectionRemoved(name))

    def connect(self, name: str) -> None:
        self._connections[name].connect(at_once=True)

    def connect_all(self, names: Iterable[str]) -> None:
        """Open these, a handful at a time."""
        for name in names:
            self._connections[name].connect(at_once=False)

    def give_up(self, name: str) -> None:
        self._connections[name].give_up()

    def disconnect(self, name: str) -> None:
        self._runner.forget(name)
        self._connections[name].disconnect()

    def answer(self, question: int, answer: Answer | None) -> None:
        self._desk.answer(question, answer)

    def refresh(self, name: str) -> None:
        session = self._connections[name].session
        if session is not None:
            session.refresh()

    def reread(self, key: Key) -> None:
        connection = self._connections.get(key.connection)
        if connection is not None and connection.session is not None:
            connection.session.reread(key)

    def watch(self, watches: dict[str, Watch]) -> None:
        for name, connection in self._connections.items():
            connection.watch(watches.get(name, Watch()))

    def perform(self, request: Request) -> int:
        from tuivirt.resources.register import find_action

        return self._runner.perform(find_action(request.action), request, self._connections)

    def abort(self, run: int) -> None:
        self._runner.abort(run)

    def definition(self, key: Key) -> Awaitable[Definition]:
        from tuivirt.resources.domain.definition import read_definition

        return self._ask(key, "definition", read_definition)

    def disk_sizes(self, key: Key, targets: tuple[str, ...]) -> Awaitable[tuple[DiskSize, ...]]:
        from tuivirt.resources.domain.definition import disk_sizes

        return self._ask(key, "disk sizes", lambda dom: disk_sizes(dom, targets), of_guest=key.id)

    def open_console(self, console: Console, take: Take = "free") -> None:
        connection = self._connections.get(console.domain.connection)
        if connection is None:
            self._inbox.put(ConsoleChanged(ConsoleState(console, note="its connection was removed")))
        else:
            connection.consoles.open(console, take)

    def close_console(self, console: Console) -> None:
        connection = self._connections.get(console.domain.connection)
        if connection is not None:
            connection.consoles.close(console)

    def send_console(self, console: Console, data: bytes) -> bool:
        connection = self._connections.get(console.domain.connection)
        return connection is not None and connection.consoles.send(console, data)

    def console_output(self, console: Console) -> Output:
        connection = self._connections.get(console.domain.connection)
        return connection.consoles.output(console) if connection is not None else Output(b"")

    def log_console(self, console: Console, file: str, *, over: bool = False) -> None:
        connection = self._connections.get(console.domain.connection)
        if connection is not None:
            connection.consoles.log(console, file, over=over)

    def look(self, key: Key, head: int = 0) -> "Awaitable[Frame]":
        return self._over(key, lambda session: session.look(key.id, head))

    def press(self, key: Key, codes: tuple[int, ...], hold: float) -> Awaitable[None]:
        return self._over(key, lambda session: session.press(key.id, codes, hold))

    def abandon(self, run: int) -> None:
        self._runner.abandon(run)

    def calls(self, name: str) -> tuple[Call, ...]:
        connection = self._connections.get(name)
        session = connection.session if connection is not None else None
        return session.places.calls() if session is not None else ()

    def close(self) -> None:
        """What is left to ``drain`` is for the journal: what became of the actions."""
        self._inbox.detach()
        self._opener.stop()
        for name in self._connections:
            self._runner.forget(name)
        self._runner.stop()
        for connection in self._connections.values():
            connection.close()
            connection.forget_consoles()
        self._desk.close()
        self._askpass.close()

    def _ask(
        self, key: Key, label: str, question: Callable[[libvirt.virDomain], T], *, of_guest: str = ""
    ) -> Awaitable[T]:
        """Answer a question of the user interface about one domain on a lane of its connection."""
        return self._over(
            key,
            lambda session: session.ask(label, lambda: question(session.handle(key.id)), of_guest=of_guest),
        )

    def _over(self, key: Key, ask: "Callable[[Session], Future[T]]") -> Awaitable[T]:
        """What the session of a domain's connection promises, or the error that there is none."""
        import asyncio  # here: 10 ms, which no connection waits for

        connection = self._connections.get(key.connection)
        session = connection.session if connection is not None else None
        if session is None:
            future: Future[T] = Future()
            future.set_exception(HostError(f"{key.connection} is not connected"))
        else:
            future = ask(session)
        return asyncio.wrap_future(future)

"""The fleet: every connection of the app behind the protocol that the user interface sees."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

import libvirt

from tuivirt.backend.connection import Connection
from tuivirt.backend.errors import explain_error
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.lane import Lane
from tuivirt.backend.runner import KeepDefinition, Runner
from tuivirt.backend.session import Session
from tuivirt.core.backend import Definition, DiskSize, Order, Request, Watch
from tuivirt.core.changes import Change, ConnectionRemoved, Happened, RunChanged, RunState
from tuivirt.core.errors import HostError
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.resources import find_action
from tuivirt.resources.domain.definition import disk_sizes, read_definition

T = TypeVar("T")

READ_ONLY = "the connection is read-only"


@dataclass(frozen=True, slots=True)
class FleetOptions:
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
    """Implements ``core.backend.Backend``."""

    def __init__(self, options: FleetOptions, keep_definition: KeepDefinition) -> None:
        self._options = options
        self._inbox = Inbox()
        self._connections: dict[str, Connection] = {}
        self._runner = Runner(self._inbox, parallel=options.parallel, keep=keep_definition)
        self._asks: dict[str, Lane] = {}

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
            interval=self._options.stats_interval,
            keepalive=self._options.keepalive,
            reconnect=self._options.reconnect,
        )
        self._connections[name] = connection
        connection.announce()

    def forget(self, name: str) -> None:
        self._runner.forget(name)
        self._connections.pop(name).close()
        self._inbox.put(ConnectionRemoved(name))

    def connect(self, name: str) -> None:
        self._connections[name].connect()

    def disconnect(self, name: str) -> None:
        self._runner.forget(name)
        self._connections[name].disconnect()

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
        action = find_action(request.action)
        for order in request.orders:
            if self._connections[order.key.connection].state.read_only:
                self._refuse(request, order, READ_ONLY)
        allowed = tuple(
            order for order in request.orders if not self._connections[order.key.connection].state.read_only
        )
        return self._runner.perform(
            action, Request(request.action, allowed, request.params), self._connections
        )

    def _refuse(self, request: Request, order: Order, reason: str) -> None:
        now = time.time()
        action = find_action(request.action)
        state = RunState(self._runner.number(), action.id, order.key, order.name, "failed", now, note=reason)
        self._inbox.put(RunChanged(state))
        self._inbox.put(
            Happened(Entry(now, order.key, order.name, "action", action.title, reason, ok=False, took=0.0))
        )

    def abort(self, run: int) -> None:
        self._runner.abort(run)

    def definition(self, key: Key) -> Awaitable[Definition]:
        return self._ask(key, lambda session: read_definition(session.handle(key.id)))

    def disk_sizes(self, key: Key, targets: tuple[str, ...]) -> Awaitable[tuple[DiskSize, ...]]:
        return self._ask(key, lambda session: disk_sizes(session.handle(key.id), targets))

    def calls(self, name: str) -> tuple[tuple[str, float], ...]:
        connection = self._connections.get(name)
        session = connection.session if connection is not None else None
        return session.places.calls() if session is not None else ()

    def close(self) -> None:
        self._runner.stop()
        for connection in self._connections.values():
            connection.close()

    def _ask(self, key: Key, question: Callable[[Session], T]) -> Awaitable[T]:
        """Answer a question of the UI on a lane of the connection."""
        future: Future[T] = Future()
        connection = self._connections.get(key.connection)
        session = connection.session if connection is not None else None
        if connection is None or session is None:
            future.set_exception(HostError(f"{key.connection} is not connected"))
            return asyncio.wrap_future(future)
        uri = connection.state.uri

        def answer() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                with session.places.shared("definition"):
                    future.set_result(question(session))
            except libvirt.libvirtError as error:
                future.set_exception(explain_error(error, uri))

        self._asks.setdefault(key.connection, Lane(f"ask {key.connection}")).submit(answer)
        return asyncio.wrap_future(future)

"""A proxy between two unix sockets that counts libvirt's remote procedure calls and can be far away.

Every packet begins with its length (4 bytes, itself included) and a header: program, version, procedure,
type, serial, status, 4 bytes each. A client connects to the proxy as to the daemon: `?socket=PROXY`.
Descriptors do not pass through (no openGraphicsFD).

The delay is a line, not a gate: what comes leaves half a round trip later, whatever is on its way before it,
so calls that a client pipelines stay as close together as it sent them.
"""

import contextlib
import select
import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.rpc_procedures import QEMU_PROCEDURES, REMOTE_EVENTS, REMOTE_PROCEDURES

KEEPALIVE = 0x6B656570
PROGRAMS = {0x20008086: "remote", 0x20008087: "qemu", 0x20008088: "lxc"}
NAMES = {"remote": REMOTE_PROCEDURES | REMOTE_EVENTS, "qemu": QEMU_PROCEDURES}


class Kind(IntEnum):
    """The type field of a packet."""

    CALL = 0
    REPLY = 1
    MESSAGE = 2
    STREAM = 3
    CALL_WITH_FDS = 4
    REPLY_WITH_FDS = 5
    STREAM_HOLE = 6


HEADER = struct.Struct(">IIIiiIi")
CHUNK = 1 << 18
# With more than this on its way in one direction the proxy reads no more until some of it has left.
WINDOW = 64 << 20


@dataclass(frozen=True, slots=True)
class ProxyCounts:
    """What went through up to some moment; the difference of two is what went through between them."""

    calls: Counter[str] = field(default_factory=Counter)
    """Calls by procedure, named as in rpc_procedures.py, else "remote/NUMBER"."""
    events: Counter[str] = field(default_factory=Counter)
    """What the daemon sent unasked, by procedure."""
    replies: int = 0
    streams: int = 0
    """Packets of streams: consoles, screenshots, volume transfers."""
    keepalives: int = 0
    connections: int = 0
    sent: int = 0
    """Bytes from clients to the daemon."""
    received: int = 0
    """Bytes from the daemon to clients."""

    @property
    def total(self) -> int:
        """The number of calls."""
        return self.calls.total()

    def __sub__(self, earlier: "ProxyCounts") -> "ProxyCounts":
        return ProxyCounts(
            self.calls - earlier.calls,
            self.events - earlier.events,
            self.replies - earlier.replies,
            self.streams - earlier.streams,
            self.keepalives - earlier.keepalives,
            self.connections - earlier.connections,
            self.sent - earlier.sent,
            self.received - earlier.received,
        )


class Direction:
    """One way of one connection: what was read and when it may leave."""

    def __init__(
        self, source: socket.socket, sink: socket.socket, delay: float, count: Callable[[int, int, int], None]
    ) -> None:
        self.source, self.sink = source, sink
        self.ended = False
        self._delay = delay
        self._count = count
        self._header = bytearray()
        self._body = 0
        self._line: deque[tuple[float, bytes]] = deque()
        self._leaving = memoryview(b"")
        self._queued = 0

    @property
    def reads(self) -> bool:
        return not self.ended and self._queued < WINDOW

    @property
    def drained(self) -> bool:
        return self.ended and not self._line and not self._leaving

    def due(self) -> float | None:
        """When there will be something to write; None for never."""
        if self._leaving:
            return 0.0
        return self._line[0][0] if self._line else None

    def read(self) -> int:
        """Take what has come; return its size."""
        data = self.source.recv(CHUNK)
        if not data:
            self.ended = True
            return 0
        self._line.append((time.monotonic() + self._delay, data))
        self._queued += len(data)
        self._account(data)
        return len(data)

    def write(self) -> None:
        """Send the next of what is due, as far as it goes without waiting."""
        if not self._leaving:
            self._leaving = memoryview(self._line.popleft()[1])
        try:
            sent = self.sink.send(self._leaving)
        except BlockingIOError:
            # Room for something is not yet room for the next piece of a large packet.
            return
        self._leaving = self._leaving[sent:]
        self._queued -= sent

    def _account(self, data: bytes) -> None:
        position = 0
        while position < len(data):
            if self._body:
                taken = min(self._body, len(data) - position)
                self._body -= taken
            else:
                taken = min(HEADER.size - len(self._header), len(data) - position)
                self._header += data[position : position + taken]
                if len(self._header) == HEADER.size:
                    length, program, _, procedure, kind, _, _ = HEADER.unpack(self._header)
                    self._body = length - HEADER.size
                    self._header.clear()
                    self._count(program, procedure, kind)
            position += taken


class RpcProxy:
    """The proxy, in a thread of its own. A context manager: on exit its connections are closed."""

    def __init__(self, upstream: Path, path: Path, *, round_trip: float = 0.0) -> None:
        """Listen at path for clients of the daemon at upstream. round_trip is in seconds."""
        self.path = path
        self._upstream = upstream
        self._delay = round_trip / 2
        self._lock = threading.Lock()
        self._numbers = {
            "replies": 0,
            "streams": 0,
            "keepalives": 0,
            "connections": 0,
            "sent": 0,
            "received": 0,
        }
        self._calls: Counter[str] = Counter()
        self._events: Counter[str] = Counter()
        self._pairs: list[tuple[Direction, Direction]] = []
        self._forgotten: list[tuple[Direction, Direction]] = []
        self._orders: deque[tuple[Callable[[], None], threading.Event]] = deque()
        self._held = self._stopped = False
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._wake_read, self._wake_write = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="rpc-proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._order(self._stop)
        self._thread.join()
        for descriptor in (self._listener, self._wake_read, self._wake_write):
            descriptor.close()
        self.path.unlink(missing_ok=True)

    def counts(self) -> ProxyCounts:
        """What went through since the start."""
        with self._lock:
            return ProxyCounts(Counter(self._calls), Counter(self._events), **self._numbers)

    def hold(self) -> None:
        """Let nothing through any more, as when a cable is pulled; connections stay open."""
        self._order(lambda: self._hold(True))

    def release(self) -> None:
        """Let everything through again, what waited first."""
        self._order(lambda: self._hold(False))

    def forget(self) -> None:
        """Let nothing of the connections that are open now through for good; those that come are served."""
        self._order(self._forget)

    def cut(self) -> None:
        """Close every connection that is open now."""
        self._order(self._close_all)

    # In the thread.

    def _order(self, order: Callable[[], None]) -> None:
        """Have it done in the thread, between two packets, and wait until it is."""
        done = threading.Event()
        self._orders.append((order, done))
        self._wake_write.send(b"x")
        done.wait()

    def _stop(self) -> None:
        self._stopped = True

    def _hold(self, held: bool) -> None:
        self._held = held

    def _forget(self) -> None:
        self._forgotten += self._pairs
        self._pairs = []
        self._held = False

    def _close_all(self) -> None:
        for pair in [*self._pairs, *self._forgotten]:
            self._close(pair)
        self._forgotten.clear()

    def _run(self) -> None:
        while not self._stopped:
            self._turn()
        self._close_all()

    def _turn(self) -> None:
        directions = [] if self._held else [(one, pair) for pair in self._pairs for one in pair]
        now = time.monotonic()
        dues = [due for one, _ in directions if (due := one.due()) is not None]
        later = [due for due in dues if due > now]
        readable, writable, _ = select.select(
            [self._listener, self._wake_read, *(one.source for one, _ in directions if one.reads)],
            [one.sink for one, _ in directions if (due := one.due()) is not None and due <= now],
            [],
            min(later) - now if later else None,
        )
        if self._wake_read in readable:
            self._wake_read.recv(1)
            order, done = self._orders.popleft()
            order()
            done.set()
            return
        if self._listener in readable:
            self._accept()
        for one, pair in directions:
            try:
                if one.source in readable:
                    self._read(one, pair)
                if one.sink in writable:
                    one.write()
                if one.drained:
                    one.sink.shutdown(socket.SHUT_WR)
            except OSError:
                # The other side is gone: so is the connection, as it would be without us.
                self._close(pair)
        for pair in [pair for pair in self._pairs if all(one.drained for one in pair)]:
            self._close(pair)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        daemon = socket.socket(socket.AF_UNIX)
        try:
            daemon.connect(str(self._upstream))
        except OSError:
            client.close()
            daemon.close()
            return
        for end in (client, daemon):
            end.setblocking(False)
        self._pairs.append(
            (
                Direction(client, daemon, self._delay, self._count),
                Direction(daemon, client, self._delay, self._count),
            )
        )
        self._add("connections")

    def _read(self, one: Direction, pair: tuple[Direction, Direction]) -> None:
        self._add("sent" if one is pair[0] else "received", one.read())

    def _close(self, pair: tuple[Direction, Direction]) -> None:
        for one in pair:
            one.source.close()
        with contextlib.suppress(ValueError):
            self._pairs.remove(pair)

    def _add(self, name: str, number: int = 1) -> None:
        with self._lock:
            self._numbers[name] += number

    def _count(self, program: int, procedure: int, kind: int) -> None:
        with self._lock:
            match kind:
                case _ if program == KEEPALIVE:
                    self._numbers["keepalives"] += 1
                case Kind.CALL | Kind.CALL_WITH_FDS:
                    self._calls[name_of(program, procedure)] += 1
                case Kind.MESSAGE:
                    self._events[name_of(program, procedure)] += 1
                case Kind.REPLY | Kind.REPLY_WITH_FDS:
                    self._numbers["replies"] += 1
                case _:
                    self._numbers["streams"] += 1


def name_of(program: int, procedure: int) -> str:
    """Return the name of a procedure, or its program and number."""
    family = PROGRAMS.get(program, hex(program))
    return NAMES.get(family, {}).get(procedure, f"{family}/{procedure}")

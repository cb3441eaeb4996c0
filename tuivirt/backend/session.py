"""What lives while a connection is open: its handles, its subscriptions, and the reading of its objects."""

import gc
import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import libvirt

from tuivirt.backend.guests import Guests
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.lane import Job, Lane
from tuivirt.backend.opener import Opener
from tuivirt.backend.outlet import Outlet
from tuivirt.backend.places import Places
from tuivirt.backend.prober import Prober
from tuivirt.backend.pulse import Pulse
from tuivirt.backend.questions import Questions
from tuivirt.backend.sampler import Sampler
from tuivirt.core.backend import Watch
from tuivirt.core.changes import Happened, HostFacts, Listed, Removed, Upserted
from tuivirt.core.errors import HostError
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.resources import host
from tuivirt.resources.domain import events
from tuivirt.resources.domain.events import DomainEvent
from tuivirt.resources.domain.read import Handles, list_all, read_some
from tuivirt.resources.domain.snapshot import KIND

if TYPE_CHECKING:
    from tuivirt.backend.screens import Screens
    from tuivirt.backend.streams import Streams
    from tuivirt.core.screen.frame import Frame

log = logging.getLogger(__name__)

T = TypeVar("T")


class Reports(NamedTuple):
    """What a session tells its connection, from any thread."""

    listed: Callable[[], None]
    """The first list is there."""
    facts: Callable[[HostFacts], None]
    failed: Callable[[libvirt.libvirtError], None]
    """The list cannot be read, or not any more."""
    lost: Callable[[int], None]
    """libvirt's close callback, with its reason."""
    powered: Callable[[DomainEvent], None]
    """A domain was switched on, off or reset; told on libvirt's event thread."""


class Session:
    """One successful open. Its read lane lists and reads in order, so that a reading never overtakes a
    later one.
    """

    def __init__(
        self,
        name: str,
        uri: str,
        conn: libvirt.virConnect,
        *,
        in_process: bool,
        run_directory: Path | None,
        interval: float,
        keepalive: tuple[int, int],
        opener: Opener,
        inbox: Inbox,
        reports: Reports,
    ) -> None:
        self.name = name
        self.conn = conn
        # What libvirt's client has forgotten is sent with any other call: see ``Nudger``.
        self.places = places = Places(None if in_process else conn.getLibVersion)
        self._in_process = in_process
        self._outlet = outlet = Outlet(inbox)
        self._reports = reports
        self._questions = Questions(uri)
        self._read = Lane(f"read {name}")
        self._handles: Handles = {}
        self._dirty: Handles = {}
        self._to_list = False
        """A list is on its way to the read lane."""
        self._lock = threading.Lock()
        self._undo: list[Callable[[], object]] = []
        """Takes back what was subscribed to."""
        self._streams: Streams | None = None
        self._screens: Screens | None = None
        self._sampler = Sampler(
            name,
            conn,
            places,
            outlet,
            handles=lambda: self._handles,
            in_process=in_process,
            interval=interval,
        )
        self._prober = Prober(name, places, outlet, find=self.handle, run_directory=run_directory)
        self._guests = Guests(
            name, conn, places, outlet, find=self.handle, active=self._answers, in_process=in_process
        )

        self._pulse = Pulse(
            name,
            places,
            opener,
            (0, 0) if in_process else keepalive,
            ask=conn.getLibVersion,
            lost=lambda: reports.lost(libvirt.VIR_CONNECT_CLOSE_REASON_KEEPALIVE),
        )

    def begin(self) -> None:
        """Subscribe, then list: what changes in between is told by an event after the list."""
        self._submit(self._subscribe_and_list)
        self._pulse.begin()

    def watch(self, watch: Watch) -> None:
        self._sampler.watch(watch)
        self._prober.watch(watch)
        self._guests.watch(watch)

    def refresh(self) -> None:
        """Read everything again, once for all who ask before it begins."""
        with self._lock:
            queued, self._to_list = self._to_list, True
        if not queued:
            self._submit(self._list)

    def reread(self, key: Key) -> None:
        """Read one object again, its details included."""
        handle = self._handles.get(key.id)
        if handle is None:
            self.refresh()
        else:
            self._mark(key.id, handle)

    def handle(self, uuid: str) -> libvirt.virDomain:
        """The handle of a domain. Raises libvirtError when there is none (any more)."""
        return self._handles.get(uuid) or self.conn.lookupByUUIDString(uuid)

    def ask(self, label: str, question: Callable[[], T], *, of_guest: str = "") -> Future[T]:
        """Answer a question of the user interface; it may wait for the guest ``of_guest`` (UUID), if any."""

        def answer() -> T:
            with self.places.asking(label, of_guest) if of_guest else self.places.safe(label):
                return question()

        return self._questions.ask(self._guests if of_guest else self._prober, answer)

    @property
    def is_alive(self) -> bool:
        """Whether its socket is open; no round trip. Only to be asked in one of the ``places``."""
        return _is_alive(self.conn)

    @property
    def streams(self) -> "Streams":
        """Those of consoles; made when the first is opened."""
        with self._lock:
            if self._streams is None:
                from tuivirt.backend.streams import Streams

                self._streams = Streams(
                    self.name, self.conn, self.places, self.handle, in_process=self._in_process
                )
            return self._streams

    @property
    def screens(self) -> "Screens":
        """Made when somebody looks at the first."""
        with self._lock:
            if self._screens is None:
                from tuivirt.backend.screens import Host, Screens

                self._screens = Screens(
                    Host(
                        self.name,
                        self.conn,
                        self.places,
                        find=self.handle,
                        hangs=lambda uuid: uuid in self._sampler.hung,
                    )
                )
            return self._screens

    def look(self, uuid: str, head: int) -> "Future[Frame]":
        """What a guest's screen shows."""
        guest = self.screens.of(uuid)
        return self._questions.ask(guest.looks, lambda: guest.look(head))

    def press(self, uuid: str, codes: tuple[int, ...], hold: float) -> Future[None]:
        """Press keys on a guest's keyboard."""
        guest = self.screens.of(uuid)
        return self._questions.ask(guest.keys, lambda: guest.press(codes, hold))

    def close(self) -> None:
        """Stop reading and let the connection go, without waiting for anything; nothing is told any more."""
        self._outlet.shut()
        self.places.close()  # first: nobody who is woken now shall begin a call
        for lane in (self._read, self._sampler, self._prober, self._guests):
            lane.stop()
        if self._streams is not None:
            self._streams.stop()
        if self._screens is not None:
            self._screens.stop()
        self._pulse.stop()
        self._questions.close()
        threading.Thread(target=self._let_go, name=f"close {self.name}", daemon=True).start()

    def _let_go(self) -> None:
        """Close the connection as soon as no call is in flight: libvirt would free what the call is using.

        It also keeps a connection for as long as callbacks and handles refer to it, so they go first. Each of
        these steps blocks where the host is dead, hence a thread.
        """
        self._unsubscribe()
        self.places.wait_until_empty()
        self._unsubscribe()  # from what was being subscribed to meanwhile
        if self._streams is not None:
            self._streams.free()
        with self._lock:
            self._handles, self._dirty = {}, {}
        self._attempt(self._close)

    def _close(self) -> None:
        if self.conn.close():
            # Some handle is left in a circle of garbage. Whoever collects that closes the connection, which
            # blocks where the host is dead: better here than on any other thread.
            gc.collect()

    def _unsubscribe(self) -> None:
        while self._undo:
            self._attempt(self._undo.pop())

    def _attempt(self, step: Callable[[], object]) -> None:
        try:
            step()
        except libvirt.libvirtError as error:
            log.info("closing %s: %s", self.name, error)

    def _submit(self, job: Job) -> None:
        """Have it done on the read lane; its failure is the session's."""

        def attempt() -> None:
            try:
                job()
            except libvirt.libvirtError as error:
                self._reports.failed(error)
            except HostError as error:
                log.info("reading %s: %s", self.name, error)

        self._read.submit(attempt)

    def _subscribe_and_list(self) -> None:
        try:
            with self.places.safe("subscribe"):
                self._undo_by_number(events.subscribe_lifecycle(self.conn, self.name, self._on_event))
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
                raise
            log.info("%s has no events; press the refresh key there", self.name)
        self._list()
        self._reports.listed()
        # Not the session: libvirt keeps what it calls where the host is dead when that is to be taken back.
        lost = self._reports.lost
        with self.places.safe("close callback"):
            self.conn.registerCloseCallback(lambda _conn, reason, _opaque: lost(reason), None)
            self._undo.append(self.conn.unregisterCloseCallback)
        if not self.is_alive:  # it was lost before anybody could be told; no round trip
            self._reports.lost(libvirt.VIR_CONNECT_CLOSE_REASON_EOF)
            return
        # Not on the probe lane, where the first questions of the user interface would wait for all of it.
        self._guests.submit(self._subscribe_to_others)
        self._guests.submit(self._read_facts)

    def _subscribe_to_others(self) -> None:
        try:
            with self.places.safe("subscribe"):
                self._undo_by_number(events.subscribe_others(self.conn, self.name, self._on_event))
        finally:
            self._prober.begin()

    def _read_facts(self) -> None:
        with self.places.safe("host facts"):
            facts = host.read_facts(self.conn)
        self._reports.facts(facts)

    def _undo_by_number(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._undo.append(partial(self.conn.domainEventDeregisterAny, number))

    def _list(self) -> None:
        with self._lock:
            self._to_list = False
            self._dirty.clear()
        with self.places.safe("list"):
            domains, self._handles = list_all(self.conn, self.name)
        # The store first: it drops what comes for a domain that it does not know.
        self._outlet.put(Listed(self.name, KIND, tuple(domains)))
        self._prober.listed(self._handles)
        self._guests.forget_all()
        self._sampler.all_once()

    def _on_event(self, event: DomainEvent) -> None:
        """Called on libvirt's event thread: hand over and return."""
        self.places.heard()
        self._outlet.put(
            Happened(Entry(time.time(), event.key, event.name, "event", event.what, event.detail))
        )
        if event.power:
            self._reports.powered(event)
        if event.changes:
            self._mark(event.key.id, event.handle)
        elif event.definition:
            self._prober.forget(event.key.id, again=True)
            self._guests.forget(event.key.id)

    def _mark(self, uuid: str, handle: libvirt.virDomain) -> None:
        """Have a domain read, once for all that happens to it before."""
        with self._lock:
            if not self._outlet.is_open:
                return  # a handle that is kept after the end keeps the connection's socket open
            queued = bool(self._dirty)
            self._dirty[uuid] = handle
        if not queued:
            self._submit(self._read_dirty)

    def _read_dirty(self) -> None:
        with self._lock:
            dirty, self._dirty = self._dirty, {}
        if not dirty:
            return  # a list has come before
        try:
            with self.places.safe("read"):
                domains, handles = read_some(self.conn, self.name, dirty.values())
                # A new dict, because other threads are looking at the old one.
                kept = {uuid: handle for uuid, handle in self._handles.items() if uuid not in dirty}
                self._handles = kept | handles
        except libvirt.libvirtError as error:
            # One domain's trouble is not the connection's; if it is, the list fails too.
            log.info("reading on %s: %s", self.name, error)
            self._list()
            return
        at = time.time()
        for domain in domains:
            self._outlet.put(Upserted(domain, at))
        for uuid in dirty.keys() - handles.keys():
            self._outlet.put(Removed(Key(self.name, KIND, uuid)))
        for uuid in dirty:
            self._prober.forget(uuid)
            self._guests.forget(uuid)
        if handles:
            self._sampler.some_once(handles)

    def _answers(self, uuid: str) -> bool:
        """Whether a guest can be asked, as far as is known: it is active (a handle's id is that of its last
        reading), and does not hang.
        """
        handle = self._handles.get(uuid)
        return handle is not None and handle.ID() != -1 and uuid not in self._sampler.hung


def _is_alive(conn: libvirt.virConnect) -> bool:
    try:
        return bool(conn.isAlive())
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
            raise
        return True  # a driver inside this process, which does not say

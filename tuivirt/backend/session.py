"""What lives while a connection is open: its handles, its subscriptions, and the reading of its objects."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import libvirt

from tuivirt.backend.inbox import Inbox
from tuivirt.backend.lane import Lane
from tuivirt.backend.places import Places
from tuivirt.backend.prober import Prober
from tuivirt.backend.sampler import Sampler
from tuivirt.core.backend import Watch
from tuivirt.core.changes import Happened, Listed, Removed, Upserted
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.resources.domain import events
from tuivirt.resources.domain.events import DomainEvent
from tuivirt.resources.domain.read import Handles, list_all, read
from tuivirt.resources.domain.snapshot import KIND

log = logging.getLogger(__name__)

BURST = 8
"""More objects than this are read by one bulk list (five round trips) instead of one by one (five each)."""


class Session:
    """One successful open. Its read lane lists and reads in order, so that a reading never overtakes a
    later one.
    """

    def __init__(
        self,
        name: str,
        conn: libvirt.virConnect,
        *,
        in_process: bool,
        run_directory: Path | None,
        interval: float,
        inbox: Inbox,
        failed: Callable[[libvirt.libvirtError], None],
    ) -> None:
        self.name = name
        self.conn = conn
        self.places = Places()
        self._inbox = inbox
        self._failed = failed
        self._read = Lane(f"read {name}")
        self._handles: Handles = {}
        self._dirty: dict[str, libvirt.virDomain] = {}
        self._lock = threading.Lock()
        self._callbacks: list[int] = []
        self._closed = False
        self.sampler = Sampler(
            name,
            conn,
            self.places,
            inbox,
            handles=lambda: self._handles,
            in_process=in_process,
            interval=interval,
        )
        self.prober = Prober(
            name,
            conn,
            self.places,
            inbox,
            find=self.handle,
            everything=lambda: tuple(self._handles),
            in_process=in_process,
            run_directory=run_directory,
        )

    def begin(self) -> None:
        """Subscribe, then list: what changes in between is told by an event after the list."""
        self._read.submit(self._subscribe_and_list)

    def watch(self, watch: Watch) -> None:
        self.sampler.watch(watch)
        self.prober.watch(watch)

    def refresh(self) -> None:
        """Read everything again."""
        self._read.submit(self._list)

    def reread(self, key: Key) -> None:
        """Read one object again, its details included."""
        self.prober.forget(key.id)
        self._mark(key.id, self._handles.get(key.id))

    def handle(self, uuid: str) -> libvirt.virDomain:
        """The handle of a domain. Raises libvirtError when there is none (any more)."""
        return self._handles.get(uuid) or self.conn.lookupByUUIDString(uuid)

    def close(self) -> None:
        """Stop reading and let the connection go, without waiting for calls in flight.

        libvirt keeps a connection alive for as long as callbacks hold it, so they are taken back first;
        that can block on a dead host, hence the thread.
        """
        self._closed = True
        self._read.stop()
        self.sampler.stop()
        self.prober.stop()
        threading.Thread(target=self._let_go, name=f"close {self.name}", daemon=True).start()

    def _let_go(self) -> None:
        try:
            self.conn.unregisterCloseCallback()
            for callback in self._callbacks:
                self.conn.domainEventDeregisterAny(callback)
            self.conn.close()
        except libvirt.libvirtError as error:
            log.info("closing %s: %s", self.name, error)

    def _on_event(self, event: DomainEvent) -> None:
        """Called on libvirt's event thread: hand over and return."""
        if self._closed:
            return
        self._inbox.put(
            Happened(Entry(time.time(), event.key, event.name, "event", event.what, event.detail))
        )
        if event.definition or event.changes:
            self.prober.forget(event.key.id)
        if event.changes:
            self._mark(event.key.id, event.handle)

    def _mark(self, uuid: str, handle: libvirt.virDomain | None) -> None:
        if handle is None:
            self._read.submit(self._list)
            return
        with self._lock:
            queued = bool(self._dirty)
            self._dirty[uuid] = handle
        if not queued:
            self._read.submit(self._read_dirty)

    def _subscribe_and_list(self) -> None:
        try:
            with self.places.read("subscribe"):
                self._callbacks += events.subscribe_lifecycle(self.conn, self.name, self._on_event)
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
                self._failed(error)
                return
            log.info("%s has no events; press the refresh key there", self.name)
        self._list()
        if not self._closed:
            self.prober.submit(self._subscribe_others)

    def _subscribe_others(self) -> None:
        with self.places.shared("subscribe"):
            self._callbacks += events.subscribe_others(self.conn, self.name, self._on_event)

    def _list(self) -> None:
        with self._lock:
            self._dirty.clear()
        try:
            with self.places.read("list"):
                domains, handles = list_all(self.conn, self.name)
        except libvirt.libvirtError as error:
            self._failed(error)
            return
        if self._closed:
            return
        self._handles = handles
        self.prober.forget_all()
        self._inbox.put(Listed(self.name, KIND, tuple(domains)))
        self.sampler.all_once()

    def _read_dirty(self) -> None:
        with self._lock:
            dirty = dict(self._dirty)
            self._dirty.clear()
        if len(dirty) > BURST:
            self._list()
            return
        for uuid, handle in dirty.items():
            try:
                with self.places.read("read"):
                    domain = read(self.conn, handle, self.name)
            except libvirt.libvirtError as error:
                self._failed(error)
                return
            if self._closed:
                return
            if domain is None:
                self._handles.pop(uuid, None)
                self._inbox.put(Removed(Key(self.name, KIND, uuid)))
            else:
                self._handles[uuid] = handle
                self._inbox.put(Upserted(domain, time.time()))
                self.sampler.once(uuid, handle)

"""The probe lane: what only one call per domain tells, asked for the rows on screen and only those.

Titles and tags from the saved definition, pending changes from the live one, IP addresses at most twice a
second. Some of these wait for the guest, so they have a lane of their own with one call in flight.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import libvirt
from lxml.etree import XMLSyntaxError

from tuivirt.backend.inbox import Inbox
from tuivirt.backend.places import Places
from tuivirt.core.backend import Watch
from tuivirt.core.changes import AddressesRead, DetailRead
from tuivirt.core.key import Key
from tuivirt.resources.domain import details
from tuivirt.resources.domain.addresses import addresses
from tuivirt.resources.domain.snapshot import KIND, Details
from tuivirt.resources.domain.started import started_at

log = logging.getLogger(__name__)

ADDRESS_INTERVAL = 0.5
"""Seconds between two questions for addresses: at most two a second per connection."""
ADDRESS_LIFE = 30.0
"""Seconds after which the addresses of a visible guest are asked for again."""

Job = Callable[[], None]


class Prober:
    """Probes the domains of one session, the row under the cursor first."""

    def __init__(
        self,
        name: str,
        conn: libvirt.virConnect,
        places: Places,
        inbox: Inbox,
        *,
        find: Callable[[str], libvirt.virDomain],
        everything: Callable[[], Iterable[str]],
        in_process: bool,
        run_directory: Path | None,
    ) -> None:
        self._name = name
        self._conn = conn
        self._places = places
        self._inbox = inbox
        self._find = find
        self._in_process = in_process
        self._run_directory = run_directory
        self._everything = everything
        self._rest: deque[str] = deque()
        self._watch = Watch()
        self._jobs: deque[Job] = deque()
        self._known: dict[str, bool] = {}
        """UUIDs whose details are known, and whether pending changes were compared too."""
        self._addresses_at: dict[str, float] = {}
        self._last_address = 0.0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def watch(self, watch: Watch) -> None:
        with self._changed:
            if watch.complete and not self._watch.complete:
                self._rest = deque(self._everything())
            self._watch = watch
            self._wake()

    def submit(self, job: Job) -> None:
        """Run something else on this lane, before the next probe."""
        with self._changed:
            self._jobs.append(job)
            self._wake()

    def forget(self, uuid: str) -> None:
        """What is known of a domain may be wrong now: ask again when it is on screen."""
        with self._changed:
            self._known.pop(uuid, None)
            self._addresses_at.pop(uuid, None)
            if self._watch.complete:
                self._rest.append(uuid)
            self._wake()

    def forget_all(self) -> None:
        with self._changed:
            self._known.clear()
            self._addresses_at.clear()
            self._rest = deque(self._everything()) if self._watch.complete else deque()
            self._wake()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"probe {self._name}", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                job, wait = self._next()
                while job is None and not self._stopped:
                    self._changed.wait(wait)
                    job, wait = self._next()
                if self._stopped:
                    return
            assert job is not None
            try:
                job()
            except libvirt.libvirtError as error:
                # The domain is gone, or the connection is: the list will say so.
                log.info("probe of %s: %s", self._name, error)

    def _next(self) -> tuple[Job | None, float | None]:
        """The next job, or how long to wait for one (None: until something changes)."""
        if self._jobs:
            return self._jobs.popleft(), None
        watch = self._watch
        for key in watch.visible:
            if key.id not in self._known:
                return self._details_job(key, pending=False), None
        now = time.monotonic()
        wait: float | None = None
        for position, key in enumerate(watch.visible):
            if (watch.pending or position == 0) and not self._known[key.id]:
                return self._details_job(key, pending=True), None
        if watch.addresses:
            due = [(self._addresses_at.get(key.id, 0.0) + ADDRESS_LIFE, key) for key in watch.visible]
            ready = [key for at, key in due if at <= now or key.id not in self._addresses_at]
            pace = self._last_address + ADDRESS_INTERVAL - now
            if ready and pace <= 0:
                return self._address_job(ready[0]), None
            if due:
                wait = max(pace, 0.01) if ready else max(min(at for at, _ in due) - now, 0.01)
        while watch.complete and self._rest:
            uuid = self._rest.popleft()
            if uuid not in self._known:
                return self._details_job(Key(self._name, KIND, uuid), pending=False), None
        return None, wait

    def _details_job(self, key: Key, *, pending: bool) -> Job:
        self._known[key.id] = pending
        return lambda: self._read_details(key, pending=pending)

    def _read_details(self, key: Key, *, pending: bool) -> None:
        handle = self._find(key.id)
        with self._places.shared(f"definition of {handle.name()}"):
            saved = handle.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
            live = handle.XMLDesc(0) if pending and handle.isActive() else None
        try:
            read = details.parse(saved, live)
        except XMLSyntaxError as error:
            log.warning("definition of %s on %s: %s", key.id, self._name, error)
            read = Details()
        if self._run_directory is not None:
            read = replace(read, started=started_at(self._run_directory, handle.name()))
        self._inbox.put(DetailRead(key, read))

    def _address_job(self, key: Key) -> Job:
        self._addresses_at[key.id] = self._last_address = time.monotonic()
        return lambda: self._read_addresses(key)

    def _read_addresses(self, key: Key) -> None:
        handle = self._find(key.id)
        with self._places.shared(f"addresses of {handle.name()}"):
            found = addresses(self._conn, handle, in_process=self._in_process) if handle.isActive() else None
        if found is not None:
            self._inbox.put(AddressesRead(key, found))

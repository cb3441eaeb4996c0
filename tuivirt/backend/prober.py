"""The probe lane: what only a definition tells, read for the rows on screen and only those.

Titles and tags come from the saved definition, pending changes from the live one beside it. Reading either
never waits for a guest.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import libvirt

from tuivirt.backend.lane import Job, Lane
from tuivirt.backend.outlet import Outlet
from tuivirt.backend.places import Places
from tuivirt.core.backend import Watch
from tuivirt.core.changes import DetailRead
from tuivirt.core.errors import HostError
from tuivirt.core.key import Key
from tuivirt.resources.domain import details
from tuivirt.resources.domain.snapshot import KIND, Details
from tuivirt.resources.domain.started import started_at

log = logging.getLogger(__name__)

SECOND_LOOK = 1.0
"""Seconds after an event of a definition at which it is read once more: libvirt tells of a device that came
before it saves the definition with it, and tells nothing then."""
EVERY = 15.0
"""Seconds after which the definition of the row under the cursor is read again: of what is changed for the
next boot alone (``virsh setmem --config``) libvirt sends no event."""
ROUND = 60.0
"""Seconds after which, for the same reason, all are compared again while what is shown rests on it …"""
ROUND_PAUSE = 10.0
"""… or so many times what it took, where that is longer."""


class Prober(Lane):
    """Reads definitions of one session, the row under the cursor first. Jobs go before them."""

    def __init__(
        self,
        name: str,
        places: Places,
        outlet: Outlet,
        *,
        find: Callable[[str], libvirt.virDomain],
        run_directory: Path | None,
    ) -> None:
        # A domain that is gone, or a connection that is: the list will say so.
        super().__init__(f"probe {name}", tolerates=(libvirt.libvirtError, HostError))
        self._connection = name
        self._places = places
        self._outlet = outlet
        self._find = find
        self._run_directory = run_directory
        self._watch = Watch()
        self._ready = False
        self._listed: tuple[str, ...] = ()
        self._rest: deque[str] = deque()
        """UUIDs to look at when all definitions are wanted."""
        self._known: dict[str, bool] = {}
        """UUIDs whose definition is known, and whether the live one was compared too."""
        self._compared: set[str] = set()
        """UUIDs whose live definition has been read: each later reading has it too, or what was told of it
        would be forgotten."""
        self._began = 0.0
        """When the comparison of all began (monotonic seconds)."""
        self._anew: float | None = None
        """When it begins anew, once it is over."""
        self._again: dict[str, float] = {}
        """UUIDs to read once more, and when (monotonic seconds)."""
        self._cursor = ("", 0.0)
        """The UUID of the row under the cursor, and when its definition was read (monotonic seconds)."""

    def watch(self, watch: Watch) -> None:
        with self._changing():
            before, self._watch = self._watch, watch
            if watch.complete and watch.pending and not (before.complete and before.pending):
                self._compare_all()
            elif watch.complete and not before.complete:
                self._rest = deque(self._listed)

    def _compare_all(self) -> None:
        """What was compared before may not be true any more: nobody tells."""
        self._known = dict.fromkeys(self._known, False)
        self._rest = deque(self._listed)
        self._began, self._anew = time.monotonic(), None

    def begin(self) -> None:
        """Changes of definitions are told from now on, so that one that is read now stays true."""
        with self._changing():
            self._ready = True

    def listed(self, uuids: Iterable[str]) -> None:
        """These are all domains there are, and anything about them may have changed."""
        with self._changing():
            self._listed = tuple(uuids)
            self._known.clear()
            self._compared &= set(self._listed)
            self._rest = deque(self._listed) if self._watch.complete else deque()

    def forget(self, uuid: str, *, again: bool = False) -> None:
        """What is known of a domain may be wrong now: read it again when it is wanted; ``again``: and once
        more a little later.
        """
        with self._changing():
            self._unknow(uuid)
            if again:
                self._again[uuid] = time.monotonic() + SECOND_LOOK

    def _unknow(self, uuid: str) -> None:
        self._known.pop(uuid, None)
        if self._watch.complete:
            self._rest.append(uuid)

    def _seek(self) -> tuple[Job | None, float | None]:
        watch = self._watch
        if not self._ready:
            return None, None
        now = time.monotonic()
        for uuid in [uuid for uuid, due in self._again.items() if due <= now]:
            del self._again[uuid]
            self._unknow(uuid)
        if watch.complete and watch.pending and self._anew is not None and self._anew <= now:
            self._compare_all()
        self._look_again(now)
        for position, key in enumerate(watch.visible):
            if self._lacks(key.id, pending=watch.pending or position == 0):
                return self._reading(key.id, pending=watch.pending or position == 0), None
        while watch.complete and self._rest:
            uuid = self._rest.popleft()
            if self._lacks(uuid, pending=watch.pending):
                return self._reading(uuid, pending=watch.pending), None
        waits = [due - now for due in self._again.values()]
        if watch.visible:
            waits.append(self._cursor[1] + EVERY - now)
        if watch.complete and watch.pending:
            if self._anew is None:
                self._anew = now + max(ROUND, ROUND_PAUSE * (now - self._began))
            waits.append(self._anew - now)
        return None, min(waits, default=None)

    def _lacks(self, uuid: str, *, pending: bool) -> bool:
        known = self._known.get(uuid)
        return known is None or (pending and not known)

    def _look_again(self, now: float) -> None:
        """The definition under the cursor is not known any more when it was read long ago."""
        if not self._watch.visible:
            return
        uuid = self._watch.visible[0].id
        if self._cursor[0] == uuid and now < self._cursor[1] + EVERY:
            return
        if self._cursor[0] == uuid:
            self._known.pop(uuid, None)
        self._cursor = (uuid, now)

    def _reading(self, uuid: str, *, pending: bool) -> Job:
        # Known from now on: an event while it is being read makes it unknown again.
        pending = pending or uuid in self._compared
        self._known[uuid] = pending
        if pending:
            self._compared.add(uuid)
        return partial(self._read, uuid, pending=pending)

    def _read(self, uuid: str, *, pending: bool) -> None:
        from lxml.etree import XMLSyntaxError  # here: nothing before needs it, and it takes 6 ms

        with self._places.safe("definition"):
            handle = self._find(uuid)
            saved = handle.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
            live = handle.XMLDesc(0) if pending and handle.isActive() else None
        try:
            read = details.parse(saved, live)
        except XMLSyntaxError as error:
            log.warning("definition of %s on %s: %s", uuid, self._connection, error)
            read = Details()
        if self._run_directory is not None:
            read = read._replace(started=started_at(self._run_directory, handle.name()))
        self._outlet.put(DetailRead(Key(self._connection, KIND, uuid), read))

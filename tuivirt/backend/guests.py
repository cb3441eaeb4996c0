"""Questions that may wait for a guest: addresses from its agent, sizes of the disks it has open.

A lane of its own with one call in flight, so that a hung guest delays no other kind of question.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import libvirt

from tuivirt.backend.lane import Job, Lane
from tuivirt.backend.outlet import Outlet
from tuivirt.backend.places import Places
from tuivirt.core.backend import Watch
from tuivirt.core.changes import AddressesRead
from tuivirt.core.errors import HostError
from tuivirt.core.key import Key
from tuivirt.resources.domain import addresses
from tuivirt.resources.domain.snapshot import KIND, Address, Addresses

INTERVAL = 0.5
"""Seconds between two calls for addresses: at most two a second per connection."""
LIFE = 30.0
"""Seconds after which the addresses of a visible guest are asked for again …"""
MOST_LIVES = 8
"""… and up to so many times as long, twice as long each time, while no source knows any."""


@dataclass(slots=True)
class _Asked:
    """How far the question for one guest's addresses has come."""

    source: int = 0
    """The next source to ask, an index into SOURCES."""
    due: float = 0.0
    """Monotonic seconds."""
    lives: int = 1
    """Times LIFE until it is asked again when nobody knows an address."""


class Guests(Lane):
    """Asks for addresses of the active guest under the cursor, and of those on screen where they are wanted.
    Jobs go first.
    """

    def __init__(
        self,
        name: str,
        conn: libvirt.virConnect,
        places: Places,
        outlet: Outlet,
        *,
        find: Callable[[str], libvirt.virDomain],
        active: Callable[[str], bool],
        in_process: bool,
    ) -> None:
        # A guest that is gone, or a connection that is: the list will say so.
        super().__init__(f"guests {name}", tolerates=(libvirt.libvirtError, HostError))
        self._connection = name
        self._conn = conn
        self._places = places
        self._outlet = outlet
        self._find = find
        self._active = active
        self._in_process = in_process
        self._watch = Watch()
        self._asked: dict[str, _Asked] = {}
        self._next_call = 0.0

    def watch(self, watch: Watch) -> None:
        with self._changing():
            self._watch = watch

    def forget(self, uuid: str) -> None:
        """A guest's addresses may have changed: ask anew when they are wanted."""
        with self._changing():
            self._asked.pop(uuid, None)

    def forget_all(self) -> None:
        with self._changing():
            self._asked.clear()

    def _seek(self) -> tuple[Job | None, float | None]:
        watch = self._watch
        keys = watch.visible if watch.addresses else ()
        if watch.cursor is not None:
            keys = (watch.cursor, *(key for key in keys if key != watch.cursor))
        wanted = [(self._asked.setdefault(key.id, _Asked()), key.id) for key in keys if self._active(key.id)]
        if not wanted:
            return None, None
        # The row under the cursor, then whoever has waited longest; those never asked have a due time of 0.
        now = time.monotonic()
        if wanted[0][0].due <= now:
            asked, uuid = wanted[0]
        else:
            asked, uuid = min(wanted, key=lambda each: each[0].due)
        wait = max(asked.due, self._next_call) - now
        if wait > 0:
            return None, wait
        self._next_call = now + INTERVAL
        return partial(self._ask, uuid, asked), None

    def _ask(self, uuid: str, asked: _Asked) -> None:
        source = addresses.SOURCES[asked.source]
        asked.due = time.monotonic() + LIFE
        of_guest = source == addresses.OF_GUEST
        place = self._places.asking("addresses", uuid) if of_guest else self._places.safe("addresses")
        with place:
            found = addresses.ask(self._conn, self._find(uuid), source, in_process=self._in_process)
        if not found and asked.source + 1 < len(addresses.SOURCES):
            asked.source += 1
            asked.due = 0.0
            return
        asked.source = 0
        if not found:
            asked.due = time.monotonic() + LIFE * asked.lives
        asked.lives = 1 if found else min(2 * asked.lives, MOST_LIVES)
        self._tell(uuid, found, source if found else "")

    def _tell(self, uuid: str, found: tuple[Address, ...], source: str) -> None:
        self._outlet.put(AddressesRead(Key(self._connection, KIND, uuid), Addresses(found, source)))

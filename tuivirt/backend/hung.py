"""Which guests do not respond, found out with calls that never wait for a guest."""

import time
from collections.abc import Iterable
from itertools import islice

import libvirt

from tuivirt.backend.outlet import Outlet
from tuivirt.backend.places import Places
from tuivirt.core.changes import Hung
from tuivirt.resources.domain.definition import HUNG, waited_for
from tuivirt.resources.domain.read import Handles
from tuivirt.resources.domain.stats import Samples, add_info

LOOKS = 100
"""Guests whose processor time is looked at while a call is stuck, at most; those on screen come first."""
QUESTIONS = 20
"""Guests of which is asked at a time whether somebody waits for them."""


class HungGuests:
    """Tells which guests somebody waits for in vain (``virDomainGetControlInfo``).

    While a call for counters is stuck nobody knows which other guests hang too, and to ask one that does
    takes another call. So those are asked whose processor time has moved since: a guest that hangs uses none.
    """

    def __init__(self, connection: str, places: Places, outlet: Outlet) -> None:
        self._connection = connection
        self._places = places
        self._outlet = outlet
        self._since: dict[str, float] = {}
        """Hung guests and since when, seconds since the epoch."""
        self._seen: dict[str, int] = {}
        """Processor time of those that have not moved yet, by UUID."""
        self.moved: set[str] = set()
        """UUIDs of guests that have, since the last call got stuck."""
        self.found = False
        """Some guest has hung since then."""

    def __contains__(self, uuid: str) -> bool:
        return uuid in self._since

    @property
    def known(self) -> tuple[str, ...]:
        """UUIDs of those that hang."""
        return tuple(self._since)

    def call_is_stuck(self) -> None:
        """From now on only movement counts that comes later."""
        self.moved.clear()
        self._seen.clear()
        self.found = False

    def look(self, handles: Handles) -> Samples:
        """Look whether active guests move: a round trip each. Their sizes and processor time, as samples."""
        samples: Samples = {}
        with self._places.safe("stats"):
            for uuid, handle in islice(handles.items(), LOOKS):
                sample = add_info(None, handle)
                if sample is None or sample.cpu_ns is None:
                    continue
                samples[uuid] = sample
                if sample.cpu_ns > self._seen.setdefault(uuid, sample.cpu_ns):
                    self.moved.add(uuid)
                    del self._seen[uuid]
        return samples

    def ask(self, suspects: Iterable[str], handles: Handles) -> None:
        """Ask whether somebody waits for these guests, and again for those that hung the last time."""
        known = {uuid for uuid in self._since if uuid in handles}
        asked = [*known, *(uuid for uuid in dict.fromkeys(suspects) if uuid in handles and uuid not in known)]
        since: dict[str, float] = {}
        if asked:
            with self._places.safe("control info"):
                for uuid in asked[:QUESTIONS]:
                    seconds = _waited_for(handles[uuid])
                    if seconds >= HUNG:
                        # Of the same wait the time is kept: it is worked out anew each time, roughly.
                        since[uuid] = self._since.get(uuid, time.time() - seconds)
        since |= {uuid: self._since[uuid] for uuid in asked[QUESTIONS:] if uuid in known}
        self.found |= bool(since)
        if since != self._since:
            self._since = since
            self._outlet.put(Hung(self._connection, dict(since)))


def _waited_for(handle: libvirt.virDomain) -> float:
    try:
        return waited_for(handle)
    except libvirt.libvirtError:
        return 0.0  # not active any more, or a driver that does not tell

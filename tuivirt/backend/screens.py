"""Guests' screens and keyboards over one connection.

Each has a lane of its own: looks and keys ask the guest, and one that hangs must not hold up the others; keys
do not wait behind a look.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import libvirt

from tuivirt.backend.font_shelf import shelf
from tuivirt.backend.lane import Lane
from tuivirt.backend.pictures import decode
from tuivirt.backend.places import Places
from tuivirt.core.errors import HostError
from tuivirt.core.screen.frame import Frame
from tuivirt.core.screen.picture import MOST_BYTES, PictureError, measure
from tuivirt.core.screen.reader import Reader
from tuivirt.resources.domain import screen
from tuivirt.resources.domain.definition import refuse_hung

MOST_GUESTS: Final = 4
"""Whose screens are kept, with what was read of them."""
MOST_HEADS: Final = 2
"""Screens of one guest of which that is kept."""
SLACK: Final = 1.5
"""How much longer than it is to take QEMU may need for keys; what it cannot keep is lost."""


class Host(NamedTuple):
    """How guests are reached."""

    name: str
    conn: libvirt.virConnect
    places: Places
    find: Callable[[str], libvirt.virDomain]
    """Looks a domain up by its UUID."""
    hangs: Callable[[str], bool]
    """Tells of a guest that does not answer."""


@dataclass(slots=True)
class _Seen:
    """What is kept of one screen."""

    reader: Reader = field(default_factory=lambda: Reader(shelf()))
    frame: Frame | None = None


class Guest:
    """Looks at the screens of one guest and presses its keys, each in order."""

    def __init__(self, host: Host, uuid: str) -> None:
        self.looks = Lane(f"screens {host.name}")
        self.keys = Lane(f"keys {host.name}")
        self._host = host
        self._uuid = uuid
        self._seen: OrderedDict[int, _Seen] = OrderedDict()
        self._rested = 0.0
        """When the guest has taken all keys that were sent, monotonic seconds."""
        self._ending = threading.Event()

    def look(self, head: int) -> Frame:
        """On the lane of looks. Raises libvirtError and HostError."""
        seen = self._seen.setdefault(head, _Seen())
        self._seen.move_to_end(head)
        if len(self._seen) > MOST_HEADS:
            self._seen.popitem(last=False)
        host = self._host
        if host.hangs(self._uuid):
            raise HostError("The guest does not answer.", hint="Wait, or force it off.")
        with host.places.asking("screen", self._uuid):
            dom = host.find(self._uuid)
            if seen.frame is None:
                refuse_hung(dom)
            file = screen.screenshot(host.conn, dom, head, MOST_BYTES)
        if seen.frame is None or file != seen.frame.file:
            try:
                picture = decode(file)
                seen.frame = Frame(picture, seen.reader.read(picture), measure(file).kind, file)
            except PictureError as error:
                raise HostError(f"the host sent {error}") from error
        return seen.frame

    def press(self, codes: tuple[int, ...], hold: float) -> None:
        """On the lane of keys: press keys as soon as the guest has taken those before.

        A hypervisor keeps what it cannot pass on yet, and drops what is too much. Raises libvirtError and
        HostError.
        """
        if (wait := self._rested - time.monotonic()) > 0:
            self._ending.wait(wait)
        with self._host.places.acting("keys", self._uuid):
            screen.press(self._host.find(self._uuid), codes, hold)
        # Each goes down, and up again, and the hypervisor waits after both.
        self._rested = time.monotonic() + 2 * hold * len(codes) * SLACK

    @property
    def is_idle(self) -> bool:
        return self.looks.finish(0) and self.keys.finish(0)

    def stop(self) -> None:
        self._ending.set()
        self.looks.stop()
        self.keys.stop()


class Screens:
    """The guests that somebody looks at or types to. Only the thread that asks them may use it."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._guests: OrderedDict[str, Guest] = OrderedDict()

    def of(self, uuid: str) -> Guest:
        """A guest, remembered from the last time if that is not long ago."""
        if uuid not in self._guests:
            for other in list(self._guests)[: 1 - MOST_GUESTS]:
                if self._guests[other].is_idle:
                    self._guests.pop(other).stop()
            self._guests[uuid] = Guest(self._host, uuid)
        self._guests.move_to_end(uuid)
        return self._guests[uuid]

    def stop(self) -> None:
        for guest in list(self._guests.values()):
            guest.stop()

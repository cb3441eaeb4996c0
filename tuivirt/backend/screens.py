"""Guests' screens and keyboards over one connection.

Each has a lane of its own: a look at a screen asks the guest, and one that hangs must not hold up more than
other looks; keys do not wait behind a look.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import libvirt

from tuivirt.backend.font_shelf import shelf
from tuivirt.backend.lane import Lane
from tuivirt.backend.pictures import decode
from tuivirt.backend.places import Places
from tuivirt.core.errors import HostError
from tuivirt.core.screen.frame import Frame, Look
from tuivirt.core.screen.picture import MOST_BYTES, PictureError, measure
from tuivirt.core.screen.reader import Reader
from tuivirt.resources.domain import screen
from tuivirt.resources.domain.definition import refuse_hung

MOST_SCREENS: Final = 4
"""Whose last frame is kept, with what was read of it."""


@dataclass(slots=True)
class _Seen:
    """What is kept of one screen."""

    reader: Reader = field(default_factory=lambda: Reader(shelf()))
    frame: Frame | None = None


class Screens:
    """Looks at screens and presses keys, each in order."""

    def __init__(
        self,
        name: str,
        conn: libvirt.virConnect,
        places: Places,
        *,
        find: Callable[[str], libvirt.virDomain],
        hangs: Callable[[str], bool],
    ) -> None:
        """``find`` looks a domain up by its UUID; ``hangs`` tells of a guest that does not answer."""
        self.looks = Lane(f"screens {name}")
        self.keys = Lane(f"keys {name}")
        self._conn = conn
        self._places = places
        self._find = find
        self._hangs = hangs
        self._seen: OrderedDict[tuple[str, int], _Seen] = OrderedDict()
        self._rested = 0.0
        """When the guest has taken all keys that were sent, monotonic seconds."""
        self._ending = threading.Event()

    def look(self, uuid: str, head: int) -> Look:
        """On the lane of looks. Raises libvirtError and HostError."""
        seen = self._seen.setdefault((uuid, head), _Seen())
        self._seen.move_to_end((uuid, head))
        if len(self._seen) > MOST_SCREENS:
            self._seen.popitem(last=False)
        if self._hangs(uuid):
            raise HostError("The guest does not answer.", hint="Wait, or force it off.")
        with self._places.asking("screen", uuid):
            begun = time.monotonic()
            dom = self._find(uuid)
            if seen.frame is None:
                refuse_hung(dom)
            file = screen.screenshot(self._conn, dom, head, MOST_BYTES)
            took = time.monotonic() - begun
        if seen.frame is None or file != seen.frame.file:
            try:
                picture = decode(file)
                seen.frame = Frame(picture, seen.reader.read(picture), measure(file).kind, file)
            except PictureError as error:
                raise HostError(f"the host sent {error}") from error
        return Look(seen.frame, took)

    def press(self, uuid: str, codes: tuple[int, ...], hold: float) -> None:
        """On the lane of keys: press keys as soon as the guest has taken those before.

        A hypervisor keeps what it cannot pass on yet, and drops what is too much. Raises libvirtError and
        HostError.
        """
        if (wait := self._rested - time.monotonic()) > 0:
            self._ending.wait(wait)
        with self._places.acting("keys", uuid):
            screen.press(self._find(uuid), codes, hold)
        # Each goes down, and up again, and the hypervisor waits after both.
        self._rested = time.monotonic() + 2 * hold * len(codes)

    def stop(self) -> None:
        self._ending.set()
        self.looks.stop()
        self.keys.stop()

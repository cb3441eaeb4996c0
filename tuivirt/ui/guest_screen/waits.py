"""Waiting for a text on the screens of guests, whether somebody looks at them or not."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

from tuivirt.core.backend import Backend
from tuivirt.core.errors import HostError
from tuivirt.core.key import Key
from tuivirt.core.screen.frame import Frame
from tuivirt.core.store import Store
from tuivirt.core.wanted import Wanted
from tuivirt.resources.domain.record import DomainRecord

PAUSE: Final = 2.0
"""Seconds between two looks at a screen that nobody else looks at."""


class Host(Protocol):
    """Who is told, and runs what goes on meanwhile."""

    def tell(self, text: str, *, title: str = "", severity: Any = "information") -> None: ...

    def bell(self) -> None: ...

    def start(self, work: Callable[[], Awaitable[None]]) -> object: ...


@dataclass(eq=False, slots=True)
class Wait:
    """A text that is waited for."""

    key: Key
    name: str
    head: int
    wanted: Wanted
    before: dict[int, str] | None = None
    """The rows that showed it at the last look; None before the first."""
    rows: tuple[str, ...] = ()
    """All that were there then."""
    over: bool = False


class Waits:
    """Looks now and then until the text is shown, the domain is gone, or nobody waits any more.

    What was there already when somebody began to wait is not what he waits for.
    """

    def __init__(self, host: Host, backend: Backend, store: Store) -> None:
        self._host = host
        self._backend = backend
        self._store = store
        self._waits: list[Wait] = []

    def of(self, key: Key) -> Wait | None:
        """What is waited for on a domain's screen."""
        return next((wait for wait in self._waits if wait.key == key), None)

    def begin(self, key: Key, name: str, head: int, text: str) -> None:
        """Wait for a text; for another one on the same screen no more."""
        self.end(key)
        wait = Wait(key, name, head, Wanted(text))
        self._waits.append(wait)
        self._host.start(partial(self._look, wait))

    def end(self, key: Key) -> None:
        wait = self.of(key)
        if wait is not None:
            wait.over = True
            self._waits.remove(wait)

    def seen(self, key: Key, head: int, frame: Frame) -> None:
        """A frame that somebody looked at."""
        wait = self.of(key)
        if wait is None or wait.head != head:
            return
        rows = tuple(row.text for row in frame.text.rows) if frame.text is not None else ()
        found = ((number, wait.wanted.found_in([row])) for number, row in enumerate(rows))
        now = {number: line for number, line in found if line is not None}
        up = scrolled(wait.rows, rows)
        before, wait.before, wait.rows = wait.before, now, rows
        if before is None:
            return  # it was there already
        before = {number - up: line for number, line in before.items() if number >= up}
        # A row that goes on is not a new one, nor one that is elsewhere now: of its text there must be more.
        more = Counter(now.values()) - Counter(before.values())
        new = [line for number, line in now.items() if number not in before and line in more]
        if new:
            self.end(key)
            self._host.bell()
            self._host.tell(new[0], title=f"{wait.name}: {wait.wanted.text}")

    async def _look(self, wait: Wait) -> None:
        while not wait.over and self._store.get(wait.key) is not None:
            try:
                frame = await self._backend.look(wait.key, wait.head)
            except HostError:
                record = self._store.get(wait.key)
                if isinstance(record, DomainRecord) and not record.active:
                    wait.before = {}  # it may start later, and shows nothing until then
            else:
                self.seen(wait.key, wait.head, frame)
            if not wait.over:
                await asyncio.sleep(PAUSE)
        if not wait.over:
            self.end(wait.key)


def scrolled(before: Sequence[str], now: Sequence[str]) -> int:
    """By how many rows a screen has moved up, as far as what stayed on it tells; else 0. The last row that
    was written may have gone on since.
    """
    last = max((number for number, row in enumerate(before) if row.strip()), default=0)
    for up in range(last):
        stayed = before[up:last]
        if any(row.strip() for row in stayed) and [*stayed] == [*now[: last - up]]:
            return up
    return 0

"""Types to a guest: keys in their order, as fast as the guest takes them."""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from tuivirt.core.backend import Backend
from tuivirt.core.errors import HostError
from tuivirt.core.key import Key
from tuivirt.core.keyboard.keyboard import batches
from tuivirt.core.keyboard.layouts import Chord

HOLD: Final = 0.01
"""Seconds that a key is held: five times what a Linux guest under software emulation needs."""
HOLD_SPECIAL: Final = 0.05
"""The same for keys from the menu, which may wake a guest that is asleep."""


class Typist:
    """One guest's. What is typed while a call is under way goes together in the next."""

    def __init__(
        self,
        backend: Backend,
        key: Key,
        *,
        start: Callable[[Callable[[], Awaitable[None]]], object],
        told: Callable[[], None],
        failed: Callable[[HostError, int], None],
    ) -> None:
        """``start`` runs a coroutine function; ``told`` is called after each call that went well, ``failed``
        with what went wrong and how many keys were dropped.
        """
        self._backend = backend
        self.key = key
        self._start = start
        self._told = told
        self._failed = failed
        self._waiting: deque[Chord] = deque()
        self._running = False
        self.pasting = 0
        """How many keys of a paste there were at its beginning; 0 without one."""

    @property
    def left(self) -> int:
        """Keys that wait."""
        return len(self._waiting)

    def type(self, chords: Iterable[Chord]) -> None:
        self._waiting.extend(chords)
        if self._waiting and not self._running:
            self._running = True
            self._start(self._run)

    def paste(self, chords: Iterable[Chord]) -> None:
        """Type a text of which the progress is told."""
        self._waiting.extend(chords)
        self.pasting = len(self._waiting)
        self.type(())

    def cancel(self) -> int:
        """Type no more; returns how many keys were left."""
        left = len(self._waiting)
        self._waiting.clear()
        self.pasting = 0
        return left

    async def press(self, codes: tuple[int, ...]) -> None:
        """Press keys of the menu, before all that waits."""
        try:
            await self._backend.press(self.key, codes, HOLD_SPECIAL)
        except HostError as error:
            self._failed(error, len(codes))
        else:
            self._told()

    async def _run(self) -> None:
        try:
            while self._waiting:
                codes, count = next(batches(self._waiting))
                for _ in range(count):
                    self._waiting.popleft()
                await self._backend.press(self.key, codes, HOLD)
                if not self._waiting:
                    self.pasting = 0
                self._told()
        except HostError as error:
            self._failed(error, self.cancel())
        finally:
            self._running = False

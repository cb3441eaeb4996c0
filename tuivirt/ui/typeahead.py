"""Keys one after the other, so that what is typed ahead goes to what an earlier key opens.

Textual hands each key at once to the widget that has the focus then: of ``/web`` typed in one go (or sent by
a slow link in one packet), ``web`` would go to the list, as the prompt that ``/`` opens is not there yet.
"""

import asyncio
from collections import deque
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message

TURNS = 8
"""Turns of the event loop after a key, in which a worker that it started can open what it opens."""
PATIENCE = 0.5
"""Seconds after which a key counts as done though nothing was heard of it: its widget is gone."""


class KeyDone(Message, bubble=True):
    """Follows a key through the same queues, and so arrives when the key has been dealt with."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class TypeAhead(App[Any]):
    """Mix into the application, before ``App``: keys and pastes wait until the one before them is done."""

    _number = 0
    _busy = False
    _patience: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: deque[events.Key | events.Paste] = deque()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            self._waiting.append(event)
            if not self._busy:
                await self._next()
        else:
            await super().on_event(event)

    async def _next(self) -> None:
        if not self._waiting:
            self._busy = False
            return
        self._busy = True
        self._number += 1
        event = self._waiting.popleft()
        screen = self.screen
        target = screen.focused or screen
        await super().on_event(event)
        self._patience = asyncio.get_running_loop().call_later(PATIENCE, self._over, self._number)
        target.post_message(KeyDone(self._number))

    def on_key_done(self, message: KeyDone) -> None:
        asyncio.get_running_loop().call_soon(self._settle, message.number, TURNS)

    def _settle(self, number: int, turns: int) -> None:
        if turns:
            asyncio.get_running_loop().call_soon(self._settle, number, turns - 1)
        elif self.screen.is_mounted:
            self._over(number)
        else:
            self.screen.call_after_refresh(self._over, number)

    def _over(self, number: int) -> None:
        if number != self._number or not self._busy:
            return
        if self._patience is not None:
            self._patience.cancel()
        self._number += 1
        self.call_later(self._next)

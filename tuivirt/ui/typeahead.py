"""Keys that arrive together are handled one after the other.

Textual forwards every key to the widget that has the focus when it is read, so of ``:lab1`` typed at once
(or arriving in one packet over a slow line) the letters went to the list, and only what came later to the
prompt that ``:`` opens.
"""

import time
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.keys import _character_to_key
from textual.message import Message
from textual.message_pump import MessagePump
from textual.timer import Timer
from textual.widget import Widget

from tuivirt.ui.timers import fires, once

Typed = events.Key | events.Paste

STUCK = 0.25
"""Seconds after which a key whose mark is not back is looked after: its widget may have been removed."""

LONGEST = 40
"""How often one looks while all that the mark passes is alive, as on a busy machine; then the key
counts as handled.
"""


LAPS = 2
"""How often a mark follows a key from the widget with the focus up to the app: first behind the key itself,
then behind the messages that it led to, such as an input's *submitted*.
"""


_key_events = XTermParser._sequence_to_key_events  # noqa: SLF001 (there is no other way in)


def _with_escape(parser: XTermParser, sequence: str, alt: bool = False) -> Iterable[events.Key]:
    """Escape, and what arrives with it: of all but letters and digits Textual keeps the latter alone, so that
    Enter is left of Escape and Enter over a slow line.
    """
    found = list(_key_events(parser, sequence, alt))
    if alt and not any(key.key.startswith("alt+") for key in found):
        yield events.Key("escape", "\x1b")
    yield from found


XTermParser._sequence_to_key_events = _with_escape  # type: ignore[assignment] # noqa: SLF001


def takes_every_key(widget: Widget | None) -> bool:
    """Whether a widget has no key left to the app, such as a console, whose keys are all the guest's."""
    return bool(getattr(widget, "takes_every_key", False))


class KeyHandled(Message):
    """Follows a key through the same queues, so it arrives after whatever the key did."""

    def __init__(self, turn: int, lap: int) -> None:
        super().__init__()
        self.turn = turn
        self.lap = lap


def comes_back(sender: MessagePump) -> bool:
    """Whether what was sent to this one still finds its way up to the app."""
    pump: MessagePump | None = sender
    while pump is not None and not pump.is_dom_root:
        if pump._closing or pump._closed:  # noqa: SLF001 (it has no public word)
            return False
        pump = pump._parent  # noqa: SLF001
    return pump is not None


class TypeAhead(App[None]):
    """Forwards a key only when the one before it was taken or has bubbled up."""

    def __init__(self, *, ansi_color: bool) -> None:
        super().__init__(ansi_color=ansi_color)
        self._waiting: deque[Typed] = deque()
        self._guard: Timer | None = None
        self._marked: MessagePump = self
        self._turn = 0
        self._busy = False
        self._holds = 0
        self.typed_at = 0.0
        """When the last key came, monotonic seconds."""

    def set_timer(self, delay: float, *args: Any, **kwargs: Any) -> Timer:
        """Textual has no second timer for a resize before the first has fired: see ``timers``."""
        return fires(super().set_timer(delay, *args, **kwargs))

    def hold_keys(self) -> None:
        """Let keys wait until ``release_keys``, by each who holds them."""
        self._holds += 1
        self._turn += 1
        self._busy = True

    async def release_keys(self, first: Sequence[Typed] = ()) -> None:
        """``first``: what was typed before all that waits."""
        self._waiting.extendleft(reversed(first))
        self._holds -= 1
        if not self._holds:
            await self._handled(self._turn)

    async def drop_keys(self) -> None:
        """Like ``release_keys``, but what was typed is for nobody."""
        self._waiting.clear()
        await self.release_keys()

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, Typed) or event.is_forwarded:
            await super().on_event(event)
            return
        self.typed_at = time.monotonic()
        if self._busy:
            self._waiting.append(event)
        else:
            await self._forward(event)

    def _meant(self, event: Typed) -> Iterable[Typed]:
        """What was typed, where Textual takes it for something else.

        Escape and a letter that arrive together are Alt and the letter to it; a line end that was typed while
        the terminal was not ours yet is Ctrl+J.
        """
        if not isinstance(event, events.Key) or event.key in self.screen.active_bindings:
            yield event
        elif event.key == "ctrl+j":
            yield events.Key("enter", "\r")
        elif event.key.startswith("alt+") and event.character is not None and event.is_printable:
            yield events.Key("escape", "\x1b")
            yield events.Key(_character_to_key(event.character), event.character)
        else:
            yield event

    async def _forward(self, event: Typed) -> None:
        self._busy = True
        self._turn += 1
        turn = self._turn
        target = self.focused or self.screen
        if takes_every_key(target):
            target._forward_event(event)  # noqa: SLF001 (past the bindings that have priority)
        else:
            event, *more = self._meant(event)
            self._waiting.extendleft(reversed(more))
            await super().on_event(event)
        self._mark(target, KeyHandled(turn, 1))
        self._watch(turn, LONGEST)

    def _mark(self, target: MessagePump, mark: KeyHandled) -> None:
        self._marked = target
        target.post_message(mark)

    def _watch(self, turn: int, times: int) -> None:
        if self._guard is not None:
            self._guard.stop()
        self._guard = once(self, STUCK, partial(self._look, turn, times))

    async def _look(self, turn: int, times: int) -> None:
        if turn != self._turn or not self._busy:
            return
        if times and comes_back(self._marked):
            self._watch(turn, times - 1)
        else:
            await self._handled(turn)

    async def on_key_handled(self, message: KeyHandled) -> None:
        if not self.screen_stack:
            return  # the app is being closed
        if message.lap < LAPS:
            self._mark(self.focused or self.screen, KeyHandled(message.turn, message.lap + 1))
        else:
            await self._handled(message.turn)

    async def _handled(self, turn: int) -> None:
        if turn != self._turn or not self._busy:
            return
        self._busy = False
        if self._waiting:
            await self._forward(self._waiting.popleft())

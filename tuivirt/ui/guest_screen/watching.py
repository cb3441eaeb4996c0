"""Looking at a screen again and again, as long as somebody sees it."""

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Final

from textual.screen import ModalScreen
from textual.worker import Worker

from tuivirt.core.errors import HostError
from tuivirt.core.key import Key
from tuivirt.core.screen.frame import Frame
from tuivirt.core.screen.pace import Pace, Pause
from tuivirt.ui.guest_screen import words
from tuivirt.ui.guest_screen.screens import Screens
from tuivirt.ui.widgets.bars import Part

if TYPE_CHECKING:
    from tuivirt.ui.guest_screen.pane import ScreenPane

AGAIN: Final = 2.0
"""Seconds after which a look that failed is tried again."""
PATIENCE: Final = 2
"""Looks that may go wrong before what was seen last is taken away."""
OFF: Final = 0.5
"""Seconds between two looks at whether the domain runs."""
BEHIND: Final = 0.05
"""Seconds between two looks at whether the terminal has taken what was drawn."""
SLOW: Final = 1.0
"""Seconds after which a look that lasts is told."""


class Watching:
    """Brings frames to the view of a pane, at its pace."""

    def __init__(self, pane: "ScreenPane", screens: Screens) -> None:
        self._pane = pane
        self._screens = screens
        self._pace = Pace(screens.options.screen_bytes)
        self._hurried = asyncio.Event()
        self._elsewhere = asyncio.Event()
        self._worker: Worker[None] | None = None
        self._failures = 0
        """How many looks went wrong, one after the other."""
        self._slow = 0.0
        """Seconds that a look under way has lasted, when that is long."""

    def begin(self) -> None:
        """Look as long as it is seen."""
        if self._worker is None and self._is_seen():
            self._worker = self._pane.run_worker(self._look_on, group="looks", exclusive=True)

    def hurry(self) -> None:
        """Something is about to happen on the screen."""
        self._pace.hurry()
        self._hurried.set()

    def look_now(self) -> None:
        """Another screen is wanted, so no pause of the last one counts."""
        self._elsewhere.set()
        self.hurry()

    def _is_seen(self) -> bool:
        pane = self._pane
        if pane.key is None or not pane.is_attached or not pane.size or not pane.display:
            return False
        stack = reversed(pane.app.screen_stack)
        return pane.screen is next((screen for screen in stack if not isinstance(screen, ModalScreen)), None)

    async def _look_on(self) -> None:
        try:
            while self._is_seen():
                pause = await self._look_once()
                while self._screens.is_behind:  # noqa: ASYNC110 (nobody tells)
                    await asyncio.sleep(BEHIND)
                await self._rest(pause)
        finally:
            self._worker = None

    async def _look_once(self) -> Pause:
        """Show what there is; returns how long to wait."""
        pane = self._pane
        key, head = pane.key, pane.head
        lines = pane.why_not()
        if lines is not None or key is None:
            self._failures = 0
            pane.say(lines or [])
            return Pause(0.0, OFF)
        begun = time.monotonic()
        try:
            frame = await self._look(key, head)
        except HostError as error:
            if (key, head) == (pane.key, pane.head):
                self._fail(error)
            return Pause(0.0, AGAIN)
        self._failures = 0
        if (key, head) != (pane.key, pane.head):
            return Pause(0.0, 0.0)
        self._screens.waits.seen(key, head, frame)
        drawn = await pane.show_frame(frame)
        return self._pace.pause(took=time.monotonic() - begun, drawn=drawn)

    async def _look(self, key: Key, head: int) -> Frame:
        """A look; while it lasts long, that is told. Raises HostError."""
        looking = asyncio.ensure_future(self._screens.backend.look(key, head))
        try:
            while True:
                done, _ = await asyncio.wait({looking}, timeout=SLOW)
                if done:
                    return looking.result()
                self._slow += SLOW
                self._pane.tell()
        finally:
            looking.cancel()
            self._slow = 0.0

    def _fail(self, error: HostError) -> None:
        """A look went wrong: what was seen stays for a while, as the next may do."""
        self._failures += 1
        if self._pane.view.frame is None or self._failures > PATIENCE:
            self._pane.say(words.failed(error))
        else:
            self._pane.tell()

    async def _rest(self, pause: Pause) -> None:
        for event, seconds in ((self._elsewhere, pause.least), (self._hurried, pause.usual - pause.least)):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), seconds)
        self._elsewhere.clear()
        self._hurried.clear()

    def trouble(self) -> list[Part]:
        """What the line says when no frames come."""
        if self._slow:
            return [(f" the guest has not answered for {self._slow:.0f} s ", "warn")]
        return [(" no answer, it is tried again ", "bad")] if self._failures else []

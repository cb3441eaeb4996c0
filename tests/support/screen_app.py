"""The app with a guest's screen on the scripted backend, in its tab or as a full screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.support.app import Running, running
from tests.support.frames import text_frame
from tests.support.scripted import ScriptedBackend
from tests.support.world import LAB1, SOURCES, world
from tuivirt.core.backend import Definition
from tuivirt.core.errors import HostError
from tuivirt.core.key import Key
from tuivirt.core.screen.frame import Frame
from tuivirt.ui.guest_screen.pane import ScreenPane
from tuivirt.ui.guest_screen.view import ScreenView
from tuivirt.ui.screens.guest import GuestScreen

GUEST = LAB1[0].key
"""web01, which runs."""
LOGIN = text_frame("Debian GNU/Linux 12 web01 tty1", "", "web01 login: ", cursor=(2, 13))


def definition(*videos: str) -> Definition:
    """Of a domain with these video devices."""
    devices = "".join(f"<video><model type='{model}'/></video>" for model in videos)
    text = f"<domain><name>web01</name><devices>{devices}</devices></domain>"
    return Definition(text, text)


def screen_world(frame: Frame | HostError = LOGIN, *videos: str) -> ScriptedBackend:
    """Everything stands still, and web01 shows this."""
    backend = world()
    backend.definitions[GUEST] = definition(*(videos or ("vga",)))
    backend.frames[GUEST, 0] = frame
    return backend


class ScreenRun:
    """A running app and the pane that a test works with."""

    def __init__(self, run: Running, pane: ScreenPane) -> None:
        self.run = run
        self.pane = pane

    @property
    def backend(self) -> ScriptedBackend:
        backend = self.run.backend
        assert isinstance(backend, ScriptedBackend)
        return backend

    @property
    def view(self) -> ScreenView:
        return self.pane.view

    @property
    def bar(self) -> str:
        return self.pane.bar.text

    def show(self, frame: Frame | HostError, key: Key = GUEST, head: int = 0) -> None:
        """The guest shows something else."""
        self.backend.frames[key, head] = frame
        self.pane.watching.hurry()

    async def press(self, *keys: str) -> None:
        await self.run.press(*keys)

    async def until_shown(self, frame: Frame) -> None:
        await self.run.until(lambda: self.view.frame is frame, "the frame")
        await self.run.settled()

    async def until_text(self, *texts: str) -> None:
        await self.run.until_text(*texts)


@asynccontextmanager
async def full_screen(
    frame: Frame | HostError = LOGIN,
    *videos: str,
    size: tuple[int, int] = (80, 24),
    shown: bool = True,
    **options: Any,
) -> AsyncIterator[ScreenRun]:
    """The screen of web01 as a full screen; ``shown``: wait for its first frame."""
    backend = screen_world(frame, *videos)
    async with running(SOURCES, backend=backend, size=size, view="lab1", domain="web01", **options) as run:
        await run.until(lambda: run.cursor == "web01", "the cursor on web01")
        await run.press("v")
        guest = await run.until(lambda: screen_of(run), "its screen")
        assert guest is not None
        screen = ScreenRun(run, guest.pane)
        await run.until(lambda: guest.pane._heads is not None, "the definition")
        if shown:
            await run.until(lambda: screen.view.frame is not None and screen.view.has_focus, "a frame")
        await run.settled()
        yield screen


@asynccontextmanager
async def screen_tab(
    frame: Frame | HostError = LOGIN,
    *videos: str,
    size: tuple[int, int] = (120, 40),
    shown: bool = True,
    **options: Any,
) -> AsyncIterator[ScreenRun]:
    """The tab of web01, with the focus in it."""
    backend = screen_world(frame, *videos)
    async with running(SOURCES, backend=backend, size=size, view="lab1", domain="web01", **options) as run:
        await run.until(lambda: run.cursor == "web01", "the cursor on web01")
        run.main.detail.select_tab("screen")
        await run.press("enter")
        tab: Any = await run.until(lambda: run.main.detail._tabs.get("screen"), "the tab")
        await run.until(lambda: tab.pane.is_mounted and tab.pane.has_focus_within, "the focus in it")
        screen = ScreenRun(run, tab.pane)
        await run.until(lambda: tab.pane._heads is not None, "the definition")
        if shown:
            await run.until(lambda: screen.view.frame is not None and screen.view.has_focus, "a frame")
        await run.settled()
        yield screen


def screen_of(run: Running) -> GuestScreen | None:
    screen: Any = run.app.screen
    return screen if isinstance(screen, GuestScreen) and screen.is_mounted else None

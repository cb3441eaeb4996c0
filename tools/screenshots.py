#!/usr/bin/env python3
"""Draws screenshots/*.svg, the pictures of the README, from the demo hosts.

    tools/screenshots.py [NAME]...   draws all, or these
    tools/screenshots.py --check     exits 1, naming them, when committed pictures differ

Run it with the Python of the environment. The pictures are the same on every machine: the clock stands
still, and nothing of the machine is in them (see still_life.py).
"""

import asyncio
import difflib
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.support.environment import hermetic

if TYPE_CHECKING:
    from tests.support.app import Running
    from tuivirt.ui.app import TuivirtApp

FOLDER = Path(__file__).resolve().parent.parent / "screenshots"
WIDE, NARROW = (120, 40), (80, 24)


Act = Callable[["Running"], Awaitable[None]]


def keys(*pressed: str) -> Act:
    """Press keys on the main screen."""

    async def act(run: "Running") -> None:
        await run.press(*pressed)

    return act


def detail(tab: str, *pressed: str) -> Act:
    """Into a tab of the detail, as large as the screen allows, and press keys there."""

    async def act(run: "Running") -> None:
        pane = run.main.detail
        pane.select_tab(tab)
        await run.until(lambda: is_still(run), "the definition has been read")
        await run.press("enter")
        await run.until(lambda: run.app.focused is pane.focus_target(), "the tab takes the keys")
        await run.press("plus", *pressed)

    return act


async def console(run: "Running") -> None:
    """At the console of the domain, the menu of the escape key open."""
    from tuivirt.ui.screens.console import ConsoleScreen

    await run.press("c")
    await run.until(lambda: isinstance(run.screen, ConsoleScreen), "the console")
    await run.until_text("Main PID")
    await run.press("ctrl+right_square_bracket")


async def screen(run: "Running") -> None:
    """At the screen of the domain, as large as it gets."""
    from tuivirt.ui.screens.guest import GuestScreen

    await run.press("v")
    await run.until(lambda: isinstance(run.screen, GuestScreen), "the screen")


async def bookmark(run: "Running") -> None:
    """A new bookmark, its parts filled in by a pasted URI."""
    run.main.hosts.add()
    await run.until_dialog()
    await run.paste("qemu+ssh://root@lab3.example.org/system")
    await run.settled()


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: what the app is started with, what is done then, and what must be on the screen."""

    act: Act | None = None
    shows: tuple[str, ...] = ("Firmware",)
    size: tuple[int, int] = WIDE
    theme: str = "dark"
    view: str = "lab1"
    domain: str = "db01"
    group: str = "none"


SCENES: dict[str, Scene] = {
    "main": Scene(),
    "narrow": Scene(size=NARROW, shows=("db01",)),
    "groups": Scene(view="", group="tag", domain="ci-arm64"),
    "light": Scene(theme="light"),
    "contrast": Scene(theme="contrast-dark"),
    "overview": Scene(detail("overview")),
    "hardware": Scene(detail("hardware", *"j" * 15), ("virtio",)),
    "usage": Scene(detail("usage"), ("Net sent",), domain="web01"),
    "xml": Scene(detail("xml"), ("</metadata>",)),
    "menu": Scene(keys("full_stop"), ("type to find",)),
    "plan": Scene(keys("space", "space", "space", "space", "d"), (), domain="monitor01"),
    "help": Scene(keys("question_mark"), ("type to find",)),
    "console": Scene(console, ("db01 login",)),
    "screen": Scene(screen, ("evm: security.capability",)),
    "screen-tab": Scene(detail("screen", "plus"), ("Power Button", "NAME")),
    "bookmark": Scene(bookmark, ("lab3.example.org",)),
}


async def draw(names: list[str]) -> dict[str, str]:
    """The pictures as SVG, by name."""
    from still_life import StillLife, sources

    from tests.support.app import running

    backend = StillLife()
    pictures = {}
    for name in names:
        scene = SCENES[name]
        async with running(
            sources(),
            backend=backend,
            size=scene.size,
            theme=scene.theme,
            view=scene.view,
            domain=scene.domain,
            group=scene.group,
        ) as run:
            await play(scene, run)
            pictures[name] = await at_rest(run)
    return pictures


async def play(scene: Scene, run: "Running") -> None:
    """Bring the app to where the picture is taken."""
    from textual.widgets import Input

    await run.until(lambda: run.cursor == scene.domain, f"the cursor on {scene.domain}")
    await run.settled()
    if scene.act is not None:
        await scene.act(run)
    await run.until_text(*scene.shows)
    await run.until(lambda: is_still(run), "the detail has been read")
    await run.settled()
    for line in run.screen.query(Input):
        line.cursor_blink = False


async def at_rest(run: "Running") -> str:
    """The picture once two in a row are the same: scroll bars come after the layout that calls for them."""
    before, picture = "", photograph(run.app)
    while picture != before:
        await run.pilot.pause()
        before, picture = picture, photograph(run.app)
    return picture


def is_still(run: "Running") -> bool:
    """Whether the detail shows all there is of the domain under the cursor."""
    waits = run.main.detail._timer is not None  # noqa: SLF001 (nothing else tells)
    return not waits and not any(worker.group == "detail" and worker.is_running for worker in run.app.workers)


def photograph(app: "TuivirtApp") -> str:
    """What is on the screen, dialogs over what lies behind them."""
    from svg import picture
    from textual._compositor import LayoutUpdate

    theme = app.current_theme
    shown = app.screen._compositor.render_update(  # noqa: SLF001 (as Textual's own screenshots do)
        full=True,
        screen_stack=app._background_screens,  # noqa: SLF001
    )
    assert isinstance(shown, LayoutUpdate)
    lines = (chain.from_iterable(parts) for parts in shown.strips)
    return picture(lines, app.size.width, theme.foreground or "#ffffff", theme.background or "#000000")


DIFFERENCES = 20
"""Lines that are told of a picture that is stale."""


def main(arguments: list[str]) -> int:
    """Draw, or with --check compare."""
    check = arguments == ["--check"]
    names = list(SCENES) if check or not arguments else arguments
    with (
        tempfile.TemporaryDirectory() as home,
        patch.dict(os.environ, hermetic(Path(home)), clear=True),
    ):
        time.tzset()
        from still_life import NOW

        # Before anything of the user interface is imported, which may keep the function.
        with patch("time.time", lambda: NOW):
            pictures = asyncio.run(draw(names))
    stale = []
    for name, svg in pictures.items():
        path = FOLDER / f"{name}.svg"
        if not check:
            path.write_text(svg, encoding="utf-8")
        elif (old := path.read_text(encoding="utf-8") if path.exists() else "") != svg:
            stale.append(path.name)
            lines = difflib.unified_diff(
                old.splitlines(), svg.splitlines(), path.name, "now", n=0, lineterm=""
            )
            print(*islice(lines, DIFFERENCES), sep="\n", file=sys.stderr)  # noqa: T201
    if not arguments or check:
        stale += sorted(path.name for path in FOLDER.glob("*.svg") if path.stem not in SCENES)
    if stale:
        print(f"stale, run make screenshots: {', '.join(stale)}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

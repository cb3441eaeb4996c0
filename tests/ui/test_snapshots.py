"""How the app looks in its main states: pictures that were looked at before they were committed.

``pytest tests/ui/test_snapshots.py --snapshot-update`` draws them anew.
"""

import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input

from tests.support.app import Running, assembled
from tests.support.corpus import domain_files
from tests.support.frames import frame_of, gradient
from tests.support.screen_app import GUEST, definition
from tests.support.scripted import NOW, ScriptedBackend, domain
from tests.support.world import LAB1, SOURCES, world
from tests.ui.test_app_hostile import HOSTILE
from tests.ui.test_console import ESC, SERIAL, sit, write
from tuivirt.core.backend import Definition
from tuivirt.core.changes import Asked, Happened
from tuivirt.core.journal import Entry
from tuivirt.core.question import Question
from tuivirt.core.screen.frame import Frame
from tuivirt.ui.guest_screen.pane import ScreenPane
from tuivirt.ui.screens.console import ConsoleScreen

WIDE, NARROW, LARGE, TINY = (120, 40), (80, 24), (160, 50), (20, 5)

CONSOLES = Path(__file__).parents[1] / "data" / "consoles"

Act = Callable[[Running], Awaitable[None]]


def keys(*pressed: str) -> Act:
    async def act(run: Running) -> None:
        await run.press(*pressed)

    return act


def typed(text: str, *then: str) -> Act:
    return keys(*text, *then)


def detail(tab: str, *pressed: str) -> Act:
    """Into a tab of the detail, and keys there."""

    async def act(run: Running) -> None:
        await run.until(lambda: run.cursor == "web01", "the cursor on web01")
        pane = run.main.detail
        pane.select_tab(tab)
        await run.until(lambda: not reading(run), "the definition has been read")
        await run.press("enter")
        await run.until(lambda: run.app.focused is pane.focus_target(), "the tab takes the keys")
        await run.press(*pressed)

    return act


async def ask(run: Running) -> None:
    """A host asks whether its key is the right one."""
    question = Question(
        1,
        "old",
        "root@old.example.org",
        "ssh",
        "host key",
        "The authenticity of host 'old.example.org (192.0.2.7)' can't be established.",
        key_type="ED25519",
        fingerprint="SHA256:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
    )
    run.backend.tell(Asked(question))
    await run.until_dialog("ED25519")


async def fail(run: Running) -> None:
    """An action that failed, as it is told."""
    await run.press("g", "j", "s")
    await run.until(lambda: run.backend.requests, "the request")
    run.backend.run(
        run.backend.requests[0],
        phase="failed",
        note="internal error: no space [red]left[/]",
        hint="Free some.",
    )
    await run.until(lambda: run.notes, "a notification")


async def stale(run: Running) -> None:
    run.backend.connection("lab1", "stale", error="connection lost: the daemon closed it or ended")
    await run.until_text("stale")


async def hostile(run: Running) -> None:
    """Names of all kinds of trouble, one of them under the cursor."""
    run.backend.listed("lab1", [domain(text, uuid=f"{n:032x}") for n, text in enumerate(HOSTILE.values())])
    await run.until(lambda: len(run.rows) == len(HOSTILE), "the list")
    await run.press("j", "space")


def console(recording: str, *pressed: str) -> Act:
    """At the console of web01, where a recording was played; keys there."""

    async def act(run: Running) -> None:
        at = await sit(run)
        await write(run, (CONSOLES / f"{recording}.bytes").read_bytes())
        await run.press(*pressed)
        assert at.opened is not None

    return act


async def held(run: Running) -> None:
    """Somebody else is at the console."""
    await run.press("c")
    await run.until(lambda: isinstance(run.screen, ConsoleScreen), "the console")
    run.backend.console(SERIAL, phase="held", note="Active console session exists for this domain")
    await run.until_dialog("Take over")


def screen(frame: Frame, *pressed: str, tab: bool = False) -> Act:
    """What the guest under the cursor shows, as a full screen or in the tab; keys there."""

    async def act(run: Running) -> None:
        backend = run.backend
        assert isinstance(backend, ScriptedBackend)
        backend.definitions[GUEST] = definition("vga")
        backend.frames[GUEST, 0] = frame
        run.main.detail.reload()  # it has read the other one where it was quick
        await (detail("screen") if tab else keys("v"))(run)

        def pane() -> ScreenPane | None:
            return next((found for found in run.screen.query(ScreenPane) if found.view.frame is frame), None)

        shown = await run.until(pane, "the frame")
        assert shown is not None
        if frame.text is None:
            await run.until(lambda: shown.view.picture.is_stale is False, "the picture is painted")
        for key in pressed:  # one by one: what is in sight depends on whether a field has its line already
            await run.press(key)

    return act


class Scene(NamedTuple):
    """What is done from the start on, and what must be on the screen then."""

    act: Act = keys()
    shows: str = "web01"
    sizes: tuple[tuple[int, int], ...] = (WIDE, NARROW)
    options: dict[str, Any] = {}  # noqa: RUF012 (nobody changes it)


SCENES = {
    "list": Scene(sizes=(LARGE, WIDE, NARROW)),
    "list, tiny": Scene(shows="we", sizes=(TINY,)),
    "all": Scene(options={"view": "", "group": "host"}, shows="lab2"),
    "groups": Scene(keys("g", "z"), options={"group": "state"}, shows="running"),
    "marks": Scene(typed("5 ", "slash", *"web", "enter"), "marked"),
    "filter, wrong": Scene(typed("/nonsense:1"), "nonsense"),
    "completion": Scene(typed(":s", "tab"), "order by"),
    "nothing matches": Scene(typed("/nobody", "enter"), "Esc clears"),
    "failed connection": Scene(typed(":old", "enter"), "Connection"),
    "stale": Scene(stale, "stale"),
    "overview": Scene(detail("overview"), "Firmware"),
    "hardware": Scene(detail("hardware", "j", "j", "j"), "virtio", sizes=(LARGE, NARROW)),
    "usage": Scene(detail("usage"), "CPU"),
    "xml": Scene(detail("xml"), "<name>"),
    "differences": Scene(detail("xml", "3"), "title", sizes=(WIDE,)),
    "journal": Scene(detail("journal"), "started"),
    "connections": Scene(keys("shift+tab"), "web01"),
    "menu": Scene(keys("full_stop"), "type to find"),
    "plan": Scene(typed("5 D"), "included"),
    "confirm": Scene(typed("D"), "Force off"),
    "form": Scene(typed(":set-description", "enter"), "irsh", sizes=(NARROW,)),
    "columns": Scene(keys("W"), "Columns", sizes=(NARROW,)),
    "copy": Scene(keys("y"), "UUID", sizes=(NARROW,)),
    "help": Scene(keys("question_mark"), "type to find", sizes=(NARROW,)),
    "question": Scene(ask, "ED25519"),
    "failure": Scene(fail, "no space"),
    "hostile": Scene(hostile, "‹U+"),
    "consoles": Scene(detail("console"), "serial0"),
    "console": Scene(console("installer"), "Configure the keyboard"),
    "console, menu": Scene(console("grub", ESC), "back"),
    "console, reading": Scene(
        console("grub", ESC, "slash", *"linux", "enter", "v", "k"), "select", sizes=(NARROW,)
    ),
    "console, held": Scene(held, "Take over", sizes=(NARROW,)),
    "screen": Scene(screen(frame_of("linux-vga-log")), "clocksource"),
    "screen, tab": Scene(screen(frame_of("grub-console"), tab=True), "before booting"),
    "screen, picture": Scene(screen(gradient()), "picture"),
    "screen, typing": Scene(screen(frame_of("linux-vga"), "enter"), "Every key", sizes=(NARROW,)),
    "screen, reading": Scene(
        screen(frame_of("linux-vga-log"), "slash", *"tsc", "enter", "left_square_bracket", "v", "k"),
        "select",
        sizes=(NARROW,),
    ),
    "screen, keys": Scene(screen(frame_of("linux-vga"), "K"), "Ctrl+Alt+Del"),
    "screen, paste": Scene(screen(frame_of("linux-vga"), "P"), "Type", sizes=(NARROW,)),
    "light": Scene(options={"theme": "light"}, sizes=(WIDE,)),
    "16 colours": Scene(options={"theme": "ansi16"}, sizes=(NARROW,)),
    "ascii": Scene(options={"ascii": True}, sizes=(NARROW,)),
}


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    """The clock stands still."""
    with patch.object(time, "time", lambda: NOW):
        yield


def still_world() -> ScriptedBackend:
    backend = world()
    text = next(path for path in domain_files() if path.stem == "live-running").read_text(encoding="utf-8")
    for known in LAB1:
        saved = text.replace("</name>", "</name>\n  <title>At the next boot</title>", 1)
        backend.definitions[known.key] = Definition(text if known.active else None, saved)
        told = Entry(NOW - 60, known.key, known.name, "event", "started", "booted")
        backend.tell(Happened(told))
    return backend


@pytest.mark.parametrize(
    ("name", "size"),
    [(name, size) for name, scene in SCENES.items() for size in scene.sizes],
    ids=lambda value: (
        value.replace(" ", "-").replace(",", "") if isinstance(value, str) else f"{value[0]}x{value[1]}"
    ),
)
def test_it_looks_as_it_did(snap_compare: Callable[..., bool], name: str, size: tuple[int, int]) -> None:
    scene = SCENES[name]
    app, found = assembled(still_world(), SOURCES, **{"view": "lab1", "domain": "web01", **scene.options})

    async def play(pilot: Pilot[None]) -> None:
        run = found(pilot)
        await run.until(lambda: run.main.completed and run.main.focused is run.table, "the list")
        await run.until(lambda: not reading(run), "all has been read")
        await run.settled()
        await scene.act(run)
        await run.until_text(scene.shows)
        await run.until(lambda: not reading(run), "all has been read")
        await run.settled()
        for line in run.screen.query(Input):
            line.cursor_blink = False
        run.screen.refresh()  # what lies behind a dialog is painted when the dialog is
        await run.settled()
        before, now = list[Strip](), painted(run)
        while before != now:  # scroll bars come after the layout that calls for them
            await run.settled()
            before, now = now, painted(run)

    assert snap_compare(app, terminal_size=size, run_before=play)


def painted(run: Running) -> list[Strip]:
    return run.screen._compositor.render_strips(run.app.size)


def reading(run: Running) -> bool:
    """Whether the detail waits for something."""
    detail = run.main.detail
    waits = detail._timer is not None or (detail.key is not None and detail._subject is None)
    return waits or any(worker.group == "detail" and worker.is_running for worker in run.app.workers)

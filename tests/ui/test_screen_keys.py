"""Every key at a guest's screen does what the table of keys says."""

from collections.abc import Awaitable, Callable

import pytest

from tests.support.frames import frame_of, gradient, text_frame
from tests.support.screen_app import GUEST, ScreenRun, full_screen, screen_tab
from tuivirt.core.screen.frame import Frame
from tuivirt.ui.commands import commands_of
from tuivirt.ui.dialogs.keys import KeysDialog
from tuivirt.ui.dialogs.line import LineDialog
from tuivirt.ui.dialogs.type_text import TypeTextDialog
from tuivirt.ui.guest_screen import viewer

ROWS = text_frame(*(f"{number:02} of all rows" + " " * 60 + "end" for number in range(25)), cursor=(12, 3))
"""More of both than fits into a view of 40×12."""
Act = Callable[[ScreenRun, str], Awaitable[None]]
CASES: dict[str, tuple[Frame, Act]] = {}


def case(id_: str, frame: Frame = ROWS) -> Callable[[Act], Act]:
    def keep(act: Act) -> Act:
        CASES[id_] = frame, act
        return act

    return keep


COMMANDS = (*commands_of("screen"), *commands_of("reading"))


def test_every_command_has_a_case() -> None:
    assert {command.id for command in COMMANDS} == CASES.keys()


@pytest.mark.parametrize("id_", [command.id for command in COMMANDS])
async def test_a_key_does_what_it_says(id_: str) -> None:
    """All keys of a command, one after the other; each time from the same state."""
    command = next(command for command in COMMANDS if command.id == id_)
    frame, act = CASES[id_]
    where = screen_tab if id_ == "screen.full" else full_screen
    async with where(frame, "vga", "virtio", size=(120, 40) if where is screen_tab else (40, 13)) as screen:
        for key in command.keys.split(","):
            if command.place == "reading":
                screen.view.end_reading()
                await screen.press("left_square_bracket")
                assert screen.view.text.reading is not None
            await act(screen, key)


def place(screen: ScreenRun) -> tuple[int, int]:
    reading = screen.view.text.reading
    assert reading is not None
    return reading.place


@case("screen.type")
async def type_(screen: ScreenRun, key: str) -> None:
    await screen.press(key)
    assert screen.view.typing


@case("screen.keys")
async def keys(screen: ScreenRun, key: str) -> None:
    await screen.press(key)
    assert isinstance(await screen.run.until_dialog(), KeysDialog)


@case("screen.paste")
async def paste(screen: ScreenRun, key: str) -> None:
    await screen.press(key)
    assert isinstance(await screen.run.until_dialog(), TypeTextDialog)


@case("screen.full")
async def full(screen: ScreenRun, key: str) -> None:
    await screen.press(key)
    await screen.run.until(lambda: screen.run.app.screen is not screen.run.main, "the full screen")
    await screen.press(key)
    await screen.run.until_main()


@case("screen.read")
async def read(screen: ScreenRun, key: str) -> None:
    await screen.press(key)
    assert place(screen) == (12, 3)


@case("screen.copy")
async def copy(screen: ScreenRun, key: str) -> None:
    await screen.press(key)
    assert ROWS.text is not None
    assert screen.run.app.clipboard == ROWS.text.text


@case("screen.search")
async def search(screen: ScreenRun, key: str) -> None:
    await screen.press(key, *"rows")
    await screen.until_text("1/25")


@case("screen.next_match")
async def next_match(screen: ScreenRun, key: str) -> None:
    await screen.press("slash", *"rows", "enter", key)
    await screen.until_text("2/25")


@case("screen.previous_match")
async def previous_match(screen: ScreenRun, key: str) -> None:
    await screen.press("slash", *"rows", "enter", key)
    await screen.until_text("25/25")


@case("screen.wait")
async def wait(screen: ScreenRun, key: str) -> None:
    await screen.press(key)
    assert isinstance(await screen.run.until_dialog(), LineDialog)
    await screen.press(*"never", "enter")
    await screen.until_text("waits for “never”")
    await screen.press(key)
    assert "waits" not in screen.bar


@case("screen.save")
async def save(screen: ScreenRun, key: str) -> None:
    await screen.press(key)
    assert isinstance(await screen.run.until_dialog(), LineDialog)


@case("screen.picture", frame_of("linux-vga"))
async def picture(screen: ScreenRun, key: str) -> None:
    await screen.press(key)
    assert not screen.view.shows_text
    await screen.press(key)
    assert screen.view.shows_text


@case("screen.larger", gradient())
async def larger(screen: ScreenRun, key: str) -> None:
    before = screen.view.picture.port.scale
    await screen.press(key)
    assert screen.view.picture.port.scale == pytest.approx(before * 1.5)


@case("screen.smaller", gradient())
async def smaller(screen: ScreenRun, key: str) -> None:
    await screen.press("1")
    await screen.press(key)
    assert screen.view.picture.port.scale == pytest.approx(1 / 1.5)


@case("screen.fit", gradient())
async def fit(screen: ScreenRun, key: str) -> None:
    await screen.press("1", key)
    assert screen.view.picture.port.fits


@case("screen.one_to_one", gradient())
async def one_to_one(screen: ScreenRun, key: str) -> None:
    await screen.press(key)
    assert screen.view.picture.port.scale == 1


@case("screen.next_head")
async def next_head(screen: ScreenRun, key: str) -> None:
    screen.backend.frames[GUEST, 1] = text_frame("the other")
    await screen.press(key)
    await screen.until_text("the other")


@case("screen.viewer")
async def open_viewer(screen: ScreenRun, key: str) -> None:
    opened: list[list[str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(viewer, "why_not", lambda environment, uri: "")
        patch.setattr(viewer, "open_viewer", lambda words, failed: opened.append(words))
        await screen.press(key)
    assert len(opened) == 1


async def scrolled(screen: ScreenRun, key: str, rows: int, columns: int = 0) -> None:
    """From the middle, the key looks so many rows and columns further."""
    text = screen.view.text
    text.scroll(7 - text.top, 20 - text.left)
    await screen.press(key)
    assert (text.top, text.left) == (7 + rows, 20 + columns)


@case("screen.down")
async def down(screen: ScreenRun, key: str) -> None:
    await scrolled(screen, key, 1)


@case("screen.up")
async def up(screen: ScreenRun, key: str) -> None:
    await scrolled(screen, key, -1)


@case("screen.page_down")
async def page_down(screen: ScreenRun, key: str) -> None:
    await scrolled(screen, key, 6)


@case("screen.page_up")
async def page_up(screen: ScreenRun, key: str) -> None:
    await scrolled(screen, key, -6)


@case("screen.right")
async def right(screen: ScreenRun, key: str) -> None:
    await scrolled(screen, key, 0, 8)


@case("screen.left")
async def left(screen: ScreenRun, key: str) -> None:
    await scrolled(screen, key, 0, -8)


@case("screen.end")
async def end(screen: ScreenRun, key: str) -> None:
    await screen.press("slash", *"rows", "enter", key)
    assert screen.view.text.query == ""
    assert screen.view.has_focus


# While one selects


@case("reading.end")
async def read_end(screen: ScreenRun, key: str) -> None:
    await screen.press(key)
    assert screen.view.text.reading is None


@case("reading.select")
async def read_select(screen: ScreenRun, key: str) -> None:
    await screen.press(key, "l")
    assert screen.view.text.reading is not None
    assert screen.view.text.reading.selected(12) == range(3, 5)


@case("reading.copy")
async def read_copy(screen: ScreenRun, key: str) -> None:
    await screen.press("v", "l", key)
    assert screen.run.app.clipboard == "of"


@case("reading.search")
async def read_search(screen: ScreenRun, key: str) -> None:
    await screen.press(key, *"end")
    await screen.until_text("1/25")
    await screen.press("escape")


@case("reading.next_match")
async def read_next(screen: ScreenRun, key: str) -> None:
    screen.view.search("rows")
    await screen.press(key)
    assert place(screen) == (1, 10)


@case("reading.previous_match")
async def read_previous(screen: ScreenRun, key: str) -> None:
    screen.view.search("rows")
    await screen.press(key)
    assert place(screen) == (24, 10)


async def moved(screen: ScreenRun, key: str, to: tuple[int, int]) -> None:
    await screen.press(key)
    assert place(screen) == to


def moving(id_: str, to: tuple[int, int]) -> None:
    @case(f"reading.{id_}")
    async def move(screen: ScreenRun, key: str) -> None:
        await moved(screen, key, to)


for name, target in {
    "up": (11, 3),
    "down": (13, 3),
    "left": (12, 2),
    "right": (12, 4),
    "page_up": (0, 3),
    "page_down": (24, 3),
    "half_up": (6, 3),
    "half_down": (18, 3),
    "first": (0, 3),
    "last": (24, 3),
    "line_begin": (12, 0),
    "line_end": (12, 76),
}.items():
    moving(name, target)

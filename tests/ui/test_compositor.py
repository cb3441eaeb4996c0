"""Partial updates: what they leave on a terminal is the screen, and they write no more than what differs."""

import random
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tests.support.emulator import Emulator
from tuivirt.ui.compositor import SpansCompositor

COLUMNS, ROWS = 40, 8
CHARACTERS = ("a", "Z", "名", "é", "█", " ")


class Grid(Widget):
    """Cells of two columns that are changed one by one."""

    DEFAULT_CSS = (
        "Grid { width: 1fr; height: 1fr; } Grid.small { layer: above; width: 6; height: 2; offset: 8 1; }"
    )

    def __init__(self, *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self.cells: dict[tuple[int, int], str] = {}

    def put(self, y: int, cell: int, char: str) -> None:
        self.cells[y, cell] = char
        self.refresh(Region(cell * 2, y, 2, 1))

    def render_line(self, y: int) -> Strip:
        styles = Style(color="red"), Style(color="blue", bold=True)
        chars = [self.cells.get((y, cell), ".") for cell in range(self.size.width // 2)]
        texts = [char if char == "名" else char + "|" for char in chars]
        segments = [Segment(text, styles[cell % 2]) for cell, text in enumerate(texts)]
        return Strip(segments).adjust_cell_length(self.size.width)


class Main(Screen[None]):
    DEFAULT_CSS = "Main { layers: base above; }"

    def __init__(self) -> None:
        super().__init__()
        self._compositor = SpansCompositor()
        self.grids = (Grid(), Grid(), Grid(classes="small"))

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield from self.grids[:2]
        yield self.grids[2]


class Written(App[None]):
    """Draws into an emulated terminal."""

    ENABLE_COMMAND_PALETTE: ClassVar = False

    def __init__(self) -> None:
        super().__init__()
        self.main = Main()
        self.emulator = Emulator(COLUMNS, ROWS)
        self.bytes = b""

    def get_default_screen(self) -> Main:
        return self.main

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if isinstance(renderable, CompositorUpdate):
            self.bytes = renderable.render_segments(self.console).replace("\n", "\r\n").encode()
            self.emulator.feed(self.bytes)


async def test_the_terminal_shows_the_screen_after_any_changes() -> None:
    app = Written()
    chance = random.Random(8)
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        for _ in range(60):
            for _ in range(chance.randrange(1, 6)):
                grid = chance.choice(app.main.grids)
                put = chance.randrange(ROWS), chance.randrange(10), chance.choice(CHARACTERS)
                grid.put(*put)
            if chance.random() < 0.1:
                chance.choice(app.main.grids).refresh()
            await pilot.pause()
            whole = Emulator(COLUMNS, ROWS)
            full = app.main._compositor.render_full_update()
            whole.feed(full.render_segments(app.console).replace("\n", "\r\n").encode())
            assert app.emulator.screen.lines == whole.screen.lines
            for y in range(ROWS):
                styles = [[one.screen.style(y, x) for x in range(COLUMNS)] for one in (app.emulator, whole)]
                assert styles[0] == styles[1]


async def test_one_cell_is_written_alone() -> None:
    app = Written()
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        await pilot.pause()
        grid = app.main.grids[0]
        grid.put(5, 7, "!")
        await pilot.pause()
        assert app.bytes.startswith(b"\x1b[6;15H")
        assert app.bytes.count(b"!|") == 1
        assert b"." not in app.bytes
        assert app.emulator.screen.lines[5][12:18] == ".|!|.|"

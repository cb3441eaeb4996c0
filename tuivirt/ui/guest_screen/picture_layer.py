"""The picture of a guest's screen in a view: which part is seen, and how it gets to the terminal."""

import asyncio
from collections.abc import Callable
from itertools import cycle
from typing import Final

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import Worker

from tuivirt.core.screen.picture import Picture
from tuivirt.core.screen.viewport import Viewport
from tuivirt.ui.guest_screen import kitty
from tuivirt.ui.guest_screen.canvas import Canvas, Drawing, color_system
from tuivirt.ui.guest_screen.painting import Painter, Painting, bytes_to_draw

_numbers: Final = cycle(kitty.IDS)


class PictureLayer:
    """Paints on a thread of its own, and of a new picture draws the lines that differ."""

    def __init__(self, view: Widget, wanted: Callable[[], Picture | None]) -> None:
        """``wanted`` tells the picture that is to be seen; None while the view shows none."""
        self._view = view
        self._wanted = wanted
        self.drawing = Drawing()
        self.port = Viewport()
        self._painter: Painter | None = None
        self._painting: Painting | None = None
        self._one_at_a_time = asyncio.Lock()
        self._placing = False
        self._sent = 0
        """Bytes that went to the terminal and were not told yet."""

    def clear(self) -> None:
        """Nothing is on the terminal any more."""
        self._painting = None

    def reset(self) -> None:
        """Another guest's picture is seen as a whole."""
        self.port = Viewport()
        self.clear()

    # From the picture to the terminal

    async def paint(self) -> None:
        """Draw what is to be seen now."""
        async with self._one_at_a_time:
            picture, canvas = self._wanted(), self._canvas()
            if picture is None or canvas.columns < 1 or canvas.rows < 1:
                return
            self.port.resize((picture.width, picture.height), canvas.dots)
            if self._painter is None:
                system = color_system(self._view.app.console.color_system)
                self._painter = Painter(next(_numbers), system)
            painter, box, last = self._painter, self.port.box(), self._painting
            painting = await asyncio.to_thread(painter.paint, picture, box, canvas, last)
            if not self._view.is_attached or self._wanted() is None or canvas != self._canvas():
                return
            self._painting = painting
            self._draw(painting, last)
            self._sent += bytes_to_draw(painting, last)

    def bytes_sent(self) -> int:
        """About how many went to the terminal since this was asked last, whoever had it painted."""
        sent, self._sent = self._sent, 0
        return sent

    def paint_soon(self) -> None:
        """Draw it anew, perhaps in another size or way."""
        if self._wanted() is not None:
            self._worker: Worker[None] = self._view.run_worker(self.paint, group="paint", exclusive=True)

    @property
    def is_stale(self) -> bool:
        """Whether it is to be drawn in another way now than it was."""
        return self._painting is None or self._painting.canvas != self._canvas()

    def _canvas(self) -> Canvas:
        width, height = self._view.size
        plain = self.drawing.way in {"blocks", "ascii"}
        drawing = self.drawing if plain or self._may_place else Drawing()
        if drawing.way == "kitty":
            width, height = min(width, kitty.MOST), min(height, kitty.MOST)
        return Canvas(drawing, width, height)

    @property
    def _may_place(self) -> bool:
        """Whether nothing lies over the view, so that a picture of the terminal's own damages nothing."""
        screen = self._view.screen
        return screen.is_active and not screen.query("Toast")

    def _draw(self, painting: Painting, last: Painting | None) -> None:
        width = self._view.size.width
        if last is None or painting.canvas != last.canvas:
            self._view.refresh()
        else:
            lines = zip(painting.lines, last.lines, strict=True)
            rows = [y for y, (now, before) in enumerate(lines) if now is not before]
            if rows:
                self._view.refresh(*(Region(0, y, width, 1) for y in rows))
        if painting.canvas.drawing.way == "kitty":
            self._send(painting.sent)
        elif painting.sent:
            self._place_soon()

    # Sixels

    def covered(self) -> None:
        """Cells of the view are drawn, which covers what was placed there."""
        if self._painting is not None and self._painting.canvas.drawing.way == "sixel":
            self._place_soon()

    def _place_soon(self) -> None:
        """Draw sixels when all cells are drawn that have to be."""
        if not self._placing:
            self._placing = True
            self._view.call_after_refresh(self._place)

    def _place(self) -> None:
        self._placing = False
        painting = self._painting
        if painting is None or painting.canvas.drawing.way != "sixel" or self._wanted() is None:
            return
        if painting.canvas != self._canvas():
            self.paint_soon()
            return
        x, y = self._view.region.offset
        self._send(f"\x1b7\x1b[{y + 1};{x + 1}H{painting.sent}\x1b8")

    def _send(self, sequence: str) -> None:
        driver = self._view.app._driver  # noqa: SLF001 (Textual has no other way to the terminal)
        if driver is not None and sequence:
            driver.write(sequence)
            driver.flush()

    def free(self) -> None:
        """Have the terminal forget the picture."""
        if self._painter is not None and self.drawing.way == "kitty":
            self._send(self._painter.forget())

    # Cells

    def strip(self, y: int, width: int, base: Style) -> Strip:
        """A row of the view."""
        painting = self._painting
        if painting is None or y >= len(painting.lines):
            return Strip.blank(width, base)
        return Strip(painting.lines[y]).adjust_cell_length(width, base)

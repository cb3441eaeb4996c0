"""A picture made ready for the terminal. It takes milliseconds, and is done on a thread of its own."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from rich.color import ColorSystem
from rich.segment import Segment

from tuivirt.core.screen.picture import Picture
from tuivirt.core.screen.viewport import Box
from tuivirt.ui.guest_screen import kitty
from tuivirt.ui.guest_screen.canvas import Canvas
from tuivirt.ui.guest_screen.cells import ascii_cells, half_blocks
from tuivirt.ui.guest_screen.colours import cost, style

if TYPE_CHECKING:
    from PIL.Image import Image

Line = list[Segment]


class Painting(NamedTuple):
    """What is on the terminal: lines of cells, and for pictures of its own what draws them."""

    canvas: Canvas
    lines: list[Line]
    pixels: tuple[bytes, ...] = ()
    """What each line was made of."""
    sent: str = ""
    """Escape sequences that give the terminal the picture."""


class Painter:
    """Paints for one view."""

    def __init__(self, number: int, system: ColorSystem | None) -> None:
        """``number``: one of ``kitty.IDS``, which no other view has."""
        self._coloured = kitty.colour_id(number, system)

    def paint(self, picture: Picture, box: Box, canvas: Canvas, last: Painting | None) -> Painting:
        """``last`` is what is on the terminal already: lines that stay as they are stay the same objects."""
        from tuivirt.ui.guest_screen.scaling import coarse, on_canvas, scaled

        image = on_canvas(scaled(picture, box), box, canvas.dots)
        match canvas.drawing.way:
            case "kitty" if self._coloured is not None:
                return self._kitty(image, canvas, last)
            case "sixel":
                return _sixel(image, canvas, last)
            case "ascii":
                return _cells(coarse(image), canvas, last, ascii_cells)
        return _cells(coarse(image), canvas, last, half_blocks)

    def _kitty(self, image: "Image", canvas: Canvas, last: Painting | None) -> Painting:
        from tuivirt.ui.guest_screen.scaling import as_png

        assert self._coloured is not None
        id_, look = self._coloured
        sent = kitty.transmit(as_png(image), id_, canvas.columns, canvas.rows)
        if last is not None and last.canvas == canvas and last.sent:
            return Painting(canvas, last.lines, sent=sent)
        lines = [kitty.placeholders(row, canvas.columns, look) for row in range(canvas.rows)]
        return Painting(canvas, lines, sent=sent)

    def forget(self) -> str:
        """What frees the picture in the terminal."""
        return kitty.delete(self._coloured[0]) if self._coloured is not None else ""


def _sixel(image: "Image", canvas: Canvas, last: Painting | None) -> Painting:
    from tuivirt.ui.guest_screen.sixel import sixels

    if last is not None and last.canvas == canvas and last.sent:
        lines = last.lines
    else:
        lines = [[Segment(" " * canvas.columns, style(0, 0))] for _ in range(canvas.rows)]
    return Painting(canvas, lines, sent=sixels(image))


def _cells(
    pixels: bytes, canvas: Canvas, last: Painting | None, draw: Callable[[bytes, bytes], Line]
) -> Painting:
    stride = canvas.columns * 3
    pairs = tuple(pixels[at : at + 2 * stride] for at in range(0, len(pixels), 2 * stride))
    if last is None or last.canvas != canvas or not last.pixels:
        return Painting(canvas, [draw(pair[:stride], pair[stride:]) for pair in pairs], pairs)
    lines = [
        line if pair == before else draw(pair[:stride], pair[stride:])
        for pair, before, line in zip(pairs, last.pixels, last.lines, strict=True)
    ]
    return Painting(canvas, lines, pairs)


def bytes_to_draw(now: Painting, last: Painting | None) -> int:
    """About how many bytes the terminal gets for what has changed."""
    before = last.lines if last is not None and last.canvas == now.canvas else [None] * len(now.lines)
    lines = sum(cost(line) for line, old in zip(now.lines, before, strict=True) if line is not old)
    return lines + (len(now.sent) if last is None or now.sent != last.sent else 0)

"""Pictures as cells of text: two pixels each as half blocks, or as ASCII characters of like brightness."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from rich.segment import Segment

from tuivirt.ui.guest_screen.colours import style

UPPER_HALF: Final = "▀"
RAMP: Final = " .:-=+*#%@"
"""From dark to bright."""


def half_blocks(upper: bytes, lower: bytes) -> list[Segment]:
    """A row of cells from two rows of pixels, three bytes each."""
    made: list[Segment] = []
    for (fg, bg), length in _runs(upper, lower):
        # Cells of one colour take one byte, and no character that a terminal draws with a seam.
        made.append(Segment((" " if fg == bg else UPPER_HALF) * length, style(fg, bg)))
    return made


def ascii_cells(upper: bytes, lower: bytes) -> list[Segment]:
    """The same as characters in the colour of both pixels, on black."""
    made: list[Segment] = []
    for (fg, bg), length in _runs(upper, lower):
        red, green, blue = ((fg >> shift & 255) + (bg >> shift & 255) >> 1 for shift in (16, 8, 0))
        light = (red * 3 + green * 6 + blue) // 10
        character = RAMP[light * (len(RAMP) - 1) // 255]
        made.append(Segment(character * length, style(red << 16 | green << 8 | blue, 0)))
    return made


def _runs(upper: bytes, lower: bytes) -> Iterator[tuple[tuple[int, int], int]]:
    for colours, same in groupby(zip(_colours(upper), _colours(lower), strict=True)):
        yield colours, sum(1 for _ in same)


def _colours(pixels: bytes) -> Iterator[int]:
    red, green, blue = pixels[::3], pixels[1::3], pixels[2::3]
    return (r << 16 | g << 8 | b for r, g, b in zip(red, green, blue, strict=True))

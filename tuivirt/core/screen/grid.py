"""Where the cells of a text screen are in its picture."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple


class Grid(NamedTuple):
    """Cells of one size, side by side. Pixels."""

    width: int
    height: int
    """Of a cell."""
    columns: int
    rows: int
    left: int = 0
    top: int = 0


VGA_WIDTHS: Final = (360, 720, 1188)
"""Of text modes of VGA: 40, 80 or 132 cells of nine pixels, the ninth of which is not the glyph's."""
GRUB_MARGIN: Final = 10
"""Pixels that GRUB leaves around its text."""
UEFI_HEIGHT: Final = 19
UEFI_MODES: Final = ((80, 25), (80, 50), (100, 31))
"""UEFI centres one of these, or as many columns and rows as there is room for."""
FEWEST: Final = (20, 8)
"""Columns and rows of the smallest text screen."""


def grids(width: int, height: int, sizes: Iterable[tuple[int, int]]) -> Iterator[Grid]:
    """Where text may be in a picture, the likeliest first; ``sizes`` are those of the glyphs there are."""
    sizes = list(sizes)
    if width in VGA_WIDTHS:
        vga = [(9, high) for wide, high in sizes if wide == 8 and height % high == 0]
        yield from _filling(width, height, vga)
    yield from _filling(width, height, sizes)
    if (8, 16) in sizes:
        inner = width - 2 * GRUB_MARGIN, height - 2 * GRUB_MARGIN
        yield from _filling(*inner, [(8, 16)], GRUB_MARGIN, GRUB_MARGIN)
    if (8, UEFI_HEIGHT) in sizes:
        for columns, rows in (*UEFI_MODES, (width // 8, height // UEFI_HEIGHT)):
            left, top = (width - columns * 8) // 2, (height - rows * UEFI_HEIGHT) // 2
            if left >= 0 and top >= 0 and (left or top):
                yield Grid(8, UEFI_HEIGHT, columns, rows, left, top)


def _filling(
    width: int, height: int, sizes: Iterable[tuple[int, int]], left: int = 0, top: int = 0
) -> Iterator[Grid]:
    for wide, high in sizes:
        columns, rows = width // wide, height // high
        if columns >= FEWEST[0] and rows >= FEWEST[1]:
            yield Grid(wide, high, columns, rows, left, top)

"""Reads the text of a screen from its pictures, one after the other: only what changed costs time."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import groupby
from struct import Struct
from typing import Final, NamedTuple, Protocol

from tuivirt.core.screen.cells import LIKE_CURSORS, Cell, CellReader, Lines, Mark, unread
from tuivirt.core.screen.grid import VGA_WIDTHS, Grid, grids
from tuivirt.core.screen.picture import Picture
from tuivirt.core.screen.text import Row, Run, TextScreen

MOST_COLOURS: Final = 64
"""In one line of pixels. Text has the sixteen of a palette; what has more is not looked at closer."""
SAMPLED: Final = 6
"""Rows that are read to find out whether a grid is the right one."""
MOST_CELLS: Final = 8192
MOST_ROWS: Final = 1024
"""What is remembered: cells and rows by their pixels."""
LEAST_READ: Final = 0.8
"""Of the cells that show something so many must be characters, or the picture is shown instead."""
HOPELESS: Final = 40
"""So many cells that are no characters, and fewer that are: no more rows are looked at."""
MOST_CURSORS: Final = 2
"""In a row with more cells that are no characters none of them is one under the cursor."""
FEWEST_READ: Final = 3
"""So many characters must be seen to believe that a picture is text where its size does not say so."""


class Fonts(Protocol):
    """The fonts there are; all those of one size as one table."""

    def sizes(self) -> Sequence[tuple[int, int]]:
        """Widths and heights, the likeliest first."""

    def glyphs(self, width: int, height: int) -> Mapping[int, str]:
        """Characters by bitmap."""

    def look_further(self) -> bool:
        """Read what is only rarely needed; whether that was any more."""


class _ReadRow(NamedTuple):
    row: Row
    seen: int
    """How many of its cells are characters that can be seen."""
    cursors: tuple[int, ...]
    """Columns where there may be a cursor."""


class _Page:
    """Reads pictures with one grid."""

    def __init__(self, size: tuple[int, int], grid: Grid, glyphs: Mapping[int, str]) -> None:
        self.size = size
        self.grid = grid
        width = 8 if grid.width == 9 else grid.width
        self._reader = CellReader(width, grid.height, glyphs, pitch=grid.width)
        self._stride = size[0] * 3
        rest = self._stride - (grid.left + grid.columns * grid.width) * 3
        line = f"{grid.left * 3}x" + f"{grid.width * 3}s" * grid.columns + f"{rest}x"
        self._split = Struct(line).unpack
        self._cells: dict[Lines, Cell | None] = {}
        self._rows: dict[bytes, _ReadRow] = {}

    def band(self, rgb: bytes, row: int) -> bytes:
        """The pixels of a row of text, over the whole width of the picture."""
        start = (self.grid.top + row * self.grid.height) * self._stride
        return rgb[start : start + self.grid.height * self._stride]

    def read(self, band: bytes) -> "_ReadRow":
        """A row of text from its pixels."""
        digest = blake2b(band, digest_size=16).digest()
        found = self._rows.get(digest)
        if found is None:
            if len(self._rows) >= MOST_ROWS:
                self._rows.clear()
            found = self._rows[digest] = self._read(band)
        return found

    def count(self, band: bytes) -> tuple[int, int]:
        """How many cells of a row are characters that can be seen, and how many are none."""
        cells = list(map(self._cell, self._split_up(band)))
        seen = sum(1 for cell in cells if cell is not None and cell.char != " ")
        return seen, cells.count(None)

    def _split_up(self, band: bytes) -> Iterator[Lines]:
        """The cells of a row."""
        lines = [self._split(band[at : at + self._stride]) for at in range(0, len(band), self._stride)]
        return zip(*lines, strict=True)

    def _read(self, band: bytes) -> "_ReadRow":
        pixels = list(self._split_up(band))
        found = list(map(self._cell, pixels))
        if 0 < found.count(None) <= MOST_CURSORS:
            found = [
                cell or self._reader.under_cursor(lines) for cell, lines in zip(found, pixels, strict=True)
            ]
        cells = [cell or unread(lines) for cell, lines in zip(found, pixels, strict=True)]
        row = Row(
            "".join([cell.char for cell in cells]),
            tuple(_runs(cells)),
            frozenset(at for at, cell in enumerate(cells) if cell.mark is Mark.UNREAD),
        )
        cursors = tuple(at for at, cell in enumerate(cells) if cell.mark is Mark.CURSOR)
        seen = len(row.text) - row.text.count(" ") + len(cursors) - len(row.unread)
        return _ReadRow(row, seen, cursors)

    def _cell(self, lines: Lines) -> Cell | None:
        if lines in self._cells:
            return self._cells[lines]
        if len(self._cells) >= MOST_CELLS:
            self._cells.clear()
        cell = self._cells[lines] = self._reader.read(lines)
        return cell


def _runs(cells: Sequence[Cell]) -> Iterator[Run]:
    """Cells that look alike, side by side; a blank has no colour of its own but its background's."""
    looks: list[tuple[int, int]] = []
    for cell in cells:
        blank = cell.char == " " and looks and looks[-1][1] == cell.bg
        looks.append(looks[-1] if blank else (cell.bg if cell.char == " " else cell.fg, cell.bg))
    for (fg, bg), same in groupby(looks):
        yield Run(sum(1 for _ in same), fg, bg)


class Reader:
    """Reads one screen. It remembers what it has read, and where the cells were."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._page: _Page | None = None
        self._last: TextScreen | None = None

    def read(self, picture: Picture) -> TextScreen | None:
        """The text of a picture, or None when it shows something else."""
        page = self._page
        if page is None or page.size != (picture.width, picture.height):
            page = None
        text = self._attempt(page, picture) if page is not None else None
        if text is None:
            page = self._find(picture)
            text = self._attempt(page, picture) if page is not None else None
        self._page = page if text is not None else None
        self._last = text = self._steady(text)
        return text

    def _attempt(self, page: _Page, picture: Picture) -> TextScreen | None:
        rows: list[Row] = []
        cursors: list[tuple[int, int]] = []
        read = unread = 0
        for number in range(page.grid.rows):
            found = page.read(page.band(picture.rgb, number))
            rows.append(found.row)
            read += found.seen
            unread += len(found.row.unread)
            cursors += [(number, column) for column in found.cursors]
        if unread and read < LEAST_READ * (read + unread):
            return None
        if len(cursors) != 1:
            return TextScreen(tuple(rows))
        number, column = cursors[0]
        if rows[number].text[column] in LIKE_CURSORS:
            rows[number] = rows[number].without(column)
        return TextScreen(tuple(rows), cursors[0])

    def _steady(self, text: TextScreen | None) -> TextScreen | None:
        """A cursor that is gone while nothing else changed blinks: it stays."""
        last = self._last
        if text is not None and last is not None and text.cursor is None and text.rows == last.rows:
            return last
        return text

    def _find(self, picture: Picture) -> _Page | None:
        """The grid by which a picture is text."""
        if not _few_colours(picture):
            return None
        found = self._best(picture)
        if found is None and self._fonts.look_further():
            found = self._best(picture)
        return found

    def _best(self, picture: Picture) -> _Page | None:
        """Of all grids by which a picture is text, the one with the most characters."""
        size = picture.width, picture.height
        best: tuple[int, _Page] | None = None
        for grid in grids(*size, self._fonts.sizes()):
            page = _Page(size, grid, self._fonts.glyphs(8 if grid.width == 9 else grid.width, grid.height))
            read, unread = _count(page, picture, SAMPLED)
            if read + unread == 0 and picture.width in VGA_WIDTHS:
                return page  # a text mode, and nothing is written yet
            # One may be the cursor: a screen that was cleared shows little else.
            if unread > 1 and read < LEAST_READ * (read + unread):
                continue
            read, _ = _count(page, picture, grid.rows)
            if (read >= FEWEST_READ or picture.width in VGA_WIDTHS) and (best is None or read > best[0]):
                best = read, page
        return best[1] if best is not None else None


def _count(page: _Page, picture: Picture, most: int) -> tuple[int, int]:
    """How many cells of the rows that are not blank, of at most so many, are characters, and how many not.

    It gives up early where it is clear that this is no text.
    """
    rows = read = unread = 0
    for number in range(page.grid.rows):
        band = page.band(picture.rgb, number)
        if band == band[:3] * (len(band) // 3):
            continue
        good, bad = page.count(band)
        read += good
        unread += bad
        rows += 1
        if rows == most or (unread > HOPELESS and read < unread):
            break
    return read, unread


def _few_colours(picture: Picture) -> bool:
    """Whether this may be text: some lines of pixels, from all over the picture, have few colours."""
    stride = picture.width * 3
    split = Struct("3s" * picture.width).unpack
    for y in range(picture.height // 32, picture.height, max(1, picture.height // 16)):
        if len(set(split(picture.rgb[y * stride : (y + 1) * stride]))) > MOST_COLOURS:
            return False
    return True

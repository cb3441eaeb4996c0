"""What one cell of a picture shows: a character in two colours, perhaps with the cursor on it."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple

from tuivirt.core.screen.text import UNREAD

Lines = tuple[bytes, ...]
"""The pixels of a cell, one text of three bytes each per line of pixels."""


class Mark(Enum):
    """What else there is to know of a cell."""

    NONE = 0
    CURSOR = 1
    UNREAD = 2


class Cell(NamedTuple):
    char: str
    fg: int
    bg: int
    mark: Mark = Mark.NONE


LIKE_CURSORS: Final = "▁▂‗"
"""Characters that look like the cursor on a blank, which is what is seen there more often."""

MOSTLY: Final = 0.75

_INK: Final = tuple(
    bytes(ord("0") if byte == paper else ord("1") for byte in range(256)) for paper in range(256)
)
"""For each value of the background the table that makes ``0`` of it and ``1`` of any other."""


class CellReader:
    """Reads cells of one size by a table of glyphs."""

    def __init__(self, width: int, height: int, glyphs: Mapping[int, str], *, pitch: int) -> None:
        """``pitch`` is the width of a cell: one more than a glyph's in text modes of VGA."""
        self._pitch = pitch
        self._height = height
        self._glyphs = glyphs
        self._width = width
        self._full = (1 << width * height) - 1
        self._hidden: dict[int, dict[int, str]] = {}
        """For a cursor: the characters by what is to be seen of them."""
        row = (1 << width) - 1
        self._cursors = [
            sum(row << width * (height - 1 - y) for y in range(first, last + 1))
            for first, last in _cursor_lines(height)
        ]

    def read(self, lines: Lines) -> Cell | None:
        """The character of a cell; None where there is none."""
        pixels = b"".join(lines)
        first = pixels[:3]
        paper = int.from_bytes(first, "big")
        if pixels == first * (len(pixels) // 3):
            return Cell(" ", paper, paper)
        found = self._bitmap(pixels, first)
        return None if found is None else self._character(found[0], paper, found[1])

    def under_cursor(self, lines: Lines) -> Cell | None:
        """The character of a cell on which the cursor may be. This takes its time."""
        pixels = b"".join(lines)
        found = self._bitmap(pixels, pixels[:3])
        if found is None:
            return None
        (bitmap, ink), paper = found, int.from_bytes(pixels[:3], "big")
        for bits, fg, bg in ((bitmap, ink, paper), (bitmap ^ self._full, paper, ink)):
            if (under := self._without_cursor(bits)) is not None:
                return Cell(under, fg, bg, Mark.CURSOR)
        return None

    def _bitmap(self, pixels: bytes, first: bytes) -> tuple[int, int] | None:
        """Where a cell has its second colour, as a glyph's bitmap, and that colour; None with a third one."""
        text = ""
        second = 0
        for channel, paper in enumerate(first):
            values = pixels[channel::3]
            inked = values.translate(_INK[paper])
            if b"1" not in inked:
                continue
            bits = inked.decode("ascii")
            if not text:
                text, second = bits, bits.index("1")
            # Both channels change at the same pixels, and to one value: there is no third colour.
            if bits != text or values.count(values[second]) != text.count("1"):
                return None
        colour = int.from_bytes(pixels[3 * second : 3 * second + 3], "big")
        if self._pitch == self._width:
            return int(text, 2), colour
        rows = [text[at : at + self._pitch] for at in range(0, len(text), self._pitch)]
        # The ninth pixel of VGA is as the eighth in lines that join, else as the background.
        uneven = [row for row in rows if row.strip(row[0])]
        if len({row[-1] for row in uneven}) > 1 and any(row[-1] != row[-2] for row in uneven):
            return None
        return int("".join(row[:-1] for row in rows), 2), colour

    def _character(self, bitmap: int, paper: int, ink: int) -> Cell | None:
        """The character with this bitmap, or its reverse."""
        inverse = bitmap ^ self._full
        plain, reverse = self._glyphs.get(bitmap), self._glyphs.get(inverse)
        if plain is not None and reverse is not None:
            # Each other's reverse: what there is much more of is the background, else what is darker.
            ones = bitmap.bit_count() / (self._width * self._height)
            if ones > MOSTLY or (ones > 1 - MOSTLY and _light(paper) > _light(ink)):
                plain = None
        for char, bits, fg, bg in ((plain, bitmap, ink, paper), (reverse, inverse, paper, ink)):
            if char is not None:
                like = char in LIKE_CURSORS and bits in self._cursors
                return Cell(char, fg, bg, Mark.CURSOR if like else Mark.NONE)
        return None

    def _without_cursor(self, bitmap: int) -> str | None:
        """The character under a cursor: some lines all ink, or with ink and background exchanged."""
        for cursor in self._cursors:
            if bitmap == cursor:
                return " "
            if (character := self._glyphs.get(bitmap ^ cursor)) is not None:
                return character
            if bitmap & cursor == cursor:
                seen = self._hidden.get(cursor)
                if seen is None:
                    seen = {}
                    for glyph, one in self._glyphs.items():
                        seen.setdefault(glyph & ~cursor, one)
                    self._hidden[cursor] = seen
                if (character := seen.get(bitmap & ~cursor)) is not None:
                    return character
        return None


def _cursor_lines(height: int) -> list[tuple[int, int]]:
    """First and last line of the cursors that there are: the last two lines or so."""
    lowest = height - 1
    lines = [(lowest - size + 1 - up, lowest - up) for size in (2, 1, 3, 4) for up in (0, 1, 2)]
    if height > 16:  # a larger font has a larger cursor
        lines += [(lowest - size + 1 - up, lowest - up) for size in (4, 5, 6) for up in (0, 1, 2, 3, 4)]
    return list(dict.fromkeys(lines))


def _light(colour: int) -> int:
    return (colour >> 16) * 3 + (colour >> 8 & 255) * 6 + (colour & 255)


def unread(lines: Lines) -> Cell:
    """A cell that is no character: the mean colours of its halves."""
    half = len(lines) // 2
    return Cell(UNREAD, _mean(lines[:half]), _mean(lines[half:]), Mark.UNREAD)


def _mean(lines: Lines) -> int:
    pixels = b"".join(lines)
    count = len(pixels) // 3
    red, green, blue = (sum(pixels[channel::3]) // count for channel in range(3))
    return red << 16 | green << 8 | blue

"""A plain table for the commands that print: text from outside made visible, columns aligned."""

import unicodedata
from collections.abc import Iterable, Sequence

from tuivirt.core.text import plain

GAP = "  "


def format_table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, right: frozenset[int] = frozenset()
) -> list[str]:
    """Lines without trailing spaces; the columns numbered in ``right`` are set flush right."""
    cells = [list(header), *([plain(cell) for cell in row] for row in rows)]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    return [
        GAP.join(
            _set(cell, w, n in right) for n, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def width(text: str) -> int:
    """Columns that a line of plain text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _set(text: str, columns: int, right: bool) -> str:
    space = " " * (columns - width(text))
    return space + text if right else text + space

"""Text that a guest shows on its screen, as characters with their colours."""

from collections.abc import Iterator
from typing import Final, NamedTuple

UNREAD: Final = "\ufffd"
"""Stands for a cell that is no character."""


class Run(NamedTuple):
    """Cells side by side that look alike."""

    length: int
    fg: int
    bg: int
    """Colours, as 0xRRGGBB. Of an unread cell: the mean of its upper and of its lower half."""


class Row(NamedTuple):
    """A row of cells, one character each."""

    text: str
    """From the guest: not fit for a terminal before ``core.text.plain``."""
    runs: tuple[Run, ...]
    unread: frozenset[int] = frozenset()
    """Columns of the cells that are no characters."""

    def without(self, column: int) -> "Row":
        """With a blank in a column."""
        return self._replace(text=f"{self.text[:column]} {self.text[column + 1 :]}")


class TextScreen(NamedTuple):
    """A screen that was read."""

    rows: tuple[Row, ...]
    cursor: tuple[int, int] | None = None
    """Row and column, while it is to be seen."""

    @property
    def columns(self) -> int:
        return len(self.rows[0].text) if self.rows else 0

    @property
    def text(self) -> str:
        """All rows, without blanks at their ends."""
        return "\n".join(row.text.rstrip() for row in self.rows)

    def part(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        """The text from one cell to another, both included, rows as lines."""
        (top, left), (bottom, right) = sorted((start, end))
        lines = []
        for number, row in enumerate(self.rows[top : bottom + 1], top):
            first = left if number == top else 0
            last = right + 1 if number == bottom else None
            lines.append(row.text[first:last].rstrip())
        return "\n".join(lines)

    def find(self, wanted: str) -> Iterator[tuple[int, int]]:
        """Row and column of every place where a text stands; upper case counts only where it is asked for."""
        if not wanted:
            return
        exact = wanted != wanted.lower()
        for number, row in enumerate(self.rows):
            # A character whose lower case is longer would shift what follows.
            line = (
                row.text
                if exact
                else "".join(one.lower() if len(one.lower()) == 1 else one for one in row.text)
            )
            at = line.find(wanted)
            while at >= 0:
                yield number, at
                at = line.find(wanted, at + 1)

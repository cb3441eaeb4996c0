"""Reading what a terminal holds: a place in it, what is selected, and what is looked for."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, islice
from typing import Final, NamedTuple

from tuivirt.core.text import lowered
from tuivirt.terminal.terminal import Terminal

MOST_MATCHES: Final = 5_000
"""Matches that are kept, the last ones: some milliseconds, whatever is looked for with the first letter."""


class Place(NamedTuple):
    """A cell of a line; lines have the terminal's numbers."""

    line: int
    cell: int


class Span(NamedTuple):
    """Cells of one line."""

    line: int
    start: int
    end: int


class Reader:
    """A cursor that moves over history and screen. What is older than the history is not there any more."""

    def __init__(self, terminal: Terminal, at: Place) -> None:
        self._terminal = terminal
        self.place = at
        self.anchor: Place | None = None
        """Where the selection began."""
        self.query = ""
        self.matches: list[tuple[Span, ...]] = []
        """Oldest first; one that goes on in the next row has a span in each."""
        self.more = False
        """There are older matches than these."""
        self._by_line: dict[int, list[tuple[Span, int]]] = {}
        self.match = -1
        """The match that one stands at."""

    # Moving

    def move_to(self, line: int, cell: int) -> None:
        last = self._terminal.end - 1
        line = max(self._terminal.first, min(line, last))
        self.place = Place(line, max(0, min(cell, self._terminal.size[0] - 1)))

    def move(self, lines: int, cells: int = 0) -> None:
        self.move_to(self.place.line + lines, self.place.cell + cells)

    # Selecting

    def select(self) -> None:
        """Begin a selection here, or end it."""
        self.anchor = self.place if self.anchor is None else None

    def selected(self, line: int) -> Span | None:
        """The selected cells of a line."""
        if self.anchor is None:
            return None
        first, last = sorted((self.anchor, self.place))
        if not first.line <= line <= last.line:
            return None
        start = first.cell if line == first.line else 0
        end = last.cell + 1 if line == last.line else self._terminal.size[0]
        return Span(line, start, end)

    def text(self) -> str:
        """What is selected; rows that are one line of text are one line."""
        if self.anchor is None:
            return ""
        first, last = sorted((self.anchor, self.place))
        out: list[str] = []
        start = max(first.line, self._terminal.first)
        for number, line in enumerate(self._terminal.lines(start, last.line + 1), start):
            span = self.selected(number)
            assert span is not None
            out.append(cut(self._terminal, line.text, span.start, span.end))
            if not line.wraps:
                out.append("\n")
        return "".join(out).rstrip("\n")

    # Searching

    def search(self, query: str) -> None:
        """Find a text, whose case counts only where it has capitals; go to the last before the cursor."""
        self.query = query
        found = list(islice(self._find(query), MOST_MATCHES + 1)) if query else []
        self.more = len(found) > MOST_MATCHES
        self.matches = found[:MOST_MATCHES][::-1]
        self._by_line = {}
        for number, spans in enumerate(self.matches):
            for span in spans:
                self._by_line.setdefault(span.line, []).append((span, number))
        before = [n for n, spans in enumerate(self.matches) if spans[0].line <= self.place.line]
        self.match = before[-1] if before else len(self.matches) - 1
        self._go_to_match()

    @property
    def found(self) -> str:
        """Which match one stands at, of how many."""
        return f"{self.match + 1:,}/{len(self.matches):,}{'+' if self.more else ''}"

    def step(self, step: int) -> None:
        """To the next match, or the previous with -1; from the end to the beginning."""
        if self.matches:
            self.match = (self.match + step) % len(self.matches)
            self._go_to_match()

    def found_in(self, line: int) -> Iterator[tuple[Span, bool]]:
        """The matches of a line, and whether one stands at them."""
        for span, number in self._by_line.get(line, ()):
            yield span, number == self.match

    def _go_to_match(self) -> None:
        if 0 <= self.match < len(self.matches):
            span = self.matches[self.match][0]
            self.move_to(span.line, span.start)

    def _find(self, query: str) -> Iterator[tuple[Span, ...]]:
        """Newest first."""
        exact = query != query.lower()
        for number, rows in reversed(list(self._whole_lines())):
            text = "".join(rows)
            searched = text if exact else lowered(text)
            at = searched.rfind(query)
            begins = list(accumulate(map(len, rows), initial=0)) if at >= 0 else []
            while at >= 0:
                yield tuple(self._spans(number, rows, begins, at, at + len(query)))
                at = searched.rfind(query, 0, at)

    def _whole_lines(self) -> Iterator[tuple[int, list[str]]]:
        """The number of the first row of each line of text, and its rows."""
        terminal = self._terminal
        start, rows = terminal.first, list[str]()
        for number in range(terminal.first, terminal.end):
            line = terminal.line(number)
            rows.append(line.text)
            if not line.wraps:
                yield start, rows
                start, rows = number + 1, []
        if rows:
            yield start, rows

    def _spans(self, number: int, rows: list[str], begins: list[int], start: int, end: int) -> Iterator[Span]:
        """The cells of characters from ``start`` to ``end`` of a line of text.

        ``number`` is that of its first row; ``begins`` is where each of them begins in the text.
        """
        cells = self._terminal.cells
        for index in range(bisect_right(begins, start) - 1, len(rows)):
            row, first = rows[index], begins[index]
            if first >= end:
                break
            if row:
                before, last = max(0, start - first), min(end - first, len(row))
                yield Span(number + index, cells(row[:before]), cells(row[:last]))


def cut(terminal: Terminal, text: str, start: int, end: int) -> str:
    """The characters of a row that have cells in a span."""
    if text.isascii():
        return text[start:end]
    out: list[str] = []
    at = 0
    for char in text:
        width = terminal.cells(char)
        if (start < at + width and at < end) or (not width and start < at <= end):
            out.append(char)
        at += width
    return "".join(out)

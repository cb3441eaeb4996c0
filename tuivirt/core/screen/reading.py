"""Moving about in the text of a screen, and selecting some of it."""

from typing import NamedTuple

from tuivirt.core.screen.text import TextScreen


class Place(NamedTuple):
    row: int
    column: int


class Reading:
    """A screen that stands still while somebody reads it: a place in it, and what is selected."""

    def __init__(self, screen: TextScreen, place: Place) -> None:
        self.screen = screen
        self.place = self._inside(place)
        self.anchor: Place | None = None
        """Where the selection begins; None without one."""

    def _inside(self, place: Place) -> Place:
        last = Place(len(self.screen.rows) - 1, self.screen.columns - 1)
        return Place(max(0, min(place.row, last.row)), max(0, min(place.column, last.column)))

    def move(self, rows: int, columns: int = 0) -> None:
        self.place = self._inside(Place(self.place.row + rows, self.place.column + columns))

    def go(self, place: Place) -> None:
        self.place = self._inside(place)

    def edge(self, *, end: bool) -> None:
        """To the first row, or the last that has text."""
        filled = [number for number, row in enumerate(self.screen.rows) if row.text.strip()]
        self.go(Place(max(filled, default=0) if end else 0, self.place.column))

    def column(self, *, end: bool) -> None:
        """To the first column, or the last with text."""
        text = self.screen.rows[self.place.row].text.rstrip()
        self.go(Place(self.place.row, max(0, len(text) - 1) if end else 0))

    def toggle(self) -> None:
        """Begin to select here, or select nothing."""
        self.anchor = None if self.anchor is not None else self.place

    def selected(self, row: int) -> range:
        """The columns of a row that are selected."""
        if self.anchor is None:
            return range(0)
        first, last = sorted((self.anchor, self.place))
        if not first.row <= row <= last.row:
            return range(0)
        start = first.column if row == first.row else 0
        end = last.column + 1 if row == last.row else self.screen.columns
        return range(start, end)

    @property
    def text(self) -> str:
        """What is selected, or all that the screen shows."""
        return self.screen.text if self.anchor is None else self.screen.part(self.anchor, self.place)

"""The text of a guest's screen in a view: which part is in sight, the cursor, what is found and selected."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tuivirt.core.screen.reading import Place, Reading
from tuivirt.core.screen.text import Row, TextScreen
from tuivirt.ui.guest_screen.colours import cost
from tuivirt.ui.guest_screen.text_rows import segments
from tuivirt.ui.tabs.base import StyleOf

CURSOR, CURSOR_ELSEWHERE = Style(reverse=True), Style(underline=True, bold=True)


class Patch(NamedTuple):
    """Columns of a row that are drawn otherwise."""

    start: int
    end: int
    style: Style


class TextLayer:
    """Draws rows of the part that is in sight. It follows the cursor until somebody looks elsewhere."""

    def __init__(self, style: StyleOf) -> None:
        self._style = style
        self._screen: TextScreen | None = None
        self._size = (0, 0)
        self.top = self.left = 0
        self._follows = True
        self._place = Place(0, 0)
        """Where something happens."""
        self.reading: Reading | None = None
        self.query = ""
        self._matches: list[Place] = []
        self._match = -1
        self._drawn: dict[Row, list[Segment]] = {}

    # What is shown

    @property
    def screen(self) -> TextScreen | None:
        """What is on the terminal: while somebody reads, it stands still."""
        return self.reading.screen if self.reading is not None else self._screen

    def show(self, screen: TextScreen) -> tuple[set[int], int]:
        """Take another screen. Returns the rows of the view to be drawn anew, and about how many bytes."""
        before, last, self._screen = self.screen, self._screen, screen
        self._place = self._where(screen, last)
        if self.reading is not None:
            return set(), 0
        corner = self.top, self.left
        self._arrange()
        self._find()
        rows = range(self._size[1])
        if before is None or corner != (self.top, self.left) or before.columns != screen.columns:
            changed = set(rows)
        else:
            changed = {y for y in rows if _at(before, y + self.top) != _at(screen, y + self.top)}
            if before.cursor != screen.cursor:
                changed |= {at[0] - self.top for at in (before.cursor, screen.cursor) if at is not None}
        changed &= set(rows)
        return changed, sum(cost(self._segments(row)) for y in changed if (row := _at(screen, y + self.top)))

    def resize(self, width: int, height: int) -> None:
        if self._size != (width, height) and self._follows and self.reading is None:
            self.top = self.left = 0  # what is in sight depends on the size that it is, not on those it was
        self._size = (width, height)
        self._arrange()

    def _arrange(self) -> None:
        """Keep what is in sight within the screen; and in sight what happens."""
        screen = self.screen
        width, height = self._size
        if screen is None or width < 1 or height < 1:
            return
        if self._follows and self.reading is None:
            row, column = self._place
            self.top = min(self.top, row) if row < self.top else max(self.top, row - height + 1)
            if not self.left <= column < self.left + width:
                self.left = 0 if column < width else column - width + 1 + width // 4
        self.top = max(0, min(self.top, len(screen.rows) - height))
        self.left = max(0, min(self.left, screen.columns - width))

    def _where(self, screen: TextScreen, last: TextScreen | None) -> Place:
        """The cursor; while none is to be seen (it blinks), what has changed; else the last text."""
        if screen.cursor is not None:
            return Place(*screen.cursor)
        if last is None or len(last.rows) != len(screen.rows) or last.columns != screen.columns:
            return Place(_last(number for number, row in enumerate(screen.rows) if row.text.strip()), 0)
        pairs = enumerate(zip(screen.rows, last.rows, strict=True))
        changed = [number for number, (now, before) in pairs if now != before and now.text.strip()]
        return Place(changed[-1], 0) if changed else self._place

    def follow(self) -> None:
        """Keep the cursor in sight from now on."""
        self._follows = True
        self._arrange()

    def scroll(self, rows: int, columns: int = 0) -> None:
        """Look elsewhere, and stay there."""
        self._follows = False
        self.top += rows
        self.left += columns
        self._arrange()

    def strip(self, y: int, width: int, base: Style, *, focused: bool) -> Strip:
        """A row of the view."""
        screen = self.screen
        row = _at(screen, y + self.top) if screen is not None else None
        if screen is None or row is None:
            return Strip.blank(width, base)
        strip = Strip(self._segments(row), len(row.text))
        for patch in self._patches(screen, y + self.top, focused=focused):
            strip = _patched(strip, patch)
        shown = strip.crop(self.left, self.left + width)
        return shown.extend_cell_length(width, base)

    def _segments(self, row: Row) -> list[Segment]:
        made = self._drawn.get(row)
        if made is None:
            if len(self._drawn) > 512:
                self._drawn.clear()
            made = self._drawn[row] = segments(row)
        return made

    def _patches(self, screen: TextScreen, row: int, *, focused: bool) -> Iterator[Patch]:
        for number, place in enumerate(self._matches):
            if place.row == row:
                role = "cursor" if number == self._match else "search"
                yield Patch(place.column, place.column + len(self.query), self._style(role))
        if self.reading is not None:
            selected = self.reading.selected(row)
            if selected:
                yield Patch(selected.start, selected.stop, self._style("cursor"))
            if self.reading.place.row == row:
                column = self.reading.place.column
                yield Patch(column, column + 1, CURSOR)
        elif screen.cursor is not None and screen.cursor[0] == row:
            column = screen.cursor[1]
            yield Patch(column, column + 1, CURSOR if focused else CURSOR_ELSEWHERE)

    # Reading

    def read(self, place: Place | None = None) -> Reading | None:
        """Have the screen stand still, to read and select; at the cursor, or at another place."""
        if self.reading is None and self._screen is not None:
            self.reading = Reading(self._screen, place or self._place)
        return self.reading

    def end_reading(self) -> None:
        self.reading = None
        self._arrange()
        self._find()

    def reveal(self, place: Place) -> None:
        """Bring a place into sight."""
        width, height = self._size
        if not self.top <= place.row < self.top + height:
            self.top = place.row if place.row < self.top else place.row - height + 1
        if not self.left <= place.column < self.left + width:
            self.left = place.column if place.column < self.left else place.column - width + 1
        self._follows = False
        self._arrange()

    def place_at(self, x: int, y: int) -> Place:
        return Place(y + self.top, x + self.left)

    # Searching

    def search(self, query: str) -> None:
        """Show where a text stands; an empty one ends that."""
        self.query = query
        self._match = -1
        self._find()
        if self._matches:
            self._match = 0
            self.reveal(self._matches[0])

    def _find(self) -> None:
        screen = self.screen
        self._matches = [Place(*at) for at in screen.find(self.query)] if screen is not None else []
        self._match = min(max(self._match, 0), len(self._matches) - 1)

    def step_match(self, step: int) -> None:
        if self._matches:
            self._match = (self._match + step) % len(self._matches)
            self.reveal(self._matches[self._match])
            if self.reading is not None:
                self.reading.go(self._matches[self._match])

    @property
    def found(self) -> tuple[int, int]:
        """Which of how many matches is the chosen one; 0 of 0 without any."""
        return (self._match + 1, len(self._matches)) if self._matches else (0, 0)


def _last(rows: Iterable[int]) -> int:
    return max(rows, default=0)


def _at(screen: TextScreen, row: int) -> Row | None:
    return screen.rows[row] if 0 <= row < len(screen.rows) else None


def _patched(strip: Strip, patch: Patch) -> Strip:
    """A strip with the colours of some columns replaced or exchanged."""
    length = strip.cell_length
    start, end = min(patch.start, length), min(patch.end, length)
    if start >= end:
        return strip
    before, within, after = strip.crop(0, start), strip.crop(start, end), strip.crop(end, length)
    return Strip.join([before, _over(within, patch.style), after])


def _over(strip: Strip, style: Style) -> Strip:
    return Strip([Segment(text, (own or Style.null()) + style) for text, own, _ in strip], strip.cell_length)

"""pyte's screen where a guest's text is drawn, moved and erased: quicker, and right about more."""

from collections import defaultdict
from collections.abc import Iterable

from pyte import charsets
from pyte import modes as mo
from pyte.screens import Char, Margins, StaticDefaultDict
from pyte.screens import Screen as PyteScreen

from tuivirt.core.text import MARKS_IN_A_STACK
from tuivirt.terminal.cells import PLAIN, Alphabet, Cell, Look, Palette
from tuivirt.terminal.lines import History, Line, Row

Rows = dict[int, StaticDefaultDict[int, Char]]
"""By number; a row that is not there is blank."""


class Grid(PyteScreen):
    """Cells, a cursor and margins. Rows go into the history when they leave at the top."""

    def __init__(self, columns: int, lines: int, alphabet: Alphabet, history: History) -> None:
        self._alphabet = alphabet
        self._palette = Palette()
        self._cells = self._palette[PLAIN]
        self._last = ""
        """The character drawn last, for *repeat*."""
        self.history = history
        self.alternate = False
        """What leaves this screen is not kept."""
        super().__init__(columns, lines)
        self.buffer = self.blank_rows()

    def blank_rows(self) -> Rows:
        return defaultdict(lambda: Row(self.default_char))

    @property
    def default_char(self) -> Char:
        return self._palette[PLAIN].blank

    @property
    def look(self) -> Look:
        """That of what is drawn next."""
        return self._cells.look

    @look.setter
    def look(self, look: Look) -> None:
        self._cells = self._palette[look]

    @property
    def charset_now(self) -> str:
        return self.g1_charset if self.charset else self.g0_charset

    def row(self, y: int) -> Row:
        row = self.buffer[y]
        assert isinstance(row, Row)
        return row

    def line(self, y: int) -> Line:
        """A row as text; from 0."""
        return self.row(y).line(self.columns) if y in self.buffer else Line()

    # Drawing

    def draw(self, data: str) -> None:
        """Write text at the cursor; a line that is full goes on in the next."""
        charset = self.charset_now
        if charset is not charsets.LAT1_MAP:
            data = data.translate(charset)
        self._write(data)
        self._last = data[-1:]

    def _write(self, data: str) -> None:
        if data.isascii():
            self._draw_ascii(data)
        else:
            for char in data:
                self._draw_one(char)

    def _draw_ascii(self, data: str) -> None:
        cells, cursor, columns = self._cells, self.cursor, self.columns
        while data:
            self._make_room(1)
            x = cursor.x
            part, data = data[: columns - x], data[columns - x :]
            end = x + len(part)
            if mo.IRM in self.mode:
                self.insert_characters(len(part))
            row = self.row(cursor.y)
            self.mend(row, x, end)
            row.update(zip(range(x, end), map(cells.__getitem__, part), strict=True))
            self.dirty.add(cursor.y)
            cursor.x = end

    def _draw_one(self, char: str) -> None:
        text, width, mark = self._alphabet[char]
        cursor = self.cursor
        if mark:
            self._join(text)
        if not width or width > self.columns:
            return
        self._make_room(width)
        if mo.IRM in self.mode:
            self.insert_characters(width)
        row = self.row(cursor.y)
        x = cursor.x
        self.mend(row, x, x + width)
        row[x] = self._cells[text]
        for rest in range(x + 1, x + width):
            row[rest] = self._cells[""]
        self.dirty.add(cursor.y)
        cursor.x = x + width

    def _make_room(self, width: int) -> None:
        """Go to the next line when there is no room for so many cells, or back where lines do not wrap."""
        cursor = self.cursor
        if cursor.x + width <= self.columns:
            return
        if mo.DECAWM in self.mode:
            self.row(cursor.y).wraps = True
            self.carriage_return()
            self.index()
        else:
            cursor.x = self.columns - width

    def _join(self, mark: str) -> None:
        """Put a mark on the character before the cursor."""
        x, row = self.cursor.x - 1, self.row(self.cursor.y)
        if x > 0 and not row[x].data:
            x -= 1  # the second half of a wide one
        if x < 0 or not row[x].data or len(row[x].data) > MARKS_IN_A_STACK:
            return
        cell = row[x]
        assert isinstance(cell, Cell)
        row[x] = self._palette[cell.look][cell.data + mark]
        self.dirty.add(self.cursor.y)

    def mend(self, row: dict[int, Char], start: int, end: int) -> None:
        """Leave no half of a wide character beside cells that are written anew."""
        if start > 0 and start in row and not row[start].data:
            row[start - 1] = self.default_char
        if end in row and not row[end].data:
            row[end] = self.default_char

    def repeat(self, count: int) -> None:
        """Draw the last character again: for a row at most, as so few bytes may not cost any more."""
        self._write(self._last * min(count, self.columns))

    # Moving

    def index(self) -> None:
        """One line down; at the bottom everything moves up."""
        if self.cursor.y != self.region[1]:
            self.cursor.y = min(self.cursor.y + 1, self.lines - 1)
            return
        self._scroll(-1)

    def _scroll(self, by: int) -> None:
        """Move the lines between the margins down, or up where ``by`` is negative."""
        top, bottom = self.region
        if by < 0 and top == 0 and not self.alternate:
            for y in range(min(-by, bottom + 1)):
                self.history.append(self.line(y))
        self._move(top, bottom, by)

    def _move(self, first: int, last: int, by: int) -> None:
        """Move the lines from ``first`` to ``last`` down, or up; blank ones come in for those that go."""
        buffer = self.buffer
        size = last + 1 - first
        by = max(-size, min(by, size))
        rows = list(map(buffer.__getitem__, range(first, last + 1)))
        kept = rows[-by:] if by < 0 else rows[: size - by]
        start = first + max(by, 0)
        buffer.update(zip(range(start, start + len(kept)), kept, strict=True))
        for y in (*range(first, start), *range(start + len(kept), last + 1)):
            self._blank(y)
        self.dirty.update(range(first, last + 1))

    def scroll_up(self, count: int) -> None:
        """Move the lines between the margins up; the cursor stays."""
        self._scroll(-count)

    def scroll_down(self, count: int) -> None:
        self._scroll(count)

    def insert_lines(self, count: int | None = None) -> None:
        self._shift_lines(count or 1)

    def delete_lines(self, count: int | None = None) -> None:
        self._shift_lines(-(count or 1))

    def _shift_lines(self, by: int) -> None:
        """Move what stands from the cursor's line on, if that is between the margins."""
        top, bottom = self.region
        if top <= self.cursor.y <= bottom:
            self._move(self.cursor.y, bottom, by)
            self.carriage_return()

    def reverse_index(self) -> None:
        top, _ = self.region
        if self.cursor.y == top:
            self._scroll(1)
        else:
            self.cursor.y = max(0, self.cursor.y - 1)

    def cursor_up(self, count: int | None = None) -> None:
        top, _ = self.region
        y = self.cursor.y
        self.cursor.y = max(y - (count or 1), top if y >= top else 0)

    def cursor_down(self, count: int | None = None) -> None:
        _, bottom = self.region
        y = self.cursor.y
        self.cursor.y = min(y + (count or 1), bottom if y <= bottom else self.lines - 1)

    def back_tab(self, count: int) -> None:
        stops = sorted((stop for stop in self.tabstops if stop < self.cursor.x), reverse=True)[:count]
        self.cursor.x = stops[-1] if len(stops) == count else 0

    def settle(self) -> None:
        """A cursor behind the last column stands on it for all that does not draw."""
        self.cursor.x = min(self.cursor.x, self.columns - 1)

    @property
    def region(self) -> tuple[int, int]:
        """The first and the last line of what scrolls."""
        return self.margins or (0, self.lines - 1)

    def set_margins(self, top: int | None = None, bottom: int | None = None) -> None:
        """Lines from 1; those of the screen where none are given. Less than two lines do not scroll."""
        first, last = (top or 1) - 1, min(bottom or self.lines, self.lines) - 1
        if first < last:
            self.margins = Margins(first, last) if last - first + 1 < self.lines else None
            self.cursor_position()

    def cursor_position(self, line: int | None = None, column: int | None = None) -> None:
        """From 1; in origin mode from the top margin on, and never beyond the bottom one."""
        top, bottom = self.region if mo.DECOM in self.mode else (0, self.lines - 1)
        self.cursor.y = min(top + (line or 1) - 1, bottom)
        self.cursor.x = min((column or 1) - 1, self.columns - 1)

    def set_tab_stop(self) -> None:
        self.tabstops.add(min(self.cursor.x, self.columns - 1))

    # Erasing

    def _erase(self, y: int, columns: Iterable[int]) -> None:
        """Blanks take the background of the moment, and nothing else of its look."""
        row = self.row(y)
        blank = self._palette[Look(background=self.look.background)].blank
        row.update(dict.fromkeys(columns, blank))
        self.dirty.add(y)

    def _blank(self, y: int) -> None:
        """Have a new row there."""
        self.buffer.pop(y, None)
        if self.look.background is not None:
            self._erase(y, range(self.columns))

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:  # noqa: ARG002 (pyte's)
        x, y = self.cursor.x, self.cursor.y
        spans = {0: range(x, self.columns), 1: range(x + 1), 2: range(self.columns)}
        if how not in spans:
            return
        span = spans[how]
        self.mend(self.row(y), span.start, span.stop)
        self._erase(y, span)
        if span.stop == self.columns:
            self.row(y).wraps = False

    def erase_in_display(self, how: int = 0, *args: object, **kwargs: object) -> None:  # noqa: ARG002 (pyte's)
        y = self.cursor.y
        rows = {0: range(y + 1, self.lines), 1: range(y), 2: range(self.lines), 3: ()}
        if how == 3:
            self.history.clear()
        for erased in rows.get(how, ()):
            self._blank(erased)
            self.dirty.add(erased)
        if how in {0, 1}:
            self.erase_in_line(how)

    def erase_characters(self, count: int | None = None) -> None:
        x, y = self.cursor.x, self.cursor.y
        end = min(x + (count or 1), self.columns)
        self.mend(self.row(y), x, end)
        self._erase(y, range(x, end))

    def insert_characters(self, count: int | None = None) -> None:
        self._shift(min(count or 1, self.columns - self.cursor.x))

    def delete_characters(self, count: int | None = None) -> None:
        self._shift(-min(count or 1, self.columns - self.cursor.x))

    def _shift(self, by: int) -> None:
        """Move what stands from the cursor on to the right, or to the left over what is deleted."""
        x, y, columns = self.cursor.x, self.cursor.y, self.columns
        row = self.row(y)
        self.mend(row, x, x)
        rest = [row[column] for column in range(x, columns)]
        moved = rest[:-by] if by > 0 else rest[-by:]
        if moved and not moved[0].data:
            moved[0] = self.default_char  # its first half is deleted
        start = x + max(by, 0)
        self._erase(y, range(x, columns))
        row.update(zip(range(start, start + len(moved)), moved, strict=True))
        last = self._alphabet.cells(row[columns - 1].data)
        if last > 1:
            row[columns - 1] = self.default_char  # its second half is gone

    def alignment_display(self) -> None:
        for y in range(self.lines):
            row = self.row(y)
            row.update(dict.fromkeys(range(self.columns), self._palette[PLAIN]["E"]))
            self.dirty.add(y)

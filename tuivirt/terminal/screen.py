"""The screen of a terminal: a grid and an alternate one, with the modes that a guest may switch."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from pyte import charsets
from pyte import modes as mo
from pyte.screens import Cursor

from tuivirt.terminal.cells import PLAIN, Alphabet, Look
from tuivirt.terminal.grid import Grid, Rows
from tuivirt.terminal.lines import History, Line, Row

PRIVATE: Final = 5
"""pyte keeps private modes apart from the others by shifting them."""
CURSOR_KEYS: Final = 1 << PRIVATE
BRACKETED_PASTE: Final = 2004 << PRIVATE
_ALTERNATE: Final = frozenset({47, 1047, 1049})
_KEPT_MODES: Final = frozenset({mo.LNM, mo.IRM, *(n << PRIVATE for n in (1, 6, 7, 25, 2004))})
_AT_START: Final = frozenset({mo.DECAWM, mo.DECTCEM})


class _Saved(NamedTuple):
    """What *save cursor* saves."""

    x: int
    y: int
    look: Look
    charsets: tuple[str, str, int]
    origin: bool


_HOME: Final = _Saved(0, 0, PLAIN, (charsets.LAT1_MAP, charsets.VT100_MAP, 0), origin=False)


class Screen(Grid):
    """Of a guest's modes only those are kept that mean something here."""

    def __init__(self, columns: int, lines: int, alphabet: Alphabet, history: History) -> None:
        self._saved: dict[bool, _Saved] = {}
        """By screen: the alternate one has its own."""
        super().__init__(columns, lines, alphabet, history)
        self._hidden = self.blank_rows()
        """The grid that is not shown."""

    @property
    def is_plain(self) -> bool:
        """Text only flows down: nothing is set that makes it behave in another way."""
        return (
            not self.alternate
            and self.margins is None
            and mo.DECAWM in self.mode
            and not self.mode & {mo.IRM, mo.DECOM}
            and self.charset_now is charsets.LAT1_MAP
            and self.look.background is None
        )

    @property
    def origin(self) -> int:
        """The row that the guest counts rows from."""
        return self.region[0] if mo.DECOM in self.mode else 0

    @property
    def tabs_are_usual(self) -> bool:
        return self.tabstops == set(range(8, self.columns, 8))

    # Modes

    def set_mode(self, *modes: int, **kwargs: bool) -> None:
        self._switch(modes, on=True, private=kwargs.get("private", False))

    def reset_mode(self, *modes: int, **kwargs: bool) -> None:
        self._switch(modes, on=False, private=kwargs.get("private", False))

    def _switch(self, modes: Iterable[int], *, on: bool, private: bool) -> None:
        for number in modes:
            mode = number << PRIVATE if private else number
            if private and number in _ALTERNATE:
                self._show_alternate(on=on, save=number == 1049)
            elif private and number == 1048:
                (self.save_cursor if on else self.restore_cursor)()
            elif mode in _KEPT_MODES:
                (self.mode.add if on else self.mode.discard)(mode)
                if mode == mo.DECOM:
                    self.cursor_position()
                elif mode == mo.DECTCEM:
                    self.cursor.hidden = not on

    def _show_alternate(self, *, on: bool, save: bool) -> None:
        if on == self.alternate:
            return
        if on and save:
            self.save_cursor()
        self.alternate = on
        self.buffer, self._hidden = self._hidden, self.buffer
        self.margins = None
        if on:
            self.buffer.clear()
            self.settle()
        elif save:
            self.restore_cursor()
        self.dirty.update(range(self.lines))

    def leave_alternate(self) -> None:
        """Back to the screen that has a history."""
        self._show_alternate(on=False, save=True)

    def save_cursor(self) -> None:
        cursor = self.cursor
        sets = (self.g0_charset, self.g1_charset, self.charset)
        self._saved[self.alternate] = _Saved(cursor.x, cursor.y, self.look, sets, mo.DECOM in self.mode)

    def restore_cursor(self) -> None:
        saved = self._saved.get(self.alternate, _HOME)
        self.cursor.x = min(saved.x, self.columns)
        self.cursor.y = min(saved.y, self.lines - 1)
        self.look = saved.look
        self.g0_charset, self.g1_charset, self.charset = saved.charsets
        (self.mode.add if saved.origin else self.mode.discard)(mo.DECOM)

    def cursor_to_line(self, line: int | None = None) -> None:
        x = self.cursor.x
        self.cursor_position(line)
        self.cursor.x = x

    # As a whole

    def reset(self) -> None:
        """As it was when it was switched on; the history stays."""
        super().reset()
        self.mode = set(_AT_START)
        self.cursor = Cursor(0, 0)
        self.alternate = False
        self._hidden = self.blank_rows()
        self._saved.clear()
        self.look = PLAIN
        self._last = ""

    def soft_reset(self) -> None:
        """Modes, margins and look as at the start; what is drawn stays."""
        self.mode = set(_AT_START)
        self.margins = None
        self.cursor.hidden = False
        self.g0_charset, self.g1_charset, self.charset = _HOME.charsets
        self.look = PLAIN
        self._saved.clear()

    def spill(self) -> None:
        """Move everything above the cursor into the history, as so many line feeds would."""
        self._scroll(-self.cursor.y)
        self.cursor.y = 0

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """Another size: lines go and come at the bottom while they are empty, else at the top."""
        lines, columns = lines or self.lines, columns or self.columns
        for grid, shown in ((self.buffer, True), (self._hidden, False)):
            last = max((y for y in grid if grid[y].keys()), default=0)
            gone = max(0, max(last, self.cursor.y if shown else 0) + 1 - lines)
            self._cut(grid, gone, into_history=shown != self.alternate)
            if shown:
                self.cursor.y = max(0, self.cursor.y - gone)
            for y in [y for y in grid if y >= lines]:
                del grid[y]
            for row in grid.values():
                self.mend(row, columns, columns)
                for x in [x for x in row if x >= columns]:
                    del row[x]
        self.lines, self.columns = lines, columns
        self.tabstops = set(range(8, columns, 8))
        self.margins = None
        self.settle()
        self.dirty.clear()
        self.dirty.update(range(lines))

    def _cut(self, grid: Rows, count: int, *, into_history: bool) -> None:
        """Take lines off the top of a grid."""
        for y in range(count):
            row = grid.pop(y, None)
            if into_history:
                self.history.append(row.line(self.columns) if isinstance(row, Row) else Line())
        for y in sorted(grid):
            grid[y - count] = grid.pop(y)

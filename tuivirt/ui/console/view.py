"""A terminal on the screen: draws it, and gives every key to whom it belongs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tuivirt.terminal.lines import EMPTY
from tuivirt.terminal.reader import Place, Reader
from tuivirt.ui.commands import bindings_of
from tuivirt.ui.console import alt_keys
from tuivirt.ui.console.paint import Paints, Patch
from tuivirt.ui.tabs.base import StyleOf

if TYPE_CHECKING:
    from tuivirt.ui.console.opened import OpenConsole

WHEEL = 3
"""Lines that a turn of the wheel scrolls."""


class TerminalView(Widget, can_focus=True):
    """Follows the end of what the guest writes, unless somebody reads further up.

    Every key is the guest's, except while somebody reads; what is typed there is told as ``Typed``.
    """

    BINDINGS: ClassVar = bindings_of("reading")
    ALLOW_SELECT: ClassVar = False
    DEFAULT_CSS = "TerminalView { height: 1fr; width: 1fr; background: transparent; }"

    class Typed(Message):
        """A key for the guest, or for the menu of the escape key."""

        def __init__(self, key: str, character: str | None) -> None:
            super().__init__()
            self.key = key
            self.character = character

    class Pasted(Message):
        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Reading(Message):
        """One reads now, or no more, or stands at another place."""

    class Wanted(Message):
        """A key of reading that concerns more than the view: ``search`` or ``copy``."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, style: StyleOf) -> None:
        super().__init__()
        self._style = style
        self._paints = Paints()
        self._opened: OpenConsole | None = None
        self._top: int | None = None
        """The line at the top, when that is not to follow the end."""
        self._left = 0
        self.reader: Reader | None = None
        """There while somebody reads: the keys move in what has been written."""
        self._pressed: Place | None = None
        """Where the mouse button went down."""
        self._shown = (0, 0, 0)
        """The line at the top, the column at the left and the row of the cursor, as last drawn."""

    # What is shown

    @property
    def opened(self) -> "OpenConsole | None":
        return self._opened

    def show(self, opened: "OpenConsole | None") -> None:
        """Show another console, or none."""
        if opened is not self._opened:
            self._opened = opened
            self._follow()
            self.refresh()

    @property
    def takes_every_key(self) -> bool:
        """No key is the app's: not while the guest is away either, for which somebody may be typing."""
        return self._opened is not None and self.reader is None

    def drawn(self) -> None:
        """The terminal has changed."""
        opened = self._opened
        if opened is None:
            return
        before, now = self._shown, self._corner()
        if before[:2] != now[:2] or self.reader is not None:
            self.refresh()
            return
        screen = opened.terminal.screen
        rows = {row + opened.terminal.top - now[0] for row in screen.dirty} | {before[2], now[2]}
        shown = [row for row in rows if 0 <= row < self.size.height]
        if shown:
            self.refresh(*(Region(0, row, self.size.width, 1) for row in shown))
        self._shown = now

    def _corner(self) -> tuple[int, int, int]:
        """The line at the top, the column at the left, and the row of the cursor in the view."""
        opened = self._opened
        assert opened is not None
        terminal = opened.terminal
        cursor = terminal.screen.cursor
        height, width = self.size.height, max(1, self.size.width)
        if self._top is not None:
            top = max(terminal.first, min(self._top, terminal.end - 1))
        elif terminal.screen.alternate and height >= terminal.screen.lines:
            top = terminal.top
        else:
            # The whole screen, with history above it where there is room, or the part with the cursor.
            hidden = max(0, terminal.screen.lines - height)
            end = terminal.end - hidden + min(hidden, max(0, cursor.y - height + 1))
            top = max(terminal.first, end - height)
        x = cursor.x if self.reader is None else self.reader.place.cell
        if not self._left <= x < self._left + width:
            self._left = 0 if x < width else x - width + 1 + width // 4
        self._left = max(0, min(self._left, terminal.size[0] - width))
        return top, self._left, cursor.y + terminal.top - top

    def render_lines(self, crop: Region) -> list[Strip]:
        self._paints.base(self.rich_style + self._style("text"))
        if self._opened is not None:
            self._shown = self._corner()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        opened = self._opened
        if opened is None:
            return Strip.blank(width, self.rich_style)
        top, left, _ = self._shown
        terminal = opened.terminal
        number = top + y
        if not terminal.first <= number < terminal.end:
            return self._paints.strip(EMPTY, 0, width)
        return self._paints.strip(terminal.line(number), left, width, self._patches(number))

    def _patches(self, number: int) -> Iterator[Patch]:
        """What of a line is drawn over its own looks."""
        opened, reader = self._opened, self.reader
        assert opened is not None
        if reader is not None:
            for span, current in reader.found_in(number):
                yield span.start, span.end, self._style("cursor" if current else "search")
            if (selected := reader.selected(number)) is not None:
                yield selected.start, selected.end, self._style("cursor")
            if reader.place.line == number:
                yield reader.place.cell, reader.place.cell + 1, _CURSOR
            return
        terminal = opened.terminal
        cursor = terminal.screen.cursor
        if number == terminal.top + cursor.y and not cursor.hidden:
            x = min(cursor.x, terminal.screen.columns - 1)
            yield x, x + 1, _CURSOR if self.has_focus else _CURSOR_ELSEWHERE

    # Keys for the guest

    def on_key(self, event: events.Key) -> None:
        if self.takes_every_key:
            event.stop()
            event.prevent_default()
            self.post_message(self.Typed(event.key, event.character))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if self.takes_every_key:
            self.post_message(self.Pasted(event.text))

    def on_focus(self) -> None:
        alt_keys.uncover()
        self.refresh()

    def on_blur(self) -> None:
        alt_keys.cover()
        self.refresh()

    def on_unmount(self) -> None:
        alt_keys.cover()

    # Reading

    def follow(self) -> None:
        """Back to the end of what the guest writes."""
        if self._top is not None or self.reader is not None:
            self._follow()
            self.refresh()
            self.post_message(self.Reading())

    def _follow(self) -> None:
        self._top, self.reader, self._pressed = None, None, None

    def read(self, place: Place | None = None) -> Reader | None:
        """Begin to read, at the cursor or at another place."""
        opened = self._opened
        if opened is None:
            return None
        if self.reader is None:
            terminal = opened.terminal
            cursor = terminal.screen.cursor
            self.reader = Reader(terminal, place or Place(terminal.top + cursor.y, cursor.x))
            self.reader.move(0)
            self._top = self._corner()[0]
            self.refresh()
            self.post_message(self.Reading())
        return self.reader

    def visible_lines(self) -> list[str]:
        """The text that is on the screen."""
        opened = self._opened
        if opened is None:
            return []
        top = self._corner()[0]
        return [line.text for line in opened.terminal.lines(top, top + self.size.height)]

    @property
    def lines_below(self) -> int:
        """How many lines there are below what is shown."""
        opened = self._opened
        if opened is None or self._top is None:
            return 0
        return max(0, opened.terminal.end - self._corner()[0] - self.size.height)

    def moved(self) -> None:
        """The reader stands at another place: bring it into sight."""
        reader = self.reader
        if reader is None or self._opened is None:
            return
        top, height = self._corner()[0], self.size.height
        line = reader.place.line
        if line < top:
            self._top = line
        elif line >= top + height:
            self._top = line - height + 1
        self.refresh()
        self.post_message(self.Reading())

    def _scroll(self, lines: int) -> None:
        """Look further up or down; at the end it follows again."""
        opened = self._opened
        if opened is None:
            return
        terminal = opened.terminal
        top = max(terminal.first, self._corner()[0] + lines)
        self._top = top if self.reader is not None or top + self.size.height < terminal.end else None
        if self.reader is not None:
            self._top = min(top, max(terminal.first, terminal.end - self.size.height))
        self.refresh()
        self.post_message(self.Reading())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action.startswith("read_"):
            return self.reader is not None
        return super().check_action(action, parameters)

    def action_read_move(self, lines: int, cells: int = 0) -> None:
        if self.reader is not None:
            self.reader.move(lines, cells)
            self.moved()

    def action_read_page(self, halves: int) -> None:
        self.action_read_move(halves * max(1, self.size.height // 2))

    def action_read_edge(self, end: int) -> None:
        if self.reader is not None and self._opened is not None:
            terminal = self._opened.terminal
            self.reader.move_to(terminal.end if end else terminal.first, self.reader.place.cell)
            self.moved()

    def action_read_column(self, end: int) -> None:
        if self.reader is not None and self._opened is not None:
            line = self._opened.terminal.line(self.reader.place.line)
            cell = self._opened.terminal.cells(line.text) - 1 if end else 0
            self.reader.move_to(self.reader.place.line, cell)
            self.moved()

    def action_read_select(self) -> None:
        if self.reader is not None:
            self.reader.select()
            self.moved()

    def action_read_match(self, step: int) -> None:
        if self.reader is not None:
            self.reader.step(step)
            self.moved()

    def action_read_want(self, what: str) -> None:
        self.post_message(self.Wanted(what))

    def action_read_end(self) -> None:
        self.follow()

    # The mouse

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(-WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        if self._top is not None:
            self._scroll(WHEEL)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self._opened is not None and event.button == 1:
            self._pressed = self._place_at(event)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._pressed is None or self._opened is None:
            return
        place = self._place_at(event)
        if self.reader is None and place == self._pressed:
            return
        reader = self.read(self._pressed)
        if reader is not None:
            if reader.anchor is None:
                reader.move_to(*self._pressed)
                reader.select()
            reader.move_to(*place)
            self.moved()

    def on_mouse_up(self) -> None:
        self.release_mouse()
        self._pressed = None

    def _place_at(self, event: events.MouseEvent) -> Place:
        top, left, _ = self._corner()
        return Place(top + max(0, event.y), left + max(0, event.x))


_CURSOR = Style(reverse=True)
_CURSOR_ELSEWHERE = Style(underline=True, bold=True)

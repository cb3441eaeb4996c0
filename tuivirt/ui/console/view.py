"""A terminal on the screen: draws it, and gives every key to its guest."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from tuivirt.terminal.lines import EMPTY
from tuivirt.terminal.reader import Reader
from tuivirt.ui.console import alt_keys
from tuivirt.ui.console.paint import Paints, Patch
from tuivirt.ui.tabs.base import StyleOf
from tuivirt.ui.widgets.guest_view import GuestView

if TYPE_CHECKING:
    from tuivirt.ui.console.opened import OpenConsole


class TerminalView(GuestView):
    """Follows the end of what the guest writes, unless somebody reads further up.

    Every key is the guest's, except while somebody reads.
    """

    def __init__(self, style: StyleOf) -> None:
        super().__init__()
        self._style = style
        self._paints = Paints()
        self._opened: OpenConsole | None = None
        self.top: int | None = None
        """The line at the top, when that is not to follow the end."""
        self._left = 0
        self.reader: Reader | None = None
        """There while somebody reads: the keys move in what has been written."""
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
            self.forget_place()
            self.refresh()

    def forget_place(self) -> None:
        """Follow the end of what the guest writes."""
        self.top, self.reader = None, None

    @property
    def takes_every_key(self) -> bool:
        """No key is the app's: not while the guest is away either, for which somebody may be typing."""
        return self._opened is not None and self.reader is None

    def drawn(self) -> None:
        """The terminal has changed."""
        opened = self._opened
        if opened is None:
            return
        before, now = self._shown, self.corner()
        if before[:2] != now[:2] or self.reader is not None:
            self.refresh()
            return
        screen = opened.terminal.screen
        rows = {row + opened.terminal.top - now[0] for row in screen.dirty} | {before[2], now[2]}
        shown = [row for row in rows if 0 <= row < self.size.height]
        if shown:
            self.refresh(*(Region(0, row, self.size.width, 1) for row in shown))
        self._shown = now

    def corner(self) -> tuple[int, int, int]:
        """The line at the top, the column at the left, and the row of the cursor in the view."""
        opened = self._opened
        assert opened is not None
        terminal = opened.terminal
        cursor = terminal.screen.cursor
        height, width = self.size.height, max(1, self.size.width)
        if self.top is not None:
            top = max(terminal.first, min(self.top, terminal.end - 1))
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
        self._paints.base(self.rich_style + self._style("text"), ansi=bool(self.app.ansi_color))
        if self._opened is not None:
            self._shown = self.corner()
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
                yield reader.place.cell, reader.place.cell + 1, self._paints.cursor
            return
        terminal = opened.terminal
        cursor = terminal.screen.cursor
        if number == terminal.top + cursor.y and not cursor.hidden:
            x = min(cursor.x, terminal.screen.columns - 1)
            yield x, x + 1, self._paints.cursor if self.has_focus else _CURSOR_ELSEWHERE

    # Keys for the guest

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


_CURSOR_ELSEWHERE = Style(underline=True, bold=True)

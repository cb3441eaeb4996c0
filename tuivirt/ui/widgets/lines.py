"""Lines of styled text that scroll, with a cursor where one is wanted: what most tabs are made of."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuivirt.ui.commands import bindings_of
from tuivirt.ui.widgets.bars import Part

Line = tuple[Part, ...]
"""Parts of plain text, each with a role; several roles are separated by spaces, the later ones win."""

MARGIN = 1
"""Cells before every line, which do not scroll sideways."""
SIDEWAYS = 8
"""Cells that a key scrolls to the side."""


def room_in(width: int) -> int:
    """Cells for text in a view of such a width; its scroll bar has its place always."""
    return max(1, width - MARGIN - 1)


def line_text(line: Line) -> str:
    """A line without its roles."""
    return "".join(text for text, _ in line)


def line_width(line: Line) -> int:
    """Cells that a line takes."""
    return sum(len(text) if text.isascii() else cell_len(text) for text, _ in line)


class LineView(ScrollView, can_focus=True):
    """Draws the lines that are on screen, and of new lines only those that differ.

    A subclass may have its lines elsewhere: it then overrides ``line_count``, ``line_at`` and ``widest``.
    """

    BINDINGS: ClassVar = bindings_of("table")
    DEFAULT_CSS = """
    LineView {
        height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0;
        background: transparent;
    }
    """
    COUNTS: ClassVar = True
    """Digits are a count for the key that follows, as in vim; not where they are keys themselves."""

    class Moved(Message):
        """The cursor stands on another line."""

    class Chosen(Message):
        """The line under the cursor was clicked."""

    def __init__(
        self,
        style: Callable[[str], Style],
        *,
        cursor: bool = False,
        id: str | None = None,  # noqa: A002 (Textual's name)
    ) -> None:
        super().__init__(id=id)
        self._style = style
        self._has_cursor = cursor
        self._cursor = 0
        self._count = ""
        self._shift = 0
        self._lines: Sequence[Line] = ()
        self._base = Style.null()

    # What is shown

    @property
    def line_count(self) -> int:
        return len(self._lines)

    def line_at(self, index: int) -> Line:
        """The parts of a line that exists."""
        return self._lines[index]

    def widest(self) -> int:
        """Cells of the longest line."""
        return max(map(line_width, self._lines), default=0)

    @property
    def cursor(self) -> int:
        return self._cursor

    @property
    def text(self) -> str:
        """All lines, without their roles."""
        return "\n".join(line_text(self.line_at(index)) for index in range(self.line_count))

    def show(self, lines: Sequence[Line]) -> None:
        """Take other lines; position and cursor stay where they are as far as that exists."""
        before, self._lines = self._lines, lines
        if len(before) != len(lines):
            self.measured()
            return
        top, height = self.scroll_offset.y, self.size.height
        for index in range(top, min(top + height, len(lines))):
            if before[index] != lines[index]:
                self.repaint_line(index)

    def measured(self) -> None:
        """There are other lines now, perhaps more or fewer: measure, and paint all."""
        size = Size(self.scrollable_content_region.width, self.line_count)
        if size != self.virtual_size:
            self.virtual_size = size
        if self._has_cursor:
            self.move_to(self._cursor)
        self.refresh()

    def repaint_line(self, index: int) -> None:
        """Draw one line anew if it is on screen."""
        y = index - self.scroll_offset.y
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def render_lines(self, crop: Region) -> list[Strip]:
        self._base = self.rich_style + self._style("text")  # not for every line: it asks all ancestors
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self._base
        index = y + self.scroll_offset.y
        if index >= self.line_count:
            return Strip([Segment(" " * width, base)], width)
        over = self._style("cursor") if self._has_cursor and index == self._cursor else Style.null()
        segments = [Segment(text, self._part_style(base, role) + over) for text, role in self.line_at(index)]
        strip = Strip(segments)
        if self._shift:
            strip = strip.crop(self._shift, None)
        margin = Segment(" " * MARGIN, base + over)
        return Strip([margin, *strip]).adjust_cell_length(width, base + over)

    @property
    def _room(self) -> int:
        """Cells for the text of a line."""
        return max(0, self.scrollable_content_region.width - MARGIN)

    def _part_style(self, base: Style, roles: str) -> Style:
        for role in roles.split():
            base += self._style(role)
        return base

    # Moving

    def move_to(self, index: int) -> None:
        """Put the cursor on a line, or on the nearest there is, and bring it into sight."""
        index = max(0, min(index, self.line_count - 1))
        if index != self._cursor:
            before, self._cursor = self._cursor, index
            self.repaint_line(before)
            self.repaint_line(index)
            self.post_message(self.Moved())
        self.reveal(index)

    def reveal(self, index: int, *, centred: bool = False) -> None:
        """Scroll until a line is in sight; no further than needed, or to the middle."""
        top, height = self.scroll_offset.y, self.size.height
        if height <= 0 or top <= index < top + height:
            return
        nearest = index if index < top else index - height + 1
        self._scroll_to_line(index - height // 2 if centred else nearest)

    def _scroll_to_line(self, top: int) -> None:
        # By force: the scroll bar that would allow it comes only with the next layout.
        self.scroll_to(y=max(0, top), animate=False, force=True, immediate=True)

    def _step(self, delta: int) -> None:
        if self._has_cursor:
            self.move_to(self._cursor + delta)
        else:
            self._scroll_to_line(min(self.scroll_offset.y + delta, self.line_count - self.size.height))

    def action_move(self, delta: int) -> None:
        self._step(delta * self.take_count())

    def action_page(self, pages: int) -> None:
        self._step(pages * self.take_count() * max(1, self.size.height - 1))

    def action_half_page(self, halves: int) -> None:
        self._step(halves * self.take_count() * max(1, self.size.height // 2))

    def action_first(self) -> None:
        self._go(self.take_count() - 1)

    def action_last(self) -> None:
        self._go(self.take_count() - 1 if self._count else self.line_count - 1)

    def _go(self, index: int) -> None:
        if self._has_cursor:
            self.move_to(index)
        else:
            self._scroll_to_line(min(index, self.line_count - self.size.height))

    def action_scroll_columns(self, delta: int) -> None:
        furthest = max(0, self.widest() - self._room)
        shift = max(0, min(self._shift + delta * SIDEWAYS, furthest))
        if shift != self._shift:
            self._shift = shift
            self.refresh()

    def show_column(self, start: int, end: int) -> None:
        """Scroll sideways no further than needed to have these cells in sight."""
        width = self._room
        shift = 0 if end <= width else self._shift
        if not shift <= start <= end <= shift + width:
            shift = max(0, min(start, end - width + width // 4))
        if shift != self._shift:
            self._shift = shift
            self.refresh()

    # Counts, mouse, size

    @property
    def count(self) -> str:
        """The count typed so far."""
        return self._count

    def take_count(self) -> int:
        """The count typed before a command, 1 when there is none; it is used up."""
        count, self._count = self._count, ""
        return int(count) if count else 1

    def on_key(self, event: events.Key) -> None:
        char = event.character
        if self.COUNTS and char is not None and char in "0123456789" and (self._count or char != "0"):
            self._count = (self._count + char)[-5:]
            event.stop()
            event.prevent_default()

    def on_blur(self) -> None:
        self._count = ""

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if self._has_cursor and index < self.line_count:
            again = index == self._cursor
            self.move_to(index)
            if again:
                self.post_message(self.Chosen())

    def on_resize(self) -> None:
        self.measured()

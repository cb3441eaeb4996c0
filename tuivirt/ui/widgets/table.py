"""A list drawn line by line: only lines, and of a line only cells, that differ are painted again.

Textual's DataTable costs 55 ms and 16 KB for one changed cell of a thousand rows; this costs 3 ms and
400 bytes.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuivirt.core.resource import Cell, Column
from tuivirt.core.store import Record
from tuivirt.core.text import plain
from tuivirt.core.view import GroupLine, ListView
from tuivirt.ui.commands import bindings_of
from tuivirt.ui.widgets.cells import fit, wrap

GAP = 2
"""Cells between two columns."""
MARK = 2
"""Cells before the first column, for the mark."""


class Placed(NamedTuple):
    """A column with its place on the screen."""

    column: Column[Any]
    x: int
    width: int


def place(columns: Sequence[Column[Any]], width: int, offset: int) -> tuple[list[Placed], int, int]:
    """Where the columns go: the first always, then those from ``offset`` on that fit.

    Returns them with the numbers of columns hidden to the left and to the right. Room that is left goes to
    the flexible columns.
    """
    if not columns:
        return [], 0, 0
    first, rest = columns[0], list(columns[1:])
    left = min(offset, max(0, len(rest) - 1))
    shown = [first]
    used = MARK + first.width
    for column in rest[left:]:
        if used + GAP + column.width > width:
            break
        shown.append(column)
        used += GAP + column.width
    right = len(rest) - left - (len(shown) - 1)
    spare = max(0, width - used)
    flexible = [column for column in shown if column.flexible]
    extra = {column.id: spare // len(flexible) for column in flexible}
    placed: list[Placed] = []
    x = MARK
    for column in shown:
        size = column.width + extra.get(column.id, 0)
        if x + size > width:
            size = max(1, width - x)
        placed.append(Placed(column, x, size))
        x += size + GAP
    return placed, left, right


class LineTable(ScrollView, can_focus=True):
    """Draws a ``ListView`` of records. The view is the model; whoever changes it says which lines differ."""

    BINDINGS: ClassVar = bindings_of("table")
    DEFAULT_CSS = "LineTable { height: 1fr; scrollbar-size-horizontal: 0; scrollbar-size-vertical: 1; }"

    class CursorMoved(Message):
        """The cursor stands on another object, or on none."""

    class Scrolled(Message):
        """Other rows are visible now."""

    class HeaderClicked(Message):
        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    class Opened(Message):
        """A row was clicked that had the cursor already."""

    def __init__(
        self,
        view: ListView[Any],
        columns: Sequence[Column[Any]],
        style: Callable[[str], Style],
        *,
        stale: Callable[[Any], bool],
        id: str | None = None,  # noqa: A002 (Textual's name)
    ) -> None:
        super().__init__(id=id)
        self.view = view
        self._columns = list(columns)
        self._style = style
        self._stale = stale
        self._offset = 0
        self._placed: list[Placed] = []
        self._line_width = 0
        """Cells of a line, the scroll bar not among them. It comes and goes without an event, and Textual
        works this out anew whenever asked, so it is measured once for each paint.
        """
        self._hidden = (0, 0)
        self._sort = ("", False)
        self._painted: dict[Any, tuple[Cell, ...]] = {}
        """Cells of the visible rows as they were painted last, to find those that differ."""
        self._base = Style.null()
        """Of what has no role of its own: with the background of the place."""
        self._count = ""
        self.notes: Sequence[str] = ()
        """What an empty list says instead of rows, as plain text."""

    # What is shown

    @property
    def columns(self) -> list[Column[Any]]:
        return self._columns

    def set_columns(self, columns: Sequence[Column[Any]]) -> None:
        self._columns = list(columns)
        self._offset = 0
        self._place()
        self.refresh()

    def set_sort(self, column: str, *, reverse: bool) -> None:
        self._sort = (column, reverse)
        self.refresh()

    @property
    def shown_columns(self) -> tuple[Column[Any], ...]:
        """The columns that fit on the screen."""
        return tuple(placed.column for placed in self._placed)

    @property
    def height_of_body(self) -> int:
        return max(0, self.size.height - 1)

    def visible_rows(self) -> list[Any]:
        """The records on screen, from the top."""
        top = self.scroll_offset.y
        lines = self.view.lines[top : top + self.height_of_body]
        return [self.view.row(line.id) for line in lines if not isinstance(line, GroupLine)]

    # Changes of the model

    def reload(self) -> None:
        """The lines of the view are others now: repaint, keeping the cursor in sight."""
        self._painted.clear()
        self._resize()
        self.show_cursor()
        self.refresh()

    def rows_changed(self, ids: Iterable[Any]) -> None:
        """These rows may look different now: repaint the cells that do."""
        top, height = self.scroll_offset.y, self.height_of_body
        wanted = set(ids)
        for y, line in enumerate(self.view.lines[top : top + height]):
            if isinstance(line, GroupLine):
                if not wanted.isdisjoint(line.ids):
                    self._repaint(y + 1, 0, self._line_width)
            elif line.id in wanted:
                self._repaint_cells(y + 1, self.view.row(line.id), line.id)

    def _repaint_cells(self, y: int, record: Any, id_: Any) -> None:
        before = self._painted.get(id_)
        now = tuple(placed.column.cell(record) for placed in self._placed)
        if before is None or len(before) != len(now):
            self._repaint(y, 0, self._line_width)
            return
        for placed, old, new in zip(self._placed, before, now, strict=True):
            if old != new:
                self._repaint(y, placed.x, placed.width)

    def repaint_all(self) -> None:
        """Everything may look different (stale, theme): repaint without moving anything."""
        self._painted.clear()
        self.refresh()

    def _repaint(self, y: int, x: int, width: int) -> None:
        self.refresh(Region(x, y, width, 1))

    # The cursor

    def action_move(self, delta: int) -> None:
        self._moved(lambda: self.view.move(delta * self._times()))

    def action_page(self, pages: int) -> None:
        self._moved(lambda: self.view.move(pages * self._times() * max(1, self.height_of_body - 1)))

    def action_half_page(self, halves: int) -> None:
        self._moved(lambda: self.view.move(halves * self._times() * max(1, self.height_of_body // 2)))

    def action_first(self) -> None:
        self._moved(lambda: self.view.goto(self._times() - 1))

    def action_last(self) -> None:
        row = int(self._count) - 1 if self._count else len(self.view.lines) - 1
        self._count = ""
        self._moved(lambda: self.view.goto(row))

    def action_scroll_columns(self, delta: int) -> None:
        self._offset = max(0, min(self._offset + delta, self._offset + self._hidden[1]))
        self._place()
        self._painted.clear()
        self.refresh()

    @property
    def count(self) -> str:
        """The count typed so far, as vim has it."""
        return self._count

    def take_count(self) -> int:
        """The count typed before a command, 1 when there is none; it is used up."""
        return self._times()

    def clear_count(self) -> bool:
        """Forget the count; whether there was one."""
        had, self._count = bool(self._count), ""
        return had

    def on_blur(self) -> None:
        """A count is for the key behind it, and that goes elsewhere now."""
        self.clear_count()

    def _times(self) -> int:
        count, self._count = self._count, ""
        return int(count) if count else 1

    def on_key(self, event: events.Key) -> None:
        if (
            event.character is not None
            and event.character in "0123456789"
            and (self._count or event.key != "0")
        ):
            self._count = (self._count + event.character)[-5:]
            event.stop()
            event.prevent_default()

    def _moved(self, move: Callable[[], object]) -> None:
        before = self.view.cursor_index
        move()
        self.cursor_changed(before)

    def cursor_changed(self, before: int | None) -> None:
        """The view's cursor stood at line ``before``: repaint both lines and tell."""
        now = self.view.cursor_index
        for index in {before, now} - {None}:
            assert index is not None
            y = index - self.scroll_offset.y + 1
            if 1 <= y < self.size.height:
                self._repaint(y, 0, self._line_width)
        self.show_cursor()
        if before != now:
            self.post_message(self.CursorMoved())

    def show_cursor(self) -> None:
        """Scroll no further than needed to have the cursor in sight.

        By force, because the scroll bar that would allow it comes only with the next layout.
        """
        index = self.view.cursor_index
        height = self.height_of_body
        if index is None or height <= 0:
            return
        top = self.scroll_offset.y
        if index < top:
            self.scroll_to(y=index, animate=False, force=True)
        elif index >= top + height:
            self.scroll_to(y=index - height + 1, animate=False, force=True)

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            for placed in self._placed:
                if placed.x <= event.x < placed.x + placed.width + GAP:
                    self.post_message(self.HeaderClicked(placed.column.id))
            return
        index = self.scroll_offset.y + event.y - 1
        if 0 <= index < len(self.view.lines):
            if index == self.view.cursor_index:
                self.post_message(self.Opened())
            self._moved(lambda: self.view.goto(index))

    # Layout

    def on_mount(self) -> None:
        self._place()

    def on_resize(self) -> None:
        self._place()
        self._resize()
        self.show_cursor()
        self.post_message(self.Scrolled())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._painted.clear()
            self.post_message(self.Scrolled())

    def _resize(self) -> None:
        size = Size(self.scrollable_content_region.width, len(self.view.lines) + 1)
        if size != self.virtual_size:
            self.virtual_size = size

    def _place(self) -> None:
        self._line_width = self.scrollable_content_region.width
        self._placed, left, right = place(self._columns, self._line_width, self._offset)
        self._hidden = (left, right)

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._line_width != self.scrollable_content_region.width:
            self._place()
            self._painted.clear()
        self._base = self.rich_style + self._style("text")  # not for every line: it asks all ancestors
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self._line_width
        if y == 0:
            return self._header(width)
        index = self.scroll_offset.y + y - 1
        lines = self.view.lines
        if index >= len(lines):
            notes = ["", *self._wrapped_notes(width - 2 * GAP)] if not lines else []
            note = notes[y - 1] if y <= len(notes) else ""
            return Strip([Segment(fit(f"{'':{GAP}}{note}", width), self._base + self._style("dim"))], width)
        line = lines[index]
        at_cursor = index == self.view.cursor_index
        if isinstance(line, GroupLine):
            return self._group(line, width, at_cursor=at_cursor)
        return self._row(line.id, width, at_cursor=at_cursor)

    def _wrapped_notes(self, width: int) -> list[str]:
        return [line for note in self.notes for line in wrap(note, width)]

    def _row(self, id_: Any, width: int, *, at_cursor: bool) -> Strip:
        record: Record = self.view.row(id_)
        stale = self._stale(record)
        base = self._base
        over = self._style("cursor") if at_cursor else None
        marked = id_ in self.view.marks
        if stale:
            base += self._style("stale")
        elif marked:
            base += self._style("mark")
        segments: list[Segment] = [Segment("✓ " if marked else "  ", base + over if over else base)]
        cells = tuple(placed.column.cell(record) for placed in self._placed)
        self._painted[id_] = cells
        plain_style = base + over if over else base
        x = MARK
        for placed, cell in zip(self._placed, cells, strict=True):
            if placed.x > x:
                segments.append(Segment(" " * (placed.x - x), plain_style))
            style = base + self._style(cell.role) if cell.role and not stale else base
            if over:
                style = style + over
            text = fit(cell.text, placed.width, right=placed.column.align == "right")
            segments.append(Segment(text, style))
            x = placed.x + placed.width
        if x < width:
            segments.append(Segment(" " * (width - x), plain_style))
        return Strip(segments, max(x, width))

    def _group(self, line: GroupLine[Any], width: int, *, at_cursor: bool) -> Strip:
        style = self._base + self._style("group")
        if at_cursor:
            style += self._style("cursor")
        return Strip([Segment(fit(self.group_text(line), width), style)], width)

    def group_text(self, line: GroupLine[Any]) -> str:
        """The header of a group; a subclass says more than how many there are."""
        sign = "▸" if line.folded else "▾"
        return f"{sign} {plain(line.label) or '(none)'} · {len(line.ids)}"

    def _header(self, width: int) -> Strip:
        style = self._base + self._style("header")
        left, right = self._hidden
        text = "‹ " if left else "  "
        x = MARK
        for placed in self._placed:
            text += " " * (placed.x - x)
            title = placed.column.title
            sort, reverse = self._sort
            if placed.column.id == sort:
                title = title[: placed.width - 1] + ("↓" if reverse else "↑")
            text += fit(title, placed.width, right=placed.column.align == "right")
            x = placed.x + placed.width
        text = fit(text, width)
        if right and width > 4:
            text = fit(text, width - 4) + f" {min(right, 99)}›".rjust(4)
        return Strip([Segment(text, style)], width)

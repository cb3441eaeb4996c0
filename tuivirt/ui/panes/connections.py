"""The sidebar: every connection that may be opened, where it comes from and how it is."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuivirt.core.resource import Cell
from tuivirt.core.source import Source
from tuivirt.core.store import Store
from tuivirt.ui.commands import bindings_of, commands_of
from tuivirt.ui.panes.connection_lines import (
    ALL,
    Heading,
    Roster,
    about,
    name_width,
    row,
)
from tuivirt.ui.widgets.cells import fit

if TYPE_CHECKING:
    from textual.timer import Timer

TITLE = 1
"""Lines above the list."""
ABOUT_HEIGHTS = ((30, 9), (20, 5), (12, 4))
"""From so many lines of the pane on, so many tell of the connection under the cursor, with a rule above."""
_ADD = next(command.keys for command in commands_of("connections") if command.action == "add")


class ConnectionsPane(ScrollView, can_focus=True):
    """Draws the connections line by line. The cursor belongs to a name, never to a row."""

    BINDINGS: ClassVar = bindings_of("table", "connections")
    DEFAULT_CSS = "ConnectionsPane { overflow-x: hidden; scrollbar-size-vertical: 1; }"

    class Named(Message):
        """Something about one connection; ``ALL`` stands for every open one."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Chosen(Named):
        """The cursor stands on another connection."""

    class Toggled(Named):
        """Connect or disconnect."""

    class AddWanted(Message):
        """A new bookmark is wanted."""

    class EditWanted(Named): ...

    class RemoveWanted(Named): ...

    class AutoconnectWanted(Named): ...

    class ReadOnlyWanted(Named): ...

    class MenuWanted(Named): ...

    def __init__(
        self,
        store: Store,
        sources: Sequence[Source],
        style: Callable[[str], Style],
        *,
        now: Callable[[], float] = time.time,
        id: str | None = None,  # noqa: A002 (Textual's name)
    ) -> None:
        super().__init__(id=id)
        self._style = style
        self._now = now
        self._roster = Roster(store, sources)
        self._name_width = 0
        self._measured = 0
        """The width that the painted lines are made for; 0 after a change that concerns all of them."""
        self._cursor: str | None = next(iter(self._roster.names), None)
        self._painted: dict[str, Strip] = {}
        self._count = ""
        self._told = 0
        self._clock: Timer | None = None

    # What is shown

    @property
    def cursor(self) -> str | None:
        """The name under the cursor; ``ALL`` for all open ones, None when there is nothing to stand on."""
        return self._cursor

    @property
    def names(self) -> list[str]:
        """The names from the top, ``ALL`` included when it is there."""
        return self._roster.names

    def set_sources(self, sources: Sequence[Source]) -> None:
        """Other sources: the cursor stays on its connection, or goes to what stands in its place."""
        before = self.names
        self._roster.set_sources(sources)
        self._lines_changed(before)

    def choose(self, name: str) -> None:
        """Put the cursor on a connection, without a message: whoever asks knows."""
        if name in self._roster.entries and name != self._cursor:
            self._move_to(name)

    def update(self, names: set[str]) -> None:
        """These connections, or their domains, have changed: repaint the lines that differ."""
        before = self.names
        changed = self._roster.update(names)
        if changed is None:
            self._lines_changed(before)
            return
        self._repaint(changed)
        if self._roster.open != self._told:
            self._repaint_at(0)

    def _lines_changed(self, before: list[str]) -> None:
        names = self.names
        if self._cursor not in names:
            index = before.index(self._cursor) if self._cursor in before else 0
            self._cursor = names[min(index, len(names) - 1)] if names else None
            if self._cursor is not None:
                self.post_message(self.Chosen(self._cursor))
        self._layout()

    def _layout(self) -> None:
        """The lines or the size are others: measure, keep the cursor in sight, paint all."""
        self._measured = 0
        size = Size(self._width, TITLE + len(self._roster.lines) + self._about_height)
        if size != self.virtual_size:
            self.virtual_size = size
        self._show_cursor()
        self._run_clock()
        self.refresh()

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _about_height(self) -> int:
        """Fixed by the height of the pane alone, so that the list never jumps."""
        return next((lines for least, lines in ABOUT_HEIGHTS if self.size.height >= least), 0)

    @property
    def _body(self) -> int:
        return max(0, self.size.height - TITLE - self._about_height)

    # The cursor

    def action_move(self, delta: int) -> None:
        self._step(delta * self._times())

    def action_page(self, pages: int) -> None:
        self._step(pages * self._times() * max(1, self._body - 1))

    def action_half_page(self, halves: int) -> None:
        self._step(halves * self._times() * max(1, self._body // 2))

    def action_first(self) -> None:
        self._go(self._times() - 1)

    def action_last(self) -> None:
        count = self.take_count()
        self._go(count - 1 if count else len(self.names) - 1)

    def action_scroll_columns(self, _delta: int) -> None:
        """There are no columns; ``check_action`` says so."""

    @property
    def count(self) -> str:
        """The count typed so far, as vim has it."""
        return self._count

    def take_count(self) -> int:
        """The count typed before a command, 0 when there is none; it is used up."""
        count, self._count = self._count, ""
        return int(count) if count else 0

    def clear_count(self) -> bool:
        """Forget the count; whether there was one."""
        return self.take_count() > 0

    def _times(self) -> int:
        return self.take_count() or 1

    def on_key(self, event: events.Key) -> None:
        char = event.character
        if char is not None and char in "0123456789" and (self._count or char != "0"):
            self._count = (self._count + char)[-5:]
            event.stop()
            event.prevent_default()

    def _step(self, delta: int) -> None:
        names = self.names
        if self._cursor in names:
            self._go(names.index(self._cursor) + delta)

    def _go(self, index: int) -> None:
        names = self.names
        if not names:
            return
        name = names[max(0, min(index, len(names) - 1))]
        if name != self._cursor:
            self._move_to(name)
            self.post_message(self.Chosen(name))

    def _move_to(self, name: str) -> None:
        before, self._cursor = self._cursor, name
        moved = {name} if before is None else {before, name}
        self._repaint(moved)
        self._show_cursor()
        if ALL in moved:
            self.refresh_bindings()

    def _show_cursor(self) -> None:
        """Scroll no further than needed to have the cursor, and a heading right above it, in sight.

        By force, because the scroll bar that would allow it comes only with the next layout.
        """
        if self._cursor is None or self._body <= 0:
            return
        index = self._roster.lines.index(self._cursor)
        top = self.scroll_offset.y
        first = (
            index - 1
            if index and isinstance(self._roster.lines[index - 1], Heading) and self._body > 1
            else index
        )
        if first < top:
            self.scroll_to(y=first, animate=False, force=True)
        elif index >= top + self._body:
            self.scroll_to(y=index - self._body + 1, animate=False, force=True)

    # What the keys want

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "scroll_columns":
            return False
        if (
            action in {"toggle_connection", "edit", "remove", "autoconnect", "read_only", "menu"}
            and not self._cursor
        ):
            return None
        return super().check_action(action, parameters)

    def action_toggle_connection(self) -> None:
        self._want(self.Toggled)

    def action_add(self) -> None:
        self.post_message(self.AddWanted())

    def action_edit(self) -> None:
        self._want(self.EditWanted)

    def action_remove(self) -> None:
        self._want(self.RemoveWanted)

    def action_autoconnect(self) -> None:
        self._want(self.AutoconnectWanted)

    def action_read_only(self) -> None:
        self._want(self.ReadOnlyWanted)

    def action_menu(self) -> None:
        self._want(self.MenuWanted)

    def _want(self, what: type[Named]) -> None:
        if self._cursor:
            self.post_message(what(self._cursor))

    def on_click(self, event: events.Click) -> None:
        if not TITLE <= event.y < TITLE + self._body:
            return
        index = event.y - TITLE + self.scroll_offset.y
        name = self._roster.lines[index] if index < len(self._roster.lines) else None
        if not isinstance(name, str):
            return
        if name != self._cursor:
            self._go(self.names.index(name))
        elif event.chain > 1:
            self._want(self.Toggled)

    # Time, size, theme

    def on_mount(self) -> None:
        self._clock = self.set_interval(1.0, self._tick, pause=True)
        self._layout()

    def _run_clock(self) -> None:
        """Runs only while some line tells a time that passes."""
        if self._clock is not None:
            if any(entry.waits for entry in self._roster.entries.values()):
                self._clock.resume()
            else:
                self._clock.pause()

    def _tick(self) -> None:
        self._repaint({name for name, entry in self._roster.entries.items() if entry.waits})

    def on_resize(self) -> None:
        self._layout()

    def on_focus(self) -> None:
        self._focus_changed()

    def on_blur(self) -> None:
        self._count = ""
        self._focus_changed()

    def _focus_changed(self) -> None:
        self._repaint_at(0)
        if self._cursor is not None:
            self._repaint({self._cursor})

    def notify_style_update(self) -> None:
        self._painted.clear()
        super().notify_style_update()

    # Drawing

    def _repaint(self, names: Iterable[str]) -> None:
        """Repaint those of these lines that look different now, and what is told of the cursor's."""
        wanted = set(names)
        top = self.scroll_offset.y
        for y, line in enumerate(self._roster.lines[top : top + self._body], TITLE):
            if isinstance(line, str) and line in wanted:
                before = self._painted.pop(line, None)
                if before is None or before != self._row(line):
                    self._repaint_at(y)
        if self._cursor in wanted:
            self._repaint_at(self.size.height - self._about_height, self._about_height)
        self._run_clock()

    def _repaint_at(self, y: int, height: int = 1) -> None:
        self.refresh(Region(0, y, self.size.width, height))

    def _measure(self) -> None:
        """The width changes without an event when the scroll bar comes or goes."""
        if self._measured != self._width:
            self._measured = self._width
            titles = (entry.title for entry in self._roster.entries.values())
            self._name_width = name_width(titles, self._measured - 1)
            self._painted.clear()

    def render_line(self, y: int) -> Strip:
        if y < TITLE:
            return self._line(self._title(), "header")
        below = y - TITLE - self._body
        if below >= 0:
            return self._about(below)
        index = self.scroll_offset.y + y - TITLE
        if index >= len(self._roster.lines):
            return self._line(self._empty(index))
        line = self._roster.lines[index]
        if isinstance(line, Heading):
            return self._line(_spread(Cell(f" {line.title}"), line.origin, self._width), "group")
        return self._row(line)

    def _title(self) -> list[Cell]:
        self._told = self._roster.open
        title = Cell(" Connections", "accent" if self.has_focus else "")
        return _spread(title, f"{self._told} open" if self._told else "", self._width)

    def _row(self, name: str) -> Strip:
        self._measure()
        strip = self._painted.get(name)
        if strip is None:
            pointed = name == self._cursor
            cells = row(
                self._roster.entries[name], self._width - 1, self._name_width, self._now(), pointed=pointed
            )
            strip = self._painted[name] = self._line(
                cells,
                "stale" if self._roster.entries[name].phase == "stale" else "",
                over="cursor" if pointed and self.has_focus else "",
            )
        return strip

    def _about(self, y: int) -> Strip:
        if y == 0:
            return self._line([Cell("─" * self._width, "dim")])
        entry = self._roster.entries.get(self._cursor) if self._cursor is not None else None
        lines = about(entry, self._width - 2, self._about_height - 1)
        return self._line([Cell(" "), lines[y - 1]] if y <= len(lines) else [])

    def _empty(self, index: int) -> list[Cell]:
        """Where no line is: nothing, or how to come by one when there is none at all."""
        if self._roster.lines or index > 1:
            return []
        return [Cell((" none yet", f" {_ADD} adds a bookmark")[index], "dim")]

    def _line(self, cells: Sequence[Cell], role: str = "", over: str = "") -> Strip:
        """Cells from the left edge, filled up to the width of the pane."""
        width = self._width
        base = self.rich_style + self._style("text")
        if role:
            base += self._style(role)
        top = self._style(over) if over else Style.null()
        segments = [
            Segment(cell.text, (base + self._style(cell.role) if cell.role else base) + top) for cell in cells
        ]
        return Strip(segments).adjust_cell_length(width, base + top)


def _spread(left: Cell, right: str, width: int) -> list[Cell]:
    """A cell at the left edge and, where there is room, dim text at the right one."""
    room = width - cell_len(right) - 1
    if not right or room <= cell_len(left.text):
        return [left]
    return [Cell(fit(left.text, room), left.role), Cell(right, "dim")]

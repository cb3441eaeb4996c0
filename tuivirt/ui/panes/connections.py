"""The sidebar: every connection that may be opened, where it comes from and how it is."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from tuivirt.core.resource import Cell
from tuivirt.core.source import Source
from tuivirt.core.store import Store
from tuivirt.ui.commands import actions_of, bindings_of, commands_of
from tuivirt.ui.panes.connection_keys import ConnectionKeys
from tuivirt.ui.panes.connection_lines import about, name_width, row
from tuivirt.ui.panes.connection_roster import Heading, Line, Roster
from tuivirt.ui.widgets.cells import fit
from tuivirt.ui.widgets.name_list import NameList

if TYPE_CHECKING:
    from textual.timer import Timer

TITLE = 1
"""Lines above the list."""
ABOUT_HEIGHTS = ((30, 9), (20, 5), (12, 4))
"""From so many lines of the pane on, so many tell of the connection under the cursor, with a rule above."""
_ADD = next(command.keys for command in commands_of("connections") if command.action == "add")


class ConnectionsPane(NameList, ConnectionKeys):
    """Draws the connections line by line."""

    BINDINGS: ClassVar = [*bindings_of("connections"), *actions_of("host")]

    def __init__(
        self,
        store: Store,
        sources: Sequence[Source],
        style: Callable[[str], Style],
        *,
        id: str | None = None,  # noqa: A002 (Textual's name)
    ) -> None:
        self._roster = Roster(store, sources)
        super().__init__(id=id)
        self._style = style
        self._name_width = 0
        self._width = 0
        """The width that the painted lines are made for; 0 after a change that concerns all of them."""
        self._base = Style.null()
        self._about: list[Cell] = []
        """What is told of the connection under the cursor."""
        self._cursor = next(iter(self._roster.names), None)
        self._painted: dict[str, Strip] = {}
        self._told = 0
        self._clock: Timer | None = None

    # What is shown

    @property
    def lines(self) -> Sequence[Line]:
        return self._roster.lines

    @property
    def above(self) -> int:
        return TITLE

    @property
    def below(self) -> int:
        """Fixed by the height of the pane alone, so that the list never jumps."""
        return next((lines for least, lines in ABOUT_HEIGHTS if self.size.height >= least), 0)

    def set_sources(self, sources: Sequence[Source]) -> None:
        """Other sources: the cursor stays on its connection, or goes to what stands in its place."""
        before = self.names
        self._roster.set_sources(sources)
        self.lines_changed(before)

    def update(self, names: set[str]) -> None:
        """These connections, or their domains, have changed: repaint the lines that differ."""
        before = self.names
        changed = self._roster.update(names)
        if changed is None:
            self.lines_changed(before)
            return
        if changed:
            self.repaint(changed)
        if self._roster.open != self._told:
            self.repaint_at(0)

    def lay_out(self) -> None:
        self._width = 0
        self._run_clock()
        super().lay_out()

    # Keys and mouse

    @property
    def subject(self) -> str | None:
        return self._cursor

    def tell_chosen(self, name: str) -> None:
        self.post_message(self.Chosen(name))

    def on_click(self, event: events.Click) -> None:
        if event.chain > 1 and self.name_at(event.y) == self._cursor:
            self.want(self.Toggled)

    # Time, size, theme

    def on_mount(self) -> None:
        self._clock = self.set_interval(1.0, self._tick, pause=True)
        self._run_clock()

    def _run_clock(self) -> None:
        """Runs only while some line tells a time that passes."""
        if self._clock is not None:
            if any(entry.waits for entry in self._roster.entries.values()):
                self._clock.resume()
            else:
                self._clock.pause()

    def _tick(self) -> None:
        self.repaint({name for name, entry in self._roster.entries.items() if entry.waits})

    def on_focus(self) -> None:
        self._focus_changed()

    def on_blur(self) -> None:
        self._focus_changed()

    def _focus_changed(self) -> None:
        self.repaint_at(0)
        if self._cursor is not None:
            self.repaint({self._cursor})

    def notify_style_update(self) -> None:
        self._painted.clear()
        super().notify_style_update()

    # Drawing

    def repaint(self, names: set[str]) -> None:
        """Repaint those of these lines that look different now, and what is told of the cursor's."""
        told = self._about
        self._measure()
        before = {name: self._painted.pop(name, None) for name in names}
        top = self.scroll_offset.y
        for y, line in enumerate(self.lines[top : top + self.body], TITLE):
            if isinstance(line, str) and line in names and before[line] != self._row(line):
                self.repaint_at(y)
        if self._about != told:
            self.repaint_at(self.size.height - self.below, self.below)
        self._run_clock()

    def _measure(self) -> None:
        """Once for each paint: Textual works these out anew whenever asked, and the width changes without an
        event when the scroll bar comes or goes.
        """
        self._base = self.rich_style + self._style("text")
        width = self.scrollable_content_region.width
        if self._width != width:
            self._width = width
            titles = (entry.title for entry in self._roster.entries.values())
            self._name_width = name_width(titles, width - 1)
            self._painted.clear()
        entry = self._roster.entries.get(self._cursor) if self._cursor is not None else None
        self._about = about(entry, width - 2, self.below - 1, time.time())

    def render_lines(self, crop: Region) -> list[Strip]:
        self._measure()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        if not self._width:
            self._measure()
        if y < TITLE:
            return self._line(self._title(), "header")
        below = y - TITLE - self.body
        if below >= 0:
            return self._about_line(below)
        index = self.scroll_offset.y + y - TITLE
        if index >= len(self.lines):
            return self._line(self._empty(index))
        line = self.lines[index]
        if isinstance(line, Heading):
            return self._line(_spread(Cell(f" {line.title}"), line.origin, self._width), "group")
        return self._row(line)

    def _title(self) -> list[Cell]:
        self._told = self._roster.open
        title = Cell(" Connections", "accent" if self.has_focus else "")
        return _spread(title, f"{self._told} open" if self._told else "", self._width)

    def _row(self, name: str) -> Strip:
        strip = self._painted.get(name)
        if strip is None:
            pointed = name == self._cursor
            cells = row(
                self._roster.entries[name], self._width - 1, self._name_width, time.time(), pointed=pointed
            )
            strip = self._painted[name] = self._line(
                cells,
                "stale" if self._roster.entries[name].stale else "",
                over="cursor" if pointed and self.has_focus else "",
            )
        return strip

    def _about_line(self, y: int) -> Strip:
        if y == 0:
            return self._line([Cell("─" * self._width, "dim")])
        return self._line([Cell(" "), self._about[y - 1]] if y <= len(self._about) else [])

    def _empty(self, index: int) -> list[Cell]:
        """Where no line is: nothing, or how to come by one when there is none at all."""
        if self.lines or index > 1:
            return []
        return [Cell((" none yet", f" {_ADD} adds a bookmark")[index], "dim")]

    def _line(self, cells: Sequence[Cell], role: str = "", over: str = "") -> Strip:
        """Cells from the left edge, filled up to the width of the pane."""
        width, base = self._width, self._base
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

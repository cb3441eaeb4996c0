"""The connections in one line, for terminals too narrow for the sidebar."""

import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip

from tuivirt.core.source import Source
from tuivirt.core.store import Store
from tuivirt.ui.commands import actions_of, bindings_of
from tuivirt.ui.panes.connection_keys import ConnectionKeys
from tuivirt.ui.panes.connection_lines import short
from tuivirt.ui.panes.connection_roster import Entry, Roster

GAP = "  "


class ConnectionsLine(ConnectionKeys, can_focus=True):
    """``▶● lab1 12/41  ◌ edge opening  ○ old``: scrolls so that the current connection is in sight."""

    BINDINGS: ClassVar = [*bindings_of("connections_line", "connections"), *actions_of("host")]
    DEFAULT_CSS = "ConnectionsLine { height: 1; }"

    def __init__(
        self,
        store: Store,
        sources: Sequence[Source],
        style: Callable[[str], Style],
        *,
        id: str | None = None,  # noqa: A002 (Textual's name)
    ) -> None:
        super().__init__(id=id)
        self._roster = Roster(store, sources)
        self._style = style
        self._current: str | None = None
        self._left = 0
        """Cells that are scrolled out of sight."""

    def on_mount(self) -> None:
        self.set_interval(1.0, self._tick)

    def _tick(self) -> None:
        """A time passes that some connection tells."""
        if self.size and any(entry.waits for entry in self._shown):
            self.refresh()

    @property
    def current(self) -> str | None:
        """The connection that is shown; ``ALL`` for every open one."""
        return self._current

    def choose(self, name: str | None) -> None:
        """Highlight a connection and have it in sight."""
        if name != self._current:
            self._current = name
            self.refresh()
            self.refresh_bindings()

    @property
    def subject(self) -> str | None:
        return self._current

    def action_step(self, delta: int) -> None:
        """To the next connection, or the one before."""
        names = self._roster.names
        if names:
            at = names.index(self._current) + delta if self._current in names else 0
            name = names[max(0, min(at, len(names) - 1))]
            if name != self._current:
                self.choose(name)
                self.post_message(self.Chosen(name))

    def set_sources(self, sources: Sequence[Source]) -> None:
        self._roster.set_sources(sources)
        self.refresh()

    def update(self, names: set[str]) -> None:
        """These connections, or their domains, have changed."""
        changed = self._roster.update(names)
        if changed is None or changed:
            self.refresh()

    @property
    def _shown(self) -> list[Entry]:
        return [self._roster.entries[name] for name in self._roster.names]

    def _spans(self) -> dict[str, tuple[int, int]]:
        """Where each connection begins and ends, in cells of the whole line."""
        spans, x = {}, 1
        for entry in self._shown:
            end = x + 3 + cell_len(short(entry, time.time()))
            spans[entry.name] = (x, end)
            x = end + len(GAP)
        return spans

    def _scroll(self, spans: dict[str, tuple[int, int]], width: int) -> int:
        """No further than needed to have the current one, and the cell on both sides of it, in sight."""
        end_of_all = max((end for _, end in spans.values()), default=0) + 1
        left = min(self._left, max(0, end_of_all - width))
        if self._current in spans:
            start, end = spans[self._current]
            left = max(left, end + 1 - width)
            left = min(left, start - 1)
        return max(0, left)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.rich_style + self._style("text")
        if y or width < 2:
            return Strip.blank(width, base)
        spans = self._spans()
        left = self._left = self._scroll(spans, width)
        highlight = Style(bold=True, underline=True)
        segments = [Segment(" ", base)]
        for entry in self._shown:
            glyph, role, _ = entry.look
            current = entry.name == self._current
            over = (self._style("cursor") if self.has_focus else highlight) if current else Style.null()
            text = base + self._style("dim") if entry.phase == "closed" else base
            segments += [
                Segment("▶" if current else " ", base + over),
                Segment(f"{glyph} ", base + self._style(role) + over),
                Segment(short(entry, time.time()), text + over),
                Segment(GAP, base),
            ]
        strip = Strip(segments).adjust_cell_length(max(left + width, 1), base)
        end = max((end for _, end in spans.values()), default=0)
        strip = strip.crop(left, left + width)
        dots = base + self._style("dim")
        if left > 0:
            strip = Strip([Segment("…", dots), *strip.crop(1)])
        if end > left + width:
            strip = Strip([*strip.crop(0, width - 1), Segment("…", dots)])
        return strip.adjust_cell_length(width, base)

    def on_click(self, event: events.Click) -> None:
        x = event.x + self._left
        for name, (start, end) in self._spans().items():
            if start <= x < end and name != self._current:
                self.choose(name)
                self.post_message(self.Chosen(name))

"""A list of names drawn line by line, with headings between them and lines above and below that stay."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView

from tuivirt.ui.commands import bindings_of


class NameList(ScrollView, can_focus=True):
    """Moves a cursor over names. It belongs to a name, never to a row. Subclasses draw.

    A line that is no ``str`` is a heading, which the cursor skips.
    """

    BINDINGS: ClassVar = bindings_of("table")
    DEFAULT_CSS = "NameList { overflow-x: hidden; scrollbar-size-vertical: 1; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._cursor: str | None = None
        self._count = ""

    # For subclasses

    @property
    def lines(self) -> Sequence[object]:
        """The lines from the top: names, and headings of whatever type."""
        raise NotImplementedError

    @property
    def above(self) -> int:
        """Lines over the list that do not scroll."""
        return 0

    @property
    def below(self) -> int:
        """Lines under the list that do not scroll."""
        return 0

    def tell_chosen(self, name: str) -> None:
        """The cursor stands on another name now."""
        raise NotImplementedError

    def repaint(self, names: set[str]) -> None:
        """These names may look different now."""
        raise NotImplementedError

    # The cursor

    @property
    def cursor(self) -> str | None:
        """The name under the cursor; None when there is nothing to stand on."""
        return self._cursor

    @property
    def names(self) -> list[str]:
        """The names from the top."""
        return [line for line in self.lines if isinstance(line, str)]

    @property
    def body(self) -> int:
        """Lines of the list that are on screen."""
        return max(0, self.size.height - self.above - self.below)

    def choose(self, name: str) -> None:
        """Put the cursor on a name without telling: whoever asks knows."""
        if name != self._cursor and name in self.names:
            self._move_to(name)

    def lines_changed(self, before: Sequence[str]) -> None:
        """The lines are others now: the cursor stays on its name, or goes to what stands in its place."""
        names = self.names
        if self._cursor not in names:
            index = before.index(self._cursor) if self._cursor in before else 0
            self._cursor = names[min(index, len(names) - 1)] if names else None
            if self._cursor is not None:
                self.tell_chosen(self._cursor)
        self.lay_out()

    def lay_out(self) -> None:
        """The lines or the size are others: measure, keep the cursor in sight, paint all."""
        size = Size(self.scrollable_content_region.width, self.above + len(self.lines) + self.below)
        if size != self.virtual_size:
            self.virtual_size = size
        self._show_cursor()
        self.refresh()

    def name_at(self, y: int) -> str | None:
        """The name that is drawn on a line of the widget."""
        index = y - self.above + self.scroll_offset.y
        if not self.above <= y < self.above + self.body or index >= len(self.lines):
            return None
        line = self.lines[index]
        return line if isinstance(line, str) else None

    def repaint_at(self, y: int, height: int = 1) -> None:
        """Draw lines of the widget anew."""
        self.refresh(Region(0, y, self.size.width, height))

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
            self.tell_chosen(name)

    def _move_to(self, name: str) -> None:
        before, self._cursor = self._cursor, name
        self.repaint({name} if before is None else {before, name})
        self._show_cursor()
        self.refresh_bindings()

    def _show_cursor(self) -> None:
        """Scroll no further than needed to have the cursor, and a heading right above it, in sight.

        By force, because the scroll bar that would allow it comes only with the next layout.
        """
        body, lines, top = self.body, self.lines, self.scroll_offset.y
        if self._cursor is None or body <= 0:
            return
        index = lines.index(self._cursor)
        headed = index > 0 and not isinstance(lines[index - 1], str) and body > 1
        first = index - 1 if headed else index
        if first < top:
            self.scroll_to(y=first, animate=False, force=True)
        elif index >= top + body:
            self.scroll_to(y=index - body + 1, animate=False, force=True)

    # Keys and mouse

    @property
    def count(self) -> str:
        """The count typed so far, as vim has it."""
        return self._count

    def take_count(self) -> int:
        """The count typed before a command, 1 when there is none; it is used up."""
        count, self._count = self._count, ""
        return int(count) if count else 1

    def clear_count(self) -> bool:
        """Forget the count; whether there was one."""
        had, self._count = bool(self._count), ""
        return had

    def on_key(self, event: events.Key) -> None:
        char = event.character
        if char is not None and char in "0123456789" and (self._count or char != "0"):
            self._count = (self._count + char)[-5:]
            event.stop()
            event.prevent_default()

    def on_blur(self) -> None:
        self._count = ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "scroll_columns":  # there are none
            return False
        return super().check_action(action, parameters)

    def action_move(self, delta: int) -> None:
        self._step(delta * self.take_count())

    def action_page(self, pages: int) -> None:
        self._step(pages * self.take_count() * max(1, self.body - 1))

    def action_half_page(self, halves: int) -> None:
        self._step(halves * self.take_count() * max(1, self.body // 2))

    def action_first(self) -> None:
        self._go(self.take_count() - 1)

    def action_last(self) -> None:
        self._go(self.take_count() - 1 if self._count else len(self.names) - 1)

    def on_click(self, event: events.Click) -> None:
        name = self.name_at(event.y)
        if name is not None and name != self._cursor:
            self._go(self.names.index(name))

    def on_resize(self) -> None:
        self.lay_out()

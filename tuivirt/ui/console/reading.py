"""Reading what a guest has written, while it goes on writing: scrolling back, searching, selecting."""

from typing import ClassVar

from textual import events
from textual.message import Message

from tuivirt.terminal.reader import Place, Reader
from tuivirt.ui.commands import bindings_of
from tuivirt.ui.console.view import TerminalView
from tuivirt.ui.tabs.base import StyleOf

WHEEL = 3
"""Lines that a turn of the wheel scrolls."""


class ConsoleView(TerminalView):
    """The keys are the guest's until somebody reads, and then move in what there is."""

    BINDINGS: ClassVar = bindings_of("reading")

    class Reading(Message):
        """One reads now, or no more, or stands at another place, or there is other room to show it in."""

    class Wanted(Message):
        """A key of reading that concerns more than the view: ``search`` or ``copy``."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, style: StyleOf) -> None:
        super().__init__(style)
        self._pressed: Place | None = None
        """Where the mouse button went down."""

    def on_resize(self) -> None:
        self.post_message(self.Reading())

    def follow(self) -> None:
        """Back to the end of what the guest writes."""
        if self.top is not None or self.reader is not None:
            self.forget_place()
            self.refresh()
            self.post_message(self.Reading())

    def read(self, place: Place | None = None) -> Reader | None:
        """Begin to read, at the cursor or at another place."""
        opened = self.opened
        if opened is None:
            return None
        if self.reader is None:
            terminal = opened.terminal
            cursor = terminal.screen.cursor
            self.reader = Reader(terminal, place or Place(terminal.top + cursor.y, cursor.x))
            self.reader.move(0)
            self.top = self.corner()[0]
            self.refresh()
            self.post_message(self.Reading())
        return self.reader

    def visible_lines(self) -> list[str]:
        """The text that is on the screen."""
        opened = self.opened
        if opened is None:
            return []
        top = self.corner()[0]
        return [line.text for line in opened.terminal.lines(top, top + self.size.height)]

    @property
    def lines_below(self) -> int:
        """How many lines there are below what is shown."""
        opened = self.opened
        if opened is None or self.top is None:
            return 0
        return max(0, opened.terminal.end - self.corner()[0] - self.size.height)

    def moved(self) -> None:
        """The reader stands at another place: bring it into sight."""
        reader = self.reader
        if reader is None or self.opened is None:
            return
        top, height = self.corner()[0], self.size.height
        line = reader.place.line
        if line < top:
            self.top = line
        elif line >= top + height:
            self.top = line - height + 1
        self.refresh()
        self.post_message(self.Reading())

    def _scroll(self, lines: int) -> None:
        """Look further up or down; at the end it follows again."""
        opened = self.opened
        if opened is None:
            return
        terminal = opened.terminal
        top = max(terminal.first, self.corner()[0] + lines)
        self.top = top if self.reader is not None or top + self.size.height < terminal.end else None
        if self.reader is not None:
            self.top = min(top, max(terminal.first, terminal.end - self.size.height))
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
        if self.reader is not None and self.opened is not None:
            terminal = self.opened.terminal
            self.reader.move_to(terminal.end if end else terminal.first, self.reader.place.cell)
            self.moved()

    def action_read_column(self, end: int) -> None:
        if self.reader is not None and self.opened is not None:
            self.reader.move(0)  # its line may be gone meanwhile
            line = self.opened.terminal.line(self.reader.place.line)
            cell = self.opened.terminal.cells(line.text) - 1 if end else 0
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
        if self.top is not None:
            self._scroll(WHEEL)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self.opened is not None and event.button == 1:
            self._pressed = self._place_at(event)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._pressed is None or self.opened is None:
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
        top, left, _ = self.corner()
        return Place(top + max(0, event.y), left + max(0, event.x))

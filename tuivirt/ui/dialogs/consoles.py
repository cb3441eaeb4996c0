"""The choice of a console: those that are open, and the others of a domain."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.widget import Widget

from tuivirt.core.console import Console
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.roles import fitted, joined, styled


class ConsoleLine(NamedTuple):
    """A console as the list shows it. Texts may be from outside."""

    console: Console
    name: str
    """The domain's."""
    words: str
    """How it stands, what it is, or why it cannot be opened."""
    open: bool = False
    new: bool = False
    """The guest has written since somebody saw it."""
    refused: bool = False


class ConsolesDialog(Dialog[Console]):
    """Returns the chosen one, if it can be opened."""

    def __init__(self, lines: Sequence[ConsoleLine], shown: Console | None) -> None:
        super().__init__("Consoles")
        start = next((n for n, line in enumerate(lines) if line.console == shown), 0)
        self._list: LineList[ConsoleLine] = LineList(lines, console_line, cursor=start)

    def main(self) -> Widget:
        return self._list

    def hint(self) -> str:
        return "↑↓ Enter choose · Esc cancels"

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        line = self._list.items[message.index]
        if not line.refused:
            self.finish(line.console)


def console_line(line: ConsoleLine, width: int) -> Content:
    """A console in a line of a list."""
    mark = "•" if line.new else "▸" if line.open else " "
    role = "dim" if line.refused else ""
    return joined(
        fitted(styled(f" {mark}", "accent" if line.new else "key"), 3),
        fitted(styled(line.name, role), max(10, width // 3)),
        " ",
        fitted(styled(line.console.device, role), 12),
        " ",
        fitted(styled(line.words, "dim" if line.refused else "info"), width - max(10, width // 3) - 17),
    )

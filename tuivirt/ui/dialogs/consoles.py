"""The choice of a console: those that are open, and the others of a domain."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tuivirt.core.console import Console
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.roles import fitted, joined, styled


class ConsoleLine(NamedTuple):
    """A console as the list shows it. Texts may be from outside."""

    console: Console
    name: str
    """The domain's."""
    kind: str
    words: str
    """How it stands, or why it cannot be opened."""
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
        self._note = Static(classes="dim", markup=False)

    def main(self) -> Widget:
        return self._list

    def foot(self) -> ComposeResult:
        yield self._note

    def hint(self) -> str:
        return "↑↓ Enter choose · Esc cancels"

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        line = self._list.items[message.index]
        if line.refused:
            self._note.update(styled(f"{line.console.device} {line.words}", "warn"))
        else:
            self.finish(line.console)


def console_line(line: ConsoleLine, width: int) -> Content:
    """A console in a line of a list."""
    mark = "•" if line.new else "▸" if line.open else " "
    role = "dim" if line.refused else ""
    return joined(
        fitted(styled(f" {mark}", "accent" if line.new else "key"), 3),
        fitted(styled(line.name, role), max(10, width // 3)),
        " ",
        fitted(styled(line.console.device, role), 14),
        fitted(styled(line.kind, "dim"), 26),
        styled(line.words, "dim" if line.refused else "info"),
    )

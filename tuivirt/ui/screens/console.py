"""A console as a full screen."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.screen import Screen

from tuivirt.ui.console.consoles import Consoles
from tuivirt.ui.console.pane import ConsolePane
from tuivirt.ui.tabs.base import StyleOf

if TYPE_CHECKING:
    from tuivirt.ui.console.opened import OpenConsole


class ConsoleScreen(Screen[None]):
    """Shows the open consoles, one at a time; returns to where one came from."""

    AUTO_FOCUS = ""

    def __init__(
        self,
        consoles: Consoles,
        style: StyleOf,
        opened: "OpenConsole",
        *,
        asked: bool,
    ) -> None:
        """``asked``: somebody wants to attach to it just now."""
        super().__init__()
        self._consoles = consoles
        self.pane = ConsolePane(consoles, style)
        self._first = opened
        self._asked = asked

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.show(self._first, asked=self._asked)
        self.set_focus(self.pane.view)

    def on_console_pane_left(self) -> None:
        self.dismiss()

    def on_console_pane_zoomed(self) -> None:
        self.dismiss()

    def on_console_pane_chosen(self, message: ConsolePane.Chosen) -> None:
        opened = message.opened
        if opened is None and message.console is not None:
            opened = self._consoles.open(message.console, message.name)
            self.pane.show(opened, asked=True)
        else:
            self.pane.show(opened)

"""The tab with a domain's screen."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.widget import Widget

from tuivirt.ui.guest_screen.pane import ScreenPane
from tuivirt.ui.guest_screen.screens import Screens
from tuivirt.ui.tabs.base import DetailTab, StyleOf, Subject


class ScreenTab(DetailTab, can_focus=False):
    """Follows the cursor of the list."""

    WANTS_DEFINITION: ClassVar = True

    def __init__(self, screens: Screens, style: StyleOf) -> None:
        super().__init__(style)
        self._screens = screens
        self.pane = ScreenPane(screens, style)

    def compose(self) -> ComposeResult:
        yield self.pane

    def focus_target(self) -> Widget:
        return self.pane.view if self.pane.view.display else self.pane.notice

    def show(self, subject: Subject) -> None:
        self.pane.show(subject.record, head_titles(subject.shown_definition))

    def on_screen_pane_full(self, message: ScreenPane.Full) -> None:
        message.stop()
        self._screens.open(self.pane.record)


def head_titles(definition: str | None) -> tuple[str, ...] | None:
    """The titles of a domain's screens; None where its definition does not tell."""
    if definition is None:
        return None
    from lxml.etree import XMLSyntaxError

    from tuivirt.resources.domain.screen import heads

    try:
        return tuple(head.title for head in heads(definition))
    except XMLSyntaxError:
        return None

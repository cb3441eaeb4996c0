"""A guest's screen as a full screen."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.worker import Worker

from tuivirt.core.errors import HostError
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.guest_screen.pane import ScreenPane
from tuivirt.ui.guest_screen.screens import Screens
from tuivirt.ui.tabs.base import StyleOf
from tuivirt.ui.tabs.screen import head_titles


class GuestScreen(Screen[None]):
    """Returns to where one came from."""

    BINDINGS: ClassVar = [
        Binding("escape,q", "dismiss", "Back"),
        Binding("question_mark", "help", "Help"),
    ]
    AUTO_FOCUS = "ScreenView"

    def __init__(self, screens: Screens, style: StyleOf, record: DomainRecord) -> None:
        super().__init__()
        self._screens = screens
        self._record = record
        self.pane = ScreenPane(screens, style, full=True)

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.show(self._record, None)
        self._finding: Worker[None] = self.run_worker(self._find_heads, group="heads")

    async def _find_heads(self) -> None:
        try:
            definition = await self._screens.backend.definition(self._record.key)
        except HostError:
            return  # then the look says what is wrong
        self.pane.show(self._record, head_titles(definition.live or definition.saved))

    def on_screen_pane_full(self) -> None:
        self.dismiss()

    def action_help(self) -> None:
        self._screens.help()

"""The journal over all connections, as a full screen."""

from collections.abc import Callable
from typing import ClassVar

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from tuivirt.core.store import Store
from tuivirt.ui.tabs.journal import JournalView


class JournalScreen(Screen[None]):
    """What happened, on every connection."""

    BINDINGS: ClassVar = [Binding("escape,q", "dismiss", "Back")]

    def __init__(self, store: Store, style: Callable[[str], Style]) -> None:
        super().__init__()
        self.view = JournalView(store, style, key=None)

    def compose(self) -> ComposeResult:
        yield self.view

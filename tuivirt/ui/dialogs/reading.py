"""What is shown while the definitions are read that the next dialog speaks of."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.dialogs.target import Target, hosts_of, names_of
from tuivirt.ui.typeahead import Typed
from tuivirt.ui.widgets.roles import styled


class ReadingDialog(Dialog[bool]):
    """Says what is read; Escape gives up (None). All other keys are meant for the dialog that comes next."""

    def __init__(self, title: str, targets: Sequence[Target]) -> None:
        super().__init__(title)
        self._targets = targets
        self.keys: list[Typed] = []
        """What was typed meanwhile."""

    def body(self) -> ComposeResult:
        noun = "definition" if len(self._targets) == 1 else "definitions"
        text = f"Reading the {noun} of {names_of(self._targets)} on {hosts_of(self._targets)} …"
        yield Static(styled(text), classes="question", markup=False)

    def on_key(self, event: events.Key) -> None:
        if event.key != "escape":
            self._keep(event)
        else:  # here, not by its binding: what has been read would come before that
            event.stop()
            event.prevent_default()
            self.finish(None)

    def on_paste(self, event: events.Paste) -> None:
        self._keep(event)

    def _keep(self, event: Typed) -> None:
        event.stop()
        event.prevent_default()
        again = (
            events.Key(event.key, event.character)
            if isinstance(event, events.Key)
            else events.Paste(event.text)
        )
        self.keys.append(again)

"""What is shown while something is waited for that the next dialog comes of."""

from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.typeahead import Typed
from tuivirt.ui.widgets.roles import styled


class InterludeDialog(Dialog[bool]):
    """Says what is waited for; Escape gives up (None). All other keys are meant for what comes next."""

    def __init__(self, title: str, text: str, hint: str = "Esc cancel") -> None:
        super().__init__(title)
        self._text = text
        self._hint = hint
        self.keys: list[Typed] = []
        """What was typed meanwhile."""

    def body(self) -> ComposeResult:
        yield Static(styled(self._text), classes="question", markup=False)

    def hint(self) -> str:
        return self._hint

    def on_key(self, event: events.Key) -> None:
        if event.key != "escape":
            self._keep(event)
        else:  # here, not by its binding: what has come meanwhile would be before that
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

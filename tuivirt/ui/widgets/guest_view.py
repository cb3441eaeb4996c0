"""What the views of a guest, its console and its screen, have in common."""

from typing import ClassVar

from textual import events
from textual.message import Message
from textual.widget import Widget


class GuestView(Widget, can_focus=True):
    """Tells keys for the guest as ``Typed``; a subclass says when all are."""

    ALLOW_SELECT: ClassVar = False
    DEFAULT_CSS = "GuestView { height: 1fr; width: 1fr; background: transparent; }"

    class Typed(Message):
        """A key for the guest, or for the menu of the escape key."""

        def __init__(self, key: str, character: str | None) -> None:
            super().__init__()
            self.key = key
            self.character = character

    class Pasted(Message):
        """A text for the guest."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    @property
    def takes_every_key(self) -> bool:
        """No key is the app's."""
        raise NotImplementedError

    def on_key(self, event: events.Key) -> None:
        if self.takes_every_key:
            event.stop()
            event.prevent_default()
            self.post_message(self.Typed(event.key, event.character))

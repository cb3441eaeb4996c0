"""What stands in place of a guest's screen while there is none to see."""

from textual import events
from textual.message import Message

from tuivirt.ui.guest_screen.view import ScreenView
from tuivirt.ui.tabs.base import StyleOf
from tuivirt.ui.widgets.lines import LineView


class Notice(LineView):
    """Takes the keys of who was typing to the guest when its screen went: they are not meant for the app."""

    class Typed(Message):
        """A key that nobody gets."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, style: StyleOf, view: ScreenView) -> None:
        """``view`` is what it stands in place of."""
        super().__init__(style)
        self._view = view

    @property
    def takes_every_key(self) -> bool:
        """No key is the app's."""
        return self._view.typing

    def on_key(self, event: events.Key) -> None:
        if self.takes_every_key:
            event.stop()
            event.prevent_default()
            self.post_message(self.Typed(event.key))

    def on_blur(self) -> None:
        if self.app.app_focus and self.display:  # as in the view
            self._view.typing = False

    def on_paste(self, event: events.Paste) -> None:
        if self.takes_every_key:
            event.stop()
            self.app.bell()

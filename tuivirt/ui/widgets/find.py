"""The line in which one types what to look for; it is there while something is looked for."""

from collections.abc import Callable
from typing import ClassVar

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tuivirt.core.text import plain
from tuivirt.ui.widgets.inputs import TextInput


class FindLine(Horizontal, can_focus=False):
    """An input behind a slash, with a word at its end, such as how many matches there are."""

    BINDINGS: ClassVar = [Binding("escape", "cancel", "Cancel", show=False)]
    DEFAULT_CSS = """
    FindLine {
        height: 1; display: none;
        & > .find-sigil { width: 2; color: $role-key; text-style: $role-key-style; }
        & > TextInput { width: 1fr; background: transparent; }
        & > .find-note { width: auto; color: $role-dim; text-style: $role-dim-style; padding-left: 1; }
    }
    """

    class Changed(Message):
        """Something else is typed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Message):
        """The keys go back: with what was typed, or with nothing when it was cancelled."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, style: Callable[[str], Style]) -> None:
        super().__init__()
        self._style = style
        self.input = TextInput()
        self._note = Static("", classes="find-note", markup=False)

    def compose(self) -> ComposeResult:
        yield Static(" /", classes="find-sigil", markup=False)
        yield self.input
        yield self._note

    @property
    def text(self) -> str:
        return self.input.entered

    def open(self) -> None:
        """Take the keys at once, what was typed before selected."""
        self.display = True
        self.input.select_all()
        self.screen.set_focus(self.input)

    def close(self) -> None:
        """Forget what was typed, and be gone."""
        self.input.enter("")
        self.display = False

    def note(self, text: str) -> None:
        """What stands at the end of the line."""
        self._note.update(plain(text))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self.input.entered))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self.text:
            self.close()
        self.post_message(self.Closed(self.text))

    def action_cancel(self) -> None:
        self.close()
        self.post_message(self.Closed(""))

"""A question that is answered with one line."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input, Static

from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.widgets.choices import PushButton
from tuivirt.ui.widgets.inputs import TextInput
from tuivirt.ui.widgets.roles import styled


class LineDialog(Dialog[str]):
    """Returns what was typed; nothing else is an answer."""

    def __init__(self, title: str, question: str, text: str = "") -> None:
        super().__init__(title)
        self._question = question
        self._input = TextInput()
        self._text = text

    def body(self) -> ComposeResult:
        yield Static(styled(self._question), markup=False)
        yield self._input

    def buttons(self) -> Sequence[PushButton]:
        return (PushButton("Cancel", name="cancel"), PushButton("OK", name="ok"))

    def hint(self) -> str:
        return "Enter OK · Esc cancels"

    def first_focus(self) -> Widget | None:
        return self._input

    def on_mount(self) -> None:
        self._input.enter(self._text)
        self._input.select_all()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._accept()

    def _accept(self) -> None:
        if text := self._input.entered.strip():
            self.finish(text)

    def press(self, name: str) -> None:
        if name == "ok":
            self._accept()
        else:
            super().press(name)

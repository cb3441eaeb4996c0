"""What to type to a guest: a text that is not shown, such as a password, or a file."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input, Static

from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.widgets.choices import PushButton
from tuivirt.ui.widgets.inputs import TextInput
from tuivirt.ui.widgets.roles import styled


class ToType(NamedTuple):
    """One of these is given."""

    text: str = ""
    file: str = ""
    """A path, as it was typed."""


class TypeTextDialog(Dialog[ToType]):
    """Returns what was entered; nothing typed stays behind."""

    def __init__(self, name: str, layout: str) -> None:
        super().__init__(f"Type to {name}")
        self._layout = layout
        self._text = TextInput(placeholder="not shown")
        self._text.password = True
        self._file = TextInput(placeholder="its path")

    def body(self) -> ComposeResult:
        yield Static(styled("A text, such as a password. It is typed as it is, without Enter:"), markup=False)
        yield self._text
        yield Static(styled("Or a text file:"), markup=False)
        yield self._file
        about = f"Typed as keys of the layout {self._layout}. What is pasted while one types needs no dialog."
        yield Static(styled(about, "dim"), markup=False)

    def buttons(self) -> Sequence[PushButton]:
        return (PushButton("Cancel", name="cancel"), PushButton("Type it", name="ok"))

    def hint(self) -> str:
        return "Enter types it · Esc cancels"

    def first_focus(self) -> Widget | None:
        return self._text

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._accept()

    def press(self, name: str) -> None:
        if name == "ok":
            self._accept()
        else:
            super().press(name)

    def _accept(self) -> None:
        text, file = self._text.entered, self._file.entered.strip()
        if text or file:
            self.finish(ToType(text=text) if text else ToType(file=file))
            self._wipe()

    def on_unmount(self) -> None:
        self._wipe()

    def _wipe(self) -> None:
        with self._text.prevent(Input.Changed):
            self._text.value = ""

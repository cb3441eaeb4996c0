"""Waiting until definitions are read, with how many are left."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widget import Widget

from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.widgets.choices import PushButton
from tuivirt.ui.widgets.note import Note
from tuivirt.ui.widgets.roles import styled

LOOK = 0.1
"""Seconds between two looks at how many are left."""


class WaitingDialog(Dialog[bool]):
    """Returns True once all are read, or when the user takes what there is; None when it is cancelled."""

    BINDINGS: ClassVar = [Binding("w", "take", "Write now", show=False)]

    def __init__(self, left: Callable[[], int]) -> None:
        super().__init__("Export")
        self._left = left
        self._note = Note()
        self._cancel = PushButton("Cancel", name="cancel")

    def body(self) -> ComposeResult:
        yield self._note

    def buttons(self) -> Sequence[PushButton]:
        return (self._cancel, PushButton("Write now", name="take"))

    def hint(self) -> str:
        return "w writes what is known · Esc cancels"

    def first_focus(self) -> Widget | None:
        return self._cancel

    def on_mount(self) -> None:
        self.set_interval(LOOK, self._look)
        self._look()

    def _look(self) -> None:
        left = self._left()
        noun = "definition" if left == 1 else "definitions"
        self._note.show(styled(f"◌ {left} {noun} to read"))
        if not left:
            self.finish(True)

    def action_take(self) -> None:
        self.finish(True)

    def press(self, name: str) -> None:
        if name == "take":
            self.action_take()
        else:
            super().press(name)

"""Somebody else has a console open: take it over, or leave it to them."""

import time
from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from tuivirt.core.console import Take
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.widgets.choices import PushButton
from tuivirt.ui.widgets.roles import styled_lines

QUIET: Final = 0.5
"""Seconds without a key before one counts: it opens while somebody types, who means the guest."""


class HeldDialog(Dialog[Take]):
    """Returns how to attach, or None to leave it."""

    BINDINGS: ClassVar = [
        Binding("t", "take('force')", "Take over", show=False),
        Binding("r", "take('free')", "Only if free", show=False),
    ]

    def __init__(self, label: str, note: str) -> None:
        """``note`` is what libvirt says."""
        super().__init__(f"{label} is in use", danger=True)
        self._note = note
        self._cancel = PushButton("Cancel", name="cancel")
        self._typed = time.monotonic()

    def body(self) -> ComposeResult:
        yield Static(
            styled_lines("Somebody else has this console open. Taking it over ends their session."),
            classes="loss",
            markup=False,
        )
        yield Static(styled_lines(self._note, "dim"), markup=False)

    def buttons(self) -> Sequence[PushButton]:
        return (
            self._cancel,
            PushButton("Only if it is free now", name="free"),
            PushButton("Take over", name="force", danger=True),
        )

    def hint(self) -> str:
        return "t take over · r only if free · Esc cancels"

    def first_focus(self) -> Widget | None:
        return self._cancel

    def on_key(self, event: events.Key) -> None:
        before, self._typed = self._typed, time.monotonic()
        if self._typed - before < QUIET and event.key != "escape":
            event.stop()
            event.prevent_default()
        else:
            super().on_key(event)

    def action_take(self, take: Take) -> None:
        self.finish(take)

    def press(self, name: str) -> None:
        match name:
            case "force" | "free":
                self.finish(name)
            case _:
                super().press(name)

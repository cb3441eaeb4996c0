"""A text to read and copy: the details of an error, a long message."""

import time
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from tuivirt.core.changes import RunState
from tuivirt.core.errors import HostError
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.widgets.choices import PushButton
from tuivirt.ui.widgets.roles import styled_lines


class TextDialog(Dialog[None]):
    """Shows a text, which scrolls; ``y`` copies it."""

    BINDINGS: ClassVar = [
        Binding("y,c", "copy", "Copy", show=False),
        Binding("q", "cancel", "Close", show=False),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("space,ctrl+d", "page(1)", "Page down", show=False),
        Binding("ctrl+u", "page(-1)", "Page up", show=False),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__(title)
        self._text = text

    def body(self) -> ComposeResult:
        yield Static(styled_lines(self._text), markup=False)

    def buttons(self) -> Sequence[PushButton]:
        return (PushButton("Copy", name="copy"), PushButton("Close", name="cancel"))

    def first_focus(self) -> Widget | None:
        return self.query(PushButton).last()

    def hint(self) -> str:
        return "y copies · Esc closes"

    def action_scroll(self, step: int) -> None:
        self.query_one("#body").scroll_relative(y=step, animate=False)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
        self.retitle(f"{self._title} (copied)")

    def press(self, name: str) -> None:
        if name == "copy":
            self.action_copy()
        else:
            super().press(name)


def run_text(run: RunState) -> str:
    """What is known of a run."""
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(run.started))
    return _paragraphs(
        run.note,
        run.hint,
        f"action: {run.action}\nobject: {run.name}\nhost: {run.key.connection}\nbegun: {when}",
    )


def error_text(error: HostError, at: float) -> str:
    """What is known of an error: libvirt's words, what to do, libvirt's numbers, and when it came."""
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
    numbers = [f"code: {error.code}"] if error.code is not None else []
    numbers += [f"from: {error.domain}"] if error.domain is not None else []
    return _paragraphs(error.message, error.hint, "\n".join([*numbers, f"at: {when}"]))


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)

"""The form of an action's parameters."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from tuivirt.core.action import Action
from tuivirt.core.changes import ConnectionState
from tuivirt.core.store import Record
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.dialogs.fields import Form
from tuivirt.ui.dialogs.gate import Gate, gate_of
from tuivirt.ui.dialogs.target import Target, commands, stakes
from tuivirt.ui.widgets.choices import PushButton
from tuivirt.ui.widgets.roles import styled, styled_lines


class FormDialog(Dialog[Any]):
    """Asks for the params of an action on one object; returns an instance of ``action.params``, or None.

    Shows what will be lost, and the equivalent virsh command, as the form stands. Enter in a line goes
    through with it, except where data can be lost: there the button must be pressed.
    """

    BINDINGS: ClassVar = [
        Binding("enter", "enter", "OK", show=False),
        Binding("ctrl+s", "accept", "OK", show=False),
    ]

    def __init__(
        self, action: Action[Any], subject: Record | ConnectionState, uri: str, *, protected: str = ""
    ) -> None:
        """``protected`` is the tag that protects an object: its name must be typed."""
        assert action.params is not None
        self._action = action
        self._target = Target.of(subject, uri)
        super().__init__(f"{action.title}: {self._target.name}", danger=action.danger)
        self._form = Form(action.params, subject)
        self._gate = gate_of([self._target], protected)
        self._loss = Static(classes="loss", markup=False)
        self._command = Static(classes="command", markup=False)
        self._ok = PushButton(action.title, name="ok", danger=action.danger)

    def body(self) -> ComposeResult:
        yield self._loss
        yield self._form
        yield self._gate

    def foot(self) -> ComposeResult:
        yield self._command

    def buttons(self) -> Sequence[PushButton]:
        return (PushButton("Cancel", name="cancel"), self._ok)

    def hint(self) -> str:
        enter = "Tab next" if self._danger else "Enter OK"
        return f"{enter} · Space toggles · Esc cancels"

    def first_focus(self) -> Widget | None:
        return next((field.control for field in self._form), None)

    def on_mount(self) -> None:
        self._show()

    def on_form_changed(self) -> None:
        self._show()

    def _show(self) -> None:
        params = self._form.params
        at_stake = stakes(self._action, [self._target], params)
        self.show_danger(at_stake.danger)
        if self._loss.display != bool(at_stake.says) and self.focused is not None:
            self.call_after_refresh(self.focused.scroll_visible)  # it is moved by the lines above it
        self._loss.display = bool(at_stake.says)
        self._loss.update(styled_lines(at_stake.says))
        self._gate.want(at_stake.asks)
        self._ok.set_class(at_stake.danger, "-danger")
        self._ok.disabled = not self._gate.open
        self._command.update(styled(commands(self._action, [self._target], params)))

    def on_gate_turned(self) -> None:
        self._show()

    def on_gate_passed(self, message: Gate.Passed) -> None:
        message.stop()
        self.action_accept()

    def on_form_entered(self) -> None:
        self.action_enter()

    def action_enter(self) -> None:
        """Enter in a field: accept, but only go on where data can be lost."""
        if self._danger:
            self.focus_next()
        else:
            self.action_accept()

    def action_accept(self) -> None:
        """Return the params, if nothing is missing."""
        if self._form.check() and self._gate.open:
            self.finish(self._form.params)

    def press(self, name: str) -> None:
        if name == "ok":
            self.action_accept()
        else:
            super().press(name)

"""Questions: yes or no, about anything, or about an action on objects."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tuivirt.core.action import Action
from tuivirt.core.store import Record
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.dialogs.gate import Gate, gate_of
from tuivirt.ui.dialogs.target import Target, commands, hosts_of, names_of, stakes
from tuivirt.ui.widgets.choices import PushButton
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.roles import fitted, joined, styled, styled_lines


class QuestionDialog(Dialog[bool]):
    """Asks something; returns True for yes, and False or None for no.

    Where ``danger`` the safe button has the focus, so that Enter changes nothing; ``y`` says yes.
    """

    BINDINGS: ClassVar = [
        Binding("y,Y", "answer(True)", "Yes", show=False),
        Binding("n,N", "answer(False)", "No", show=False),
    ]

    def __init__(
        self, title: str, question: str, *, yes: str = "Yes", no: str = "Cancel", danger: bool = False
    ) -> None:
        super().__init__(title, danger=danger)
        self._question = question
        self._yes = PushButton(yes, name="yes", danger=danger)
        self._no = PushButton(no, name="cancel")

    def body(self) -> ComposeResult:
        style = "loss" if self._danger else "question"
        yield Static(styled_lines(self._question), classes=style, markup=False)

    def buttons(self) -> Sequence[PushButton]:
        return (self._no, self._yes)

    def hint(self) -> str:
        return "y yes · n no"

    def first_focus(self) -> Widget | None:
        return self._no if self._danger else self._yes

    def may_say_yes(self) -> bool:
        """Whether all that has to be typed before it has been."""
        return True

    def action_answer(self, yes: bool) -> None:
        if not yes:
            self.finish(False)
        elif self.may_say_yes():
            self.finish(True)

    def press(self, name: str) -> None:
        self.action_answer(name == "yes")


class ConfirmDialog(QuestionDialog):
    """Asks before an action on one object or many: what will be lost, on which host, by which command.

    Above ``gate.MANY`` objects their number must be typed, for one with the tag ``protected`` its name.
    """

    def __init__(
        self,
        action: Action[Any],
        records: Sequence[Record],
        uri: Callable[[Any], str],
        *,
        hidden: int = 0,
        protected: str = "",
    ) -> None:
        """``hidden`` of the records are marked but have no line in the list."""
        self._action = action
        self._targets = [Target.of(record, uri(record)) for record in records]
        self._hidden = hidden
        names, hosts = names_of(self._targets), hosts_of(self._targets)
        at_stake = stakes(action, self._targets, None)
        question = at_stake.says or f"{action.title}: {names} on {hosts}?"
        super().__init__(
            f"{action.title}: {names}",
            question,
            yes=action.title,
            danger=at_stake.danger,
        )
        self._gate = gate_of(self._targets, protected)

    def body(self) -> ComposeResult:
        yield from super().body()
        if len(self._targets) > 1:
            yield Static(styled(marked(len(self._targets), self._hidden)), classes="dim", markup=False)
            yield LineList(self._targets, self._line, classes="targets")
        yield self._gate

    def foot(self) -> ComposeResult:
        yield Static(styled(commands(self._action, self._targets, None)), classes="command", markup=False)

    def _line(self, target: Target, width: int) -> Content:
        return joined(fitted(styled(target.name), width * 2 // 3), " ", styled(target.host, "dim"))

    def hint(self) -> str:
        return "type it, then Enter · Esc cancels" if not self.may_say_yes() else super().hint()

    def first_focus(self) -> Widget | None:
        return self._gate.input if self._gate.display else super().first_focus()

    def may_say_yes(self) -> bool:
        return self._gate.open

    def on_mount(self) -> None:
        self._yes.disabled = not self._gate.open

    def on_gate_turned(self) -> None:
        self._yes.disabled = not self._gate.open

    def on_gate_passed(self, message: Gate.Passed) -> None:
        message.stop()
        self.action_answer(True)

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        message.stop()


def marked(count: int, hidden: int) -> str:
    """How many are marked, and how many of them have no line, as the filter or a folded group hides them."""
    return f"{count} marked" + (f", of which {hidden} not shown" if hidden else "")

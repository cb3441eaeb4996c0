"""The menu of all actions, with why not for those that do not apply."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from tuivirt.core.action import Action
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.matching import match
from tuivirt.ui.widgets.bars import key_text
from tuivirt.ui.widgets.inputs import TextInput
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.roles import fitted, joined, styled

DANGER = "!"
"""Stands before what can lose data."""


@dataclass(frozen=True, slots=True)
class MenuLine:
    """An action as the menu shows it."""

    action: Action[Any]
    why_not: str | None
    """Completes "NAME …"; None when the action applies."""


class MenuDialog(Dialog[str]):
    """Lists actions in their order; typing finds some. Returns the id of the chosen one, if it applies."""

    BINDINGS: ClassVar = [
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
        Binding("pagedown", "turn(1)", "Page down", show=False),
        Binding("pageup", "turn(-1)", "Page up", show=False),
    ]

    def __init__(
        self,
        title: str,
        actions: Iterable[Action[Any]],
        *,
        refusal: Callable[[Action[Any]], str | None],
        command: Callable[[Action[Any]], str],
    ) -> None:
        """``command`` gives the equivalent virsh command as one line, empty where there is none."""
        super().__init__(title)
        self._lines = [MenuLine(action, refusal(action)) for action in actions]
        self._command = command
        self._keys = 1 + max(
            (len(key_text(line.action.key)) for line in self._lines if line.action.key), default=0
        )
        """Cells of the keys."""
        self._input = TextInput(placeholder="type to find")
        start = next((n for n, line in enumerate(self._lines) if line.why_not is None), 0)
        self._list: LineList[MenuLine] = LineList(self._lines, self._line, cursor=start)
        self._list.can_focus = False
        self._list.styles.min_height = len(self._lines)  # so that nothing jumps while one types
        self._doc = Static(classes="menu-doc", markup=False)
        self._virsh = Static(classes="command", markup=False)

    def main(self) -> Widget:
        return self._list

    def foot(self) -> ComposeResult:
        yield self._input
        yield self._doc
        yield self._virsh

    def hint(self) -> str:
        return "↑↓ Enter run · Esc cancels"

    def on_mount(self) -> None:
        self._describe()

    def _line(self, line: MenuLine, width: int) -> Content:  # noqa: ARG002
        action, why = line.action, line.why_not
        mark = DANGER if action.danger else " "
        role = "dim" if why is not None else "danger" if action.danger else ""
        keys = key_text(action.key) if action.key else ""
        head = joined(styled(f"{mark} ", "danger" if action.danger and why is None else "dim"))
        head = joined(
            head, fitted(styled(action.title, role), 28), fitted(styled(keys, "key"), max(4, self._keys))
        )
        return joined(head, styled(why or action.doc.partition("\n")[0], "dim"))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        typed = self._input.entered
        found = [(hit.score, line) for line in self._lines if (hit := match(typed, line.action.title))]
        if not found:
            found = [(0.0, line) for line in self._lines if match(typed, line.action.doc)]
        best = max(range(len(found)), key=lambda n: (found[n][1].why_not is None, found[n][0]), default=0)
        self._list.show([line for _, line in found], best)
        self._describe()

    def on_line_list_moved(self, message: LineList.Moved) -> None:
        message.stop()
        self._describe()

    def _describe(self) -> None:
        line = self._list.item
        if line is None:
            self._doc.update(styled("nothing like it", "warn"))
            self._virsh.update("")
            return
        why = styled(f"It {line.why_not}.", "warn") if line.why_not is not None else styled(line.action.doc)
        self._doc.update(why)
        self._virsh.update(styled(self._command(line.action)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._run()

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        self._run()

    def _run(self) -> None:
        line = self._list.item
        if line is not None and line.why_not is None:
            self.finish(line.action.id)
        else:
            self.app.bell()

    def action_move(self, step: int) -> None:
        self._list.action_move(step)

    def action_turn(self, step: int) -> None:
        self._list.action_page(step)

"""Flags, choices and buttons of one line each. What is on or chosen is a glyph, never a colour alone."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.actions import SkipAction
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tuivirt.core.text import plain
from tuivirt.ui.widgets.line_list import LineList


class Flag(Widget, can_focus=True):
    """Yes or no: ``[x] label``. Space or a click toggles it."""

    BINDINGS: ClassVar = [Binding("space", "switch", "Toggle", show=False)]
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Flag {
        height: auto;
        width: 1fr;
        &:focus { color: $role-cursor; background: $role-cursor-background; text-style: $role-cursor-style; }
    }
    """

    class Changed(Message):
        """It was toggled."""

    def __init__(self, label: str, *, on: bool) -> None:
        super().__init__()
        self._label = plain(label)
        self.on = on

    def render(self) -> Content:
        return Content(f"[{'x' if self.on else ' '}] {self._label}")

    def action_switch(self) -> None:
        self.on = not self.on
        self.refresh()
        self.post_message(self.Changed())

    def on_click(self) -> None:
        self.action_switch()


class Choice(LineList[tuple[Any, str]]):
    """One of several: the line of the cursor is the chosen one. More than six scroll."""

    DEFAULT_CSS = """
    Choice {
        max-height: 6;
    }
    """

    def __init__(self, choices: Sequence[tuple[Any, str]], value: Any) -> None:
        """``choices`` are pairs of value and label; a value that is none of them is taken as the first."""
        chosen = next((n for n, (known, _) in enumerate(choices) if known == value), 0)
        super().__init__(choices, self._line, cursor=chosen, quiet=True)

    def _line(self, item: tuple[Any, str], width: int) -> Content:  # noqa: ARG002
        return Content(f"({'•' if item is self.item else ' '}) {plain(item[1])}")

    def action_choose(self) -> None:
        """Enter is for whoever is around it: the line is chosen already."""
        raise SkipAction

    def choose(self, *, clicked: bool) -> None:
        """A click has moved the cursor, which is all."""

    @property
    def value(self) -> Any:
        """The value of the chosen line; None where there are no choices."""
        return self.item[0] if self.item is not None else None


class PushButton(Widget, can_focus=True):
    """``[ label ]``, pressed with Enter, Space or a click."""

    BINDINGS: ClassVar = [Binding("enter,space", "press", "Press", show=False)]
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    PushButton {
        width: auto;
        height: 1;
        color: $foreground;
        text-style: bold;
        pointer: pointer;
        &.-danger { color: $role-danger; }
        &:focus { color: $role-cursor; background: $role-cursor-background; text-style: $role-cursor-style; }
        &:disabled { color: $role-dim; text-style: $role-dim-style; }
    }
    """

    class Pressed(Message):
        def __init__(self, button: "PushButton") -> None:
            super().__init__()
            self.button = button

        @property
        def control(self) -> "PushButton":
            return self.button

    def __init__(self, label: str, *, name: str, danger: bool = False) -> None:
        """``name`` says which one was pressed."""
        super().__init__(name=name, classes="-danger" if danger else None)
        self._label = plain(label)

    @property
    def label(self) -> str:
        return self._label

    @label.setter
    def label(self, label: str) -> None:
        if plain(label) != self._label:
            self._label = plain(label)
            self.refresh(layout=True)

    def render(self) -> Content:
        return Content(f"[ {self._label} ]")

    def action_press(self) -> None:
        self.post_message(self.Pressed(self))

    def on_click(self) -> None:
        self.action_press()

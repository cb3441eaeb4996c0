"""Keys that a terminal cannot send, or keeps for itself; modifiers to hold; the layout of the guest."""

from collections.abc import Iterator
from typing import ClassVar, Final, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from tuivirt.core.keyboard.keyboard import MODIFIERS
from tuivirt.core.keyboard.layouts import LAYOUTS
from tuivirt.core.keyboard.special import SPECIALS
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.matching import match
from tuivirt.ui.widgets.inputs import TextInput
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.roles import fitted, joined, styled

LAYOUT_NAMES: Final = {
    "us": "English, United States",
    "gb": "English, United Kingdom",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
}
_HELD: Final = (
    *(("Ctrl",), ("Alt",), ("Shift",), ("AltGr",), ("Super",)),
    *(("Ctrl", "Alt"), ("Ctrl", "Shift"), ("Alt", "Shift"), ("Ctrl", "Alt", "Shift")),
)


class KeyChoice(NamedTuple):
    """A line of the menu: one of these is to be done."""

    title: str
    about: str = ""
    press: tuple[int, ...] = ()
    """Press these together, by Linux's codes."""
    hold: tuple[int, ...] = ()
    """Hold these for the next key."""
    layout: str = ""
    loss: str = ""
    """What that destroys; see ``Special``."""


def choices(layout: str) -> Iterator[KeyChoice]:
    """All lines. ``layout`` is the one that is chosen now."""
    for special in SPECIALS:
        yield KeyChoice(special.title, special.about, press=special.codes, loss=special.loss)
    for names in _HELD:
        codes = tuple(MODIFIERS[name.lower()] for name in names)
        yield KeyChoice(f"Hold {'+'.join(names)}", "for the next key that is typed", hold=codes)
    for name in LAYOUTS:
        chosen = ", as it is now" if name == layout else ""
        yield KeyChoice(f"Layout {name}", f"{LAYOUT_NAMES[name]}{chosen}", layout=name)


class KeysDialog(Dialog[KeyChoice]):
    """Lists them; typing finds some."""

    BINDINGS: ClassVar = [
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
        Binding("pagedown", "turn(1)", "Page down", show=False),
        Binding("pageup", "turn(-1)", "Page up", show=False),
    ]

    def __init__(self, name: str, layout: str) -> None:
        super().__init__(f"Keys for {name}")
        self._choices = list(choices(layout))
        self._input = TextInput(placeholder="type to find")
        self._list: LineList[KeyChoice] = LineList(self._choices, self._line)
        self._list.can_focus = False
        self._list.styles.min_height = len(self._choices)  # so that nothing jumps while one types

    def main(self) -> Widget:
        return self._list

    def foot(self) -> ComposeResult:
        yield self._input

    def hint(self) -> str:
        return "↑↓ Enter does it · Esc cancels"

    def _line(self, choice: KeyChoice, width: int) -> Content:  # noqa: ARG002
        title = fitted(styled(choice.title, "danger" if choice.loss else ""), 36)
        return joined(styled("! " if choice.loss else "  ", "danger"), title, styled(choice.about, "dim"))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        typed = self._input.entered
        hits = [(found.score, one) for one in self._choices if (found := match(typed, one.title))]
        hits = hits or [(found.score, one) for one in self._choices if (found := match(typed, one.about))]
        best = max(range(len(hits)), key=lambda at: hits[at][0], default=0)
        self._list.show([one for _, one in hits], best)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._choose()

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        self._choose()

    def _choose(self) -> None:
        choice = self._list.item
        if choice is None:
            self.app.bell()
        else:
            self.finish(choice)

    def action_move(self, step: int) -> None:
        self._list.action_move(step)

    def action_turn(self, step: int) -> None:
        self._list.action_page(step)

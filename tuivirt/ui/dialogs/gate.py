"""What has to be typed before many objects, or a protected one, are touched."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from tuivirt.core.text import plain
from tuivirt.ui.dialogs.target import Target
from tuivirt.ui.widgets.inputs import TextInput
from tuivirt.ui.widgets.roles import joined, styled

MANY = 20
"""Above so many objects their number is typed."""
_LONGEST = 40
"""A longer name is not typed: the number stands for it."""


def password(targets: Sequence[Target], protected: str) -> str:
    """What must be typed for these: a name, a number, or nothing. ``protected`` is the tag that protects; an
    object whose tags are not known may have it.
    """
    guarded = [target for target in targets if _guarded(target, protected)]
    if len(targets) > MANY or len(guarded) > 1:
        return str(len(targets))
    if guarded:
        name = guarded[0].name
        return name if plain(name) == name.strip() == name and len(name) <= _LONGEST else str(len(targets))
    return ""


def _guarded(target: Target, protected: str) -> bool:
    return bool(protected) and (target.tags is None or protected in target.tags)


class Gate(Vertical):
    """``Type 41 to go on:``, and the input for it. Open where nothing is to be typed, and while it is not
    ``wanted``: what is chosen now cannot lose data.
    """

    class Turned(Message):
        """It opened or closed."""

    class Passed(Message):
        """Enter was pressed in it while it was open."""

    def __init__(self, word: str, why: str) -> None:
        super().__init__(classes="gate")
        self._word = word
        self._why = why
        self._wanted = True
        self.display = bool(word)
        self.input = TextInput()
        self._was_open = self.open

    def compose(self) -> ComposeResult:
        if self._word:
            yield Static(joined(f"{self._why} Type ", styled(self._word, "key"), " to go on:"), markup=False)
            yield self.input

    def want(self, wanted: bool) -> None:
        """Stand in the way, or let pass."""
        self._wanted = wanted
        self.display = wanted and bool(self._word)
        self._was_open = self.open

    @property
    def open(self) -> bool:
        return not self._wanted or not self._word or self.input.entered.strip() == self._word

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.open != self._was_open:
            self._was_open = self.open
            self.post_message(self.Turned())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.open:
            self.post_message(self.Passed())


def gate_of(targets: Sequence[Target], protected: str) -> Gate:
    """The gate for an action that can lose data."""
    word, many, tag = password(targets, protected), len(targets), plain(protected)
    tagged = sum(bool(protected) and protected in (target.tags or ()) for target in targets)
    # Of more than MANY nobody asks for the tags: the number is typed whatever they are.
    unknown = sum(target.tags is None for target in targets) if protected and many <= MANY else 0
    if many == 1:
        if unknown:
            return Gate(word, f"Whether it is tagged {tag} could not be read.")
        return Gate(word, f"It is tagged {tag}.")
    why = [f"{tagged} of the {many} are tagged {tag}."] if tagged else []
    why += [f"Of {unknown} the tags could not be read."] if unknown else []
    return Gate(word, " ".join(why) or f"These are {many}.")

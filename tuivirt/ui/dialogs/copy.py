"""What to copy of an object, one key each."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from string import ascii_lowercase, digits
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tuivirt.core.errors import HostError
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.roles import fitted, joined, styled

Text = str | Callable[[], Awaitable[str]]
"""A text, or what reads it. Reading raises HostError."""
_MOVING = frozenset("jkgG")


@dataclass(frozen=True, slots=True)
class Offer:
    """A text under its key."""

    key: str
    label: str
    text: Text


def keyed(offers: Sequence[tuple[str, Text]]) -> list[Offer]:
    """Each with the first letter of its label that is free, else a digit or a letter that is, else none."""
    taken: set[str] = set(_MOVING)
    keyed: list[Offer] = []
    for label, text in offers:
        letters = [letter for letter in label.lower() if letter in ascii_lowercase]
        wanted = [*letters[:1], *digits[1:], *letters[1:], *ascii_lowercase]
        key = next((key for key in wanted if key not in taken), "")
        taken.add(key)
        keyed.append(Offer(key, label, text))
    return keyed


class CopyDialog(Dialog[str]):
    """Offers texts by label; returns the chosen one. What must be read first is read when it is chosen."""

    BINDINGS: ClassVar = [Binding("escape", "cancel", "Cancel", show=False)]

    def __init__(self, title: str, offers: Sequence[tuple[str, Text]]) -> None:
        super().__init__(f"Copy: {title}")
        self._offers = keyed(offers)
        self._list: LineList[Offer] = LineList(self._offers, self._line)
        self._state = Static(classes="copy-state", markup=False)

    def main(self) -> Widget:
        return self._list

    def foot(self) -> ComposeResult:
        yield self._state

    def hint(self) -> str:
        return "its letter or Enter copies · Esc cancels"

    def _line(self, offer: Offer, width: int) -> Content:  # noqa: ARG002
        shown = offer.text if isinstance(offer.text, str) else "…"
        return joined(
            fitted(styled(f" {offer.key}", "key"), 4),
            fitted(styled(offer.label), 22),
            styled(shown[:400], "dim"),
        )

    def on_key(self, event: events.Key) -> None:
        index = next(
            (n for n, offer in enumerate(self._offers) if offer.key and offer.key == event.character), -1
        )
        if index >= 0:
            event.stop()
            self._list.move_to(index)
            self._take(self._offers[index])

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        self._take(self._offers[message.index])

    def _take(self, offer: Offer) -> None:
        if isinstance(offer.text, str):
            self.finish(offer.text)
        else:
            self._state.update(styled(f"reading {offer.label} …", "info"))
            self.run_worker(self._read(offer.text), exclusive=True)

    async def _read(self, read: Callable[[], Awaitable[str]]) -> None:
        try:
            text = await read()
        except HostError as error:
            self._state.update(styled(" — ".join(filter(None, (error.message, error.hint))), "bad"))
        else:
            self.finish(text)

"""Inputs for text that may hold anything: a name with invisible characters is edited without losing them.

Textual's inputs write what they hold to the terminal, control and bidi characters included. Here every such
character is held as a stand-in of one cell, shown as a glyph, and is itself again in ``entered``.
"""

import unicodedata
from typing import ClassVar, Final

from rich.text import Text
from textual import events
from textual.strip import Strip
from textual.widgets import Input

from tuivirt.core.text import MARKS_IN_A_STACK, plain

_FIRST: Final = 0x10_0000
"""Stand-ins are taken from here on: a private plane, whose characters take one cell."""


class Veil:
    """Stand-ins for the characters of a text that must not reach the terminal."""

    def __init__(self) -> None:
        self._stands_for: dict[str, str] = {}
        self._shown: dict[int, str] = {}
        self._hidden: dict[str, str] = {}

    def hide(self, text: str, *, lines: bool = False) -> str:
        """``text`` with stand-ins; ``lines`` keeps line ends and tabs."""
        if text.isascii() and text.isprintable():
            return text
        out: list[str] = []
        marks = MARKS_IN_A_STACK  # a combining mark has nothing to stand on yet
        for char in text:
            if unicodedata.category(char) in ("Mn", "Me"):
                marks += 1
                kept = marks <= MARKS_IN_A_STACK and plain(f"a{char}") == f"a{char}"  # no variation selector
                out.append(char if kept else self._stand(char))
                continue
            kept = lines and char in "\n\t"
            marks = MARKS_IN_A_STACK if kept else 0
            out.append(char if kept or plain(char) == char else self._stand(char))
        return "".join(out)

    def reveal(self, text: str) -> str:
        """The opposite of ``hide``."""
        return "".join(self._stands_for.get(char, char) for char in text) if self._stands_for else text

    def show(self, text: str) -> str:
        """``text`` with a glyph of one cell for each stand-in."""
        return text.translate(self._shown) if self._shown else text

    def _stand(self, char: str) -> str:
        stand = self._hidden.get(char)
        if stand is None:
            stand = self._hidden[char] = chr(_FIRST + len(self._hidden))
            self._stands_for[stand] = char
            glyph = plain(char)
            self._shown[ord(stand)] = glyph if len(glyph) == 1 else "�"
        return stand


class TextInput(Input):
    """One line of text. ``entered`` is what it holds; ``value`` has the stand-ins."""

    COMPONENT_CLASSES: ClassVar = {"text-input--mistake"}
    DEFAULT_CSS = """
    TextInput, TextInput:focus {
        border: none;
        height: 1;
        padding: 0;
        background: $panel;
    }
    TextInput:ansi {
        text-style: underline;
    }
    TextInput:ansi > .input--cursor {
        color: ansi_default;
        background: ansi_default;
        text-style: reverse;
    }
    TextInput > .text-input--mistake {
        color: $role-bad;
        text-style: underline;
    }
    """

    def __init__(
        self,
        entered: str = "",
        *,
        placeholder: str = "",
        id: str | None = None,  # noqa: A002 (Textual's name)
        classes: str | None = None,
    ) -> None:
        self._veil = Veil()
        self._mistake: tuple[int, int] | None = None
        super().__init__(
            self._veil.hide(entered), placeholder, select_on_focus=False, id=id, classes=classes, compact=True
        )
        self.cursor_blink = False

    @property
    def entered(self) -> str:
        return self._veil.reveal(self.value)

    @entered.setter
    def entered(self, text: str) -> None:
        self.value = self._veil.hide(text)

    def enter(self, text: str, cursor: int | None = None) -> None:
        """Replace the text; the cursor goes to its end, or where told."""
        self.entered = text
        self.cursor_position = len(self.value) if cursor is None else cursor

    def mark(self, span: tuple[int, int] | None) -> None:
        """Mark the characters of a mistake, or none."""
        if span != self._mistake:
            self._mistake = span
            self.refresh()

    @property
    def selected_text(self) -> str:
        # What may not be seen may not be copied either.
        return "" if self.password else self._veil.reveal(super().selected_text)

    def replace(self, text: str, start: int, end: int) -> None:
        super().replace(self._veil.hide(text), start, end)

    def _on_paste(self, event: events.Paste) -> None:
        """All lines become one: nothing that was pasted is lost, and no line end runs anything."""
        event.stop()
        event.prevent_default()
        self.replace(" ".join(event.text.strip("\r\n").splitlines()), *self.selection)

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)  # as wide as its text: the field would end there
        return strip.extend_cell_length(self.scrollable_content_region.width, self.rich_style)

    @property
    def _value(self) -> Text:
        shown = "•" * len(self.value) if self.password else self._veil.show(self.value)
        text = Text(shown, no_wrap=True, overflow="ignore", end="")
        if self._mistake is not None:
            start, end = self._mistake
            text.stylize(
                self.get_component_rich_style("text-input--mistake", partial=True), start, max(end, start + 1)
            )
        return text

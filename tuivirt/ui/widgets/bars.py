"""The single lines of the main screen: title, summary, keys and status."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tuivirt.ui.widgets.cells import fit

Part = tuple[str, str]
"""Plain text and the role of its style."""


class Bar(Widget):
    """One line: parts from the left, parts at the right end; painted only when they differ.

    What is too much for the line is missing: of the left its end, and of the right its beginning.
    """

    DEFAULT_CSS = "Bar { height: 1; }"

    def __init__(self, style: Callable[[str], Style], *, role: str = "header", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._style = style
        self._role = role
        self._left: Sequence[Part] = ()
        self._right: Sequence[Part] = ()

    @property
    def text(self) -> str:
        """What is shown, without styles."""
        return "".join(text for text, _ in (*self._left, *self._right))

    def show(self, left: Sequence[Part], right: Sequence[Part] = ()) -> None:
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return 1

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        width = self.size.width
        base = self.rich_style + self._style("text") + self._style(self._role)

        def styled(role: str) -> Style:
            return base + self._style(role) if role else base

        right = [Segment(text, styled(role)) for text, role in self._right]
        while (room := width - sum(segment.cell_length for segment in right)) < 0:
            del right[0]
        left: list[Segment] = []
        for text, role in self._left:
            size = min(_cells(text), room)
            if size <= 0:
                break
            left.append(Segment(fit(text, size), styled(role)))
            room -= size
        return Strip([*left, Segment(" " * room, base), *right], width)


def _cells(text: str) -> int:
    return Segment(text).cell_length


class KeyHint(NamedTuple):
    """A key and what it does, for the line of keys."""

    key: str
    title: str


SHOWN_KEYS = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "full_stop": ".",
    "space": "Space",
    "enter": "Enter",
    "escape": "Esc",
    "asterisk": "*",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "backslash": "\\",
    "plus": "+",
    "minus": "-",
    "comma": ",",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "exclamation_mark": "!",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "shift+left": "Shift+←",
    "shift+right": "Shift+→",
    "circumflex_accent": "^",
    "dollar_sign": "$",
    "underscore": "_",
    "home": "Home",
    "end": "End",
}


def key_text(keys: str) -> str:
    """Textual's key names as a person types them: ``question_mark`` → ``?``, ``ctrl+p`` → ``Ctrl+P``."""
    return " ".join(_one(key.strip()) for key in keys.split(","))


def _one(key: str) -> str:
    if key in SHOWN_KEYS:
        return SHOWN_KEYS[key]
    if key.startswith("ctrl+"):
        return f"Ctrl+{_one(key[5:]).upper()}"
    return key


def key_parts(hints: Sequence[KeyHint]) -> list[Part]:
    """The parts of the line of keys."""
    parts: list[Part] = []
    for hint in hints:
        parts += [(f" {key_text(hint.key)} ", "key"), (f"{hint.title.lower()} ", "dim")]
    return parts

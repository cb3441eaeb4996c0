"""Plain ASCII for fonts and terminals that lack our glyphs (setting ``icons = "ascii"``)."""

import unicodedata

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_GLYPHS = {
    "▶": ">",
    "▷": ">",
    "‖": "=",
    "◢": "v",
    "·": ".",
    "✗": "x",
    "☾": "z",
    "⟳": "*",
    "Δ": "d",
    "✓": "*",
    "–": "-",
    "—": "-",
    "…": "~",
    "↑": "^",
    "↓": "v",
    "←": "<",
    "→": ">",
    "‹": "<",
    "›": ">",
    "▸": "+",
    "▾": "-",
    "▼": "v",
    "▲": "^",
    "•": "*",
    "●": "O",
    "○": "o",
    "◌": ".",
    "◐": "%",
    "◑": "%",
    "⚠": "!",
    "×": "x",
    "▌": "|",
    "▕": "|",
    "█": "#",
    "▇": "#",
    "▆": "#",
    "▅": "=",
    "▄": "=",
    "▃": "-",
    "▂": "_",
    "▁": "_",
    "▏": "|",
    "▎": "|",
    "▍": "|",
    "▋": "#",
    "▊": "#",
    "▉": "#",
}


def to_ascii(text: str) -> str:
    """``text`` without what is not ASCII, in as many cells: letters keep their base, the rest is ``?``."""
    return text if text.isascii() else "".join(_one(character) for character in text)


def _one(character: str) -> str:
    if character.isascii():
        return character
    if character in _GLYPHS:
        return _GLYPHS[character]
    if "\u2500" <= character <= "\u257f":
        return _box(unicodedata.name(character, ""))
    base = unicodedata.normalize("NFKD", character)[:1]
    width = cell_len(character)
    return base if base.isascii() and base and width == 1 else "?" * width


def _box(name: str) -> str:
    """A line of a box by its Unicode name."""
    horizontal = any(word in name for word in ("HORIZONTAL", "LEFT", "RIGHT"))
    vertical = any(word in name for word in ("VERTICAL", "UP", "DOWN"))
    return "+" if horizontal and vertical else "|" if vertical else "-"


class AsciiFilter(LineFilter):
    """Translates every segment on its way to the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]

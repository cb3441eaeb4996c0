"""Cells of a terminal: what a guest's character looks like, and how many cells it takes."""

import unicodedata
from collections.abc import Callable
from typing import Final, NamedTuple

from pyte.screens import Char

from tuivirt.core.text import MARKS_IN_A_STACK, plain

Colour = int | str | None
"""A number of the palette (0…255), ``#rrggbb``, or None for the terminal's own."""

Width = Callable[[str], int]
"""Cells that a character takes where it is drawn."""

UNFIT: Final = "\N{REPLACEMENT CHARACTER}"
"""Stands for characters that are invisible or steer what is around them, and that take a cell."""

MOST: Final = 4096
"""Entries that a table keeps: what fills it comes from a guest."""


class Look(NamedTuple):
    """How a cell is drawn."""

    foreground: Colour = None
    background: Colour = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    reverse: bool = False


PLAIN: Final = Look()


class Cell(Char):
    """A character with its look, for pyte's grid. Shared: there is one for each pair."""

    look: Look

    @classmethod
    def of(cls, text: str, look: Look) -> "Cell":
        cell = cls(text)
        cell.look = look
        return cell


class Cells(dict[str, Cell]):
    """The cells of one look by their text, made when they are first needed."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.blank = self[" "]

    def __missing__(self, text: str) -> Cell:
        if len(self) >= MOST:
            self.clear()
        cell = self[text] = Cell.of(text, self.look)
        return cell


class Palette(dict[Look, Cells]):
    """The cells of every look."""

    def __missing__(self, look: Look) -> Cells:
        if len(self) >= MOST // 16:
            self.clear()
        cells = self[look] = Cells(look)
        return cells


class Shown(NamedTuple):
    """What is drawn for a character."""

    text: str
    """Empty: nothing."""
    width: int
    mark: bool = False
    """Joins the character before it."""


class Alphabet(dict[str, Shown]):
    """What is drawn for each character, by the rules of ``core.text.plain``."""

    def __init__(self, width: Width) -> None:
        super().__init__()
        self._width = width

    def __missing__(self, char: str) -> Shown:
        if len(self) >= MOST:
            self.clear()
        shown = self[char] = self._shown(char)
        return shown

    def _shown(self, char: str) -> Shown:
        category = unicodedata.category(char)
        if category in {"Mn", "Me"}:
            # What does not stack as a mark is a variation selector or the like, and is left out.
            return Shown(char, 0, mark=True) if plain(f"a{char}") == f"a{char}" else Shown("", 0)
        if category == "Zs":
            return Shown(" " * max(1, self._width(char)), max(1, self._width(char)))
        width = self._width(char)
        if plain(char) == char and width > 0:
            return Shown(char, width)
        if category in {"Cf", "Zl", "Zp"} or width == 0:
            return Shown("", 0)
        return Shown(UNFIT, 1)

    def text(self, text: str) -> str:
        """A text as it is drawn in one row."""
        if text.isascii():
            return text
        out: list[str] = []
        height = 0
        for char in text:
            shown = self[char]
            if not shown.mark:
                out.append(shown.text)
                height = 0
            elif out and height < MARKS_IN_A_STACK:
                out.append(shown.text)
                height += 1
        return "".join(out)

    def cells(self, text: str) -> int:
        """Cells that a text takes when it is drawn."""
        return len(text) if text.isascii() else sum(self[char].width for char in text)

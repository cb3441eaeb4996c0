"""Rows of text as a guest shows them."""

from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment

from tuivirt.core.screen.text import Row
from tuivirt.core.text import plain
from tuivirt.ui.guest_screen.colours import style

UPPER_HALF: Final = "▀"
LACKING: Final = "·"
"""Stands for a character that is not one cell wide here, such as one that joins the one before it."""


@lru_cache(4096)
def shown(character: str) -> str:
    """A character of a guest, as exactly one cell that cannot act on the terminal."""
    safe = plain(character)
    return safe if len(safe) == 1 and cell_len(safe) == 1 else LACKING


def shown_text(row: Row) -> str:
    """The text of a row, one cell for each of its characters."""
    text = row.text
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(shown, text))
    if row.unread:
        text = "".join(UPPER_HALF if at in row.unread else one for at, one in enumerate(text))
    return text


def segments(row: Row) -> list[Segment]:
    """A row in its colours. What could not be read is a small picture: two halves in their mean colours."""
    text = shown_text(row)
    made: list[Segment] = []
    at = 0
    for length, fg, bg in row.runs:
        made.append(Segment(text[at : at + length], style(fg, bg)))
        at += length
    return made

"""What control sequences do to a screen."""

from collections.abc import Callable
from typing import Final

from tuivirt.terminal.screen import Screen

Action = Callable[[Screen, list[int]], object]
"""What a control sequence does; of its numbers there are two at least, 0 where none was given."""

ACTIONS: Final[dict[str, Action]] = {
    "@": lambda s, p: s.insert_characters(p[0]),
    "A": lambda s, p: s.cursor_up(p[0]),
    "B": lambda s, p: s.cursor_down(p[0]),
    "C": lambda s, p: s.cursor_forward(p[0]),
    "D": lambda s, p: s.cursor_back(p[0]),
    "E": lambda s, p: s.cursor_down1(p[0]),
    "F": lambda s, p: s.cursor_up1(p[0]),
    "G": lambda s, p: s.cursor_to_column(p[0]),
    "H": lambda s, p: s.cursor_position(p[0], p[1]),
    "J": lambda s, p: s.erase_in_display(p[0]),
    "K": lambda s, p: s.erase_in_line(p[0]),
    "L": lambda s, p: s.insert_lines(p[0]),
    "M": lambda s, p: s.delete_lines(p[0]),
    "P": lambda s, p: s.delete_characters(p[0]),
    "S": lambda s, p: s.scroll_up(p[0] or 1),
    "T": lambda s, p: s.scroll_down(p[0] or 1),
    "X": lambda s, p: s.erase_characters(p[0]),
    "Z": lambda s, p: s.back_tab(p[0] or 1),
    "`": lambda s, p: s.cursor_to_column(p[0]),
    "a": lambda s, p: s.cursor_forward(p[0]),
    "b": lambda s, p: s.repeat(p[0] or 1),
    "d": lambda s, p: s.cursor_to_line(p[0]),
    "e": lambda s, p: s.cursor_down(p[0]),
    "f": lambda s, p: s.cursor_position(p[0], p[1]),
    "g": lambda s, p: s.clear_tab_stop(p[0]),
    "h": lambda s, p: s.set_mode(*p),
    "l": lambda s, p: s.reset_mode(*p),
    "r": lambda s, p: s.set_margins(p[0] or None, p[1] or None),
    "s": lambda s, _: s.save_cursor(),
    "u": lambda s, _: s.restore_cursor(),
}
STILL: Final = frozenset("bghlrsuST")
"""Those that leave the cursor where it is behind the last column, or put it to a place of their own."""
PRIVATE_ACTIONS: Final[dict[str, Action]] = {
    "J": lambda s, p: s.erase_in_display(p[0]),
    "K": lambda s, p: s.erase_in_line(p[0]),
    "h": lambda s, p: s.set_mode(*p, private=True),
    "l": lambda s, p: s.reset_mode(*p, private=True),
}

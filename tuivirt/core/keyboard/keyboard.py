"""What is pressed on a guest's keyboard for a text, or for a key that was pressed here."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tuivirt.core.keyboard.layouts import ENTER, SHIFT, SPACE, TAB, Chord, chords_of

CTRL, ALT, SUPER = 29, 56, 125
MODIFIERS: Final = {"shift": SHIFT, "ctrl": CTRL, "alt": ALT, "altgr": 100, "super": SUPER, "meta": SUPER}
"""By Textual's names, and ``altgr``."""

_MODIFIER_KEYS: Final = ("shift", "control", "alt", "super", "hyper", "meta")

KEYS: Final = {
    "escape": 1,
    "backspace": 14,
    "tab": TAB,
    "enter": ENTER,
    "space": SPACE,
    "home": 102,
    "up": 103,
    "pageup": 104,
    "left": 105,
    "right": 106,
    "end": 107,
    "down": 108,
    "pagedown": 109,
    "insert": 110,
    "delete": 111,
    **{f"f{number}": 58 + number for number in range(1, 11)},
    "f11": 87,
    "f12": 88,
    "caps_lock": 58,
    "menu": 127,
    "num_lock": 69,
    "pause": 119,
    "print_screen": 99,
    "scroll_lock": 70,
    **{f"f{number}": 170 + number for number in range(13, 25)},
}
"""Keys without a character, by Textual's names."""

ALONE: Final = frozenset(
    {
        *(f"{side}_{name}" for side in ("left", "right") for name in _MODIFIER_KEYS),
        *("iso_level3_shift", "iso_level5_shift"),
    }
)
"""Modifiers by themselves, which some terminals tell of: they come again with the key that they are for."""

_SIGNS: Final = {
    "at": "@",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "backslash": "\\",
    "circumflex_accent": "^",
    "underscore": "_",
    "slash": "/",
    "minus": "-",
    "plus": "+",
    "equals_sign": "=",
    "comma": ",",
    "full_stop": ".",
    "semicolon": ";",
    "colon": ":",
    "question_mark": "?",
    "apostrophe": "'",
    "quotation_mark": '"',
    "grave_accent": "`",
    "tilde": "~",
    "exclamation_mark": "!",
    "number_sign": "#",
    "dollar_sign": "$",
    "percent_sign": "%",
    "ampersand": "&",
    "asterisk": "*",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "vertical_line": "|",
    "less_than_sign": "<",
    "greater_than_sign": ">",
}
"""Characters by Textual's names, for keys with a modifier."""

MOST_TOGETHER: Final = 6
"""Keys, modifiers apart, that a USB keyboard can tell of at once: of more it tells none. And as many as go
down and up again in the 16 bytes that a PS/2 keyboard keeps for a guest that is busy.
"""


class CannotTypeError(ValueError):
    """A text has characters that a layout lacks."""

    def __init__(self, layout: str, characters: Iterable[str]) -> None:
        super().__init__(f"the layout {layout} cannot type it")
        self.layout = layout
        self.characters = tuple(characters)


class Keyboard:
    """A guest's keyboard with one layout."""

    def __init__(self, layout: str) -> None:
        """Raises KeyError for a layout that is not in ``LAYOUTS``."""
        self.layout = layout
        self._chords = {
            **chords_of(layout),
            "\n": (Chord((), ENTER),),
            "\t": (Chord((), TAB),),
        }

    def text(self, text: str) -> list[Chord]:
        """What is pressed for a text; a line end is Enter. Raises CannotTypeError."""
        lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
        lacking = dict.fromkeys(character for character in lines if character not in self._chords)
        if lacking:
            raise CannotTypeError(self.layout, lacking)
        return [chord for character in lines for chord in self._chords[character]]

    def key(self, name: str, character: str | None, held: Sequence[int] = ()) -> tuple[Chord, ...]:
        """What is pressed for a key by Textual's name and character, with modifiers ``held`` here.

        Nothing for one that this keyboard lacks.
        """
        *modifiers, key = name.split("+")
        typed = character is not None and len(character) == 1 and character.isprintable()
        if typed and character is not None and set(modifiers) <= {"shift"}:
            return self._with(held, self._chords.get(character, ()))
        codes = [*held, *(MODIFIERS[modifier] for modifier in modifiers if modifier in MODIFIERS)]
        if key in KEYS:
            return self._with(codes, (Chord((), KEYS[key]),))
        # What terminals send for Ctrl and Space.
        sign = " " if modifiers == ["ctrl"] and key in {"at", "@"} else _SIGNS.get(key, key)
        return self._with(codes, self._chords.get(sign, ()))

    @staticmethod
    def _with(held: Sequence[int], chords: tuple[Chord, ...]) -> tuple[Chord, ...]:
        """Chords with further modifiers held, each once."""
        return tuple(
            chord._replace(modifiers=tuple(dict.fromkeys((*held, *chord.modifiers)))) for chord in chords
        )


def batches(chords: Iterable[Chord]) -> Iterator[tuple[tuple[int, ...], int]]:
    """Codes for one call each, and how many chords that is.

    libvirt presses the keys of a call in their order and lets them go afterwards, as fast typing does: so
    keys that differ, with the same modifiers, take one round trip together.
    """
    modifiers: tuple[int, ...] = ()
    keys: list[int] = []
    for chord in chords:
        alone = chord.key is None
        same = chord.modifiers == modifiers and chord.key not in keys
        if keys and (alone or not same or len(keys) >= MOST_TOGETHER):
            yield (*modifiers, *keys), len(keys)
            keys = []
        if chord.key is None:
            yield chord.codes, 1
        else:
            modifiers = chord.modifiers
            keys.append(chord.key)
    if keys:
        yield (*modifiers, *keys), len(keys)

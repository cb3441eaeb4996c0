"""Keyboard layouts: what a guest with such a keyboard makes of each key.

Of a layout the keys of four rows are written down, from left to right: as they are, with Shift, with AltGr,
and with both. ``□`` is nothing, or what another row has already; ``◌`` with an accent is a key that waits for
the letter which gets it.
"""

import unicodedata
from functools import cache
from typing import Final, NamedTuple

# Linux's codes of these keys; the one beside the left Shift key is only on European keyboards.
_CODES: Final = (41, *range(2, 14), *range(16, 28), *range(30, 41), 43, 86, *range(44, 54))
SHIFT, ALTGR = 42, 100
SPACE, ENTER, TAB = 57, 28, 15
_MODIFIERS: Final = ((), (SHIFT,), (ALTGR,), (ALTGR, SHIFT))
_NOTHING: Final = "□"
_ACCENT: Final = "◌"

_ROWS: Final = {
    "us": r"""
        ` 1 2 3 4 5 6 7 8 9 0 - =  q w e r t y u i o p [ ]  a s d f g h j k l ; ' \  □ z x c v b n m , . /
        ~ ! @ # $ % ^ & * ( ) _ +  Q W E R T Y U I O P { }  A S D F G H J K L : " |  □ Z X C V B N M < > ?
    """,
    "gb": r"""
        ` 1 2 3 4 5 6 7 8 9 0 - =  q w e r t y u i o p [ ]  a s d f g h j k l ; ' #  \ z x c v b n m , . /
        ¬ ! " £ $ % ^ & * ( ) _ +  Q W E R T Y U I O P { }  A S D F G H J K L : @ ~  | Z X C V B N M < > ?
        □ □ □ □ € □ □ □ □ □ □ □ □  □ □ □ □ □ □ □ □ □ □ □ □  □ □ □ □ □ □ □ □ □ □ □ □  □ □ □ □ □ □ □ □ □ □ □
    """,
    "de": r"""
        ◌̂ 1 2 3 4 5 6 7 8 9 0 ß ◌́  q w e r t z u i o p ü +  a s d f g h j k l ö ä #  < y x c v b n m , . -
        ° ! " § $ % & / ( ) = ? ◌̀  Q W E R T Z U I O P Ü *  A S D F G H J K L Ö Ä '  > Y X C V B N M ; : _
        □ □ ² ³ □ □ □ { [ ] } \ □  @ □ € □ □ □ □ □ □ □ □ ~  □ □ □ □ □ □ □ □ □ □ □ □  | □ □ □ □ □ □ µ □ □ □
    """,
    "fr": r"""
        ² & é " ' ( - è _ ç à ) =  a z e r t y u i o p ◌̂ $  q s d f g h j k l m ù *  < w x c v b n , ; : !
        □ 1 2 3 4 5 6 7 8 9 0 ° +  A Z E R T Y U I O P ◌̈ £  Q S D F G H J K L M % µ  > W X C V B N ? . / §
        □ □ ~ # { [ | ` \ ^ @ ] }  □ □ € □ □ □ □ □ □ □ □ □  □ □ □ □ □ □ □ □ □ □ □ □  □ □ □ □ □ □ □ □ □ □ □
    """,
    "es": r"""
        º 1 2 3 4 5 6 7 8 9 0 ' ¡  q w e r t y u i o p ◌̀ +  a s d f g h j k l ñ ◌́ ç  < z x c v b n m , . -
        ª ! " · $ % & / ( ) = ? ¿  Q W E R T Y U I O P ◌̂ *  A S D F G H J K L Ñ ◌̈ Ç  > Z X C V B N M ; : _
        \ | @ # ~ □ ¬ □ □ □ □ □ □  □ □ € □ □ □ □ □ □ □ [ ]  □ □ □ □ □ □ □ □ □ □ { }  □ □ □ □ □ □ □ □ □ □ □
    """,
    "it": r"""
        \ 1 2 3 4 5 6 7 8 9 0 ' ì  q w e r t y u i o p è +  a s d f g h j k l ò à ù  < z x c v b n m , . -
        | ! " £ $ % & / ( ) = ? ^  Q W E R T Y U I O P é *  A S D F G H J K L ç ° §  > Z X C V B N M ; : _
        □ □ □ □ □ □ □ □ □ □ □ ` ~  □ □ € □ □ □ □ □ □ □ [ ]  □ □ □ □ □ □ □ □ □ @ # □  □ □ □ □ □ □ □ □ □ □ □
        □ □ □ □ □ □ □ □ □ □ □ □ □  □ □ □ □ □ □ □ □ □ □ { }  □ □ □ □ □ □ □ □ □ □ □ □  □ □ □ □ □ □ □ □ □ □ □
    """,
}
LAYOUTS: Final = tuple(_ROWS)

# How the accents are called that stand alone.
_ALONE: Final = {"^": "\u0302", "´": "\u0301", "`": "\u0300", "¨": "\u0308"}


class Chord(NamedTuple):
    """Keys pressed together: modifiers first, then one key; all by Linux's codes."""

    modifiers: tuple[int, ...]
    key: int | None
    """None for modifiers alone."""

    @property
    def codes(self) -> tuple[int, ...]:
        return self.modifiers if self.key is None else (*self.modifiers, self.key)


@cache
def chords_of(layout: str) -> dict[str, tuple[Chord, ...]]:
    """For every character of a layout what is pressed for it, one after the other."""
    keys: dict[str, tuple[Chord, ...]] = {" ": (Chord((), SPACE),)}
    accents: dict[str, Chord] = {}
    for line, modifiers in zip(_ROWS[layout].split("\n")[1:-1], _MODIFIERS, strict=False):
        for legend, code in zip(line.split(), _CODES, strict=True):
            chord = Chord(modifiers, code)
            if legend.startswith(_ACCENT):
                accents.setdefault(legend[1], chord)
            elif legend != _NOTHING:
                keys.setdefault(legend, (chord,))
    return keys | _accented(keys, accents)


def _accented(keys: dict[str, tuple[Chord, ...]], accents: dict[str, Chord]) -> dict[str, tuple[Chord, ...]]:
    made: dict[str, tuple[Chord, ...]] = {}
    for letter, chords in keys.items():
        for accent, chord in accents.items():
            whole = unicodedata.normalize("NFC", letter + accent)
            if len(whole) == 1 and whole not in keys:
                made[whole] = (chord, *chords)
    for alone, accent in _ALONE.items():
        if accent in accents and alone not in keys:
            made[alone] = (accents[accent], *keys[" "])
    return made

"""What a terminal sends for keys and pasted text: what xterm does, and guests know."""

import string
import unicodedata
from collections.abc import Iterator
from typing import Final

_CURSOR: Final = {"up": "A", "down": "B", "right": "C", "left": "D"}
_TILDE: Final = {
    "home": 1,
    "insert": 2,
    "delete": 3,
    "end": 4,
    "pageup": 5,
    "pagedown": 6,
    **{f"f{number}": code for number, code in zip(range(5, 11), (15, 17, 18, 19, 20, 21), strict=True)},
    **{f"f{number}": code for number, code in zip(range(11, 15), (23, 24, 25, 26), strict=True)},
    **{f"f{number}": code for number, code in zip(range(15, 21), (28, 29, 31, 32, 33, 34), strict=True)},
}
_LETTER: Final = {**_CURSOR, "home": "H", "end": "F", "f1": "P", "f2": "Q", "f3": "R", "f4": "S"}
"""The final letter where a modifier stands before it."""
_ALIKE: Final = {f"f{number}": f"shift+f{number - 12}" for number in range(21, 25)}
_SINGLE: Final = {"enter": "\r", "tab": "\t", "escape": "\x1b", "backspace": "\x7f", "space": " "}
_RENAMED: Final = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Textual's names of signs where they are not Unicode's."""
_NAMED: Final = {
    _RENAMED.get(name, name): sign
    for sign in string.punctuation
    for name in [unicodedata.name(sign).lower().replace("-", "_").replace(" ", "_")]
}
_MODIFIERS: Final = {"shift": 1, "alt": 2, "meta": 2, "ctrl": 4}
_SIGNS: Final = {
    "at": 0,
    "space": 0,
    "2": 0,
    "left_square_bracket": 27,
    "3": 27,
    "backslash": 28,
    "4": 28,
    "right_square_bracket": 29,
    "5": 29,
    "circumflex_accent": 30,
    "6": 30,
    "underscore": 31,
    "minus": 31,
    "slash": 31,
    "7": 31,
    "8": 127,
    "question_mark": 127,
}
"""What the keys send with Ctrl that are no letters."""
PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"


def key_bytes(key: str, character: str | None, *, application: bool) -> bytes:
    """What is sent for a key, by Textual's name and character; empty for one that nothing is sent for.

    ``application``: the guest has asked for the cursor keys of applications.
    """
    return _text(key, character, application=application).encode("utf-8", "replace")


def _text(key: str, character: str | None, *, application: bool) -> str:
    *names, base = _ALIKE.get(key, key).split("+")
    if any(name not in _MODIFIERS for name in names):
        return ""  # super, hyper: the user's own desktop
    modifiers = {_MODIFIERS[name] for name in names}
    if base in _LETTER or base in _TILDE:
        return _function(base, sum(modifiers), application=application)
    if key == "shift+tab":
        return "\x1b[Z"
    alt = "\x1b" if 2 in modifiers else ""
    if 4 in modifiers:
        return alt + (_control(base) if character is None or alt else character)
    if character is not None:
        return alt + character
    if len(base) == 1:
        return alt + (base.upper() if 1 in modifiers else base)
    return alt + (_SINGLE.get(base) or _NAMED.get(base, ""))


def _function(base: str, modifiers: int, *, application: bool) -> str:
    if modifiers and base in _LETTER:
        return f"\x1b[1;{modifiers + 1}{_LETTER[base]}"
    if modifiers:
        return f"\x1b[{_TILDE[base]};{modifiers + 1}~"
    if base in _CURSOR:
        return f"\x1b{'O' if application else '['}{_CURSOR[base]}"
    if base in _TILDE:
        return f"\x1b[{_TILDE[base]}~"
    return f"\x1bO{_LETTER[base]}"


def _control(base: str) -> str:
    if len(base) == 1 and base.isascii() and base.isalpha():
        return chr(ord(base.lower()) & 31)
    if base in _SIGNS:
        return chr(_SIGNS[base])
    return _SINGLE.get(base, "")


def paste_bytes(text: str, *, bracketed: bool) -> bytes:
    """What is sent for pasted text: line ends as the Enter key, and nothing that ends the brackets early."""
    kept = "".join(_pasted(text.replace("\r\n", "\r").replace("\n", "\r")))
    if bracketed:
        kept = f"{PASTE_BEGINS}{kept}{PASTE_ENDS}"
    return kept.encode("utf-8", "replace")


def _pasted(text: str) -> Iterator[str]:
    """Control characters other than Tab and Enter are not text: left out, as terminals do."""
    return (char for char in text if char in "\t\r" or not (char < " " or "\x7f" <= char <= "\x9f"))

"""Text from outside, made fit for one cell row of a terminal: nothing invisible, nothing that steers it."""

import re
import unicodedata
from typing import Final

MARKS_IN_A_STACK: Final = 4
"""Combining marks kept on one character. Scripts need three; a hundred paint over other lines."""

# Unicode's Default_Ignorable_Code_Point where `str.isprintable` says yes, and the two blank glyphs.
_BLANK: Final = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0x1D159})
_VARIATION: Final = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))

# Flags and skin tones: one picture of two cells from two characters, or two of four, as the terminal likes.
_JOINING: Final = (range(0x1F1E6, 0x1F200), range(0x1F3FB, 0x1F400))

_STYLED: Final = re.compile("(.)[\ufe0e\ufe0f]+")
_DIGITS: Final = re.compile("[0-9]+")
_TAB: Final = 8


class _Visible(dict[int, str]):
    """For `str.translate`: what stands for a code point, worked out once each."""

    def __missing__(self, code: int) -> str:
        shown = _shown(code)
        # Bounded, as the input is hostile: all of Unicode would be some 100 MiB.
        if len(self) < 4096:
            self[code] = shown
        return shown


def _shown(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    char = chr(code)
    if code in _BLANK or any(code in span for span in (*_VARIATION, *_JOINING)):
        return f"‹U+{code:04X}›"
    if char.isprintable():
        return char
    if unicodedata.category(char) == "Zs":
        return "␣"
    return f"‹U+{code:04X}›"


_ONE_LINE: Final = _Visible()
_MANY_LINES: Final = _Visible({0x09: "\t", 0x0A: "\n"})


def plain(text: str) -> str:
    """`text` as one line in which every character can be seen and none acts on the terminal.

    C0 and DEL become control pictures (`␛`, `␊`); C1, bidi controls, line separators, zero-width, variation,
    private, unassigned and surrogate code points, flags and skin tones become `‹U+202E›`; spaces other than
    U+0020 become `␣`.
    Emoji style selectors after a symbol are dropped, because terminals disagree on the width they give it.
    A combining mark never joins what stands before the text, and stacks no higher than `MARKS_IN_A_STACK`.
    """
    if text.isascii():
        return text if text.isprintable() else text.translate(_ONE_LINE)
    return _calm(_STYLED.sub(_style, text).translate(_ONE_LINE))


def plain_lines(text: str) -> str:
    """The same for text of several lines: keeps `\\n` (and `\\r\\n` as `\\n`), turns tabs into spaces."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    shown = _STYLED.sub(_style, text.replace("\r\n", "\n")).translate(_MANY_LINES)
    if not shown.isascii():
        shown = "\n".join(map(_calm, shown.split("\n")))
    return shown.expandtabs(_TAB)


def _style(match: re.Match[str]) -> str:
    base = match[1]
    return match[0] if base.isalpha() or base.isspace() or not base.isprintable() else base


def _calm(line: str) -> str:
    """`line` with combining marks that stand first, or too high, made visible."""
    if line.isalnum():  # letters and digits alone: the usual foreign name, and no mark is alphanumeric
        return line
    height = MARKS_IN_A_STACK  # nothing to stand on yet
    out: list[str] = []
    for char in line:
        if unicodedata.category(char) not in ("Mn", "Me"):
            height = 0
        elif not out:
            out.append("◌")
            height = 1
        elif height < MARKS_IN_A_STACK:
            height += 1
        else:
            out.append(f"‹U+{ord(char):04X}›")
            continue
        out.append(char)
    return "".join(out)


def lowered(text: str) -> str:
    """Lower case of the same length, for searching: a few letters would become two, and stay as they are."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def natural_key(text: str) -> str:
    """A sort key: `web2` before `web10`, case ignored; keys are equal only if texts are."""
    key = _DIGITS.sub(_number, text.casefold())
    return key if key == text else f"{key}\0{text}"


def _number(match: re.Match[str]) -> str:
    digits = match[0].lstrip("0")
    # A longer number is a larger one: its length leads, as a character no lower than "0".
    return chr(0x30 + len(digits)) + digits

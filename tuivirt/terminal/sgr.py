"""Colours and attributes: the sequence *select graphic rendition*."""

from collections.abc import Iterator
from typing import Final

from tuivirt.terminal.cells import MOST, PLAIN, Colour, Look

_ON: Final = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike", 21: "underline"}
_OFF: Final = {
    22: ("bold", "dim"),
    23: ("italic",),
    24: ("underline",),
    27: ("reverse",),
    29: ("strike",),
    39: ("foreground",),
    49: ("background",),
}
_EXTENDED: Final = {38: "foreground", 48: "background", 58: ""}


class Rendition:
    """Applies parameters to looks, and remembers the results: a screen uses the same few again and again."""

    def __init__(self) -> None:
        self._known: dict[tuple[Look, str], Look] = {}

    def applied(self, look: Look, parameters: str) -> Look:
        """``parameters`` are what stands between ``ESC [`` and ``m``: numbers, semicolons and colons."""
        known = self._known.get((look, parameters))
        if known is None:
            if len(self._known) >= MOST:
                self._known.clear()
            known = self._known[look, parameters] = _applied(look, parameters)
        return known


def _applied(look: Look, parameters: str) -> Look:
    fields: dict[str, object] = {}
    numbers = iter(parameters.split(";"))
    for text in numbers:
        first, *sub = text.split(":")
        number = _number(first)
        if number == 0:
            look, fields = PLAIN, {}
        elif number == 4 and sub:
            fields["underline"] = _number(sub[0]) != 0
        elif number in _ON:
            fields[_ON[number]] = True
        elif number in _OFF:
            fields.update(dict.fromkeys(_OFF[number], False if number < 30 else None))
        elif number in _EXTENDED:
            found, colour = _colour(iter(sub), colons=True) if sub else _colour(numbers, colons=False)
            if found and _EXTENDED[number]:
                fields[_EXTENDED[number]] = colour
        elif 30 <= number <= 37:
            fields["foreground"] = number - 30
        elif 40 <= number <= 47:
            fields["background"] = number - 40
        elif 90 <= number <= 97:
            fields["foreground"] = number - 82
        elif 100 <= number <= 107:
            fields["background"] = number - 92
    return look._replace(**fields) if fields else look  # type: ignore[arg-type]


def _number(text: str) -> int:
    """0 for none, and for one with colons where none may be."""
    return min(int(text), 9999) if text.isdecimal() else 0


def _colour(numbers: Iterator[str], *, colons: bool) -> tuple[bool, Colour]:
    """The colour behind 38 or 48: ``5;N`` or ``2;R;G;B``, with colons also ``2::R:G:B``."""
    kind = _number(next(numbers, ""))
    if kind == 5:
        number = _number(next(numbers, ""))
        return number < 256, number
    if kind != 2:
        return False, None
    parts = [next(numbers, None) for _ in range(3)]
    if colons and (more := next(numbers, None)) is not None:
        parts = [*parts[1:], more]  # the first was a colour space
    values = [_number(part) if part is not None else 256 for part in parts]
    if any(value > 255 for value in values):
        return False, None
    return True, "#{:02x}{:02x}{:02x}".format(*values)

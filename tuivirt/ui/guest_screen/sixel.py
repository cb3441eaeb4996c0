"""Pictures as sixels: bands of six rows of pixels, one colour after the other."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image

COLOURS: Final = 128
"""Terminals have 256 at least; fewer make a picture smaller."""
BAND: Final = 6
_CHARACTERS: Final = bytes((63 + value) & 255 for value in range(256))
_REPEATED: Final = re.compile(rb"(.)\1{3,}", re.DOTALL)


def sixels(image: "Image") -> str:
    """An image of mode RGB, as what draws it at the cursor."""
    from PIL import Image as Pillow

    few = image.quantize(COLOURS, Pillow.Quantize.FASTOCTREE, dither=Pillow.Dither.NONE)
    palette = few.getpalette() or []
    colours = [tuple(palette[at : at + 3]) for at in range(0, len(palette), 3)]
    return encode(few.width, few.height, few.tobytes(), colours)


def encode(width: int, height: int, indices: bytes, palette: Sequence[Sequence[int]]) -> str:
    """Pixels, one byte each: the number of its colour."""
    head = f'\x1bP0;1;0q"1;1;{width};{height}'
    used = "".join(f"#{number};2;{_percent(palette[number])}" for number in sorted(set(indices)))
    size = width * BAND
    bands = (indices[at : at + size] for at in range(0, width * height, size))
    return f"{head}{used}{'-'.join(_band(band, width) for band in bands)}\x1b\\"


def _percent(colour: Sequence[int]) -> str:
    return ";".join(str((value * 100 + 127) // 255) for value in colour)


def _band(band: bytes, width: int) -> str:
    rows = [band[at : at + width] for at in range(0, len(band), width)]
    return "$".join(_plane(rows, colour, width) for colour in sorted(set(band)))


def _plane(rows: Sequence[bytes], colour: int, width: int) -> str:
    """Where a band has a colour: a character for each column, its bits are the rows."""
    bits = 0
    for row, table in zip(rows, _tables(colour), strict=False):
        bits |= int.from_bytes(row.translate(table), "big")
    characters = bits.to_bytes(width, "big").translate(_CHARACTERS).rstrip(b"?")
    return f"#{colour}{_REPEATED.sub(_shorter, characters).decode('ascii')}"


def _shorter(match: re.Match[bytes]) -> bytes:
    return b"!%d%b" % (len(match[0]), match[1])


@lru_cache(COLOURS * 2)
def _tables(colour: int) -> Sequence[bytes]:
    """For each row the table that makes its bit of a colour, and nothing of any other."""
    return list(_made(colour))


def _made(colour: int) -> Iterator[bytes]:
    for row in range(BAND):
        table = bytearray(256)
        table[colour] = 1 << row
        yield bytes(table)

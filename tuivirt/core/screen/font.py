"""Fonts of text screens: which character each glyph is. Read from PSF, the format of console fonts."""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

PSF1: Final = b"\x36\x04"
PSF2: Final = b"\x72\xb5\x4a\x86"
MOST_GLYPHS: Final = 65536
MOST_PIXELS: Final = 64
"""A side of a cell."""


class FontError(ValueError):
    """The bytes are no font."""


class Font(NamedTuple):
    """Glyphs of one size."""

    width: int
    height: int
    """Pixels."""
    glyphs: dict[int, str]
    """Characters by bitmap: ``width`` times ``height`` bits, the top left pixel is the highest."""


class _Layout(NamedTuple):
    """Where things stand in a file."""

    width: int
    height: int
    glyphs: int
    start: int
    """Of the bitmaps."""
    table: int | None
    """Of the table that says which characters a glyph stands for."""

    @property
    def row(self) -> int:
        """Bytes of one row of pixels."""
        return (self.width + 7) // 8


def size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels of a font of which ``data`` is the beginning. Raises FontError."""
    layout = _layout(data)
    return layout.width, layout.height


def parse(data: bytes) -> Font:
    """A font in PSF, version 1 or 2. Without a table of characters it is code page 437. Raises FontError.

    Of characters that look the same, the first in the order of the glyphs is meant.
    """
    layout = _layout(data)
    length = layout.row * layout.height
    end = layout.start + layout.glyphs * length
    if len(data) < end:
        raise FontError("the font is cut off")
    characters = _cp437() if layout.table is None else _characters(data[end:], psf2=data.startswith(PSF2))
    spare = layout.row * 8 - layout.width
    found: dict[int, str] = {}
    for number, character in zip(range(layout.glyphs), characters, strict=False):
        at = layout.start + number * length
        rows = [
            int.from_bytes(data[start : start + layout.row], "big") >> spare
            for start in range(at, at + length, layout.row)
        ]
        bitmap = 0
        for bits in rows:
            bitmap = bitmap << layout.width | bits
        if character and bitmap not in found:
            found[bitmap] = character
    return Font(layout.width, layout.height, found)


def build(font: Font) -> bytes:
    """The font as a file, PSF version 2."""
    row = (font.width + 7) // 8
    length = row * font.height
    header = struct.pack("<8I", 0x864AB572, 0, 32, 1, len(font.glyphs), length, font.height, font.width)
    mask, spare = (1 << font.width) - 1, row * 8 - font.width
    glyphs, table = bytearray(), bytearray()
    for bitmap, character in font.glyphs.items():
        for y in reversed(range(font.height)):
            glyphs += ((bitmap >> y * font.width & mask) << spare).to_bytes(row, "big")
        table += character.encode() + b"\xff"
    return header + bytes(glyphs) + bytes(table)


def _layout(data: bytes) -> _Layout:
    if data.startswith(PSF1) and len(data) >= 4:
        mode, height = data[2], data[3]
        layout = _Layout(8, height, 512 if mode & 1 else 256, 4, 4 if mode & 2 else None)
    elif data.startswith(PSF2) and len(data) >= 32:
        _, _, start, flags, glyphs, length, height, width = struct.unpack("<8I", data[:32])
        layout = _Layout(width, height, glyphs, start, start if flags & 1 else None)
        if length != layout.row * height:
            raise FontError("the size of its glyphs does not fit")
    else:
        raise FontError("neither PSF version 1 nor 2")
    if not (0 < layout.width <= MOST_PIXELS and 0 < layout.height <= MOST_PIXELS):
        raise FontError(f"glyphs of {layout.width}×{layout.height}")
    if not 0 < layout.glyphs <= MOST_GLYPHS:
        raise FontError(f"{layout.glyphs} glyphs")
    return layout


def _characters(table: bytes, *, psf2: bool) -> Iterator[str]:
    """For each glyph the lowest single character that it stands for, else an empty text."""
    if psf2:
        for entry in table.split(b"\xff"):
            yield min(entry.partition(b"\xfe")[0].decode("utf-8", "ignore"), default="")
        return
    meant: list[int] = []
    combined = False
    for (unit,) in struct.iter_unpack("<H", table[: len(table) & ~1]):
        if unit == 0xFFFF:
            yield chr(min(meant)) if meant else ""
            meant, combined = [], False
        elif unit == 0xFFFE:
            combined = True
        elif not combined:
            meant.append(unit)


_LOW: Final = "☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼"


def _cp437() -> Iterator[str]:
    yield " "
    yield from _LOW
    yield from bytes(range(0x20, 0x7F)).decode("ascii")
    yield "⌂"
    yield from bytes(range(0x80, 0xFF)).decode("cp437")
    yield " "

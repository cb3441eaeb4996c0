"""Pictures of a guest's screen, and what is refused before anything is decoded.

A picture comes from a host, and its pixels from a guest: neither decides how much memory it takes.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

MOST_BYTES: Final = 64 << 20
"""Of a file. A picture of ``MOST_PIXELS`` takes 48 MiB where nothing is compressed."""
MOST_SIDE: Final = 8192
MOST_PIXELS: Final = 4096 * 4096

Kind = Literal["png", "ppm"]

PNG: Final = b"\x89PNG\r\n\x1a\n"
_PPM_HEADER: Final = 128
"""Bytes in which the four words of a PPM header have room, one short comment included."""


class PictureError(ValueError):
    """What came is no picture, or not one that is decoded; completes "The host sent …"."""


class Picture(NamedTuple):
    """Pixels, row by row."""

    width: int
    height: int
    rgb: bytes
    """Three bytes each: red, green, blue."""


class Head(NamedTuple):
    """What a file says of itself."""

    kind: Kind
    width: int
    height: int
    start: int
    """Where its content begins."""


def measure(data: bytes) -> Head:
    """What the beginning of a file says. Raises PictureError: too large, or neither PNG nor PPM."""
    if len(data) > MOST_BYTES:
        raise PictureError(f"a picture of more than {MOST_BYTES >> 20} MiB")
    if data.startswith(PNG):
        head = _measure_png(data)
    elif data.startswith(b"P6"):
        head = _measure_ppm(data)
    else:
        raise PictureError("neither a PNG nor a PPM picture")
    if not (0 < head.width <= MOST_SIDE and 0 < head.height <= MOST_SIDE):
        raise PictureError(f"a picture of {head.width}×{head.height} pixels")
    if head.width * head.height > MOST_PIXELS:
        raise PictureError(f"a picture of {head.width}×{head.height} pixels, which is too large")
    return head


def _measure_png(data: bytes) -> Head:
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise PictureError("a PNG picture without a head")
    width, height = struct.unpack(">II", data[16:24])
    return Head("png", width, height, len(PNG))


def _measure_ppm(data: bytes) -> Head:
    words: list[int] = []
    at = 2
    while len(words) < 3:
        at, word = _ppm_word(data, at)
        words.append(word)
    width, height, most = words
    if most != 255:
        raise PictureError(f"a PPM picture with {most + 1} shades")
    return Head("ppm", width, height, at + 1)


def _ppm_word(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins at, or after blanks and comments; and where it ends."""
    end = min(len(data), _PPM_HEADER)
    while at < end and (data[at : at + 1].isspace() or data[at : at + 1] == b"#"):
        if data[at : at + 1] == b"#":
            at = data.find(b"\n", at, end)
            if at < 0:
                break
        at += 1
    start = at
    while 0 <= at < end and data[at : at + 1].isdigit():
        at += 1
    if not 0 <= start < at < end or at - start > 9:
        raise PictureError("a PPM picture with a broken head")
    return at, int(data[start:at])


def read_ppm(data: bytes, head: Head) -> Picture:
    """The pixels of a PPM file. Raises PictureError."""
    rgb = data[head.start : head.start + head.width * head.height * 3]
    if len(rgb) < head.width * head.height * 3:
        raise PictureError("half a picture")
    return Picture(head.width, head.height, rgb)


def bare_png(data: bytes) -> bytes:
    """A PNG file with what its pixels need and nothing else. Raises PictureError.

    What is dropped is text, profiles and frames of animations: whatever decodes the rest never sees it.
    """
    return PNG + b"".join(_needed_chunks(data))


def _needed_chunks(data: bytes) -> Iterator[bytes]:
    at = len(PNG)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            break
        if kind in {b"IHDR", b"PLTE", b"IDAT", b"IEND"}:
            if zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
                raise PictureError("a damaged PNG picture")
            yield data[at:end]
        if kind == b"IEND":
            return
        at = end
    raise PictureError("half a picture")

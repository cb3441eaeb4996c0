"""Pictures from a host: any bytes are a picture or refused, within bounds."""

import io
import struct
import subprocess
import sys
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.support.frames import SCREENS
from tuivirt.backend.pictures import decode
from tuivirt.core.screen.picture import (
    MOST_BYTES,
    PNG,
    Picture,
    PictureError,
    bare_png,
    measure,
)

SCREEN = (SCREENS / "linux-vga.png").read_bytes()
SMALL = Picture(2, 1, b"\xff\0\0\0\0\xff")


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, data: bytes = b"", *more: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return PNG + head + b"".join(more) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def test_png() -> None:
    assert decode(png(2, 1, b"\0" + SMALL.rgb)) == SMALL
    picture = decode(SCREEN)
    with Image.open(io.BytesIO(SCREEN)) as image:
        assert picture == Picture(720, 400, image.convert("RGB").tobytes())


@pytest.mark.parametrize(
    "head", [b"P6\n2 1\n255\n", b"P6 2 1 255 ", b"P6\n# by somebody\n2\n#\n1\n255\n", b"P6\t2\r1\n255\n"]
)
def test_ppm(head: bytes) -> None:
    assert decode(head + SMALL.rgb) == SMALL
    assert decode(head + SMALL.rgb + b"more") == SMALL


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"", "neither"),
        (b"GIF89a", "neither"),
        (b"<html>", "neither"),
        (PNG, "without a head"),
        (PNG + b"\0" * 40, "without a head"),
        (png(0, 1), "0×1"),
        (png(60_000, 1), "60000×1"),
        (png(2**31, 2**31), "pixels"),
        (png(8000, 8000), "too large"),
        (b"P6 0 1 255 ", "0×1"),
        (b"P6 99999 1 255 ", "99999×1"),
        (b"P6 9999999999 1 255 ", "broken head"),
        (b"P6 8000 8000 255 ", "too large"),
        (b"P6 2 1 65535 " + bytes(12), "65536 shades"),
        (b"P6 2 1 255 " + SMALL.rgb[:-1], "half a picture"),
        (b"P6", "broken head"),
        (b"P6 #" + b" " * 500, "broken head"),
        (b"P6 -2 1 255 ", "broken head"),
        (SCREEN[:1000], "half a picture"),
        (SCREEN[:-6], "half a picture"),
        (SCREEN.replace(b"IEND", b"IENX"), "half a picture"),
        (SCREEN[:500] + b"\xff" + SCREEN[501:], "damaged"),
        (png(2, 1, b"\x09" + SMALL.rgb), "damaged"),
        (
            PNG + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 99, 0, 0, 0)) + chunk(b"IEND", b""),
            "damaged",
        ),
    ],
)
def test_what_is_no_picture_is_refused_with_a_reason(file: bytes, words: str) -> None:
    with pytest.raises(PictureError, match=words):
        decode(file)


def test_a_bomb_is_refused_by_its_head() -> None:
    """Its pixels would take twelve gigabytes; they are never made."""
    with pytest.raises(PictureError, match="65500×65500"):
        decode(png(65_500, 65_500, bytes(1 << 20)))
    with pytest.raises(PictureError, match="64 MiB"):
        measure(PNG + bytes(MOST_BYTES))


def test_more_pixels_than_the_head_says_are_not_made() -> None:
    assert decode(png(2, 1, (b"\0" + SMALL.rgb) * 1_000_000)) == SMALL


def test_what_the_pixels_do_not_need_is_dropped() -> None:
    bomb = chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(50 << 20)))
    profile = chunk(b"iCCP", b"profile\0\0" + zlib.compress(bytes(50 << 20)))
    file = png(2, 1, b"\0" + SMALL.rgb, bomb, profile, chunk(b"acTL", bytes(8)))
    assert bare_png(file) == png(2, 1, b"\0" + SMALL.rgb)
    assert decode(file) == SMALL


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=100).map(lambda rest: PNG + rest),
        st.binary(max_size=100).map(lambda rest: b"P6" + rest),
        st.tuples(st.integers(0, len(SCREEN) - 1), st.binary(min_size=1, max_size=8)).map(
            lambda at: SCREEN[: at[0]] + at[1] + SCREEN[at[0] + len(at[1]) :]
        ),
        st.binary(max_size=200).map(lambda data: png(3, 3, data)),
        st.tuples(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=60)).map(
            lambda of: (
                PNG
                + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, of[0], of[1], 0, 0, 0))
                + chunk(b"IDAT", zlib.compress(of[2]))
                + chunk(b"IEND", b"")
            )
        ),
    )
)
def test_any_bytes_are_a_picture_or_refused(file: bytes) -> None:
    try:
        picture = decode(file)
    except PictureError:
        return
    assert len(picture.rgb) == picture.width * picture.height * 3


def test_nothing_of_it_is_imported_at_the_start() -> None:
    code = "import sys, tuivirt.app_main, tuivirt.ui.app; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = ran.stdout.split()
    assert "tuivirt.ui.app" in modules
    assert not {"PIL", "tuivirt.backend.pictures", "tuivirt.backend.font_shelf"} & set(modules)

"""Fonts: ours, those that consoles have, and bytes that are none."""

import gzip
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.backend.font_shelf import ORDER, OURS, FontShelf
from tuivirt.core.screen.font import Font, FontError, build, parse, size

BOX = (0b1111_1111, 0b1000_0001, 0b1000_0001, 0b1111_1111)


def bitmap(rows: tuple[int, ...], width: int = 8) -> int:
    value = 0
    for row in rows:
        value = value << width | row
    return value


def psf1(height: int, table: bytes | None, *glyphs: tuple[int, ...], mode: int = 0) -> bytes:
    drawn = b"".join(bytes(rows) for rows in glyphs).ljust((512 if mode & 1 else 256) * height, b"\0")
    return b"\x36\x04" + bytes([mode | (2 if table is not None else 0), height]) + drawn + (table or b"")


def test_version_1_without_a_table_is_the_pc() -> None:
    font = parse(psf1(4, None, (0, 0, 0, 0), BOX))
    assert (font.width, font.height) == (8, 4)
    assert font.glyphs == {0: " ", bitmap(BOX): "☺"}


def test_version_1_with_a_table() -> None:
    table = struct.pack("<9H", 0x41, 0x391, 0xFFFF, 0x4B, 0x212A, 0xFFFE, 0x65, 0x301, 0xFFFF)
    font = parse(psf1(4, table, BOX, (1, 2, 3, 4)))
    assert font.glyphs[bitmap(BOX)] == "A", "of several the lowest"
    assert font.glyphs[bitmap((1, 2, 3, 4))] == "K", "a sequence is none"


def test_what_is_written_is_read() -> None:
    font = Font(12, 5, {bitmap((0xFFF, 1, 0x800, 0, 0xABC), 12): "é", 7: "x"})
    data = build(font)
    assert data.startswith(b"\x72\xb5\x4a\x86")
    assert parse(data) == font
    assert size(data[:32]) == (12, 5)


@pytest.mark.parametrize("name", ORDER)
def test_our_fonts(name: str) -> None:
    font = parse(gzip.decompress((OURS / f"{name}.psf.gz").read_bytes()))
    assert font.height == int(name.rpartition("-")[2])
    assert set(map(chr, range(0x21, 0x7F))) <= set(font.glyphs.values())
    assert 0 not in font.glyphs, "a blank is no glyph"
    assert len(font.glyphs) == len(set(font.glyphs.values())), "no character has two shapes"


def test_every_font_of_ours_is_read() -> None:
    assert {path.name.removesuffix(".psf.gz") for path in OURS.iterdir()} == set(ORDER)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PSF",
        b"\x36\x04",
        psf1(4, None)[:-1],
        psf1(0, None),
        psf1(200, None),
        struct.pack("<8I", 0x864AB572, 0, 32, 0, 1, 5, 4, 8),
        struct.pack("<8I", 0x864AB572, 0, 32, 0, 2**31, 4, 4, 8),
        struct.pack("<8I", 0x864AB572, 0, 32, 0, 1, 2**31, 2**29, 32),
    ],
)
def test_what_is_no_font(data: bytes) -> None:
    with pytest.raises(FontError):
        parse(data)


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=60).map(lambda rest: b"\x72\xb5\x4a\x86" + rest)))
def test_any_bytes_are_a_font_or_none(data: bytes) -> None:
    try:
        font = parse(data)
    except FontError:
        return
    assert font.width > 0


def test_fonts_that_are_installed(tmp_path: Path) -> None:
    """They are read when none of ours fits; what is broken among them is passed over."""
    (tmp_path / "own.psf.gz").write_bytes(gzip.compress(build(Font(12, 24, {5: "å"}))))
    (tmp_path / "same.psfu").write_bytes(build(Font(8, 16, {1: "ß"})))
    (tmp_path / "cut.psf.gz").write_bytes(gzip.compress(b"\x36\x04\x00\x10"))
    (tmp_path / "broken.psf.gz").write_bytes(b"\x1f\x8b broken")
    (tmp_path / "large.psf").write_bytes(bytes(2 << 20))
    (tmp_path / "directory.psf").mkdir()
    (tmp_path / "README").write_text("no font")
    shelf = FontShelf([tmp_path, tmp_path / "not there"])
    assert (12, 24) not in shelf.sizes()
    assert shelf.look_further()
    assert not shelf.look_further()
    assert shelf.glyphs(12, 24) == {5: "å"}
    assert shelf.glyphs(8, 16)[1] == "ß"
    assert next(iter(shelf.sizes())) == (8, 16)
    assert not FontShelf([tmp_path / "not there"]).look_further()

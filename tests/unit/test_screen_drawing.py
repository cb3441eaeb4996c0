"""How pictures and texts of guests become what a terminal is sent."""

import re
import unicodedata
from base64 import b64decode
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.segment import Segment

from tests.support.frames import gradient
from tuivirt.core.screen.picture import Picture
from tuivirt.core.screen.text import UNREAD, Row, Run
from tuivirt.core.screen.viewport import Box, Viewport
from tuivirt.ui.guest_screen import kitty
from tuivirt.ui.guest_screen.canvas import Canvas, Drawing, may_ask
from tuivirt.ui.guest_screen.cells import ascii_cells, half_blocks
from tuivirt.ui.guest_screen.painting import Painter, Painting, bytes_to_draw
from tuivirt.ui.guest_screen.sixel import encode
from tuivirt.ui.guest_screen.text_rows import LACKING, segments, shown

RED, GREEN, BLUE, BLACK, WHITE = (*(b"\xff\0\0", b"\0\xff\0", b"\0\0\xff", b"\0\0\0", b"\xff\xff\xff"),)


def text(line: list[Segment]) -> str:
    return "".join(segment.text for segment in line)


def colours(segment: Segment) -> tuple[str, str]:
    style = segment.style
    assert style is not None
    assert isinstance(style.color, Color)
    assert isinstance(style.bgcolor, Color)
    return style.color.name, style.bgcolor.name


# Text


def test_a_row_in_its_colours() -> None:
    line = segments(Row("ab  c", (Run(2, 0xFF0000, 0), Run(3, 0x00FF00, 0x0000FF))))
    assert [segment.text for segment in line] == ["ab", "  c"]
    assert colours(line[0]) == ("#ff0000", "#000000")
    assert colours(line[1]) == ("#00ff00", "#0000ff")


def test_a_cell_that_could_not_be_read_is_two_halves() -> None:
    row = Row(f"a{UNREAD}", (Run(1, 0xFFFFFF, 0), Run(1, 0x102030, 0x405060)), frozenset({1}))
    line = segments(row)
    assert text(line) == "a▀"
    assert colours(line[1]) == ("#102030", "#405060")


@given(st.text(max_size=40))
def test_nothing_of_a_guest_acts_on_the_terminal(characters: str) -> None:
    """Whatever a font says its glyphs are: each is one cell, and none is a control character."""
    line = segments(Row(characters, (Run(len(characters), 0xFFFFFF, 0),)))
    assert len(text(line)) == len(characters)
    for character in text(line):
        assert cell_len(character) == 1
        assert unicodedata.category(character)[0] not in "CZM" or character == " "


@pytest.mark.parametrize(
    ("character", "drawn"),
    [
        ("a", "a"),
        ("é", "é"),
        ("☺", "☺"),
        ("\x1b", "␛"),
        ("\u202e", LACKING),
        ("漢", LACKING),
        ("\u0301", LACKING),
    ],
)
def test_characters(character: str, drawn: str) -> None:
    assert shown(character) == drawn


# Cells


def test_half_blocks() -> None:
    line = half_blocks(RED * 2 + GREEN + BLACK, BLUE * 2 + GREEN + BLACK)
    assert [segment.text for segment in line] == ["▀▀", " ", " "]
    assert [colours(segment) for segment in line] == [
        ("#ff0000", "#0000ff"),
        ("#00ff00", "#00ff00"),
        ("#000000", "#000000"),
    ]


def test_ascii() -> None:
    line = ascii_cells(BLACK + WHITE + WHITE, BLACK + WHITE + BLACK)
    assert text(line) == " @="
    assert text(line).isascii()


# Sixels


def decode_sixels(data: str) -> tuple[int, int, dict[tuple[int, int], tuple[int, ...]]]:
    """What a terminal makes of them: the size, and the colours of the pixels, in hundredths."""
    match = re.fullmatch(r'\x1bP0;1;0q"1;1;(\d+);(\d+)(.*)\x1b\\', data, re.DOTALL)
    assert match is not None
    width, height, rest = int(match[1]), int(match[2]), match[3]
    palette: dict[int, tuple[int, ...]] = {}
    pixels: dict[tuple[int, int], tuple[int, ...]] = {}
    colour = x = y = 0
    for part in re.finditer(r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)(.)|([$-])|(.)", rest):
        if part[1]:
            colour = int(part[1])
            if part[2]:
                palette[colour] = tuple(map(int, part.group(2, 3, 4)))
        elif part[7]:
            x, y = 0, y + (6 if part[7] == "-" else 0)
        else:
            bits = ord(part[6] or part[8]) - 63
            assert 0 <= bits < 64
            length = int(part[5] or 1)
            for row in range(6):
                if bits >> row & 1:
                    pixels.update({(x + at, y + row): palette[colour] for at in range(length)})
            x += length
    return width, height, pixels


@given(st.integers(1, 40), st.integers(1, 20), st.data())
def test_sixels_are_the_pixels(width: int, height: int, data: st.DataObject) -> None:
    indices = data.draw(
        st.binary(min_size=width * height, max_size=width * height).map(
            lambda some: some.translate(bytes(value % 5 for value in range(256)))
        )
    )
    palette = [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 128, 0), (1, 2, 250)]
    hundredths = [(0, 0, 0), (100, 100, 100), (100, 0, 0), (0, 50, 0), (0, 1, 98)]
    got_width, got_height, pixels = decode_sixels(encode(width, height, indices, palette))
    assert (got_width, got_height) == (width, height)
    assert pixels == {(x, y): hundredths[indices[y * width + x]] for y in range(height) for x in range(width)}


# Kitty


def test_a_picture_for_kitty() -> None:
    portions = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", kitty.transmit(bytes(10_000), 42, 80, 24))
    assert [len(data) for _, data in portions] == [4096, 4096, 4096, 1048]
    assert portions[0][0] == "a=T,U=1,q=2,f=100,i=42,c=80,r=24,m=1"
    assert [keys for keys, _ in portions[1:]] == ["q=2,m=1", "q=2,m=1", "q=2,m=0"]
    assert b64decode("".join(data for _, data in portions)) == bytes(10_000)


def test_placeholders_are_cells() -> None:
    line = kitty.placeholders(2, 300 - 3, kitty.colour_id(24, ColorSystem.TRUECOLOR)[1])  # type: ignore[index]
    assert all(cell_len(segment.text) == 1 for segment in line)
    assert line[1].text == "\U0010eeee\u030e\u030d"
    assert kitty.MOST == 297


@pytest.mark.parametrize("number", kitty.IDS)
def test_the_colour_tells_the_number_of_the_picture(number: int) -> None:
    """Also when it is told by fewer colours."""
    few = kitty.colour_id(number, ColorSystem.EIGHT_BIT)
    many = kitty.colour_id(number, ColorSystem.TRUECOLOR)
    assert few is not None
    assert many is not None
    for (id_, style), system in ((few, ColorSystem.EIGHT_BIT), (many, ColorSystem.TRUECOLOR)):
        assert style.color is not None
        *_, sent = style.color.downgrade(system).get_ansi_codes()
        codes = style.color.downgrade(system).get_ansi_codes()
        if system is ColorSystem.EIGHT_BIT:
            assert id_ == int(sent)
        else:
            assert id_ == int(codes[-3]) << 16 | int(codes[-2]) << 8 | int(codes[-1])
    assert kitty.colour_id(number, ColorSystem.STANDARD) is None
    assert kitty.colour_id(number, None) is None


# Painting


def paint(way: str, picture: Picture, last: Painting | None = None, rows: int = 10) -> Painting:
    canvas = Canvas(Drawing(way, (8, 16)), 20, rows)  # type: ignore[arg-type]
    port = Viewport()
    port.resize((picture.width, picture.height), canvas.dots)
    return Painter(24, ColorSystem.TRUECOLOR).paint(picture, port.box(), canvas, last)


PICTURE = gradient().picture


@pytest.mark.parametrize("way", ["blocks", "ascii", "kitty", "sixel"])
def test_every_way_fills_the_view(way: str) -> None:
    painting = paint(way, PICTURE)
    assert [sum(segment.cell_length for segment in line) for line in painting.lines] == [20] * 10
    assert bool(painting.sent) == (way in {"kitty", "sixel"})
    assert all(text(line).isascii() for line in painting.lines) or way != "ascii"
    assert bytes_to_draw(painting, None) > len(painting.sent)


@pytest.mark.parametrize("way", ["blocks", "ascii"])
def test_of_a_new_picture_the_lines_that_differ_are_drawn(way: str) -> None:
    before = paint(way, PICTURE)
    changed = bytearray(PICTURE.rgb)
    changed[320 * 3 * 100 : 320 * 3 * 110] = bytes(320 * 3 * 10)
    after = paint(way, PICTURE._replace(rgb=bytes(changed)), before)
    different = [y for y in range(10) if after.lines[y] is not before.lines[y]]
    assert 1 <= len(different) <= 2
    assert 0 < bytes_to_draw(after, before) < bytes_to_draw(after, None) / 3
    assert bytes_to_draw(paint(way, PICTURE, before), before) == 0


def test_kitty_keeps_its_placeholders() -> None:
    before = paint("kitty", PICTURE)
    after = paint("kitty", gradient(blue=255).picture, before)
    assert after.lines is before.lines
    assert after.sent != before.sent
    assert bytes_to_draw(after, before) == len(after.sent)
    png = b64decode("".join(re.findall(r";([^\x1b]*)\x1b\\", after.sent)))
    with Image.open(BytesIO(png)) as image:
        assert image.size == (160, 160)


def test_sixels_have_the_size_of_the_cells() -> None:
    width, height, pixels = decode_sixels(paint("sixel", PICTURE).sent)
    assert (width, height) == (160, 160)
    assert len(pixels) == 160 * 160


def test_a_part_of_a_picture() -> None:
    canvas = Canvas(Drawing("blocks"), 4, 2)
    quarters = Picture(2, 2, RED + GREEN + BLUE + WHITE)
    painting = Painter(24, None).paint(quarters, Box((1, 0, 2, 1), 0, 0, 4, 4), canvas, None)
    assert [colours(line[0]) for line in painting.lines] == [("#00f800", "#00f800")] * 2


@pytest.mark.parametrize(
    ("environment", "may"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-256color", "TMUX": "/tmp/tmux"}, False),
        ({"TERM": "xterm-256color", "STY": "1.pts"}, False),
        ({"TERM": "xterm-256color", "ZELLIJ": "0"}, False),
        ({"TERM": "screen-256color"}, False),
        ({"TERM": "tmux-256color"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
    ],
)
def test_who_is_asked_what_he_draws(environment: dict[str, str], may: bool) -> None:
    assert may_ask(environment) is may

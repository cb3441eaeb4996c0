"""The text of screens that real guests have drawn is read exactly; what is no text is not taken for it."""

import itertools
import random
import time
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.frames import SCREENS, frame_of, gradient
from tuivirt.backend.font_shelf import shelf
from tuivirt.backend.pictures import decode
from tuivirt.core.screen.picture import Picture
from tuivirt.core.screen.reader import Reader
from tuivirt.core.screen.text import UNREAD, TextScreen

NAMES = sorted(path.stem for path in SCREENS.glob("*.png"))

# A full block is a blank in the other colour, and two glyphs are each other's reverse: they look alike.
ALIKE = str.maketrans({"█": " ", "◘": "•", "◙": "○"})
CURSORS = {
    "seabios": (8, 0),
    "linux-vga": (3, 17),
    "linux-vga-28-lines": (3, 17),
    "linux-vga-50-lines": (3, 17),
    "linux-vga-fixed": (3, 17),
    "linux-vga-log": (24, 0),
    "linux-framebuffer": (3, 17),
    "linux-framebuffer-16x32": (3, 17),
    "linux-framebuffer-fixed": (3, 17),
    "linux-framebuffer-log": (49, 0),
    "pc-characters": (0, 0),
}


def picture_of(name: str) -> Picture:
    return decode((SCREENS / f"{name}.png").read_bytes())


def read(picture: Picture) -> TextScreen | None:
    return Reader(shelf()).read(picture)


def text_of(name: str) -> TextScreen:
    text = frame_of(name).text
    assert text is not None
    return text


@pytest.mark.parametrize("name", NAMES)
def test_every_character_is_read(name: str) -> None:
    expected = (SCREENS / f"{name}.txt").read_text().rstrip("\n").split("\n")
    found = text_of(name).text.rstrip("\n").split("\n")
    if name == "linux-framebuffer-8x8":
        found[3] = found[3].removesuffix("_")  # so small, the cursor is an underscore
    assert [line.translate(ALIKE).rstrip() for line in found] == [
        line.translate(ALIKE).rstrip() for line in expected
    ]
    assert text_of(name).cursor == CURSORS.get(name)
    assert not any(row.unread for row in text_of(name).rows)


def test_sizes() -> None:
    sizes = {name: (text_of(name).columns, len(text_of(name).rows)) for name in NAMES}
    assert sizes["seabios"] == sizes["grub-console"] == sizes["linux-vga"] == (80, 25)
    assert sizes["linux-vga-50-lines"] == (80, 50)
    assert sizes["linux-vga-28-lines"] == (80, 28)
    assert sizes["linux-framebuffer"] == (160, 50)
    assert sizes["linux-framebuffer-8x8"] == (160, 100)
    assert sizes["linux-framebuffer-16x32"] == (80, 25)
    assert sizes["grub-graphical"] == (125, 46)
    assert sizes["grub-uefi"] == (100, 31)


@pytest.mark.parametrize("name", ["linux-vga", "linux-framebuffer", "linux-framebuffer-fixed"])
def test_colours(name: str) -> None:
    rows = text_of(name).rows
    colours = {}
    for number in (0, 1):
        at = 0
        for length, fg, bg in rows[number].runs:
            colours[rows[number].text[at : at + length].strip()] = (fg, bg)
            at += length
    grey = 0xA8A8A8 if name == "linux-vga" else 0xAAAAAA
    blue, red, green = (grey & mask for mask in (0x0000FF, 0xFF0000, 0x00FF00))
    yellow, background = colours["bright yellow on blue"]
    assert background == blue
    assert yellow >> 16 == yellow >> 8 & 255 > 0xF0
    assert yellow & 255 in {0x54, 0x55, 0x57}
    assert colours["reversed"] == (0, grey)
    assert colours["red"] == (red, 0)
    assert colours["green"] == (green, 0)


def test_the_menu_of_grub_in_its_colours() -> None:
    row = text_of("grub-graphical").rows[5]
    assert row.text[2:].startswith(" Advanced options")
    assert [(run.length, run.bg) for run in row.runs if run.bg] == [(123, 0x0000A8)]


# One picture after another


def with_cell(picture: Picture, row: int, column: int, colour: bytes) -> Picture:
    """A VGA screen with a cell of noise."""
    rgb = bytearray(picture.rgb)
    for y in range(16):
        at = ((row * 16 + y) * picture.width + column * 9) * 3
        rgb[at : at + 27] = bytes((value + y * 7 + x) % 256 for x, value in enumerate(colour * 9))
    return picture._replace(rgb=bytes(rgb))


def test_rows_that_do_not_change_are_the_same_objects() -> None:
    reader, picture = Reader(shelf()), picture_of("linux-vga-log")
    first = reader.read(picture)
    again = reader.read(with_cell(picture, 3, 70, b"\x10\x80\xf0"))
    assert first is not None
    assert again is not None
    assert [a == b for a, b in zip(first.rows, again.rows, strict=True)] == [row != 3 for row in range(25)]
    assert all(a is b for a, b in zip(first.rows[4:24], again.rows[4:24], strict=True))


def test_a_cursor_that_blinks_stays() -> None:
    reader, picture = Reader(shelf()), picture_of("linux-vga")
    shown = reader.read(picture)
    assert shown is not None
    assert shown.cursor == (3, 17)
    rgb = bytearray(picture.rgb)
    for y in range(3 * 16, 4 * 16):
        at = (y * 720 + 17 * 9) * 3
        rgb[at : at + 27] = bytes(27)
    assert reader.read(picture._replace(rgb=bytes(rgb))) is shown
    assert read(picture._replace(rgb=bytes(rgb))) == TextScreen(shown.rows, None)


def test_a_few_cells_that_are_no_characters() -> None:
    text = read(with_cell(picture_of("linux-vga-log"), 3, 70, b"\x10\x80\xf0"))
    assert text is not None
    assert text.rows[3].text[70] == UNREAD
    assert [row.unread for row in text.rows if row.unread] == [{70}]
    assert text.rows[2].text == text_of("linux-vga-log").rows[2].text


def test_from_text_to_a_picture_and_back() -> None:
    reader = Reader(shelf())
    assert reader.read(picture_of("linux-vga")) is not None
    assert reader.read(gradient(720, 400).picture) is None
    assert reader.read(picture_of("linux-framebuffer")) is not None
    assert reader.read(picture_of("grub-uefi")) == text_of("grub-uefi")


def test_a_blank_text_mode_is_text_and_a_blank_picture_is_none() -> None:
    blank = read(Picture(720, 400, bytes(720 * 400 * 3)))
    assert blank is not None
    assert blank.text.strip() == ""
    assert read(Picture(640, 480, bytes(640 * 480 * 3))) is None


def test_a_screen_that_shows_little_but_the_cursor() -> None:
    """As after ``clear``: a prompt and the cursor, or the cursor alone."""
    picture = picture_of("linux-vga")
    band = picture.rgb[3 * 16 * 720 * 3 : 4 * 16 * 720 * 3]
    for columns, line in (((17,), ""), ((0, 17), "#")):
        rgb = bytearray(720 * 400 * 3)
        for y, column in itertools.product(range(16), columns):
            at = (y * 720 + column * 9) * 3
            rgb[at : at + 27] = band[at : at + 27]
        text = read(picture._replace(rgb=bytes(rgb)))
        assert text is not None
        assert text.cursor == (0, 17)
        assert text.text.strip() == line


class Counted:
    """Fonts of which the further ones are looked for once."""

    def __init__(self) -> None:
        self.further = 0

    def sizes(self) -> Sequence[tuple[int, int]]:
        return shelf().sizes() if self.further else [(8, 14)]

    def glyphs(self, width: int, height: int) -> Mapping[int, str]:
        return shelf().glyphs(width, height)

    def look_further(self) -> bool:
        self.further += 1
        return self.further == 1


def test_other_fonts_are_read_when_none_fits() -> None:
    fonts = Counted()
    reader = Reader(fonts)
    assert reader.read(gradient().picture) is None
    assert fonts.further == 0, "a photograph is nothing to look for fonts for"
    assert reader.read(picture_of("linux-vga")) == text_of("linux-vga")
    assert fonts.further == 1


def test_it_is_quick() -> None:
    """A frame in which some rows changed takes milliseconds, on a machine that is busy too."""
    reader, picture = Reader(shelf()), picture_of("linux-vga-log")
    reader.read(picture)
    quickest = 1.0
    for attempt in range(10):
        changed = with_cell(picture, 3, attempt, b"\x10\x80\xf0")
        begun = time.thread_time()
        reader.read(changed)
        quickest = min(quickest, time.thread_time() - begun)
    assert quickest < 0.010


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([(720, 400), (640, 480), (160, 128), (1, 1), (9, 16), (728, 403)]),
    st.integers(0, 2**32),
    st.integers(1, 256),
)
def test_noise_of_any_size_is_no_text(size: tuple[int, int], seed: int, colours: int) -> None:
    width, height = size
    few = bytes(value % colours for value in range(256))
    rgb = random.Random(seed).randbytes(width * height * 3).translate(few)
    text = read(Picture(width, height, rgb))
    assert text is None or (colours == 1 and width == 720)

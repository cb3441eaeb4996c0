"""What a guest writes, as plain text for a log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_terminal import WRITTEN
from tuivirt.core.text import plain
from tuivirt.terminal.transcript import LONGEST, Transcript


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (b"one\r\ntwo\r\n", "one\ntwo\n"),
        (b"\x1b[32m[  OK  ]\x1b[0m Started \x1b]0;title\x07it.\r\n", "[  OK  ] Started it.\n"),
        (b" 10%\r 50%\r100%\r\n", "100%\n"),
        (b"lss\x08 \x08\r\n", "ls\n"),
        (b"a\tb\r\n", "a       b\n"),
        (b"abc\x1b[2Dx\x1b[K\r\n", "ax\n"),
        (b"Downloading 100%\x1b[2K\rok\r\n", "ok\n"),
        (b"# echo a-long-one\r\x1b[J# echo A\r\n", "# echo A\n"),
        (b"abcdef\x1b[3D\x1b[1Kx\r\n", "   xef\n"),
        (b"abcdef\r\x1b[2Xx\x1b[9X\r\n", "x\n"),
        (b"abc\x1b[3Kd\r\n", "abcd\n"),
        (b"abc\r\x1b[2Cx\x1b[5Gy\x1b[1Pz\r\n", "abx yz\n"),
        ("größe 名前\r\n".encode(), "größe 名前\n"),
        ("a\u202eb\u0085c\r\n".encode(), "a‹U+202E›bc\n"),
        (b"\xff\r\n", "�\n"),
        (b"\x1b[999999999C!\r\n", " !\n"),
    ],
)
def test_lines_as_they_were_read(written: bytes, text: str) -> None:
    assert Transcript().feed(written) == text


def test_lines_are_not_endless() -> None:
    lines = Transcript().feed(b"\x1b[9999C!" + b"x\x1b[m" * 3 * LONGEST + b"\r\n").split("\n")
    assert max(map(len, lines)) <= LONGEST + 2


def test_a_line_is_written_when_it_is_over() -> None:
    of = Transcript()
    assert of.feed(b"log") == ""
    assert of.feed(b"in: \r\nPass") == "login:\n"
    assert of.rest() == "Pass\n"
    assert of.rest() == ""


@given(st.one_of(WRITTEN.map(str.encode), st.binary()))
def test_nothing_in_it_steers_anything(written: bytes) -> None:
    of = Transcript()
    text = of.feed(written) + of.rest()
    for line in text.split("\n"):
        assert plain(line) == line


PLAIN = st.lists(
    st.sampled_from(
        ["word", "  ", "y\r\n", "\n", "\r\n", "größe", "\t", "\b", "\x07", "x" * (LONGEST // 30)]
    ),
    max_size=20,
).map("".join)


@given(PLAIN, st.integers(1, 40))
def test_whole_lines_are_taken_as_they_would_be_drawn(written: str, size: int) -> None:
    pieces, drawn = Transcript(), Transcript()
    data = written.encode()
    text = "".join(pieces.feed(data[start : start + size]) for start in range(0, len(data), size))
    # A sequence in every line keeps it from being taken as it is written.
    expected = "".join(drawn.feed(f"\x1b[m{char}".encode()) for char in written)
    assert text + pieces.rest() == expected + drawn.rest()

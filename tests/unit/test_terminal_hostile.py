"""Whatever a guest writes: nothing of it steers the user's terminal, fills the memory or types."""

import itertools
import re

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from tests.unit.test_terminal import WRITTEN
from tuivirt.core.text import plain
from tuivirt.terminal.cells import MOST
from tuivirt.terminal.lines import MOST_LINES, MOST_RUNS
from tuivirt.terminal.terminal import ANSWERS, Terminal
from tuivirt.ui.console.paint import Paints

COLUMNS, ROWS = 20, 4
ANSWER = re.compile(rb"(?:\x1b\[[1-9][0-9]?;[1-9][0-9]?R|\x1b\[\?6c)*")

KNOWN_BAD = {
    "clipboard write": b"\x1b]52;c;cm0gLXJmIH4=\x07",
    "title and its report": b"\x1b]0;\r reboot\r\x07\x1b[21t\x1b[20t\x1b]2;x\x1b\\\x1b[>1t",
    "DECRQSS": b"\x1bP$qm\r\nreboot\r\n\x1b\\\x1bP$q\x1b\\\x90$qm\x9c",
    "XTGETTCAP": b"\x1bP+q4b;4c\x1b\\",
    "answerback and DA2, DA3": b"\x05\x1b[>c\x1b[=c\x1b[0;0;0c",
    "giant numbers": b"".join(
        b"\x1b[%d%c" % (10**18, final) for final in b"@ABCDEFGHIJKLMPSTXZ`abdefghlmnrsu"
    ),
    "colons": "".join(
        "\x1b[38{}5{}1{}48{}2{}1{}4{}mx".format(*signs) for signs in itertools.product(";:", repeat=7)
    ).encode(),
    "many numbers": b"\x1b[" + b"1;" * 100_000 + b"m",
    "a number without end": b"\x1b[" + b"1" * 1_000_000,
    "a string without end": b"\x1b]0;" + b"x" * 1_000_000,
    "a DCS without end": b"\x1bP" + b"x" * 1_000_000,
    "one line": b"x" * 1_000_000,
    "repeats": b"x" + b"\x1b[999999999b" * 3_000,
    "insertions": b"\x1b[4h" + b"x\x1b[H" * 3_000 + b"\x1b[99999@\x1b[99999L" * 3_000,
    "saved cursors": b"\x1b7" * 100_000,
    "titles": b"\x1b]0;" + b"\x1b]0;".join(b"%d\x07" % number for number in range(30_000)),
    "charsets": b"\x1b(0\x1b)0\x1b*0\x1b+0\x1b-A\x0e\x1bN\x1bO\x1bn\x1bo" * 1_000,
    "screens": b"\x1b[?1049h\x1b[?47l\x1b[?1047h\x1b[?1048l" * 3_000,
    "modes": b"".join(b"\x1b[?%dh\x1b[%dh" % (number, number) for number in range(9_999)),
    "marks": b"e" + "\u0301".encode() * 200_000,
    "not UTF-8": bytes(range(256)) * 1_000,
    "C1": "".join(map(chr, range(0x80, 0xA0))).encode() * 1_000 + b"\x9b31m\x9d0;x\x9c",
    "bidi and the like": "a\u202eb\u2066c\u200f\u061c\u200b\u2028\u2029\ufeff\u00ad\U000e0041\ue000".encode()
    * 999,
    "wide at the edge": "\x1b[4;20H名\x1b[4;20Hx\x1b[?7l名名\x1b[?7h".encode() * 999,
    "nulls": b"\x00" * 100_000,
    "colours": b"".join(b"\x1b[38;2;%d;%d;%dmx" % (n % 256, n // 256 % 256, n % 199) for n in range(20_000)),
    "escape, cut": b"\x1b" * 100_000 + b"[",
    "kitty, sixel": b"\x1b_Ga=T;AAAA\x1b\\\x1bPq#0;2;0;0;0~-\x1b\\" * 1_000,
    "hyperlinks": b"\x1b]8;;file:///etc/passwd\x07click\x1b]8;;\x07" * 1_000,
}


PAINTS = Paints()


def check(of: Terminal) -> None:
    """Every line holds what may be shown, in no more cells than there are; the grid is no larger either."""
    for number in range(of.first, of.end):
        line = of.line(number)
        text = line.text
        assert plain(text) == text, repr(text)
        # What is in the history was as wide as the screen then was.
        assert cell_len(text) <= (of.size[0] if number >= of.top else COLUMNS), repr(text)
        assert all(run for run, _ in line.runs)
        strip = PAINTS.strip(line, 1, COLUMNS, [(3, 4, Style(reverse=True))])
        assert strip.cell_length == COLUMNS
        assert plain(strip.text) == strip.text
    grid = of.screen
    assert 0 <= grid.cursor.y < grid.lines
    assert 0 <= grid.cursor.x <= grid.columns
    assert set(grid.buffer) <= set(range(grid.lines))
    assert all(0 <= x < grid.columns for row in grid.buffer.values() for x in row)
    for row in grid.buffer.values():
        texts = [row[x].data for x in range(grid.columns)]
        wide = [x for x, text in enumerate(texts) if of.cells(text) == 2]
        assert [x for x, text in enumerate(texts) if not text] == [x + 1 for x in wide]
    assert plain(plain(of.title)) == plain(of.title)
    answers = of.answers()
    assert ANSWER.fullmatch(answers), answers
    assert len(answers) <= 10 * ANSWERS


@given(WRITTEN)
def test_sequences_in_any_order(written: str) -> None:
    of = Terminal(cell_len, COLUMNS, ROWS)
    of.feed(written.encode())
    of.work(60)
    check(of)
    of.resize(7, 2)
    check(of)


NUMBER = st.sampled_from(
    ["", "0", "1", "2", "3", "4", "5", "19", "20", "21", "999999999", "1" * 40, "4:3", ":"]
)
SEQUENCE = st.builds(
    "\x1b[{}{}{}".format,
    st.sampled_from(["", "", "", "", "?", ">"]),
    st.lists(NUMBER, max_size=3).map(";".join),
    st.sampled_from("@ABCDEFGHIJKLMPSTXZ`abcdefghlmnrsu"),
)
WORD = st.sampled_from(
    [
        "ab",
        "x" * 25,
        "名前",
        "한",
        "ｆ",
        "\u3000",
        "e\u0301",
        "क्षि",
        "😀",
        "\r\n",
        "\n",
        "\b",
        "\t",
        "\x0e",
        "\x1b(0",
    ]
)
STEP = st.one_of(
    st.lists(st.one_of(SEQUENCE, WORD), max_size=12).map("".join),
    st.tuples(st.integers(1, COLUMNS), st.integers(1, 6)),
)


@settings(max_examples=300)
@given(st.lists(STEP, max_size=6))
def test_sequences_with_any_numbers_and_other_sizes_in_between(steps: list[str | tuple[int, int]]) -> None:
    of = Terminal(cell_len, COLUMNS, ROWS)
    for step in steps:
        if isinstance(step, str):
            of.feed(step.encode())
            assert of.work(60)
        else:
            of.resize(*step)
        check(of)


@settings(max_examples=300)
@given(st.lists(st.binary(max_size=60), max_size=4))
def test_bytes_of_any_kind(written: list[bytes]) -> None:
    of = Terminal(cell_len, COLUMNS, ROWS)
    for data in written:
        of.feed(data)
        of.work(60)
    check(of)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_of_any_kind(written: str) -> None:
    of = Terminal(cell_len, COLUMNS, ROWS)
    of.feed(written.encode())
    of.work(60)
    check(of)


@pytest.mark.parametrize("name", KNOWN_BAD)
def test_what_is_known_to_be_bad(name: str) -> None:
    of = Terminal(cell_len, COLUMNS, ROWS)
    data = KNOWN_BAD[name]
    for start in range(0, len(data), 50_000):
        of.feed(data[start : start + 50_000])
        assert of.work(60)
    check(of)
    # Nothing that grows with what a guest writes.
    assert len(of.history) <= MOST_LINES
    assert sum(len(of.line(number).runs) for number in range(of.first, of.end)) <= MOST_RUNS
    assert max(len(of._parser._held), len(of._parser._content), len(of.title)) <= 1024
    assert max(len(of._alphabet), len(of._rendition._known), len(of.screen._palette)) <= MOST
    assert all(len(cells) <= MOST for cells in of.screen._palette.values())
    assert len(of.screen.tabstops) <= COLUMNS
    assert len(of.screen.mode) < 10
    assert all(len(cell.data) < 6 for row in of.screen.buffer.values() for cell in row.values())
    # It goes on as if nothing had been.
    of.feed(b"\x18\x1b\\\x1bc\x1b[31mok")
    of.work(60)
    assert of.line(of.top).text == "ok"


ORDINARY = st.lists(
    st.one_of(
        st.sampled_from(
            ["word", "x" * 30, "\r\n", "\r", "\b", "\t", "\x1b[K", "\x1b[1K", "\x1b[J", "\x1b[2J", "\x1bM"]
        ),
        st.builds("\x1b[{};{}H".format, st.integers(1, 6), st.integers(1, 24)),
        st.builds("\x1b[{}{}".format, st.integers(1, 5), st.sampled_from("ABCDGdXP@LM")),
    ),
    max_size=20,
).map("".join)


@given(ORDINARY)
def test_ordinary_sequences_do_what_they_do_in_pyte(written: str) -> None:
    """A reference that others wrote, in what both do: its own wrap at the last column is another."""
    if re.search("x{20}", written):
        return
    reference = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(reference)
    of = Terminal(cell_len, COLUMNS, ROWS)
    for piece in re.findall(r"\x1b\[[0-9;]*.|\x1b.|[^\x1b]", written):
        for row in range(ROWS):  # of rows that are not there it does not delete the line above
            _ = reference.buffer[row]
        stream.feed(piece)
        reference.cursor.x = min(reference.cursor.x, COLUMNS - 1)
        of.draw(piece)
        of.screen.settle()
    assert [of.line(number).text for number in range(of.top, of.end)] == [
        line.rstrip() for line in reference.display
    ]

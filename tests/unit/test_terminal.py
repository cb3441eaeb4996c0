"""The terminal of a guest: what it shows, answers and keeps, however its bytes are cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tuivirt.terminal import lines
from tuivirt.terminal.cells import PLAIN, Look
from tuivirt.terminal.lines import MOST_LINES
from tuivirt.terminal.terminal import ANSWERS, Terminal


def terminal(*written: str | bytes, columns: int = 20, rows: int = 4) -> Terminal:
    made = Terminal(cell_len, columns, rows)
    for data in written:
        made.feed(data.encode() if isinstance(data, str) else data)
        assert made.work(60)
    return made


def screen(of: Terminal) -> list[str]:
    return [of.line(number).text for number in range(of.top, of.end)]


def history(of: Terminal) -> list[str]:
    return [of.line(number).text for number in range(of.first, of.top)]


def state(of: Terminal) -> tuple[object, ...]:
    """Everything that can be seen of it."""
    cursor = of.screen.cursor
    return (
        [of.line(number) for number in range(of.first, of.end)],
        (cursor.y, cursor.x, cursor.hidden),
        (of.screen.look, of.screen.mode, of.screen.margins, of.screen.alternate),
        (of.title, of.answers()),
    )


@pytest.mark.parametrize(
    ("written", "rows"),
    [
        ("one\r\ntwo", ["one", "two"]),
        ("one\ntwo", ["one", "   two"]),
        ("abc\rX", ["Xbc"]),
        ("abc\b\bX", ["aXc"]),
        ("a\tb", ["a       b"]),
        ("x" * 25, ["x" * 20, "x" * 5]),
        ("\x1b[?7l" + "x" * 25 + "y", ["x" * 19 + "y"]),
        ("a\x1b[3;5Hb", ["a", "", "    b"]),
        ("a\x1b[2;3fb\x1b[Hc", ["c", "  b"]),
        ("abcdef\x1b[3D\x1b[K", ["abc"]),
        ("abcdef\x1b[3D\x1b[1K", ["    ef"]),
        ("abc\r\ndef\x1b[2K", ["abc"]),
        ("abc\r\ndef\x1b[1A\x1b[J", ["abc"]),
        ("abc\r\ndef\x1b[2J", ["", ""]),
        ("abcdef\r\x1b[2P", ["cdef"]),
        ("abcdef\r\x1b[2@", ["  abcdef"]),
        ("abcdef\r\x1b[2X", ["  cdef"]),
        ("a\r\nb\r\nc\x1b[2;1H\x1b[L", ["a", "", "b", "c"]),
        ("a\r\nb\r\nc\x1b[2;1H\x1b[M", ["a", "c"]),
        ("a\r\nb\r\nc\x1b[2;3r\x1b[3;1H\n", ["a", "c"]),
        ("a\x1b[M", []),
        ("a\x1b[J\x1b[1M", []),
        ("a\r\nb\r\nc\r\nd\x1b[2H\x1b[2M", ["a", "d"]),
        ("a\r\nb\r\nc\r\nd\x1b[2H\x1b[999M", ["a"]),
        ("a\r\nb\r\nc\r\nd\x1b[2H\x1b[999L", ["a"]),
        ("a\r\nb\r\nc\r\nd\x1b[1;2r\x1b[3H\x1b[M\x1b[L", ["a", "b", "c", "d"]),
        ("a\r\nb\r\nc\r\nd\x1b[2;3r\x1b[r\x1b[4;1H\ne", ["b", "c", "d", "e"]),
        ("a\r\nb\r\nc\r\nd\x1b[2;4r\x1b[;3r\x1b[3;1H\ne", ["b", "c", "e", "d"]),
        ("a\x1b[3;3rb\x1b[4;2rc", ["abc"]),
        ("a\r\nb\r\nc\r\nd\x1b[2;3r\x1b[99S", ["a", "", "", "d"]),
        ("a\r\nb\r\nc\r\nd\x1b[2;3r\x1b[99T", ["a", "", "", "d"]),
        ("\x1b[2;3r\x1b[?6h\x1b[99;3Hx", ["", "", "  x"]),
        ("x" * 20 + "\x1b[?25l\x1b[?2004h\x1b[4l\x1b[sy", ["x" * 20, "y"]),
        ("x" * 20 + "\x1b[2b", ["x" * 20, "xx"]),
        ("x\x1b[99999b", ["x" * 20, "x"]),
        ("x" * 20 + "\x1bHy\r\tz", ["x" * 20, "y       z"]),
        ("abcdef\x1b[4h\x1b[2G" + "x" * 21, ["a" + "x" * 19, "xx"]),
        ("q\x1b(0\x1b[b", ["qq"]),
        ("a\r\nb\r\nc\r\nd\x1b[S", ["b", "c", "d"]),
        ("a\r\nb\x1b[T", ["", "a", "b"]),
        ("a\x1bMb", [" b", "a"]),
        ("\x1b[4habc\r\x1b[4lX", ["Xbc"]),
        ("abc\r\x1b[4hX", ["Xabc"]),
        ("ab\x1b[3b", ["abbbb"]),
        ("\x1b(0lqk\x1b(Bx", ["┌─┐x"]),
        ("\x1b)0a\x0eq\x0fb", ["a─b"]),
        ("\x1b#8", ["E" * 20] * 4),
        ("a\x1b7\x1b[3;3H\x1b8b", ["ab"]),
        ("a\x1b[s\x1b[3;3H\x1b[ub", ["ab"]),
        ("\x1b[2gab\x1b[3g\tc", ["ab" + " " * 17 + "c"]),
        ("abc\x1b[2Gx\x1b[4`y", ["axcy"]),
        ("\x1b[5dx", ["", "", "", "x"]),
        ("ab\x1bcx", ["x"]),
        ("one\x1b[!ptwo", ["onetwo"]),
        ("名前x", ["名前x"]),
        ("x" * 19 + "名", ["x" * 19, "名"]),
        ("名前\x1b[2Gx", [" x前"]),
        ("名前\rx", ["x 前"]),
        ("ab名c\x1b[3G\x1b[P", ["ab c"]),
        ("ab名c\x1b[4G\x1b[P", ["ab c"]),
        ("ab名c\x1b[2G\x1b[2P", ["a c"]),
        ("a" * 17 + "名\x1b[1G\x1b[2@", ["  " + "a" * 17]),
        ("cafe\u0301", ["cafe\u0301"]),
        ("\u0301a", ["a"]),
        ("a\u202eb\u200bc\ufeff", ["abc"]),
        ("a\u00a0b", ["a b"]),
        ("🇩🇪", ["��"]),
        (b"a\xff\xfeb", ["a��b"]),
    ],
)
def test_what_is_on_the_screen(written: str | bytes, rows: list[str]) -> None:
    shown = screen(terminal(written))
    assert shown == [*rows, *[""] * (4 - len(rows))]


def test_the_alternate_screen_comes_and_goes_and_has_no_history() -> None:
    of = terminal("before\r\n$ vi", "\x1b[?1049h\x1b[Hfile" + "\r\n" * 9)
    assert screen(of) == ["", "", "", ""]
    assert history(of) == []
    of.feed(b"\x1b[?1049l!")
    of.work(1)
    assert screen(of) == ["before", "$ vi!", "", ""]


def test_what_leaves_the_screen_is_kept_in_order_and_up_to_a_number() -> None:
    of = terminal(*(f"{number}\r\n" for number in range(MOST_LINES + 100)))
    assert screen(of) == [*map(str, range(MOST_LINES + 97, MOST_LINES + 100)), ""]
    assert history(of) == [*map(str, range(97, MOST_LINES + 97))]
    assert of.top == MOST_LINES + 97
    with pytest.raises(IndexError):
        of.line(96)


def test_lines_within_margins_and_cleared_ones_are_not_kept() -> None:
    of = terminal("a\r\nb\r\n\x1b[2;3r\x1b[3;1H" + "x\r\n" * 5)
    assert history(of) == []
    of = terminal("a\r\n" * 9)
    of.feed(b"\x1b[3J")
    of.work(1)
    assert history(of) == []


@pytest.mark.parametrize(
    ("parameters", "look"),
    [
        ("1", Look(bold=True)),
        ("1;3;4;7;9;2", Look(bold=True, italic=True, underline=True, reverse=True, strike=True, dim=True)),
        ("31;42", Look(1, 2)),
        ("91;102", Look(9, 10)),
        ("38;5;196", Look(196)),
        ("48;2;1;2;3", Look(None, "#010203")),
        ("38:2::255:0:128", Look("#ff0080")),
        ("38:2:255:0:128", Look("#ff0080")),
        ("38:5:7", Look(7)),
        ("4:3", Look(underline=True)),
        ("31;0", PLAIN),
        ("31;39", PLAIN),
        ("1;22", PLAIN),
        ("", PLAIN),
        ("38;5;999", PLAIN),
        ("38;2;1;2", PLAIN),
        ("38;2;1;2;300", PLAIN),
        ("38", PLAIN),
        ("38;5:200", PLAIN),
        ("38;2:1:2;3", Look(italic=True)),
        ("38:5;200", Look(0)),
        (":;:1:;38:;48:2:;4:", PLAIN),
        ("58;5;1;31", Look(1)),
        ("99999999999", PLAIN),
        (">4;2", PLAIN),
        ("?1;2", PLAIN),
    ],
)
def test_colours_and_attributes(parameters: str, look: Look) -> None:
    of = terminal(f"\x1b[{parameters}mx")
    assert of.line(of.top).runs == (("x", look),)


def test_erasing_takes_the_background_alone() -> None:
    of = terminal("\x1b[1;4;44m\x1b[K\x1b[1;1Hx")
    assert of.line(of.top).runs == (
        ("x", Look(background=4, bold=True, underline=True)),
        (" " * 19, Look(background=4)),
    )


@pytest.mark.parametrize(
    "written", ["\x1b[2M", "\x1b[2L", "\x1b[S", "\x1b[T", "\x1bM", "\x1b[2J", "\x1b[J", "\x1b[4H\n"]
)
def test_lines_that_come_in_take_the_background(written: str) -> None:
    of = terminal("a\r\nb\r\nc\r\nd\x1b[H\x1b[1;44m" + written)
    blank = ((" " * 20, Look(background=4)),)
    assert blank in [of.line(number).runs for number in range(of.top, of.end)]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("\x1b[6n", b"\x1b[1;1R"),
        ("ab\r\ncd\x1b[6n", b"\x1b[2;3R"),
        ("x" * 20 + "\x1b[6n", b"\x1b[1;20R"),
        ("\x1b[2;4r\x1b[?6h\x1b[6n", b"\x1b[1;1R"),
        ("\x1b[999;999H\x1b[6n", b"\x1b[4;20R"),
        ("\x1b[c\x1b[0c", b"\x1b[?6c\x1b[?6c"),
        ("\x1b[5n", b""),
        ("\x1b[?6n", b""),
        ("\x1b[>c", b""),
        ("\x1b[>0c\x1b[=c\x1b[>q\x1b[18t\x1b[21t\x1b[?2026$p\x1b[x\x1bZ\x05", b""),
        ("\x1bP$qm\x1b\\", b""),
        ("\x1bP+q544e\x1b\\", b""),
        ("\x1b]10;?\x07\x1b]11;?\x1b\\\x1b]52;c;?\x07\x1b]4;1;?\x07", b""),
        ("\x1b]0;$(reboot)\r\x07\x1b[21t\x1b[20t", b""),
    ],
)
def test_what_is_answered(asked: str, answer: bytes) -> None:
    of = terminal(asked)
    assert of.answers() == answer
    assert of.answers() == b""


def test_a_guest_that_asks_without_end_gets_few_answers() -> None:
    assert terminal("\x1b[6n" * 5000).answers() == b"\x1b[1;1R" * ANSWERS


def test_modes_that_others_need_to_know() -> None:
    def modes(of: Terminal) -> tuple[bool, bool, bool]:
        return of.cursor_keys, of.bracketed_paste, of.screen.cursor.hidden

    of = terminal("\x1b[?1h\x1b[?2004h\x1b[?25l\x1b=")
    assert modes(of) == (True, True, True)
    of.restart()
    assert modes(of) == (False, False, False)


def test_a_boot_begins_in_a_row_of_its_own() -> None:
    of = terminal("# reboot")
    for _ in range(2):
        of.restart()
        of.resize(20, 4)
    of.feed(b"SeaBIOS")
    of.work(1)
    assert screen(of) == ["# reboot", "SeaBIOS", "", ""]


def test_the_title_is_told_and_bounded() -> None:
    of = terminal("\x1b]0;vi – file\x07", "\x1b]2;" + "x" * 100_000)
    assert of.title == "vi – file"
    of.feed(b"\x1b\\")
    of.work(1)
    assert 0 < len(of.title) < 300


def test_a_title_that_never_ends_swallows_one_line() -> None:
    assert screen(terminal("\x1b]0;oops\r\nnext")) == ["", "next", "", ""]


@pytest.mark.parametrize("kind", ["P", "X", "^", "_"])
def test_other_strings_are_swallowed_until_they_end(kind: str) -> None:
    assert screen(terminal(f"a\x1b{kind}secret\r\nmore\x07\x1b\\b")) == ["ab", "", "", ""]
    assert screen(terminal(f"a\x1b{kind}secret\x18b")) == ["ab", "", "", ""]
    assert screen(terminal(f"a\x1b{kind}secret\x1b[2Cb")) == ["a  b", "", "", ""]


def test_sequences_of_no_known_form_are_swallowed() -> None:
    for sequence in (
        "\x1b[<1;2;3M",
        "\x1b[1;2 q",
        "\x1b[?1;2!x",
        "\x1b[ 1m",
        "\x1b[1?h",
        "\x1b%G",
        "\x1b ###F",
    ):
        assert screen(terminal(f"a{sequence}b"))[0] == "ab", sequence
    assert screen(terminal("a\x1b[1;2é"))[0] == "aé"
    assert screen(terminal("a\x1b[1;2\r\nb"))[:2] == ["a", "b"]
    assert screen(terminal("a\x1b[" + "1" * 5000 + "mb"))[0] == "ab"
    assert screen(terminal("a\x1b[" + "1" * 5000, "1" * 5000, "mb"))[0] == "ab"


class TestSizes:
    def test_larger_leaves_what_is_there(self) -> None:
        of = terminal("a\r\nb")
        of.resize(30, 6)
        assert screen(of) == ["a", "b", "", "", "", ""]

    def test_smaller_takes_blank_lines_first(self) -> None:
        of = terminal("a\r\nb")
        of.resize(20, 2)
        assert screen(of) == ["a", "b"]
        assert history(of) == []

    def test_smaller_moves_lines_into_the_history(self) -> None:
        of = terminal("a\r\nb\r\nc\r\nd")
        of.resize(20, 2)
        assert screen(of) == ["c", "d"]
        assert history(of) == ["a", "b"]
        of.feed(b"!")
        of.work(1)
        assert screen(of) == ["c", "d!"]

    def test_narrower_cuts(self) -> None:
        of = terminal("x" * 15)
        of.resize(10, 4)
        assert screen(of)[0] == "x" * 10
        assert of.screen.cursor.x == 9

    def test_within_bounds(self) -> None:
        of = terminal()
        of.resize(100_000, -1)
        assert of.size == (500, 1)

    def test_behind_the_alternate_screen(self) -> None:
        of = terminal("a\r\nb\r\nc\r\nd\x1b[?1049h\x1b[Hx\r\ny\r\nz\r\nw")
        of.resize(20, 2)
        assert screen(of) == ["z", "w"]
        of.feed(b"\x1b[?1049l")
        of.work(1)
        assert screen(of) == ["c", "d"]
        assert history(of) == ["a", "b"]


def test_lines_know_where_they_go_on() -> None:
    of = terminal("x" * 45 + "\r\nshort")
    assert [of.line(number).wraps for number in range(of.top, of.end)] == [True, True, False, False]


def test_lines_with_a_look_for_every_cell_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MOST_RUNS", 1000)
    row = "".join(f"\x1b[38;5;{number}mx" for number in range(20))
    of = terminal(f"{row}\r\n" * 200)
    assert len(of.history) == 50
    of.feed(b"plain\r\n" * 1500)
    of.work(1)
    assert len(of.history) == 1000


WRITTEN = st.lists(
    st.sampled_from(
        [
            *("word", "x" * 30, "名前", "e\u0301", "\u202e", "\u0301", "🇩", "\ufe0f"),
            *("\r", "\n", "\r\n", "\b", "\t", "\x07", "\x0e", "\x0f", "\x18", "\x00", "\x7f", "\x9b", "\x85"),
            *("\x1b", "\x1b[", "\x1b]", "\x1bP", "\x1b\\", "\x1b[?", "\x1b[>", "\x1b(", "\x1b#"),
            *("0", "1", "5", "23", "999999999", ";", ":", "?", "$", "!", " "),
            *(
                "m",
                "H",
                "J",
                "K",
                "h",
                "l",
                "r",
                "n",
                "c",
                "A",
                "B",
                "L",
                "M",
                "P",
                "@",
                "S",
                "T",
                "b",
                "d",
                "q",
            ),
            *(
                "\x1b[31m",
                "\x1b[0m",
                "\x1b[2J",
                "\x1b[H",
                "\x1b[?1049h",
                "\x1b[?1049l",
                "\x1b[?6h",
                "\x1b[2;3r",
            ),
            *("\x1b[4h", "\x1b[?7l", "\x1b7", "\x1b8", "\x1bM", "\x1bc", "\x1b[6n", "\x1b]0;t\x07", "\x1b(0"),
            *("\x1b]52;c;cHduZWQ=\x07", "\x1bP$qm\x1b\\", "\x1b[99999999L", "\x1b[9999@", "\x1b[99999b"),
        ]
    ),
    max_size=40,
).map("".join)


@given(WRITTEN, st.data())
def test_it_makes_no_difference_how_the_bytes_are_cut(written: str, data: st.DataObject) -> None:
    whole = terminal(written)
    encoded = written.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(encoded)), max_size=5)))
    parts = [encoded[start:end] for start, end in zip([0, *cuts], [*cuts, len(encoded)], strict=True)]
    assert state(terminal(*parts)) == state(whole)

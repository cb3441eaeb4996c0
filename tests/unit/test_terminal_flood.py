"""Fast forward: what is not drawn line by line looks as if it had been."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.unit.test_terminal import history, screen, state
from tuivirt.terminal import flood
from tuivirt.terminal.lines import MOST_LINES
from tuivirt.terminal.terminal import Terminal

LINES = st.lists(
    st.lists(
        st.sampled_from(
            [
                *(
                    "word ",
                    "x" * 25,
                    "  ",
                    "größe",
                    "名前",
                    "\t",
                    "\ta\t",
                    "\x1b[31m",
                    "\x1b[0m",
                    "\x1b[1;44m",
                ),
                *("\x1b[m", "é" * 15, "\u00a0", "e\u0301", "\x1b[K", "\r", "\u202e"),
            ]
        ),
        max_size=5,
    ).map("".join),
    min_size=30,
    max_size=60,
)


def made() -> Terminal:
    return Terminal(cell_len, 20, 4)


def drawn(text: str) -> Terminal:
    """What drawing every character comes to."""
    of = made()
    of.draw(text)
    return of


def flooded(text: str) -> Terminal:
    of = made()
    of.feed(text.encode())
    assert of.work(60)
    return of


@given(
    LINES,
    st.sampled_from(["", "begun", "\x1b[32mgreen", "\x1b[42mgreen", "\n\n\n\n"]),
    st.sampled_from(["", "rest"]),
)
def test_it_comes_to_the_same_as_drawing(lines: list[str], before: str, rest: str) -> None:
    text = before + "".join(f"{line}\r\n" for line in lines * 4) + rest
    assert state(flooded(text)) == state(drawn(text))


@given(LINES)
def test_so_do_plain_lines_which_are_not_looked_at(lines: list[str]) -> None:
    kept = [line for line in lines if line.isascii() and line.isprintable()] + ["a", "b "] * 20
    text = "".join(f"{line}\r\n" for line in kept * 4)
    assert state(flooded(text)) == state(drawn(text))


@pytest.mark.parametrize(
    "setting", ["\x1b[4h", "\x1b[?7l", "\x1b[2;3r", "\x1b[?6h", "\x1b(0", "\x1b[?1049h", "\x1b[3g"]
)
def test_text_that_does_not_just_flow_is_drawn(setting: str) -> None:
    text = setting + "qa\tbc\r\n" * 300
    assert state(flooded(text)) == state(drawn(text))


def test_a_flood_keeps_the_last_lines_and_counts_the_others() -> None:
    of = made()
    for _, numbers in itertools.groupby(range(300_000), key=lambda number: number // 7_000):
        of.feed("".join(f"{number}\r\n" for number in numbers).encode())
        assert of.work(60)
    assert screen(of) == ["299997", "299998", "299999", ""]
    assert history(of) == [str(number) for number in range(299_997 - MOST_LINES, 299_997)]
    assert of.top == 299_997


def test_what_waits_is_bounded_and_nothing_is_missing_where_the_history_is_full() -> None:
    of = made()
    of.feed("".join(f"{number}\r\n" for number in range(500_000)).encode())
    assert len(of._pending) <= flood.MOST
    assert of.work(60)
    assert screen(of) == ["499997", "499998", "499999", ""]
    assert history(of) == [str(number) for number in range(499_997 - MOST_LINES, 499_997)]


def test_what_is_left_out_is_told_and_its_settings_are_kept() -> None:
    of = made()
    frame = "\x1b[Hframe\x1b[K\x1b[2;1Hand more"
    of.feed(("\x1b[?1h\x1b[?2004h\x1b]0;top\x07" + frame * 200_000 + "\x1b[2J\x1b[Hlast").encode())
    assert len(of._pending) <= flood.KEPT
    assert of.work(60)
    assert screen(of) == ["last", "", "", ""]
    assert of.cursor_keys
    assert of.bracketed_paste
    assert of.title == "top"
    assert any("left out" in line for line in history(of))


def test_bytes_that_nobody_could_keep_are_told() -> None:
    of = made()
    of.feed(b"before\r\n\x1b]0;half a tit")
    of.work(60)
    of.feed(b"after", lost=12_345)
    of.work(60)
    assert screen(of)[1] == "after"
    assert history(of) == ["⋯ 12,345 characters were left out ⋯"]


def test_work_takes_no_longer_than_it_may() -> None:
    of = made()
    of.feed(b"\x1b[Hword\x1b[5;5Hmore" * 50_000)
    assert not of.work(0.0)
    waiting = len(of._pending)
    assert not of.work(0.0)
    assert 0 < waiting - len(of._pending) < 5000

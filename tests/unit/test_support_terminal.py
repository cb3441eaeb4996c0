"""The emulated terminal that other tests look through."""

import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.emulator import Emulator
from tests.support.terminal import Terminal
from tests.support.wait import until


def shown(data: bytes) -> str:
    emulator = Emulator(40, 3)
    emulator.feed(data)
    return emulator.screen.text.rstrip()


@pytest.mark.parametrize(
    "sequence",
    [
        b"\x1b[>1u",
        b"\x1b[<u",
        b"\x1b[?2026h",
        b"\x1b[?2048$p",
        b"\x1b[>4;2m",
        b"\x1b]0;title\x07",
        b"\x1b]8;;https://example.org\x1b\\",
        b"\x1b_Gi=1,a=q;AAAA\x1b\\",
        b"\x1bP>|name\x1b\\",
        b"\x1b[4:3m",
    ],
)
def test_what_is_not_text_is_not_shown(sequence: bytes) -> None:
    assert shown(b"a" + sequence + b"b") == "ab"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
        (b"\x1b[?2048$p", b"\x1b[?2048;0$y"),
        (b"\x1b[c", b"\x1b[?62;22c"),
        (b"ab\x1b[6n", b"\x1b[1;3R"),
        (b"\x1b[16t", b"\x1b[6;16;8t"),
        (b"\x1b[18t", b"\x1b[8;3;40t"),
        (b"\x1b[31m", b""),
    ],
)
def test_questions_are_answered(question: bytes, answer: bytes) -> None:
    assert Emulator(40, 3).feed(question) == answer


def test_the_alternate_screen_hides_the_normal_one() -> None:
    emulator = Emulator(10, 2)
    emulator.feed(b"before\x1b[?1049h\x1b[Hinside")
    assert emulator.screen.lines == ["inside", ""]
    emulator.feed(b"\x1b[?1049l")
    assert emulator.screen.lines == ["before", ""]
    assert not emulator.modes & {1049}


def test_the_clipboard_and_the_title() -> None:
    emulator = Emulator(10, 2)
    emulator.feed(b"\x1b]52;c;d2ViMDE=\x07\x1b]2;here\x1b\\")
    assert (emulator.clipboard, emulator.title) == ("web01", "here")


def test_styles() -> None:
    emulator = Emulator(10, 2)
    emulator.feed(b"\x1b[1;38;2;255;128;0mx\x1b[0;7my")
    orange, reversed_ = emulator.screen.style(0, 0), emulator.screen.style(0, 1)
    assert (orange.foreground, orange.bold, orange.reverse) == ("ff8000", True, False)
    assert (reversed_.foreground, reversed_.reverse) == ("default", True)


@given(st.lists(st.integers(1, 40), max_size=6))
def test_the_cuts_between_reads_do_not_matter(cuts: list[int]) -> None:
    data = "é\x1b[?1049h\x1b[2;2H\x1b[31mwéb\x1b]0;x\x07\x1b[>1u\x1b_Gx\x1b\\end".encode()
    emulator = Emulator(20, 3)
    for cut in cuts:
        emulator.feed(data[:cut])
        data = data[cut:]
    emulator.feed(data)
    assert emulator.screen.lines == ["", " wébend", ""]
    assert emulator.title == "x"


PROGRAM = """
import os, shutil, signal, sys, tty
tty.setcbreak(0)
def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())
def size(*_):
    say("size", *shutil.get_terminal_size())
signal.signal(signal.SIGWINCH, size)
size()
say("own terminal", os.tcgetpgrp(0) == os.getpgrp())
while (key := os.read(0, 100)) != b"q":
    say("read", key)
sys.exit(3)
"""


def test_a_program_in_a_terminal() -> None:
    with Terminal([sys.executable, "-c", PROGRAM], columns=50, rows=12) as terminal:
        terminal.until_text("size 50 12", "own terminal True")
        terminal.press("down", "ctrl+a")
        terminal.until_text(r"read b'\x1b[B\x01'")
        before = terminal.received
        terminal.resize(60, 20)
        moment = terminal.until_bytes(b"size 60 20")
        assert terminal.started < moment <= time.monotonic()
        assert terminal.received > before
        assert terminal.memory() > 1 << 20
        assert 0 < terminal.cpu_seconds() < 10
        terminal.send("q")
        assert terminal.wait() == 3


def test_the_screen_is_in_the_failure() -> None:
    with (
        Terminal([sys.executable, "-c", "print('only this')"]) as terminal,
        pytest.raises(AssertionError, match=r"(?s)the program ended before 'that'.*only this"),
    ):
        terminal.until_text("that")


def test_leaving_ends_the_program() -> None:
    with Terminal([sys.executable, "-c", "print('up', flush=True); input()"]) as terminal:
        terminal.until_text("up")
        pid = terminal.pid
    until(lambda: not Path(f"/proc/{pid}").exists(), "the program is gone")

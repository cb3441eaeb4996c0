"""Answers of a terminal are taken out of what is typed, however they arrive; nothing typed is lost."""

import itertools
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.drivers._writer_thread import WriterThread

from tests.support.wait import until
from tuivirt.ui.driver import Answers, AskingDriver, Graphics
from tuivirt.ui.receipts import QUESTION, Receipts

KITTY = "\x1b_Gi=31;OK\x1b\\"
NO_KITTY = "\x1b_Gi=31;EINVAL:no\x1b\\"
CELL = "\x1b[6;20;10t"
DEVICE, SIXEL_DEVICE = "\x1b[?62;22c", "\x1b[?62;4;22c"


def taken(*read: str) -> tuple[str, list[Graphics]]:
    """What is left of what was read, and what was told."""
    told: list[Graphics] = []
    answers = Answers()
    answers.expect(told.append)
    left = "".join(answers.take(part) for part in read)
    return left + answers.release(), told


@pytest.mark.parametrize(
    ("answer", "graphics"),
    [
        (DEVICE, Graphics()),
        (CELL + DEVICE, Graphics(cell=(10, 20))),
        (SIXEL_DEVICE, Graphics(sixel=True)),
        (KITTY + CELL + DEVICE, Graphics(kitty=True, cell=(10, 20))),
        (NO_KITTY + CELL + SIXEL_DEVICE, Graphics(sixel=True, cell=(10, 20))),
        ("\x1b[?4c", Graphics()),
        ("\x1b[6;0;0t" + DEVICE, Graphics()),
    ],
)
def test_answers(answer: str, graphics: Graphics) -> None:
    assert taken(answer) == ("", [graphics])


@given(st.lists(st.integers(0, 60), max_size=6), st.integers(0, 3))
def test_however_they_arrive(cuts: list[int], typed_at: int) -> None:
    pieces = [KITTY, CELL, SIXEL_DEVICE]
    pieces.insert(typed_at, "typed\r")
    everything = "".join(pieces)
    at = [0, *sorted(cut for cut in cuts if cut < len(everything)), len(everything)]
    parts = [everything[start:end] for start, end in itertools.pairwise(at)]
    assert taken(*parts) == ("typed\r", [Graphics(kitty=True, sixel=True, cell=(10, 20))])


@pytest.mark.parametrize(
    "typed", ["a", "\x1b", "\x1b[A", "\x1b[1;5C", "\x1b[", "\x1b[5~", "\x1bOP", "\x1b_", "\x1b[200~", "é漢"]
)
def test_keys_are_left(typed: str) -> None:
    assert taken(typed) == (typed, [])
    assert taken(typed, DEVICE) == (typed, [Graphics()])
    assert taken(DEVICE, typed) == (typed, [Graphics()])


def test_only_what_was_asked_is_taken() -> None:
    assert Answers().take(DEVICE) == DEVICE
    assert taken(DEVICE, DEVICE) == (DEVICE, [Graphics()])
    answers = Answers()
    answers.expect(lambda _: pytest.fail("nobody waits any more"))
    answers.give_up()
    assert answers.take(DEVICE) == DEVICE


@pytest.mark.parametrize(
    "cut", [6, 9, len(KITTY) - 1, len(KITTY + "\x1b[6;2"), len(KITTY + CELL + "\x1b[?6")]
)
def test_the_rest_of_an_answer_may_take_long(cut: int) -> None:
    """What surely is one is not let go, to be typed, when nothing more comes for a moment."""
    told: list[Graphics] = []
    answers = Answers()
    answers.expect(told.append)
    everything = KITTY + CELL + DEVICE
    assert answers.take(everything[:cut]) + answers.release() == ""
    assert answers.take(everything[cut:]) + answers.release() == ""
    assert told == [Graphics(kitty=True, cell=(10, 20))]


def test_half_an_answer_is_let_go_when_nobody_waits() -> None:
    answers = Answers()
    answers.expect(lambda _: None)
    assert answers.take("\x1b[?62") + answers.release() == ""
    answers.give_up()
    assert answers.release() == "\x1b[?62"


def test_what_never_ends_is_not_held() -> None:
    endless = "\x1b_G" + "x" * 1000
    assert taken(endless, endless)[0] == endless * 2


def test_a_terminal_that_takes_nothing_is_behind() -> None:
    end, begin = os.pipe()
    with os.fdopen(begin, "w") as file, os.fdopen(end, "rb") as terminal:
        driver = AskingDriver.__new__(AskingDriver)
        driver._receipts = Receipts()
        driver._writer_thread = writer = WriterThread(file)
        writer.start()
        frame = "x" * 1_000_000  # more than a pipe holds
        driver.write(frame)
        driver.write(frame)
        until(lambda: driver.is_behind, "nothing is taken")
        terminal.read(len(frame) + 1)
        until(lambda: not driver.is_behind, "it has begun with the last frame")
        assert terminal.read(len(frame) - 1 + len(QUESTION)).endswith(QUESTION.encode())
        writer.stop()

"""What is under way to the terminal is bounded, and nothing that is typed is lost for it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.ui.receipts import AHEAD, ANSWER, FIRST_PATIENCE, MUCH, PATIENCE, QUESTION, Receipts


class Line:
    """Receipts of a terminal, with a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = 0
        self.receipts = Receipts(lambda: self.now)

    def write(self, size: int) -> bool:
        """Write, and look whether the terminal is behind."""
        self.receipts.wrote(size)
        return self.behind()

    def behind(self) -> bool:
        return self.receipts.is_behind(self._ask)

    def _ask(self, text: str) -> None:
        assert text == QUESTION
        self.receipts.wrote(len(text))
        self.asked += 1


def test_two_frames_may_be_under_way() -> None:
    line = Line()
    assert not line.write(MUCH + 1), "the first, of which it is asked"
    assert line.write(MUCH + 1), "the second"
    assert line.receipts.take("a" + ANSWER + "b") == "ab"
    assert not line.behind()
    assert line.asked == 2, "of the second"
    assert line.write(MUCH + 1)


def test_little_things_are_never_asked_of() -> None:
    line = Line()
    assert not any(line.write(MUCH // 10) for _ in range(10))
    assert line.asked == 0
    assert not line.write(1)
    assert line.asked == 1
    assert not line.write(AHEAD)
    assert line.write(1)


def test_a_terminal_that_never_answers_is_given_up() -> None:
    line = Line()
    line.write(MUCH + 1)
    assert line.write(MUCH + 1)
    line.now += FIRST_PATIENCE
    assert not line.behind()
    assert not any(line.write(MUCH + 1) for _ in range(10))
    assert line.asked == 1
    assert line.receipts.take(ANSWER) == "", "late, but an answer"
    assert not line.write(MUCH + 1)
    assert line.write(MUCH + 1), "it does answer"


def test_one_that_has_answered_may_take_its_time_and_is_asked_again() -> None:
    line = Line()
    line.write(MUCH + 1)
    line.receipts.take(ANSWER)
    line.write(MUCH + 1)
    assert line.write(MUCH + 1)
    line.now += PATIENCE - 1
    assert line.behind()
    line.now += 1
    assert not line.behind()
    assert line.asked == 3


@pytest.mark.parametrize(
    "typed", ["a", "\x1b", "\x1b[A", "\x1b[", "\x1b[0", "\x1b[05n", "\x1bOP", "é漢", ANSWER]
)
def test_what_is_typed_is_left(typed: str) -> None:
    receipts = Receipts()
    assert receipts.take(typed) + receipts.release() == typed, "nothing was asked"
    line = Line()
    line.write(MUCH + 1)
    if typed != ANSWER:
        assert line.receipts.take(typed) + line.receipts.release() == typed
    assert line.receipts.take(ANSWER + typed) + line.receipts.release() == typed


@given(st.lists(st.integers(0, 20), max_size=6), st.integers(0, 6))
def test_however_it_arrives(cuts: list[int], at: int) -> None:
    everything = "typed\r"[:at] + ANSWER + "typed\r"[at:]
    # Not right behind its first character, which is the key Escape as long as nothing follows.
    ends = sorted(cut for cut in cuts if cut < len(everything) and cut != at + 1)
    parts = [everything[start:end] for start, end in itertools.pairwise([0, *ends, len(everything)])]
    line = Line()
    line.write(MUCH + 1)
    assert "".join(map(line.receipts.take, parts)) + line.receipts.release() == "typed\r"

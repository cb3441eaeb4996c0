"""Moving, selecting and searching in what a terminal holds."""

import time

import pytest

from tests.unit.test_terminal import terminal
from tuivirt.terminal.reader import MOST_MATCHES, Place, Reader, Span


def test_it_stays_within_what_there_is() -> None:
    of = terminal("a\r\nb")
    reader = Reader(of, Place(0, 0))
    reader.move(-5, -5)
    assert reader.place == (0, 0)
    reader.move(100, 100)
    assert reader.place == (3, 19)


def test_a_selection_either_way() -> None:
    of = terminal("first line\r\nsecond\r\nthird")
    for here, there in ((Place(0, 6), Place(2, 2)), (Place(2, 2), Place(0, 6))):
        reader = Reader(of, here)
        assert reader.text() == ""
        reader.select()
        reader.move_to(*there)
        assert reader.text() == "line\nsecond\nthi"
        assert reader.selected(1) == Span(1, 0, 20)
        assert reader.selected(3) is None
        reader.select()
        assert reader.selected(1) is None


def test_wide_characters_are_selected_whole() -> None:
    reader = Reader(terminal("a名前e\u0301b"), Place(0, 2))
    reader.select()
    reader.move_to(0, 5)
    assert reader.text() == "名前e\u0301"


def test_rows_that_are_one_line_are_one() -> None:
    reader = Reader(terminal("x" * 30 + "\r\ny"), Place(0, 18))
    reader.select()
    reader.move_to(2, 0)
    assert reader.text() == "x" * 12 + "\ny"


def test_search_finds_across_rows_and_minds_capitals() -> None:
    of = terminal("." * 17 + "Kernel panic\r\n名kernel kernel")
    reader = Reader(of, Place(3, 0))
    reader.search("kernel")
    assert reader.matches == [
        (Span(0, 17, 20), Span(1, 0, 3)),
        (Span(2, 2, 8),),
        (Span(2, 9, 15),),
    ]
    assert (reader.match, reader.place) == (2, (2, 9))
    assert list(reader.found_in(2)) == [(Span(2, 2, 8), False), (Span(2, 9, 15), True)]
    reader.step(1)
    assert reader.place == (0, 17)
    reader.step(-2)
    assert reader.place == (2, 2)
    reader.search("Kernel")
    assert len(reader.matches) == 1
    reader.search("nowhere")
    assert (reader.match, reader.matches) == (-1, [])
    reader.step(1)
    reader.search("")
    assert list(reader.found_in(0)) == []


@pytest.mark.parametrize("end", ["\r\n", ""])
def test_however_much_matches_the_last_are_found_soon(end: str) -> None:
    of = terminal(("y" * 20 + end) * 12_000)
    began = time.process_time()
    for query in ("yyy", "yy", "y"):
        reader = Reader(of, Place(of.end, 0))
        reader.search(query)
    assert time.process_time() - began < 5, "it took minutes"
    assert len(reader.matches) == MOST_MATCHES
    assert reader.found == "5,000/5,000+"
    assert reader.place.line >= of.end - 2
    reader.step(1)
    assert reader.found == "1/5,000+"


def test_what_one_reads_may_go() -> None:
    of = terminal("begin\r\n" + "x\r\n" * 9)
    reader = Reader(of, Place(0, 0))
    reader.select()
    reader.move_to(12, 3)
    of.resize(20, 2)
    assert reader.text().startswith("begin\nx")
    of.history.clear()
    of.resize(20, 1)
    assert reader.text() in {"", "x"}
    reader.move(0)
    assert of.first <= reader.place.line < of.end

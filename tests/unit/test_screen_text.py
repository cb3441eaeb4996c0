"""Text of a screen: parts of it, finding in it, moving about in it."""

import pytest

from tests.support.frames import text_frame
from tuivirt.core.screen.reading import Place, Reading
from tuivirt.core.screen.text import TextScreen
from tuivirt.core.wanted import Wanted


def screen(*lines: str, columns: int = 20, rows: int = 4) -> TextScreen:
    text = text_frame(*lines, columns=columns, rows=rows).text
    assert text is not None
    return text


BOOT = screen("Booting Linux", "  login: İx", "", "end")


def test_text() -> None:
    assert BOOT.text == "Booting Linux\n  login: İx\n\nend"
    assert BOOT.columns == 20
    assert BOOT.part((0, 8), (1, 6)) == "Linux\n  login"
    assert BOOT.part((1, 6), (0, 8)) == "Linux\n  login"
    assert BOOT.part((1, 2), (1, 4)) == "log"


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        ("linux", [(0, 8)]),
        ("Linux", [(0, 8)]),
        ("LINUX", []),
        ("x", [(0, 12), (1, 10)]),
        ("n", [(0, 5), (0, 10), (1, 6), (3, 1)]),
        ("", []),
        ("nothing", []),
    ],
)
def test_find(wanted: str, places: list[tuple[int, int]]) -> None:
    assert list(BOOT.find(wanted)) == places


def test_matches_may_overlap() -> None:
    assert list(screen("aaaa").find("aa")) == [(0, 0), (0, 1), (0, 2)]


def test_reading_stays_inside() -> None:
    reading = Reading(BOOT, Place(99, 99))
    assert reading.place == (3, 19)
    reading.move(-99, -99)
    assert reading.place == (0, 0)
    reading.move(1, 3)
    assert reading.place == (1, 3)
    reading.edge(end=True)
    assert reading.place == (3, 3)
    reading.column(end=True)
    assert reading.place == (3, 2)
    reading.column(end=False)
    reading.edge(end=False)
    assert reading.place == (0, 0)


def test_selecting() -> None:
    reading = Reading(BOOT, Place(0, 8))
    assert reading.text == BOOT.text
    assert not reading.selected(0)
    reading.toggle()
    reading.move(1, -2)
    assert reading.selected(0) == range(8, 20)
    assert reading.selected(1) == range(7)
    assert not reading.selected(2)
    assert reading.text == "Linux\n  login"
    reading.move(-1, -6)
    assert reading.selected(0) == range(9)
    assert reading.text == "Booting L"
    reading.toggle()
    assert reading.text == BOOT.text


@pytest.mark.parametrize(
    ("text", "line"), [("login", "login: İx"), ("LOGIN", None), ("linux", "Booting Linux"), ("no", None)]
)
def test_wanted(text: str, line: str | None) -> None:
    assert Wanted(text).found_in(row.text for row in BOOT.rows) == line

"""How often a screen is looked at, and which part of a picture is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.core.screen.pace import LONGEST, QUICKEST, SLOWEST, Pace
from tuivirt.core.screen.viewport import LARGEST, Viewport


def test_while_something_happens_it_is_looked_at_often() -> None:
    pace = Pace(100_000)
    assert [pace.pause(took=0.002, drawn=100).usual for _ in range(5)] == [QUICKEST] * 5


def test_while_nothing_happens_the_pauses_grow() -> None:
    pace = Pace(100_000)
    pauses = [pace.pause(took=0.002, drawn=0).usual for _ in range(20)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 2 * QUICKEST
    assert pauses[-1] == SLOWEST
    pace.hurry()
    assert pace.pause(took=0.002, drawn=0).usual < 2 * QUICKEST


@pytest.mark.parametrize(
    ("took", "drawn", "pause"),
    [(0.5, 10, 0.5), (0.01, 250_000, 2.5), (3.0, 100_000, 3.0), (90.0, 0, LONGEST)],
)
def test_a_slow_host_and_large_pictures_slow_it_down(took: float, drawn: int, pause: float) -> None:
    """Whatever happens: neither keys nor what they do shorten it."""
    assert Pace(100_000).pause(took=took, drawn=drawn) == (pause, pause)


def port(picture: tuple[int, int] = (720, 400), view: tuple[int, int] = (120, 80)) -> Viewport:
    made = Viewport()
    made.resize(picture, view)
    return made


def test_the_whole_picture() -> None:
    assert port().box() == ((0, 0, 720, 400), 0, 6, 120, 67)
    assert port().fits


def test_one_to_one() -> None:
    made = port()
    made.one_to_one()
    assert made.box().source == (300, 160, 420, 240)
    assert made.box()[1:] == (0, 0, 120, 80)
    made.pan(-99, 1)
    assert made.box().source == (0, 240, 120, 320)
    made.fit()
    assert made.box().source == (0, 0, 720, 400)


def test_larger_and_smaller() -> None:
    made = port()
    made.zoom(1)
    assert made.scale == pytest.approx(0.25)
    assert made.box().source == pytest.approx((120, 40, 600, 360))
    for steps in (-1, -5):
        made.zoom(steps)
        assert made.box().source == (0, 0, 720, 400)
    made.zoom(99)
    assert made.scale == LARGEST


def test_a_smaller_picture_keeps_the_place_inside() -> None:
    made = port()
    made.one_to_one()
    made.pan(99, 99)
    made.resize((100, 50), (120, 80))
    assert made.box().source == (0, 0, 100, 50)
    assert made.box()[1:] == (10, 15, 100, 50)


sizes = st.tuples(st.integers(1, 8192), st.integers(1, 8192))


@given(sizes, sizes, st.lists(st.tuples(st.sampled_from("zpfo"), st.integers(-9, 9), st.integers(-9, 9))))
def test_what_is_shown_is_in_the_picture_and_in_the_view(
    picture: tuple[int, int], view: tuple[int, int], steps: list[tuple[str, int, int]]
) -> None:
    made = port(picture, view)
    for what, x, y in steps:
        match what:
            case "z":
                made.zoom(x)
            case "p":
                made.pan(x / 3, y / 3)
            case "f":
                made.fit()
            case "o":
                made.one_to_one()
        left, top, right, bottom = made.box().source
        assert -1e-6 <= left < right <= picture[0] + 1e-6
        assert -1e-6 <= top < bottom <= picture[1] + 1e-6
        box = made.box()
        assert box.left >= 0
        assert box.left + box.width <= view[0]
        assert box.top >= 0
        assert box.top + box.height <= view[1]

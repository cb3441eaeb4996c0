"""Plots: values land in the right columns, areas have the right height."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.core.history import Window
from tuivirt.core.usage import Rates
from tuivirt.ui.tabs.usage_panels import grid, panels
from tuivirt.ui.widgets.lines import line_text, line_width
from tuivirt.ui.widgets.plot import EIGHTHS, columns, nice_top, rows

NAN = math.nan


def same(left: list[float], right: list[float]) -> bool:
    return all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(left, right, strict=True))


@pytest.mark.parametrize(
    ("at", "values", "count", "span", "expected"),
    [
        ([], [], 3, (0, 3), [NAN] * 3),
        ([0.5, 1.5, 2.5], [1, 2, 3], 3, (0, 3), [1, 2, 3]),
        ([0.1, 0.2, 2.9], [1, 5, 3], 3, (0, 3), [5, NAN, 3]),  # a gap far longer than the usual step
        ([0.5, 1.5, 3.5, 4.5], [1, 2, 4, 5], 5, (0, 5), [1, 2, 2, 4, 5]),  # one value is missing
        ([1.5, 3.5, 5.5], [1, 2, 3], 6, (0, 6), [NAN, 1, 1, 2, 2, 3]),  # more columns than values
        ([-1.0, 0.5, 3.0], [9, 1, 3], 3, (0, 3), [1, 1, 3]),  # before the window; at its very end
        ([0.5, 1.5], [NAN, 2], 2, (0, 2), [NAN, 2]),
        ([0.5], [1], 0, (0, 1), []),
        ([0.5], [1], 2, (1, 1), [NAN, NAN]),
    ],
)
def test_columns(
    at: list[float], values: list[float], count: int, span: tuple[float, float], expected: list[float]
) -> None:
    assert same(columns(at, values, count, *span), expected)


@pytest.mark.parametrize(
    ("values", "height", "top", "expected"),
    [
        ([0.0, 0.5, 1.0], 1, 1.0, ["▁▄█"]),
        ([0.0, 0.25, 0.5, 1.0, 7.0], 2, 1.0, ["   ██", "▁▄███"]),
        ([NAN, 0.001], 1, 1.0, [" ▁"]),
        ([1.0], 1, 0.0, ["▁"]),
        ([], 2, 1.0, ["", ""]),
        ([1.0], 0, 1.0, []),
    ],
)
def test_rows(values: list[float], height: int, top: float, expected: list[str]) -> None:
    assert rows(values, height, top) == expected


@given(
    st.lists(st.floats(0, 2) | st.just(NAN), max_size=20),
    st.integers(1, 8),
    st.floats(0.1, 3),
)
def test_areas_stand_on_the_ground_and_grow_with_their_value(
    values: list[float], height: int, top: float
) -> None:
    drawn = rows(values, height, top)
    assert [len(row) for row in drawn] == [len(values)] * height
    heights = [sum(EIGHTHS.index(row[n]) for row in drawn) for n in range(len(values))]
    for value, tall in zip(values, heights, strict=True):
        assert tall == 0 if math.isnan(value) else 1 <= tall <= height * 8
    known = sorted(
        (value, tall) for value, tall in zip(values, heights, strict=True) if not math.isnan(value)
    )
    assert [tall for _, tall in known] == sorted(tall for _, tall in known)


@given(st.floats(0, 1e15))
def test_the_top_is_not_below_and_not_far_above(highest: float) -> None:
    top = nice_top(highest)
    assert top >= highest
    assert top == 1024 or top <= highest * 2.6


def test_the_top_without_values() -> None:
    assert nice_top(NAN) == nice_top(0) == 1024


def window(count: int) -> Window:
    at = [float(n) for n in range(count)]
    return Window(at, *[[n / 100 for n in range(count)] for _ in range(6)])


@pytest.mark.parametrize("cores", [0, 1, 4, 64, 512])
@pytest.mark.parametrize(
    ("width", "height"), [(160, 48), (120, 20), (93, 10), (79, 21), (30, 8), (19, 2), (12, 1)]
)
def test_the_grid_fills_its_place_exactly(width: int, height: int, cores: int) -> None:
    rates = Rates(vcpu=(0.5,) * cores) if cores else None
    past = [(float(n), (0.5,) * cores) for n in range(50)]
    lines = grid(panels(window(50), 60.0, rates, past), width, height)
    widths = {line_width(line) for line in lines}
    assert max(widths) <= width
    if width > 30:
        assert "CPU" in line_text(lines[0])
        # It scrolls where there is no room for every panel.
        assert len(lines) <= height or len(lines) <= 3 * 7


def test_no_history_at_all() -> None:
    lines = grid(panels(Window([], [], [], [], [], [], []), 60.0, None, []), 80, 20)
    assert "–" in line_text(lines[0])

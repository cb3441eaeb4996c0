"""Where the columns of a table go."""

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tuivirt.core.resource import Cell, Column
from tuivirt.ui.widgets.cells import fit
from tuivirt.ui.widgets.table import place


def column(id_: str, width: int, *, flexible: bool = False) -> Column[Any]:
    return Column(id_, id_, width, lambda _: Cell(""), lambda _: None, flexible=flexible)


COLUMNS = [column("name", 10, flexible=True), *(column(f"c{n}", 4 + n) for n in range(6))]


def test_room_that_is_left_goes_to_the_flexible_column() -> None:
    placed, left, right = place(COLUMNS, 200, 0)
    assert (left, right) == (0, 0)
    assert [p.column.id for p in placed] == [c.id for c in COLUMNS]
    assert placed[-1].x + placed[-1].width == 200


def test_what_does_not_fit_is_counted() -> None:
    placed, left, right = place(COLUMNS, 30, 0)
    assert [p.column.id for p in placed] == ["name", "c0", "c1"]
    assert (left, right) == (0, 4)


def test_the_first_column_stays_when_the_others_scroll() -> None:
    placed, left, right = place(COLUMNS, 30, 3)
    assert placed[0].column.id == "name"
    assert placed[1].column.id == "c3"
    assert (left, right) == (3, 2)


@given(st.integers(1, 300), st.integers(0, 20))
def test_columns_never_overlap_or_leave_the_line(width: int, offset: int) -> None:
    placed, left, right = place(COLUMNS, width, offset)
    assert left + right + len(placed) == len(COLUMNS)
    for one, other in itertools.pairwise(placed):
        assert one.x + one.width <= other.x
    if width >= 12:
        assert placed[-1].x + placed[-1].width <= width


@given(st.text(st.characters(exclude_categories=["C"]), max_size=60), st.integers(0, 40), st.booleans())
def test_fit_is_exact(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width

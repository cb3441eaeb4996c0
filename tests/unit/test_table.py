"""Printed tables: aligned whatever the text is made of."""

from hypothesis import given
from hypothesis import strategies as st

from tuivirt.core.table import format_table, width


def test_columns() -> None:
    assert format_table(
        ("ID", "NAME", "X"), [("7", "web", ""), ("123", "db", "y")], right=frozenset({0})
    ) == [
        " ID  NAME  X",
        "  7  web",
        "123  db    y",
    ]


def test_no_rows() -> None:
    assert format_table(("A", "B"), []) == ["A  B"]


def test_hostile_and_wide_text() -> None:
    lines = format_table(("A", "B"), [("日本", "x"), ("e\u0301\x1b", "y"), ("\u202eab", "z")])
    assert lines == ["A           B", "日本        x", "e\u0301␛          y", "‹U+202E›ab  z"]


@given(st.lists(st.tuples(st.text(), st.just("|"))))
def test_the_second_column_stands_in_one_place(rows: list[tuple[str, str]]) -> None:
    lines = format_table(("NAME", "|"), rows)
    assert len({width(line[:-1]) for line in lines}) == 1

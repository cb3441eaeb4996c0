"""Export: raw values, safe in a spreadsheet."""

import csv
import io
import json
from dataclasses import dataclass
from typing import Any

from tuivirt.core.resource import Cell, Column
from tuivirt.ui.export import export


@dataclass
class Row:
    name: str
    size: int | None
    ips: list[str]
    on: bool


def column(id_: str) -> Column[Any]:
    return Column(id_, id_.upper(), 4, lambda _: Cell(""), lambda row: getattr(row, id_))


COLUMNS = [column(id_) for id_ in ("name", "size", "ips", "on")]
ROWS = [Row("web,1\n", 2**40, ["10.0.0.1", "fe80::1"], True), Row("=cmd|'/c calc'!A0", None, [], False)]


def test_json_keeps_types() -> None:
    assert json.loads(export(ROWS, COLUMNS, "json")) == [
        {"name": "web,1\n", "size": 2**40, "ips": ["10.0.0.1", "fe80::1"], "on": True},
        {"name": "=cmd|'/c calc'!A0", "size": None, "ips": [], "on": False},
    ]


def test_csv_quotes_and_defuses_formulas() -> None:
    rows = list(csv.reader(io.StringIO(export(ROWS, COLUMNS, "csv"))))
    assert rows == [
        ["name", "size", "ips", "on"],
        ["web,1\n", str(2**40), "10.0.0.1 fe80::1", "yes"],
        ["'=cmd|'/c calc'!A0", "", "", "no"],
    ]


def test_a_column_with_two_numbers_is_two_columns() -> None:
    column = Column(
        "memory", "MEMORY", 4, lambda _: Cell(""), lambda row: row, exported=("used_kib", "memory_kib")
    )
    rows = [(512, 1024), None, (None, 2048)]
    assert list(csv.reader(io.StringIO(export(rows, [column], "csv")))) == [
        ["used_kib", "memory_kib"],
        ["512", "1024"],
        ["", ""],
        ["", "2048"],
    ]
    assert json.loads(export(rows, [column], "json"))[1] == {"used_kib": None, "memory_kib": None}

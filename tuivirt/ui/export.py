"""Writing what the list shows: raw values, for spreadsheets and scripts."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from tuivirt.core.resource import Column

Format = Literal["csv", "json"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins with one of these for a formula; names come from outside."""


def export(records: Iterable[Any], columns: Sequence[Column[Any]], form: Format) -> str:
    """The values of the columns, one record each, in the order given."""
    rows = [{column.id: column.raw(record) for column in columns} for record in records]
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.id for column in columns])
    for row in rows:
        writer.writerow([_csv(value) for value in row.values()])
    return out.getvalue()


def _csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join("" if part is None else _csv(part) for part in value)
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text

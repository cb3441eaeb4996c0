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
    rows = [
        {name: value for column in columns for name, value in values_of(column, record).items()}
        for record in records
    ]
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([name for column in columns for name in names_of(column)])
    for row in rows:
        writer.writerow([_csv(value) for value in row.values()])
    return out.getvalue()


def names_of(column: Column[Any]) -> tuple[str, ...]:
    """What the values of a column are called."""
    return column.exported or (column.id,)


def values_of(column: Column[Any], record: Any) -> dict[str, Any]:
    """The values of a column by their names, None where they are not known."""
    names, raw = names_of(column), column.raw(record)
    if len(names) == 1:
        return {names[0]: raw}
    return dict.fromkeys(names) if raw is None else dict(zip(names, raw, strict=True))


def _csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join("" if part is None else _csv(part) for part in value)
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text

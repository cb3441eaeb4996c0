"""Edits of the text of ``bookmarks.toml``: only the lines of one bookmark change; comments and order stay.

tomlkit alone would not do: a comment above ``[[bookmark]]`` is part of the bookmark before, to it, and goes
with that one.
"""

from typing import Any

import tomlkit
from tomlkit.items import Array

from tuivirt.config.toml_file import TomlFile
from tuivirt.config.toml_lines import Statement, statements

_KEY = "bookmark"


def changed(source: TomlFile, number: int | None, values: dict[str, Any] | None) -> str:
    """The text with a bookmark added (``number`` None), removed (``values`` None), or given these values."""
    lines = list(source.lines)
    found = statements(lines)
    if any(statement.path == (_KEY,) and not statement.header for statement in found):
        return _changed_array(lines, number, values)
    if number is None:
        _append(lines, values or {})
    else:
        own = _of(found, number)
        if values is None:
            _remove(lines, own)
        else:
            _replace(lines, own, number, values)
    return "\n".join(lines)


def _of(found: list[Statement], number: int) -> list[Statement]:
    """The header of a bookmark, its keys, and whatever tables stand below it."""
    return [statement for statement in found if statement.path[:2] == (_KEY, number)]


def _append(lines: list[str], values: dict[str, Any]) -> None:
    while lines and not lines[-1].strip():
        lines.pop()
    lines += [""] * bool(lines)
    lines += ["[[bookmark]]", *(_line(name, value) for name, value in values.items()), ""]


def _remove(lines: list[str], own: list[Statement]) -> None:
    start, end = own[0].start, own[-1].end
    # A comment right below the last key is of this bookmark; one after an empty line is of the next.
    while end < len(lines) and lines[end].lstrip().startswith("#"):
        end += 1
    alone = start == 0 or not lines[start - 1].strip()
    while alone and end < len(lines) and not lines[end].strip():
        end += 1
    del lines[start:end]
    if lines and lines[-1].strip():
        lines.append("")


def _replace(lines: list[str], own: list[Statement], number: int, values: dict[str, Any]) -> None:
    """Change values where they stand; a field that is new comes after the bookmark's last own key."""
    places = {str(s.path[2]): s for s in own if not s.header and len(s.path) == 3}
    last = max((s for s in own if s.path == (_KEY, number) or s in places.values()), key=lambda s: s.end)
    added = [_line(name, value) for name, value in values.items() if name not in places]
    lines[last.end : last.end] = added
    for name in sorted(places.keys() & values.keys(), key=lambda name: places[name].start, reverse=True):
        place = places[name]
        document = tomlkit.parse("\n".join(lines[place.start : place.end]))
        if document.unwrap()[name] != values[name]:
            document[name] = values[name]
            lines[place.start : place.end] = tomlkit.dumps(document).rstrip("\n").split("\n")


def _line(name: str, value: object) -> str:
    return f"{name} = {tomlkit.item(value).as_string()}"


def _changed_array(lines: list[str], number: int | None, values: dict[str, Any] | None) -> str:
    """The same where the bookmarks are one list of inline tables."""
    document = tomlkit.parse("\n".join(lines))
    array = document[_KEY]
    assert isinstance(array, Array)
    if number is None:
        table = tomlkit.inline_table()
        table.update(values or {})
        array.append(table)
    elif values is None:
        del array[number]
    else:
        array[number].update(values)
    return tomlkit.dumps(document)

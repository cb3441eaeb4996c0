"""The lines of a TOML file: which statement stands where. The TOML libraries keep no line numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

Path = tuple[str | int, ...]
"""Keys from the root down; a number is the place of a table in an array of tables."""

_KEY: Final = re.compile(
    r"""[ \t]*(?:(?P<bare>[A-Za-z0-9_-]+)|"(?P<basic>(?:[^"\\]|\\.)*)"|'(?P<literal>[^']*)')[ \t]*"""
)
_LOOKS_LIKE_STATEMENT: Final = re.compile(
    r"""[ \t]*(?:[A-Za-z0-9_."'-]+[ \t]*=|\[\[?[A-Za-z0-9_. "'-]+\]\]?[ \t]*(?:#|$))"""
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A table header or a key with its value. Lines are counted from 0; ``end`` is one past the last."""

    start: int
    end: int
    header: bool
    path: Path
    """Empty when the key cannot be read."""
    closed: bool = True
    """False for a value whose string or bracket never ends."""


def statements(lines: list[str]) -> list[Statement]:
    """Every statement in order, broken ones too: a value that never ends is cut where another key begins."""
    found: list[Statement] = []
    table: Path = ()
    arrays: dict[Path, int] = {}
    number = 0
    while number < len(lines):
        text = lines[number].strip()
        if not text or text.startswith("#"):
            number += 1
            continue
        if text.startswith("["):
            table = _header(text, arrays)
            found.append(Statement(number, number + 1, header=True, path=table))
            number += 1
            continue
        keys, rest = _keys(lines[number])
        end, closed = _end(lines, number, rest)
        path = (*table, *keys) if keys and rest.startswith("=") else ()
        found.append(Statement(number, end, header=False, path=path, closed=closed))
        number = end
    return found


def line_of(found: list[Statement], path: Path) -> int | None:
    """The line, counted from 1, of the statement nearest to ``path``; None where nothing of it is written."""
    by_path: dict[Path, int] = {}
    for statement in found:
        by_path.setdefault(statement.path, statement.start + 1)
    for length in range(len(path), 0, -1):
        if path[:length] in by_path:
            return by_path[path[:length]]
    # A table that is written by its parts alone.
    return next((statement.start + 1 for statement in found if statement.path[: len(path)] == path), None)


def _header(text: str, arrays: dict[Path, int]) -> Path:
    """The path of ``[a.b]`` or ``[[a.b]]``, with the number of the table in each array of tables."""
    double = text.startswith("[[")
    keys, _ = _keys(text[2 if double else 1 :])
    path: Path = ()
    for position, key in enumerate(keys):
        path = (*path, key)
        if double and position == len(keys) - 1:
            arrays[path] = arrays.get(path, -1) + 1
        if path in arrays:
            path = (*path, arrays[path])
    return path


def _keys(text: str) -> tuple[list[str], str]:
    """The dotted keys at the start of ``text``, and what follows them."""
    keys: list[str] = []
    position = 0
    while match := _KEY.match(text, position):
        bare, basic, literal = match["bare"], match["basic"], match["literal"]
        keys.append(bare or (literal if basic is None else basic) or "")
        position = match.end()
        if text[position : position + 1] != ".":
            break
        position += 1
    return keys, text[position:]


def _end(lines: list[str], start: int, rest: str) -> tuple[int, bool]:
    """One past the last line of the value that begins in ``rest`` on line ``start``, and whether it ends."""
    scanner = _Scanner()
    scanner.feed(rest)
    number = start + 1
    while scanner.open and number < len(lines):
        scanner.feed(lines[number])
        number += 1
    if not scanner.open:
        return number, True
    # Never closed: it swallowed the rest of the file. What looks like a statement is taken for one.
    looks = (n for n in range(start + 1, len(lines)) if _LOOKS_LIKE_STATEMENT.match(lines[n]))
    return next(looks, len(lines)), False


class _Scanner:
    """Follows strings and brackets from line to line."""

    def __init__(self) -> None:
        self._quote = ""
        self._depth = 0

    @property
    def open(self) -> bool:
        return bool(self._quote) or self._depth > 0

    def feed(self, line: str) -> None:
        for mark in self._marks(line):
            if self._quote:
                if mark == self._quote:
                    self._quote = ""
            elif mark in "[{":
                self._depth += 1
            elif mark in "]}":
                self._depth -= 1
            elif mark == "#":
                break
            else:
                self._quote = mark
        if len(self._quote) == 1:  # a string of one line ends with it, closed or not
            self._quote = ""

    def _marks(self, line: str) -> Iterator[str]:
        position = 0
        while position < len(line):
            char = line[position]
            if char == "\\" and self._quote.startswith('"'):
                position += 2
                continue
            if char in "\"'" and (not self._quote or char == self._quote[0]):
                triple = char * 3
                mark = triple if line.startswith(triple, position) and self._quote in {"", triple} else char
                position += len(mark)
                yield mark
                continue
            if not self._quote and char in "[]{}#":
                yield char
            position += 1

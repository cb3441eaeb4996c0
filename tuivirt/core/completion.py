"""What may come next in a query: names of fields, then values."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from tuivirt.core.query import Field, squeezed
from tuivirt.core.query_tokens import FIELD, opens_quote
from tuivirt.core.text import natural_key, plain

R = TypeVar("R")

MOST: Final = 50
"""More candidates than anybody reads."""


def term_at(text: str, cursor: int) -> tuple[int, int]:
    """The span that a completion replaces: from where the term before the cursor begins to there."""
    start = position = 0
    while position < cursor:
        if text[position].isspace():
            start = position + 1
        elif opens_quote(text, position, start):
            close = text.find(text[position], position + 1, cursor)
            position = cursor if close < 0 else close
        position += 1
    return start, cursor


def complete(
    text: str, cursor: int, fields: Mapping[str, Field[R]], values: Callable[[str], Iterable[str]]
) -> list[str]:
    """What the term before the cursor may become: `sta` → `state:`, `!tag:a,d` → `!tag:a,db`.

    Each replaces `text[slice(*term_at(text, cursor))]`. `values(name)` gives the values of a field of words
    that exist now; those that hold characters nobody can type are left out. What begins as typed comes before
    what only contains it. At most `MOST`.
    """
    start, _ = term_at(text, cursor)
    typed = text[start:cursor]
    bare = typed.lstrip("!")
    signs = typed[: len(typed) - len(bare)]
    match = FIELD.match(bare)
    if match is None:
        return [f"{signs}{name}{_operator(field)}" for name, field in _named(bare, fields)][:MOST]
    field = fields.get(match[1].lower())
    if field is None or match[2] in ("<", ">", "<=", ">="):
        return []
    head, item = _last_item(bare, match.end())
    return [f"{signs}{head}{_quoted(value)}" for value in _ranked(item, _values(field, values))][:MOST]


def _named(typed: str, fields: Mapping[str, Field[R]]) -> list[tuple[str, Field[R]]]:
    """Fields whose name begins so; under an alias only those that no name gives."""
    found = {name: field for name, field in fields.items() if name.startswith(typed.lower())}
    own = {name: field for name, field in found.items() if field.name == name}
    return [*own.items(), *((name, field) for name, field in found.items() if field.name not in own)]


def _operator(field: Field[R]) -> str:
    return ">" if field.kind in ("number", "size") else ":"


def _last_item(term: str, start: int) -> tuple[str, str]:
    """`state:paused,ru` → `state:paused,` and `ru`; an opening quote is part of neither."""
    begin = position = start
    while position < len(term):
        if term[position] == ",":
            begin = position + 1
        elif opens_quote(term, position, 0):
            close = term.find(term[position], position + 1)
            position = len(term) if close < 0 else close
        position += 1
    return term[:begin], term[begin:].strip("\"'")


def _values(field: Field[R], values: Callable[[str], Iterable[str]]) -> Iterable[str]:
    match field.kind:
        case "bool":
            return ("yes", "no")
        case "choice":
            return field.choices
        case "word":
            return sorted(filter(_can_be_typed, set(values(field.name))), key=natural_key)
        case _:
            return ()


def _can_be_typed(value: str) -> bool:
    return value != "" and plain(value) == value and not ('"' in value and "'" in value)


def _ranked(typed: str, values: Iterable[str]) -> list[str]:
    wanted = squeezed(typed)
    short = {value: squeezed(value) for value in values}
    begin = [value for value in short if short[value].startswith(wanted)]
    return begin + [
        value for value in short if wanted in short[value] and not short[value].startswith(wanted)
    ]


def _quoted(value: str) -> str:
    if not any(char.isspace() or char in "\"',*?" for char in value):
        return value
    return f"'{value}'" if '"' in value else f'"{value}"'

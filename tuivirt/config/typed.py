"""From a TOML table to a dataclass, field by field: a mistake costs that field alone."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

from tuivirt.config.problem import Problem
from tuivirt.config.toml_file import TomlFile
from tuivirt.core.uri_secrets import conceal

if TYPE_CHECKING:
    from tuivirt.config.toml_lines import Path

T = TypeVar("T")


def expects(
    text: str, *, least: float | None = None, most: float | None = None, pattern: str | None = None
) -> dict[str, Any]:
    """Metadata of a field: what may stand there, in words, its bounds, what all of a text must match."""
    return {"expected": text, "least": least, "most": most, "pattern": pattern}


def read_table(
    cls: type[T], table: Mapping[str, Any], source: TomlFile, path: "Path" = ()
) -> tuple[T, list[Problem]]:
    """An instance of the dataclass ``cls``: what ``table`` says, defaults for the rest and for mistakes."""
    if not table:
        return cls(), []
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    known = {item.name: item for item in fields(cls)}  # type: ignore[arg-type]
    types = get_type_hints(cls)
    for key, raw in table.items():
        if key not in known:
            problems.append(source.problem((*path, key), f"there is no such field{nearest(key, known)}"))
            continue
        value, wrong = _read_value(types[key], known[key], raw, source, (*path, key))
        problems += wrong
        if value is not MISSING:
            values[key] = value
    return cls(**values), problems


def nearest(name: str, known: Iterable[str]) -> str:
    """``; did you mean …?``, or nothing."""
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def shown(raw: object) -> str:
    """A value as the user wrote it, roughly and briefly."""
    text = str(raw).lower() if isinstance(raw, bool) else conceal(repr(raw))
    return text if len(text) <= 40 else f"{text[:39]}…"


def _read_value(
    type_: Any, item: Field[Any], raw: Any, source: TomlFile, path: "Path"
) -> tuple[Any, list[Problem]]:
    expected = item.metadata["expected"]
    if is_dataclass(type_) and isinstance(type_, type):
        if not isinstance(raw, dict):
            return MISSING, [_wrong(source, path, expected, raw)]
        return read_table(type_, raw, source, path)
    if get_origin(type_) is dict:
        if not isinstance(raw, dict):
            return MISSING, [_wrong(source, path, expected, raw)]
        return _read_mapping(get_args(type_)[1], item, raw, source, path)
    import msgspec  # here: 15 ms, which a start without settings need not pay

    try:
        value = msgspec.convert(raw, type_)
    except msgspec.ValidationError:
        return MISSING, [_wrong(source, path, expected, raw)]
    least, most = item.metadata["least"], item.metadata["most"]
    # Written so that nan, which compares as false, is refused too.
    if (least is not None and not value >= least) or (most is not None and not value <= most):
        return MISSING, [_wrong(source, path, expected, raw)]
    pattern = item.metadata["pattern"]
    if pattern is not None and not re.fullmatch(pattern, value):
        return MISSING, [_wrong(source, path, expected, raw)]
    return value, []


def _read_mapping(
    type_: Any, item: Field[Any], raw: dict[str, Any], source: TomlFile, path: "Path"
) -> tuple[dict[str, Any], list[Problem]]:
    """Entry by entry, so that one mistake does not cost the others."""
    values, problems = {}, []
    for key, entry in raw.items():
        value, wrong = _read_value(type_, item, entry, source, (*path, key))
        problems += wrong
        if value is not MISSING:
            values[key] = value
    return values, problems


def _wrong(source: TomlFile, path: "Path", expected: str, raw: object) -> Problem:
    return source.problem(path, f"expected {expected}, found {shown(raw)}")

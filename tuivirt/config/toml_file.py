"""Reading a TOML file of the user's: what can be read is used, what cannot is named with its line."""

import re
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tuivirt.config.problem import Problem

if TYPE_CHECKING:
    from tuivirt.config.toml_lines import Path

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")

MOST_PROBLEMS: Final = 20
"""A file with more broken statements is no TOML file at all."""


class TomlFile(NamedTuple):
    """The readable part of a file."""

    file: str
    data: dict[str, Any]
    lines: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def problem(self, path: "Path", message: str) -> Problem:
        """A mistake of the field at ``path``."""
        from tuivirt.config.toml_lines import line_of, statements  # here: files are mostly right

        return Problem(self.file, message, line_of(statements(list(self.lines)), path), _dotted(path))


def read_toml(path: FilePath) -> TomlFile:
    """Read a file; a missing one is empty. What is no TOML is left out, each statement with a problem."""
    name = str(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return TomlFile(name, {})
    except OSError as error:
        return TomlFile(name, {}, problems=(Problem(name, f"cannot be read: {error.strerror}"),))
    return parse_toml(name, raw)


def parse_toml(name: str, raw: bytes) -> TomlFile:
    """The same for bytes; ``name`` is the file's in problems."""
    import tomli  # here: 4 ms, which a start without files need not pay

    problems = []
    text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    original = tuple(lines)
    for number, line in enumerate(raw.split(b"\n")):
        try:
            line.decode()
        except UnicodeDecodeError:
            problems.append(Problem(name, "is no UTF-8", number + 1))
            _leave_out(lines, number)
    while len(problems) < MOST_PROBLEMS:
        try:
            data = tomli.loads("\n".join(lines))
        except tomli.TOMLDecodeError as error:
            message, _, place = str(error).rpartition(" (at ")
            number = _line_number(place, lines)
            start = _leave_out(lines, number)
            problems.append(Problem(name, f"is no TOML: {_in_words(message)}", start + 1))
        else:
            return TomlFile(
                name, data, original, tuple(sorted(problems, key=lambda problem: problem.line or 0))
            )

    problems.append(Problem(name, "has more mistakes than that: nothing of it is used"))
    return TomlFile(name, {}, original, tuple(problems))


def _dotted(path: "Path") -> str:
    """The path as TOML would write it, places in arrays counted from 1."""
    import json

    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += "." * bool(text) + (part if _BARE.fullmatch(part) else json.dumps(part))
    return text


def _in_words(message: str) -> str:
    text = f"{message[0].lower()}{message[1:]}"
    return f"{text} (a text stands in quotes)" if text == "invalid value" else text


def _line_number(place: str, lines: list[str]) -> int:
    """The line, from 0, of tomli's "line 3, column 9)" or "end of document)"."""
    words = place.replace(",", " ").split()
    if words[0] == "line":
        return int(words[1]) - 1
    return max((number for number, line in enumerate(lines) if line.strip()), default=0)


def _leave_out(lines: list[str], number: int) -> int:
    """Blank the statement that line ``number`` is part of; returns its first line.

    A broken table header takes its keys along: they would land in the table before it.
    """
    from tuivirt.config.toml_lines import statements

    found = statements(lines)
    before = [i for i, statement in enumerate(found) if statement.start <= number]
    index = next((i for i in before if not found[i].closed), max(before, default=0))
    start, end = number, number + 1
    beside = lines[number].strip() and not (found and found[index].start <= number < found[index].end)
    if found and (not beside or not found[index].closed):
        start, end = found[index].start, found[index].end
        if found[index].header:
            end = next((later.start for later in found[index + 1 :] if later.header), len(lines))
    lines[start:end] = [""] * (end - start)
    return start

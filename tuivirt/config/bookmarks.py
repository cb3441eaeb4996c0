"""``bookmarks.toml``: the connections the user keeps. Read at the start, written only on the user's edits."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tuivirt.config.atomic import write_atomically
from tuivirt.config.paths import make_private
from tuivirt.config.problem import Problem
from tuivirt.config.toml_file import TomlFile, parse_toml, read_toml
from tuivirt.config.typed import expects, read_table
from tuivirt.core.uri import ConnectionURI, URIError

KEY = "bookmark"
ALIAS = re.compile(r"[A-Za-z0-9_-]+")
"""What libvirt takes for the name of an alias."""


@dataclass(frozen=True)
class Bookmark:
    """One ``[[bookmark]]``."""

    name: str = field(default="", metadata=expects("a name, in quotes"))
    """What the connection is called; unique."""
    uri: str = field(default="", metadata=expects('a URI, such as "qemu+ssh://root@lab1/system"'))
    """A libvirt URI, or an alias of ``libvirt.conf``."""
    group: str = field(default="", metadata=expects("the name of a group, in quotes"))
    """The group in the sidebar."""
    autoconnect: bool = field(default=False, metadata=expects("true or false"))
    """Open it when the app starts."""
    read_only: bool = field(default=False, metadata=expects("true or false"))
    """Open it read-only, and refuse every action that writes."""


class BookmarkError(ValueError):
    """An edit that was not made, and why."""


def read_bookmarks(path: Path) -> tuple[tuple[Bookmark, ...], tuple[Problem, ...]]:
    """The bookmarks in the order of the file; one without name or URI is left out, with a problem."""
    return _bookmarks(read_toml(path))


def _bookmarks(source: TomlFile) -> tuple[tuple[Bookmark, ...], tuple[Problem, ...]]:
    unknown = [key for key in source.data if key != KEY]
    message = "there is no such field; bookmarks begin with [[bookmark]]"
    problems = [*source.problems, *(source.problem((key,), message) for key in unknown)]
    tables = source.data.get(KEY, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append(source.problem((KEY,), "expected [[bookmark]], in two brackets"))
        return (), tuple(problems)
    kept: dict[str, Bookmark] = {}
    for number, table in enumerate(tables):
        bookmark, wrong = read_table(Bookmark, table, source, (KEY, number))
        problems += wrong
        spoilt = {problem.field.rpartition(".")[2] for problem in wrong}
        missing = [name for name in ("name", "uri") if not getattr(bookmark, name) and name not in spoilt]
        problems += [source.problem((KEY, number), f"{name} is missing") for name in missing]
        if not bookmark.name or not bookmark.uri:
            continue
        if bookmark.name in kept:
            message = f"there is a bookmark named {bookmark.name!r} already: the first one counts"
            problems.append(source.problem((KEY, number, "name"), message))
            continue
        kept[bookmark.name] = bookmark
    return tuple(kept.values()), tuple(problems)


class BookmarkFile:
    """The file as it was last read here, and edits of it.

    Every edit reads the file anew, changes the lines of its own bookmark, and replaces the file in one step.
    What somebody else wrote meanwhile stays, unless it was this very bookmark: then the edit is refused.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: tuple[Bookmark, ...] = ()

    def read(self) -> tuple[tuple[Bookmark, ...], tuple[Problem, ...]]:
        """The bookmarks as they are now; edits are made against these."""
        self._known, problems = read_bookmarks(self._path)
        return self._known, problems

    def add(self, bookmark: Bookmark) -> None:
        """Add a bookmark as the last one. Raises BookmarkError and OSError."""
        self._write(None, bookmark)

    def edit(self, name: str, bookmark: Bookmark) -> None:
        """Replace the bookmark of this name. Raises BookmarkError and OSError."""
        self._write(name, bookmark)

    def remove(self, name: str) -> None:
        """Remove the bookmark of this name. Raises BookmarkError and OSError."""
        self._write(name, None)

    def _write(self, old: str | None, new: Bookmark | None) -> None:
        if new is not None:
            _check(new)
        with _locked(make_private(self._path.parent)):
            raw = self._path.read_bytes() if self._path.exists() else b""
            source = parse_toml(str(self._path), raw)
            if source.problems:
                raise BookmarkError(f"{source.problems[0]}: mend this by hand first")
            now, _ = _bookmarks(source)
            self._check_names(now, old, new)
            text = _edited(source, old, new)
            write_atomically(self._path, text)
        self._known, _ = _bookmarks(parse_toml(str(self._path), text.encode()))

    def _check_names(self, now: tuple[Bookmark, ...], old: str | None, new: Bookmark | None) -> None:
        here = {bookmark.name: bookmark for bookmark in now}
        if old is not None:
            known = {bookmark.name: bookmark for bookmark in self._known}
            if old not in here:
                raise BookmarkError(f"{self._path} was changed meanwhile: {old!r} is no longer there")
            if old in known and here[old] != known[old]:
                raise BookmarkError(
                    f"{self._path} was changed meanwhile: look at {old!r} again, then edit it"
                )
        if new is not None and new.name != old and new.name in here:
            raise BookmarkError(f"there is a bookmark named {new.name!r} already")


def _check(bookmark: Bookmark) -> None:
    if not bookmark.name.strip():
        raise BookmarkError("a bookmark needs a name")
    if not bookmark.name.isprintable() or len(bookmark.name) > 100:
        raise BookmarkError("a name has up to 100 characters, all of them visible")
    if ALIAS.fullmatch(bookmark.uri):
        return  # libvirt.conf says what it stands for, now or later
    try:
        ConnectionURI.parse(bookmark.uri)
    except URIError as error:
        raise BookmarkError(str(error)) from error


def _edited(source: TomlFile, old: str | None, new: Bookmark | None) -> str:
    """The new text of the file; its meaning is compared with what was asked before it is trusted."""
    from tuivirt.config.bookmark_text import changed  # here: tomlkit takes 20 ms, which only an edit needs

    tables: list[dict[str, Any]] = list(source.data.get(KEY, []))
    number = None if old is None else next(n for n, table in enumerate(tables) if table.get("name") == old)
    values = None if new is None else _written(new, {} if number is None else tables[number])
    text = changed(source, number, values)
    wanted = [dict(table) for table in tables]
    if number is None:
        wanted.append(values or {})
    elif values is None:
        del wanted[number]
    else:
        wanted[number] |= values
    result = parse_toml(source.file, text.encode())
    if result.problems or result.data.get(KEY, []) != wanted:
        raise BookmarkError(f"{source.file} has a layout that can only be edited by hand")
    return text


def _written(new: Bookmark, before: dict[str, Any]) -> dict[str, Any]:
    """The fields to write: name and URI always, others where they are there or differ from their defaults."""
    values = asdict(new)
    defaults = asdict(Bookmark())
    return {
        name: value
        for name, value in values.items()
        if name in {"name", "uri"} or name in before or value != defaults[name]
    }


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """One editor at a time among the app's own processes."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

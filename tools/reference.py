#!/usr/bin/env python3
"""Writes the tables of README.md and docs/*.md that say what the code says: keys, fields, settings.

A table stands between `<!-- NAME -->` and `<!-- end of NAME -->`; what is around it is written by hand.

    tools/reference.py            writes the tables
    tools/reference.py --check    exits 1, naming the files, when what is committed differs
"""

import ast
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from textual.binding import Binding

from tuivirt.config.bookmarks import Bookmark
from tuivirt.config.settings import Settings
from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.resources.register import ACTIONS
from tuivirt.ui.commands import COMMANDS, Place, actions_of, commands_of
from tuivirt.ui.dialogs.help import TITLES
from tuivirt.ui.theme import load_themes
from tuivirt.ui.verbs import verbs
from tuivirt.ui.widgets.bars import key_text

ROOT = Path(__file__).resolve().parent.parent
FIRST_DAY = {
    *("list.open", "list.mark", "list.columns", "list.fold", "list.ssh"),
    *("app.palette", "app.zoom", "app.runs", "app.quit"),
}
"""Commands of the short table beside those that the line of keys shows."""
BLOCK = re.compile(r"<!-- ([\w-]+) -->\n(.*?)<!-- end of \1 -->", re.DOTALL)

Table = Callable[[], Iterable[str]]


def main() -> int:
    """Write, or with --check compare."""
    stale = []
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        wanted = BLOCK.sub(lambda match: block(match[1]), text)
        if wanted != text:
            stale.append(path.relative_to(ROOT).as_posix())
            if "--check" not in sys.argv[1:]:
                path.write_text(wanted, encoding="utf-8")
    if stale and "--check" in sys.argv[1:]:
        print(f"stale, run tools/reference.py: {', '.join(stale)}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def block(name: str) -> str:
    """A table between its marks. Raises KeyError for a name that is not in TABLES."""
    body = "\n".join(TABLES[name]())
    return f"<!-- {name} -->\n{body}\n<!-- end of {name} -->"


# Markdown


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    titles = list(head)
    yield line(titles)
    yield line("---" for _ in titles)
    for row in rows:
        yield line(row)


def line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def code(text: str) -> str:
    """A code span, also of text that has a backtick."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def prose(docstring: str) -> str:
    """A docstring as one line of Markdown."""
    return " ".join(docstring.replace("``", "`").split())


def key_cell(keys: str) -> str:
    return " ".join(code(key_text(key)) for key in keys.split(",") if key)


def about(title: str, doc: str) -> str:
    return f"{title}: {prose(doc)}" if doc and doc != title else title


# Keys and commands


def keys() -> Iterator[str]:
    """Every command by place."""
    places: dict[Place, None] = dict.fromkeys(command.place for command in COMMANDS)
    for place in places:
        yield from (f"### {TITLES[place]}", "")
        rows = ((key_cell(c.keys), about(c.title, c.doc), code(c.id)) for c in commands_of(place))
        yield from table(("key", "does", "id"), rows)
        yield ""


def actions() -> Iterator[str]:
    """Every action by kind; in bold those that can lose data."""
    for kind in ACTIONS:
        yield from (f"### On a {kind}", "")
        yield from table(("key", "does", "id"), action_rows(kind))
        yield ""


def action_rows(kind: str) -> Iterator[tuple[str, str, str]]:
    # Actions that share a key share the id of the first of them.
    shared = {b.key: b.id for b in actions_of(kind) if isinstance(b, Binding) and b.id}
    for action in ACTIONS[kind]:
        title = f"**{action.title}**" if action.danger else action.title
        id_ = code(shared[action.key] if action.key else action.id)
        yield key_cell(action.key), about(title, action.doc), id_


def short_keys() -> Iterator[str]:
    """What one needs on the first day: the actions that have a key, and some commands."""
    by_key: dict[str, list[str]] = {}
    for action in ACTIONS["domain"]:
        if action.key:
            by_key.setdefault(action.key, []).append(action.title)
    for command in commands_of("list", "app"):
        if command.footer or command.id in FIRST_DAY:
            by_key.setdefault(command.keys.split(",")[0], []).append(command.title)
    cells = [(key_cell(key), lower_first(" / ".join(titles))) for key, titles in by_key.items()]
    half = (len(cells) + 1) // 2
    right = [*cells[half:], ("", "")]
    rows = ((*cell, *right[number]) for number, cell in enumerate(cells[:half]))
    yield from table(("key", "does", "key", "does"), rows)


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def command_line() -> Iterator[str]:
    """The verbs that `:` knows beside the actions and the connections."""
    ids = {action.id.partition(".")[2].replace("_", "-") for kind in ACTIONS.values() for action in kind}
    # A stand-in of the screen is enough: what a verb does is looked up when it runs.
    known = [verb for verb in verbs(MagicMock()) if verb.name not in ids]
    rows = ((" ".join(code(f":{name}") for name in (verb.name, *verb.aliases)), verb.doc) for verb in known)
    yield from table(("command", "does"), rows)


# The list


def filter_fields() -> Iterator[str]:
    takes = {
        "word": "a word",
        "choice": "one of these",
        "number": "a number",
        "size": "a size",
        "bool": "yes or no",
    }
    rows = []
    for field in DOMAINS.fields.values():
        doc = f"{field.doc}: {', '.join(map(code, field.choices))}" if field.choices else field.doc
        rows.append((code(field.name), takes[field.kind], doc))
    yield from table(("field", "takes", "asks for"), rows)


def columns() -> Iterator[str]:
    rows = (
        (code(column.id), column.title, column.doc, "yes" if column.id in DOMAINS.default_columns else "")
        for column in DOMAINS.columns
    )
    yield from table(("id", "heading", "shows", "shown at first"), rows)


def groups() -> Iterator[str]:
    yield ", ".join(code(name) for name in (*DOMAINS.groups, "none"))


def themes() -> Iterator[str]:
    found, problems = load_themes(None)
    assert not problems, problems
    yield from table(("name", "theme"), ((code(theme.name), theme.title) for theme in found.values()))


# Settings


def settings_table() -> Iterator[str]:
    yield from table(("setting", "default", "takes", "meaning"), setting_rows(Settings, ""))


def bookmark_fields() -> Iterator[str]:
    yield from table(("field", "default", "takes", "meaning"), setting_rows(Bookmark, ""))


def setting_rows(cls: Any, prefix: str) -> Iterator[tuple[str, str, str, str]]:
    docs = field_docs(cls)
    for item in fields(cls):
        inner: Any = item.default_factory
        if is_dataclass(inner):
            yield from setting_rows(inner, f"{prefix}{item.name}.")
        else:
            yield code(prefix + item.name), default(item), item.metadata["expected"], prose(docs[item.name])


def default(item: Field[Any]) -> str:
    unset = item.default is MISSING or item.default in (None, "")
    return "" if unset else code(json.dumps(item.default))


def field_docs(cls: type) -> dict[str, str]:
    """The text under each field of a dataclass."""
    (body,) = ast.parse(inspect.getsource(cls)).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for node, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            match after:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    found[node.target.id] = text
    return found


TABLES: dict[str, Table] = {
    "short-keys": short_keys,
    "keys": keys,
    "actions": actions,
    "command-line": command_line,
    "filter-fields": filter_fields,
    "columns": columns,
    "groups": groups,
    "themes": themes,
    "settings": settings_table,
    "bookmark-fields": bookmark_fields,
}


if __name__ == "__main__":
    sys.exit(main())

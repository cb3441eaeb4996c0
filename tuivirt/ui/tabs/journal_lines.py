"""Entries of the journal as lines."""

import time
from collections.abc import Iterable, Sequence

from tuivirt.core import units
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.core.text import plain
from tuivirt.ui.widgets.bars import Part
from tuivirt.ui.widgets.cells import fit
from tuivirt.ui.widgets.lines import Line

NAME = 16
"""Cells of an object's name, where there are several objects."""
HOST = 12
WHAT = 20
TOOK = 7
"""Cells of a duration; rarely is one wider."""


def glyph(entry: Entry) -> Part:
    """How it went, told apart without colours too."""
    if entry.origin == "event":
        return "•", "info"
    if entry.origin == "connection":
        return "⇄", "accent" if entry.ok is not False else "bad"
    if entry.ok is None:
        return "⟳", "info"
    return ("✓", "good") if entry.ok else ("✗", "bad")


def when(at: float, now: float) -> str:
    """Time of the day, with the day when it was not today: 8 or 14 cells."""
    moment = time.localtime(at)
    same = moment[:3] == time.localtime(now)[:3]
    return time.strftime("%H:%M:%S" if same else "%m-%d %H:%M:%S", moment)


def entry_line(entry: Entry, *, named: bool, now: float) -> Line:
    """One entry; ``named`` says of which object."""
    parts: list[Part] = [(f"{when(entry.at, now)}  ", "dim"), glyph(entry), (" ", "")]
    if named:
        parts.append((f"{fit(plain(entry.key.connection), HOST)} ", "dim"))
        parts.append((f"{fit(plain(entry.name), NAME)} ", ""))
    parts.append((f"{fit(plain(entry.what), WHAT)} ", "" if entry.ok is not False else "bad"))
    took = "" if entry.took is None else units.duration(entry.took)
    parts.append((f"{took:>{TOOK}}  ", "dim"))
    if entry.detail:
        parts.append((f"{plain(entry.detail)}  ", "bad" if entry.ok is False else ""))
    if entry.command:
        parts.append((plain(entry.command), "dim"))
    return tuple(parts)


def about_lines(entry: Entry) -> list[Line]:
    """The whole of one entry: what was said, and the equivalent command."""
    said = " · ".join(filter(None, (entry.what, entry.detail)))
    role = "bad" if entry.ok is False else ""
    lines: list[Line] = [((plain(said), role),)]
    if entry.command:
        lines.append((("$ ", "dim"), (plain(entry.command), "")))
    return lines


def matching(entries: Iterable[Entry], key: Key | None, query: str) -> Sequence[Entry]:
    """The entries of an object (all of them for None) that have every word of the query, newest first."""
    words = query.lower().split()
    found = [entry for entry in entries if key is None or entry.key == key]
    if words:
        found = [entry for entry in found if all(word in _text(entry) for word in words)]
    found.reverse()
    return found


def _text(entry: Entry) -> str:
    return "\n".join((entry.key.connection, entry.name, entry.what, entry.detail, entry.command)).lower()

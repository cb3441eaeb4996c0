"""How the sidebar draws a connection, as pure functions: its line, its short form, the facts below them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Final

from rich.cells import cell_len, chop_cells

from tuivirt.core import units
from tuivirt.core.resource import Cell
from tuivirt.core.source import Source
from tuivirt.core.text import plain
from tuivirt.ui.panes.connection_roster import ALL, KINDS, Entry
from tuivirt.ui.widgets.cells import fit

READ_ONLY: Final = "ro"
PATIENCE: Final = 3.0
"""Seconds after which an attempt to open shows how long it has lasted."""

_CPU: Final = 5
"""Cells of the load, the gap before it included."""
_FIXED: Final = 4
"""Cells of a line beside name and phase: cursor, glyph and the gaps after glyph and name."""
_LEAST_NAME: Final = 8
_STATUS: Final = 13
"""Cells that hold ``ro 12/41  37%`` and any phase with the time it has lasted."""


def name_width(titles: Iterable[str], width: int) -> int:
    """Cells for the names, so that the phases stand below each other."""
    longest = max((cell_len(title) for title in titles), default=0)
    room = max(0, width - _FIXED)
    return min(max(longest, _LEAST_NAME), max(_LEAST_NAME, room - _STATUS), room)


def row(entry: Entry, width: int, names: int, now: float, *, pointed: bool) -> list[Cell]:
    """The cells of a connection's line, at most ``width`` wide together."""
    glyph, role, _ = entry.look
    lead = [Cell("▶" if pointed else " "), Cell(glyph, role), Cell(" ")]
    title = entry.title
    # A long name may have what its own phase leaves free.
    least = 0 if entry.phase == "closed" else len(entry.look[2])
    if entry.phase == "open":
        least = len(_count(entry)) + (len(READ_ONLY) + 1 if entry.read_only else 0)
    names = max(names, min(cell_len(title), width - _FIXED - least))
    room = width - _FIXED - names
    if room < (len(entry.look[2]) if entry.phase == "closed" else 2):
        return [*lead, Cell(fit(title, max(0, width - 3)))]
    return [*lead, Cell(fit(title, names)), Cell(" "), *_status(entry, room, now)]


def _status(entry: Entry, width: int, now: float) -> Iterator[Cell]:
    mark = READ_ONLY if entry.read_only else ""
    if entry.phase == "open":
        yield from _counts(entry, width, mark)
        return
    room = width - len(mark) - 1
    if not mark or room < len(entry.look[2]):
        room = width
    yield Cell(fit(_words(entry, room, now), room), entry.look[1])
    if room < width:
        yield Cell(f" {mark}", "warn")


def _count(entry: Entry) -> str:
    return f"{entry.running}/{entry.total}"


def _counts(entry: Entry, width: int, mark: str) -> Iterator[Cell]:
    count = _count(entry)
    cpu = units.percent(entry.cpu) if entry.cpu is not None else ""
    # The place of the load is kept free, so that nothing moves when the first reading comes.
    tail = f"{cpu:>{_CPU}}" if width >= len(count) + (len(mark) + 1 if mark else 0) + _CPU else ""
    if len(count) > width:
        count = units.count(entry.running)
    room = width - len(tail) - len(count)
    if mark and room > len(mark):
        yield Cell(fit(mark, room), "warn")
    elif room > 0:
        yield Cell(" " * room)
    yield Cell(fit(count, min(len(count), width)))
    if tail:
        yield Cell(tail, "warn" if (entry.cpu or 0) >= 0.9 else "dim")


def _words(entry: Entry, width: int, now: float) -> str:
    """What fits of a phase that is not *open*."""
    word = entry.look[2]
    state = entry.state
    if state is None:
        return word
    since = now - state.since if state.since else 0.0
    if entry.phase == "stale" or (entry.phase == "opening" and since >= PATIENCE):
        timed = f"{word} {units.short_duration(since)}"
        return timed if len(timed) <= width else word
    if entry.phase == "failed" and state.error and width >= len(word) + 10:
        return f"{word}: {plain(state.error)}"
    return word


def short(entry: Entry) -> str:
    """A connection in the one-line form, without its glyph."""
    if entry.phase == "open":
        mark = f" {READ_ONLY}" if entry.read_only else ""
        return f"{entry.title} {entry.running}/{entry.total}{mark}"
    return entry.title if entry.phase == "closed" else f"{entry.title} {entry.look[2]}"


def about(entry: Entry | None, width: int, height: int) -> list[Cell]:
    """What stands below the list of the connection under the cursor: at most ``height`` lines.

    Its URI without a password, where it comes from, what went wrong and what to do about it.
    """
    if entry is None or height <= 0 or width <= 0:
        return []
    if entry.name == ALL:
        return [Cell(line, "dim") for line in wrap("the domains of every open connection", width, height)]
    source, state = entry.source, entry.state
    lines = []
    if source is not None:
        lines += [Cell(line, "text") for line in wrap(source.shown_uri, width, 2 if height > 4 else 1)]
        lines.append(Cell(fit(_origin(source, width), width).rstrip(), "dim"))
    if state is not None and (state.error or state.hint):
        room = height - len(lines)
        hint = len(wrap(state.hint, width, room // 2))
        lines += [Cell(line, "bad") for line in wrap(state.error, width, room - hint)]
        lines += [Cell(line, "info") for line in wrap(state.hint, width, height - len(lines))]
    elif state is not None and state.facts is not None:
        facts = state.facts
        libvirt = f"libvirt {facts.libvirt}" if facts.libvirt else ""
        words = " · ".join(plain(fact) for fact in (facts.hostname, facts.hypervisor, libvirt) if fact)
        lines += [Cell(line, "dim") for line in wrap(words, width, max(0, height - len(lines)))]
    return lines[:height]


def _origin(source: Source, width: int) -> str:
    marks = [
        mark
        for mark, on in (("opens at start", source.autoconnect), ("read-only", source.read_only))
        if on and source.source == "bookmark"
    ]
    for origin in (source.origin, PurePath(source.origin).name):
        text = " · ".join([KINDS[source.source][1], *([plain(origin)] if origin else []), *marks])
        if cell_len(text) <= width:
            break
    return text


def wrap(text: str, width: int, height: int) -> list[str]:
    """Text from outside in lines of at most ``width`` cells, cut with an ellipsis after ``height`` lines."""
    if width <= 0 or height <= 0:
        return []
    lines = [""]
    for word in plain(text).split(" "):
        if not word:
            continue
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(joined) <= width:
            lines[-1] = joined
            continue
        pieces: Sequence[str] = chop_cells(word, width) if cell_len(word) > width else [word]
        lines += pieces
        if len(lines) > height + 1:
            break
    lines = [line for line in lines if line]
    if len(lines) > height:
        lines = [*lines[: height - 1], fit(f"{lines[height - 1]} {lines[height]}", width)]
    return lines

"""How the sidebar draws a connection, as pure functions: its line, its short form, the facts below them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Final

from rich.cells import cell_len, chop_cells

from tuivirt.core import units
from tuivirt.core.changes import ConnectionState
from tuivirt.core.resource import Cell
from tuivirt.core.source import Source
from tuivirt.core.text import plain
from tuivirt.ui.panes.connection_roster import ALL, KINDS, Entry
from tuivirt.ui.widgets.cells import fit
from tuivirt.ui.widgets.keysbar import round_trip

READ_ONLY: Final = "ro"
PATIENCE: Final = 3.0
"""Seconds after which an attempt to open shows how long it has lasted."""

BUSY: Final = 0.9
"""Share of a host's processors from which on its load is a warning."""

_CPU: Final = 5
"""Cells of the load, the gap before it included."""
_RTT: Final = 7
"""Cells of the round-trip time, which is there when the pane is wide."""
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
    rtt = round_trip(entry.rtt) if entry.rtt is not None else ""
    marked = len(mark) + 1 if mark else 0
    # The place of load and round trip is kept free, so that nothing moves when the first reading comes.
    tail = f"{cpu:>{_CPU}}" if width >= len(count) + marked + _CPU else ""
    least = max(_STATUS, len(count) + _CPU + marked)
    tail += f"{rtt:>{_RTT}}" if width >= least + _RTT else ""
    if len(count) > width:
        count = units.count(entry.running)
    room = width - len(tail) - len(count)
    if mark and room > len(mark):
        yield Cell(fit(mark, room), "warn")
    elif room > 0:
        yield Cell(" " * room)
    yield Cell(fit(count, min(len(count), width)))
    if tail:
        yield Cell(tail, "warn" if (entry.cpu or 0) >= BUSY else "dim")


def _words(entry: Entry, width: int, now: float) -> str:
    """What fits of a phase that is not *open*."""
    word = entry.look[2]
    if timed := _timed(entry, now):
        return timed if len(timed) <= width else word
    if entry.phase == "failed" and entry.state is not None and entry.state.error and width >= len(word) + 10:
        return f"{word}: {plain(entry.state.error)}"
    return word


def _timed(entry: Entry, now: float) -> str:
    """How old the rows are, or how long it has been opening; empty where no time is told."""
    state = entry.state
    if state is None or state.queued:
        return ""
    if entry.stale:
        assert state.lost is not None
        return f"{entry.look[2]} {units.short_duration(now - state.lost)}"
    if entry.phase == "opening" and state.since and now - state.since >= PATIENCE:
        return f"{entry.look[2]} {units.short_duration(now - state.since)}"
    return ""


def short(entry: Entry, now: float) -> str:
    """A connection in the one-line form, without its glyph."""
    if entry.phase == "open":
        cpu = f" {units.percent(entry.cpu)}" if entry.cpu is not None else ""
        mark = f" {READ_ONLY}" if entry.read_only else ""
        return f"{entry.title} {entry.running}/{entry.total}{cpu}{mark}"
    if entry.phase == "closed":
        return entry.title
    return f"{entry.title} {_timed(entry, now) or entry.look[2]}"


def about(entry: Entry | None, width: int, height: int, now: float) -> list[Cell]:
    """What stands below the list of the connection under the cursor: at most ``height`` lines.

    Its URI without a password, where it comes from, its load, what went wrong and what to do about it.
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
    if state is not None:
        lines += [Cell(line, "info") for line in _next(state, width, now)]
    if state is not None and (state.error or state.hint):
        room = height - len(lines)
        hint = len(wrap(state.hint, width, room // 2))
        lines += [Cell(line, "bad") for line in wrap(state.error, width, room - hint)]
        lines += [Cell(line, "info") for line in wrap(state.hint, width, height - len(lines))]
    elif state is not None and state.facts is not None:
        if entry.phase == "open" and (load := _load(entry)):
            lines.append(Cell(fit(load, width).rstrip(), "warn" if (entry.cpu or 0) >= BUSY else "text"))
        facts = state.facts
        libvirt = f"libvirt {facts.libvirt}" if facts.libvirt else ""
        words = " · ".join(plain(fact) for fact in (facts.hostname, facts.hypervisor, libvirt) if fact)
        lines += [Cell(line, "dim") for line in wrap(words, width, max(0, height - len(lines)))]
    return lines[:height]


def _next(state: ConnectionState, width: int, now: float) -> list[str]:
    """What becomes of a connection that is not open, and the keys for it."""
    if state.phase == "opening" and state.lost is not None and not state.queued:
        told = [f"trying for {units.short_duration(now - state.since)}", "Ctrl+R now, Ctrl+G stop"]
    elif state.phase == "opening":
        told = ["Ctrl+R opens it now" if state.queued else "Ctrl+G gives up"]
    elif state.phase != "stale":
        told = []
    elif state.retry is None:
        told = ["Ctrl+R tries again"]
    else:
        told = [f"again in {units.short_duration(max(0.0, state.retry - now))}", "Ctrl+R now, Ctrl+G stop"]
    if told and len(whole := " · ".join(told)) <= width:
        told = [whole]
    return [fit(line, width).rstrip() for line in told]


def _load(entry: Entry) -> str:
    told = []
    if entry.cpu is not None:
        told.append(f"CPU {units.percent(entry.cpu)}")
    if entry.rtt is not None:
        told.append(f"RTT {round_trip(entry.rtt)}")
    return " · ".join(told)


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

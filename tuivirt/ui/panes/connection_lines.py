"""What the sidebar says of a connection, as pure functions: its lines, their order, the facts below them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from rich.cells import cell_len, chop_cells

from tuivirt.core import units
from tuivirt.core.changes import ConnectionState, Phase
from tuivirt.core.resource import Cell
from tuivirt.core.source import Source, SourceKind
from tuivirt.core.store import Store
from tuivirt.core.text import plain
from tuivirt.ui.widgets.cells import fit

ALL: Final = ""
"""The name of the line that stands for every open connection; no connection has it."""

NOT_OPEN: Final = "not open"
READ_ONLY: Final = "ro"
PATIENCE: Final = 3.0
"""Seconds after which an attempt to open shows how long it has lasted."""

_LOOKS: Final[dict[Phase, tuple[str, str, str]]] = {
    "open": ("●", "good", "open"),
    "opening": ("◌", "info", "opening"),
    "stale": ("◑", "warn", "stale"),
    "failed": ("✗", "bad", "failed"),
    "closed": ("○", "dim", NOT_OPEN),
}
_AUTH: Final = frozenset({45, 79, 94})
"""``VIR_ERR_AUTH_FAILED``, ``_AUTH_CANCELLED`` and ``_AUTH_UNAVAILABLE``."""

_KINDS: Final[dict[SourceKind, tuple[str, str]]] = {
    "bookmark": ("bookmarks", "bookmark"),
    "alias": ("aliases", "alias"),
    "default": ("default", "default URI"),
    "argument": ("arguments", "argument"),
}
"""The heading of each kind of source, and what one of it is called; in the order of the list."""

_CPU: Final = 5
"""Cells of the load, the gap before it included."""
_FIXED: Final = 4
"""Cells of a line beside name and phase: cursor, glyph and the gaps after glyph and name."""
_LEAST_NAME: Final = 8
_STATUS: Final = 13
"""Cells that hold ``ro 12/41  37%`` and any phase with the time it has lasted."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A line between the connections; all text is plain."""

    title: str
    origin: str = ""


Line = Heading | str
"""A heading, or the name of a connection."""


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is known of one connection, or of all open ones together."""

    name: str
    source: Source | None
    state: ConnectionState | None
    running: int = 0
    total: int = 0
    cpu: float | None = None
    """0…1 of the host's processors."""

    @property
    def phase(self) -> Phase:
        if self.name == ALL:
            return "open"
        return self.state.phase if self.state is not None else "closed"

    @property
    def look(self) -> tuple[str, str, str]:
        """Glyph, role and word of the phase."""
        glyph, role, word = _LOOKS[self.phase]
        if self.phase == "failed" and self.state is not None and self.state.code in _AUTH:
            word = "auth"
        return glyph, role, word

    @property
    def title(self) -> str:
        return "all connections" if self.name == ALL else plain(self.name)

    @property
    def read_only(self) -> bool:
        if self.phase == "open" and self.state is not None:
            return self.state.read_only
        return self.source is not None and self.source.read_only

    @property
    def waits(self) -> bool:
        """Its line tells a time that passes."""
        return self.phase in {"opening", "stale"}


def lines_of(sources: Iterable[Source], store: Store) -> list[Line]:
    """Bookmarks by group in the order of the file, then aliases, the default URI, arguments.

    All open connections lead when there is more than one; what the store knows without a source comes last.
    """
    lines: list[Line] = [ALL] if sum(s.phase == "open" for s in store.connections.values()) > 1 else []
    sections: dict[tuple[SourceKind, str], list[Source]] = {(kind, ""): [] for kind in _KINDS}
    names = set()
    for source in sources:
        if source.name not in names:
            names.add(source.name)
            group = source.group if source.source == "bookmark" else ""
            sections.setdefault((source.source, group), []).append(source)
    order = list(_KINDS)
    for (kind, group), members in sorted(sections.items(), key=lambda item: order.index(item[0][0])):
        if members:
            origins = {PurePath(source.origin).name for source in members}
            origin = plain(origins.pop()) if len(origins) == 1 and not group else ""
            lines += [Heading(plain(group) or _KINDS[kind][0], origin), *(source.name for source in members)]
    if others := [name for name in store.connections if name not in names]:
        lines += [Heading("opened here"), *others]
    return lines


def entry_of(name: str, source: Source | None, store: Store) -> Entry:
    """What the store knows of a connection, or of all together."""
    if name == ALL:
        counts = [count for (_, kind), count in store.counts.items() if kind == "domain"]
        return Entry(ALL, None, None, sum(c.active for c in counts), sum(c.total for c in counts))
    count = store.counts[name, "domain"]
    usage = store.hosts.get(name)
    cpu = usage.cpu if usage is not None else None
    return Entry(name, source, store.connections.get(name), count.active, count.total, cpu)


class Roster:
    """The lines of the sidebar and what is known of each connection in them."""

    def __init__(self, store: Store, sources: Iterable[Source]) -> None:
        self._store = store
        self.sources: dict[str, Source] = {}
        self.lines: list[Line] = []
        self.entries: dict[str, Entry] = {}
        self.set_sources(sources)

    @property
    def names(self) -> list[str]:
        """The names from the top, ``ALL`` included when it is there."""
        return [line for line in self.lines if isinstance(line, str)]

    @property
    def open(self) -> int:
        """How many connections are open."""
        return sum(state.phase == "open" for state in self._store.connections.values())

    def set_sources(self, sources: Iterable[Source]) -> None:
        self.sources = {}
        for source in sources:
            self.sources.setdefault(source.name, source)
        self._load()

    def update(self, names: Collection[str]) -> set[str] | None:
        """Read these connections again: the names whose entries differ, None when the lines do."""
        if lines_of(self.sources.values(), self._store) != self.lines:
            self._load()
            return None
        now = {name: self._entry(name) for name in {*names, ALL} & self.entries.keys()}
        changed = {name for name, entry in now.items() if entry != self.entries[name]}
        self.entries.update(now)
        return changed

    def _load(self) -> None:
        self.lines = lines_of(self.sources.values(), self._store)
        self.entries = {name: self._entry(name) for name in self.names}

    def _entry(self, name: str) -> Entry:
        return entry_of(name, self.sources.get(name), self._store)


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
    least = 0 if entry.phase == "closed" else len(entry.look[2] if entry.phase != "open" else _count(entry))
    names = max(names, min(cell_len(title), width - _FIXED - least))
    room = width - _FIXED - names
    if room < (len(NOT_OPEN) if entry.phase == "closed" else 2):
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
    tail = f"{cpu:>{_CPU}}" if width >= len(count) + _CPU else ""
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
        text = " · ".join([_KINDS[source.source][1], *([plain(origin)] if origin else []), *marks])
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

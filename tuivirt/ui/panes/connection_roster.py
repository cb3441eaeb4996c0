"""Which connections the sidebar lists, in which order, and what is known of each."""

import re
from collections.abc import Collection, Iterable
from pathlib import PurePath
from typing import Final, NamedTuple

from tuivirt.core.changes import ConnectionState, Phase
from tuivirt.core.source import Source, SourceKind
from tuivirt.core.store import Store
from tuivirt.core.text import plain

ALL: Final = ""
"""The name of the line that stands for every open connection; no connection has it."""

_LOOKS: Final[dict[Phase, tuple[str, str, str]]] = {
    "open": ("●", "good", "open"),
    "opening": ("◌", "info", "opening"),
    "stale": ("◑", "warn", "stale"),
    "failed": ("✗", "bad", "failed"),
    "closed": ("○", "dim", "not open"),
}
_LINE: Final = re.compile(r":[0-9]+$")
_AUTH: Final = frozenset({45, 79, 94})
"""``VIR_ERR_AUTH_FAILED``, ``_AUTH_CANCELLED`` and ``_AUTH_UNAVAILABLE``."""

KINDS: Final[dict[SourceKind, tuple[str, str]]] = {
    "bookmark": ("bookmarks", "bookmark"),
    "alias": ("aliases", "alias"),
    "default": ("default", "default URI"),
    "argument": ("arguments", "argument"),
}
"""The heading of each kind of source, and what one of it is called; in the order of the list."""


class Heading(NamedTuple):
    """A line between the connections; all text is plain."""

    title: str
    origin: str = ""


Line = Heading | str
"""A heading, or the name of a connection."""


class Entry(NamedTuple):
    """All that is known of one connection, or of all open ones together."""

    name: str
    source: Source | None
    state: ConnectionState | None
    running: int = 0
    total: int = 0
    cpu: float | None = None
    """0…1 of the host's processors."""
    rtt: float | None = None
    """Seconds of a round trip."""

    @property
    def phase(self) -> Phase:
        if self.name == ALL:
            return "open"
        return self.state.phase if self.state is not None else "closed"

    @property
    def look(self) -> tuple[str, str, str]:
        """Glyph, role and word of the phase."""
        glyph, role, word = _LOOKS[self.phase]
        if self.state is None:
            return glyph, role, word
        if self.phase == "failed" and self.state.code in _AUTH:
            word = "auth"
        elif self.phase == "opening" and self.state.queued:
            role, word = "dim", "queued"
        elif self.phase == "opening" and self.stale:
            word = _LOOKS["stale"][2]
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
    def stale(self) -> bool:
        """Its rows may not be true any more."""
        return self.state is not None and self.state.lost is not None

    @property
    def waits(self) -> bool:
        """Its line tells a time that passes."""
        return self.phase in {"opening", "stale"}


def lines_of(sources: Iterable[Source], store: Store) -> list[Line]:
    """Bookmarks by group in the order of the file, then aliases, the default URI, arguments.

    All connections together lead when there is more than one, and any has rows; what the store knows without
    a source comes last.
    """
    lines: list[Line] = []
    sections: dict[tuple[SourceKind, str], list[Source]] = {(kind, ""): [] for kind in KINDS}
    names = set()
    for source in sources:
        if source.name not in names:
            names.add(source.name)
            group = source.group if source.source == "bookmark" else ""
            sections.setdefault((source.source, group), []).append(source)
    order = list(KINDS)
    for (kind, group), members in sorted(sections.items(), key=lambda item: order.index(item[0][0])):
        if members:
            origins = {_file(source.origin) for source in members}
            origin = plain(origins.pop()) if len(origins) == 1 and not group else ""
            lines += [Heading(plain(group) or KINDS[kind][0], origin), *(source.name for source in members)]
    if others := [name for name in store.connections if name not in names]:
        lines += [Heading("opened here"), *others]
    many = sum(isinstance(line, str) for line in lines) > 1
    return [ALL, *lines] if many and any(map(_has_rows, store.connections.values())) else lines


def _has_rows(state: ConnectionState) -> bool:
    """Open, or lost and coming back: its rows stay."""
    return state.phase == "open" or state.lost is not None


def _file(origin: str) -> str:
    """The name of the file alone, without directory and line."""
    return _LINE.sub("", PurePath(origin).name)


def entry_of(name: str, source: Source | None, store: Store) -> Entry:
    """What the store knows of a connection, or of all together."""
    if name == ALL:
        count = store.count("domain")
        return Entry(ALL, None, None, count.active, count.total)
    count = store.count("domain", name)
    usage = store.hosts.get(name)
    cpu, rtt = (usage.cpu, usage.rtt) if usage is not None else (None, None)
    return Entry(name, source, store.connections.get(name), count.active, count.total, cpu, rtt)


class Roster:
    """The lines of the sidebar and what is known of each connection in them."""

    def __init__(self, store: Store, sources: Iterable[Source]) -> None:
        self._store = store
        self.sources: dict[str, Source] = {}
        self.lines: list[Line] = []
        self.entries: dict[str, Entry] = {}
        self._all = False
        """The line of all connections has come. It stays: who stands on it must not be moved elsewhere."""
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
        if self._lines_now() != self.lines:
            self._load()
            return None
        now = {name: self._entry(name) for name in {*names, ALL} & self.entries.keys()}
        changed = {name for name, entry in now.items() if entry != self.entries[name]}
        self.entries.update(now)
        return changed

    def _load(self) -> None:
        self.lines = self._lines_now()
        self._all = ALL in self.lines
        self.entries = {name: self._entry(name) for name in self.names}

    def _lines_now(self) -> list[Line]:
        lines = lines_of(self.sources.values(), self._store)
        names = [line for line in lines if isinstance(line, str)]
        return [ALL, *lines] if self._all and len(names) > 1 and ALL not in names else lines

    def _entry(self, name: str) -> Entry:
        return entry_of(name, self.sources.get(name), self._store)

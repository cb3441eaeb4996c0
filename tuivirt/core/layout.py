"""The lines of a list: sorted rows, in groups that fold."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from tuivirt.core.ordering import Entry, Ordering
from tuivirt.core.text import natural_key

R = TypeVar("R")
K = TypeVar("K", bound=Hashable)

Grouping: TypeAlias = Callable[[R], tuple[str, ...] | None]
"""The labels of a row."""

NO_LABEL: Final = ""
"""Gathers the rows that have no label, as the last group."""


class RowLine(NamedTuple, Generic[K]):
    """The line of one row."""

    id: K


class GroupLine(NamedTuple, Generic[K]):
    """The line above the rows of a group."""

    label: str
    ids: tuple[K, ...]
    """Its rows in order, folded away or not."""
    folded: bool


Line: TypeAlias = RowLine[Any] | GroupLine[Any]

Place: TypeAlias = tuple[str | None, int] | None
"""The label of a group and an index among its rows; `None` for a row that is not shown."""


@dataclass(slots=True, eq=False)
class _Group(Generic[R]):
    label: str | None
    """`None` for the only group of a list without groups: it has no line."""
    entries: list[Entry[R]]
    folded: bool
    start: int = 0
    """The index of its first line."""
    made: GroupLine[Any] | None = None

    @property
    def line(self) -> GroupLine[Any]:
        if self.made is None:
            ids = tuple([entry.id for entry in self.entries])
            self.made = GroupLine(self.label or NO_LABEL, ids, self.folded)
        return self.made

    @property
    def lines(self) -> list[Line]:
        rows = [] if self.folded else [entry.line for entry in self.entries]
        return rows if self.label is None else [self.line, *rows]

    @property
    def height(self) -> int:
        return (self.label is not None) + (0 if self.folded else len(self.entries))


class Layout(Generic[R]):
    """Which rows stand on which lines."""

    def __init__(self) -> None:
        self.ordering: Ordering[R] = Ordering()
        self.grouping: Grouping[R] | None = None
        self.folded: set[str] = set()
        """Labels of folded groups, also of such as have no rows now."""
        self._groups: dict[str | None, _Group[R]] = {}
        self._lines: list[Line] | None = None

    @property
    def lines(self) -> Sequence[Line]:
        """The lines from the top. A list once returned does not change: a change makes another."""
        if self._lines is None:
            self._lines = [line for group in self._groups.values() for line in group.lines]
        return self._lines

    @property
    def count(self) -> int:
        """How many rows are laid out, those in folded groups too."""
        return sum(len(group.entries) for group in self._groups.values())

    def label(self, row: R) -> str | None:
        """The one group that a row belongs to, whatever the number of its labels: its line has one place."""
        if self.grouping is None:
            return None
        labels = self.grouping(row)
        if not labels:
            return NO_LABEL
        return labels[0] if len(labels) == 1 else min(labels, key=natural_key)

    # Where things are

    def shows(self, entry: Entry[R]) -> bool:
        """Whether an entry has a line."""
        return entry.matched and not self._groups[entry.label].folded

    def stand_in(self, entry: Entry[R]) -> Line | None:
        """The line of an entry, or of the folded group that hides it; `None` when it is not laid out."""
        if not entry.matched:
            return None
        group = self._groups[entry.label]
        return group.line if group.folded else entry.line

    def header(self, label: str) -> Line | None:
        """The line of a group."""
        group = self._groups.get(label)
        return None if group is None else group.line

    def row_index(self, entry: Entry[R]) -> int:
        """The index of the line of an entry that has one."""
        group = self._groups[entry.label]
        return group.start + (group.label is not None) + self.ordering.index(group.entries, entry)

    def header_index(self, label: str) -> int:
        """The index of the line of a group that there is."""
        return self._groups[label].start

    # Changes

    def arrange(self, entries: Iterable[Entry[R]]) -> None:
        """Lay out these entries, which come in their order, as far as they match."""
        shown: dict[str | None, list[Entry[R]]] = {}
        if self.grouping is None:
            shown[None] = [entry for entry in entries if entry.matched]
        else:
            for entry in entries:
                if entry.matched:
                    shown.setdefault(entry.label, []).append(entry)
        self._set_groups(self._group(label, entries) for label, entries in shown.items() if entries)
        self._flow()

    def pull(self, entry: Entry[R]) -> Place:
        """Take an entry out; returns where it was. `flow` must follow."""
        if not entry.matched:
            return None
        entries = self._groups[entry.label].entries
        index = self.ordering.index(entries, entry)
        del entries[index]
        return entry.label, index

    def put(self, entry: Entry[R]) -> Place:
        """Put an entry in, if it matches; returns where. `flow` must follow."""
        if not entry.matched:
            return None
        if entry.label not in self._groups:
            self._set_groups([*self._groups.values(), self._group(entry.label, [])])
        entries = self._groups[entry.label].entries
        index = self.ordering.place(entries, entry)
        entries.insert(index, entry)
        return entry.label, index

    def flow(self, was: Place, now: Place) -> bool:
        """An entry went from one place to another. Returns whether that moved lines."""
        if was == now:
            return False
        for label, _ in filter(None, {was, now}):
            group = self._groups[label]
            group.made = None
            if not group.entries:
                del self._groups[label]
        self._flow()
        return True

    def refold(self) -> None:
        """`folded` has changed."""
        for group in self._groups.values():
            group.folded, group.made = group.label in self.folded, None
        self._flow()

    def _group(self, label: str | None, entries: list[Entry[R]]) -> _Group[R]:
        return _Group(label, entries, label in self.folded)

    def _set_groups(self, groups: Iterable[_Group[R]]) -> None:
        in_order = sorted(groups, key=lambda group: (not group.label, natural_key(group.label or NO_LABEL)))
        self._groups = {group.label: group for group in in_order}

    def _flow(self) -> None:
        self._lines = None
        start = 0
        for group in self._groups.values():
            group.start = start
            start += group.height

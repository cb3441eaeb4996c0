"""The list model: rows of any type → the ordered lines that a table shows, with cursor and marks.

Owned by the UI thread, no I/O. A row is known by its identity. What it shows may change in place: whoever
changes it says so with `upsert`, `update` or `refresh`, and until then the view works on what it remembers of
it (sort key, group, whether the query matches), so that its order stays consistent.

Cursor and marks are identities too, never line numbers. The cursor stays on its object; with a row that is
folded away it stands on the group; when its object vanishes, it goes to the next line that is left. Where
none is left it comes back to its object as soon as that has a line again.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from tuivirt.core.layout import NO_LABEL, Grouping, GroupLine, Layout, Line, RowLine
from tuivirt.core.ordering import Entry, Ordering
from tuivirt.core.query import Query

__all__ = ["NO_LABEL", "GroupLine", "Line", "ListView", "RowLine"]

R = TypeVar("R")

ONE_BY_ONE: Final = 16
"""Up to so many changed rows each finds its own new place; beyond, sorting all of them costs less."""


class ListView(Generic[R]):
    """Rows in order, filtered and grouped, with a cursor and marks.

    Where a method returns whether lines moved: they came, went or changed places, or a group has other rows.
    If not, at most the lines of the given rows, and of their groups, look different.
    """

    def __init__(self, identity: Callable[[R], Hashable]) -> None:
        self._identity = identity
        self._query: Query[R] | None = None
        self._entries: dict[Any, Entry[R]] = {}  # in the order of arrival
        self._arrivals = 0
        self._order: list[Entry[R]] = []  # sorted, those that do not match too
        self._layout: Layout[R] = Layout()
        self._at: Line | None = None
        self._index: int | None = None  # of the cursor's line, while known
        self._last: Line | None = None  # where the cursor was before the list was empty
        self._direction = 1
        self._marks: set[Any] = set()

    # What is shown

    @property
    def lines(self) -> Sequence[Line]:
        """The lines from the top. A list once returned does not change: a change makes another."""
        return self._layout.lines

    def row(self, id_: Hashable) -> R:
        """The row of that identity, shown or not. Raises KeyError."""
        return self._entries[id_].row

    def all_rows(self) -> Iterator[R]:
        """Every row, those that the query hides too, sorted but not grouped."""
        return (entry.row for entry in self._order)

    def __len__(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._entries)

    @property
    def shown_count(self) -> int:
        """How many rows match the query, those in folded groups too."""
        return self._layout.count

    def index(self, id_: Hashable) -> int | None:
        """The index of a row's line; `None` when it has none."""
        entry = self._entries.get(id_)
        return self._layout.row_index(entry) if entry is not None and self._layout.shows(entry) else None

    # Rows

    def set_rows(self, rows: Iterable[R]) -> bool:
        """These are all rows now. Returns whether lines moved."""
        rows = list(rows)
        kept = {self._identity(row) for row in rows}
        return self.update(rows, [id_ for id_ in self._entries if id_ not in kept])

    def upsert(self, row: R) -> bool:
        """A row is new or has changed. Returns whether lines moved."""
        old = self._snapshot_if_at(self._identity(row))
        moved = self._take(row)
        self._settle(moved, old)
        return moved

    def remove(self, id_: Hashable) -> bool:
        """A row is gone; one that was never there is no mistake. Returns whether lines moved."""
        old = self._snapshot_if_at(id_)
        moved = self._drop(id_)
        self._settle(moved, old)
        return moved

    def update(self, rows: Iterable[R], removed: Collection[Hashable] = ()) -> bool:
        """Some rows are gone, others are new or have changed, all at once. Returns whether lines moved."""
        rows = list(rows)
        old = self._snapshot()
        if len(rows) + len(removed) <= ONE_BY_ONE:
            moved = any([*map(self._drop, removed), *map(self._take, rows)])
        else:
            moved = self._take_all(rows, removed)
        self._settle(moved, old)
        return moved

    def refresh(self) -> bool:
        """Any row may have changed. Returns whether lines moved."""
        return self.update([entry.row for entry in self._entries.values()])

    def _take(self, row: R) -> bool:
        entry, fresh = self._read(row)
        if fresh is None:
            return False
        was = self._pull(entry) if entry.id in self._entries else None
        self._become(entry, fresh)
        self._order.insert(self._layout.ordering.place(self._order, entry), entry)
        return self._layout.flow(was, self._layout.put(entry))

    def _drop(self, id_: Hashable) -> bool:
        self._marks.discard(id_)
        if id_ not in self._entries:
            return False
        was = self._pull(self._entries.pop(id_))
        return self._layout.flow(was, None)

    def _take_all(self, rows: Iterable[R], removed: Iterable[Hashable]) -> bool:
        differ = False
        for id_ in removed:
            self._marks.discard(id_)
            differ = self._entries.pop(id_, None) is not None or differ
        for row in rows:
            entry, fresh = self._read(row)
            if fresh is not None:
                self._become(entry, fresh)
                differ = True
        if differ:
            self._sort()
        return differ

    def _read(self, row: R) -> tuple[Entry[R], Entry[R] | None]:
        """The entry of a row, and what it has to become, if anything."""
        id_ = self._identity(row)
        known = self._entries.get(id_)
        if known is None:
            self._arrivals += 1
            new = Entry(id_, self._arrivals, RowLine(id_), row)
            self._judge(new)
            return new, new
        fresh = Entry(id_, known.arrival, known.line, row)
        self._judge(fresh)
        known.row = row
        return known, None if fresh.stands_like(known) else fresh

    def _judge(self, entry: Entry[R]) -> None:
        self._layout.ordering.read(entry)
        entry.matched = self._query is None or self._query.matches(entry.row)
        entry.label = self._layout.label(entry.row)

    def _become(self, entry: Entry[R], fresh: Entry[R]) -> None:
        entry.become(fresh)
        self._entries[entry.id] = entry

    def _pull(self, entry: Entry[R]) -> tuple[str | None, int] | None:
        del self._order[self._layout.ordering.index(self._order, entry)]
        return self._layout.pull(entry)

    def _sort(self) -> None:
        self._order = self._layout.ordering.sort(self._entries.values())
        self._layout.arrange(self._order)

    # Filter, order, groups

    def set_query(self, query: Query[R] | None) -> None:
        """Show only rows that match; `None` for all."""
        old = self._snapshot()
        matches = query.matches if query is not None else _any
        narrower = query is not None and self._query is not None and query.narrows(self._query)
        for entry in self._order:
            if entry.matched or not narrower:
                entry.matched = matches(entry.row)
        self._query = query
        self._layout.arrange(self._order)
        self._settle(True, old)

    def set_sort(
        self, key: Callable[[R], Any] | None, tie: Callable[[R], Any] | None = None, *, reverse: bool = False
    ) -> None:
        """Order by `key`, see `Ordering`."""
        old = self._snapshot()
        self._layout.ordering = Ordering(key, tie, reverse)
        for entry in self._entries.values():
            self._layout.ordering.read(entry)
        self._sort()
        self._settle(True, old)

    def set_group(self, grouping: Grouping[R] | None) -> None:
        """Group by the first, in natural order, of the labels that a row has; `None` for no groups."""
        old = self._snapshot()
        self._layout.grouping = grouping
        for entry in self._order:
            entry.label = self._layout.label(entry.row)
        self._layout.arrange(self._order)
        self._settle(True, old)

    @property
    def folded(self) -> AbstractSet[str]:
        """Labels of folded groups, also of such as have no rows now."""
        return self._layout.folded

    def fold(self, label: str | None = None) -> None:
        """Fold a group, or unfold it; without a label the group at the cursor."""
        if label is None:
            label = self._label_at_cursor()
        if label is not None:
            self._set_folded(self._layout.folded ^ {label})

    def fold_all(self) -> None:
        """Fold all groups; when all are, unfold them."""
        labels = {entry.label for entry in self._order if entry.label is not None}
        if labels:
            self._set_folded(set() if labels <= self._layout.folded else self._layout.folded | labels)

    def _set_folded(self, labels: set[str]) -> None:
        old = self._snapshot()
        self._layout.folded = labels
        self._layout.refold()
        self._settle(True, old)

    def _label_at_cursor(self) -> str | None:
        if isinstance(self._at, RowLine):
            return self._entries[self._at.id].label
        return self._at.label if self._at is not None else None

    # The cursor

    @property
    def cursor(self) -> Any:
        """What the cursor is on: a row's identity, a group's label (a str), `None` in an empty list."""
        if isinstance(self._at, RowLine):
            return self._at.id
        return self._at.label if self._at is not None else None

    @property
    def cursor_index(self) -> int | None:
        """The index of the line with the cursor."""
        if self._index is None and self._at is not None:
            if isinstance(self._at, RowLine):
                self._index = self._layout.row_index(self._entries[self._at.id])
            else:
                self._index = self._layout.header_index(self._at.label)
        return self._index

    def goto(self, index: int) -> None:
        """Put the cursor on that line, or the nearest there is."""
        if self.lines:
            self._index = min(max(index, 0), len(self.lines) - 1)
            self._at = self.lines[self._index]

    def move(self, delta: int) -> None:
        """Move the cursor by so many lines, as far as there are."""
        if delta:
            self._direction = 1 if delta > 0 else -1
        if self.cursor_index is not None:
            self.goto(self.cursor_index + delta)

    def select(self, id_: Hashable) -> bool:
        """Put the cursor on a row, unfolding its group; `False` when there is none or the query hides it."""
        entry = self._entries.get(id_)
        if entry is None or not entry.matched:
            return False
        if not self._layout.shows(entry):
            self.fold(entry.label)
        self._at, self._index = entry.line, None
        return True

    def _snapshot(self) -> tuple[Sequence[Line], int] | None:
        return None if self.cursor_index is None else (self.lines, self.cursor_index)

    def _snapshot_if_at(self, id_: Hashable) -> tuple[Sequence[Line], int] | None:
        """A snapshot where a change of this row can take the cursor's line away."""
        entry = self._entries.get(id_)
        if entry is None or self._at is None:
            return None
        threatened = self._at.id == id_ if isinstance(self._at, RowLine) else self._at.label == entry.label
        return self._snapshot() if threatened else None

    def _settle(self, moved: bool, old: tuple[Sequence[Line], int] | None) -> None:
        """After a change: find the cursor's line, or the next that is left of the `old` ones."""
        if not moved:
            return
        self._index = None
        if old is not None:
            lines, index = old
            self._at = self._first_left(lines, [*range(index, len(lines)), *range(index - 1, -1, -1)])
            self._last = lines[index]
        if self._at is None and self._last is not None:
            self._at = self._now(self._last)
        if self._at is None:
            self.goto(0)

    def _first_left(self, lines: Sequence[Line], order: Iterable[int]) -> Line | None:
        for index in order:
            found = self._now(lines[index])
            if found is not None:
                return found
        return None

    def _now(self, line: Line) -> Line | None:
        """Where something that had this line is now."""
        if isinstance(line, GroupLine):
            return self._layout.header(line.label)
        entry = self._entries.get(line.id)
        return None if entry is None else self._layout.stand_in(entry)

    # Marks

    @property
    def marks(self) -> AbstractSet[Any]:
        """Identities of the marked rows, those that are not shown too."""
        return self._marks

    @property
    def hidden_marks(self) -> int:
        """How many marked rows have no line: the query or a folded group hides them."""
        return sum(not self._layout.shows(self._entries[id_]) for id_ in self._marks)

    def mark(self, count: int = 1, direction: int = 0) -> set[Any]:
        """Mark rows from the cursor on, or unmark them if the first is marked, and step on to the next row.

        The way is that of `direction`, when not 0, else that of the last move. On the line of a group it is
        all of its rows, folded or not, and the step is to the next group. Returns rows whose mark changed.
        """
        index, lines = self.cursor_index, self.lines
        if index is None:
            return set()
        here = lines[index]
        count = 1 if isinstance(here, GroupLine) else max(count, 1)
        way = range(index, len(lines)) if (direction or self._direction) > 0 else range(index, -1, -1)
        alike = list(islice((place for place in way if isinstance(lines[place], type(here))), count + 1))
        self.goto(alike[-1])
        if isinstance(here, GroupLine):
            return self.set_marks(here.ids, marked=not self._marks.issuperset(here.ids))
        rows = [line.id for place in alike[:count] if isinstance(line := lines[place], RowLine)]
        return self.set_marks(rows, marked=here.id not in self._marks)

    def set_marks(self, ids: Iterable[Hashable], *, marked: bool = True) -> set[Any]:
        """Mark these rows, or unmark them. Returns those whose mark changed."""
        changed = {id_ for id_ in ids if id_ in self._entries and (id_ in self._marks) is not marked}
        self._marks ^= changed
        return changed

    def invert_marks(self) -> set[Any]:
        """Mark what is not marked and the reverse, among the rows that have a line. Returns these."""
        shown = {line.id for line in self.lines if isinstance(line, RowLine)}
        self._marks ^= shown
        return shown

    def clear_marks(self) -> set[Any]:
        """Unmark everything. Returns what was marked."""
        cleared, self._marks = self._marks, set()
        return cleared


def _any(_: object) -> bool:
    return True

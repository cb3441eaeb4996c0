"""The order of a list's rows: a sort key that may be unknown, a second key for ties, then arrival."""

import operator
from collections.abc import Callable, Iterable
from typing import Any, Final, Generic, TypeVar

R = TypeVar("R")


class Entry(Generic[R]):
    """What a list remembers of a row until it is told that the row has changed."""

    __slots__ = ("arrival", "id", "key", "label", "line", "matched", "row", "tie")

    def __init__(self, id_: Any, arrival: int, line: Any, row: R) -> None:
        """``line`` shows it, made once."""
        self.id = id_
        self.arrival = arrival
        self.line = line
        self.row = row
        self.key: Any = None
        self.tie: Any = None
        self.label: str | None = None
        self.matched = False

    def stands_like(self, other: "Entry[R]") -> bool:
        """Whether both belong in the same place."""
        return bool(
            self.matched == other.matched
            and self.label == other.label
            and self.key == other.key
            and self.tie == other.tie
        )

    def become(self, other: "Entry[R]") -> None:
        """Take the row of `other` and its place."""
        self.row, self.key, self.tie = other.row, other.key, other.tie
        self.label, self.matched = other.label, other.matched


_KEY: Final = operator.attrgetter("key")
_TIE: Final = operator.attrgetter("tie")


class Ordering(Generic[R]):
    """By `key`, equal ones by `tie` (never reversed), and those by arrival.

    Keys are compared with `<`. A key of `None` or NaN comes last in both directions; NaN in a tuple lands
    anywhere. Ties are never unknown.
    """

    __slots__ = ("key", "reverse", "tie")

    def __init__(
        self,
        key: Callable[[R], Any] | None = None,
        tie: Callable[[R], Any] | None = None,
        reverse: bool = False,
    ) -> None:
        self.key = key
        self.tie = tie
        self.reverse = reverse

    def read(self, entry: Entry[R]) -> None:
        """Take the keys from the entry's row."""
        key = self.key(entry.row) if self.key is not None else None
        entry.key = key if key == key else None  # noqa: PLR0124  # NaN has no place in an order
        entry.tie = self.tie(entry.row) if self.tie is not None else None

    def sort(self, entries: Iterable[Entry[R]]) -> list[Entry[R]]:
        """Entries that come in the order of their arrival."""
        order = list(entries)
        if self.tie is not None and self.tie is not self.key:
            order.sort(key=_TIE)
        if self.key is None:
            return order
        unknown = [entry for entry in order if entry.key is None]
        if unknown:
            order = [entry for entry in order if entry.key is not None]
        order.sort(key=_KEY, reverse=self.reverse)
        return order + unknown

    def before(self, first: Entry[R], second: Entry[R]) -> bool:
        """Whether `first` comes before `second`, two different entries."""
        if first.key != second.key:
            if first.key is None or second.key is None:
                return second.key is None
            return bool(second.key < first.key if self.reverse else first.key < second.key)
        if first.tie != second.tie:
            return bool(first.tie < second.tie)
        return first.arrival < second.arrival

    def place(self, entries: list[Entry[R]], entry: Entry[R]) -> int:
        """Where `entry` belongs among the sorted `entries`: its own index when it is one of them."""
        low, high = 0, len(entries)
        while low < high:
            middle = (low + high) // 2
            other = entries[middle]
            if other is entry:
                return middle
            if self.before(other, entry):
                low = middle + 1
            else:
                high = middle
        return low

    def index(self, entries: list[Entry[R]], entry: Entry[R]) -> int:
        """The index of one of `entries`."""
        place = self.place(entries, entry)
        if place < len(entries) and entries[place] is entry:
            return place
        return entries.index(entry)  # keys that are in no order, see above

"""A kind of object: one value from which its view, its columns, its filter and its menu derive."""

from collections.abc import Callable
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from tuivirt.core.action import Actions
from tuivirt.core.query import Field
from tuivirt.core.store import Record

R = TypeVar("R", bound=Record)


class Cell(NamedTuple):
    """The text of a cell, already plain, and the role that gives it its colours."""

    text: str
    role: str = ""
    """A role of the theme (``good``, ``warn``, ``bad``, ``dim`` …); empty: the row's own style."""


class Column(NamedTuple, Generic[R]):
    """One column of a kind's list."""

    id: str
    title: str
    width: int
    """Cells; for a flexible column the least."""
    cell: Callable[[R], Cell]
    raw: Callable[[R], Any]
    """The value without units, for export; None where it is not known. With several names in ``exported`` a
    sequence of as many, or None.
    """
    sort: Callable[[R], Any] | None = None
    """Sort key, the least first; comparable between any two records. A record whose key is None comes last in
    either direction. None: cannot be sorted by.
    """
    align: Literal["left", "right"] = "left"
    flexible: bool = False
    """Takes the room that is left."""
    needs: frozenset[str] = frozenset()
    """What it rests on beyond the list: groups of counters, ``details``, ``addresses``, ``pending``."""
    moves: bool = False
    """Changes by itself with every tick."""
    most_first: bool = False
    """A quantity, of which the most is what one looks for: the first press sorts it descending."""
    doc: str = ""
    exported: tuple[str, ...] = ()
    """What its values are called in an export, with their units; the id when empty."""


class Resource(NamedTuple, Generic[R]):
    """All that the user interface needs to know of a kind."""

    kind: str
    title: str
    aliases: tuple[str, ...]
    record: Callable[[Any], R]
    columns: tuple[Column[R], ...]
    default_columns: tuple[str, ...]
    fields: dict[str, Field[R]]
    haystack: Callable[[R], str]
    groups: dict[str, Callable[[R], tuple[str, ...]]]
    """Names that ``:group`` takes, and the labels a record stands under."""
    actions: Actions[Any]

    def column(self, id_: str) -> Column[R] | None:
        return next((column for column in self.columns if column.id == id_), None)

"""The list of domains: one connection's or all of them, filtered, sorted, grouped."""

from collections.abc import Callable, Iterable, Sequence

from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tuivirt.core.backend import Watch
from tuivirt.core.key import Key
from tuivirt.core.query import Query, compile_query
from tuivirt.core.resource import Column, Resource
from tuivirt.core.store import Delta, Store
from tuivirt.core.view import GroupLine, ListView
from tuivirt.resources.domain.fields import NEEDS_ADDRESSES, NEEDS_COUNTERS, NEEDS_DETAILS, NEEDS_LIVE
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.options import Remembered
from tuivirt.ui.panes.connection_roster import ALL
from tuivirt.ui.panes.domain_table import DomainTable
from tuivirt.ui.panes.listing_lines import Unknown, empty_notes, summary_parts, title_parts
from tuivirt.ui.widgets.bars import Bar

FEW = 100
"""With no more active domains on a connection all of them are sampled, so that the sparkline of a row that
comes into sight has a past.
"""


class ListingPane(Vertical):
    """Title, summary and table of the domains in a scope: a connection's name, or ``ALL``."""

    class Changed(Message):
        """Another row has the cursor, other rows are visible, or other columns are shown."""

        def __init__(self, *, cursor: bool) -> None:
            super().__init__()
            self.cursor = cursor

    def __init__(
        self,
        store: Store,
        resource: Resource[DomainRecord],
        style: Callable[[str], Style],
        remembered: Remembered,
        *,
        columns: Sequence[str] = (),
        sort: str = "name",
        reverse: bool = False,
        group: str = "none",
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._store = store
        self._resource = resource
        self._style = style
        self._remembered = remembered
        self.scope = ALL
        self._wanted_columns = tuple(remembered.get("columns", columns)) or resource.default_columns
        self._sort: str = remembered.get("sort", sort)
        self._reverse = bool(remembered.get("reverse", reverse))
        self.group: str = remembered.get("group", group)
        self._query: Query[DomainRecord] = compile_query("", resource.fields, resource.haystack)
        self.view: ListView[DomainRecord] = ListView(identity=lambda record: record.item.key)
        self.title = Bar(style, id="title")
        self.summary = Bar(style, role="dim", id="summary")
        self.summary.display = bool(remembered.get("summary", True))
        self.table = DomainTable(self.view, (), style, stale=self._stale, id="domains")
        self._reads_all = False
        self._apply_group()
        for label in remembered.get("folded", ()):
            self.view.fold(label)
        self._apply_sort()

    def compose(self) -> ComposeResult:
        yield self.title
        yield self.summary
        yield self.table

    def on_mount(self) -> None:
        self.table.set_columns(self.columns())
        self.show_title()

    def _stale(self, record: DomainRecord) -> bool:
        state = self._store.connections.get(record.host)
        return state is None or state.phase != "open" or state.lost is not None

    # What is shown

    @property
    def filtering(self) -> Query[DomainRecord]:
        """The filter of the moment."""
        return self._query

    @property
    def record(self) -> DomainRecord | None:
        """The record under the cursor."""
        cursor = self.view.cursor
        return self.view.row(cursor) if isinstance(cursor, Key) else None

    def marked(self) -> list[DomainRecord]:
        """The marked records, those that the filter hides included, in the order of the list."""
        return [record for record in self.view.all_rows() if record.key in self.view.marks]

    def shown_records(self) -> list[DomainRecord]:
        """What the filter lets through, in the order of the list, folded groups included."""
        records: list[DomainRecord] = []
        for line in self.view.lines:
            if not isinstance(line, GroupLine):
                records.append(self.view.row(line.id))
            elif line.folded:
                records += [self.view.row(id_) for id_ in line.ids]
        return records

    def mark(self, which: str) -> None:
        """Mark all shown, none, or the others of those shown. Raises ValueError."""
        match which:
            case "all":
                shown = {line.id for line in self.view.lines if not isinstance(line, GroupLine)}
                self.view.set_marks(shown)
            case "none":
                self.view.clear_marks()
            case "invert":
                self.view.invert_marks()
            case _:
                raise ValueError(f"cannot mark {which!r}; there is: all, none, invert")
        self.table.repaint_all()
        self.show_title()

    def clear_marks(self) -> None:
        self.mark("none")

    def keep_folds(self) -> None:
        self._remembered.set("folded", sorted(self.view.folded))

    def toggle_summary(self) -> None:
        self.summary.display = not self.summary.display
        self._remembered.set("summary", self.summary.display)
        self.show_summary()
        self.post_message(self.Changed(cursor=False))

    def complete_filter(self, text: str, cursor: int) -> list[tuple[str, str]]:
        """Candidates for the filter up to the cursor, each with a description."""
        from tuivirt.core.completion import complete, term_at

        start, _ = term_at(text, cursor)
        found = complete(text, cursor, self._resource.fields, self._values)
        return [(text[:start] + candidate, self._about(candidate)) for candidate in found]

    def _about(self, candidate: str) -> str:
        field = self._resource.fields.get(candidate.lstrip("!").rstrip(":>"))
        return field.doc if field is not None else ""

    def _values(self, field: str) -> Iterable[str]:
        """Values that a field has in the list, for completion."""
        get = self._resource.fields[field].get
        found: set[str] = set()
        for record in self.view.all_rows():
            value = get(record)
            found.update(value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ())
        return sorted(found)

    def show_scope(self, scope: str) -> None:
        """Show one connection, or ``ALL``."""
        if scope == self.scope:
            return
        self.scope = scope
        self.view.set_rows(self._rows())
        self.table.set_columns(self.columns())
        self.reload()

    def _rows(self) -> list[DomainRecord]:
        records = self._store.records[self._resource.kind]
        if self.scope == ALL:
            return list(records.values())  # type: ignore[arg-type]
        return self._store.of_connection(self.scope, self._resource.kind)  # type: ignore[return-value]

    def reload(self) -> None:
        self.table.reload()
        self.show_title()
        self.show_summary()
        self.post_message(self.Changed(cursor=True))

    def set_query(self, text: str) -> None:
        """Filter. Raises QueryError, and shows what it showed before."""
        query = compile_query(text, self._resource.fields, self._resource.haystack)
        self._query = query
        self.view.set_query(query)
        self.reload()

    def set_group(self, name: str) -> None:
        """Group by a name of ``resource.groups``, or ``none``. Raises ValueError."""
        if name != "none" and name not in self._resource.groups:
            known = ", ".join((*self._resource.groups, "none"))
            raise ValueError(f"cannot group by {name!r}; there is: {known}")
        self.group = name
        self._apply_group()
        self._remembered.set("group", name)
        self.reload()

    def _apply_group(self) -> None:
        self.view.set_group(self._resource.groups.get(self.group))

    def set_sort(self, column: str, *, reverse: bool | None = None) -> None:
        """Order by a column's id: ``reverse`` with the highest first, None as the column begins.

        Raises ValueError.
        """
        found = self._resource.column(column)
        if found is None or found.sort is None:
            known = ", ".join(c.id for c in self._resource.columns if c.sort)
            raise ValueError(f"cannot sort by {column!r}; there is: {known}")
        self._sort, self._reverse = column, found.most_first if reverse is None else reverse
        self._apply_sort()
        self._remembered.set("sort", column)
        self._remembered.set("reverse", self._reverse)
        self.reload()

    def _apply_sort(self) -> None:
        column = self._resource.column(self._sort) or self._resource.columns[0]
        assert column.sort is not None
        name_key = self._resource.columns[0].sort
        assert name_key is not None
        self.view.set_sort(column.sort, tie=name_key, reverse=self._reverse)
        self.table.set_sort(column.id, reverse=self._reverse)

    @property
    def sort(self) -> tuple[str, bool]:
        return self._sort, self._reverse

    def sort_step(self, step: int) -> None:
        """Order by the next or previous of the shown columns."""
        ids = [column.id for column in self.columns() if column.sort is not None]
        at = ids.index(self._sort) if self._sort in ids else -1
        self.set_sort(ids[(at + step) % len(ids)])

    def column_ids(self) -> tuple[str, ...]:
        return self._wanted_columns

    def choose_columns(self, ids: Sequence[str]) -> None:
        self._wanted_columns = tuple(ids)
        self._remembered.set("columns", list(ids))
        self.table.set_columns(self.columns())
        self.post_message(self.Changed(cursor=False))

    def columns(self) -> list[Column[DomainRecord]]:
        found = [self._resource.column(id_) for id_ in self._wanted_columns]
        columns = [column for column in found if column is not None]
        if not columns or columns[0].id != "name":
            columns = [self._resource.columns[0], *(c for c in columns if c.id != "name")]
        return [c for c in columns if c.id != "host" or self.scope == ALL]

    def goto(self, key: Key) -> bool:
        """Put the cursor on an object; whether it is shown."""
        if not self.view.select(key):
            return False
        self.table.reload()
        self.post_message(self.Changed(cursor=True))
        return True

    def find(self, name: str) -> Key | None:
        """The first shown domain of that name."""
        return next((r.key for r in self.view.all_rows() if r.name == name), None)

    # What changes

    def update(self, delta: Delta) -> None:
        """Take over what a batch of changes touched."""
        cursor = self.view.cursor
        if any(self.scope in (ALL, connection) for connection, _ in delta.listed):
            self.view.set_rows(self._rows())
            moved = True
        else:
            found = [self._store.get(key) for key in delta.touched if self.scope in (ALL, key.connection)]
            rows = [record for record in found if isinstance(record, DomainRecord)]
            moved = self.view.update(rows, delta.removed)
        if moved:
            self.table.reload()
        elif any(self.scope in (ALL, name) for name in delta.connections):
            self.table.repaint_all()  # its rows may have gone stale, or be fresh again
        else:
            self.table.rows_changed(delta.touched)
        if moved or delta.hosts or delta.touched or delta.connections:
            self.show_title()
            self.show_summary()
        if moved or self.view.cursor != cursor:
            self.post_message(self.Changed(cursor=self.view.cursor != cursor))

    def watches(self, open_connections: Iterable[str]) -> dict[str, Watch]:
        """What to ask of each connection, from the columns and rows on screen."""
        needs: set[str] = set()
        for column in self.table.shown_columns:
            needs |= column.needs
        by_connection: dict[str, list[Key]] = {}
        record = self.record
        visible = self.table.visible_rows()
        if record is not None:
            visible = [record, *(r for r in visible if r is not record)]
        for shown in visible:
            by_connection.setdefault(shown.host, []).append(shown.key)
        complete = self._needs_all_details()
        compared = self._needs_all_compared()
        addresses = "addresses" in needs or self._asks_addresses()
        everyone = self._needs_all_counters()
        watches: dict[str, Watch] = {}
        for name in open_connections:
            keys = by_connection.get(name, [])
            if self.scope not in (ALL, name) or not (keys or complete or everyone):
                continue
            groups = frozenset(needs & {"cpu", "memory", "block", "net", "vcpu"})
            watches[name] = Watch(
                stats=bool(groups),
                groups=groups,
                everyone=everyone or self._store.count(self._resource.kind, name).active <= FEW,
                host=self.summary.display and self.scope == name,
                visible=tuple(keys),
                cursor=record.key if record is not None and record.host == name else None,
                addresses=addresses,
                pending=compared or "pending" in needs,
                complete=complete,
            )
        return watches

    def read_all(self, on: bool) -> None:
        """Have the definitions of all rows read, whatever is on screen, or no more."""
        self._reads_all = on
        self.post_message(self.Changed(cursor=False))

    def _needs_all_details(self) -> bool:
        words = any(not term.field for term in self._query.terms)
        column = self._resource.column(self._sort)
        return (
            self._reads_all
            or words
            or bool(self._query.needs & NEEDS_DETAILS)
            or (column is not None and "details" in column.needs)
            or self.group in {"tag", "os", "network"}
        )

    def _needs_all_compared(self) -> bool:
        """Whether what is shown rests on the live definitions of all rows."""
        column = self._resource.column(self._sort)
        return bool(self._query.needs & NEEDS_LIVE) or (column is not None and "pending" in column.needs)

    def _asks_addresses(self) -> bool:
        """Whether the filter rests on addresses."""
        return bool(self._query.needs & NEEDS_ADDRESSES)

    def _needs_all_counters(self) -> bool:
        column = self._resource.column(self._sort)
        return (
            (column is not None and column.moves)
            or bool(self._query.needs & NEEDS_COUNTERS)
            or self.group != "none"
        )

    def show_title(self) -> None:
        self.show_notes()
        states = self._store.connections
        scope = states.values() if self.scope == ALL else filter(None, [states.get(self.scope)])
        stale = [state for state in scope if state.lost is not None]
        unknown = Unknown.of(
            self.view.all_rows(),
            definitions=self._needs_all_details(),
            compared=self._needs_all_compared(),
            addresses=self._asks_addresses(),
        )
        self.title.show(
            *title_parts(self._resource.title, self.scope, self.view, self._query, stale, unknown)
        )

    def show_notes(self) -> None:
        """What an empty list says."""
        notes: list[str] = []
        if not self.view.lines:
            filtered = self._query.text if not self._query.empty and len(self.view) else None
            notes = empty_notes(self.scope, filtered, self._store.connections)
            if filtered is not None and self._asks_addresses():
                notes.append("Addresses are asked for of the rows on screen alone, and kept.")
        if notes != self.table.notes:
            self.table.notes = notes
            self.table.refresh()

    def show_summary(self) -> None:
        if not self.summary.display:
            return
        count = self._store.count(self._resource.kind, None if self.scope == ALL else self.scope)
        state = self._store.connections.get(self.scope)
        # What the host had to do when it was lost says nothing.
        known = state is not None and state.lost is None
        usage = self._store.hosts.get(self.scope) if known else None
        self.summary.show(summary_parts(count, state, usage))

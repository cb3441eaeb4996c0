"""The list model against one that computes everything from scratch."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tuivirt.core.query import Field, Query, compile_query
from tuivirt.core.text import natural_key
from tuivirt.core.view import NO_LABEL, GroupLine, Line, ListView, RowLine


@dataclass(frozen=True, slots=True)
class Vm:
    id: int
    name: str = "vm"
    cpu: float | None = None
    tags: tuple[str, ...] = ()


FIELDS: dict[str, Field[Vm]] = {
    "cpu": Field("cpu", "number", lambda vm: vm.cpu),
    "tag": Field("tag", "word", lambda vm: vm.tags),
}


def query(text: str) -> Query[Vm]:
    return compile_query(text, FIELDS, lambda vm: vm.name)


def by_name(vm: Vm) -> str:
    return natural_key(vm.name)


def by_cpu(vm: Vm) -> float | None:
    return vm.cpu


def by_host(vm: Vm) -> tuple[str, ...]:
    return (f"host{vm.id % 3}",)


def by_tag(vm: Vm) -> tuple[str, ...] | None:
    return vm.tags or None


def view_of(*vms: Vm) -> ListView[Vm]:
    view: ListView[Vm] = ListView(lambda vm: vm.id)
    view.set_sort(by_name)
    view.set_rows(vms)
    return view


def ids(view: ListView[Vm]) -> list[Any]:
    """Rows as identities, groups as labels, a folded one in brackets."""
    return [
        line.id if isinstance(line, RowLine) else f"[{line.label}]" if line.folded else line.label
        for line in view.lines
    ]


def vms(count: int) -> list[Vm]:
    return [Vm(number, f"vm{number}") for number in range(count)]


# Order


def test_rows_stand_in_natural_order() -> None:
    view = view_of(Vm(1, "web10"), Vm(2, "Web2"), Vm(3, "db"))
    assert ids(view) == [3, 2, 1]
    assert view.row(2).name == "Web2"
    assert [vm.id for vm in view.all_rows()] == [3, 2, 1]
    assert (len(view), view.shown_count) == (3, 3)


def test_what_is_not_known_comes_last_both_ways() -> None:
    view = view_of(Vm(1, "a"), Vm(2, "b", 0.5), Vm(3, "c", math.nan), Vm(4, "d", 0.1))
    view.set_sort(by_cpu, by_name)
    assert ids(view) == [4, 2, 1, 3]
    view.set_sort(by_cpu, by_name, reverse=True)
    assert ids(view) == [2, 4, 1, 3]


def test_ties_are_by_the_second_key_both_ways() -> None:
    view = view_of(Vm(1, "c", 1.0), Vm(2, "b", 1.0), Vm(3, "a", 2.0))
    view.set_sort(by_cpu, by_name)
    assert ids(view) == [2, 1, 3]
    view.set_sort(by_cpu, by_name, reverse=True)
    assert ids(view) == [3, 2, 1]


def test_without_a_key_rows_stand_as_they_came() -> None:
    view: ListView[Vm] = ListView(lambda vm: vm.id)
    view.set_rows([Vm(2), Vm(1)])
    view.upsert(Vm(0))
    view.set_rows([Vm(0), Vm(1), Vm(3)])
    assert ids(view) == [1, 0, 3]


def test_keys_in_no_order_do_not_break_the_list() -> None:
    view = view_of(*vms(20))
    view.set_sort(lambda vm: (0, vm.cpu or math.nan))
    for number in range(20):
        view.upsert(Vm(number, "x", math.nan if number % 2 else number + 1))
    for number in range(20):
        view.remove(number)
    assert ids(view) == []


# What moved


def test_a_row_that_keeps_its_place_moves_no_line() -> None:
    view = view_of(*vms(5))
    lines = view.lines
    assert not view.upsert(Vm(2, "vm2", 0.5))
    assert not view.upsert(Vm(2, "vm2b"))  # another key, the same place
    assert view.lines is lines
    assert view.row(2).name == "vm2b"
    assert view.upsert(Vm(2, "zz"))
    assert ids(view) == [0, 1, 3, 4, 2]


def test_what_happens_out_of_sight_moves_no_line() -> None:
    view = view_of(*vms(3))
    view.set_query(query("vm"))
    assert not view.upsert(Vm(9, "other"))
    assert not view.upsert(Vm(9, "another"))
    assert not view.remove(9)
    assert not view.remove(9)
    assert view.upsert(Vm(9, "vm9"))
    assert view.upsert(Vm(9, "other"))
    assert len(view) == 4
    assert view.shown_count == 3


def test_a_group_with_other_rows_counts_as_moved() -> None:
    view = view_of(*vms(6))
    view.set_group(by_host)
    view.fold_all()
    assert not view.upsert(Vm(3, "vm3", 0.9))
    assert view.upsert(Vm(9, "vm9"))
    assert view.lines[0] == GroupLine("host0", (0, 3, 9), folded=True)
    assert view.lines[0] == GroupLine("host0", (0, 3, 9), folded=True)
    assert isinstance(view.lines[0], GroupLine)
    assert len(view.lines[0].ids) == 3


def test_update_is_one_change() -> None:
    view = view_of(*vms(40))
    view.goto(5)
    assert not view.update([Vm(1, "vm1", 0.5)])
    assert not view.update([Vm(number, f"vm{number}", 0.5) for number in range(40)])
    assert view.update([Vm(50, "a")], removed=[5, 6, 99])
    assert view.cursor == 7
    assert view.update([Vm(number, f"z{number}") for number in range(9, 30)], removed=[7, 8])
    assert ids(view) == [50, *range(5), *range(30, 40), *range(9, 30)]
    assert view.cursor == 9


def test_rows_may_change_in_place() -> None:
    load = {1: 0.1, 2: 0.2}
    view: ListView[int] = ListView(lambda row: row)
    view.set_sort(load.__getitem__)
    view.set_rows([1, 2])
    load[1] = 0.9
    assert [line.id for line in view.lines if isinstance(line, RowLine)] == [1, 2]
    assert view.refresh()
    assert [line.id for line in view.lines if isinstance(line, RowLine)] == [2, 1]
    assert not view.refresh()


# Groups


def test_groups_in_natural_order_rows_without_label_last() -> None:
    view = view_of(Vm(1, "a", tags=("web10", "web2")), Vm(2, "b"), Vm(3, "c", tags=("web10",)))
    view.set_group(by_tag)
    assert ids(view) == ["web2", 1, "web10", 3, NO_LABEL, 2]
    view.upsert(Vm(4, "d", tags=("db",)))
    assert ids(view) == ["db", 4, "web2", 1, "web10", 3, NO_LABEL, 2]
    view.remove(1)
    assert ids(view) == ["db", 4, "web10", 3, NO_LABEL, 2]
    view.set_group(None)
    assert ids(view) == [2, 3, 4]


def test_folding() -> None:
    view = view_of(*vms(6))
    view.fold_all()  # no groups, nothing to fold
    view.fold()
    assert view.folded == set()
    view.set_group(by_host)
    view.select(4)
    view.fold()
    assert ids(view) == ["host0", 0, 3, "[host1]", "host2", 2, 5]
    assert view.cursor == "host1"
    assert view.cursor_index == 3
    view.fold()
    assert view.cursor == "host1"
    view.fold("host2")
    view.fold_all()
    assert ids(view) == ["[host0]", "[host1]", "[host2]"]
    assert view.folded == {"host0", "host1", "host2"}
    view.fold_all()
    assert len(ids(view)) == 9
    assert view.shown_count == 6


def test_folded_groups_are_remembered_while_they_are_empty() -> None:
    view: ListView[Vm] = ListView(lambda vm: vm.id)
    view.fold("host1")
    view.set_group(by_host)
    view.set_rows(vms(3))
    assert ids(view) == ["host0", 0, "[host1]", "host2", 2]
    view.remove(1)
    view.upsert(Vm(1))
    assert ids(view) == ["host0", 0, "[host1]", "host2", 2]


# The cursor


def test_the_cursor_starts_on_the_first_line() -> None:
    view: ListView[Vm] = ListView(lambda vm: vm.id)
    assert (view.cursor, view.cursor_index) == (None, None)
    view.move(1)
    view.goto(3)
    view.upsert(Vm(1))
    assert (view.cursor, view.cursor_index) == (1, 0)
    view.remove(1)
    assert (view.cursor, view.cursor_index) == (None, None)
    view.set_rows([Vm(7), Vm(8)])
    assert view.cursor == 7


def test_the_cursor_stays_on_its_row() -> None:
    view = view_of(*vms(10))
    view.goto(5)
    view.upsert(Vm(99, "a"))
    assert (view.cursor, view.cursor_index) == (5, 6)
    view.set_sort(by_name, reverse=True)
    assert (view.cursor, view.cursor_index) == (5, 4)
    view.set_query(query("vm5"))
    assert (view.cursor, view.cursor_index) == (5, 0)
    view.set_query(None)
    view.upsert(Vm(5, "zzz"))
    assert (view.cursor, view.cursor_index) == (5, 0)
    view.set_group(by_host)
    assert view.cursor == 5


def test_the_cursor_goes_to_the_next_line_when_its_row_is_gone() -> None:
    view = view_of(*vms(6))
    view.goto(3)
    view.remove(3)
    assert view.cursor == 4
    view.upsert(Vm(4, "vm4 hidden"))
    view.set_query(query("!hidden"))
    assert view.cursor == 5
    view.remove(5)
    assert view.cursor == 2  # none follows
    view.set_rows([Vm(0, "vm0"), Vm(7, "vm7")])
    assert view.cursor == 0
    view.set_query(query("none such"))
    assert view.cursor is None


def test_the_cursor_comes_back_to_its_row_after_the_list_was_empty() -> None:
    view = view_of(*vms(6))
    view.goto(3)
    view.set_query(query("none such"))
    assert not view.lines
    view.upsert(Vm(9, "vm9"))
    view.set_query(query("nor this"))
    view.set_query(None)
    assert (view.cursor, view.cursor_index) == (3, 3)
    # With rows folded away it stands on their group, and one that is gone meanwhile leaves the first line.
    view.set_query(query("none such"))
    view.set_group(by_host)
    view.fold_all()
    view.set_query(None)
    assert view.cursor == "host0"
    view.set_group(None)
    view.select(3)
    view.set_query(query("none such"))
    view.remove(3)
    view.set_query(None)
    assert view.cursor == 0


def test_a_cursor_on_a_group_that_is_gone() -> None:
    view = view_of(*vms(4))
    view.set_group(by_host)
    view.goto(3)
    assert view.cursor == "host1"
    view.remove(1)
    assert view.cursor == "host2"
    view.set_group(None)
    assert view.cursor == 2


def test_moving_stops_at_the_ends() -> None:
    view = view_of(*vms(4))
    view.move(2)
    assert view.cursor == 2
    view.move(99)
    assert view.cursor == 3
    view.move(-99)
    assert view.cursor == 0
    view.goto(-5)
    assert view.cursor == 0
    view.goto(99)
    assert view.cursor == 3


def test_select() -> None:
    view = view_of(*vms(4))
    view.set_query(query("!vm2"))
    assert view.select(3)
    assert view.cursor == 3
    assert not view.select(2)
    assert not view.select(77)
    assert view.cursor == 3
    view.set_group(by_host)
    view.fold_all()
    assert view.index(1) is None
    assert view.select(1)
    assert view.cursor_index == view.index(1) == 2
    assert view.folded == {"host0", "host2"}


# Marks


def test_marking_steps_on_in_the_direction_last_moved() -> None:
    view = view_of(*vms(6))
    assert view.mark() == {0}
    assert view.cursor == 1
    view.move(3)
    view.move(-1)
    assert view.mark() == {3}
    assert view.cursor == 2
    assert view.mark(direction=1) == {2}
    assert view.marks == {0, 2, 3}
    assert view.mark() == {3}
    assert view.marks == {0, 2}


def test_a_count_marks_so_many() -> None:
    view = view_of(*vms(6))
    view.goto(2)
    view.mark()
    view.goto(0)
    assert view.mark(5) == {0, 1, 3, 4}
    assert view.marks == {0, 1, 2, 3, 4}
    assert view.cursor == 5
    assert view.mark(5) == {5}
    assert view.cursor == 5
    assert view.mark() == {5}
    assert view.mark(3, direction=-1) == {5}
    assert view.cursor == 2
    assert ListView[Vm](lambda vm: vm.id).mark() == set()


def test_marking_steps_over_groups_and_marks_them_whole() -> None:
    view = view_of(*vms(6))
    view.set_group(by_host)
    view.fold("host1")
    view.goto(1)
    assert view.mark(3) == {0, 3, 2}
    assert view.cursor == 5
    view.goto(3)
    assert view.mark() == {1, 4}
    assert view.cursor == "host2"
    assert view.mark() == {5}
    assert view.mark() == {2, 5}
    view.goto(2)
    assert view.mark(direction=-1) == {3}
    assert view.cursor == 0


def test_marks_outlive_filter_and_order_but_not_their_rows() -> None:
    view = view_of(*vms(6))
    assert view.set_marks([1, 2, 3, 99]) == {1, 2, 3}
    view.set_query(query("vm1"))
    assert (view.marks, view.hidden_marks) == ({1, 2, 3}, 2)
    view.set_sort(by_name, reverse=True)
    view.set_query(None)
    assert (view.marks, view.hidden_marks) == ({1, 2, 3}, 0)
    view.set_group(by_host)
    view.fold("host0")
    assert view.hidden_marks == 1
    view.remove(2)
    assert view.marks == {1, 3}
    view.set_rows(vms(2))
    assert view.marks == {1}
    assert view.set_marks([1], marked=False) == {1}
    assert view.marks == set()


def test_inverting_concerns_what_is_shown() -> None:
    view = view_of(*vms(4))
    view.set_marks([0, 3])
    view.set_query(query("!vm3"))
    assert view.invert_marks() == {0, 1, 2}
    assert view.marks == {1, 2, 3}
    assert view.clear_marks() == {1, 2, 3}
    assert view.marks == set()


# Any sequence of operations

VMS = st.builds(
    Vm,
    id=st.integers(0, 12),
    name=st.sampled_from(["vm1", "vm2", "vm10", "VM1", "web", "db1"]),
    cpu=st.sampled_from([None, 0.0, 0.5, 1.0, math.nan]),
    tags=st.sampled_from([(), ("a",), ("b", "a"), ("b",), ("c10", "c9")]),
)
KEYS: list[Callable[[Vm], Any] | None] = [None, by_name, by_cpu, lambda vm: len(vm.tags)]
GROUPINGS: list[Callable[[Vm], tuple[str, ...] | None] | None] = [None, by_host, by_tag]
QUERIES = ["", "v", "vm", "vm1", "db", "!vm", "cpu>0.2", "tag:a vm", "none"]
LABELS = ["host0", "host1", "a", "b", "c9", NO_LABEL]


class Against(RuleBasedStateMachine):
    """Drives a view, and a model of it that remembers what it was told, and nothing derived from it."""

    def __init__(self) -> None:
        super().__init__()
        self.view: ListView[Vm] = ListView(lambda vm: vm.id)
        self.rows: dict[int, Vm] = {}
        self.key: Callable[[Vm], Any] | None = None
        self.tie: Callable[[Vm], Any] | None = None
        self.reverse = False
        self.query = query("")
        self.grouping: Callable[[Vm], tuple[str, ...] | None] | None = None
        self.folded: set[str] = set()
        self.marks: set[int] = set()
        self.cursor: Line | None = None
        self.last: Line | None = None
        self.direction = 1
        self.old: list[Line] = []

    # The model

    def sorted_rows(self) -> list[Vm]:
        rows = list(self.rows.values())
        if self.tie is not None:
            rows.sort(key=self.tie)
        if self.key is None:
            return rows
        keys = {vm.id: self.key(vm) for vm in rows}
        known = [vm for vm in rows if keys[vm.id] is not None and keys[vm.id] == keys[vm.id]]
        unknown = [vm for vm in rows if vm not in known]
        return sorted(known, key=lambda vm: keys[vm.id], reverse=self.reverse) + unknown

    def label(self, vm: Vm) -> str:
        assert self.grouping is not None
        return min(self.grouping(vm) or (NO_LABEL,), key=natural_key)

    def lines(self) -> list[Line]:
        rows = [vm for vm in self.sorted_rows() if self.query.matches(vm)]
        if self.grouping is None:
            return [RowLine(vm.id) for vm in rows]
        labels = sorted({self.label(vm) for vm in rows}, key=lambda label: (not label, natural_key(label)))
        lines: list[Line] = []
        for label in labels:
            members = tuple(vm.id for vm in rows if self.label(vm) == label)
            lines.append(GroupLine(label, members, label in self.folded))
            if label not in self.folded:
                lines += map(RowLine, members)
        return lines

    def place(self, line: Line | None, lines: list[Line]) -> Line | None:
        """Where an object of the old lines is among the new."""
        for candidate in lines:
            match line, candidate:
                case RowLine(mine), RowLine(id_) if mine == id_:
                    return candidate
                case GroupLine(mine), GroupLine(label) if mine == label:
                    return candidate
                case RowLine(mine), GroupLine(ids=ids, folded=True) if mine in ids:
                    return candidate
        return None

    def settle(self) -> None:
        """The cursor after a change."""
        new = self.lines()
        start = self.old.index(self.cursor) if self.cursor is not None else 0
        order = [*self.old[start:], *reversed(self.old[:start])]
        found = [place for line in order if (place := self.place(line, new)) is not None]
        if self.cursor is not None:
            self.last = self.cursor
        back = self.place(self.last, new)
        self.cursor = found[0] if found else back or (new[0] if new else None)

    # What is done to both

    @rule(rows=st.lists(VMS, max_size=25))
    def set_rows(self, rows: list[Vm]) -> None:
        fresh = {vm.id: vm for vm in rows}
        kept = {id_: fresh[id_] for id_ in self.rows if id_ in fresh}
        self.rows = kept | fresh
        self.marks &= set(fresh)
        moved = self.view.set_rows(rows)
        assert moved or self.lines() == self.old

    @rule(rows=st.lists(VMS, max_size=25), removed=st.sets(st.integers(0, 12)))
    def update(self, rows: list[Vm], removed: set[int]) -> None:
        for id_ in removed:
            self.rows.pop(id_, None)
        self.marks -= removed
        self.rows |= {vm.id: vm for vm in rows}
        moved = self.view.update(rows, removed)
        assert moved or self.lines() == self.old

    @rule(row=VMS)
    def upsert(self, row: Vm) -> None:
        self.rows[row.id] = row
        assert self.view.upsert(row) is (self.lines() != self.old)

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), cpu=st.sampled_from([None, 0.1, 0.5, 0.9]))
    def change(self, data: st.DataObject, cpu: float | None) -> None:
        row = replace(self.rows[data.draw(st.sampled_from(sorted(self.rows)))], cpu=cpu)
        self.upsert(row)

    @rule(id_=st.integers(0, 12))
    def remove(self, id_: int) -> None:
        self.rows.pop(id_, None)
        self.marks.discard(id_)
        assert self.view.remove(id_) is (self.lines() != self.old)

    @rule()
    def refresh(self) -> None:
        assert not self.view.refresh()

    @rule(text=st.sampled_from(QUERIES))
    def set_query(self, text: str) -> None:
        self.query = query(text)
        self.view.set_query(self.query)

    @rule(key=st.sampled_from(KEYS), tie=st.sampled_from([None, by_name]), reverse=st.booleans())
    def set_sort(
        self, key: Callable[[Vm], Any] | None, tie: Callable[[Vm], Any] | None, reverse: bool
    ) -> None:
        self.key, self.tie, self.reverse = key, tie, reverse
        self.view.set_sort(key, tie, reverse=reverse)

    @rule(grouping=st.sampled_from(GROUPINGS))
    def set_group(self, grouping: Callable[[Vm], tuple[str, ...] | None] | None) -> None:
        self.grouping = grouping
        self.view.set_group(grouping)

    @rule(label=st.sampled_from(LABELS))
    def fold(self, label: str) -> None:
        self.folded ^= {label}
        self.view.fold(label)

    @rule()
    def fold_all(self) -> None:
        labels = {self.label(vm) for vm in self.rows.values()} if self.grouping is not None else set()
        if labels:
            self.folded = set() if labels <= self.folded else self.folded | labels
        self.view.fold_all()

    @rule(delta=st.integers(-8, 8))
    def move(self, delta: int) -> None:
        if delta:
            self.direction = 1 if delta > 0 else -1
        if self.cursor is not None:
            index = self.old.index(self.cursor) + delta
            self.cursor = self.old[min(max(index, 0), len(self.old) - 1)]
        self.view.move(delta)

    @rule(index=st.integers(-2, 20))
    def goto(self, index: int) -> None:
        if self.old:
            self.cursor = self.old[min(max(index, 0), len(self.old) - 1)]
        self.view.goto(index)

    @rule(count=st.integers(1, 4))
    def mark(self, count: int) -> None:
        before = set(self.marks)
        if isinstance(self.cursor, GroupLine):
            wanted = set(self.cursor.ids)
            self.marks = self.marks - wanted if wanted <= self.marks else self.marks | wanted
            ahead = [line for line in self.ahead() if isinstance(line, GroupLine)]
            self.cursor = ahead[min(1, len(ahead) - 1)]
        elif self.cursor is not None:
            rows = [line for line in self.ahead() if isinstance(line, RowLine)]
            wanted = {line.id for line in rows[:count]}
            self.marks = self.marks - wanted if self.cursor.id in self.marks else self.marks | wanted
            self.cursor = rows[min(count, len(rows) - 1)]
        assert self.view.mark(count) == before ^ self.marks

    def ahead(self) -> list[Line]:
        assert self.cursor is not None
        start = self.old.index(self.cursor)
        return self.old[start:] if self.direction > 0 else self.old[start::-1]

    @rule()
    def invert_marks(self) -> None:
        self.marks ^= {line.id for line in self.old if isinstance(line, RowLine)}
        self.view.invert_marks()

    @invariant()
    def both_agree(self) -> None:
        lines = self.lines()
        self.settle()
        assert list(self.view.lines) == lines
        assert [vm.id for vm in self.view.all_rows()] == [vm.id for vm in self.sorted_rows()]
        if self.cursor is None:
            assert (self.view.cursor, self.view.cursor_index) == (None, None)
        else:
            cursor = self.cursor.id if isinstance(self.cursor, RowLine) else self.cursor.label
            assert self.view.cursor == cursor
            assert self.view.cursor_index == lines.index(self.cursor)
        shown = {line.id: index for index, line in enumerate(lines) if isinstance(line, RowLine)}
        assert {id_: self.view.index(id_) for id_ in self.rows} == {id_: shown.get(id_) for id_ in self.rows}
        assert self.view.marks == self.marks
        assert self.view.hidden_marks == len(self.marks - set(shown))
        assert self.view.shown_count == sum(map(self.query.matches, self.rows.values()))
        assert self.view.folded == self.folded
        assert len(self.view) == len(self.rows)
        self.old = lines


TestAnySequence = Against.TestCase
TestAnySequence.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

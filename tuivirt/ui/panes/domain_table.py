"""The table of domains: the keys of its rows, and what the header of a group says."""

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.message import Message

from tuivirt.core import units
from tuivirt.core.text import plain
from tuivirt.core.totals import Totals
from tuivirt.core.view import GroupLine
from tuivirt.ui.commands import bindings_of
from tuivirt.ui.widgets.table import LineTable


class DomainTable(LineTable):
    """The table of domains; the headers of its groups tell sums."""

    BINDINGS: ClassVar = bindings_of("list")

    class Wanted(Message):
        """A key that concerns more than the table."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def group_text(self, line: GroupLine[Any]) -> str:
        totals = Totals.of(self.view.row(id_) for id_ in line.ids)
        sign = "▸" if line.folded else "▾"
        cpu = f" · {totals.cpu:.1f} CPUs busy" if totals.cpu_known else ""
        return (
            f"{sign} {plain(line.label) or '(none)'} · {totals.active} of {totals.defined} up"
            f" · {totals.vcpus} vCPUs{cpu} · {units.size(totals.memory_kib * 1024)}"
        )

    def action_open(self) -> None:
        if isinstance(self.view.cursor, str):
            self.action_fold()
        else:
            self.post_message(self.Opened())

    def action_mark(self) -> None:
        before = self.view.cursor_index
        changed = self.view.mark(self.take_count())
        self.rows_marked(changed)
        self.cursor_changed(before)
        self.post_message(self.Wanted("marks"))

    def rows_marked(self, ids: Iterable[Any]) -> None:
        """Marks came or went: repaint these rows whole."""
        for id_ in ids:
            self._painted.pop(id_, None)
        self.rows_changed(ids)

    def action_invert_marks(self) -> None:
        self.view.invert_marks()
        self.repaint_all()
        self.post_message(self.Wanted("marks"))

    def action_fold(self) -> None:
        self.view.fold()
        self.reload()
        self.post_message(self.Wanted("folded"))

    def action_fold_all(self) -> None:
        self.view.fold_all()
        self.reload()
        self.post_message(self.Wanted("folded"))

    def action_want(self, what: str) -> None:
        self.post_message(self.Wanted(what))

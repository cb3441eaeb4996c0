"""The column picker."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tuivirt.core.resource import Column
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.widgets.choices import PushButton
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.roles import fitted, joined, styled


class ColumnsDialog(Dialog[tuple[str, ...]]):
    """Chooses and orders columns; returns the ids of the chosen ones, at least one."""

    BINDINGS: ClassVar = [
        Binding("space", "switch", "Show or not", show=False),
        Binding("J,shift+down", "shift(1)", "Move down", show=False),
        Binding("K,shift+up", "shift(-1)", "Move up", show=False),
        Binding("r", "reset", "Reset", show=False),
        Binding("enter", "accept", "OK", show=False),
    ]

    def __init__(self, columns: Sequence[Column[Any]], chosen: Sequence[str], default: Sequence[str]) -> None:
        super().__init__("Columns")
        self._columns = {column.id: column for column in columns}
        self._default = default
        self._chosen: set[str] = set()
        self._list: LineList[str] = LineList([], self._line, one_click=True)
        self._take(chosen)

    def main(self) -> Widget:
        return self._list

    def foot(self) -> ComposeResult:
        self._problem = Static("at least one column is needed", classes="problem", markup=False)
        yield self._problem

    def buttons(self) -> Sequence[PushButton]:
        return (
            PushButton("Reset", name="reset"),
            PushButton("Cancel", name="cancel"),
            PushButton("OK", name="ok"),
        )

    def hint(self) -> str:
        return "Space shows · J K move · r resets · Enter OK"

    def _take(self, chosen: Sequence[str]) -> None:
        known = [id_ for id_ in dict.fromkeys(chosen) if id_ in self._columns]
        self._chosen = set(known)
        self._list.show([*known, *(id_ for id_ in self._columns if id_ not in self._chosen)], 0)

    def _line(self, id_: str, width: int) -> Content:  # noqa: ARG002
        column = self._columns[id_]
        on = id_ in self._chosen
        box = styled("[x] " if on else "[ ] ", "" if on else "dim")
        return joined(box, fitted(styled(column.title, "" if on else "dim"), 12), styled(column.doc, "dim"))

    def action_switch(self) -> None:
        if self._list.item is not None:
            self._chosen ^= {self._list.item}
            self._list.show(self._list.items)
            self._problem.remove_class("-shown")

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        if message.clicked:
            self.action_switch()
        else:
            self.action_accept()

    def action_shift(self, step: int) -> None:
        ids, at = list(self._list.items), self._list.cursor
        to = at + step
        if 0 <= to < len(ids):
            ids[at], ids[to] = ids[to], ids[at]
            self._list.show(ids, to)

    def action_reset(self) -> None:
        self._take(self._default)

    def action_accept(self) -> None:
        chosen = tuple(id_ for id_ in self._list.items if id_ in self._chosen)
        if chosen:
            self.finish(chosen)
        else:
            self._problem.add_class("-shown")

    def press(self, name: str) -> None:
        match name:
            case "ok":
                self.action_accept()
            case "reset":
                self.action_reset()
            case _:
                super().press(name)

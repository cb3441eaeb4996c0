"""Actions that run, and the results of this session."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tuivirt.core.changes import RunState
from tuivirt.core.store import Store
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.dialogs.run_line import about, run_line, title_of
from tuivirt.ui.dialogs.text import TextDialog, run_text
from tuivirt.ui.widgets.choices import PushButton
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.roles import styled


class Aborter(Protocol):
    def abort(self, run: int) -> None:
        """Cancel a queued run, or ask libvirt to abort the job of a running one."""

    def abandon(self, run: int) -> None:
        """Wait no more for a run."""


def in_order(active: Iterable[RunState], ended: Iterable[RunState]) -> list[RunState]:
    """What runs or waits first, oldest on top; then what is over, newest on top."""
    runs = {run.run: run for run in ended}
    runs.update((run.run, run) for run in active)
    return sorted(runs.values(), key=lambda run: (run.over, -run.run if run.over else run.run))


class RunsDialog(Dialog[None]):
    """Follows all runs: progress, time spent, results. ``c`` cancels the one under the cursor, Ctrl+G waits
    for it no more.
    """

    BINDINGS: ClassVar = [
        Binding("c", "abort", "Cancel it", show=False),
        Binding("C", "abort_all", "Cancel all", show=False),
        Binding("ctrl+g", "abandon", "Wait no more", show=False),
        Binding("q,J", "cancel", "Close", show=False),
    ]

    def __init__(
        self,
        store: Store,
        backend: Aborter,
        ended: Iterable[RunState],
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        """``ended`` are the runs that are over; the caller keeps them, and bounds them."""
        super().__init__("Actions")
        self._store = store
        self._backend = backend
        self._ended = ended
        self._now = now
        self._list: LineList[RunState] = LineList(self._runs(), self._line, one_click=False, classes="rows")
        self._about = Static(classes="now", markup=False)

    def _runs(self) -> list[RunState]:
        return in_order(self._store.runs.values(), self._ended)

    def main(self) -> Widget:
        return self._list

    def foot(self) -> ComposeResult:
        yield self._about

    def buttons(self) -> Sequence[PushButton]:
        return (PushButton("Cancel all", name="abort_all"), PushButton("Close", name="cancel"))

    def hint(self) -> str:
        return "c cancels it · C all · Ctrl+G waits no more · Enter details · Esc closes"

    def on_mount(self) -> None:
        self.set_interval(1.0, self._tick)
        self._show()

    def _tick(self) -> None:
        if any(run.phase == "running" for run in self._list.items):
            self._list.refresh()

    def update_runs(self, runs: Sequence[RunState]) -> None:  # noqa: ARG002 (the store has them)
        self._show()

    def _show(self) -> None:
        """Take over what the store has; the cursor stays on its run."""
        here = self._list.item
        runs = self._runs()
        at = next((n for n, run in enumerate(runs) if here is not None and run.run == here.run), None)
        self._list.show(runs, at)
        active = sum(not run.over for run in runs)
        self.retitle(f"Actions: {active} running or queued, {len(runs) - active} ended")
        self._describe()

    def _line(self, run: RunState, width: int) -> Content:
        return run_line(run, width, self._now(), action=True)

    def on_line_list_moved(self, message: LineList.Moved) -> None:
        message.stop()
        self._describe()

    def _describe(self) -> None:
        run = self._list.item
        self._about.update(about(run) if run is not None else styled("Nothing has been done yet.", "dim"))

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        run = self._list.items[message.index]
        self.app.push_screen(TextDialog(f"{title_of(run)}: {run.name}", run_text(run)))

    def action_abort(self) -> None:
        run = self._list.item
        if run is not None and not run.over:
            self._backend.abort(run.run)

    def action_abandon(self) -> None:
        run = self._list.item
        if run is not None and not run.over:
            self._backend.abandon(run.run)

    def action_abort_all(self) -> None:
        for run in self._list.items:
            if not run.over:
                self._backend.abort(run.run)

    def press(self, name: str) -> None:
        if name == "abort_all":
            self.action_abort_all()
        else:
            super().press(name)

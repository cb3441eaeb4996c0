"""An action on many objects: the plan, then what becomes of each."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tuivirt.core.action import Action
from tuivirt.core.changes import RunState
from tuivirt.core.key import Key
from tuivirt.core.store import Record
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.dialogs.confirm import marked
from tuivirt.ui.dialogs.fields import Form
from tuivirt.ui.dialogs.gate import Gate, gate_of
from tuivirt.ui.dialogs.run_line import about, run_line
from tuivirt.ui.dialogs.target import Target, commands, hosts_of, stakes
from tuivirt.ui.dialogs.text import TextDialog, run_text
from tuivirt.ui.widgets.choices import PushButton
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.roles import fitted, joined, styled, styled_lines


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """Which objects an action is for."""

    action: Action[Any]
    included: tuple[Record, ...]
    skipped: tuple[tuple[Record, str], ...]
    """Each with the reason, which completes "NAME …"."""
    hidden: int = 0
    """How many of all are marked but have no line in the list."""


class Runner(Protocol):
    """What the dialog asks of the application."""

    def uri(self, record: Any, /) -> str:
        """The URI of the connection of a record."""

    def start(self, action: Action[Any], records: Sequence[Any], params: object | None, /) -> int:
        """Perform the action on the records; returns the number of the batch."""

    def abort(self, run: int, /) -> None:
        """Cancel a queued run, or ask libvirt to abort the job of a running one."""

    def abandon(self, run: int, /) -> None:
        """Wait no more for a run."""


@dataclass(slots=True)
class _Row:
    target: Target
    key: Key
    record: Record
    skipped: str = ""
    run: RunState | None = None


class PlanDialog(Dialog[bool]):
    """Shows who is included and who is skipped and why; starts; follows each until all are over.

    Returns whether it was started. Closing it stops nothing.
    """

    BINDINGS: ClassVar = [
        Binding("y", "start", "Start", show=False),
        Binding("c", "abort", "Cancel it", show=False),
        Binding("C", "abort_all", "Cancel all", show=False),
        Binding("ctrl+g", "abandon", "Wait no more", show=False),
        Binding("r", "retry", "Retry", show=False),
    ]

    def __init__(
        self, plan: BulkPlan, runner: Runner, *, protected: str = "", now: Callable[[], float] = time.time
    ) -> None:
        """``protected`` is the tag that protects an object from what can lose data."""
        action = plan.action
        super().__init__(f"{action.title}: {len(plan.included)} included", danger=action.danger)
        self._action = action
        self._runner = runner
        self._now = now
        self._batches: set[int] = set()
        self._params: object | None = None
        self._rows = [_Row(Target.of(r, runner.uri(r)), r.key, r) for r in plan.included]
        self._by_key = {row.key: row for row in self._rows}
        self._targets = [row.target for row in self._rows]
        self._left_out = [_Row(Target.of(r, runner.uri(r)), r.key, r, why) for r, why in plan.skipped]
        self._count = marked(len(self._rows) + len(self._left_out), plan.hidden)
        first = (self._rows or self._left_out)[0].record
        self._form = Form(action.params, first) if action.params is not None else None
        self._gate = gate_of(self._targets, protected)
        self._loss = Static(classes="loss", markup=False)
        self._list: LineList[_Row] = LineList(
            [*self._rows, *self._left_out], self._line, one_click=False, classes="rows"
        )
        self._summary = Static(classes="dim", markup=False)
        self._command = Static(classes="command", markup=False)
        self._about = Static(classes="now", markup=False)
        self._close = PushButton("Cancel", name="cancel")
        self._abort = PushButton("Cancel all", name="abort_all")
        self._retry = PushButton("Retry failed", name="retry")
        self._go = PushButton(f"{action.title} {len(self._rows)}", name="start", danger=action.danger)

    # What is shown

    def body(self) -> ComposeResult:
        yield self._summary
        yield self._loss
        if self._form is not None:
            yield self._form
        yield self._list
        yield self._gate

    def foot(self) -> ComposeResult:
        yield self._command
        yield self._about

    def buttons(self) -> Sequence[PushButton]:
        return (self._abort, self._retry, self._close, self._go)

    def hint(self) -> str:
        if self._batches:
            return "c cancels it · C all · r retries failed · Enter details · Esc closes, all goes on"
        return "y starts · Tab next · Esc cancels"

    def first_focus(self) -> Widget | None:
        if self._form is not None:
            return next((field.control for field in self._form), None)
        if self._gate.display:
            return self._gate.input
        return self._close if self._danger or not self._rows else self._go

    def on_mount(self) -> None:
        self._abort.display = self._retry.display = self._about.display = False
        self._show()
        self.set_interval(1.0, self._tick)

    def _tick(self) -> None:
        if any(row.run is not None and row.run.phase == "running" for row in self._rows):
            self._list.refresh()

    @property
    def _ready(self) -> bool:
        return bool(self._rows) and self._gate.open

    def _show(self) -> None:
        if self._batches:
            self._show_progress()
            return
        skipped = f", {len(self._left_out)} skipped" if self._left_out else ""
        where = f" on {hosts_of(self._targets)}" if self._targets else ""
        self._summary.update(styled(f"{self._count}. {len(self._rows)} included{where}{skipped}."))
        params = self._form.params if self._form is not None else None
        at_stake = stakes(self._action, self._targets, params)
        self.show_danger(at_stake.danger)
        self._loss.display = bool(at_stake.says)
        self._loss.update(styled_lines(at_stake.says))
        self._gate.want(at_stake.asks)
        self._go.set_class(at_stake.danger, "-danger")
        self._go.disabled = not self._ready
        self._command.update(styled(commands(self._action, self._targets, params)))

    def _show_progress(self) -> None:
        phases: Counter[str] = Counter(
            row.run.phase if row.run is not None else "queued" for row in self._rows
        )
        over = sum(row.run is not None and row.run.over for row in self._rows)
        told = [
            f"{phases[phase]} {phase}"
            for phase in ("running", "queued", "failed", "cancelled", "abandoned", "unknown")
            if phases[phase]
        ]
        self._summary.update(styled(", ".join([f"{phases['done']} of {len(self._rows)} done", *told])))
        self._abort.display = over < len(self._rows)
        self._retry.display = bool(phases["failed"] or phases["cancelled"])
        self._describe()

    def _describe(self) -> None:
        row = self._list.item
        if row is not None and row.run is not None:
            self._about.update(about(row.run))
        else:
            self._about.update(styled(f"skipped: {row.skipped}" if row is not None and row.skipped else ""))

    def _line(self, row: _Row, width: int) -> Content:
        if row.run is not None:
            return run_line(row.run, width, self._now(), action=False)
        name, host = max(10, min(28, width // 4)), max(6, width // 8)
        glyph = styled("– ", "warn") if row.skipped else styled("· " if self._batches else "✓ ", "good")
        what = styled(f"skipped: {row.skipped}", "warn") if row.skipped else styled("")
        return joined(
            glyph,
            fitted(styled(row.target.name), name),
            " ",
            fitted(styled(row.target.host, "dim"), host),
            " ",
            what,
        )

    def on_line_list_moved(self, message: LineList.Moved) -> None:
        message.stop()
        self._describe()

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        row = self._list.items[message.index]
        if row.run is not None and row.run.over:
            self.app.push_screen(TextDialog(f"{self._action.title}: {row.target.name}", run_text(row.run)))

    # Starting

    def on_form_changed(self) -> None:
        self._show()

    def on_form_entered(self) -> None:
        self.focus_next()

    def on_gate_turned(self) -> None:
        self._show()

    def on_gate_passed(self, message: Gate.Passed) -> None:
        message.stop()
        self.action_start()

    def action_start(self) -> None:
        """Begin, if all that is needed has been entered."""
        if self._batches or not self._ready or not (self._form is None or self._form.check()):
            return
        self._params = self._form.params if self._form is not None else None
        self._begin(self._rows)
        self.add_class("-running")
        self._gate.display = self._go.display = False
        self._about.display = True
        self._close.label = "Close"
        self.show_hint()
        self.retitle(f"{self._action.title}: {len(self._rows)} {self._targets[0].kind}s")
        self.set_focus(self._list)

    def _begin(self, rows: Sequence[_Row]) -> None:
        for row in rows:
            row.run = None
        self._batches.add(self._runner.start(self._action, [row.record for row in rows], self._params))
        self._list.refresh()
        self._show_progress()

    def update_runs(self, runs: Sequence[RunState]) -> None:
        """Take over the runs of what was started here."""
        mine = [run for run in runs if run.batch in self._batches]
        for run in mine:
            if (row := self._by_key.get(run.key)) is not None:
                row.run = run
        if mine:
            self._list.refresh()
            self._show_progress()

    def action_retry(self) -> None:
        """Start those anew that failed or were cancelled."""
        again = [
            row for row in self._rows if row.run is not None and row.run.phase in {"failed", "cancelled"}
        ]
        if again:
            self._begin(again)
            self.set_focus(self._list)

    def action_abort(self) -> None:
        row = self._list.item
        if self._batches and row is not None and row.run is not None and not row.run.over:
            self._runner.abort(row.run.run)

    def action_abandon(self) -> None:
        row = self._list.item
        if self._batches and row is not None and row.run is not None and not row.run.over:
            self._runner.abandon(row.run.run)

    def action_abort_all(self) -> None:
        for row in self._rows:
            if row.run is not None and not row.run.over:
                self._runner.abort(row.run.run)

    def action_cancel(self) -> None:
        self.finish(bool(self._batches))

    def press(self, name: str) -> None:
        match name:
            case "start":
                self.action_start()
            case "retry":
                self.action_retry()
            case "abort_all":
                self.action_abort_all()
            case _:
                self.action_cancel()

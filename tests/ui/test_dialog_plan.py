"""Plans for many objects, and the view of all runs."""

from collections.abc import Sequence
from typing import Any

from tests.support.dialog_app import PENDING, DialogApp, screen_text
from tests.support.domains import HOSTILE, URI, domain_record, run_state
from tests.support.pilot import typed, until
from tuivirt.core.action import Action
from tuivirt.core.changes import RunState
from tuivirt.core.store import Store
from tuivirt.resources.domain.actions.definition import TagChange
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.domain.snapshot import State
from tuivirt.resources.register import find_action
from tuivirt.ui.dialogs.plan import BulkPlan, PlanDialog
from tuivirt.ui.dialogs.run_line import FollowsRuns, bar, progress
from tuivirt.ui.dialogs.runs import RunsDialog, in_order
from tuivirt.ui.dialogs.text import TextDialog
from tuivirt.ui.widgets.choices import PushButton
from tuivirt.ui.widgets.line_list import LineList

RECORDS = tuple(domain_record(f"web{n:02}") for n in range(12))


class Recorder:
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        self.started: list[tuple[str, list[str], object | None]] = []
        self.aborted: list[int] = []

    def uri(self, _record: object, /) -> str:
        return URI

    def start(self, action: Action[Any], records: Sequence[Any], params: object | None, /) -> int:
        self.started.append((action.id, [record.name for record in records], params))
        return len(self.started)

    def abandon(self, run: int, /) -> None:
        pass

    def abort(self, run: int, /) -> None:
        self.aborted.append(run)


def plan(
    runner: Recorder, action: str = "domain.destroy", records: tuple[DomainRecord, ...] = RECORDS, **more: Any
) -> PlanDialog:
    skipped = ((domain_record("db01", state=State.SHUTOFF), "is not running"),)
    return PlanDialog(
        BulkPlan(find_action(action), records, skipped, hidden=2), runner, now=lambda: 1012.0, **more
    )


async def test_the_plan_says_who_is_included_and_why_not() -> None:
    app, runner = DialogApp(), Recorder()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = plan(runner)
        app.ask(dialog)
        await until(pilot, lambda: app.focused)
        shown = screen_text(app)
        assert "13 marked, of which 2 not shown. 12 included on lab1, 1 skipped." in shown
        assert "Force 12" in shown
        assert "and 11 more like it" in shown
        dialog.query_one(LineList).focus()
        await pilot.press("G")
        await until(pilot, lambda: "skipped: is not running" in screen_text(app))
        dialog.query(PushButton)[2].focus()
        await pilot.press("enter")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer is False
        assert runner.started == []


async def test_progress_results_and_retry_of_those_that_failed() -> None:
    app, runner = DialogApp(), Recorder()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = plan(runner)
        app.ask(dialog)
        await until(pilot, lambda: app.focused)
        await pilot.press("enter")  # the safe button has the focus
        await until(pilot, lambda: app.answer is not PENDING)
        dialog = plan(runner)
        app.ask(dialog)
        await until(pilot, lambda: app.screen is dialog and app.focused)
        await pilot.press("y", "y")
        assert runner.started == [("domain.destroy", [r.name for r in RECORDS], None)]
        assert isinstance(dialog, FollowsRuns)
        dialog.update_runs(
            [
                run_state(0, RECORDS[0], "done"),
                run_state(1, RECORDS[1], "running", progress=0.43, note="1.2 of 3 GiB", can_abort=True),
                run_state(2, RECORDS[2], "running"),
                run_state(3, RECORDS[3], "failed", note="cannot [red] kill\x9b", hint="wait for its storage"),
                run_state(4, RECORDS[4], "cancelled"),
                run_state(99, RECORDS[5], "failed", batch=7, note="not ours"),
                run_state(5, domain_record("stranger"), "done"),
            ]
        )
        await until(
            pilot, lambda: "1 of 12 done, 2 running, 7 queued, 1 failed, 1 cancelled" in screen_text(app)
        )
        shown = screen_text(app)
        assert "████░░░░░░  43% 12 s 1.2 of 3 GiB" in shown
        assert "cannot [red] kill‹U+009B›" in shown
        assert "not ours" not in shown
        await pilot.press("j", "c", "j", "j")
        assert runner.aborted == [1]
        await until(pilot, lambda: "wait for its storage" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        await pilot.press("escape", "C")
        assert runner.aborted == [1, 1, 2]
        done = [run_state(n, record, "done") for n, record in enumerate(RECORDS) if n != 3]
        dialog.update_runs(done)
        await until(pilot, lambda: "11 of 12 done, 1 failed" in screen_text(app))
        await pilot.press("r")
        assert runner.started[1] == ("domain.destroy", ["web03"], None)
        dialog.update_runs([run_state(20, RECORDS[3], "done", batch=2)])
        await until(pilot, lambda: "12 of 12 done" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.answer is True)


async def test_closing_leaves_the_runs_going() -> None:
    app, runner = DialogApp(), Recorder()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = plan(runner, "domain.shutdown")
        app.ask(dialog)
        await until(pilot, lambda: app.focused)
        await pilot.press("enter")  # harmless: the button that starts has the focus
        dialog.update_runs([run_state(1, RECORDS[1], "running", action="domain.shutdown")])
        await pilot.press("escape")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer is True
        assert runner.aborted == []


async def test_params_are_asked_once_for_all() -> None:
    app, runner = DialogApp(), Recorder()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = plan(runner, "domain.change_tags")
        app.ask(dialog)
        await until(pilot, lambda: app.focused)
        await typed(pilot, "y blue")
        assert runner.started == []
        await pilot.click(dialog.query(PushButton).last())
        await until(pilot, lambda: runner.started)
        assert runner.started[0][2] == TagChange(add=("y", "blue"))


async def test_many_take_the_number_and_a_protected_one_its_name() -> None:
    app, runner = DialogApp(), Recorder()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(plan(runner, records=tuple(domain_record(f"d{n}") for n in range(30))))
        await until(pilot, lambda: "Type 30 to go on" in screen_text(app))
        await typed(pilot, "y29")
        await pilot.press("enter", *["backspace"] * 3)
        assert runner.started == []
        await typed(pilot, "30")
        await pilot.press("enter")
        assert len(runner.started) == 1
        await pilot.press("escape")
        await until(pilot, lambda: app.answer is True)
        app.ask(plan(runner, records=(*RECORDS, domain_record("keeper", tags=("keep",))), protected="keep"))
        await until(pilot, lambda: "Type keeper to go on" in screen_text(app))


async def test_nothing_is_started_when_all_are_skipped() -> None:
    app, runner = DialogApp(), Recorder()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(plan(runner, records=()))
        await until(pilot, lambda: app.focused)
        await pilot.press("y")
        assert runner.started == []
        assert "0 included, 1 skipped" in screen_text(app)


async def test_hostile_names_are_plain() -> None:
    app, runner = DialogApp(), Recorder()
    async with app.run_test(size=(80, 24)) as pilot:
        record = domain_record(HOSTILE, HOSTILE)
        dialog = plan(runner, records=(record,))
        app.ask(dialog)
        await until(pilot, lambda: app.focused)
        await pilot.press("y")
        dialog.update_runs([run_state(1, record, "failed", note=HOSTILE, hint=HOSTILE)])
        await until(pilot, lambda: "1 failed" in screen_text(app))
        assert not set("\x9b\u202e") & set(screen_text(app))


def test_a_run_of_which_libvirt_tells_no_progress_says_so() -> None:
    running = run_state(1, RECORDS[0], "running")
    assert progress(running, running.started + 0.5).plain.strip() == "running 500 ms"
    assert progress(running, running.started + 5).plain == "running 5 s · no progress told by libvirt"
    told = progress(running._replace(progress=0.5), running.started + 5).plain
    assert "50%" in told
    assert "told" not in told


def store_of(*runs: RunState) -> Store:
    store = Store({})
    store.runs = {run.run: run for run in runs}
    return store


async def test_all_runs() -> None:
    ended = [run_state(0, RECORDS[0], "done"), run_state(3, RECORDS[3], "failed", note="refused")]
    store, runner = (
        store_of(run_state(1, RECORDS[1], "running"), run_state(2, RECORDS[2], "queued")),
        Recorder(),
    )
    app = DialogApp()
    async with app.run_test(size=(100, 24)) as pilot:
        dialog = RunsDialog(store, runner, ended, now=lambda: 1012.0)
        app.ask(dialog)
        await until(pilot, lambda: "Actions: 2 running or queued, 2 ended" in screen_text(app))
        assert [run.run for run in dialog.query_one(LineList).items] == [1, 2, 3, 0]
        assert "running 12 s · no progress told" in screen_text(app)
        await pilot.press("j", "c")
        assert runner.aborted == [2]
        ended.append(run_state(1, RECORDS[1], "done"))
        del store.runs[1]
        dialog.update_runs([ended[-1]])
        item = dialog.query_one(LineList).item
        assert item is not None
        assert item.run == 2, "the cursor stays on its run"
        await pilot.press("j", "enter")
        await until(pilot, lambda: "refused" in screen_text(app) and isinstance(app.screen, TextDialog))
        await pilot.press("escape", "G", "c", "C")
        assert runner.aborted == [2, 2]
        await pilot.press("escape")
        await until(pilot, lambda: app.answer is not PENDING)


async def test_no_runs() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(RunsDialog(store_of(), Recorder(), []))
        await until(pilot, lambda: "Nothing has been done yet." in screen_text(app))
        await pilot.press("c", "C", "enter", "j")


def test_the_order_and_the_bar() -> None:
    runs = [
        run_state(n, RECORDS[n], phase) for n, phase in enumerate(("done", "running", "failed", "queued"))
    ]
    assert [run.run for run in in_order(runs[1:], runs[:1])] == [1, 3, 2, 0]
    assert bar(0.0) == "░" * 10
    assert bar(0.5) == "█" * 5 + "░" * 5
    assert bar(7.0) == "█" * 10

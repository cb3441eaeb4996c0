"""Every dialog, on terminals of any size and in every theme."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.screen import Screen

from tests.support.dialog_app import PENDING, THEMES, DialogApp, screen_text
from tests.support.domains import HOSTILE, URI, domain_record, run_state
from tests.support.pilot import resized, until
from tuivirt.core.question import Question
from tuivirt.core.store import Store
from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.resources.register import ACTIONS, find_action
from tuivirt.ui.dialogs.columns import ColumnsDialog
from tuivirt.ui.dialogs.confirm import ConfirmDialog, QuestionDialog
from tuivirt.ui.dialogs.copy import CopyDialog
from tuivirt.ui.dialogs.credential import CredentialDialog
from tuivirt.ui.dialogs.form import FormDialog
from tuivirt.ui.dialogs.help import HelpScreen
from tuivirt.ui.dialogs.menu import MenuDialog
from tuivirt.ui.dialogs.plan import BulkPlan, PlanDialog
from tuivirt.ui.dialogs.runs import RunsDialog
from tuivirt.ui.dialogs.text import TextDialog

SIZES = [(20, 5), (200, 60), (3, 2), (80, 24)]
RECORDS = tuple(domain_record(f"{n} {HOSTILE}") for n in range(30))


class NoRunner:
    def uri(self, _record: object, /) -> str:
        return URI

    def start(self, *_: object) -> int:
        return 1

    def abandon(self, _run: int, /) -> None: ...

    def abort(self, _run: int, /) -> None:
        return


def runs_dialog() -> RunsDialog:
    store = Store({})
    store.runs = {n: run_state(n, record, "running", progress=0.5) for n, record in enumerate(RECORDS)}
    return RunsDialog(store, NoRunner(), [])


DIALOGS: dict[str, Callable[[], Screen[Any]]] = {
    "question": lambda: QuestionDialog("Export", f"{HOSTILE} exists. Replace it?"),
    "confirm": lambda: ConfirmDialog(find_action("domain.destroy"), RECORDS, lambda _: URI, hidden=1),
    "form": lambda: FormDialog(find_action("domain.undefine"), RECORDS[0], URI),
    "lines": lambda: FormDialog(find_action("domain.set_description"), RECORDS[0], URI),
    "plan": lambda: PlanDialog(
        BulkPlan(find_action("domain.undefine"), RECORDS[1:], ((RECORDS[0], "is transient"),)), NoRunner()
    ),
    "runs": runs_dialog,
    "menu": lambda: MenuDialog(
        HOSTILE, ACTIONS["domain"], refusal=lambda a: a.refusal(RECORDS[0].item), command=lambda _: HOSTILE
    ),
    "copy": lambda: CopyDialog(HOSTILE, [("name", HOSTILE)] * 40),
    "columns": lambda: ColumnsDialog(DOMAINS.columns, ("name",), DOMAINS.default_columns),
    "help": lambda: HelpScreen(("list", "table", "app"), kind="domain"),
    "credential": lambda: CredentialDialog(
        Question(1, HOSTILE, HOSTILE, HOSTILE, "host key", HOSTILE, "", HOSTILE, HOSTILE, HOSTILE)
    ),
    "text": lambda: TextDialog(HOSTILE, f"{HOSTILE}\n" * 50),
}


@pytest.mark.parametrize("name", DIALOGS)
async def test_any_size_and_back(name: str) -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(DIALOGS[name]())
        await until(pilot, lambda: app.focused)
        first = screen_text(app)
        for width, height in SIZES:
            await resized(pilot, width, height)
            await until(pilot, lambda size=(width, height): app.screen._compositor.size == size)  # type: ignore[misc]
            await pilot.press("tab", "down", "up")
            screen_text(app)
        await until(pilot, lambda: app.size == (80, 24))
        await until(pilot, lambda: len(screen_text(app)) == len(first))
        await pilot.press("escape")
        await until(pilot, lambda: app.answer is not PENDING)


@pytest.mark.parametrize("theme", THEMES)
async def test_every_theme_says_the_same(theme: str) -> None:
    shown = []
    for chosen in ("dark", theme):
        app = DialogApp(theme=chosen)
        async with app.run_test(size=(80, 24)) as pilot:
            app.ask(DIALOGS["form"]())
            await until(pilot, lambda: app.focused)  # noqa: B023 (called at once)
            shown.append(screen_text(app))
    assert shown[0] == shown[1]

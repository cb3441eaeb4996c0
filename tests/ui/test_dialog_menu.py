"""The menu of actions."""

from typing import Any

from tests.support.dialog_app import PENDING, DialogApp, screen_text
from tests.support.domains import HOSTILE, URI, domain_record
from tests.support.pilot import typed, until
from tuivirt.core.action import Action, virsh_line
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.register import ACTIONS
from tuivirt.ui.dialogs.menu import MenuDialog
from tuivirt.ui.widgets.line_list import LineList


def menu(record: DomainRecord, why: str | None = None) -> MenuDialog:
    def command(action: Action[Any]) -> str:
        return "" if action.params else virsh_line(URI, action.command(record.item, None))

    return MenuDialog(
        record.name, ACTIONS["domain"], refusal=lambda a: why or a.refusal(record.item), command=command
    )


async def test_it_begins_at_the_first_action_that_applies_and_says_why_others_do_not() -> None:
    app = DialogApp()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = menu(domain_record())
        app.ask(dialog)
        await until(pilot, lambda: app.focused)
        shown = screen_text(app)
        line = dialog.query_one(LineList).item
        assert line is not None
        assert line.action.id == "domain.shutdown"
        assert f"virsh -c {URI} shutdown --domain web01" in shown
        assert "has been started already" in next(line for line in shown.split("\n") if " Start " in line)
        await pilot.press("up", "up")
        await until(pilot, lambda: "It has been started already." in screen_text(app))
        await pilot.press("enter")
        assert app.answer is PENDING


async def test_typing_finds_and_enter_runs() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(menu(domain_record()))
        await until(pilot, lambda: app.focused)
        await typed(pilot, "off force")
        await until(pilot, lambda: "Reboot" not in screen_text(app))
        assert "! Force off " in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer == "domain.destroy"


async def test_nothing_found() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(menu(domain_record()))
        await until(pilot, lambda: app.focused)
        await typed(pilot, "zzz[red]")
        await until(pilot, lambda: "nothing like it" in screen_text(app))
        await pilot.press("enter", "down", "pageup")
        assert app.answer is PENDING
        await pilot.press("escape")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer is None


async def test_the_last_action_is_reached_and_clicked_at_80x24() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = menu(domain_record())
        app.ask(dialog)
        await until(pilot, lambda: app.focused)
        await pilot.press(*["pagedown"] * 5)
        last = list(ACTIONS["domain"])[-1]
        await until(pilot, lambda: last.title in screen_text(app))
        lines = dialog.query_one(LineList)
        await pilot.click(lines, offset=(3, len(lines.items) - 1 - lines.scroll_offset.y))
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer == last.id


async def test_nothing_applies_to_a_hostile_domain() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(menu(domain_record(HOSTILE), why=f"is busy: {HOSTILE}"))
        await until(pilot, lambda: app.focused)
        await pilot.press("enter")
        assert app.answer is PENDING
        shown = screen_text(app)
        assert "is busy: [red]x[/]" in shown
        assert not set("\x9b\u202e") & set(shown)

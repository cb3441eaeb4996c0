"""Questions, and what must be typed before many or protected objects are touched."""

from typing import Any

import pytest

from tests.support.dialog_app import PENDING, DialogApp, screen_text
from tests.support.domains import HOSTILE, URI, domain_record
from tests.support.pilot import typed, until
from tuivirt.resources import ACTIONS, find_action
from tuivirt.ui.dialogs.confirm import ConfirmDialog, QuestionDialog
from tuivirt.ui.dialogs.gate import MANY, password
from tuivirt.ui.dialogs.target import Target, hosts_of, names_of
from tuivirt.ui.widgets.choices import PushButton
from tuivirt.ui.widgets.line_list import LineList


def confirm(count: int = 1, *, action: str = "domain.destroy", **more: Any) -> ConfirmDialog:
    records = [domain_record(f"web{n:02}") for n in range(1, count + 1)]
    return ConfirmDialog(find_action(action), records, lambda _: URI, **more)


async def answer_of(app: DialogApp, dialog: Any, *keys: str) -> Any:
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(dialog)
        await until(pilot, lambda: app.focused)
        await pilot.press(*keys)
        await until(pilot, lambda: app.answer is not PENDING)
        return app.answer


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], False),
        (["y"], True),
        (["n"], False),
        (["escape"], None),
        (["tab", "enter"], True),
        (["right", "space"], True),
    ],
)
async def test_keys_of_a_dangerous_question(keys: list[str], answer: bool | None) -> None:
    assert await answer_of(DialogApp(), confirm(), *keys) is answer


@pytest.mark.parametrize(("keys", "answer"), [(["enter"], True), (["y"], True), (["left", "enter"], False)])
async def test_keys_of_a_harmless_question(keys: list[str], answer: bool) -> None:
    assert await answer_of(DialogApp(), QuestionDialog("Quit", "Quit?"), *keys) is answer


async def test_pressing_on_answers_once() -> None:
    assert await answer_of(DialogApp(), confirm(), "y", "y", "n", "escape") is True


async def test_it_names_the_object_the_host_the_loss_and_the_command() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(confirm())
        await until(pilot, lambda: app.focused)
        shown = " ".join(screen_text(app).replace("│", "").split())
        assert "unsaved work in the guest is lost. Force web01 on lab1 off?" in shown
        assert f"virsh -c {URI} destroy --domain web01" in shown


@pytest.mark.parametrize("action", [a for actions in ACTIONS.values() for a in actions if a.confirm])
async def test_every_question_names_object_and_host(action: Any) -> None:
    assert "{name}" in action.confirm
    assert "{host}" in action.confirm
    assert action.confirm.format(name="web01", host="lab1")


async def test_many_are_counted_listed_and_the_hidden_ones_told() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = confirm(12, hidden=3)
        app.ask(dialog)
        await until(pilot, lambda: app.focused)
        shown = screen_text(app)
        assert "Force off: 12 domains" in shown
        assert "12 marked, of which the filter hides 3" in shown
        assert "and 11 more like it" in shown
        dialog.query_one(LineList).focus()
        await pilot.press("G")
        await until(pilot, lambda: "web12" in screen_text(app), "the list to scroll")


async def test_above_twenty_the_number_is_typed() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = confirm(MANY + 1)
        app.ask(dialog)
        await until(pilot, lambda: "Type 21 to go on" in screen_text(app))
        yes = dialog.query(PushButton).last()
        assert yes.disabled
        await pilot.press("y", "enter")
        assert app.answer is PENDING
        await pilot.press("backspace")
        await typed(pilot, "21")
        await pilot.press("enter")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer is True


def targets(*tagged: tuple[str, tuple[str, ...]]) -> list[Target]:
    return [Target.of(domain_record(name, tags=tags), URI) for name, tags in tagged]


def test_what_must_be_typed() -> None:
    keep = ("protected",)
    assert password(targets(("a", ())), "protected") == ""
    assert password(targets(("a", keep)), "") == ""
    assert password(targets(("a", keep)), "protected") == "a"
    assert password(targets(("a", ()), ("b", keep)), "protected") == "b"
    assert password(targets(("a", keep), ("b", keep)), "protected") == "2"
    assert password(targets((HOSTILE, keep)), "protected") == "1", "nobody can type that name"
    assert password(targets(("x" * 200, keep)), "protected") == "1"
    assert password(targets(*((str(n), ()) for n in range(21))), "protected") == "21"


def test_names_and_hosts_in_a_sentence() -> None:
    assert names_of(targets(("a", ()))) == "a"
    assert names_of(targets(("a", ()), ("b", ()), ("c", ()))) == "a, b and c"
    assert names_of(targets(("a", ()), ("b", ()), ("c", ()), ("d", ()))) == "4 domains"
    assert hosts_of([Target.of(domain_record(host=host), URI) for host in ("x", "y", "x")]) == "x and y"


async def test_hostile_names_are_plain() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        records = [domain_record(HOSTILE), domain_record("名" * 2000)]
        app.ask(ConfirmDialog(find_action("domain.destroy"), records, lambda _: URI))
        await until(pilot, lambda: app.focused)
        shown = screen_text(app)
        assert "[red]x[/] [@click=app.quit]q[/]‹U+009B›31m" in shown
        assert not set("\x9b\u202e") & set(shown)
        assert isinstance(app.focused, PushButton)
        assert "[ Cancel ]" in shown

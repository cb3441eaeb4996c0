"""Questions, and what must be typed before many or protected objects are touched."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.dialog_app import PENDING, DialogApp, screen_text
from tests.support.domains import HOSTILE, URI, domain_record
from tests.support.pilot import typed, until
from tuivirt.resources.domain.actions import definition, guest, memory, power
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.domain.snapshot import State
from tuivirt.resources.register import ACTIONS, find_action
from tuivirt.ui.dialogs.confirm import ConfirmDialog, QuestionDialog
from tuivirt.ui.dialogs.gate import MANY, password
from tuivirt.ui.dialogs.target import Target, hosts_of, names_of, stakes
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


async def test_a_question_whose_yes_destroys_something_is_safe_at_first() -> None:
    question = QuestionDialog("Export", "It exists. Replace it?", yes="Replace", danger=True)
    assert await answer_of(DialogApp(), question, "enter") is False


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
        assert "12 marked, of which 3 not shown" in shown
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


def unread(name: str, **more: Any) -> Target:
    record = domain_record(name, **more)
    record.details = None
    return Target.of(record, URI)


def test_what_must_be_typed() -> None:
    keep = ("protected",)
    assert password(targets(("a", ())), "protected") == ""
    assert password(targets(("a", keep)), "") == ""
    assert password(targets(("a", keep)), "protected") == "a"
    assert password(targets(("a", ()), ("b", keep)), "protected") == "b"
    assert password(targets(("a", keep), ("b", keep)), "protected") == "2"
    assert password([unread("a")], "protected") == "a", "unknown may be protected"
    assert password([unread("a")], "") == ""
    assert password(targets((HOSTILE, keep)), "protected") == "1", "nobody can type that name"
    assert password(targets(("x" * 200, keep)), "protected") == "1"
    assert password(targets(*((str(n), ()) for n in range(21))), "protected") == "21"


async def test_of_some_the_tags_are_not_known() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        records = [domain_record("web01", tags=("keep",)), domain_record("web02"), unread("db01").subject]
        app.ask(ConfirmDialog(find_action("domain.destroy"), records, lambda _: URI, protected="keep"))
        await until(pilot, lambda: app.focused)
        shown = " ".join(screen_text(app).replace("│", "").split())
        assert "1 of the 3 are tagged keep. Of 1 the tags could not be read. Type 3 to go on" in shown


def transient(name: str) -> DomainRecord:
    record = domain_record(name)
    record.item = record.item._replace(persistent=False)
    return record


def at_stake(action: str, records: Sequence[DomainRecord], params: object = None) -> tuple[bool, str]:
    found = stakes(find_action(action), [Target.of(record, URI) for record in records], params)
    return found.danger, found.says


@pytest.mark.parametrize("action", ["domain.destroy", "domain.destroy_graceful"])
def test_forcing_a_transient_domain_off_says_that_its_definition_goes(action: str) -> None:
    danger, says = at_stake(action, [domain_record("web01"), transient("batch01")])
    assert danger
    assert says.splitlines()[1:] == [
        (
            "Transient, so that the definition is gone from lab1 with the guest: batch01. It is kept in the"
            " local history."
        )
    ]
    assert "Transient" not in at_stake(action, [domain_record("web01")])[1]


def saved(name: str) -> DomainRecord:
    record = domain_record(name, state=State.SHUTOFF)
    record.item = record.item._replace(managed_save=True)
    return record


@pytest.mark.parametrize(
    ("action", "params", "record", "words"),
    [
        ("dump", memory.DumpTo("/x", after="crash"), domain_record(), "web01 on lab1 is forced off"),
        ("dump", memory.DumpTo("/x", after="crash"), transient("web01"), "definition is gone"),
        ("dump", memory.DumpTo("/x", after="reset"), domain_record(), "web01 on lab1 is reset"),
        ("start_with", power.StartOptions(force_boot=True), saved("web01"), "memory is lost"),
        ("start_with", power.StartOptions(reset_nvram=True), saved("web01"), "UEFI variables of web01"),
        ("send_keys", guest.Keys("Magic SysRq: reboot"), domain_record(), "web01 on lab1 restarts"),
        ("send_keys", guest.Keys(), domain_record(), "Where web01 on lab1 takes it for a restart"),
        ("send_keys", guest.Keys("Ctrl+Alt+Backspace"), domain_record(), "graphical session"),
        ("undefine", definition.Undefine(tpm="remove"), domain_record(), "sealed"),
        ("undefine", definition.Undefine(managed_save=True), saved("web01"), "memory is lost"),
    ],
)
def test_what_is_chosen_makes_it_dangerous(
    action: str, params: object, record: DomainRecord, words: str
) -> None:
    danger, says = at_stake(f"domain.{action}", [record], params)
    assert danger
    assert words in says


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("dump", memory.DumpTo("/x")),
        ("start_with", power.StartOptions(paused=True, force_boot=True)),
        ("send_keys", guest.Keys("Ctrl+Alt+F1")),
        ("change_tags", definition.TagChange(("a",))),
    ],
)
def test_what_loses_nothing_is_not_dangerous(action: str, params: object) -> None:
    """A boot that discards a saved state where there is none loses none."""
    assert at_stake(f"domain.{action}", [domain_record()], params) == (False, "")


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

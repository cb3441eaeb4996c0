"""The form of an action's parameters."""

from typing import Annotated, Any, ClassVar, NamedTuple

import pytest
from textual.binding import Binding

from tests.support.dialog_app import PENDING, DialogApp, role_variables, screen_text
from tests.support.domains import HOSTILE, URI, domain_record
from tests.support.pilot import pasted, type_ahead, typed, until
from tuivirt.core.action import Action, Actions, Param
from tuivirt.core.changes import ConnectionState
from tuivirt.resources.domain.actions.definition import NewDescription, NewTags, Undefine
from tuivirt.resources.domain.actions.memory import DumpTo
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.register import ACTIONS, find_action
from tuivirt.ui.dialogs.base import Box
from tuivirt.ui.dialogs.form import FormDialog
from tuivirt.ui.typeahead import TypeAhead
from tuivirt.ui.widgets.choices import Choice, PushButton

WITH_PARAMS = [action for actions in ACTIONS.values() for action in actions if action.params is not None]


def subject_of(action: Action[Any]) -> DomainRecord | ConnectionState:
    return ConnectionState("lab1", URI) if action.id.startswith("host.") else domain_record()


def form(id_: str, record: DomainRecord | None = None, **more: Any) -> FormDialog:
    return FormDialog(find_action(id_), record or domain_record(), URI, **more)


def words(app: DialogApp) -> str:
    """What is on the screen as one line: wrapping and frames aside."""
    return " ".join(screen_text(app).replace("│", " ").split())


@pytest.mark.parametrize("action", WITH_PARAMS, ids=lambda action: action.id)
async def test_every_form_works_by_keyboard_on_a_small_screen(
    action: Action[Any],
) -> None:
    app = DialogApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.ask(FormDialog(action, subject_of(action), URI))
        await until(pilot, lambda: app.focused)
        seen = []
        while app.focused not in seen:
            assert app.focused is not None
            assert app.screen.find_widget(app.focused).visible_region.height > 0
            seen.append(app.focused)
            await pilot.press("tab")
        assert sum(isinstance(widget, PushButton) for widget in seen) == 2
        await pilot.press("escape")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer is None


async def test_values_of_each_kind_and_the_command_as_it_stands() -> None:
    app = DialogApp()
    async with app.run_test(size=(100, 30)) as pilot:
        app.ask(form("domain.dump"))
        await until(pilot, lambda: app.focused)
        await typed(pilot, "/var/tmp/a b.core")
        await until(
            pilot, lambda: f"virsh -c {URI} dump --domain web01 --file '/var/tmp/a b.core'" in words(app)
        )
        await pilot.press("tab", "tab", "down", "tab", "space", "tab", "tab", "down", "down")
        await until(pilot, lambda: "--memory-only --live --reset --format kdump-zlib" in words(app))
        await until(pilot, lambda: "web01 on lab1 is reset after the dump: unsaved work" in words(app))
        await pilot.press("enter")
        assert app.answer is PENDING, "dangerous now: Enter only goes on"
        await pilot.press("right", "enter")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer == DumpTo(
            path="/var/tmp/a b.core",
            memory_only=True,
            format="kdump-zlib",
            live=True,
            bypass_cache=False,
            after="reset",
        )


async def test_what_is_needed_is_asked_for() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(form("domain.save"))
        await until(pilot, lambda: app.focused)
        await pilot.press("enter")
        await until(pilot, lambda: "File on the host is needed" in screen_text(app))
        assert app.answer is PENDING
        await typed(pilot, "/x")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer.path == "/x"


async def test_it_starts_with_what_the_object_has() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(form("domain.set_tags", domain_record(tags=("web", "prod"))))
        await until(pilot, lambda: app.focused)
        await typed(pilot, ", blue  web")
        await pilot.press("enter")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer == NewTags(("web", "prod", "blue"))


async def test_lines_are_pasted_and_invisible_characters_survive() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(form("domain.set_description", domain_record(description=f"é{HOSTILE}\n\tend")))
        await until(pilot, lambda: app.focused)
        await pasted(pilot, "名\nfirst ")
        await pilot.press("enter", "tab", "tab", "enter")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer == NewDescription(f"名\nfirst \né{HOSTILE}\n\tend")


async def test_danger_says_what_is_lost_and_takes_more_than_enter() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(form("domain.undefine"))
        await until(
            pilot, lambda: "Remove the definition of web01 from lab1? No disk is touched" in words(app)
        )
        await pilot.press("space", "enter", "enter", "enter", "enter", "enter")
        assert app.answer is PENDING
        assert isinstance(app.focused, PushButton)
        assert app.focused.label == "Cancel"
        await pilot.press("right", "enter")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer == Undefine(managed_save=True)


async def test_the_name_of_a_protected_object_is_typed() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 30)) as pilot:
        dialog = form("domain.undefine", domain_record("db01", tags=("keep",)), protected="keep")
        app.ask(dialog)
        await until(pilot, lambda: "It is tagged keep. Type db01 to go on:" in words(app))
        ok = dialog.query(PushButton).last()
        assert ok.disabled
        await pilot.click(ok)
        await pilot.press("ctrl+s")
        assert app.answer is PENDING
        await pilot.press(*["tab"] * 5)
        await typed(pilot, "db01")
        await until(pilot, lambda: not ok.disabled)
        await pilot.press("backspace")
        await until(pilot, lambda: ok.disabled)
        await typed(pilot, "1")
        await pilot.press("enter")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer == Undefine()


async def test_a_dangerous_choice_turns_the_form_red_and_closes_the_gate() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 40)) as pilot:
        dialog = form("domain.send_keys", domain_record("db01", tags=("keep",)), protected="keep")
        app.ask(dialog)
        await until(pilot, lambda: app.focused)
        box, ok = dialog.query_one(Box), dialog.query(PushButton).last()
        await pilot.press("down", "down")  # from Ctrl+Alt+Del to Ctrl+Alt+F1
        await until(pilot, lambda: not box.has_class("-danger"))
        assert "Type db01" not in words(app)
        await pilot.press("up")  # Ctrl+Alt+Backspace
        await until(pilot, lambda: "db01 on lab1" in words(app) and "Type db01 to go on" in words(app))
        assert box.has_class("-danger")
        assert ok.has_class("-danger")
        await pilot.press("enter", "ctrl+s")
        assert app.answer is PENDING
        dialog.query_one(Choice).focus()
        await pilot.press("down")  # Ctrl+Alt+F1
        await until(pilot, lambda: "Type db01" not in words(app))
        assert not box.has_class("-danger")
        await pilot.press("enter")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer.combination == "Ctrl+Alt+F1"


@pytest.mark.parametrize("action", ["domain.save", "domain.dump"])
async def test_a_file_that_is_replaced_is_told(action: str) -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 30)) as pilot:
        app.ask(form(action))
        await until(pilot, lambda: "a file of that name on the host is replaced" in words(app))


async def test_the_mouse_does_it_too() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 30)) as pilot:
        dialog = form("domain.start_with", domain_record())
        app.ask(dialog)
        await until(pilot, lambda: app.focused)
        await pilot.click("Flag")
        await pilot.click(dialog.query(PushButton).last())
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer.paused


async def test_hostile_texts_are_plain() -> None:
    action = Actions[Any]("domain")

    class Params(NamedTuple):
        word: Annotated[str, Param("[b]Label[/]", hint="[red]hint")] = ""
        choice: Annotated[str, Param("Choice", kind="choice", choices=((HOSTILE, HOSTILE),))] = HOSTILE

    @action(
        "Do [i]it", params=Params, confirm="{name} on {host}?", virsh=lambda d, p: ("do", d.name, p.choice)
    )
    def do(_handle: object, _params: Params) -> None:
        raise AssertionError("not in a dialog")

    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(FormDialog(action["domain.do"], domain_record(HOSTILE, HOSTILE), f"test:///{HOSTILE}"))
        await until(pilot, lambda: app.focused)
        shown = screen_text(app)
        assert "[b]Label[/]" in shown
        assert "[red]hint" in shown
        assert "Do [i]it: [red]x[/] [@click=app.quit]q[/]‹U+009B›31m‹U+202E›" in shown
        assert not set("\x9b\u202e") & set(shown)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer.choice == HOSTILE


class EagerApp(TypeAhead):
    """Opens the form as the application does: from a worker that a key starts."""

    BINDINGS: ClassVar = [Binding("e", "edit", "Edit")]

    def __init__(self) -> None:
        super().__init__(ansi_color=False)
        self.answers: list[Any] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return role_variables()

    def action_edit(self) -> None:
        self.run_worker(self._edit())

    async def _edit(self) -> None:
        self.answers.append(await self.push_screen_wait(form("domain.set_title")))


async def test_keys_typed_ahead_reach_the_form() -> None:
    app = EagerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        type_ahead(pilot, [*"eThe front", "enter", *"eagain", "enter"])
        await until(pilot, lambda: len(app.answers) == 2, "both forms")
        assert [params.title for params in app.answers] == ["The front", "again"]

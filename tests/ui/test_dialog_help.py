"""Help."""

import pytest

from tests.support.dialog_app import PENDING, DialogApp, screen_text
from tests.support.pilot import resized, typed, until
from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.resources.register import ACTIONS
from tuivirt.ui.commands import COMMANDS
from tuivirt.ui.dialogs.help import TITLES, HelpScreen, found, laid_out, sections, wrapped


def test_every_command_action_and_field_is_in_the_help() -> None:
    everything = [row for section in sections(tuple(TITLES), "domain", {}) for row in section]
    texts = "\n".join(row.text for row in everything)
    words = {row.what for row in everything}
    assert all(command.title in texts for command in COMMANDS)
    assert {command.place for command in COMMANDS} <= set(TITLES)
    assert all(action.title in texts for action in ACTIONS["domain"])
    assert all(any(word.startswith(name) for word in words) for name in DOMAINS.fields)


def test_keys_of_the_user_are_shown() -> None:
    rows = {
        row.text: row.what
        for section in sections(("app",), None, {"app.filter": "f,ctrl+f"})
        for row in section
    }
    assert rows["Filter the list"] == "f Ctrl+F"


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("width", [20, 37, 60])
def test_laying_out_loses_nothing(columns: int, width: int) -> None:
    for places in ((), ("app",), ("list", "table", "app")):
        whole = list(sections(places, "domain" if len(places) > 1 else None, {}))
        lines = laid_out([wrapped(section, width) for section in whole], columns)
        rows = [line[0] for line in lines] + [line[1] for line in lines]
        text = " ".join(" ".join((row.what, row.text)) for row in rows if row is not None)
        expected = " ".join(" ".join((row.what, row.text)) for section in whole for row in section)
        assert "".join(text.split()) == "".join(expected.split())


def test_finding() -> None:
    whole = list(sections(("list", "app"), "domain", {}))
    assert found(whole, "") == whole
    hits = found(whole, "marks invert")
    assert [row.what for section in hits for row in section] == ["List", "*"]
    assert found(whole, "zzzz") == []


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (20, 5)])
async def test_it_scrolls_finds_and_closes(size: tuple[int, int]) -> None:
    app = DialogApp()
    async with app.run_test(size=size) as pilot:
        app.ask(HelpScreen(("list", "table", "app"), kind="domain"))
        await until(pilot, lambda: "List" in screen_text(app))
        if size == (80, 24):
            await pilot.press("end")
            await until(pilot, lambda: "memory in use" in screen_text(app))
            await pilot.press("pageup", "up", "home")
            await until(pilot, lambda: "Into the detail" in screen_text(app))
            await typed(pilot, "sort")
            await until(pilot, lambda: "Into the detail" not in screen_text(app))
            assert "Sort by the next column" in screen_text(app)
            await resized(pilot, 120, 40)
            await until(pilot, lambda: "Sort by the next column" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.answer is not PENDING)

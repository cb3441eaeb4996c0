"""The palette."""

from collections.abc import Iterable
from typing import ClassVar

from textual.command import CommandPalette
from textual.widgets import OptionList

from tests.support.dialog_app import DialogApp, screen_text
from tests.support.domains import HOSTILE
from tests.support.pilot import typed, until
from tuivirt.ui.palette import Entry, EntryProvider


class PaletteApp(DialogApp):
    ENABLE_COMMAND_PALETTE: ClassVar = True
    COMMANDS: ClassVar = {EntryProvider}

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[str] = []

    def palette_entries(self) -> Iterable[Entry]:
        for title, about in (
            ("Force off", "Pull the plug"),
            ("Start", f"{HOSTILE} has been started already"),
            (HOSTILE, "[/] connection"),
            ("a" * 4000, ""),
        ):
            yield Entry(title, about, lambda title=title: self.ran.append(title))  # type: ignore[misc]


async def test_everything_is_offered_as_plain_text() -> None:
    app = PaletteApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "Force off" in screen_text(app))
        shown = screen_text(app)
        assert "[red]x[/] [@click=app.quit]q[/]‹U+009B›31m‹U+202E›$(reboot);'\"`" in shown
        assert "[/] connection" in shown
        assert not set("\x9b\u202e") & set(shown)


async def test_typing_finds_by_title_then_by_help_and_enter_runs() -> None:
    app = PaletteApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await typed(pilot, "plug")
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: app.ran == ["Force off"])


async def test_a_hostile_title_is_found_marked_and_run() -> None:
    app = PaletteApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await typed(pilot, "[red]x q")
        await until(pilot, lambda: "[red]x[/] [@click=app.quit]" in screen_text(app))
        assert isinstance(app.screen, CommandPalette)
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 2)
        await pilot.press("enter")
        await until(pilot, lambda: app.ran == [HOSTILE], "the better one of the two to run")

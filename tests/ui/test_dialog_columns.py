"""The column picker."""

from tests.support.dialog_app import PENDING, DialogApp, screen_text
from tests.support.pilot import until
from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.ui.dialogs.columns import ColumnsDialog


async def chosen(*keys: str, now: tuple[str, ...] = ("name", "state", "cpu")) -> object:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(ColumnsDialog(DOMAINS.columns, now, DOMAINS.default_columns))
        await until(pilot, lambda: app.focused)
        await pilot.press(*keys)
        await until(pilot, lambda: app.answer is not PENDING)
        return app.answer


async def test_choosing_and_ordering() -> None:
    assert await chosen("enter") == ("name", "state", "cpu")
    assert await chosen("j", "space", "enter") == ("name", "cpu")
    assert await chosen("J", "enter") == ("state", "name", "cpu")
    assert await chosen("j", "shift+up", "enter") == ("state", "name", "cpu")
    assert await chosen("K", "enter") == ("name", "state", "cpu")
    assert await chosen("G", "space", "enter") == ("name", "state", "cpu", DOMAINS.columns[-1].id)
    assert await chosen("r", "enter") == DOMAINS.default_columns
    assert await chosen("space", "escape") is None


async def test_columns_that_are_no_more_are_left_out() -> None:
    assert await chosen("enter", now=("gone", "name", "name")) == ("name",)


async def test_one_at_least() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 20)) as pilot:
        app.ask(ColumnsDialog(DOMAINS.columns, ("name",), DOMAINS.default_columns))
        await until(pilot, lambda: app.focused)
        await pilot.press("space", "enter")
        await until(pilot, lambda: "at least one column is needed" in screen_text(app))
        assert app.answer is PENDING
        await pilot.press("G")
        await until(pilot, lambda: DOMAINS.columns[-1].title in screen_text(app), "the list to scroll")

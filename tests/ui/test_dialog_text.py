"""Texts to read and copy."""

from tests.support.dialog_app import PENDING, DialogApp, screen_text
from tests.support.domains import HOSTILE, domain_record, run_state
from tests.support.pilot import until
from tuivirt.core.errors import HostError
from tuivirt.ui.dialogs.text import TextDialog, error_text, run_text


async def test_it_scrolls_copies_and_closes() -> None:
    text = HOSTILE + "\n" + "\n".join(f"line {n}" for n in range(100))
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(TextDialog(HOSTILE, text))
        await until(pilot, lambda: app.focused)
        assert "[red]x[/] [@click=app.quit]q[/]‹U+009B›31m" in screen_text(app)
        await pilot.press(*["pagedown"] * 6)
        await until(pilot, lambda: "line 99" in screen_text(app))
        await pilot.press("y")
        await until(pilot, lambda: app.copied == [text])
        await pilot.press("enter")
        await until(pilot, lambda: app.answer is not PENDING)


def test_what_is_known_of_an_error() -> None:
    assert error_text(HostError("refused", code=38, domain=7, hint="start it"), 0.0).startswith(
        "refused\n\nstart it\n\ncode: 38\nfrom: 7\nat: "
    )
    assert error_text(HostError("gone"), 0.0).startswith("gone\n\nat: ")


def test_what_is_known_of_a_run() -> None:
    text = run_text(run_state(1, domain_record(), "failed", note="busy", hint="wait"))
    assert text.startswith("busy\n\nwait\n\naction: domain.destroy\nobject: web01\nhost: lab1\nbegun: ")

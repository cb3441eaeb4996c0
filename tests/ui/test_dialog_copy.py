"""What to copy."""

import asyncio

from tests.support.dialog_app import PENDING, DialogApp, screen_text
from tests.support.domains import HOSTILE
from tests.support.pilot import until
from tuivirt.core.errors import HostError
from tuivirt.ui.dialogs.copy import CopyDialog, Text, keyed


def test_keys_are_first_letters_then_digits_and_never_those_that_move() -> None:
    labels = ["name", "UUID", "IP address", "IP address", "MAC address", "kernel", "XML", "名"]
    assert [offer.key for offer in keyed([(label, "") for label in labels])] == list("nui1m2x3")
    many = keyed([("", "")] * 60)
    used = [offer.key for offer in many if offer.key]
    assert len(set(used)) == len(used)
    assert not set(used) & set("jkgG")


async def chosen(offers: list[tuple[str, Text]], *keys: str) -> object:
    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(CopyDialog("web01", offers))
        await until(pilot, lambda: app.focused)
        await pilot.press(*keys)
        await until(pilot, lambda: app.answer is not PENDING)
        return app.answer


async def test_one_key_or_enter() -> None:
    offers: list[tuple[str, Text]] = [("name", HOSTILE), ("UUID", "1-2"), ("IP address", "10.0.0.1")]
    assert await chosen(offers, "i") == "10.0.0.1"
    assert await chosen(offers, "enter") == HOSTILE
    assert await chosen(offers, "j", "enter") == "1-2"
    assert await chosen(offers, "escape") is None


async def test_what_must_be_read_is_read_when_chosen() -> None:
    async def read() -> str:
        return "<domain/>\n"

    assert await chosen([("XML", read)], "x") == "<domain/>\n"


async def test_a_reading_that_fails_says_why_and_one_that_hangs_is_left() -> None:
    async def fails() -> str:
        raise HostError("Domain not found: [red]no\x9b", hint="it is gone")

    async def hangs() -> str:
        await asyncio.Event().wait()
        return ""

    app = DialogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(CopyDialog(HOSTILE, [("bad", fails), ("slow", hangs)]))
        await until(pilot, lambda: app.focused)
        await pilot.press("b")
        await until(pilot, lambda: "Domain not found: [red]no‹U+009B› — it is gone" in screen_text(app))
        await pilot.press("s")
        await until(pilot, lambda: "reading slow" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer is None

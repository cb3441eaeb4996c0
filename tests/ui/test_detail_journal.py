"""The journal: of one domain in its tab, of everything in its view."""

from typing import Any

from tests.support.detail_app import HOST, WidgetApp, bench, key_of
from tests.support.dialog_app import THEMES, screen_text
from tests.support.pilot import typed, until
from tuivirt.core.changes import Happened
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.core.store import Store
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.tabs.journal import JournalTab, JournalView
from tuivirt.ui.tabs.journal_lines import entry_line, matching
from tuivirt.ui.widgets.lines import line_text

DAY = 1_750_000_000.0


def entry(what: str, name: str = "one", **more: Any) -> Entry:
    told = {"at": DAY, "origin": "event", "key": key_of(name), **more}
    return Entry(name=name, what=what, **told)


def action(what: str, ok: bool | None, **more: Any) -> Entry:
    told = {"origin": "action", "took": 0.012, "command": "virsh -c qemu:///system x one", **more}
    return entry(what, ok=ok, **told)


def test_lines_say_how_it_went() -> None:
    now = DAY + 60
    for given, parts in (
        (entry("started", detail="booted"), ("• started", "booted")),
        (action("Shut down", True), ("✓ Shut down", "12 ms", "virsh -c qemu:///system x one")),
        (action("Reset", False, detail="domain is not running"), ("✗ Reset", "domain is not running")),
        (action("Save", None), ("⟳ Save",)),
        (entry("connected", origin="connection"), ("⇄ connected",)),
    ):
        line = line_text(entry_line(given, named=False, now=now))
        for part in parts:
            assert part in line
    named = line_text(entry_line(entry("started"), named=True, now=now))
    assert HOST in named
    assert "one" in named
    older = line_text(entry_line(entry("x"), named=False, now=DAY + 10 * 86_400))
    assert "06-15 " in older


def test_hostile_entries_are_plain_and_one_line() -> None:
    evil = entry("[red]a\nb", detail="\x9b31m\u202e\n[/]", command="virsh '\n$(x)'", name="n\to")
    line = line_text(entry_line(evil, named=True, now=DAY))
    assert "\n" not in line
    assert "[red]a␊b" in line
    assert "‹U+009B›31m‹U+202E›␊[/]" in line


def test_matching_takes_every_word_newest_first() -> None:
    entries = [entry("started"), entry("stopped", "two"), action("Shut down", True), entry("started", "two")]
    assert [e.what for e in matching(entries, None, "")] == ["started", "Shut down", "stopped", "started"]
    assert [e.name for e in matching(entries, None, "START two")] == ["two"]
    assert [e.what for e in matching(entries, key_of("one"), "virsh one")] == ["Shut down"]
    assert not matching(entries, key_of("one"), "two")


async def test_the_tab_shows_its_domain_and_grows() -> None:
    async with bench("one", "two") as on:
        on.apply(Happened(entry("started", detail="booted")), Happened(entry("stopped", "two")))
        await on.shown("one", "journal")
        tab = on.pane._tabs["journal"]
        assert isinstance(tab, JournalTab)
        await on.until("• started", "booted")
        assert "stopped" not in on.text
        on.apply(Happened(action("Reset", False, detail="Requested operation is not valid")))
        await on.until("✗ Reset", "12 ms", "Requested operation is not valid")
        # All of the entry under the cursor, which stays at the newest while it stands there.
        assert tab.view.entry is not None
        assert tab.view.entry.what == "Reset"
        await on.until("$ virsh -c qemu:///system x one")
        on.pane.focus_target().focus()
        await on.pilot.pause()
        await on.pilot.press("j")
        on.apply(Happened(entry("defined")))
        await on.until("• defined")
        assert tab.view.entry.what == "started", "the cursor stays on its entry"
        await on.shown("two")
        await on.until("• stopped")
        assert tab.view.lines.cursor == 0


async def test_a_domain_to_which_nothing_happened() -> None:
    async with bench("one") as on:
        await on.shown("one", "journal")
        await on.until("Nothing has happened since the start.")


async def test_the_filter() -> None:
    async with bench("one") as on:
        on.apply(*(Happened(entry(f"event{n}")) for n in range(30)))
        await on.shown("one", "journal")
        tab = on.pane._tabs["journal"]
        assert isinstance(tab, JournalTab)
        on.pane.focus_target().focus()
        await on.pilot.pause()
        await on.pilot.press("slash")
        await typed(on.pilot, "event2")
        await on.until("11 found")
        assert [e.what for e in tab.view.entries][:2] == ["event29", "event28"]
        await typed(on.pilot, "x")
        await on.until("Nothing matches.")
        await on.pilot.press("backspace", "enter")
        assert tab.view.lines.has_focus
        on.apply(Happened(entry("event200")))
        await on.until("12 found")
        await on.pilot.press("escape")
        assert len(tab.view.entries) == 31
        assert not tab.view.find.display
        assert tab.view.lines.has_focus
        await on.pilot.press("slash", "z", "escape")
        assert len(tab.view.entries) == 31


async def test_the_view_of_all_looks_by_itself() -> None:
    store = Store({"domain": DomainRecord})
    store.apply(
        [Happened(entry("started")), Happened(entry("stopped", "two", key=Key("edge", "domain", "two")))]
    )
    view = JournalView(store, THEMES["dark"].style)
    app = WidgetApp(view)
    async with app.run_test(size=(120, 20)) as pilot:
        await until(pilot, lambda: "2 entries, newest first" in screen_text(app), "both entries")
        shown = screen_text(app)
        assert "edge" in shown
        assert "lab1" in shown
        store.apply([Happened(entry("paused", detail="by user"))])
        await until(pilot, lambda: "by user" in screen_text(app), "the new entry")
        assert "3 entries" in screen_text(app)
        await pilot.press("slash", *"edge")
        await until(pilot, lambda: "1 of 3 entries" in screen_text(app), "the filter")

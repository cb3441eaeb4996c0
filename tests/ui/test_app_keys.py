"""Every key of the table of keys does what its title says, in the running app."""

from collections.abc import Awaitable, Callable

import pytest

from tests.support.app import Running, running
from tests.support.world import LAB1, NAMES, NOW, SOURCES, tell_addresses, world
from tuivirt.core.backend import Definition
from tuivirt.core.changes import Happened
from tuivirt.core.console import Console
from tuivirt.core.journal import Entry
from tuivirt.ui.commands import COMMANDS, Command, Place
from tuivirt.ui.dialogs.bookmark import BookmarkDialog
from tuivirt.ui.dialogs.columns import ColumnsDialog
from tuivirt.ui.dialogs.copy import CopyDialog
from tuivirt.ui.dialogs.help import HelpScreen
from tuivirt.ui.dialogs.menu import MenuDialog
from tuivirt.ui.dialogs.runs import RunsDialog
from tuivirt.ui.panes.connection_roster import ALL
from tuivirt.ui.screens.console import ConsoleScreen
from tuivirt.ui.screens.guest import GuestScreen

LIVE = """<domain type='kvm'>
  <name>web10</name>
  <memory unit='KiB'>2097152</memory>
  <vcpu>2</vcpu>
  <os><type>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/images/web10.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
  </devices>
</domain>
"""
SAVED = LIVE.replace("2097152", "4194304")

Case = Callable[[Running, str], Awaitable[None]]
CASES: dict[str, Case] = {}
SIZE = (120, 24)
"""High enough for all rows, too low for a second page of them to fit."""


def case(id_: str) -> Callable[[Case], Case]:
    """What the key of a command must do; it is called with each of its keys, in an app of its own."""

    def keep(run: Case) -> Case:
        assert id_ not in CASES, id_
        CASES[id_] = run
        return run

    return keep


def keys_of(command: Command) -> list[str]:
    return command.keys.split(",")


TESTED = [command for command in COMMANDS if command.place not in {"console_menu", "reading", "screen"}]
"""The others, which are no keys of the main screen, have their cases in test_console_keys and
test_screen_keys."""


def test_every_command_has_a_case() -> None:
    assert {command.id for command in TESTED} - CASES.keys() == set()
    assert CASES.keys() - {command.id for command in TESTED} == set()


@pytest.mark.parametrize(
    ("command", "key"),
    [pytest.param(command, key, id=f"{command.id}-{key}") for command in TESTED for key in keys_of(command)],
)
async def test_a_key_does_what_it_says(command: Command, key: str) -> None:
    async with running(SOURCES, backend=world(), size=SIZE_OF.get(command.place, SIZE), view="lab1") as run:
        await run.until_rows(*NAMES)
        await GO[command.place](run)
        await CASES[command.id](run, key)


async def to_list(run: Running) -> None:
    assert run.cursor == NAMES[0]


async def to_connections(run: Running) -> None:
    await run.press("shift+tab")
    assert run.main.connections.has_focus
    assert run.main.connections.cursor == "lab1"


async def to_connections_line(run: Running) -> None:
    await run.press("shift+tab")
    assert run.main.connections_line.has_focus


async def to_detail(run: Running) -> None:
    await run.press("G", "enter")
    await run.until(lambda: run.main.place is run.main.detail, "the focus in the detail")


async def to_tab(run: Running, tab: str) -> None:
    """The tab of web10, with its definition read."""
    run.backend.definitions[LAB1[2].key] = Definition(LIVE, SAVED)
    run.backend.tell(Happened(Entry(NOW, LAB1[2].key, "web10", "event", "started", "booted")))
    run.backend.tell(Happened(Entry(NOW, LAB1[2].key, "web10", "action", "Pause", "failed", ok=False)))
    await to_detail(run)
    while run.main.detail.active != tab:
        await run.press("l")
    await run.settled()


async def to_xml(run: Running) -> None:
    await to_tab(run, "xml")
    await run.until_text("<name>web10</name>")


async def to_usage(run: Running) -> None:
    await to_tab(run, "usage")
    await run.until_text("the last 5 min")


async def to_hardware(run: Running) -> None:
    await to_tab(run, "hardware")
    await run.until_text("vda")


async def to_journal(run: Running) -> None:
    await to_tab(run, "journal")
    await run.until_text("started")


GO: dict[Place, Callable[[Running], Awaitable[None]]] = {
    "app": to_list,
    "list": to_list,
    "table": to_list,
    "connections": to_connections,
    "connections_line": to_connections_line,
    "detail": to_detail,
    "xml": to_xml,
    "usage": to_usage,
    "hardware": to_hardware,
    "journal": to_journal,
}
SIZE_OF: dict[Place, tuple[int, int]] = {
    "connections_line": (80, 24),
    "detail": (120, 40),
    "xml": (120, 40),
    "usage": (120, 40),
    "hardware": (120, 40),
    "journal": (120, 40),
}


def step(run: Running) -> int:
    index = run.listing.view.cursor_index
    assert index is not None
    return index


# Everywhere


@case("app.filter")
async def filter_(run: Running, key: str) -> None:
    await run.press(key, *"db")
    assert run.asking()
    assert run.rows == ["db01", "db02"]
    await run.press("enter")
    assert not run.asking()
    assert run.table.has_focus


@case("app.command")
async def command_(run: Running, key: str) -> None:
    await run.press(key, *"lab2", "enter")
    await run.until(lambda: run.listing.scope == "lab2", "the other connection")
    assert run.table.has_focus


@case("app.help")
async def help_(run: Running, key: str) -> None:
    await run.press(key)
    assert isinstance(await run.until_dialog("Help"), HelpScreen)
    await run.until_text("Invert the marks")
    await run.press("escape")
    await run.until_main()


@case("app.palette")
async def palette(run: Running, key: str) -> None:
    await run.press(key)
    await run.until_text("Shut down")
    await run.press("escape")
    await run.until_main()


@case("app.next_pane")
async def next_pane(run: Running, key: str) -> None:
    await run.resize(120, 40)
    seen = []
    for _ in range(3):
        await run.press(key)
        seen.append(run.main.place)
    assert seen == [run.main.detail, run.main.connections, run.table]


@case("app.previous_pane")
async def previous_pane(run: Running, key: str) -> None:
    await run.resize(120, 40)
    seen = []
    for _ in range(3):
        await run.press(key)
        seen.append(run.main.place)
    assert seen == [run.main.connections, run.main.detail, run.table]


@case("app.zoom")
async def zoom(run: Running, key: str) -> None:
    assert run.main.connections.size.width > 0
    await run.press(key)
    assert run.table.size.width >= SIZE[0] - 1
    assert "Connections" not in run.text
    await run.press(key)
    assert "Connections" in run.text
    assert run.table.size.width < SIZE[0] - 10


@case("app.narrower")
async def narrower(run: Running, key: str) -> None:
    before = run.main.connections.size.width
    await run.press(key)
    assert run.main.connections.size.width == before - 2
    assert run.remembered.values["sidebar"]


@case("app.wider")
async def wider(run: Running, key: str) -> None:
    before = run.main.connections.size.width
    await run.press(key)
    assert run.main.connections.size.width == before + 2


@case("app.shorter")
async def shorter(run: Running, key: str) -> None:
    await run.resize(120, 40)
    before = run.listing.size.height
    await run.press(key)
    assert run.listing.size.height == before - 1
    assert run.remembered.values["list"]


@case("app.taller")
async def taller(run: Running, key: str) -> None:
    await run.resize(120, 40)
    before = run.listing.size.height
    await run.press(key)
    assert run.listing.size.height == before + 1


@case("app.refresh")
async def refresh(run: Running, key: str) -> None:
    await run.press(key)
    assert run.backend.asked == [("refresh", "lab1")]


@case("app.give_up")
async def give_up(run: Running, key: str) -> None:
    await run.press(key)
    await run.until_note("Nothing is waited for here")
    assert (run.backend.asked, run.backend.abandoned) == ([], [])


@case("app.back")
async def back(run: Running, key: str) -> None:
    await run.line("lab2")
    await run.line("all")
    await run.press(key)
    assert run.listing.scope == "lab2"
    await run.press(key)
    assert run.listing.scope == "lab1"


@case("app.summary")
async def summary(run: Running, key: str) -> None:
    assert "6 of 8 up" in run.text
    await run.press(key)
    assert "6 of 8 up" not in run.text
    assert run.remembered.values["summary"] is False
    await run.press(key)
    assert "6 of 8 up" in run.text


@case("app.runs")
async def runs(run: Running, key: str) -> None:
    await run.press(key)
    assert isinstance(await run.until_dialog("Actions"), RunsDialog)


@case("app.escape")
async def escape(run: Running, key: str) -> None:
    """Count, marks, filter, view: one layer each."""
    await run.line("lab2")
    await run.press("slash", *"web", "enter")
    await run.press("space", "1", "2")
    assert (run.table.count, run.marked, run.rows) == ("12", ["web01"], ["web01"])
    await run.press(key)
    assert (run.table.count, run.marked, run.rows) == ("", ["web01"], ["web01"])
    await run.press(key)
    assert (run.marked, run.rows) == ([], ["web01"])
    await run.press(key)
    assert (run.listing.scope, len(run.rows)) == ("lab2", 3)
    await run.press(key)
    assert run.listing.scope == "lab1"
    await run.press(key)
    assert run.listing.scope == "lab1"


@case("app.quit")
async def quit_(run: Running, key: str) -> None:
    await run.press(key)
    await run.until(lambda: run.app._exit, "the end")


# Moving


@case("table.down")
async def down(run: Running, key: str) -> None:
    await run.press(key)
    assert run.cursor == NAMES[1]
    await run.press("3", key)
    assert run.cursor == NAMES[4]
    await run.press("9", "9", key)
    assert run.cursor == NAMES[-1]


@case("table.up")
async def up(run: Running, key: str) -> None:
    await run.press("G", key)
    assert run.cursor == NAMES[-2]
    await run.press("2", key)
    assert run.cursor == NAMES[-4]


async def _low(run: Running) -> int:
    """Make the list so low that it has pages; returns how many rows one has."""
    await run.resize(120, 7)
    await run.until(lambda: run.table.height_of_body < 6, "a low list")
    return run.table.height_of_body


@case("table.page_down")
async def page_down(run: Running, key: str) -> None:
    page = await _low(run)
    await run.press(key)
    assert step(run) == page - 1


@case("table.page_up")
async def page_up(run: Running, key: str) -> None:
    page = await _low(run)
    await run.press("G", key)
    assert step(run) == len(NAMES) - page


@case("table.half_down")
async def half_down(run: Running, key: str) -> None:
    page = await _low(run)
    await run.press(key)
    assert step(run) == page // 2


@case("table.half_up")
async def half_up(run: Running, key: str) -> None:
    page = await _low(run)
    await run.press("G", key)
    assert step(run) == len(NAMES) - 1 - page // 2


@case("table.first")
async def first(run: Running, key: str) -> None:
    await run.press("j", "j", key)
    assert run.cursor == NAMES[0]


@case("table.last")
async def last(run: Running, key: str) -> None:
    await run.press(key)
    assert run.cursor == NAMES[-1]
    await run.press("3", key)
    assert run.cursor == NAMES[2]
    await run.press("2", "0", key)
    assert run.cursor == NAMES[-1]


@case("table.scroll_right")
async def scroll_right(run: Running, key: str) -> None:
    before = [column.id for column in run.table.shown_columns]
    await run.press(key)
    after = [column.id for column in run.table.shown_columns]
    assert after[:1] == before[:1] == ["name"]
    assert after[1] == before[2]
    assert "‹ NAME" in run.text


@case("table.scroll_left")
async def scroll_left(run: Running, key: str) -> None:
    before = run.table.shown_columns
    await run.press("shift+right", "shift+right", key, key)
    assert run.table.shown_columns == before
    await run.press(key)
    assert run.table.shown_columns == before


# The list


@case("list.open")
async def open_(run: Running, key: str) -> None:
    await run.press(key)
    await run.until(lambda: run.main.place is run.main.detail, "the focus in the detail")
    assert run.main.detail.size.height > 10
    await run.press("escape")
    assert run.table.has_focus


@case("list.mark")
async def mark(run: Running, key: str) -> None:
    await run.press(key)
    assert (run.marked, run.cursor) == ([NAMES[0]], NAMES[1])
    await run.press("3", key)
    assert (run.marked, run.cursor) == (sorted(NAMES[:4]), NAMES[4])
    assert "4 marked" in run.text
    # Back up: the step is in the direction last moved.
    await run.press("k", key)
    assert (run.marked, run.cursor) == (sorted(NAMES[:3]), NAMES[2])


@case("list.invert")
async def invert(run: Running, key: str) -> None:
    await run.press("space", key)
    assert run.marked == sorted(NAMES[1:])


@case("list.sort_next")
async def sort_next(run: Running, key: str) -> None:
    await run.press(key)
    assert run.listing.sort == ("state", False)
    assert run.remembered.values["sort"] == "state"
    assert run.rows[-2:] == ["cache01", "db02"]
    assert run.cursor == NAMES[0], "the cursor stays on its domain"


@case("list.sort_previous")
async def sort_previous(run: Running, key: str) -> None:
    await run.press("greater_than_sign", key)
    assert run.listing.sort == ("name", False)
    await run.press(key)
    assert run.listing.sort == ("ip", False)


@case("list.reverse")
async def reverse(run: Running, key: str) -> None:
    await run.press(key)
    assert run.rows == list(reversed(NAMES))
    assert run.cursor == NAMES[0]
    assert run.remembered.values["reverse"] is True
    await run.press(key)
    assert run.rows == list(NAMES)


@case("list.fold")
async def fold(run: Running, key: str) -> None:
    await run.line("group state")
    await run.press("g", "j")
    assert run.rows[:2] == ["▾ crashed", "build01"]
    await run.press(key)
    assert run.rows[:2] == ["▸ crashed", "▾ paused"]
    assert run.cursor == "crashed"
    assert run.remembered.values["folded"] == ["crashed"]
    await run.press(key)
    assert run.rows[:2] == ["▾ crashed", "build01"]


@case("list.fold_all")
async def fold_all(run: Running, key: str) -> None:
    await run.line("group state")
    await run.press(key)
    assert run.rows == ["▸ crashed", "▸ paused", "▸ running", "▸ shut off"]
    await run.press(key)
    assert len(run.rows) == len(NAMES) + 4


@case("list.columns")
async def columns(run: Running, key: str) -> None:
    await run.press(key)
    assert isinstance(await run.until_dialog("Columns"), ColumnsDialog)
    await run.press("down", "space", "enter")
    await run.until_main()
    assert "state" not in run.listing.column_ids()
    assert run.remembered.values["columns"] == list(run.listing.column_ids())


@case("list.menu")
async def menu(run: Running, key: str) -> None:
    await run.press(key)
    assert isinstance(await run.until_dialog(NAMES[0]), MenuDialog)


@case("list.copy")
async def copy(run: Running, key: str) -> None:
    await run.press(key)
    assert isinstance(await run.until_dialog("Copy"), CopyDialog)
    await run.press("enter")
    await run.until_main()
    assert run.app.clipboard == NAMES[0]


@case("list.ssh")
async def ssh(run: Running, key: str) -> None:
    await run.press(key)
    await run.until_note("Asking for its address")
    tell_addresses(run.backend, run.record(NAMES[0]).item)
    await run.until_note("No address")


@case("list.next_tab")
async def next_tab(run: Running, key: str) -> None:
    await run.resize(120, 40)
    before = run.main.detail.active
    await run.press(key)
    assert run.main.detail.active != before
    assert run.table.has_focus


@case("list.previous_tab")
async def previous_tab(run: Running, key: str) -> None:
    await run.resize(120, 40)
    before = run.main.detail.active
    await run.press("l", key)
    assert run.main.detail.active == before
    assert run.table.has_focus


# Connections


@case("connections.toggle")
async def toggle(run: Running, key: str) -> None:
    await run.press(key)
    assert run.backend.asked == [("disconnect", "lab1")]
    await run.press("G", key)
    assert run.backend.asked[1:] == [("connect", "test")]


@case("connections.add")
async def add(run: Running, key: str) -> None:
    await run.press(key)
    assert isinstance(await run.until_dialog(), BookmarkDialog)


@case("connections.edit")
async def edit(run: Running, key: str) -> None:
    await run.press(key)
    assert isinstance(await run.until_dialog("lab1.example.org"), BookmarkDialog)
    await run.press("escape")
    await run.until_main()
    await run.press("G", key)
    await run.until_note("test comes from -c")


@case("connections.remove")
async def remove(run: Running, key: str) -> None:
    await run.press("j", key)
    await run.until_dialog("Remove the bookmark lab2?")
    await run.press("y")
    await run.until(lambda: "lab2" not in run.main.connections.names, "lab2 is gone")
    assert ("forget", "lab2") in run.backend.asked
    assert "lab2" not in run.bookmarks.kept


@case("connections.autoconnect")
async def autoconnect(run: Running, key: str) -> None:
    def kept() -> bool:
        return run.bookmarks.kept["lab2"].autoconnect

    await run.press("j", key)
    assert kept()
    await run.press(key)
    assert not kept()
    assert run.backend.asked == [], "nothing is closed or opened for that"


@case("connections.read_only")
async def read_only(run: Running, key: str) -> None:
    await run.press(key)
    await run.until_dialog("lab1 is open: it is closed, and opened anew read-only.")
    assert run.backend.asked == []
    await run.press("y")
    await run.until(lambda: run.bookmarks.kept["lab1"].read_only, "it is kept")
    assert run.backend.asked == [("forget", "lab1"), ("connect", "lab1")]
    assert run.backend.states["lab1"].read_only


@case("connections.menu")
async def host_menu(run: Running, key: str) -> None:
    await run.press(key)
    assert isinstance(await run.until_dialog("lab1"), MenuDialog)


@case("connections_line.next")
async def next_connection(run: Running, key: str) -> None:
    await run.press(key)
    assert run.listing.scope == "lab2"


@case("connections_line.previous")
async def previous_connection(run: Running, key: str) -> None:
    await run.press(key)
    assert run.listing.scope == ALL


# The detail


@case("detail.next_tab")
async def detail_next_tab(run: Running, key: str) -> None:
    before = run.main.detail.active
    await run.press(key)
    assert run.main.detail.active != before
    assert run.main.place is run.main.detail


@case("detail.previous_tab")
async def detail_previous_tab(run: Running, key: str) -> None:
    before = run.main.detail.active
    await run.press("l", key)
    assert run.main.detail.active == before


@case("detail.menu")
async def detail_menu(run: Running, key: str) -> None:
    await run.press(key)
    assert isinstance(await run.until_dialog(NAMES[-1]), MenuDialog)


@case("detail.copy")
async def detail_copy(run: Running, key: str) -> None:
    await run.press(key)
    assert isinstance(await run.until_dialog(f"Copy: {NAMES[-1]}"), CopyDialog)


# Its tabs


@case("xml.search")
async def xml_search(run: Running, key: str) -> None:
    await run.press(key, *"vda")
    await run.until_text("1/1")
    await run.press("enter")
    assert run.main.place is run.main.detail
    assert run.listing.filtering.empty, "it is not the filter of the list"


@case("xml.next_match")
async def next_match(run: Running, key: str) -> None:
    await run.press("slash", *"disk", "enter")
    await run.until_text("1/3")
    await run.press(key)
    await run.until_text("2/3")


@case("xml.previous_match")
async def previous_match(run: Running, key: str) -> None:
    await run.press("slash", *"disk", "enter", key)
    await run.until_text("3/3")


@case("xml.live")
async def live(run: Running, key: str) -> None:
    await run.press("2", key)
    await run.until_text("▸1 Live", "2097152")


@case("xml.saved")
async def saved(run: Running, key: str) -> None:
    await run.press(key)
    await run.until_text("▸2 Saved", "4194304")


@case("xml.differences")
async def differences(run: Running, key: str) -> None:
    await run.press(key)
    await run.until_text("▸3 Differences", "2097152", "4194304")


@case("xml.end_search")
async def end_search(run: Running, key: str) -> None:
    await run.press("slash", *"disk", "enter")
    await run.until_text("1/3")
    await run.press(key)
    assert "1/3" not in run.text
    assert run.main.place is run.main.detail
    await run.press(key)
    assert run.table.has_focus


@case("list.console")
async def sit_from_the_list(run: Running, key: str) -> None:
    record = run.listing.record
    assert record is not None
    serial = "<domain><devices><serial type='pty'/></devices></domain>"
    run.backend.definitions[record.key] = Definition(serial, serial)
    await run.press(key)
    await run.until(lambda: run.backend.taken == [(Console(record.key, "serial0"), "free")], "the console")
    await run.until(lambda: isinstance(run.screen, ConsoleScreen), "its screen")


@case("detail.console")
async def sit_from_the_detail(run: Running, key: str) -> None:
    await sit_from_the_list(run, key)


@case("list.screen")
async def screen_from_the_list(run: Running, key: str) -> None:
    await run.press(key)
    await run.until(lambda: isinstance(run.screen, GuestScreen), "the screen of the guest")


@case("detail.screen")
async def screen_from_the_detail(run: Running, key: str) -> None:
    await screen_from_the_list(run, key)


@case("hardware.xml")
async def hardware_xml(run: Running, key: str) -> None:
    await run.press("G", key)
    await run.until(lambda: run.main.detail.active == "xml", "the tab with the XML")
    await run.until_text("<target dev='vda'")


async def many_facts(run: Running) -> None:
    """A part with more facts than there is room for."""
    features = "".join(f"<feature name='feature{number}'/>" for number in range(200))
    run.backend.definitions[LAB1[2].key] = Definition(f"<domain><cpu>{features}</cpu></domain>", None)
    run.main.detail.reload()
    await run.until_text("require feature0,")


@case("hardware.facts_down")
async def facts_down(run: Running, key: str) -> None:
    await many_facts(run)
    await run.press(*[key] * 20)
    await run.until_text("feature199")


@case("hardware.facts_up")
async def facts_up(run: Running, key: str) -> None:
    await many_facts(run)
    await run.press(*["ctrl+down"] * 20)
    await run.until_text("feature199")
    await run.press(*[key] * 20)
    await run.until_text("require feature0,")


@case("journal.filter")
async def journal_filter(run: Running, key: str) -> None:
    await run.press(key, *"pause")
    await run.until(lambda: "started" not in run.text and "Pause" in run.text, "what was typed")
    assert run.listing.filtering.empty


@case("journal.clear_filter")
async def journal_clear_filter(run: Running, key: str) -> None:
    await run.press("slash", *"pause", "enter")
    await run.until(lambda: "started" not in run.text, "what was typed")
    await run.press(key)
    await run.until_text("started", "Pause")
    assert run.main.place is run.main.detail


@case("usage.longer")
async def longer(run: Running, key: str) -> None:
    await run.press(key)
    await run.until_text("the last 15 min")


@case("usage.shorter")
async def shorter_window(run: Running, key: str) -> None:
    await run.press(key)
    await run.until_text("the last 1 min")

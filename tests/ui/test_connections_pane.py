"""The sidebar: what its lines say, that the cursor stays on its connection, what its keys ask for."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from tests.support.pilot import resized, until
from tuivirt.core.changes import (
    Change,
    ConnectionChanged,
    ConnectionRemoved,
    ConnectionState,
    HostFacts,
    HostLoad,
    HostSampled,
    Listed,
    Phase,
    Removed,
)
from tuivirt.core.key import Key
from tuivirt.core.source import Source, SourceKind
from tuivirt.core.store import Record, Store
from tuivirt.ui.commands import Place, commands_of
from tuivirt.ui.panes.connection_lines import about, name_width, row, short, wrap
from tuivirt.ui.panes.connection_roster import ALL, Entry, Heading, lines_of
from tuivirt.ui.panes.connections import ConnectionsPane
from tuivirt.ui.panes.connections_line import ConnectionsLine

HOSTILE = (
    "[red]markup[/] [@click=app.quit]x[/]",
    "c1\x9b31m\x1b[2J",
    "bidi\u202eevil\u2066",
    "漢字漢字漢字漢字漢字漢字漢字漢字",
    "😀👩‍👩‍👧🇩🇪👍🏽",
    "e" + "\u0301" * 50,
    "x" * 4_000,
)
NOW = 1_000.0


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands still."""
    monkeypatch.setattr(time, "time", lambda: NOW)


@dataclass(frozen=True, slots=True)
class Domain:
    key: Key
    active: bool


def source(name: str, kind: SourceKind = "bookmark", **more: Any) -> Source:
    origin = {
        "bookmark": "/home/u/.config/tuivirt/bookmarks.toml",
        "alias": "/etc/libvirt/libvirt.conf",
        "default": "LIBVIRT_DEFAULT_URI",
        "argument": "-c",
    }[kind]
    more = {"uri": f"qemu+ssh://root@{name}/system", "origin": origin} | more
    return Source(name, source=kind, **more)


def state(name: str, phase: Phase, **more: Any) -> ConnectionChanged:
    return ConnectionChanged(ConnectionState(name, f"qemu+ssh://root@{name}/system", phase, **more))


def listed(name: str, running: int, total: int) -> Listed:
    items = (Domain(Key(name, "domain", str(n)), n < running) for n in range(total))
    return Listed(name, "domain", tuple(items))


def store_of(*changes: Change) -> Store:
    store = Store({"domain": Record})
    store.apply(changes)
    return store


def no_style(role: str) -> Style:
    return Style(reverse=role == "cursor")


class Sidebar(App[None]):
    """The sidebar, the one-line form, and every message of theirs."""

    CSS = "ConnectionsPane { width: 28; height: 1fr; } ConnectionsLine { dock: top; }"

    def __init__(self, store: Store, sources: Sequence[Source]) -> None:
        super().__init__()
        self.pane = ConnectionsPane(store, sources, no_style)
        self.line = ConnectionsLine(store, sources, no_style)
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.line
        yield self.pane

    def on_mount(self) -> None:
        self.pane.focus()

    def on_event_of_pane(self, message: Message) -> None:
        self.told.append(message)

    on_connections_pane_chosen = on_event_of_pane
    on_connections_pane_toggled = on_event_of_pane
    on_connections_pane_add_wanted = on_event_of_pane
    on_connections_pane_edit_wanted = on_event_of_pane
    on_connections_pane_remove_wanted = on_event_of_pane
    on_connections_pane_autoconnect_wanted = on_event_of_pane
    on_connections_pane_read_only_wanted = on_event_of_pane
    on_connections_pane_menu_wanted = on_event_of_pane

    @property
    def names_told(self) -> list[tuple[str, str]]:
        return [(type(message).__name__, getattr(message, "name", "")) for message in self.told]


def drawn(widget: Widget) -> list[str]:
    """The widget's lines as text; each exactly as wide as the widget."""
    width = (
        widget.scrollable_content_region.width if isinstance(widget, ConnectionsPane) else widget.size.width
    )
    lines = []
    for y in range(widget.size.height):
        strip = widget.render_line(y)
        assert cell_len(strip.text) == width == strip.cell_length, strip.text
        assert strip.text.isprintable()
        lines.append(strip.text.rstrip())
    return lines


def line_of(widget: Widget, word: str) -> str:
    found = [line for line in drawn(widget) if word in line]
    assert found, f"{word!r} is not in\n" + "\n".join(drawn(widget))
    return found[0]


# The lines


def test_sections_come_in_order_and_say_where_they_come_from() -> None:
    sources = [
        source("arg", "argument"),
        source("b2", group="lab"),
        source("a1", "alias", origin="/etc/libvirt/libvirt.conf:7"),
        source("b1"),
        source("b3", group="edge"),
        source("b4", group="lab"),
        source("dflt", "default"),
        source("b1", "alias"),
    ]
    store = store_of(state("typed", "closed"))
    assert lines_of(sources, store) == [
        Heading("bookmarks", "bookmarks.toml"),
        "b1",
        Heading("lab"),
        "b2",
        "b4",
        Heading("edge"),
        "b3",
        Heading("aliases", "libvirt.conf"),
        "a1",
        Heading("default", "LIBVIRT_DEFAULT_URI"),
        "dflt",
        Heading("arguments", "-c"),
        "arg",
        Heading("opened here"),
        "typed",
    ]


def test_all_connections_lead_when_there_are_several_and_any_has_rows() -> None:
    sources = [source("a"), source("b")]
    store = store_of(state("a", "opening"), state("b", "opening"))
    assert ALL not in lines_of(sources, store)
    store.apply([state("b", "open")])
    assert lines_of(sources, store)[0] == ALL, "one is not all of those in the list"
    store.apply([state("b", "stale", lost=NOW)])
    assert lines_of(sources, store)[0] == ALL, "its rows stay, and so does the line"
    store.apply([state("b", "failed")])
    assert ALL not in lines_of(sources, store)
    store.apply([state("a", "open")])
    assert ALL not in lines_of([source("a")], store_of(state("a", "open")))


def test_read_only_is_told_at_the_width_of_the_start() -> None:
    entry = Entry(
        "a-long-name-of-a-host",
        source("a-long-name-of-a-host"),
        ConnectionState("a-long-name-of-a-host", "", "open", read_only=True),
        running=12,
        total=41,
        cpu=0.37,
    )
    for title, width in (("a-long-name-of-a-host", 25), ("lab1", 25), ("lab1", 21)):
        named = entry._replace(name=title)
        cells = row(named, width, name_width([title], width), NOW, pointed=False)
        assert "".join(cell.text for cell in cells).split()[2:4] == ["ro", "12/41"]


async def test_a_line_tells_phase_by_glyph_and_word() -> None:
    sources = [source(name) for name in ("up", "on-way", "lost", "refused", "denied", "closed")]
    store = store_of(
        state("up", "open", read_only=True),
        state("on-way", "opening", since=NOW - 45),
        state("lost", "stale", since=NOW - 5, lost=NOW - 125, error="connection lost"),
        state("refused", "failed", error="Connection refused"),
        state("denied", "failed", code=45, error="authentication failed"),
        listed("up", 12, 41),
        HostSampled("up", HostLoad(1.0, busy_ns=0, idle_ns=0), 0.01),
        HostSampled("up", HostLoad(2.0, busy_ns=37, idle_ns=63), 0.01),
    )
    app = Sidebar(store, sources)
    async with app.run_test(size=(60, 40)):
        app.pane.styles.width = 44
        app.pane.choose("up")
        assert drawn(app.pane)[0].split() == ["Connections", "1", "open"]
        assert line_of(app.pane, "▶● up").split() == ["▶●", "up", "ro", "12/41", "37%"]
        assert line_of(app.pane, "on-way").split() == ["◌", "on-way", "opening", "45s"]
        assert line_of(app.pane, "lost").split() == ["◑", "lost", "stale", "2m"]
        assert line_of(app.pane, "refused").split() == ["✗", "refused", "failed"]
        assert line_of(app.pane, "denied").split() == ["✗", "denied", "auth"]
        assert line_of(app.pane, "closed").split() == ["○", "closed", "not", "open"]


def test_the_round_trip_is_told_where_there_is_room() -> None:
    up = ConnectionState("lab1", "", "open")
    entry = Entry("lab1", source("lab1"), up, running=12, total=41, cpu=0.37, rtt=0.012)

    def drawn_at(width: int) -> list[str]:
        cells = row(entry, width, name_width([entry.title], width), NOW, pointed=False)
        return "".join(cell.text for cell in cells).split()

    assert drawn_at(27) == ["●", "lab1", "12/41", "37%"]
    assert drawn_at(40) == ["●", "lab1", "12/41", "37%", "12", "ms"]
    assert about(entry, 40, 8, NOW)[-1].text == "bookmark · bookmarks.toml"
    known = entry._replace(state=up._replace(facts=HostFacts("lab1")))
    assert "CPU 37% · RTT 12 ms" in [cell.text for cell in about(known, 40, 8, NOW)]


@pytest.mark.parametrize(
    ("more", "shown", "told"),
    [
        ({"phase": "opening", "since": NOW - 1}, "x opening", "Ctrl+G gives up"),
        ({"phase": "opening", "since": NOW - 34}, "x opening 34s", "Ctrl+G gives up"),
        ({"phase": "opening", "since": NOW - 34, "queued": True}, "x queued", "Ctrl+R opens it now"),
        (
            {"phase": "opening", "since": NOW - 5, "lost": NOW - 70},
            "x stale 1m",
            "trying for 5s · Ctrl+R now, Ctrl+G stop",
        ),
        (
            {"phase": "stale", "since": NOW - 5, "lost": NOW - 70, "retry": NOW + 12},
            "x stale 1m",
            "again in 12s · Ctrl+R now, Ctrl+G stop",
        ),
        ({"phase": "stale", "since": NOW - 5, "lost": NOW - 70}, "x stale 1m", "Ctrl+R tries again"),
    ],
)
def test_what_is_told_of_one_that_is_not_open(more: dict[str, Any], shown: str, told: str) -> None:
    """In the one-line form, and under the list: the age of its rows, when it is tried again, and the keys."""
    entry = Entry("x", source("x"), ConnectionState("x", "", **more))
    assert short(entry, NOW) == shown
    assert told in [cell.text for cell in about(entry, 40, 8, NOW)]


@pytest.mark.parametrize("title", ["lab1", *HOSTILE])
def test_a_row_is_never_wider_than_asked(title: str) -> None:
    phases: tuple[Phase, ...] = ("open", "opening", "stale", "failed", "closed")
    for phase, width in product(phases, range(40)):
        entry = Entry(
            title,
            source(title, read_only=True),
            ConnectionState(title, "", phase, read_only=True, since=1.0, lost=1.0, error=title),
            running=9_998,
            total=10_000,
            cpu=1.0,
            rtt=0.25,
        )
        cells = row(entry, width, name_width([entry.title], width), NOW, pointed=True)
        assert sum(cell_len(cell.text) for cell in cells) <= max(width, 3)
        assert all(cell.text.isprintable() for cell in cells)


@given(st.text(max_size=80), st.integers(0, 30), st.integers(0, 6))
def test_wrapped_text_keeps_its_box(text: str, width: int, height: int) -> None:
    lines = wrap(text, width, height)
    assert len(lines) <= height
    assert all(cell_len(line) <= max(width, 2) for line in lines)


def test_wrapped_text_is_whole_or_ends_with_an_ellipsis() -> None:
    assert wrap("one two three", 7, 2) == ["one two", "three"]
    assert wrap("one two three", 7, 1) == ["one two…"[:6] + "…"]
    assert wrap("abcdefghij", 4, 3) == ["abcd", "efgh", "ij"]


def test_about_tells_uri_without_password_origin_error_and_hint() -> None:
    secret = source("x", uri="esx://root:hunter2@esx1/", autoconnect=True, read_only=True)
    failed = ConnectionState("x", secret.uri, "failed", error="no route to host", hint="is it up?")
    lines = [cell.text for cell in about(Entry("x", secret, failed), 80, 5, NOW)]
    assert lines == [
        "esx://root:***@esx1/",
        "bookmark · /home/u/.config/tuivirt/bookmarks.toml · opens at start · read-only",
        "no route to host",
        "is it up?",
    ]
    facts = HostFacts("lab1", "QEMU 7.2.0", "9.0.0")
    up = ConnectionState("x", secret.uri, "open", facts=facts)
    assert about(Entry("x", secret, up), 80, 5, NOW)[-1].text == "lab1 · QEMU 7.2.0 · libvirt 9.0.0"
    assert about(Entry("x", secret, failed), 20, 3, NOW)[1].text == "bookmark · bookmark…"
    assert about(None, 20, 3, NOW) == []


# The cursor


async def opened(pilot: Pilot[None], app: Sidebar) -> None:
    await until(pilot, lambda: app.pane.has_focus and app.pane.size.height > 0, "the sidebar has the focus")


async def test_keys_move_the_cursor_over_connections_and_tell() -> None:
    app = Sidebar(store_of(), [source(f"h{n:02}", group=f"g{n // 4}") for n in range(60)])
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        assert app.pane.cursor == "h00"
        await pilot.press("j", "5", "j", "k")
        assert app.pane.cursor == "h05"
        assert app.names_told == [("Chosen", "h01"), ("Chosen", "h06"), ("Chosen", "h05")]
        for keys, expected in (
            (("G",), "h59"),
            (("k", "2", "0", "G"), "h19"),
            (("g",), "h00"),
            (("k",), "h00"),
            (("ctrl+d",), f"h{app.pane.body // 2:02}"),
            (("pageup",), "h00"),
        ):
            await pilot.press(*keys)
            assert app.pane.cursor == expected
            assert line_of(app.pane, "▶").startswith(f"▶○ {expected}")


async def test_a_count_is_forgotten_on_demand() -> None:
    app = Sidebar(store_of(), [source(f"h{n}") for n in range(9)])
    async with app.run_test() as pilot:
        await opened(pilot, app)
        await pilot.press("3")
        assert app.pane.count == "3"
        assert app.pane.clear_count()
        assert not app.pane.clear_count()
        await pilot.press("j")
        assert app.pane.cursor == "h1"


async def test_the_cursor_stays_on_its_connection() -> None:
    store = store_of(state("b", "open"))
    app = Sidebar(store, [source("a"), source("b"), source("c")])
    async with app.run_test() as pilot:
        await opened(pilot, app)
        app.pane.choose("b")
        await pilot.pause()
        assert app.told == []
        store.apply([state("c", "open")])
        app.pane.update({"c"})
        assert app.pane.names[0] == ALL
        assert app.pane.cursor == "b"
        app.pane.set_sources([source("z"), source("c"), source("b", group="new")])
        assert app.pane.cursor == "b"
        store.apply([ConnectionRemoved("b")])
        app.pane.set_sources([source("z"), source("c")])
        await pilot.pause()
        assert app.pane.cursor == "c"
        assert app.names_told == [("Chosen", "c")]
        app.pane.set_sources([])
        store.apply([ConnectionRemoved("c")])
        app.pane.update({"c"})
        assert not app.pane.names
        assert drawn(app.pane)[1:3] == [" none yet", " n adds a bookmark"]
        await pilot.press("j", "G", "enter", "e")
        app.pane.set_sources([source("new")])
        await pilot.pause()
        assert app.names_told[1:] == [("Chosen", "new")]


# Keys and mouse


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("toggle", "Toggled"),
        ("edit", "EditWanted"),
        ("remove", "RemoveWanted"),
        ("autoconnect", "AutoconnectWanted"),
        ("read_only", "ReadOnlyWanted"),
        ("menu", "MenuWanted"),
    ],
)
async def test_keys_ask_for_what_the_table_says(command: str, message: str) -> None:
    store = store_of(state("a", "open"), state("b", "open"))
    app = Sidebar(store, [source("a"), source("b")])
    key = next(c.keys for c in commands_of("connections") if c.id == f"connections.{command}")
    async with app.run_test() as pilot:
        await opened(pilot, app)
        assert app.pane.cursor == ALL
        await pilot.press(key)
        assert app.told == []
        await pilot.press("G", key)
        assert app.names_told == [("Chosen", "b"), (message, "b")]


async def test_a_bookmark_can_be_wanted_anywhere() -> None:
    app = Sidebar(store_of(), [])
    async with app.run_test() as pilot:
        await opened(pilot, app)
        await pilot.press("n")
        assert app.names_told == [("AddWanted", "")]


def test_every_key_of_the_places_has_a_handler() -> None:
    places: dict[type[Widget], tuple[Place, ...]] = {
        ConnectionsPane: ("table", "connections"),
        ConnectionsLine: ("connections_line", "connections"),
    }
    for widget, names in places.items():
        actions = {command.action.partition("(")[0] for command in commands_of(*names)} - {"scroll_columns"}
        assert [action for action in actions if not hasattr(widget, f"action_{action}")] == []


async def test_the_mouse_chooses_and_toggles() -> None:
    app = Sidebar(store_of(), [source("a"), source("b")])
    async with app.run_test() as pilot:
        await opened(pilot, app)
        y = next(y for y, line in enumerate(drawn(app.pane)) if " b" in line and "○" in line)
        await pilot.click(app.pane, offset=(4, 1))
        assert app.told == []
        await pilot.click(app.pane, offset=(4, y))
        assert app.names_told == [("Chosen", "b")]
        await pilot.double_click(app.pane, offset=(4, y))
        assert app.names_told[-1] == ("Toggled", "b")


# Repainting


async def test_only_lines_that_differ_are_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_of(state("a", "open"), listed("a", 1, 2))
    app = Sidebar(store, [source("a"), source("b")])
    async with app.run_test() as pilot:
        await opened(pilot, app)
        app.pane.choose("b")
        painted: list[tuple[int, int]] = []

        def repaint_at(y: int, height: int = 1) -> None:
            painted.append((y, height))

        drawn(app.pane)
        monkeypatch.setattr(app.pane, "repaint_at", repaint_at)
        app.pane.update({"a", "b", "gone"})
        assert painted == []
        store.apply([Removed(Key("a", "domain", "1"))])
        app.pane.update({"a"})
        assert sorted(painted) == [(1, 1), (3, 1)]  # of all connections, and its own
        assert line_of(app.pane, "● a ").split() == ["●", "a", "1/1"]
        painted.clear()
        store.apply([state("b", "opening", since=NOW)])
        app.pane.update({"b"})
        below = (app.pane.size.height - app.pane.below, app.pane.below)
        assert painted == [(4, 1), below]  # which says how to give it up
        painted.clear()
        store.apply([state("b", "failed", error="no route", since=NOW)])
        app.pane.update({"b"})
        assert painted == [(4, 1), below]


async def test_the_clock_runs_only_while_a_time_is_shown() -> None:
    store = store_of(state("a", "open"))
    app = Sidebar(store, [source("a")])
    async with app.run_test() as pilot:
        await opened(pilot, app)
        clock = app.pane._clock
        assert clock
        for change, ticks in (
            (state("a", "stale", lost=NOW - 7), True),
            (state("a", "open"), False),
            (state("a", "opening", since=NOW - 7), True),
            (state("a", "closed"), False),
        ):
            store.apply([change])
            app.pane.update({"a"})
            shown = " 7s" in line_of(app.pane, " a ")
            assert (clock._active.is_set(), shown) == (ticks, ticks)


async def test_hostile_text_is_shown_plainly_at_every_size() -> None:
    sources = [source(text, group=text, uri=f"qemu://{text}/") for text in HOSTILE]
    store = store_of(*(state(text, "failed", error=text, hint=text) for text in HOSTILE))
    app = Sidebar(store, sources)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        for width, height in ((120, 40), (80, 24), (20, 5), (3, 2), (80, 24)):
            app.pane.styles.width = min(28, width)
            await resized(pilot, width, height)
            for text in HOSTILE:
                app.pane.choose(text)
                app.line.choose(text)
                await pilot.pause()
                drawn(app.pane)
                drawn(app.line)
        assert any("[red]markup[/]" in line for line in drawn(app.pane))


async def test_the_place_for_the_facts_depends_on_the_height_alone() -> None:
    app = Sidebar(store_of(), [source("a")])
    async with app.run_test(size=(80, 9)) as pilot:
        await opened(pilot, app)
        for height, below in ((14, 4), (24, 5), (40, 9)):
            assert app.pane.below < below
            await resized(pilot, 80, height)
            await pilot.pause()
            assert app.pane.below == below
            assert drawn(app.pane)[-below] == "─" * 28


# The one-line form


async def on_line(check: Callable[[Sidebar, Pilot[None], Store], Any], width: int, count: int = 30) -> None:
    store = store_of(state("h00", "open"), listed("h00", 12, 41), state("h01", "opening"))
    app = Sidebar(store, [source(f"h{n:02}") for n in range(count)])
    async with app.run_test(size=(width, 10)) as pilot:
        await opened(pilot, app)
        await check(app, pilot, store)


async def test_the_line_shows_connections_with_their_phase() -> None:
    async def check(app: Sidebar, pilot: Pilot[None], store: Store) -> None:
        app.line.choose("h00")
        assert drawn(app.line) == ["  ● all connections 12/41  ▶● h00 12/41   ◌ h01 opening   ○ h02"]
        store.apply([state("h01", "open", read_only=True), listed("h01", 1, 1)])
        app.line.update({"h01"})
        assert drawn(app.line) == ["  ● all connections 13/42  ▶● h00 12/41   ● h01 1/1 ro   ○ h02"]

    await on_line(check, 80, count=3)


async def test_the_line_scrolls_to_the_current_connection() -> None:
    async def check(app: Sidebar, pilot: Pilot[None], store: Store) -> None:
        for name in ("h00", "h15", "h29", "h14", "h00"):
            app.line.choose(name)
            assert app.line.current == name
            (line,) = drawn(app.line)
            assert f"▶{'●' if name == 'h00' else '○'} {name}" in line
            assert line.startswith("…") or (name == "h00" and "all connections" in line)
            assert line.endswith("…") == (name != "h29")
        app.line.choose("h29")
        drawn(app.line)
        app.line.set_sources([source("h00")])
        assert "● h00 12/41" in drawn(app.line)[0]

    await on_line(check, 40)


async def test_a_click_on_the_line_chooses() -> None:
    async def check(app: Sidebar, pilot: Pilot[None], store: Store) -> None:
        await pilot.click(app.line, offset=(drawn(app.line)[0].index("h01"), 0))
        assert app.names_told == [("Chosen", "h01")]
        await pilot.click(app.line, offset=(0, 0))
        assert len(app.told) == 1

    await on_line(check, 80)


async def test_keys_on_the_line_step_and_ask_as_in_the_sidebar() -> None:
    async def check(app: Sidebar, pilot: Pilot[None], store: Store) -> None:
        app.line.focus()
        app.line.choose("h00")
        await pilot.press("right", "l", "h", "enter", "n")
        assert app.names_told == [
            ("Chosen", "h01"),
            ("Chosen", "h02"),
            ("Chosen", "h01"),
            ("Toggled", "h01"),
            ("AddWanted", ""),
        ]
        await pilot.press("left")
        assert app.line.current == "h00"
        store.apply([state("h01", "open")])
        app.line.update({"h01"})
        await pilot.press("left", "enter", "x")
        assert app.names_told[-1] == ("Chosen", ALL)

    await on_line(check, 80)

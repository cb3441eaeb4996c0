"""Connections as a person meets them: opening, open, failed, stale, closed, and one that never answers."""

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import Running, running
from tests.support.wait import AT_ONCE
from tests.support.world import LAB1, NAMES, NOW, SOURCES, world
from tuivirt.core.backend import Call, Order, Request
from tuivirt.core.changes import HostLoad, HostSampled
from tuivirt.core.console import Console
from tuivirt.core.key import Key
from tuivirt.core.source import Source
from tuivirt.ui.dialogs.confirm import QuestionDialog
from tuivirt.ui.panes.connection_roster import ALL


def at(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """So many seconds have passed since everything stood still."""
    monkeypatch.setattr(time, "time", lambda: NOW + seconds)


def fleet(**more: Any) -> Any:
    more.setdefault("backend", world())
    return running(SOURCES, **{"size": (120, 40), "view": "lab1", **more})


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[Path]:
    """A socket that accepts and never says anything."""
    path = tmp_path / "silent"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(16)
        yield path


# Phases


async def test_a_connection_that_failed_says_why_and_what_to_do() -> None:
    async with fleet(view="old") as run:
        await run.until_text("Cannot recv data: ssh: connect to host old.example.org")
        await run.until_text("Is the host up, and is ssh reachable from here?")
        assert "✗ old" in run.text
        await run.press("ctrl+r")
        assert run.backend.asked == [("connect", "old")]


BANNER = "\n".join(
    ["@" * 59, "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @", *"abcdefghijklmnopqrst"]
)


async def test_what_to_do_is_in_sight_however_much_was_said() -> None:
    backend = world()
    backend.connection("old", "failed", error=f"Cannot recv data: {BANNER}", hint="Find out which it is.")
    async with fleet(view="old", backend=backend, size=(80, 24)) as run:
        await run.until_text("Find out which it is.", "HAS CHANGED!")


async def test_a_connection_that_is_not_open_says_how_to_open_it() -> None:
    async with fleet(view="test") as run:
        await run.until_text("Not connected.", "Ctrl+R connects.")
        assert "○ test" in run.text


async def test_a_connection_that_opens_says_so() -> None:
    async with fleet(view="test") as run:
        run.backend.connection("test", "opening")
        await run.until_text("Connecting to test:///default …", "◌ test")
        run.backend.connection("test")
        run.backend.listed("test", [])
        await run.until_text("No domains.", "● test")


async def test_nothing_open_at_all_says_what_to_do() -> None:
    backend = world()
    for name in ("lab1", "lab2", "old", "test"):
        backend.connection(name, "closed", error="", hint="")
    async with fleet(view="", backend=backend) as run:
        await run.until_text("No connection is open.")
        assert "Tab" in run.text


async def test_a_lost_connection_keeps_its_rows_dimmed_with_their_age(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with fleet() as run:
        at(monkeypatch, 125)
        run.backend.connection(
            "lab1", "stale", error="connection lost: the daemon ended", hint="It comes back."
        )
        await run.until_text("stale for 2 min", "◑ lab1", "stale 2m")
        await run.until(lambda: "host CPU" not in run.text, "what the host has to do is not known")
        assert run.rows == list(NAMES)
        assert "lab1 is stale for 2 min" in run.main.detail.head.text
        await run.press("d")
        await run.until_note("is on a connection that is lost")
        stale = run.main.style("stale")
        strip = run.table.render_line(3)
        assert any(s.style and stale.italic and s.style.italic for s in strip) or any(
            s.style and s.style.color == stale.color for s in strip
        )
        run.backend.connection("lab1", "opening", lost=NOW)
        await run.until_text("◌ lab1", "stale 2m", "stale for 2 min")
        assert run.rows == list(NAMES)
        run.backend.connection("lab1", "open", error="", hint="", lost=NOW)
        await run.until_text("● lab1", "stale for 2 min")
        run.backend.listed("lab1", LAB1[1:])
        run.backend.connection("lab1", "open")
        await run.until(lambda: "web01" not in run.rows, "what happened meanwhile")
        assert "stale" not in run.text


async def test_now_and_stop_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async with fleet() as run:
        at(monkeypatch, 125)
        run.backend.connection("lab1", "stale", error="connection lost: no sign of life", retry=NOW + 137)
        await run.until_text("again in 12s", "Ctrl+R now, Ctrl+G stop")
        await run.press("ctrl+r", "ctrl+g")
        assert run.backend.asked == [("connect", "lab1"), ("give up", "lab1")]
        # The same in the sidebar, from its menu, and as a command.
        await run.press("shift+tab", "ctrl+g", "full_stop")
        await run.until_dialog("lab1")
        await run.press(*"wait no more", "enter")
        await run.line("abandon")
        assert run.backend.asked[2:] == [("give up", "lab1")] * 3
        run.backend.connection("lab1", "stale", error="connection lost: no sign of life")
        await run.until_text("Ctrl+R tries again")
        await run.press("ctrl+g")
        await run.until_note("Nothing is waited for here")
        assert len(run.backend.asked) == 5


async def test_the_keys_of_a_lost_connection_are_told_where_there_is_no_sidebar() -> None:
    async with fleet(size=(80, 24)) as run:
        assert "reconnect" not in run.text
        run.backend.connection("lab1", "stale", error="connection lost", retry=NOW + 9)
        await run.until_text("Ctrl+R reconnect now", "Ctrl+G stop trying")
        run.backend.connection("lab1", "stale", error="connection lost")
        await run.until(lambda: "Ctrl+G" not in run.text, "nothing is tried")
        assert "Ctrl+R reconnect now" in run.text
        run.backend.connection("lab1")
        await run.until(lambda: "Ctrl+R" not in run.text, "it is back")


async def test_all_connections_together_say_which_are_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    async with fleet(view="") as run:
        at(monkeypatch, 125)
        run.backend.connection("lab2", "stale", error="gone")
        await run.until_text("lab2 stale for 2 min")
        run.backend.connection("lab1", "stale", error="gone", lost=NOW + 60)
        await run.until_text("2 hosts stale for 2 min")
        await run.press("ctrl+r")
        assert run.backend.asked == [("connect", "lab1"), ("connect", "lab2")]


async def test_a_result_that_nobody_knows_is_told() -> None:
    async with fleet() as run:
        await run.press("a")
        request = run.backend.requests[-1]
        note = "result unknown: the connection was lost before the answer came"
        run.backend.run(request, phase="unknown", note=note)
        await run.until_note(note)
        await run.press("J")
        await run.until_dialog("Actions")
        await run.until_text("? ", "result unknown: the connection was lost")


async def test_keys_for_actions_on_a_host() -> None:
    async with fleet(keys={"host.restore": "f7"}) as run:
        await run.press("f7")
        assert run.dialog is None, "the list has none of them"
        await run.press("shift+tab", "f7")
        await run.until_dialog("Restore a domain from a file")
    async with fleet(keys={"host.restore": "f7"}, size=(80, 24)) as run:
        await run.press("shift+tab", "f7")
        await run.until_dialog("Restore a domain from a file")


async def test_escape_has_no_zoom_to_undo_where_the_list_is_the_whole_screen() -> None:
    async with fleet(size=(80, 24)) as run:
        await run.press("plus", "space")
        assert run.marked
        await run.press("escape")
        assert not run.marked


async def test_giving_up_one_that_does_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    async with fleet(view="old") as run:
        at(monkeypatch, 34)
        run.backend.connection("old", "opening")
        await run.until_text("opening 34s", "Ctrl+G gives up")
        await run.press("ctrl+g")
        assert run.backend.asked == [("give up", "old")]
        run.backend.connection("old", "opening", queued=True)
        await run.until_text("queued", "Waits until other connections are open.")


async def test_all_connections_stay_in_sight_when_one_is_lost() -> None:
    async with fleet(view="") as run:
        run.backend.connection("lab2", "stale", error="gone")
        await run.until_text("◑ lab2")
        assert (run.listing.scope, run.main.connections.cursor) == (ALL, ALL)
        assert "mail01" in run.rows
        run.backend.connection("lab2", "failed", error="gone")
        await run.until(lambda: "mail01" not in run.rows, "its rows are gone")
        assert run.listing.scope == ALL
        assert run.rows == list(NAMES)


async def test_disconnecting_takes_its_rows_away_and_connecting_brings_them_back(test_host: str) -> None:
    async with running({"lab1": test_host, "lab2": test_host}) as run:
        await run.line("lab1")
        await run.press("shift+tab", "enter")
        await run.until(lambda: run.store.connections["lab1"].phase == "closed", "closed")
        await run.until_text("Not connected.")
        await run.press("enter")
        await run.until_rows("web01", "db01")
        assert run.listing.scope == "lab1"


async def test_the_sidebar_chooses_what_the_list_shows() -> None:
    async with fleet() as run:
        await run.press("shift+tab", "j")
        assert run.listing.scope == "lab2"
        assert run.rows == ["dns01", "mail01", "web01"]
        await run.press("g")
        assert run.listing.scope == ALL
        await run.press("escape", "minus")
        assert run.listing.scope == "lab2"


async def test_the_load_of_the_host_and_the_round_trip_are_told() -> None:
    async with fleet() as run:
        await run.until_text("lab1 12 ms")
        run.backend.calls_in_flight["lab1"] = (Call("stats", time.monotonic() - 4),)
        run.backend.tell(HostSampled("lab1", HostLoad(200.0), 0.25))
        await run.until(lambda: re.search(r"stats \d+ s", run.text), "the call that takes long")
        assert "250 ms" in run.text


async def test_bookmarks_are_added_and_shown() -> None:
    async with fleet() as run:
        await run.press("shift+tab", "n")
        await run.until_dialog("bookmark")
        await run.press("escape")
        await run.until_main()
        run.main.hosts._save(None, Source("new", "test:///default", "bookmark", "bookmarks.toml"))
        await run.until(lambda: "new" in run.main.connections.names, "the new one")
        assert run.listing.scope == "new"
        assert run.bookmarks.kept["new"].uri == "test:///default"


async def edited(run: Running, *keys: str) -> None:
    """The bookmark lab1, changed and entered; the field with the URI has the focus."""
    run.main.hosts.edit("lab1")
    await run.until_dialog("Edit bookmark lab1")
    await run.press(*keys, "enter")


async def test_an_edit_that_closes_an_open_connection_asks_first() -> None:
    async with fleet() as run:
        run.backend.perform(Request("domain.start", (Order(Key("lab1", "domain", "x"), "db02", ""),)))
        run.backend.run(run.backend.requests[0])
        await run.until(lambda: run.main.performer.running("lab1"), "something runs there")
        run.main.consoles.open(Console(LAB1[0].key, "serial0"), "web01")
        await edited(run, "2")
        question = await run.until_dialog("lab1 is open: it is closed, and opened anew.")
        assert isinstance(question, QuestionDialog)
        assert "1actionisrunning." in run.packed
        assert "1openconsoleends." in run.packed
        await run.press("enter")  # the safe answer
        await run.until_dialog("Edit bookmark lab1")
        assert "/system2" in run.text, "what was typed is still there"
        assert run.backend.asked == []
        await run.press("enter")
        await run.until_dialog("lab1 is open")
        await run.press("y")
        await run.until_main()
        assert run.backend.asked == [("forget", "lab1"), ("connect", "lab1")]
        assert run.bookmarks.kept["lab1"].uri.endswith("/system2")


async def test_an_edit_that_closes_nothing_does_not_ask() -> None:
    async with fleet() as run:
        await edited(run)
        await run.until_main()
        assert run.backend.asked == []
        run.backend.connection("lab1", "stale", error="connection lost")
        await run.until_text("◑ lab1")
        await edited(run, "2")
        await run.until_main()
        assert run.backend.asked == [("forget", "lab1"), ("connect", "lab1")]


async def test_removing_an_open_connection_says_that_it_is_closed() -> None:
    async with fleet() as run:
        await run.press("shift+tab", "x")
        await run.until_dialog("Remove the bookmark lab1?")
        assert "Itisopen,andisclosed." in run.packed
        await run.press("escape")


async def test_a_bookmark_that_cannot_be_written_is_told_and_nothing_changes() -> None:
    async with fleet() as run:

        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        run.bookmarks.save = fail
        await run.press("shift+tab", "A")
        await run.until_note("No space left")
        assert run.backend.asked == []


# One that never answers


async def test_the_others_work_while_one_never_answers(test_host: str, silent: Path) -> None:
    hosts = {"lab1": test_host, "silent": f"qemu+unix:///system?socket={silent}"}
    async with running(hosts, wait=False, stats_interval=0.2) as run:
        await run.until_rows("web01", "db01")
        await run.until_text("◌ silent")
        await run.press("slash", *"name:db01", "enter", "s")
        await run.until(lambda: run.state("db01") == "running", "it was started")
        await run.line("silent")
        await run.until_text("Connecting to")
        await run.until_text("qemu+unix:///system?socket=/")
        await run.line("all")
        await run.until_rows("db01")
        began = time.monotonic()
        await run.press("q")
        await run.until(lambda: run.app._exit, "the end")
        assert time.monotonic() - began < AT_ONCE


async def test_giving_up_on_one_that_never_answers(silent: Path) -> None:
    async with running({"silent": f"qemu+unix:///system?socket={silent}"}, wait=False) as run:
        await run.until_text("◌ silent")
        await run.press("shift+tab", "enter")
        await run.until(lambda: run.store.connections["silent"].phase == "closed", "closed")
        await run.press("enter")
        await run.until(lambda: run.store.connections["silent"].phase == "opening", "opening again")


def states(run: Running) -> dict[str, str]:
    """The states of the rows by host."""
    return {record.host: record.item.state.value for record in run.listing.shown_records()}


async def test_duplicate_uuids_on_two_hosts_are_two_domains(test_host: str) -> None:
    async with running({"lab1": test_host, "lab2": test_host}) as run:
        await run.until(lambda: run.rows.count("db01") == 2, "both")
        await run.line("filter name:db01 host:lab2")
        await run.press("s")
        await run.until(lambda: run.domain("db01", "lab2").isActive(), "the one on lab2")
        assert not run.domain("db01", "lab1").isActive()
        await run.line("filter name:db01")
        await run.until(lambda: states(run) == {"lab1": "shut off", "lab2": "running"}, "the rows say so")


async def test_there_is_no_way_back_to_a_removed_connection() -> None:
    async with fleet() as run:
        run.main.hosts._save(None, Source("gone", "test:///default", "bookmark", "bookmarks.toml"))
        await run.until(lambda: run.listing.scope == "gone", "the new one")
        run.main.show_scope("lab1")
        run.bookmarks.remove("gone")
        run.main.hosts._reread(None)
        await run.until(lambda: "gone" not in run.main.store.connections, "its end")
        await run.press("minus")
        assert run.listing.scope != "gone"
        await run.press("ctrl+r")
        run.main.hosts.toggle("gone")
        run.main.hosts.refresh("gone")
        assert run.app.is_running


async def test_rows_of_a_lost_connection_are_dimmed_until_it_is_back() -> None:
    backend = world()
    async with running(SOURCES, backend=backend, view="lab1") as run:
        stale = run.app.style("stale").color

        def dimmed() -> bool:
            return any(s.style is not None and s.style.color == stale for s in run.table.render_line(2))

        await run.until_rows("web01")
        assert not dimmed()
        backend.connection("lab1", "stale", error="connection lost")
        await run.until(dimmed, "dimmed")
        strips = run.app.screen._compositor.render_strips(run.app.size)
        assert any(
            segment.style is not None and segment.style.color == stale
            for strip in strips
            for segment in strip
            if "running" in segment.text
        ), "on the screen"
        backend.connection("lab1", "open", error="")
        await run.until(lambda: not dimmed(), "as before")

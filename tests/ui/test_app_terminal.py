"""The app in a terminal of its own, as its bytes: what it writes, how it starts, and how it ends."""

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import environment
from tests.support.hosts import HostDomain, write_host
from tests.support.tuivirt_terminal import App, row, uris
from tests.support.wait import AT_ONCE

MODES = {1049, 1000, 1003, 1006, 2004}
"""The alternate screen, the mouse, brackets around pastes: all must be off again afterwards."""
HOSTILE = "c1\x9b31m\x9b2J\x9d0;owned\x9c\x85 \u202eevil\u2066 a\u200bb ❤\ufe0f [red]x[@click=app.quit]"


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[Path]:
    """A socket that accepts and never says anything."""
    path = tmp_path / "silent"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(16)
        yield path


@pytest.fixture
def hostile_host(tmp_path: Path) -> str:
    return write_host(
        tmp_path / "host.xml",
        [
            HostDomain(HOSTILE, state="running", title=HOSTILE, description=HOSTILE),
            HostDomain("plain", state="running"),
        ],
    )


def test_it_starts_acts_and_ends(tmp_path: Path, test_host: str) -> None:
    with App(tmp_path, "-c", test_host) as app:
        app.until_row("web01", "running")
        app.until_row("db01", "shut off")
        app.press("G", "D")
        app.until_text("Force off: web02")
        app.press("y")
        app.until_row("web02", "shut off")
        app.press("q")
        assert app.wait() == 0
        assert app.emulator.modes.isdisjoint(MODES)
        assert app.emulator.keyboard_depth == 0


def test_what_is_typed_before_the_first_frame_is_not_lost(tmp_path: Path, test_host: str) -> None:
    with App(tmp_path, "-c", test_host) as app:
        app.send("G:group state\r")
        app.until_text("▾ running")
        app.press("q")
        assert app.wait() == 0


def test_keys_in_one_packet_reach_what_they_are_for(tmp_path: Path, test_host: str) -> None:
    with App(tmp_path, "-c", test_host) as app:
        app.until_row("web02", "paused")
        app.send("/name:web02\rDy")
        app.until_row("web02", "shut off")
        app.send(":sort state desc\r")
        app.until(lambda screen: "STATE↓" in screen.text, what="the order")
        app.send("sDn.nothing like it\x1bjxn\x1bq")
        assert app.wait() == 0


def test_no_control_character_of_a_name_reaches_the_terminal(tmp_path: Path, hostile_host: str) -> None:
    with App(tmp_path, "-c", hostile_host) as app:
        app.until(lambda screen: "c1‹U+009B›31m" in screen.text, what="the name, its characters made visible")
        app.until_row("plain", "running")
        app.press("g", "enter", "l", "l", "l", "l", "escape")
        app.settle()
        for keys, shown in (
            ((".",), "type to find"),
            (("y",), "Copy"),
            (("D",), "Force off"),
            ((":", *"set-title", "enter"), "Set title"),
            ((":", *"rename", "enter"), "Rename"),
            (("J",), "Actions"),
            (("ctrl+p",), "Search for commands"),
        ):
            app.press(*keys)
            app.until(lambda screen, shown=shown: shown in screen.text, what=shown)  # type: ignore[misc]
            app.settle()
            app.press("escape")
            app.until(lambda screen, shown=shown: shown not in screen.text, what="the end of it")  # type: ignore[misc]
        app.press("y")
        app.until_text("Copy")
        app.press("n")
        app.until(lambda screen: app.emulator.clipboard == HOSTILE, what="the name itself on the clipboard")
        app.press("q")
        assert app.wait() == 0
        assert "owned" not in app.emulator.title
        written = app.written.decode()
        for character in "\x9b\x9d\x9c\x85\u202e\u2066\u200b\ufe0f":
            assert character not in written, f"U+{ord(character):04X}"
        # Nothing but what Textual writes by itself begins with an escape character.
        assert not re.search(r"\x1b(?![\[\]PX^_=>()78cM\\])", written)


def test_lines_keep_their_width_in_a_terminal(tmp_path: Path) -> None:
    names = [
        "名前" * 20,
        "👩\u200d👩\u200d👧 🇩🇪 🧑\U0001f3fd ❤\ufe0f",
        "e" + "\u0301" * 40,
        "L" * 300,
        "plain",
    ]
    uri = write_host(tmp_path / "host.xml", [HostDomain(name, state="running") for name in names])
    with App(tmp_path, "-c", uri) as app:
        app.until_row("plain", "running")

        def behind() -> list[list[tuple[int, str]]]:
            """The sidebar's edge, and what is behind the names."""
            cells = app.emulator._current.buffer
            rows = [[cells[y][x].data for x in range(120)] for y in range(3, 3 + len(names))]
            return [[(x, cell) for x, cell in enumerate(row) if x > 44 or cell == "▕"] for row in rows]

        # Everything stands where it stands in the line of a plain name.
        app.until(lambda _: all(row == behind()[0] for row in behind()), what="equal lines")
        assert (46, "▶") in behind()[0]


def test_one_that_never_answers_delays_nothing(tmp_path: Path, test_host: str, silent: Path) -> None:
    with App(tmp_path, *uris(test_host, f"qemu+unix:///system?socket={silent}")) as app:
        app.until_row("web01", "running")
        app.until_text("◌")
        app.press("/", *"name:db01", "enter", "s")
        app.until_row("db01", "running")
        began = time.monotonic()
        app.press("q")
        assert app.wait() == 0
        assert time.monotonic() - began < AT_ONCE
        assert app.emulator.modes.isdisjoint(MODES)


def test_one_that_never_answers_alone(tmp_path: Path, silent: Path) -> None:
    with App(tmp_path, "-c", f"qemu+unix:///system?socket={silent}") as app:
        app.until_text("Connecting to")
        began = time.monotonic()
        app.press("q")
        assert app.wait() == 0
        assert time.monotonic() - began < AT_ONCE


def test_the_terminal_is_resized(tmp_path: Path, test_host: str) -> None:
    with App(tmp_path, "-c", test_host) as app:
        app.until_row("web01", "running")
        for columns, rows in ((160, 50), (20, 5), (80, 24), (120, 40)):
            app.resize(columns, rows)
            app.settle()
        app.until_row("web01", "running")
        app.until_row("web02", "paused")
        app.until_text("Connections", "Overview")


def test_a_copy_and_a_paste_go_through_the_terminal(tmp_path: Path, test_host: str) -> None:
    with App(tmp_path, "-c", test_host) as app:
        app.until_row("web01", "running")
        app.press("/")
        app.until(lambda screen: "Tab" in screen.text or "/" in screen.lines[-2], what="the prompt")
        app.paste("name:\nweb01")
        app.until(lambda screen: "name: web01" in screen.text, what="the paste in one line")
        app.press("escape")
        app.until(lambda screen: "name: web01" not in screen.text, what="the end of the prompt")
        app.press("y")
        app.until_text("Copy")
        app.press("n")
        app.until(lambda screen: app.emulator.clipboard == "batch01", what="the clipboard")


def test_killing_it_leaves_no_trace_of_a_traceback(tmp_path: Path, test_host: str) -> None:
    import os
    import signal

    with App(tmp_path, "-c", test_host) as app:
        app.until_row("web01", "running")
        os.kill(app.pid, signal.SIGTERM)
        app.wait()
        assert "Traceback" not in app.screen.text


def test_no_color_means_none(tmp_path: Path, test_host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    monkeypatch.setattr(environment, "REMOVED", tuple(n for n in environment.REMOVED if n != "NO_COLOR"))
    with App(tmp_path, "-c", test_host) as app:
        app.until_row("web01", "running")
        app.settle()
        for y in range(40):
            for x in range(0, 120, 7):
                style = app.screen.style(y, x)
                assert (style.foreground, style.background) == ("default", "default")
        app.press("j")
        app.until(
            lambda screen: any(screen.style(y, 30).reverse for y in range(3, 8)),
            what="the cursor is seen all the same",
        )
        assert row(app.screen, "web01")

"""Consoles in the app: who gets which key, what is shown, and how one gets in and out."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

from tests.support.app import Running, running
from tests.support.scripted import ScriptedBackend
from tests.support.world import LAB1, SOURCES, world
from tests.ui.test_app_hostile import check
from tuivirt.core.backend import Definition
from tuivirt.core.changes import Asked, ConnectionRemoved
from tuivirt.core.console import Console
from tuivirt.core.key import Key
from tuivirt.core.question import Question
from tuivirt.ui.console import consoles as module
from tuivirt.ui.console.consoles import escape_key
from tuivirt.ui.console.opened import OpenConsole
from tuivirt.ui.console.pane import ConsolePane
from tuivirt.ui.dialogs import held
from tuivirt.ui.screens.console import ConsoleScreen
from tuivirt.ui.tabs.console import ConsoleTab

ESC = "ctrl+right_square_bracket"
DEVICES = """
<serial type='pty'><target type='isa-serial' port='0'/><alias name='serial0'/></serial>
<console type='pty'><target type='serial' port='0'/><alias name='serial0'/></console>
<console type='pty'><target type='virtio' port='0'/><alias name='console1'/></console>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/><alias name='channel0'/></channel>
<channel type='unix'><target type='virtio' name='org.example.log'/><alias name='channel1'/></channel>
<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/><alias name='channel2'/></channel>
"""
WEB, DB, OFF = LAB1[0], LAB1[3], LAB1[5]
SERIAL = Console(WEB.key, "serial0")
VIRTIO = Console(WEB.key, "console1")
OTHER = Console(DB.key, "serial0")


def definition(devices: str) -> str:
    return f"<domain type='kvm'><name>x</name><devices>{devices}</devices></domain>"


@asynccontextmanager
async def app(domain: str = "web01", **options: Any) -> AsyncIterator[Running]:
    """The app with the cursor on a domain of lab1."""
    backend = world()
    for known in LAB1:
        devices = "" if known.name == "cache01" else DEVICES
        text = definition(devices)
        backend.definitions[known.key] = Definition(text if known.active else None, text)
    async with running(SOURCES, backend=backend, view="lab1", domain=domain, **options) as run:
        await run.until(lambda: run.main.completed and run.cursor == domain, "the cursor")
        yield run


def backend_of(run: Running) -> ScriptedBackend:
    backend = run.backend
    assert isinstance(backend, ScriptedBackend)
    return backend


async def sit(run: Running, console: Console = SERIAL) -> ConsolePane:
    """At the console of the domain under the cursor, as a full screen, attached."""
    await run.press("c")
    await run.until(lambda: isinstance(run.screen, ConsoleScreen), "the console")
    backend_of(run).console(console, phase="attached")
    await run.until(lambda: pane(run).view.opened is not None and attached(run), "it is attached")
    await run.settled()
    return pane(run)


def pane(run: Running) -> ConsolePane:
    return run.screen.query_one(ConsolePane)


def attached(run: Running) -> bool:
    opened = pane(run).opened
    return opened is not None and opened.state.phase == "attached"


async def write(run: Running, data: str | bytes, console: Console = SERIAL) -> None:
    """The guest writes, and that has been drawn."""
    backend_of(run).write_console(console, data.encode() if isinstance(data, str) else data)
    opened = run.main.consoles.opened[console]
    await run.until(lambda: console not in backend_of(run).console_bytes, "it is fetched")
    await run.until(lambda: console not in run.main.consoles._busy and not opened.terminal._pending, "drawn")
    await run.settled()


def typed(run: Running, console: Console = SERIAL) -> bytes:
    return backend_of(run).typed.pop(console, b"")


async def test_what_the_guest_writes_is_on_the_screen() -> None:
    async with app() as run:
        await sit(run)
        assert backend_of(run).taken == [(SERIAL, "free")]
        await write(run, "Welcome\r\nlogin: ")
        lines = run.text.splitlines()
        assert lines[0].rstrip() == "Welcome"
        assert lines[1].rstrip() == "login:"
        assert "web01 serial0" in lines[-1]
        assert "Ctrl+]" in lines[-1]


KEYS: tuple[tuple[str, str | None, bytes], ...] = (
    ("a", "a", b"a"),
    ("Q", "Q", b"Q"),
    ("q", "q", b"q"),
    ("é", "é", "é".encode()),
    ("colon", ":", b":"),
    ("question_mark", "?", b"?"),
    ("space", " ", b" "),
    ("enter", "\r", b"\r"),
    ("enter", None, b"\r"),
    ("tab", "\t", b"\t"),
    ("shift+tab", None, b"\x1b[Z"),
    ("escape", "\x1b", b"\x1b"),
    ("backspace", "\x7f", b"\x7f"),
    ("backspace", "\x08", b"\x08"),
    ("delete", None, b"\x1b[3~"),
    ("up", None, b"\x1b[A"),
    ("left", None, b"\x1b[D"),
    ("home", None, b"\x1b[1~"),
    ("end", None, b"\x1b[4~"),
    ("pageup", None, b"\x1b[5~"),
    ("ctrl+up", None, b"\x1b[1;5A"),
    ("f1", None, b"\x1bOP"),
    ("f12", None, b"\x1b[24~"),
    ("ctrl+c", "\x03", b"\x03"),
    ("ctrl+d", "\x04", b"\x04"),
    ("ctrl+j", "\n", b"\n"),
    ("ctrl+p", "\x10", b"\x10"),
    ("ctrl+q", "\x11", b"\x11"),
    ("ctrl+q", None, b"\x11"),
    ("ctrl+r", "\x12", b"\x12"),
    ("ctrl+z", "\x1a", b"\x1a"),
    ("ctrl+backslash", "\x1c", b"\x1c"),
    ("ctrl+@", "\x00", b"\x00"),
    ("alt+f", "f", b"\x1bf"),
    ("alt+full_stop", None, b"\x1b."),
    ("alt+shift+b", "B", b"\x1bB"),
    ("super+a", None, b""),
)
"""Textual's name and character of a key, and what the guest gets."""


async def test_every_key_goes_to_the_guest() -> None:
    async with app() as run:
        await sit(run)
        for key, character, sent in KEYS:
            run.app.post_message(events.Key(key, character))
            await run.settled()
            assert typed(run) == sent, (key, character)
        assert isinstance(run.screen, ConsoleScreen)


async def test_keys_that_arrive_together_arrive_in_order() -> None:
    async with app() as run:
        await sit(run)
        await run.press(*"echo q:", "tab", "ctrl+c", "escape", "enter", "?")
        assert typed(run) == b"echo q:\t\x03\x1b\r?"


async def test_what_is_typed_before_the_console_is_there_is_for_the_guest() -> None:
    async with app() as run:
        await run.press("c", *"Dry cc", "enter")
        assert typed(run) == b"Dry cc\r"
        assert backend_of(run).requests == []
        assert backend_of(run).taken == [(SERIAL, "free")]
        await run.press(ESC, "q")
        await run.until_main()
        await run.press("c", *"again", ESC, "d")
        await run.until_main()
        assert typed(run) == b"again"
        assert run.main.consoles.opened == {}


async def test_what_is_typed_for_a_console_that_does_not_come_is_for_nobody() -> None:
    async with app() as run:
        backend_of(run).definitions[WEB.key] = Definition(None, "<domain")
        await run.press("c", *"Dy", "enter", *"jq")
        await run.until_note("cannot be read")
        assert run.app.screen is run.main
        assert run.cursor == "web01"
        await run.press("k")
        assert run.cursor != "web01"


async def test_a_definition_that_comes_late_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async with app() as run:
        backend = backend_of(run)
        read, asked = await backend.definition(WEB.key), list[asyncio.Future[Definition]]()

        def definition(_: Key) -> asyncio.Future[Definition]:
            asked.append(asyncio.get_running_loop().create_future())
            return asked[-1]

        monkeypatch.setattr(backend, "definition", definition)
        await run.press("c", *"ls")
        await run.until_text("Reading the definition of web01")
        await run.press("enter", "escape")
        await run.until_main()
        assert backend.taken == []
        await run.press("c", "l")
        await run.until_text("Reading the definition of web01")
        await run.press("s")
        asked[-1].set_result(read)
        await run.until(lambda: isinstance(run.screen, ConsoleScreen), "the console")
        await run.settled()
        assert typed(run) == b"ls"
        assert backend.requests == []


async def test_cursor_keys_in_both_modes() -> None:
    async with app() as run:
        await sit(run)
        await write(run, "\x1b[?1h")
        await run.press("up", "right")
        assert typed(run) == b"\x1bOA\x1bOC"
        await write(run, "\x1b[?1l")
        await run.press("up", "right")
        assert typed(run) == b"\x1b[A\x1b[C"


async def test_alt_and_a_letter_is_no_other_key_while_a_console_has_the_keys() -> None:
    assert "\x1bf" in ANSI_SEQUENCES_KEYS
    async with app() as run:
        await sit(run)
        assert not {"\x1bf", "\x1bb", "\x1b1"} & ANSI_SEQUENCES_KEYS.keys()
        await run.press(ESC, "q")
        await run.until_main()
        assert {"\x1bf", "\x1bb", "\x1b1"} <= ANSI_SEQUENCES_KEYS.keys()


async def test_the_escape_key_leads_out_and_the_console_stays_open() -> None:
    async with app() as run:
        await sit(run)
        await run.press(ESC)
        assert "back" in run.text.splitlines()[-1]
        await run.press(ESC)
        assert typed(run) == b"\x1d"
        await run.press(ESC, "X")
        await run.until_note("means nothing here")
        await run.press(*"i", ESC, "escape", "d")
        assert typed(run) == b"id", "only the menu goes"
        await run.press(ESC, "q")
        await run.until_main()
        assert SERIAL in backend_of(run).console_states
        assert SERIAL in run.main.consoles.opened


async def test_another_escape_key_and_other_keys_after_it() -> None:
    async with app(console_escape="ctrl+a", keys={"console_menu.leave": "x"}) as run:
        await sit(run)
        assert "Ctrl+A" in run.text.splitlines()[-1]
        await run.press(ESC, "ctrl+a", "x")
        await run.until_main()
        assert typed(run) == b"\x1d"


@pytest.mark.parametrize(
    ("escape", "shown"), [("ctrl+^", "Ctrl+^"), ("ctrl+_", "Ctrl+_"), ("ctrl+\\", "Ctrl+\\"), ("f12", "f12")]
)
async def test_the_escape_key_is_shown_as_it_is_typed(escape: str, shown: str) -> None:
    async with app(console_escape=escape_key(escape)) as run:
        await sit(run)
        assert f" {shown} menu" in run.text.splitlines()[-1]


async def test_detaching_closes_it() -> None:
    async with app() as run:
        await sit(run)
        await run.press(ESC, "d")
        await run.until_main()
        assert backend_of(run).console_states == {}
        assert run.main.consoles.opened == {}


async def test_what_is_pasted_goes_to_the_guest_in_brackets_where_it_asked_for_them() -> None:
    async with app() as run:
        await sit(run)
        await run.paste("one\ntwo\x1b[201~\x03\tthree")
        assert typed(run) == b"one\rtwo[201~\tthree"
        await write(run, "\x1b[?2004h")
        await run.paste("one\r\ntwo")
        assert typed(run) == b"\x1b[200~one\rtwo\x1b[201~"


async def test_what_cannot_be_sent_is_told() -> None:
    async with app() as run:
        await sit(run)
        backend_of(run).takes_input = False
        await run.paste("x" * 3000)
        await run.until_note("3,000 bytes were not sent")


async def test_keys_for_a_guest_that_is_not_there_go_nowhere() -> None:
    async with app() as run:
        await sit(run)
        backend_of(run).console(SERIAL, phase="waiting")
        await run.until_text("The domain is off.")
        await run.press(*"reboot", "enter", "D", "y", "x", "q", "ctrl+q")
        assert typed(run) == b""
        assert backend_of(run).requests == []
        assert isinstance(run.screen, ConsoleScreen)
        backend_of(run).console(SERIAL, phase="attached", boots=1)
        await run.until(lambda: attached(run), "it is attached again")
        await run.press("a")
        assert typed(run) == b"a"


async def test_only_the_two_answers_are_given() -> None:
    async with app() as run:
        await sit(run)
        await write(run, "ab\x1b[6n\x1b[c\x1b[5n\x1b]0;evil\r\x07\x1b[21t\x1bP$qm\x1b\\\x1b]52;c;?\x07\x05")
        assert typed(run) == b"\x1b[1;3R\x1b[?6c"


async def test_the_guest_cannot_copy() -> None:
    async with app() as run:
        await sit(run)
        await write(run, "\x1b]52;c;ZXZpbA==\x07")
        assert run.app.clipboard == ""


class TestSeveral:
    async def test_each_lives_on_and_what_is_new_is_marked(self) -> None:
        async with app() as run:
            await sit(run)
            await run.press(ESC, "q")
            await run.until_main()
            await run.press(*"/db01", "enter")
            await run.until(lambda: run.cursor == "db01", "the other domain")
            await sit(run, OTHER)
            await write(run, "first: new", SERIAL)
            await run.until_text("• web01 serial0")
            await run.press(ESC, "n")
            await run.until_text("first: new")
            assert "•" not in run.text
            await write(run, "second: new", OTHER)
            await run.until_text("• db01 serial0")
            await run.press(ESC, "p")
            await run.until_text("second: new")

    async def test_another_is_chosen_from_a_list(self) -> None:
        async with app() as run:
            await sit(run)
            await run.press(ESC, "o")
            await run.until_dialog("console1")
            for text in ("attached", "console virtio", "libvirt itself", "is a spicevmc"):
                assert text in run.text
            await run.press("j", "j", "enter")
            assert run.dialog is not None, "the agent's channel cannot be chosen"
            await run.press("k", "enter")
            await run.until(lambda: pane(run).opened is not None and run.dialog is None, "the choice")
            await run.until(lambda: pane(run).opened.console == VIRTIO, "the other console")  # type: ignore[union-attr]
            assert backend_of(run).taken[-1] == (VIRTIO, "free")
            await run.press(ESC, "o")
            await run.until_dialog("console1")
            assert len(run.main.consoles.opened) == 2

    async def test_a_channel_is_opened_as_one(self) -> None:
        async with app() as run:
            await sit(run)
            await run.press(ESC, "o")
            await run.until_dialog("channel1")
            await run.press("j", "j", "j", "enter")
            await run.until(lambda: len(backend_of(run).taken) == 2, "it is opened")
            assert backend_of(run).taken[-1] == (Console(WEB.key, "channel1", channel=True), "free")


SAID: tuple[tuple[dict[str, Any], str], ...] = (
    ({"phase": "attaching"}, "Attaching"),
    ({"phase": "waiting"}, "The domain is off"),
    ({"phase": "waiting", "note": "its host is not connected"}, "its host is not connected"),
    ({"phase": "lost", "note": "somebody else has taken it over"}, "Somebody else has taken it over."),
    ({"phase": "failed", "note": "no\x1b such device", "hint": "Look."}, "no␛ such device Look."),
    ({"unsent": 20480}, "does not read: 20 KiB wait"),
    ({"log_error": "the log cannot be written: disk full"}, "cannot be written: disk full"),
)
"""How a console stands, and what is said of that."""


class TestStates:
    async def test_who_types_takes_nothing_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(held, "QUIET", 3600)
        async with app() as run:
            await run.press("c")
            await run.until(lambda: isinstance(run.screen, ConsoleScreen), "the console")
            backend_of(run).console(SERIAL, phase="held", note="Active console session exists")
            await run.until_dialog("Taking it over ends their session")
            await run.press(*"top", "enter", *"r")
            assert run.dialog is not None
            await run.press("escape")
            await run.until(lambda: run.dialog is None, "it is left to them")
            assert backend_of(run).taken == [(SERIAL, "free")]

    async def test_one_that_is_held_may_be_taken_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(held, "QUIET", 0)
        async with app() as run:
            await run.press("c")
            await run.until(lambda: isinstance(run.screen, ConsoleScreen), "the console")
            backend_of(run).console(
                SERIAL, phase="held", note="Active console session exists for this domain"
            )
            await run.until_dialog("Taking it over ends their session")
            assert "Active console session exists" in run.text
            await run.press("enter")
            await run.until(lambda: run.dialog is None, "nothing is done by Enter")
            assert backend_of(run).taken == [(SERIAL, "free")]
            await run.press(ESC, "r")
            assert backend_of(run).taken[-1] == (SERIAL, "free")
            backend_of(run).console(SERIAL, phase="attaching")
            backend_of(run).console(SERIAL, phase="held", note="Active console session exists")
            await run.until_dialog("Taking it over")
            await run.press("t")
            await run.until(lambda: backend_of(run).taken[-1] == (SERIAL, "force"), "it is taken over")

    async def test_what_is_said_names_the_keys_as_they_are_set(self) -> None:
        async with app(keys={"console_menu.take": "T"}) as run:
            await sit(run)
            backend_of(run).console(SERIAL, phase="held")
            await run.until_text("Ctrl+] T takes it over")

    async def test_nobody_is_asked_when_it_was_not_he_who_attached(self) -> None:
        async with app() as run:
            await sit(run)
            backend_of(run).console(SERIAL, phase="held", note="somebody was quicker")
            await run.until_text("Somebody else has it open")
            assert run.dialog is None
            await run.press(ESC, "t")
            assert backend_of(run).taken[-1] == (SERIAL, "force")

    async def test_what_is_said(self) -> None:
        async with app() as run:
            await sit(run)
            for changes, text in SAID:
                backend_of(run).console(SERIAL, **changes)
                await run.until_text(text)
                backend_of(run).console(SERIAL, phase="attached", note="", unsent=0, log_error="")
                await run.until(lambda: text not in run.text, "it is over")  # noqa: B023 (awaited here)

    async def test_one_that_is_off_waits_and_begins_anew_when_it_starts(self) -> None:
        async with app() as run:
            await sit(run)
            opened = run.main.consoles.opened[SERIAL]
            await write(run, "old\x1b[?1h\x1b[?1049halternate\x1b[?25l")
            opened.terminal.resize(100, 30)
            backend_of(run).console(SERIAL, phase="attached", boots=1)
            await run.until(lambda: opened.terminal.size == (80, 24), "its size is the usual one")
            assert not opened.terminal.cursor_keys
            await run.until_text("old")
            assert "alternate" not in run.text

    async def test_a_domain_without_one_says_how_to_add_it(self) -> None:
        async with app("cache01") as run:
            await run.press("c")
            await run.until_dialog("<console type='pty'/>")
            assert "virsh edit cache01" in run.text

    async def test_not_over_a_connection_that_may_only_read(self) -> None:
        async with app() as run:
            backend_of(run).connection("lab1", read_only=True)
            await run.until(lambda: run.store.connections["lab1"].read_only, "it is read-only")
            await run.press("c")
            await run.until_note("read-only")
            assert backend_of(run).taken == []

    async def test_a_question_of_a_host_waits_while_somebody_types(self) -> None:
        async with app() as run:
            await sit(run)
            backend_of(run).tell(Asked(Question(1, "old", "root@old", "ssh", "password", "Password:")))
            await run.until_note("waits for an answer")
            await run.press(*"hunter2", "enter")
            assert typed(run) == b"hunter2\r"
            await run.press(ESC, "q")
            await run.until_dialog("Password:")


class TestSize:
    async def test_it_is_typed_and_remembered(self) -> None:
        async with app(size=(100, 30)) as run:
            await sit(run)
            await run.press(ESC, "s")
            assert typed(run) == b"stty rows 29 cols 100\r"
            opened = run.main.consoles.opened[SERIAL]
            assert opened.terminal.size == (100, 29)
            await run.press(ESC, "d")
            await run.until_main()
            await sit(run)
            assert run.main.consoles.opened[SERIAL].terminal.size == (100, 29)
            backend_of(run).console(SERIAL, boots=1)
            await run.until(lambda: run.remembered.values["consoles"] == {}, "a new boot knows nothing of it")

    async def test_a_screen_that_is_smaller_shows_where_the_cursor_is(self) -> None:
        async with app(size=(60, 12)) as run:
            await sit(run)
            await write(run, "".join(f"row {number}\x1b[E" for number in range(23)) + "last")
            assert "last" in run.text
            assert "row 0" not in run.text
            assert "80×24" in run.text
            await write(run, "\x1b[H")
            assert "row 0" in run.text
            await write(run, "\x1b[3;75HRIGHT")
            assert "RIGHT" in run.text

    async def test_where_there_is_room_the_history_is_above(self) -> None:
        async with app(size=(100, 40)) as run:
            await sit(run)
            await write(run, "".join(f"line {number}\r\n" for number in range(100)))
            lines = run.text.splitlines()
            assert lines[0].strip() == "line 62"
            assert lines[37].strip() == "line 99"
            await write(run, "\x1b[?1049h\x1b[Halternate")
            assert run.text.splitlines()[0].strip() == "alternate"


class TestReading:
    async def test_both_lines_say_the_same_match_and_give_their_room_back(self) -> None:
        async with app(size=(80, 24)) as run:
            await sit(run)
            await run.press(ESC, "s")
            await write(run, "".join(f"word {number}\r\n" for number in range(3)))
            await run.press(ESC, "slash", *"word", "enter")
            await run.until(lambda: run.text.count(" 3/3") == 2, "the last is found")
            await run.press("N")
            await run.until(lambda: run.text.count(" 2/3") == 2, "the one before it")
            await run.press("q")
            await run.until(lambda: "80×23" not in run.text and pane(run).view.reader is None, "all its rows")

    async def test_search_select_and_copy(self) -> None:
        async with app() as run:
            await sit(run)
            await write(run, "".join(f"line {number} of many\r\n" for number in range(500)))
            await run.press(ESC, "slash", *"line 77 ")
            await run.until_text("line 77 of many")
            assert "1/1" in run.text
            await run.press("enter", "v", "j", "l", "l", "l", "y")
            assert run.app.clipboard == "line 77 of many\nline"
            await run.until_note("2 lines copied")
            assert typed(run) == b""
            await run.press("x")
            assert typed(run) == b"x", "the keys are the guest's again"

    async def test_what_is_meant_is_seen(self) -> None:
        async with app() as run:
            await sit(run)
            await write(run, "one word\r\n\x1b[7manother word\x1b[0m\r\n")
            view = pane(run).view

            def backgrounds(y: int) -> list[object]:
                """Of each cell that has text."""
                styles = [(s.style, len(s.text)) for s in view.render_line(y) if s.style is not None]
                cells = [style for style, length in styles for _ in range(length)][:12]
                return [style.color if style.reverse else style.bgcolor for style in cells]

            plain = backgrounds(2)[1]
            assert backgrounds(2)[0] != plain, "the cursor"
            await run.press(ESC, "slash", *"word")
            assert backgrounds(0)[3] == plain
            found = {*backgrounds(0)[4:8]}
            assert len(found) == 1
            assert plain not in found
            assert backgrounds(1)[8:12] != backgrounds(1)[:4]
            await run.press("enter", "g", "0", "v", "l", "l")
            assert backgrounds(0)[0] != plain
            assert backgrounds(0)[3] == plain

    async def test_the_cursor_hides_no_wide_character(self) -> None:
        async with app() as run:
            await sit(run)
            await write(run, "ab名前c\x1b[3G")
            view = pane(run).view

            def highlighted() -> list[str]:
                """What stands in the style of the cursor."""
                cursor = view._paints.cursor
                return [s.text for s in view.render_line(0) if s.style is not None and s.style == cursor]

            for sequence in ("\x1b[3G", "\x1b[4G"):
                await write(run, sequence)
                assert run.text.splitlines()[0].rstrip() == "ab名前c"
                assert highlighted() == ["名"]

    async def test_moving_and_leaving(self) -> None:
        async with app() as run:
            await sit(run)
            await write(run, "".join(f"line {number}\r\n" for number in range(500)))
            await run.press(ESC, "left_square_bracket", "g")
            await run.until_text("line 0")
            await run.press("pagedown", "ctrl+d", "j", "dollar_sign", "0", "k", "G")
            await run.until_text("line 499")
            await run.press(*"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk")
            assert "line 499" not in run.text
            await write(run, "more\r\n")
            assert "more" not in run.text, "it stays where one reads"
            await run.press("escape")
            await run.until_text("more")
            await run.press(ESC, "left_square_bracket", ESC, "q")
            await run.until_main()
            assert typed(run) == b""

    async def test_the_escape_key_leads_out_of_everything(self) -> None:
        async with app() as run:
            await sit(run)
            await write(run, "".join(f"line {number}\r\n" for number in range(50)))
            await run.press(ESC, "left_square_bracket")
            assert "Ctrl+]" in run.text.splitlines()[-1]
            await run.press("escape", ESC, "slash", *"line 7", ESC)
            await run.press("q")
            await run.until_main()
            await run.press("c", "x")
            assert typed(run) == b"x"

    async def test_the_screen_is_copied_as_it_is(self) -> None:
        async with app() as run:
            await sit(run)
            await write(run, "one\r\n\x1b[31mtwo\x1b[0m\r\n" + "x" * 90)
            await run.press(ESC, "y")
            assert run.app.clipboard.splitlines()[:2] == ["one", "two"]

    async def test_wrapped_lines_are_copied_as_one(self) -> None:
        async with app() as run:
            await sit(run)
            await write(run, "x" * 100 + " end\r\nnext")
            await run.press(ESC, "left_square_bracket", "g", "0", "v", "G", "end", "y")
            assert run.app.clipboard == "x" * 100 + " end\nnext"

    async def test_the_wheel_scrolls_back_and_a_key_returns(self) -> None:
        async with app() as run:
            await sit(run)
            await write(run, "".join(f"line {number}\r\n" for number in range(200)))
            view = pane(run).view
            for _ in range(10):
                view.post_message(events.MouseScrollUp(view, 5, 5, 0, 0, 0, False, False, False))
            await run.until(lambda: "line 199" not in run.text, "it is scrolled back")
            await run.until_text("lines below")
            await run.press("a")
            await run.until_text("line 199")
            assert typed(run) == b"a"
            for _ in range(2):
                view.post_message(events.MouseScrollUp(view, 5, 5, 0, 0, 0, False, False, False))
            for _ in range(3):
                view.post_message(events.MouseScrollDown(view, 5, 5, 0, 0, 0, False, False, False))
            await run.until(lambda: "line 199" in run.text and "lines below" not in run.text, "the end")

    async def test_the_mouse_selects(self) -> None:
        async with app() as run:
            await sit(run)
            await write(run, "first line\r\nsecond line")
            await run.pilot.mouse_down(pane(run).view, offset=(6, 0))
            await run.pilot.hover(pane(run).view, offset=(5, 1))
            await run.pilot.mouse_up(pane(run).view, offset=(5, 1))
            await run.press("y")
            assert run.app.clipboard == "line\nsecond"


class TestFiles:
    async def test_a_log_is_asked_for_and_never_over_another_file(self, tmp_path: Path) -> None:
        async with app() as run:
            await sit(run)
            path = tmp_path / "log"
            path.touch()
            await run.press(ESC, "l")
            await run.until_dialog("Write what comes")
            await run.press(*str(path), "enter")
            await run.until_dialog("[ Replace ]")
            assert backend_of(run).logs == []
            await run.press("y")
            await run.until(lambda: backend_of(run).logs == [(str(path), True)], "it is replaced")
            await run.until_text("● log")
            await run.press(ESC, "l")
            await run.until_note("is complete")
            await run.until(lambda: "● log" not in run.text, "it has ended")
            path.unlink()
            await run.press(ESC, "l")
            await run.until_dialog("Write what comes")
            await run.press(*str(path), "enter")
            await run.until(lambda: backend_of(run).logs[-1] == (str(path), False), "a new one is written")

    async def test_where_no_log_can_be_is_told(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        refused = {
            "~nobodyx/x": "nobody here has a home that is called ~nobodyx",
            str(tmp_path): "is a directory",
            str(tmp_path / "none" / "log"): "there is no directory",
            str(pipe): "is no ordinary file",
        }
        async with app() as run:
            await sit(run)
            for file, words in refused.items():
                await run.press(ESC, "l")
                await run.until_dialog("Write what comes")
                await run.press(*file, "enter")
                await run.until_note(words)
                assert run.dialog is None
            assert backend_of(run).logs == []

    async def test_a_text_is_waited_for(self) -> None:
        async with app() as run:
            await sit(run)
            await write(run, "login: was here before\r\nlogin: ")
            await run.press(ESC, "w")
            await run.until_dialog("Tell when this appears")
            await run.press(*"login:", "enter")
            await run.until(lambda: run.main.consoles.opened[SERIAL].wanted, "somebody waits")
            await run.press(ESC, "q")
            await run.until_main()
            for text in ("root", "\r\n# ", "\r\n".join(["booting"] * 50)):
                await write(run, text)
            assert not any("login" in note for note in run.notes)
            await write(run, "\r\nweb01 login: ")
            await run.until_note("web01 login:")
            assert run.main.consoles.opened[SERIAL].wanted == []

    async def test_a_text_is_found_where_it_is_wrapped(self) -> None:
        async with app() as run:
            await sit(run)
            columns, _ = run.main.consoles.opened[SERIAL].terminal.size
            await write(run, "x" * (columns - 2))
            await run.press(ESC, "w")
            await run.until_dialog("Tell when this appears")
            await run.press(*"needle", "enter")
            await run.until(lambda: run.main.consoles.opened[SERIAL].wanted, "somebody waits")
            await write(run, "need")
            await write(run, "le here")
            await run.until_note("xneedle here")


class TestTab:
    async def test_it_lists_the_devices_and_opens_them(self) -> None:
        async with app() as run:
            run.main.detail.select_tab("console")
            await run.until_text("serial0", "console1", "libvirt itself", "is a spicevmc")
            assert backend_of(run).taken == [], "nothing is opened by looking"
            await into(run)
            await run.press("j", "enter")
            await run.until(lambda: backend_of(run).taken == [(VIRTIO, "free")], "it is opened")
            backend_of(run).console(VIRTIO, phase="attached")
            await run.until(lambda: run.app.focused is tab(run).pane.view, "the keys are the guest's")
            await write(run, "hello", VIRTIO)
            await run.until_text("hello")
            await run.press(*"dD:q", "tab")
            assert typed(run, VIRTIO) == b"dD:q\t"
            await run.press(ESC, "q", "j", "k")
            await run.until(lambda: run.app.focused is run.table, "back in the list")
            await run.until_text("hello")
            await run.press("enter")
            await run.until(lambda: run.app.focused is tab(run).pane.view, "into the console")
            await run.press(ESC, "d")
            await run.until_text("Enter opens it here")
            assert run.app.focused is run.table

    async def test_what_cannot_be_opened_says_why(self) -> None:
        async with app() as run:
            run.main.detail.select_tab("console")
            await run.until_text("channel0")
            await into(run)
            await run.press("j", "j", "enter")
            await run.until_note("libvirt itself talks to the guest agent")
            assert backend_of(run).taken == []

    async def test_as_a_full_screen_and_back(self) -> None:
        async with app() as run:
            run.main.detail.select_tab("console")
            await run.until_text("serial0")
            await into(run)
            await run.press("enter")
            await run.until(lambda: run.app.focused is tab(run).pane.view, "the console")
            backend_of(run).console(SERIAL, phase="attached")
            await write(run, "hello")
            await run.press(ESC, "z")
            await run.until(lambda: isinstance(run.screen, ConsoleScreen), "the full screen")
            await run.until_text("hello")
            await write(run, " again")
            assert "hello again" in run.text
            await run.press(ESC, "z")
            await run.until_main()
            await run.until_text("hello again")
            assert len(backend_of(run).taken) == 1

    async def test_closed_as_a_full_screen_it_is_closed_here(self) -> None:
        async with app() as run:
            run.main.detail.select_tab("console")
            await run.until_text("serial0")
            await into(run)
            await run.press("enter")
            await run.until(lambda: run.app.focused is tab(run).pane.view, "the console")
            await run.press(ESC, "z")
            await run.until(lambda: isinstance(run.screen, ConsoleScreen), "the full screen")
            await run.press(ESC, "d")
            await run.until_main()
            await run.until_text("Enter opens it here")
            assert tab(run).pane.opened is None
            await run.press("enter")
            assert len(backend_of(run).taken) == 2, "it is opened again"

    async def test_of_a_connection_that_is_removed_none_is_left(self) -> None:
        async with app() as run:
            await sit(run)
            await run.press(ESC, "q")
            await run.until_main()
            backend_of(run).tell(ConnectionRemoved("lab1"))
            await run.until(lambda: not run.main.consoles.opened, "it is closed")

    async def test_it_follows_the_cursor(self) -> None:
        async with app() as run:
            await sit(run)
            await write(run, "of web01")
            await run.press(ESC, "q")
            await run.until_main()
            run.main.detail.select_tab("console")
            await run.until_text("of web01")
            await run.press("j")
            await run.until_text("Enter opens it here")
            assert "of web01" not in run.text
            await run.press("k")
            await run.until_text("of web01")

    async def test_without_a_console_it_says_how_to_add_one(self) -> None:
        async with app("cache01") as run:
            run.main.detail.select_tab("console")
            await run.until_text("This domain has no console.", "virsh edit cache01")


async def into(run: Running) -> None:
    """From the list into the tab."""
    await run.press("enter")
    await run.until(lambda: run.app.focused is tab(run).focus_target(), "the tab has the keys")


def tab(run: Running) -> ConsoleTab:
    return run.main.detail.query_one(ConsoleTab)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (30, 8)])
async def test_whatever_the_guest_writes_steers_nothing(size: tuple[int, int]) -> None:
    async with app(size=size) as run:
        await sit(run)
        for data in (
            "\x1b]0;\x1b[2J\u202eevil\u2066 [red]t[/]\x07 [@click=app.quit]q[/] \u202ea\u2066b\u200bc\u00ad",
            "👩\u200d👩\u200d👧 🇩🇪 ❤\ufe0f 한글 🧑\U0001f3fd 名前" * 20,
            "\x9b31m\x9b2J\x9d0;owned\x9c\x85\x1b[31;44;1;3;4;7;9mstyled\x1b[0m\x1b[?25l",
            "\x1b[99;79H名\x1b[1;79H名前\x1b[5;10H\x1b[38;2;1;2;3mrgb\x1b[48;5;200mpalettee" + "\u0301" * 40,
        ):
            await write(run, data)
            check(run, data)
        await run.press(ESC)
        check(run, "the menu")
        await run.press("left_square_bracket", "v", "g")
        check(run, "selecting")


async def test_a_flood_is_drawn_a_little_at_a_time() -> None:
    async with app() as run:
        await sit(run)
        consoles = run.main.consoles
        backend_of(run).write_console(SERIAL, b"\x1b[Hword\x1b[10;10Hmore" * 60_000)
        await run.until(lambda: consoles.opened[SERIAL].terminal._pending, "some of it is drawn")
        waiting = len(consoles.opened[SERIAL].terminal._pending)
        await run.press("a")
        assert typed(run) == b"a"
        terminal = consoles.opened[SERIAL].terminal
        await run.until(lambda: 0 < len(terminal._pending) < waiting, "some more of it is drawn")


async def test_a_terminal_that_is_behind_is_sent_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes meanwhile is drawn, and shown as it is once the terminal has taken the rest."""
    behind = True
    async with app() as run:
        await sit(run)
        await write(run, "first")
        monkeypatch.setattr(module, "is_behind", lambda _: behind)
        terminal = run.main.consoles.opened[SERIAL].terminal

        def drawn() -> str:
            lines = [line.text.rstrip() for line in terminal.lines(terminal.first, terminal.end)]
            return [line for line in lines if line][-1]

        for number in range(3):
            backend_of(run).write_console(SERIAL, f"\r\nline {number}".encode())
            await run.until(lambda n=number: drawn() == f"line {n}", "it is drawn")  # type: ignore[misc]
        await run.press(ESC)  # other panes keep to a frame
        assert "first" in run.text
        assert "line" not in run.text
        behind = False
        await run.until_text("line 0", "line 1", "line 2")


async def test_many_floods_leave_the_frame_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    async with app() as run:
        consoles, backend = run.main.consoles, backend_of(run)
        many = [Console(WEB.key, f"serial{number}") for number in range(20)]
        for console in many:
            consoles.open(console, "web01")
        drawn: list[Console] = []
        clock = 0.0

        def draw(opened: OpenConsole) -> bool:
            nonlocal clock
            clock += 0.002
            drawn.append(opened.console)
            return False

        monkeypatch.setattr(consoles, "_draw", draw)
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock))
        consoles._busy = dict.fromkeys(many)
        began = clock
        consoles._work()
        assert clock - began < 0.012
        while len(drawn) < 20:
            consoles._work()
        assert drawn[:20] == many, "each has its turn"
        consoles._busy.clear()
        assert backend.requests == []

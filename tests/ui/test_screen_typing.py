"""Typing at a guest's screen: what reaches its keyboard, and what never does."""

import asyncio
import os
from pathlib import Path

import pytest
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

from tests.support.app import running
from tests.support.frames import gradient, text_frame
from tests.support.screen_app import GUEST, LOGIN, ScreenRun, full_screen, screen_tab, screen_world
from tests.support.world import LAB1, SOURCES, changed
from tuivirt.core.changes import Upserted
from tuivirt.core.errors import HostError
from tuivirt.core.screen.frame import Frame
from tuivirt.resources.domain.snapshot import State
from tuivirt.ui.guest_screen.keyboard import LONGEST
from tuivirt.ui.guest_screen.watching import Watching

ESCAPE_KEY = "ctrl+right_square_bracket"
CTRL, ALT, SHIFT = 29, 56, 42


def pressed(screen: ScreenRun) -> list[int]:
    """All keys that the guest saw, in their order."""
    return [code for codes in screen.backend.pressed for code in codes]


async def typing(screen: ScreenRun) -> None:
    await screen.press("enter")
    assert screen.view.typing
    await screen.until_text("Every key goes to the guest.", "Ctrl+]")


async def until_pressed(screen: ScreenRun, *codes: int) -> None:
    await screen.run.until(lambda: pressed(screen) == list(codes), f"the keys {codes}")


async def test_every_key_goes_to_the_guest_until_the_escape_key() -> None:
    async with full_screen() as screen:
        await screen.press("d", "q")
        await screen.run.until_main()
        assert not screen.backend.pressed, "nobody was typing"
    async with full_screen() as screen:
        await typing(screen)
        await screen.press("q", "escape", "colon", "ctrl+c", "ctrl+q", "ctrl+p", "question_mark", "f1", "tab")
        await until_pressed(screen, 16, 1, SHIFT, 39, CTRL, 46, CTRL, 16, CTRL, 25, SHIFT, 53, 59, 15)
        await screen.press(ESCAPE_KEY)
        assert not screen.view.typing
        await screen.until_text("Esc back")
        await screen.press("q")
        await screen.run.until_main()
        assert len(pressed(screen)) == 14


async def test_the_way_out_is_always_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    async with full_screen(size=(80, 24)) as screen:
        await typing(screen)
        monkeypatch.setattr(Watching, "trouble", lambda _: [(" the guest has not answered for 5 s ", "warn")])
        screen.pane._domain_name = "production-database-" + "x" * 60
        screen.pane.keyboard._held = (CTRL,)
        screen.pane._screens.waits.begin(GUEST, "web01", 0, "a rather long text that does not come")
        screen.pane.tell()
        await screen.until_text("Ctrl+] ends that", "Ctrl+…", "has not answered for 5 s")


async def test_in_the_tab_it_is_the_same() -> None:
    async with screen_tab() as screen:
        await typing(screen)
        await screen.press("D", "l", "h", "shift+tab")
        await until_pressed(screen, SHIFT, 32, 38, 35, SHIFT, 15)
        assert screen.run.main.detail.active == "screen"
        assert "d shut down" not in screen.run.main.keys.text, "no key is the app's"
        await screen.press(ESCAPE_KEY, "escape")
        assert screen.run.table.has_focus


async def test_another_escape_key() -> None:
    async with full_screen(console_escape="f12") as screen:
        await screen.press("enter")
        await screen.until_text("f12 ends that")
        await screen.press(ESCAPE_KEY, "f12")
        await until_pressed(screen, CTRL, 27)
        assert not screen.view.typing


async def test_what_is_typed_while_a_call_lasts_goes_together(monkeypatch: pytest.MonkeyPatch) -> None:
    async with full_screen() as screen:
        await typing(screen)
        calls: list[asyncio.Future[None]] = []

        def press(key: object, codes: tuple[int, ...], hold: float) -> asyncio.Future[None]:
            screen.backend.pressed.append(codes)
            calls.append(asyncio.get_running_loop().create_future())
            return calls[-1]

        monkeypatch.setattr(screen.backend, "press", press)
        await screen.press(*"root")
        assert screen.backend.pressed == [(19,)]
        calls[0].set_result(None)
        await screen.run.until(lambda: len(calls) == 2, "the second call")
        assert screen.backend.pressed[1] == (24,)
        calls[1].set_result(None)
        await screen.run.until(lambda: len(calls) == 3, "the third call")
        assert screen.backend.pressed[2] == (24, 20), "the second o, and t"
        calls[2].set_result(None)


async def test_alt_is_alt_while_one_types() -> None:
    """Textual takes what terminals send for Alt+F and Alt+B for other keys."""
    async with full_screen() as screen:
        assert "\x1bf" in ANSI_SEQUENCES_KEYS
        await typing(screen)
        assert "\x1bf" not in ANSI_SEQUENCES_KEYS
        await screen.press("alt+f")
        await until_pressed(screen, ALT, 33)
        await screen.press(ESCAPE_KEY)
        assert "\x1bf" in ANSI_SEQUENCES_KEYS
        await typing(screen)
    assert "\x1bf" in ANSI_SEQUENCES_KEYS


async def test_the_layout_decides_which_key_it_is() -> None:
    async with full_screen(screen_layout="de") as screen:
        await typing(screen)
        await screen.until_text(" de ")
        await screen.press("z", "minus", "at")
        await until_pressed(screen, 21, 53, 100, 16)


async def test_a_character_that_the_layout_lacks() -> None:
    async with full_screen() as screen:
        await typing(screen)
        await screen.run.write("é")
        await screen.run.until_note("The layout us cannot type é.")
        assert not screen.backend.pressed


async def test_the_menu_of_keys() -> None:
    async with full_screen() as screen:
        await screen.press("K")
        await screen.run.until_dialog("Ctrl+Alt+F2")
        await screen.press(*"ctrl+alt+f2", "enter")
        await until_pressed(screen, CTRL, ALT, 60)
        assert not screen.view.typing


async def test_keys_that_destroy_something_are_asked_about() -> None:
    async with full_screen() as screen:
        for answer in ("n", "y"):
            await screen.press("K")
            await screen.run.until_dialog()
            await screen.press(*"reboot", "enter")
            await screen.run.until_dialog("web01 on lab1 restarts at once")
            assert not screen.backend.pressed
            await screen.press(answer)
            await screen.run.settled()
        await until_pressed(screen, ALT, 99, 48)


async def test_a_modifier_is_held_for_the_next_key() -> None:
    async with full_screen() as screen:
        await screen.press("K")
        await screen.run.until_dialog()
        await screen.run.write("hold ctrl+alt")
        await screen.press("enter")
        await screen.until_text("Ctrl+Alt+…", "Every key goes to the guest.")
        await screen.press("f2", "a")
        await until_pressed(screen, CTRL, ALT, 60, 30)
        assert "Ctrl+Alt+…" not in screen.bar


async def test_a_layout_is_chosen_for_a_guest_and_remembered() -> None:
    async with full_screen() as screen:
        await screen.press("K")
        await screen.run.until_dialog()
        await screen.run.write("layout fr")
        await screen.press("enter")
        await screen.run.until_note("by the layout fr")
        await typing(screen)
        await screen.press("a")
        await until_pressed(screen, 16)
        kept = screen.run.remembered.values["layouts"]
        assert kept == {f"lab1 {GUEST.id}": "fr"}
    async with full_screen(remembered={"layouts": kept}) as screen:
        await typing(screen)
        await screen.until_text(" fr ")
    async with full_screen(remembered={"layouts": {f"lab1 {GUEST.id}": "nonsense"}}) as screen:
        await typing(screen)
        await screen.until_text(" us ")


async def test_a_paste_is_typed() -> None:
    async with full_screen() as screen:
        await typing(screen)
        await screen.run.paste("ls\nps\r\n")
        await until_pressed(screen, 38, 31, 28, 25, 31, 28)


async def test_a_paste_is_asked_about_by_who_does_not_type() -> None:
    async with full_screen() as screen:
        await screen.run.paste("halt")
        await screen.run.until_dialog("Type the 4 characters that were pasted to web01?")
        await screen.press("n")
        assert not screen.backend.pressed
        await screen.run.paste("ls")
        await screen.run.until_dialog("Type the 2 characters")
        await screen.press("y")
        await until_pressed(screen, 38, 31)


async def test_nothing_of_a_text_is_typed_that_the_layout_lacks_some_of() -> None:
    async with full_screen() as screen:
        await screen.run.paste("5 £")
        await screen.run.until_note("cannot type £. Nothing was typed.")
        assert screen.run.dialog is None
        await typing(screen)
        await screen.run.paste("Käse 5€ \x1b[31m")
        await screen.run.until_note("The layout us cannot type ä € ␛. Nothing was typed.")
        await screen.run.paste("x" * 70_000)
        await screen.run.until_note("too many to be typed")
        assert not screen.backend.pressed


async def test_a_paste_shows_how_far_it_is_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    async with full_screen() as screen:
        await typing(screen)
        calls: list[asyncio.Future[None]] = []

        def press(key: object, codes: tuple[int, ...], hold: float) -> asyncio.Future[None]:
            calls.append(asyncio.get_running_loop().create_future())
            return calls[-1]

        monkeypatch.setattr(screen.backend, "press", press)
        await screen.run.paste("aaaa")
        calls[0].set_result(None)
        await screen.until_text("typing 2/4", "Ctrl+] stops")
        await screen.press(ESCAPE_KEY)
        await screen.run.until_note("Stopped after 2 keys; 2 were not typed.")
        for call in calls:
            if not call.done():
                call.set_result(None)
        await screen.run.settled()
        assert len(calls) == 2
        assert "typing" not in screen.bar


async def test_a_paste_is_stopped_by_escape_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    async with full_screen() as screen:
        call = asyncio.get_running_loop().create_future()
        monkeypatch.setattr(screen.backend, "press", lambda *_: call)
        await screen.run.paste("aaaa")
        await screen.run.until_dialog("Type the 4")
        await screen.press("y")
        await screen.until_text("typing 1/4", "Esc stops")
        await screen.press("escape")
        await screen.run.until_note("Stopped after 1 keys; 3 were not typed.")
        await screen.press("escape")
        await screen.run.until_main()


async def test_a_text_that_is_not_shown() -> None:
    async with full_screen() as screen:
        await screen.press("P")
        await screen.run.until_dialog("such as a password")
        await screen.run.write("pass")
        assert "pass" not in screen.run.text.replace("password", "")
        await screen.press("enter")
        await until_pressed(screen, 25, 30, 31, 31)
        assert "pass" not in str(screen.run.journal) + str(screen.run.notes)
        assert "pass" not in str(screen.run.remembered.values)


async def test_a_file(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("id\n")
    pipe, long = tmp_path / "pipe", tmp_path / "long"
    os.mkfifo(pipe)
    long.write_bytes(bytes(LONGEST * 4 + 1))
    async with full_screen() as screen:
        for path, words in (
            (str(tmp_path / "nowhere"), "No such file"),
            (str(tmp_path), "is no ordinary file"),
            (str(pipe), "is no ordinary file"),
            (str(long), "too long to be typed"),
        ):
            await screen.press("P")
            await screen.run.until_dialog()
            await screen.press("tab", *path, "enter")
            await screen.run.until_note(words)
        (tmp_path / "binary").write_bytes(b"\xff\xfe")
        await screen.press("P")
        await screen.run.until_dialog()
        await screen.press("tab", *str(tmp_path / "binary"), "enter")
        await screen.run.until_note("can't decode")
        assert not screen.backend.pressed
        await screen.press("P")
        await screen.run.until_dialog()
        await screen.press("tab", *str(script), "enter")
        await until_pressed(screen, 23, 32, 28)


async def test_a_failure_is_told_and_drops_what_waits() -> None:
    async with full_screen() as screen:
        await typing(screen)
        screen.backend.press_fails = HostError("cannot acquire state change lock", 68, 10, "Wait.")
        await screen.press(*"root")
        note = await screen.run.until_note("cannot acquire state change lock")
        assert "web01: keys" in note
        screen.backend.press_fails = None
        await screen.press("a")
        await until_pressed(screen, 30)


async def test_before_the_first_frame_no_key_is_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a slow host: what is typed ahead goes nowhere, rather than to the list."""
    backend = screen_world(LOGIN)
    looked: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
    monkeypatch.setattr(backend, "look", lambda _key, _head=0: asyncio.shield(looked))
    async with running(SOURCES, backend=backend, size=(80, 24), view="lab1", domain="web01") as run:
        await run.until(lambda: run.cursor == "web01", "the cursor on web01")
        await run.press("v", "enter", *"seq d")
        await run.until_text("No key goes anywhere.")
        assert not backend.requests
        looked.set_result(LOGIN)
        await run.until_text("Every key goes to the guest.")
        await run.press("a")
        await run.until(lambda: backend.pressed == [(30,)], "the key")


async def test_of_a_text_that_is_not_shown_no_character_is_told() -> None:
    async with full_screen() as screen:
        await screen.press("P")
        await screen.run.until_dialog("such as a password")
        await screen.run.write("geheimß")
        await screen.press("enter")
        await screen.run.until_note("cannot type some of its characters. Nothing was typed.")
        assert "ß" not in str(screen.run.journal) + str(screen.run.notes)
        assert not screen.backend.pressed


async def test_a_guest_that_goes_off_leaves_no_key_to_the_app() -> None:
    """What is typed ahead is not taken for commands, and goes on when the guest is there again."""
    async with screen_tab() as screen:
        await typing(screen)
        screen.backend.tell(Upserted(changed(LAB1[0], State.SHUTOFF), 1.0))
        screen.pane.watching.hurry()
        await screen.until_text("is shut off", "No key goes anywhere.", "Ctrl+] ends that")
        await screen.press("s", "d", "f", "y", "escape", "ctrl+q", "enter")
        await screen.run.paste("halt")
        await screen.run.settled()
        await screen.run.until_main()
        assert not screen.backend.requests
        assert not screen.backend.pressed
        screen.backend.tell(Upserted(LAB1[0], 2.0))
        await screen.until_text("Every key goes to the guest.")
        await screen.press("a")
        await until_pressed(screen, 30)
        screen.backend.tell(Upserted(changed(LAB1[0], State.SHUTOFF), 3.0))
        screen.pane.watching.hurry()
        await screen.until_text("No key goes anywhere.")
        await screen.press(ESCAPE_KEY)
        assert not screen.view.typing
        await screen.press("escape")
        assert screen.run.table.has_focus


async def test_typing_ends_where_the_tab_shows_another_guest() -> None:
    """As when the domain was undefined, and the cursor of the list goes on to the next."""
    async with screen_tab() as screen:
        await typing(screen)
        screen.backend.listed("lab1", LAB1[1:])
        await screen.run.until(lambda: screen.pane.key != GUEST, "another guest")
        assert not screen.view.typing


async def test_what_waits_when_the_screen_is_left_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with full_screen() as screen:
        await typing(screen)
        call = asyncio.get_running_loop().create_future()
        monkeypatch.setattr(screen.backend, "press", lambda *_: call)
        await screen.press(*"halt", ESCAPE_KEY, "q")
        await screen.run.until_note("3 keys were not typed.")


async def test_keys_leave_the_budget_alone() -> None:
    """Of what takes more than a second's bytes to draw, nothing is drawn sooner because somebody types."""
    async with full_screen(gradient(), screen_bytes=10) as screen:
        await typing(screen)
        await screen.press("a")
        await until_pressed(screen, 30)
        await screen.run.settled()
        looks = screen.backend.looks
        await screen.press(*"bcd")
        await until_pressed(screen, 30, 48, 46, 32)
        await screen.run.settled()
        assert screen.backend.looks == looks


async def test_typing_ends_with_the_focus() -> None:
    async with screen_tab() as screen:
        await typing(screen)
        screen.run.table.focus()
        await screen.run.settled()
        assert not screen.view.typing


async def test_a_terminal_that_loses_the_focus_and_has_it_again_types_on() -> None:
    async with full_screen() as screen:
        await typing(screen)
        screen.run.app.app_focus = False
        await screen.run.settled()
        assert screen.view.typing
        screen.run.app.app_focus = True
        await screen.run.settled()
        await screen.press("a")
        await until_pressed(screen, 30)


async def test_keys_that_only_some_terminals_tell_of() -> None:
    async with full_screen() as screen:
        await typing(screen)
        await screen.press("left_shift", "right_control", "caps_lock")
        await until_pressed(screen, 58)
        assert not screen.run.notes


async def test_typing_follows_the_cursor_again() -> None:
    rows = [f"line {number}" for number in range(24)]
    async with full_screen(text_frame(*rows, "prompt# ", cursor=(24, 8)), size=(80, 12)) as screen:
        await screen.until_text("prompt#")
        await screen.press("pageup", "pageup", "pageup", "pageup")
        assert screen.view.text.top == 0
        await screen.press("enter")
        await screen.until_text("prompt#")


async def test_the_guest_cannot_make_the_app_type() -> None:
    """What it shows is text, whatever it looks like."""
    evil = text_frame("\x1b[6n\x1b[c\x1b]52;c;aGk=\x07", "\x9b6n", cursor=(0, 0))
    async with full_screen(evil) as screen:
        await screen.until_text("␛[6n␛[c␛]52;c;aGk=␇")
        screen.show(LOGIN)
        await screen.until_text("login:")
        assert not screen.backend.pressed

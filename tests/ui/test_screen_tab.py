"""A guest's screen in its tab and as a full screen: what is shown, and when it is looked at."""

import asyncio
from typing import Any

import pytest
from textual.strip import Strip

from tests.support.frames import BLACK, GREY, frame_of, gradient, text_frame
from tests.support.screen_app import GUEST, LOGIN, ScreenRun, full_screen, screen_tab
from tests.support.world import LAB1, changed
from tuivirt.core.changes import Upserted
from tuivirt.core.errors import HostError
from tuivirt.core.screen.frame import Frame
from tuivirt.core.screen.pace import Pace, Pause
from tuivirt.core.screen.text import Row, Run, TextScreen
from tuivirt.resources.domain.snapshot import State
from tuivirt.ui.guest_screen import watching
from tuivirt.ui.guest_screen.screens import Screens
from tuivirt.ui.screens.guest import GuestScreen


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried at once."""
    monkeypatch.setattr(watching, "AGAIN", 0.01)
    monkeypatch.setattr(watching, "OFF", 0.01)


def lines_drawn(screen: ScreenRun, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lines of the view that are drawn from now on."""
    drawn: list[int] = []
    render = screen.view.render_line

    def noted(y: int) -> Strip:
        drawn.append(y)
        return render(y)

    monkeypatch.setattr(screen.view, "render_line", noted)
    return drawn


async def test_the_tab_shows_the_text() -> None:
    async with screen_tab() as screen:
        await screen.until_text("web01 login:", "text 80×25")
        assert screen.view.shows_text


async def test_the_full_screen_shows_the_text_and_leads_back() -> None:
    async with full_screen() as screen:
        await screen.until_text("web01 login:", "Esc back")
        for key in ("escape", "q", "v", "z"):
            await screen.press(key)
            await screen.run.until_main()
            await screen.press("v")
            await screen.run.until(lambda: isinstance(screen.run.app.screen, GuestScreen), "again")


async def test_from_the_tab_to_the_full_screen_and_back() -> None:
    async with screen_tab() as screen:
        await screen.press("v")
        await screen.run.until(lambda: isinstance(screen.run.app.screen, GuestScreen), "the full screen")
        await screen.run.until(lambda: "web01 login:" in screen.run.text, "its text")
        await screen.press("q")
        await screen.run.until_main()
        new = text_frame("back in the tab")
        screen.show(new)
        await screen.until_shown(new)


async def test_of_a_new_frame_the_rows_that_differ_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async with full_screen() as screen:
        drawn = lines_drawn(screen, monkeypatch)
        new = text_frame("Debian GNU/Linux 12 web01 tty1", "", "web01 login: root", cursor=(2, 17))
        screen.show(new)
        await screen.until_shown(new)
        assert set(drawn) == {2}
        assert "web01 login: root" in screen.run.text


async def test_what_real_guests_show() -> None:
    async with full_screen(frame_of("grub-console"), size=(80, 26)) as screen:
        await screen.until_text("*Debian GNU/Linux", "GNU GRUB", "└───")
        screen.show(frame_of("linux-framebuffer-log"))
        await screen.until_text("Freeing unused")
        assert screen.view.text.top == 50 - 25, "the end, with the cursor, is in sight"


async def turns(screen: ScreenRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has been thought of twice whether to look."""
    count = 0
    why_not = screen.pane.why_not

    def counted() -> Any:
        nonlocal count
        count += 1
        return why_not()

    with monkeypatch.context() as patched:
        patched.setattr(screen.pane, "why_not", counted)
        await screen.run.until(lambda: count > 1, "two turns")


async def test_a_guest_that_is_off_says_so_and_is_shown_when_it_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with screen_tab() as screen:
        off = changed(LAB1[0], State.SHUTOFF)
        screen.backend.tell(Upserted(off, 1.0))
        await screen.until_text("web01 is shut off.", "shown when it starts")
        looks = screen.backend.looks
        await turns(screen, monkeypatch)
        assert screen.backend.looks == looks, "nobody is asked for the screen of what is off"
        screen.backend.tell(Upserted(LAB1[0], 2.0))
        await screen.until_text("web01 login:")
        assert screen.view.has_focus


async def test_a_headless_guest_has_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    async with screen_tab(
        HostError("no screens to take screenshot from", 55, 10), "none", shown=False
    ) as screen:
        await screen.until_text("web01 has no screen", "<video><model type='virtio'/></video>", "virsh edit")
        looks = screen.backend.looks
        await turns(screen, monkeypatch)
        assert screen.backend.looks == looks


async def test_where_there_is_nothing_to_see_the_way_out_is_told() -> None:
    async with full_screen(
        HostError("no screens to take screenshot from", 55, 10), "none", shown=False
    ) as screen:
        await screen.until_text("web01 has no screen", "Esc back", "? help")
        await screen.run.until(lambda: "tried again" not in screen.bar, "nothing is tried again")


async def test_without_a_cursor_what_changes_is_in_sight() -> None:
    """A cursor that blinks is not there half of the time; a menu has none."""
    rows = [f"entry {number}" for number in range(24)]
    bottom = "Use the arrows"
    async with full_screen(text_frame(*rows, bottom), size=(80, 12)) as screen:
        await screen.until_text(bottom)
        for at in (0, 1):
            marked = [f"*{row}" if number == at else row for number, row in enumerate(rows)]
            screen.show(text_frame(*marked, bottom))
            await screen.until_text(f"*entry {at}")
        typed = text_frame(*rows[:23], "", "-- INSERT --", cursor=(2, 3))
        screen.show(typed)
        await screen.until_shown(typed)
        screen.show(text_frame(*rows[:2], "entry 2 and", *rows[3:23], "", "-- INSERT --"))
        await screen.until_text("entry 2 and")


async def test_another_screen_waits_for_no_pause_of_the_last() -> None:
    async with full_screen(gradient(), "vga", "virtio", screen_bytes=10) as screen:
        screen.show(LOGIN, head=1)
        await screen.press("H")
        await screen.until_text("web01 login:")


async def test_a_connection_that_may_not_and_one_that_is_lost() -> None:
    async with full_screen() as screen:
        screen.backend.connection("lab1", read_only=True)
        screen.pane.watching.hurry()
        await screen.until_text("lab1 is open read-only")
        screen.backend.connection("lab1", read_only=False)
        await screen.until_text("web01 login:")
        screen.backend.connection("lab1", "stale")
        screen.pane.watching.hurry()
        await screen.until_text("lab1 is not open")


async def test_a_domain_that_is_gone() -> None:
    async with full_screen() as screen:
        screen.backend.listed("lab1", LAB1[1:])
        screen.pane.watching.hurry()
        await screen.until_text("web01 is not there any more")


async def test_one_failure_takes_nothing_away_and_many_say_why() -> None:
    async with full_screen() as screen:
        screen.show(HostError("cannot acquire state change lock", 68, 10, "Wait."))
        await screen.until_text("it is tried again", "web01 login:")
        await screen.until_text("✗ cannot acquire state change lock", "Wait.", "It is tried again.")
        screen.show(LOGIN)
        await screen.until_text("web01 login:")
        assert screen.view.has_focus


async def test_while_the_guest_does_not_answer_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SLOW", 0.02)
    async with full_screen() as screen:
        answer = asyncio.get_running_loop().create_future()
        monkeypatch.setattr(screen.backend, "look", lambda *_: answer)
        screen.pane.watching.hurry()
        await screen.until_text("has not answered for", "web01 login:")


async def test_nobody_looks_where_nobody_sees() -> None:
    async with screen_tab() as screen:
        screen.run.main.detail.select_tab("overview")
        await screen.run.until(lambda: screen.pane.watching._worker is None, "it looks no more")
        looks = screen.backend.looks
        await screen.run.settled()
        assert screen.backend.looks == looks
        screen.run.main.detail.select_tab("screen")
        await screen.run.until(lambda: screen.backend.looks > looks, "it looks again")
        await screen.run.line("journal")
        await screen.run.until(lambda: screen.pane.watching._worker is None, "another full screen hides it")
        await screen.press("escape")
        await screen.run.until(lambda: screen.pane.watching._worker is not None, "it is seen again")
        await screen.press("full_stop")
        await screen.run.until_dialog()
        assert screen.pane.watching._worker is not None, "it is seen behind a dialog"


async def test_frames_that_do_not_change_are_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with full_screen() as screen:
        drawn = lines_drawn(screen, monkeypatch)
        before = screen.backend.looks
        screen.pane.watching.hurry()
        await screen.run.until(lambda: screen.backend.looks >= before + 3, "three more looks")
        assert not drawn


async def test_a_terminal_that_is_behind_is_sent_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    behind, asked = True, 0

    def is_behind(_: Screens) -> bool:
        nonlocal asked
        asked += 1
        return behind

    monkeypatch.setattr(Screens, "is_behind", property(is_behind))
    async with full_screen() as screen:
        looks = screen.backend.looks
        before = asked
        screen.pane.watching.hurry()
        await screen.run.until(lambda: asked > before + 2, "it is waited for")
        assert screen.backend.looks == looks
        behind = False
        await screen.run.until(lambda: screen.backend.looks > looks, "it looks on")


async def test_another_guest_shows_nothing_of_the_last() -> None:
    async with screen_tab() as screen:
        other = text_frame("this is web10")
        screen.backend.definitions[LAB1[2].key] = screen.backend.definitions[GUEST]
        screen.backend.frames[LAB1[2].key, 0] = other
        await screen.press("escape")
        await screen.run.press("j", "j")
        await screen.run.until(lambda: screen.run.cursor == "web10", "the cursor on web10")
        await screen.until_shown(other)
        assert "web01 login" not in screen.run.text


# Pictures


async def test_a_picture_as_half_blocks() -> None:
    async with full_screen(gradient()) as screen:
        await screen.until_text("▀▀▀▀", "picture 320×200", "23%")
        assert not screen.view.shows_text
        colours = {segment.style for segment in screen.view.render_line(10)}
        assert len(colours) > 10


async def test_ascii_where_the_font_lacks_the_rest() -> None:
    async with full_screen(gradient(), ascii=True) as screen:
        await screen.until_text("picture 320", "====")
        rows = [screen.view.render_line(y).text for y in range(20)]
        assert all(row.isascii() for row in rows)
        assert len(set("".join(rows))) > 3


async def test_zoom_pan_and_fit() -> None:
    async with full_screen(gradient()) as screen:
        port = screen.view.picture.port
        await screen.press("1")
        await screen.until_text(" 100%")
        left, top, right, bottom = port.box().source
        assert (right - left, bottom - top) == (80, 46)
        await screen.press("shift+right", "j")
        assert port.box().source[:2] == (left + 20, top + 11.5)
        await screen.press("greater_than_sign")
        assert port.scale == 1.5
        await screen.press("less_than_sign", "less_than_sign")
        assert port.scale == pytest.approx(1 / 1.5)
        await screen.press("0")
        assert port.fits
        await screen.until_text(" 23%")


async def test_from_text_to_a_picture_and_back() -> None:
    async with full_screen() as screen:
        for frame, words in ((gradient(), "picture 320×200"), (LOGIN, "text 80×25")):
            screen.show(frame)
            await screen.until_shown(frame)
            await screen.until_text(words)


async def test_text_as_a_picture_on_request() -> None:
    async with full_screen(frame_of("linux-vga")) as screen:
        await screen.press("i")
        await screen.until_text("picture 720×400", "▀")
        await screen.press("i")
        await screen.until_text("text 80×25", "# ls -l /dev/tty1")


async def test_it_follows_the_size_of_the_terminal() -> None:
    async with full_screen(gradient()) as screen:
        await screen.run.resize(120, 40)
        await screen.until_text("38%")
        screen.show(frame_of("linux-framebuffer-log"))
        await screen.until_shown(frame_of("linux-framebuffer-log"))
        await screen.run.resize(160, 60)
        assert screen.view.text.top == 0


async def test_several_screens() -> None:
    async with full_screen(LOGIN, "vga", "virtio") as screen:
        second = text_frame("the second screen")
        screen.backend.frames[GUEST, 1] = second
        await screen.until_text("vga", "text 80×25")
        await screen.press("H")
        await screen.until_text("the second screen", "virtio")
        await screen.press("slash")
        await screen.run.write("login")
        await screen.press("enter")
        await screen.until_text("0/0")
        await screen.press("H")
        await screen.until_text("web01 login:", "1/1")


async def test_drawing_counts_for_the_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long to be painted is not painted again at once, whatever the host needed for it."""
    took: list[float] = []
    pause = Pace.pause

    def noted(pace: Pace, **of: Any) -> Pause:
        took.append(of["took"])
        return pause(pace, **of)

    async with full_screen() as screen:
        show = screen.view.show

        async def slow(frame: Frame) -> int:
            await asyncio.sleep(0.2)
            return await show(frame)

        monkeypatch.setattr(screen.view, "show", slow)
        monkeypatch.setattr(Pace, "pause", noted)
        screen.pane.watching.hurry()
        await screen.run.until(lambda: len(took) > 1, "two looks")
        assert took[1] >= 0.2


async def test_the_view_stands_still_while_a_cursor_blinks_on_an_empty_row() -> None:
    lines = [f"row {number}" for number in range(24)]
    blank = text_frame(*lines)
    assert blank.text is not None
    cursor = Row(" " * 80, (Run(1, GREY, GREY), Run(79, GREY, BLACK)))
    text = TextScreen((*blank.text.rows[:24], cursor), None)
    blinking = Frame(blank.picture, text, "png", b"blinking")
    async with full_screen(blank, size=(80, 12)) as screen:
        top = screen.view.text.top
        assert top > 0
        for frame in (blinking, blank, blinking):
            screen.show(frame)
            await screen.until_shown(frame)
            assert screen.view.text.top == top

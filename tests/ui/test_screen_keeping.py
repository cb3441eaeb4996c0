"""What somebody keeps of a guest's screen: its text, its picture, an eye on it, another window."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.support.frames import frame_of, gradient, text_frame
from tests.support.screen_app import GUEST, LOGIN, ScreenRun, full_screen, screen_tab
from tests.support.world import LAB1, changed
from tuivirt.core.changes import Upserted
from tuivirt.core.errors import HostError
from tuivirt.resources.domain.snapshot import State
from tuivirt.ui.guest_screen import viewer, waits

BOOT = frame_of("linux-vga-log")


async def test_all_text_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    async with full_screen() as screen:
        await screen.press("y")
        await screen.run.until_note("copied")
        assert screen.run.app.clipboard == "Debian GNU/Linux 12 web01 tty1\n\nweb01 login:"
        picture = gradient()
        screen.show(picture)
        await screen.until_shown(picture)
        await screen.press("y")
        await screen.run.until_note("which has no text")


async def test_text_is_selected_by_keys_while_the_screen_stands_still() -> None:
    async with full_screen() as screen:
        await screen.press("left_square_bracket")
        await screen.until_text("Esc back", "v select")
        await screen.press("g", "0", "v", "l", "l", "l", "l", "l")
        screen.show(text_frame("something else"))
        await screen.run.until(lambda: screen.view.frame is not LOGIN, "another frame")
        assert "Debian GNU/Linux" in screen.run.text
        await screen.press("y")
        assert screen.run.app.clipboard == "Debian"
        await screen.until_text("something else")


async def test_what_is_empty_leaves_the_clipboard_alone() -> None:
    async with full_screen(text_frame("", "")) as screen:
        screen.run.app.copy_to_clipboard("before")
        await screen.press("y")
        await screen.run.until_note("nothing to copy")
        assert screen.run.app.clipboard == "before"


async def test_text_is_selected_by_the_mouse() -> None:
    async with full_screen() as screen:
        pilot = screen.run.pilot
        await pilot.mouse_down(offset=(7, 0))
        await pilot.hover(offset=(10, 0))
        await pilot.hover(offset=(15, 0))
        await pilot.mouse_up(offset=(15, 0))
        await screen.until_text("v select")
        await screen.press("enter")
        assert screen.run.app.clipboard == "GNU/Linux"


async def test_a_picture_has_nothing_to_select() -> None:
    async with full_screen(gradient()) as screen:
        await screen.press("left_square_bracket", "slash")
        assert screen.view.text.reading is None
        assert not screen.pane.find.display


async def test_searching() -> None:
    async with full_screen(BOOT) as screen:
        await screen.press("slash")
        await screen.run.write("memory:")
        await screen.until_text("1/4")
        await screen.press("enter", "n", "n")
        await screen.until_text("3/4")
        await screen.press("N")
        await screen.until_text("2/4")
        screen.show(LOGIN)
        await screen.until_text("0/0")
        screen.show(BOOT)
        await screen.until_text("1/4")
        await screen.press("escape")
        assert screen.view.text.query == ""
        await screen.press("escape")
        await screen.run.until_main()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def save(screen: ScreenRun, path: Path) -> None:
    """Write what is shown."""
    await screen.press("f")
    await screen.run.until_dialog("To which file?")
    await screen.press("ctrl+u", *str(path), "enter")


async def test_the_picture_and_its_text_are_written(tmp_path: Path) -> None:
    async with full_screen(BOOT) as screen:
        await save(screen, tmp_path / "boot.png")
        await screen.run.until_note("written to")
        with Image.open(tmp_path / "boot.png") as image:
            assert image.size == (720, 400)
            assert image.convert("RGB").tobytes() == BOOT.picture.rgb
        await save(screen, tmp_path / "boot.txt")
        await screen.run.until_note("boot.txt")
        assert BOOT.text is not None
        assert (tmp_path / "boot.txt").read_text() == BOOT.text.text.rstrip("\n") + "\n"
        assert names_in(tmp_path) == ["boot.png", "boot.txt"]


async def test_a_ppm_picture_is_written_as_png(tmp_path: Path) -> None:
    async with full_screen(gradient()) as screen:
        await save(screen, tmp_path / "desktop.png")
        await screen.run.until_note("written to")
        with Image.open(io.BytesIO((tmp_path / "desktop.png").read_bytes()), formats=["PNG"]) as image:
            assert image.tobytes() == gradient().picture.rgb
        await save(screen, tmp_path / "desktop.txt")
        await screen.run.until_note("which has no text")


async def test_no_file_is_replaced_without_a_question(tmp_path: Path) -> None:
    there = tmp_path / "there.png"
    there.write_text("precious")
    async with full_screen(BOOT) as screen:
        await save(screen, there)
        await screen.run.until_dialog("exists. Replace it?")
        await screen.press("n")
        await screen.run.settled()
        assert there.read_text() == "precious"
        await save(screen, there)
        await screen.run.until_dialog("exists. Replace it?")
        await screen.press("y")
        await screen.run.until_note("written to")
        assert there.read_bytes().startswith(b"\x89PNG")
        await save(screen, tmp_path / "no" / "such.png")
        await screen.run.until_note("there is no directory")


async def test_waiting_for_a_text_that_appears_while_one_looks() -> None:
    async with full_screen() as screen:
        await screen.press("w")
        await screen.run.until_dialog("shows which text?")
        await screen.run.write("password:")
        await screen.press("enter")
        await screen.until_text("waits for “password:”")
        screen.show(text_frame("web01 login: root", "Password: "))
        note = await screen.run.until_note("Password:")
        assert note == "web01: password:: Password:"
        await screen.run.until(lambda: "waits for" not in screen.bar, "it waits no more")


async def test_a_text_that_was_there_is_not_told() -> None:
    """Nor where its row goes on, or moves up; but when it comes again, or the guest starts with it."""
    async with full_screen() as screen:
        await screen.press("w")
        await screen.run.until_dialog()
        await screen.run.write("login:")
        await screen.press("enter")
        await screen.until_text("waits for “login:”")
        wait = screen.pane._screens.waits.of(GUEST)
        assert wait is not None
        await screen.run.until(lambda: wait.before is not None, "a first look")
        for frame in (
            text_frame("Debian", "", "web01 login: root"),
            text_frame("", "web01 login: root", "Password:"),
        ):
            screen.show(frame)
            await screen.until_shown(frame)
        assert not screen.run.notes
        screen.show(text_frame("web01 login: root", "Password:", "incorrect", "web01 login:"))
        assert await screen.run.until_note("login:") == "web01: login:: web01 login:"


async def test_the_same_line_once_more_is_told() -> None:
    async with full_screen(text_frame("job done", "$")) as screen:
        screen.pane._screens.waits.begin(GUEST, "web01", 0, "job done")
        wait = screen.pane._screens.waits.of(GUEST)
        assert wait is not None
        await screen.run.until(lambda: wait.before is not None, "a first look")
        moved = text_frame("", "job done", "$ run")
        screen.show(moved)
        await screen.until_shown(moved)
        await screen.run.until(lambda: wait.before == {1: "job done"}, "another look")
        assert not screen.run.notes
        screen.show(text_frame("job done", "$ run", "job done", "$"))
        assert await screen.run.until_note("job done") == "web01: job done: job done"


async def test_a_line_as_one_that_has_just_left_the_screen_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "PAUSE", 0.01)
    async with full_screen() as screen:
        screen.show(text_frame("job done", "$ ls", "a  b", "$ run"))
        screen.pane._screens.waits.begin(GUEST, "web01", 0, "job done")
        wait = screen.pane._screens.waits.of(GUEST)
        assert wait is not None
        await screen.run.until(lambda: wait.before == {0: "job done"}, "a first look")
        screen.show(text_frame("$ ls", "a  b", "$ run", "job done"))
        assert await screen.run.until_note("job done") == "web01: job done: job done"


@pytest.mark.parametrize(
    ("before", "now", "up"),
    [
        ([], [], 0),
        (["a", "b", ""], ["a", "b", "c"], 0),
        (["a", "b", "c"], ["b", "c", "d"], 1),
        (["a", "b", "$"], ["b", "$ ls", "x"], 1),
        (["a", "", "b", "$"], ["b", "$ ls", "x", "y"], 2),
        (["a", "", "$"], ["", "$ ls", "x"], 0),
        (["a", "b", "c"], ["x", "y", "z"], 0),
        (["y", "y", "y"], ["y", "y", "y"], 0),
        (["a"], ["b", "c"], 0),
    ],
)
def test_how_far_a_screen_has_moved(before: list[str], now: list[str], up: int) -> None:
    assert waits.scrolled(before, now) == up


async def test_what_a_guest_starts_with_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "PAUSE", 0.01)
    async with full_screen() as screen:
        screen.backend.tell(Upserted(changed(LAB1[0], State.SHUTOFF), 1.0))
        screen.show(HostError("domain is not running", 55, 20))
        await screen.until_text("is shut off")
        screen.pane._screens.waits.begin(GUEST, "web01", 0, "login:")
        wait = screen.pane._screens.waits.of(GUEST)
        assert wait is not None
        await screen.run.until(lambda: wait.before is not None, "a first look")
        screen.show(LOGIN)
        await screen.run.until_note("web01 login:")


async def test_waiting_goes_on_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "PAUSE", 0.01)
    async with full_screen() as screen:
        await screen.press("w")
        await screen.run.until_dialog()
        await screen.press(*"booted", "enter")
        await screen.until_text("waits for")
        await screen.press("q")
        await screen.run.until_main()
        screen.show(HostError("domain is not running", 55, 20))
        looks = screen.backend.looks
        await screen.run.until(lambda: screen.backend.looks > looks + 2, "it looks on")
        screen.show(text_frame("all booted now"))
        await screen.run.until_note("all booted now")
        looks = screen.backend.looks
        await screen.run.settled()
        assert screen.backend.looks <= looks + 1


async def test_waiting_ends_on_request_and_with_the_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "PAUSE", 0.01)
    async with screen_tab() as screen:
        all_waits = screen.pane._screens.waits
        for end in ("w", "gone"):
            await screen.press("w")
            await screen.run.until_dialog()
            await screen.press(*"never", "enter")
            await screen.until_text("waits for “never”")
            if end == "w":
                await screen.press("w")
            else:
                screen.backend.listed("lab1", [])
            await screen.run.until(lambda: all_waits.of(GUEST) is None, "it waits no more")


async def test_virt_viewer(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[list[str]] = []
    monkeypatch.setattr(viewer, "why_not", lambda environment, uri: "")
    monkeypatch.setattr(viewer, "open_viewer", lambda words, failed: opened.append(words))
    async with screen_tab() as screen:
        await screen.press("E")
        await screen.run.until_note("virt-viewer opens web01.")
        uri = "qemu+ssh://root@lab1.example.org/system"
        assert opened == [["virt-viewer", "--connect", uri, "--uuid", "--", GUEST.id]]

        def fails(*_: object) -> None:
            raise OSError("no more processes")

        monkeypatch.setattr(viewer, "open_viewer", fails)
        await screen.press("E")
        await screen.run.until_note("no more processes")


async def test_no_virt_viewer_without_a_graphical_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    async with screen_tab() as screen:
        await screen.press("E")
        await screen.run.until_note("There is no graphical session here")

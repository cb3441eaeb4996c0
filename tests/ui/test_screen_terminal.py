"""Pictures of a guest's screen as bytes on a terminal: by what it says it can draw, and damaging nothing."""

import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.support.emulator import CELL_HEIGHT, CELL_WIDTH
from tests.support.hosts import HostDomain, write_host
from tests.support.tuivirt_terminal import App

PLACEHOLDER = "\U0010eeee"


@pytest.fixture
def host(tmp_path: Path) -> str:
    """One with a screen: libvirt's test driver has a picture for it."""
    video = "<video><model type='vga'/></video>"
    return write_host(tmp_path / "host.xml", [HostDomain("web01", state="running", devices=video)])


def open_screen(app: App) -> None:
    app.until_row("web01", "running")
    app.press("v")
    app.until(lambda screen: "picture 1120×832" in screen.text, what="the screen of a guest")


def png_of(parts: list[bytes]) -> Image.Image:
    """The picture that was sent in these portions."""
    data = b"".join(part.partition(b";")[2] for part in parts)
    return Image.open(BytesIO(b64decode(data)))


def test_kitty(tmp_path: Path, host: str) -> None:
    with App(tmp_path, "-c", host, graphics="kitty") as app:
        open_screen(app)
        app.until(lambda screen: screen.text.count(PLACEHOLDER) == 120 * 39, what="placeholders in all cells")
        parts = [content for _, content in app.emulator.pictures]
        assert parts[0].startswith(b"Ga=T,U=1,q=2,f=100,i=")
        assert b",c=120,r=39," in parts[0]
        assert png_of(parts).size == (120 * CELL_WIDTH, 39 * CELL_HEIGHT)
        assert "picture 1120×832" in app.screen.lines[39], "the line under it is as it was"
        assert "▀" not in app.screen.text
        # What lies over a picture covers it; behind a dialog there are half blocks.
        app.press("K")
        app.until(lambda screen: "type to find" in screen.text and PLACEHOLDER not in screen.text)
        app.press("escape")
        app.until(lambda screen: screen.text.count(PLACEHOLDER) == 120 * 39, what="the picture again")
        app.press("q")
        app.until(lambda screen: PLACEHOLDER not in screen.text and "STATE" in screen.text)
        freed = b"Ga=d,d=I,q=2,i="
        app.until(lambda _: app.emulator.pictures[-1][1].startswith(freed), what="that it is forgotten")
        app.press("q")
        assert app.wait() == 0


def test_sixel(tmp_path: Path, host: str) -> None:
    with App(tmp_path, "-c", host, graphics="sixel") as app:
        open_screen(app)
        app.until(lambda screen: app.emulator.pictures, what="a picture")
        (row, column), picture = app.emulator.pictures[-1]
        assert (row, column) == (0, 0)
        size = re.match(rb'P?0;1;0q"1;1;(\d+);(\d+)', picture)
        assert size is not None
        assert (int(size[1]), int(size[2])) == (120 * CELL_WIDTH, 39 * CELL_HEIGHT)
        assert "picture 1120×832" in app.screen.lines[39], "the line under it is as it was"
        assert not any(app.screen.lines[:39]), "the cells under it are blank"
        app.press("K")
        app.until(lambda screen: "type to find" in screen.text and "▀▀" in screen.text)
        count = len(app.emulator.pictures)
        app.press("escape")
        app.until(lambda screen: len(app.emulator.pictures) > count and "▀" not in screen.text)
        app.press("q")
        app.until_row("web01", "running")
        app.press("q")
        assert app.wait() == 0


@pytest.mark.parametrize(
    ("graphics", "environment", "settings", "drawn"),
    [
        ("", {}, "", "▀"),
        ("kitty", {"TMUX": "/tmp/tmux"}, "", "▀"),
        ("kitty", {"TERM": "screen-256color"}, "", "▀"),
        ("kitty", {}, 'screen_drawing = "blocks"', "▀"),
        ("kitty", {"NO_COLOR": "1"}, "", "▀"),
        ("kitty", {}, 'screen_drawing = "ascii"', "%"),
        ("kitty", {"COLORTERM": ""}, "", PLACEHOLDER),
        ("", {"TMUX": "/tmp/tmux"}, 'screen_drawing = "kitty"', PLACEHOLDER),
    ],
)
def test_what_is_drawn_where(
    tmp_path: Path, host: str, graphics: str, environment: dict[str, str], settings: str, drawn: str
) -> None:
    with App(
        tmp_path, "-c", host, columns=80, rows=24, graphics=graphics, settings=settings, **environment
    ) as app:
        open_screen(app)
        app.until(lambda screen: screen.text.count(drawn) > 100, what=f"cells of {drawn!r}")
        app.press("q", "q")
        assert app.wait() == 0


def test_a_terminal_that_says_nothing_has_half_blocks(tmp_path: Path, host: str) -> None:
    """And what is typed while the answer is waited for is typed."""
    with App(tmp_path, "-c", host) as app:
        app.until_row("web01", "running")
        app.emulator.silent = True
        app.press("v")
        app.until(lambda screen: b"\x1b[c" in app.written, what="the question")
        app.press("K")
        app.until_text("type to find")
        app.press("escape")
        app.until(lambda screen: screen.text.count("▀") > 100, what="half blocks")
        app.press("q", "q")
        assert app.wait() == 0

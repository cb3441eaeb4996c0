"""A guest's screen: the time to read its text, and what text and pictures cost on the terminal.

The frames are those that real guests have drawn (tests/data/screens).
"""

import time
from collections.abc import Callable, Iterator
from itertools import count

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from benchmarks.figures import Figure, at_most, median, milliseconds
from benchmarks.lab import Lab
from tests.support.frames import frame_of
from tuivirt.backend.font_shelf import shelf
from tuivirt.core.screen.picture import Picture
from tuivirt.core.screen.reader import Reader
from tuivirt.core.screen.viewport import Viewport
from tuivirt.ui.guest_screen.canvas import Canvas, Drawing, Way
from tuivirt.ui.guest_screen.painting import Painter
from tuivirt.ui.guest_screen.text_rows import segments

FRAMES = {"VGA 720×400": ("linux-vga-log", 9), "framebuffer 1280×800": ("linux-framebuffer-log", 8)}
"""A sample, and the width of its cells in pixels."""
CELL_HEIGHT = 16
VIEW = (118, 36)
"""Cells that a full screen of 120×40 leaves to a guest."""
BUDGET = 0.010
"""Seconds a frame in which a line has changed may take."""
WAYS: dict[Way, str] = {"blocks": "half blocks", "kitty": "Kitty", "sixel": "sixel"}


def reading(lab: Lab) -> Iterator[Figure]:
    """From pixels to text: nothing changed, one line did, and a screen that was never seen."""
    for what, (name, width) in FRAMES.items():
        picture = frame_of(name).picture
        reader = Reader(shelf())
        reader.read(picture)
        same = median(lab.times(60, lambda: _timed(lambda: reader.read(picture))))  # noqa: B023 (called here)
        others = (_with_another_line(picture, width * step) for step in count(1))
        line = median(lab.times(60, lambda: _line(reader, next(others))))  # noqa: B023
        first = median(lab.times(15, lambda: _timed(lambda: Reader(shelf()).read(picture))))  # noqa: B023
        yield at_most(
            f"screen: {what}, a line changed",
            line,
            BUDGET,
            milliseconds,
            note=f"({milliseconds(same)} unchanged, {milliseconds(first)} the first time)",
        )


def _with_another_line(picture: Picture, shift: int) -> Picture:
    """Its ninth line of text is the third, shifted by so many pixels: a line that was never seen."""
    stride = picture.width * 3
    band = stride * CELL_HEIGHT
    third = picture.rgb[2 * band : 3 * band]
    cut = shift * 3 % stride
    rows = (third[at : at + stride] for at in range(0, band, stride))
    ninth = b"".join(row[cut:] + row[:cut] for row in rows)
    return picture._replace(rgb=picture.rgb[: 8 * band] + ninth + picture.rgb[9 * band :])


def _line(reader: Reader, picture: Picture) -> float:
    return _timed(lambda: reader.read(picture))


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def drawing(lab: Lab) -> Iterator[Figure]:
    """A whole frame on the terminal: its bytes, as text and as a picture, and the time to make them."""
    for what, (name, _) in FRAMES.items():
        frame = frame_of(name)
        assert frame.text is not None
        rows = frame.text.rows[-VIEW[1] :]
        took = median(lab.times(15, lambda: _timed(lambda: [segments(row) for row in rows])))  # noqa: B023
        text = sum(_bytes(segments(row)) for row in rows)
        yield _beside(f"screen: {what} as text", text, text, took)
        for way, told in WAYS.items():
            size, took = _painted(lab, frame.picture, Canvas(Drawing(way), *VIEW))
            yield _beside(f"… as {told}", size, text, took)


def _painted(lab: Lab, picture: Picture, canvas: Canvas) -> tuple[int, float]:
    """Bytes and seconds of a picture that fills the view."""
    viewport = Viewport()
    viewport.resize((picture.width, picture.height), canvas.dots)
    box = viewport.box()
    painter = Painter(0, ColorSystem.TRUECOLOR)
    took = median(lab.times(9, lambda: _timed(lambda: painter.paint(picture, box, canvas, None))))
    painting = painter.paint(picture, box, canvas, None)
    return sum(map(_bytes, painting.lines)) + len(painting.sent.encode()), took


def _bytes(line: list[Segment]) -> int:
    return sum(
        len((style or Style.null()).render(text, color_system=ColorSystem.TRUECOLOR).encode())
        for text, style, _ in line
    )


def _beside(what: str, size: int, text: int, took: float) -> Figure:
    return Figure(
        what, f"{text:,} B text", f"{size:,} B", f"{size / text:.1f} × in {milliseconds(took)}", "", None
    )

"""What guests' screens show, as the backend would hand it on."""

from functools import cache
from pathlib import Path

from tuivirt.backend.font_shelf import shelf
from tuivirt.backend.pictures import decode
from tuivirt.core.screen.frame import Frame
from tuivirt.core.screen.picture import Picture, measure
from tuivirt.core.screen.reader import Reader
from tuivirt.core.screen.text import Row, Run, TextScreen

SCREENS = Path(__file__).parents[1] / "data" / "screens"
GREY, BLACK = 0xA8A8A8, 0


@cache
def frame_of(name: str) -> Frame:
    """One of the screens in tests/data, which real guests have drawn (see tools/guest_screens.py)."""
    return frame_from((SCREENS / f"{name}.png").read_bytes())


def frame_from(file: bytes) -> Frame:
    picture = decode(file)
    return Frame(picture, Reader(shelf()).read(picture), measure(file).kind, file)


def text_frame(
    *lines: str, columns: int = 80, rows: int = 25, cursor: tuple[int, int] | None = None
) -> Frame:
    """A frame with this text, which nobody drew."""
    filled = [line.ljust(columns) for line in (*lines, *[""] * (rows - len(lines)))]
    text = TextScreen(tuple(Row(line, (Run(columns, GREY, BLACK),)) for line in filled), cursor)
    return Frame(Picture(1, 1, b"\0\0\0"), text, "png", "\n".join(lines).encode())


def gradient(width: int = 320, height: int = 200, blue: int = 0) -> Frame:
    """A frame with a picture that is no text."""
    rgb = bytes(
        value
        for y in range(height)
        for x in range(width)
        for value in (x * 255 // width, y * 255 // height, blue)
    )
    file = b"P6\n%d %d\n255\n" % (width, height) + rgb
    return Frame(Picture(width, height, rgb), None, "ppm", file)

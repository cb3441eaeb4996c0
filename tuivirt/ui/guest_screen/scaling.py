"""Parts of pictures in other sizes. These take milliseconds, and are called on a thread of their own."""

from io import BytesIO
from typing import TYPE_CHECKING, Final

from tuivirt.core.screen.picture import Picture
from tuivirt.core.screen.viewport import Box

if TYPE_CHECKING:
    from PIL.Image import Image

FINE: Final = 0xF8
"""Bits of a colour that count where it is drawn as cells: more colours cost bytes, and are not seen."""
_COARSER: Final = bytes(value & FINE for value in range(256)) * 3


def scaled(picture: Picture, box: Box) -> "Image":
    """The part of a picture that is shown, in the size in which it is drawn."""
    from PIL import Image  # here: 40 ms, for those who look at a picture

    image = Image.frombuffer("RGB", (picture.width, picture.height), picture.rgb, "raw", "RGB", 0, 1)
    smaller = box.width < box.source[2] - box.source[0]
    method = Image.Resampling.BOX if smaller else Image.Resampling.NEAREST
    return image.resize((box.width, box.height), method, box=box.source)


def on_canvas(image: "Image", box: Box, dots: tuple[int, int]) -> "Image":
    """Where it is drawn, on black."""
    from PIL import Image

    canvas = Image.new("RGB", dots)
    canvas.paste(image, (box.left, box.top))
    return canvas


def coarse(image: "Image") -> bytes:
    """Its pixels, three bytes each, in fewer colours."""
    return image.point(list(_COARSER)).tobytes()


def as_png(image: "Image") -> bytes:
    """A small file, made quickly."""
    out = BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def whole_png(picture: Picture) -> bytes:
    """A picture as a file to keep."""
    from PIL import Image

    image = Image.frombuffer("RGB", (picture.width, picture.height), picture.rgb, "raw", "RGB", 0, 1)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()

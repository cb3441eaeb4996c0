"""From the file of a picture to its pixels."""

import struct
import zlib
from io import BytesIO

from tuivirt.core.screen.picture import Picture, PictureError, bare_png, measure, read_ppm


def decode(data: bytes) -> Picture:
    """Raises PictureError; nothing is decoded before its size is known to be bearable."""
    head = measure(data)
    if head.kind == "ppm":
        return read_ppm(data, head)
    from PIL import Image  # here: 40 ms, for those who look at a screen

    try:
        with Image.open(BytesIO(bare_png(data)), formats=("PNG",)) as image:
            if image.size != (head.width, head.height):
                raise PictureError("a PNG picture with two sizes")
            return Picture(head.width, head.height, image.convert("RGB").tobytes())
    # What Pillow raises for a file that is broken.
    except (OSError, SyntaxError, IndexError, KeyError, EOFError, struct.error, zlib.error) as error:
        raise PictureError(f"a damaged PNG picture: {error}") from error
    except ValueError as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError(f"a damaged PNG picture: {error}") from error

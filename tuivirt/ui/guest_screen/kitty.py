"""Pictures by the graphics protocol of Kitty, placed by characters.

The terminal is given the picture, and draws it where it meets placeholder characters of the same colour.
These are text like any other: what lies over them covers them, and nothing else has to know.
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import Final

from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style

PORTION: Final = 4096
"""Bytes of one escape sequence."""
PLACEHOLDER: Final = "\U0010eeee"
IDS: Final = tuple(range(17, 231, 7))
"""Numbers of pictures that are also colours of the palette of 256."""

# How the protocol counts rows and columns: marks over the placeholder, in this order.
MARKS: Final = "".join(
    chr(code)
    for span in (
        *((0x305, 0x305), (0x30D, 0x30E), (0x310, 0x310), (0x312, 0x312), (0x33D, 0x33F), (0x346, 0x346)),
        *((0x34A, 0x34C), (0x350, 0x352), (0x357, 0x357), (0x35B, 0x35B), (0x363, 0x36F), (0x483, 0x487)),
        *((0x592, 0x595), (0x597, 0x599), (0x59C, 0x5A1), (0x5A8, 0x5A9), (0x5AB, 0x5AC), (0x5AF, 0x5AF)),
        *((0x5C4, 0x5C4), (0x610, 0x617), (0x657, 0x65B), (0x65D, 0x65E), (0x6D6, 0x6DC), (0x6DF, 0x6E2)),
        *((0x6E4, 0x6E4), (0x6E7, 0x6E8), (0x6EB, 0x6EC), (0x730, 0x730), (0x732, 0x733), (0x735, 0x736)),
        *((0x73A, 0x73A), (0x73D, 0x73D), (0x73F, 0x741), (0x743, 0x743), (0x745, 0x745), (0x747, 0x747)),
        *((0x749, 0x74A), (0x7EB, 0x7F1), (0x7F3, 0x7F3), (0x816, 0x819), (0x81B, 0x823), (0x825, 0x827)),
        *((0x829, 0x82D), (0x951, 0x951), (0x953, 0x954), (0xF82, 0xF83), (0xF86, 0xF87), (0x135D, 0x135F)),
        *((0x17DD, 0x17DD), (0x193A, 0x193A), (0x1A17, 0x1A17), (0x1A75, 0x1A7C), (0x1B6B, 0x1B6B)),
        *((0x1B6D, 0x1B73), (0x1CD0, 0x1CD2), (0x1CDA, 0x1CDB), (0x1CE0, 0x1CE0), (0x1DC0, 0x1DC1)),
        *((0x1DC3, 0x1DC9), (0x1DCB, 0x1DCC), (0x1DD1, 0x1DE6), (0x1DFE, 0x1DFE), (0x20D0, 0x20D1)),
        *((0x20D4, 0x20D7), (0x20DB, 0x20DC), (0x20E1, 0x20E1), (0x20E7, 0x20E7), (0x20E9, 0x20E9)),
        *((0x20F0, 0x20F0), (0x2CEF, 0x2CF1), (0x2DE0, 0x2DFF), (0xA66F, 0xA66F), (0xA67C, 0xA67D)),
        *((0xA6F0, 0xA6F1), (0xA8E0, 0xA8F1), (0xAAB0, 0xAAB0), (0xAAB2, 0xAAB3), (0xAAB7, 0xAAB8)),
        *((0xAABE, 0xAABF), (0xAAC1, 0xAAC1), (0xFE20, 0xFE26), (0x10A0F, 0x10A0F), (0x10A38, 0x10A38)),
        *((0x1D185, 0x1D189), (0x1D1AA, 0x1D1AD), (0x1D242, 0x1D244)),
    )
    for code in range(span[0], span[1] + 1)
)
MOST: Final = len(MARKS)
"""Rows, and columns, that can be counted."""


def transmit(png: bytes, id_: int, columns: int, rows: int) -> str:
    """What gives the terminal a picture, to be drawn over so many cells, in place of the last one."""
    return "".join(_transmit(b64encode(png).decode(), id_, columns, rows))


def _transmit(data: str, id_: int, columns: int, rows: int) -> Iterator[str]:
    head = f"a=T,U=1,q=2,f=100,i={id_},c={columns},r={rows},"
    portions = [data[at : at + PORTION] for at in range(0, len(data), PORTION)]
    for number, portion in enumerate(portions, 1):
        yield f"\x1b_G{head}m={int(number < len(portions))};{portion}\x1b\\"
        head = "q=2,"


def delete(id_: int) -> str:
    """What frees a picture."""
    return f"\x1b_Ga=d,d=I,q=2,i={id_};\x1b\\"


def colour_id(number: int, system: ColorSystem | None) -> tuple[int, Style] | None:
    """The id of a picture and the style of its placeholders; None where colours do not tell them.

    ``number`` is one of ``IDS``. A terminal of 256 colours is told the id by a colour's number, one of all
    colours by its red, green and blue.
    """
    colour = Color.from_triplet(Color.from_ansi(number).get_truecolor())
    if system is ColorSystem.EIGHT_BIT:
        return colour.downgrade(system).number or number, Style(color=colour)
    if system is ColorSystem.TRUECOLOR and colour.triplet is not None:
        red, green, blue = colour.triplet
        return red << 16 | green << 8 | blue, Style(color=colour)
    return None


def placeholders(row: int, columns: int, style: Style) -> list[Segment]:
    """A row of cells that show their part of the picture; each by itself, as it may be cut anywhere."""
    return [Segment(f"{PLACEHOLDER}{MARKS[row]}{MARKS[column]}", style) for column in range(columns)]

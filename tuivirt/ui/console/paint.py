"""A line of a terminal as segments: its looks in the colours of the theme, and what is drawn over them."""

from collections.abc import Iterable
from typing import Final

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tuivirt.terminal.cells import Colour, Look
from tuivirt.terminal.lines import Line

MOST_STYLES: Final = 2048
PALETTE: Final = (
    *("#2e3436", "#cc0000", "#4e9a06", "#c4a000", "#3465a4", "#75507b", "#06989a", "#d3d7cf"),
    *("#555753", "#ef2929", "#8ae234", "#fce94f", "#729fcf", "#ad7fa8", "#34e2e2", "#eeeeec"),
)
"""The sixteen colours (Tango's) where the theme brings its own: Textual's blue is a violet."""

Patch = tuple[int, int, Style]
"""Cells from … to … that are drawn in a style of their own."""


class Paints:
    """Styles by look, over the style of plain text; as looks come from a guest, not any number of them."""

    def __init__(self) -> None:
        self._base = Style.null()
        self._ansi = False
        self._styles: dict[Look, Style] = {}

    def base(self, style: Style, *, ansi: bool) -> None:
        """The style of text without a look of its own; ``ansi``: colours are those of the user's terminal."""
        if (style, ansi) != (self._base, self._ansi):
            self._base, self._ansi = style, ansi
            self._styles.clear()

    @property
    def cursor(self) -> Style:
        """A cell with its colours exchanged, also where the guest has exchanged them already."""
        base = self._base
        if base.color is None or base.bgcolor is None:
            return Style(reverse=True)
        return Style(color=base.bgcolor, bgcolor=base.color)

    def style(self, look: Look) -> Style:
        style = self._styles.get(look)
        if style is None:
            if len(self._styles) >= MOST_STYLES:
                self._styles.clear()
            style = self._styles[look] = self._base + _style(look, ansi=self._ansi)
        return style

    def strip(self, line: Line, left: int, width: int, patches: Iterable[Patch] = ()) -> Strip:
        """So many cells of a line from a column on; ``patches`` count from the line's beginning."""
        segments = [Segment(text, self.style(look)) for text, look in line.runs]
        strip = Strip(segments).crop_extend(left, left + width, self._base)
        if left:
            strip = _without_marks(strip)
        for first, last, style in patches:
            start, end = _whole(line.text, first, last)
            strip = _patched(strip, start - left, end - left, style, width)
        return strip


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """These cells, and the other halves of the characters that have two."""
    at = 0
    for char in "" if text.isascii() else text:
        width = cell_len(char)
        if at < start < at + width:
            start = at
        if at < end < at + width:
            end = at + width
        at += width
    return start, end


def _without_marks(strip: Strip) -> Strip:
    """A row that is cut off at the left, without marks of a character that is not there any more."""
    first, *rest = strip or [Segment("")]
    text = first.text.lstrip("".join({char for char in first.text if not cell_len(char)}))
    return strip if text == first.text else Strip([Segment(text, first.style), *rest], strip.cell_length)


def _patched(strip: Strip, start: int, end: int, style: Style, width: int) -> Strip:
    start, end = max(0, start), min(end, width)
    if start >= end:
        return strip
    before, inside, after = strip.crop(0, start), strip.crop(start, end), strip.crop(end, width)
    # Over the segments' own styles, which Strip.apply_style lets win.
    over = Strip([Segment(text, (own or Style.null()) + style) for text, own, _ in inside])
    return Strip.join([before, over, after])


def _style(look: Look, *, ansi: bool) -> Style:
    foreground = look.foreground
    if look.bold and isinstance(foreground, int) and foreground < 8:
        foreground += 8  # bold is bright where there are only eight, which guests count on
    return Style(
        color=_colour(foreground, ansi=ansi),
        bgcolor=_colour(look.background, ansi=ansi),
        bold=look.bold or None,
        dim=look.dim or None,
        italic=look.italic or None,
        underline=look.underline or None,
        strike=look.strike or None,
        reverse=look.reverse or None,
    )


def _colour(colour: Colour, *, ansi: bool) -> Color | None:
    if colour is None:
        return None
    if isinstance(colour, int):
        return Color.from_ansi(colour) if ansi or colour >= len(PALETTE) else Color.parse(PALETTE[colour])
    return Color.parse(colour)

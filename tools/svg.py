"""A screen of a terminal as an SVG picture that looks the same with any fixed-width font.

Every word has its own place and width, so that fonts of another width move nothing; blocks are drawn, as
fonts differ in them most; no font is fetched from anywhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

WIDTH, HEIGHT = 9.6, 20.0
"""Of a cell, in pixels: fixed-width fonts are about 0.6 em wide."""
FONT_SIZE, BASELINE = 16, 15.0
MARGIN = 12.0
FONTS = "ui-monospace,'Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace"
BLOCKS: dict[str, tuple[float, float, float, float]] = {
    **{character: (0, 1 - n / 8, 1, 1) for n, character in enumerate("▁▂▃▄▅▆▇█", 1)},
    **{character: (0, 0, n / 8, 1) for n, character in enumerate("▏▎▍▌▋▊▉", 1)},
    "▀": (0, 0, 1, 1 / 2),
    "▔": (0, 0, 1, 1 / 8),
    "▐": (1 / 2, 0, 1, 1),
    "▕": (7 / 8, 0, 1, 1),
}
"""Left, top, right and bottom in parts of the cell."""
ARMS = {
    **dict.fromkeys("─", "lr"),
    **dict.fromkeys("│", "ud"),
    **dict.fromkeys("┌╭", "rd"),
    **dict.fromkeys("┐╮", "ld"),
    **dict.fromkeys("└╰", "ur"),
    **dict.fromkeys("┘╯", "ul"),
    **dict.fromkeys("├", "urd"),
    **dict.fromkeys("┤", "uld"),
    **dict.fromkeys("┬", "lrd"),
    **dict.fromkeys("┴", "lru"),
    **dict.fromkeys("┼", "lrud"),
}
"""Where the lines from the middle of the cell go: left, right, up, down."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a style comes to."""

    color: str
    background: str
    bold: bool
    italic: bool
    underline: bool
    strike: bool

    @classmethod
    def of(cls, style: Style | None, default: "Look") -> "Look":
        if style is None:
            return default
        theme = DEFAULT_TERMINAL_THEME
        color = style.color.get_truecolor(theme, foreground=True).hex if style.color else default.color
        back = (
            style.bgcolor.get_truecolor(theme, foreground=False).hex if style.bgcolor else default.background
        )
        if style.reverse:
            color, back = back, color
        if style.dim:
            color = mixed(color, back)
        return cls(
            color, back, bool(style.bold), bool(style.italic), bool(style.underline), bool(style.strike)
        )

    @property
    def css(self) -> str:
        rules = [f"fill:{self.color}"]
        if self.bold:
            rules.append("font-weight:bold")
        if self.italic:
            rules.append("font-style:italic")
        if lines := [
            word for word, on in (("underline", self.underline), ("line-through", self.strike)) if on
        ]:
            rules.append(f"text-decoration:{' '.join(lines)}")
        return ";".join(rules)


def mixed(one: str, other: str) -> str:
    """The colour between two."""
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return f"#{bytes((a + b) // 2 for a, b in pairs).hex()}"


@dataclass(frozen=True, slots=True)
class Run:
    """Cells of one look: a word, spaces, or one character that is drawn, any number of times."""

    row: int
    column: int
    text: str
    look: Look

    @property
    def cells(self) -> int:
        return cell_len(self.text)


def picture(lines: Iterable[Iterable[Segment]], columns: int, color: str, background: str) -> str:
    """The lines of a screen, from the top. The colours are for what has none."""
    default = Look(color, background, bold=False, italic=False, underline=False, strike=False)
    runs = [run for row, line in enumerate(lines) for run in runs_of(row, line, default)]
    rows = 1 + max((run.row for run in runs), default=0)
    width, height = columns * WIDTH + 2 * MARGIN, rows * HEIGHT + 2 * MARGIN
    looks = {css: f"s{number}" for number, css in enumerate(dict.fromkeys(run.look.css for run in runs))}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}">',
        f"<style>text{{font-family:{FONTS};font-size:{FONT_SIZE}px;white-space:pre}}",
        "rect,path{shape-rendering:crispEdges}",
        *(f".{name}{{{css}}}" for css, name in looks.items()),
        "</style>",
        f'<rect width="{width:g}" height="{height:g}" rx="8" fill="{background}"/>',
        f'<g transform="translate({MARGIN:g} {MARGIN:g})">',
        *backgrounds(runs, background),
    ]
    for run in runs:
        if run.text.strip() or run.look.underline or run.look.strike:
            parts += drawn(run, looks[run.look.css])
    return "\n".join((*parts, "</g>", "</svg>", ""))


def runs_of(row: int, line: Iterable[Segment], default: Look) -> Iterator[Run]:
    column = 0
    for segment in line:
        if segment.control:
            continue
        look = Look.of(segment.style, default)
        for _, characters in groupby(segment.text, kind):
            run = Run(row, column, "".join(characters), look)
            column += run.cells
            yield run


def kind(character: str) -> str:
    if character in BLOCKS or character in ARMS:
        return character
    return " " if character == " " else "word"


def backgrounds(runs: Iterable[Run], background: str) -> Iterator[str]:
    for (row, color), alike in groupby(runs, lambda run: (run.row, run.look.background)):
        if color != background:
            line = list(alike)
            yield rect(line[0].column, row, sum(run.cells for run in line), 1, f'fill="{color}"')


def drawn(run: Run, name: str) -> Iterator[str]:
    first = run.text[0]
    if first in BLOCKS:
        left, top, right, bottom = BLOCKS[first]
        # Side by side they are one, without seams.
        count, cells = (1, run.cells) if right - left == 1 else (run.cells, 1)
        for place in range(count):
            x = run.column + place + left
            yield rect(x, run.row + top, (right - left) * cells, bottom - top, f'class="{name}"')
    elif first in ARMS:
        count, cells = (1, run.cells) if first == "─" else (run.cells, 1)
        for place in range(count):
            yield from strokes(run.column + place, run.row, ARMS[first], cells, run.look.color)
    else:
        x, y = run.column * WIDTH, run.row * HEIGHT + BASELINE
        length = (
            f' textLength="{run.cells * WIDTH:g}" lengthAdjust="spacingAndGlyphs"' if run.cells > 1 else ""
        )
        yield f'<text class="{name}" x="{x:g}" y="{y:g}"{length}>{escape(run.text, quote=False)}</text>'


def strokes(column: int, row: int, arms: str, cells: int, color: str) -> Iterator[str]:
    """The lines of a cell, or of some that are alike."""
    x, y = (column + 0.5) * WIDTH, (row + 0.5) * HEIGHT
    far = cells * WIDTH - WIDTH / 2
    moves = {"l": f"h{-WIDTH / 2:g}", "r": f"h{far:g}", "u": f"v{-HEIGHT / 2:g}", "d": f"v{HEIGHT / 2:g}"}
    path = "".join(f"M{x:g} {y:g}{moves[arm]}" for arm in arms)
    yield f'<path d="{path}" stroke="{color}"/>'


def rect(column: float, row: float, columns: float, rows: float, rest: str) -> str:
    x, y, width, height = column * WIDTH, row * HEIGHT, columns * WIDTH, rows * HEIGHT
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" {rest}/>'

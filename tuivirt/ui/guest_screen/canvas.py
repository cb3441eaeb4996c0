"""What pictures are drawn on: by which way of the terminal, and over how many cells."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

from rich.color import ColorSystem

if TYPE_CHECKING:
    from textual.app import App

Way = Literal["kitty", "sixel", "blocks", "ascii"]
Wish = Literal["auto", "kitty", "sixel", "blocks", "ascii"]
"""What the settings say."""
WAYS: Final = get_args(Way)

PATIENCE: Final = 5.0
"""Seconds in which a terminal says what it can draw: nearly all say something, after a round trip."""
USUAL_CELL: Final = (10, 20)
"""Pixels of a cell where the terminal does not tell; Kitty scales what does not fit."""


class Drawing(NamedTuple):
    """How pictures are drawn here."""

    way: Way = "blocks"
    cell: tuple[int, int] = USUAL_CELL
    """Pixels of a cell, width and height."""


class Canvas(NamedTuple):
    """Cells that a picture is drawn over."""

    drawing: Drawing
    columns: int
    rows: int

    @property
    def dots(self) -> tuple[int, int]:
        """Width and height in dots: what can have a colour of its own."""
        across, down = self.drawing.cell if self.drawing.way in {"kitty", "sixel"} else (1, 2)
        return self.columns * across, self.rows * down


async def find_drawing(app: "App[Any]", wish: Wish, *, ascii_only: bool) -> Drawing:
    """How to draw: as it is wished, or by what the terminal says that it can. Asks it at most once."""
    if ascii_only or wish == "ascii":
        return Drawing("ascii")
    if wish == "blocks" or app.no_color or app.ansi_color:
        return Drawing("blocks")
    ask = getattr(app._driver, "ask_graphics", None)  # noqa: SLF001 (Textual has no other way to its driver)
    if ask is None or (wish == "auto" and not may_ask(os.environ)):
        return Drawing(wish) if wish != "auto" else Drawing("blocks")
    graphics = await ask(PATIENCE)
    cell = graphics.cell or USUAL_CELL
    if wish != "auto":
        return Drawing(wish, cell)
    # Rich's name of the colours that the terminal has.
    system = app.console.color_system
    if graphics.kitty and system in {"256", "truecolor"}:
        return Drawing("kitty", cell)
    if graphics.sixel and graphics.cell is not None:
        return Drawing("sixel", cell)
    return Drawing("blocks")


def may_ask(environment: Mapping[str, str]) -> bool:
    """Whether the terminal understands the question, and no multiplexer would keep the picture to itself."""
    if any(environment.get(name) for name in ("TMUX", "STY", "ZELLIJ")):
        return False
    term = environment.get("TERM", "")
    if term in {"linux", "dumb", ""} or term.startswith(("screen", "tmux")):
        return False
    return environment.get("TERM_PROGRAM") != "Apple_Terminal"


def color_system(name: str | None) -> ColorSystem | None:
    """By Rich's own name."""
    return {"256": ColorSystem.EIGHT_BIT, "truecolor": ColorSystem.TRUECOLOR}.get(name or "")

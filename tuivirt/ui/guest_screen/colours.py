"""Cells in the colours of a guest."""

from functools import lru_cache
from typing import Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

SEQUENCE: Final = 38
"""Bytes that switch to two colours in the terminal."""


@lru_cache(8192)
def style(fg: int, bg: int) -> Style:
    """Of two colours, each as 0xRRGGBB."""
    return Style(color=_colour(fg), bgcolor=_colour(bg))


def _colour(value: int) -> Color:
    return Color.from_rgb(value >> 16, value >> 8 & 255, value & 255)


def cost(segments: list[Segment]) -> int:
    """About how many bytes these take on the terminal."""
    return sum(SEQUENCE + len(text.encode()) for text, _, _ in segments)

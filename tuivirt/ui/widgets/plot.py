"""Plots of a value over time, drawn with eighths of blocks: they look the same in 16 colours and in all."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
HOLD: Final = 3.5
"""A gap is bridged that is no longer than so many usual distances between two values."""


def columns(
    at: Sequence[float], values: Sequence[float], count: int, start: float, end: float
) -> list[float]:
    """The values of so many equal spans from ``start`` to ``end``: the highest in each, NaN where unknown.

    ``at`` ascends. A span without a value of its own shows the one before it, unless that is long ago.
    """
    found = [math.nan] * count
    width = (end - start) / count if count else 0.0
    if not at or width <= 0:
        return found
    longest = _usual_step(at) * HOLD
    for time, value in zip(at, values, strict=True):
        column = min(int((time - start) / width), count - 1)
        if time >= start and not math.isnan(value):
            found[column] = value if math.isnan(found[column]) else max(found[column], value)
    spans = max(int(longest / width), 0)
    since = spans + 1
    last = math.nan
    for column, value in enumerate(found):
        if not math.isnan(value):
            since, last = 0, value
        else:
            since += 1
            if since <= spans:
                found[column] = last
    return found


def _usual_step(at: Sequence[float]) -> float:
    steps = sorted(after - before for before, after in pairwise(at))
    return steps[(len(steps) - 1) // 2] if steps else 0.0


def rows(values: Sequence[float], height: int, top: float) -> list[str]:
    """An area of ``height`` lines, a cell a value; ``top`` and more fill the whole height, NaN leaves a gap.

    A value above nothing is never drawn as nothing.
    """
    heights = [_eighths(value, height, top) for value in values]
    return [
        "".join(EIGHTHS[max(0, min(8, eighths - 8 * row))] for eighths in heights)
        for row in reversed(range(height))
    ]


def _eighths(value: float, height: int, top: float) -> int:
    if math.isnan(value) or value <= 0 or top <= 0:
        return 0 if math.isnan(value) else 1
    return max(1, round(min(value / top, 1.0) * height * 8))


def nice_top(highest: float, least: float = 1024.0) -> float:
    """The next of 1, 2, 5, 10, 20, 50 … × 1024ⁿ that is not below."""
    if math.isnan(highest) or highest <= least:
        return least
    power = int(math.log(highest, 1024))
    for factor in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1024):
        if highest <= factor * 1024.0**power:
            return factor * 1024.0**power
    return 1024.0 ** (power + 1)

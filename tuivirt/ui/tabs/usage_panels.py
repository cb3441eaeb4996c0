"""The usage of a domain as panels: a title and a plot each, in a grid that fits the tab."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tuivirt.core import units
from tuivirt.core.history import Window
from tuivirt.core.usage import Rates
from tuivirt.ui.widgets.bars import Part
from tuivirt.ui.widgets.cells import fit
from tuivirt.ui.widgets.lines import Line
from tuivirt.ui.widgets.plot import columns, nice_top, rows

GUTTER = 2
LEAST = 26
"""Cells that a panel needs."""
SHAPE = 4.5
"""Cells of width for a line of height that look best."""
EMPTY = 0.15
"""What an empty place counts against that."""
AIRY = 4
"""A panel of so many lines leaves the last one blank."""
LEAST_LINES = 3
"""Lines that a panel needs, its title among them."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A title, and lines that are drawn for a width and a height."""

    title: str
    told: tuple[str, ...]
    """What stands behind the title as far as there is room: the value now, the highest, the full height."""
    draw: Callable[[int, int], list[Line]]


def grid(panels: Sequence[Panel], width: int, height: int) -> list[Line]:
    """All panels; as many beside each other as leaves each the most lines that it can use."""
    across = _across(len(panels), width, height)
    down = math.ceil(len(panels) / across)
    each = (width - GUTTER * (across - 1)) // across
    tall = max(LEAST_LINES, height // down)
    lines: list[Line] = []
    for first in range(0, len(panels), across):
        drawn = [_drawn(panel, each, tall) for panel in panels[first : first + across]]
        for row in range(tall):
            parts: list[Part] = []
            for number, panel in enumerate(drawn):
                parts += [*([(" " * GUTTER, "")] if number else []), *panel[row]]
            lines.append(tuple(parts))
    return lines


def _across(count: int, width: int, height: int) -> int:
    """How many beside each other: panels wider than tall, and few places left empty."""
    most = max(1, min(count, (width + GUTTER) // (LEAST + GUTTER)))

    def strain(across: int) -> float:
        down = math.ceil(count / across)
        tall, wide = max(LEAST_LINES, height // down), width / across
        hidden = max(0, down * tall - height)
        return abs(math.log(wide / (tall * SHAPE))) + EMPTY * (across * down - count) + hidden

    return min(range(1, most + 1), key=strain)


def _drawn(panel: Panel, width: int, height: int) -> list[Line]:
    """A line of title, the plot, and a blank line where there is room for one."""
    told = list(panel.told)
    while len(told) > 1 and len(panel.title) + 1 + len(" · ".join(told)) > width:
        told.pop()
    title = fit(panel.title, min(width, len(panel.title)))
    lines: list[Line] = [((title, "header"), (fit(f" {' · '.join(told)}", width - len(title)), "dim"))]
    blank = 1 if height >= AIRY else 0
    body = panel.draw(width, height - 1 - blank)
    return [*lines, *body, *[((" " * width, ""),)] * (height - 1 - len(body))]


def panels(
    window: Window, seconds: float, rates: Rates | None, cores: Sequence[tuple[float, Sequence[float | None]]]
) -> list[Panel]:
    """The panels of a window of history. ``cores``: what each vCPU did, at which time, oldest first."""
    end = window.at[-1] if window.at else 0.0
    start = end - seconds

    def over_time(
        title: str, values: Sequence[float], role: str, top: float | None, unit: Callable[[float | None], str]
    ) -> Panel:
        known = [value for value in values if not math.isnan(value)]
        highest = max(known, default=math.nan)
        limit = top if top is not None else nice_top(highest)
        now = values[-1] if values and not math.isnan(values[-1]) else None
        told = [unit(now), f"most {unit(None if math.isnan(highest) else highest)}"]
        if top is None:
            told.append(f"full {unit(limit)}")

        def draw(width: int, height: int) -> list[Line]:
            cells = columns(window.at, values, width, start, end)
            return [((row, role),) for row in rows(cells, height, limit)]

        return Panel(title, tuple(told), draw)

    def per_second(value: float | None) -> str:
        return units.UNKNOWN if value is None else f"{units.rate(value)}/s"

    found = [
        over_time("CPU", window.cpu, "graph", 1.0, units.percent),
        over_time("Memory", window.mem, "graph2", 1.0, units.percent),
        over_time("Disk read", window.disk_read, "graph", None, per_second),
        over_time("Disk write", window.disk_write, "graph2", None, per_second),
        over_time("Net received", window.net_rx, "graph", None, per_second),
        over_time("Net sent", window.net_tx, "graph2", None, per_second),
    ]
    busy = rates.vcpu if rates is not None else ()
    if busy:
        found.insert(
            1,
            Panel(
                "vCPUs",
                (f"{len(busy)}",),
                lambda width, height: _cores(busy, cores, width, height, start, end),
            ),
        )
    return found


CORE_LABEL = 9


def _cores(
    busy: Sequence[float | None],
    past: Sequence[tuple[float, Sequence[float | None]]],
    width: int,
    height: int,
    start: float,
    end: float,
) -> list[Line]:
    """Each vCPU: with its past where there is a line for each, else as it is now, several in a line."""
    if len(busy) <= height:
        at = [time for time, _ in past]
        lines: list[Line] = []
        for number, now in enumerate(busy):
            values = [_value(cores, number) for _, cores in past]
            cells = columns(at, values, max(1, width - CORE_LABEL), start, end)
            label = f"{number:>3} {units.percent(now):>4} "
            lines.append(((label, "dim"), (rows(cells, 1, 1.0)[0], "graph")))
        return lines
    each = 4 + len(str(len(busy)))
    across = max(1, width // each)
    lines = []
    for first in range(0, len(busy), across):
        parts: list[Part] = []
        for number, now in enumerate(busy[first : first + across], first):
            cell = rows([math.nan if now is None else now], 1, 1.0)[0]
            parts += [(f"{number:>{each - 3}} ", "dim"), (cell + " ", "graph")]
        used = sum(len(text) for text, _ in parts)
        lines.append((*parts, (" " * (width - used), "")))
    if len(lines) > height > 0:
        lines = [*lines[: height - 1], ((fit(f"… {len(busy)} in all", width), "dim"),)]
    return lines


def _value(cores: Sequence[float | None], number: int) -> float:
    value = cores[number] if number < len(cores) else None
    return math.nan if value is None else value

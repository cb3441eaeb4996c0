"""One line of the table: a figure, its reference measured in the same run, and what is to be reached."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the table, as text, and whether the target was reached (None: there is none)."""

    what: str
    reference: str
    ours: str
    figure: str
    to_reach: str
    reached: bool | None


def seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 10 else f"{value:.1f} s"


def milliseconds(value: float) -> str:
    return f"{value * 1000:.1f} ms"


def mebibytes(value: float) -> str:
    return f"{value / 2**20:.1f} MiB"


def at_most(
    what: str,
    value: float,
    most: float,
    shown: Callable[[float], str],
    *,
    reference: str = "",
    note: str = "",
) -> Figure:
    """A figure with a limit of its own; the reference is there for comparison."""
    figure = f"{shown(value)}{f' {note}' if note else ''}"
    return Figure(what, reference, shown(value), figure, f"≤ {shown(most)}", value <= most)


def ratio(what: str, ours: float, reference: float, most: float, name: str) -> Figure:
    """Our time against that of the reference."""
    times = ours / reference
    return Figure(
        what,
        f"{seconds(reference)} {name}",
        seconds(ours),
        f"{times:.2f} ×",
        f"≤ {most:g} ×",
        times <= most,
    )


def sooner(what: str, ours: float, reference: float, least: float, name: str) -> Figure:
    """How many times sooner than the reference."""
    times = reference / ours
    return Figure(
        what,
        f"{seconds(reference)} {name}",
        seconds(ours),
        f"{times:.0f} × sooner",
        f"≥ {least:g} ×",
        times >= least,
    )


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: a value that was measured."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(share * len(ranked) + 0.5) - 1))]


HEADINGS = ("what", "reference", "ours", "figure", "to reach", "")


def table(figures: Iterable[Figure]) -> str:
    """The figures in columns."""
    signs = {True: "✓", False: "✗", None: ""}
    rows = [HEADINGS] + [
        (one.what, one.reference, one.ours, one.figure, one.to_reach, signs[one.reached]) for one in figures
    ]
    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    rule = tuple("─" * width for width in widths)
    return "\n".join(
        "  ".join(
            text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in (rows[0], rule, *rows[1:])
    )

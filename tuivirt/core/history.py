"""The recent past of a domain's use, in little memory, and as a sparkline."""

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final, Literal, NamedTuple, TypeAlias

Series: TypeAlias = Literal["cpu", "mem", "disk_read", "disk_write", "net_rx", "net_tx"]

_SERIES: Final[tuple[Series, ...]] = ("cpu", "mem", "disk_read", "disk_write", "net_rx", "net_tx")
_WIDTH: Final = len(_SERIES)


class Window(NamedTuple):
    """A span of history, oldest first, every series as long as `at`; NaN where a value was not known.

    `at` in monotonic seconds, cpu and mem as fractions, the rest in bytes per second.
    """

    at: Sequence[float]
    cpu: Sequence[float]
    mem: Sequence[float]
    disk_read: Sequence[float]
    disk_write: Sequence[float]
    net_rx: Sequence[float]
    net_tx: Sequence[float]


class History:
    """A ring of the last `capacity` rows: a time and a value of each series. Grows as rows come."""

    BYTES: ClassVar = 8 + 4 * _WIDTH
    """Memory per row."""

    __slots__ = ("_capacity", "_oldest", "_times", "_values")

    def __init__(self, capacity: int) -> None:
        self._capacity = max(capacity, 1)
        self._oldest = 0
        # Seconds since boot as a 4-byte float would be off by 60 ms after ten days.
        self._times = array("d")
        self._values = array("f")

    def __len__(self) -> int:
        return len(self._times)

    @property
    def capacity(self) -> int:
        """How many rows are kept; setting it lower drops the oldest."""
        return self._capacity

    @capacity.setter
    def capacity(self, capacity: int) -> None:
        capacity = max(capacity, 1)
        if capacity == self._capacity:
            return
        self._times, self._values = self._in_order(max(len(self) - capacity, 0))
        self._oldest = 0
        self._capacity = capacity

    def append(self, at: float, values: Sequence[float | None]) -> None:
        """Add a row: `at` not before the last one, one value per series in the order of `Window`."""
        row = array("f", [math.nan if value is None else value for value in values])
        assert len(row) == _WIDTH
        if len(self) < self._capacity:
            self._times.append(at)
            self._values.extend(row)
            return
        place = self._oldest
        self._times[place] = at
        self._values[place * _WIDTH : (place + 1) * _WIDTH] = row
        self._oldest = (place + 1) % self._capacity

    def last(self, series: Series, count: int) -> list[float]:
        """The newest values of one series, at most `count`, oldest first."""
        offset = _SERIES.index(series)
        size = len(self)
        first = self._oldest + max(size - count, 0)
        rows = (row % size for row in range(first, self._oldest + size))
        return [self._values[row * _WIDTH + offset] for row in rows]

    def window(self, seconds: float = math.inf) -> Window:
        """The rows of the last `seconds` before the newest."""
        times, values = self._in_order()
        start = bisect_left(times, times[-1] - seconds) if times else 0
        columns = (values[start * _WIDTH + offset :: _WIDTH] for offset in range(_WIDTH))
        return Window(times[start:], *columns)

    def _in_order(self, skip: int = 0) -> "tuple[array[float], array[float]]":
        split = self._oldest
        times = self._times[split:] + self._times[:split]
        values = self._values[split * _WIDTH :] + self._values[: split * _WIDTH]
        return times[skip:], values[skip * _WIDTH :]


NOTHING: Final = History(1)
"""What a domain without history shows; never appended to."""

BLOCKS: Final = "▁▂▃▄▅▆▇█"
ASCII_BLOCKS: Final = "_.-:=+*#"


def sparkline(values: Iterable[float | None], width: int, top: float = 1.0, blocks: str = BLOCKS) -> str:
    """The newest `width` values as so many cells, `top` and above as the full block; gaps as spaces."""
    if width <= 0:
        return ""
    cells = [_cell(value, top, blocks) for value in list(values)[-width:]]
    return "".join(cells).rjust(width)


def _cell(value: float | None, top: float, blocks: str) -> str:
    if value is None or math.isnan(value):
        return " "
    if value <= 0 or top <= 0:
        return blocks[0]
    return blocks[int(min(value / top, 1.0) * (len(blocks) - 1) + 0.5)]

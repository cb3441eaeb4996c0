"""Lines of styled text: rows of the screen, and those that have left it."""

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from pyte.screens import Char, StaticDefaultDict

from tuivirt.terminal.cells import PLAIN, Look

Run = tuple[str, Look]
"""Text in one look."""

MOST_LINES: Final = 10_000
MOST_RUNS: Final = 100_000
"""Runs of all kept lines: one in which every cell has a look of its own is as dear as a hundred others."""


class Line(NamedTuple):
    """A row without the blanks at its end."""

    runs: tuple[Run, ...] = ()
    wraps: bool = False
    """The next row goes on with the same line of text."""

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.runs)


EMPTY: Final = Line()


class Row(StaticDefaultDict[int, Char]):
    """A row of pyte's grid that knows whether its text goes on in the next one."""

    def __init__(self, default: Char) -> None:
        super().__init__(default)
        self.wraps = False

    def line(self, columns: int) -> Line:
        """The row as text, at most so many cells."""
        runs: list[Run] = []
        look, text = PLAIN, ""
        end = min(max(self, default=-1) + 1, columns)
        for cell in map(self.__getitem__, range(end)):
            if cell.look is not look and cell.look != look:  # type: ignore[attr-defined]
                if text:
                    runs.append((text, look))
                look, text = cell.look, ""  # type: ignore[attr-defined]
            text += cell.data
        if text:
            runs.append((text, look))
        if self.wraps:
            return Line(tuple(runs), wraps=True)
        return Line(trimmed(runs)) if runs else EMPTY


def trimmed(runs: list[Run]) -> tuple[Run, ...]:
    """Runs of different looks without the blanks at the end that nobody sees."""
    if runs and runs[-1][1] == PLAIN:
        text = runs.pop()[0].rstrip(" ")
        if text:
            runs.append((text, PLAIN))
    return tuple(runs)


class History:
    """The last lines that have left the screen, numbered from the first there ever was."""

    def __init__(self, most: int = MOST_LINES) -> None:
        self._most = most
        self._lines: deque[str | Line] = deque()
        """Plain text that does not wrap stands as it is: a flood brings thousands of lines at once."""
        self._runs = 0
        self.total = 0
        """How many lines there ever were."""

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def first(self) -> int:
        """The number of the oldest line that is kept."""
        return self.total - len(self._lines)

    def line(self, number: int) -> Line:
        """A line that is kept. Raises IndexError."""
        if not self.first <= number < self.total:
            raise IndexError(number)
        line = self._lines[number - self.first]
        if isinstance(line, Line):
            return line
        text = line.rstrip(" ")
        return Line(((text, PLAIN),)) if text else EMPTY

    def append(self, line: Line) -> None:
        self._lines.append(line)
        self._runs += len(line.runs)
        self.total += 1
        self._trim()

    def extend(self, texts: Sequence[str]) -> None:
        """Take lines of plain text in the default look."""
        self.total += len(texts)
        self._lines.extend(texts[-self._most :])
        self._runs += min(len(texts), self._most)
        self._trim()

    def skip(self, lines: int) -> None:
        """So many lines are not kept, and those before them neither."""
        self.clear()
        self.total += lines

    def clear(self) -> None:
        self._lines.clear()
        self._runs = 0

    def _trim(self) -> None:
        lines = self._lines
        while len(lines) > self._most or self._runs > MOST_RUNS:
            gone = lines.popleft()
            self._runs -= len(gone.runs) if isinstance(gone, Line) else 1

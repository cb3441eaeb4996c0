"""A console that is open: its terminal, its state, and who shows it."""

from collections.abc import Iterator
from typing import Protocol

from rich.cells import cell_len

from tuivirt.core.console import Console, ConsoleState
from tuivirt.core.wanted import Wanted
from tuivirt.terminal.terminal import COLUMNS, ROWS, Terminal


class Viewer(Protocol):
    """What shows a console."""

    @property
    def is_seen(self) -> bool:
        """Whether it is on the screen now."""

    def drawn(self) -> None:
        """The terminal has changed; its screen says which rows are dirty."""

    def told(self) -> None:
        """The state has changed."""

    def gone(self) -> None:
        """Somebody else has closed it."""


class OpenConsole:
    """Lives while it is open, shown or not."""

    def __init__(self, console: Console, name: str, size: tuple[int, int] = (COLUMNS, ROWS)) -> None:
        """``name`` of the domain, as it is shown."""
        self.console = console
        self.name = name
        self.state = ConsoleState(console, "attaching")
        self.terminal = Terminal(cell_len, *size)
        self.viewers: set[Viewer] = set()
        self.unseen = False
        """The guest has written since somebody has seen it."""
        self.wanted: list[Wanted] = []
        """Texts that somebody waits for."""
        self._looked_at = 0
        self._there: dict[int, str] = {}
        """The rows of the screen, by number, when they were last looked at for these."""

    @property
    def label(self) -> str:
        return f"{self.name} {self.console.device}"

    @property
    def is_seen(self) -> bool:
        return any(viewer.is_seen for viewer in self.viewers)

    def booted(self) -> None:
        """What begins now knows nothing of what was switched, nor how large its terminal is."""
        self.terminal.restart()

    def found(self) -> list[tuple[Wanted, str]]:
        """The texts that have come meanwhile, each with its line; they are not waited for any more."""
        if not self.wanted:
            return []
        there, now = self._there, self._rows(self._looked_at)
        self._look()

        def new(wanted: Wanted) -> Iterator[str]:
            """The rows that did not have it."""
            return (row for number, row in now.items() if wanted.found_in([there.get(number, "")]) is None)

        found = [(wanted, row) for wanted in self.wanted if (row := wanted.found_in(new(wanted))) is not None]
        self.wanted = [wanted for wanted in self.wanted if wanted not in dict(found)]
        return found

    def want(self, text: str) -> None:
        """Wait for a text from now on: what is there already does not count."""
        self.wanted.append(Wanted(text))
        self._look()

    def _look(self) -> None:
        self._looked_at = self.terminal.top
        self._there = self._rows(self._looked_at)

    def _rows(self, first: int) -> dict[int, str]:
        """The text from that line on, by number; what is wrapped is one."""
        terminal = self.terminal
        first = max(first, terminal.first)
        while first > terminal.first and terminal.line(first - 1).wraps:
            first -= 1
        rows, start = {first: ""}, first
        for number, line in enumerate(terminal.lines(first, terminal.end), first):
            rows[start] = rows.get(start, "") + line.text
            if not line.wraps:
                start = number + 1
        return rows

"""Text of any length drawn line by line, with matches of a search."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.style import Style

from tuivirt.core.text import lowered, plain_lines
from tuivirt.ui.tabs.xml_tokens import State, highlighted, states, tokens
from tuivirt.ui.widgets.lines import Line, LineView, line_width

DIFF_ROLES = {"+": "diff_add", "-": "diff_remove", "@": "info", "Δ": "warn"}
"""Roles of the lines of a comparison by their first character."""


class XmlView(LineView):
    """XML, or a comparison of two. Only lines on screen are split into tokens."""

    COUNTS: ClassVar = False

    def __init__(self, style: Callable[[str], Style]) -> None:
        super().__init__(style)
        self._text: str | None = None
        self._rows: list[str] = []
        self._states: list[State] = []
        self._compared = False
        self._query = ""
        self._matches: list[tuple[int, int]] = []
        self._match = 0

    # Text

    def show_text(self, text: str, *, compared: bool = False) -> None:
        """Show a text from a host; ``compared``: its lines begin with the signs of a comparison."""
        if text == self._text and compared == self._compared:
            return
        self._text, self._compared = text, compared
        self._rows = plain_lines(text).rstrip("\n").split("\n")
        self._states = [] if compared else states(self._rows)
        self._find()
        self.measured()

    @property
    def line_count(self) -> int:
        return len(self._rows)

    def widest(self) -> int:
        return max((line_width(((row, ""),)) for row in self._rows), default=0)

    def line_at(self, index: int) -> Line:
        row = self._rows[index]
        if self._compared:
            parts: Sequence[tuple[str, str]] = ((row, DIFF_ROLES.get(row[:1], "")),)
        else:
            parts = tokens(row, self._states[index])
        spans = [
            (start, start + len(self._query), "search cursor" if n == self._match else "search")
            for n, start in self._matches_of(index)
        ]
        return highlighted(parts, spans)

    # Search

    @property
    def found(self) -> tuple[int, int]:
        """The number of the match that one stands at, from 1, and how many there are."""
        return (self._match + 1 if self._matches else 0), len(self._matches)

    def search(self, query: str) -> None:
        """Look for a text; case counts only where it has capitals. Goes to the first match from here on."""
        if query != self._query:
            self._query = query
            self._find()
            self._go_to_match()
            self.refresh()

    def step_match(self, step: int) -> None:
        """To the next match, from the end to the beginning."""
        if self._matches:
            self._match = (self._match + step) % len(self._matches)
            self._go_to_match()
            self.refresh()

    def go_to(self, line: int) -> None:
        """Bring a line, from 0, into sight near the top."""
        self._scroll_to_line(max(0, min(line - 2, self.line_count - self.size.height)))

    def _find(self) -> None:
        query = self._query
        self._matches = []
        if query:
            exact = query != query.lower()
            for number, row in enumerate(self._rows):
                text = row if exact else lowered(row)
                at = text.find(query)
                while at >= 0:
                    self._matches.append((number, at))
                    at = text.find(query, at + len(query))
        top = self.scroll_offset.y
        self._match = next((n for n, (line, _) in enumerate(self._matches) if line >= top), 0)
        self._by_line: dict[int, list[tuple[int, int]]] = {}
        for n, (line, at) in enumerate(self._matches):
            self._by_line.setdefault(line, []).append((n, at))

    def _matches_of(self, index: int) -> Sequence[tuple[int, int]]:
        return self._by_line.get(index, ()) if self._matches else ()

    def _go_to_match(self) -> None:
        if not self._matches:
            return
        line, at = self._matches[self._match]
        self.reveal(line, centred=True)
        self.show_column(at, at + len(self._query))

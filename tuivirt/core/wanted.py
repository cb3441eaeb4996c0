"""Waiting for a text to appear: on a console, or on a screen that is read as text."""

from collections.abc import Iterable
from typing import NamedTuple


class Wanted(NamedTuple):
    """A text that somebody waits for; case counts only where it has capitals, as in searches."""

    text: str

    def found_in(self, lines: Iterable[str]) -> str | None:
        """The first line that has it, without the blanks around it; None when there is none."""
        exact = self.text != self.text.lower()
        for line in lines:
            if self.text in (line if exact else line.lower()):
                return line.strip()
        return None

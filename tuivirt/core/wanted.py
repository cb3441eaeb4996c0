"""Waiting for a text to appear: on a console, or on a screen that is read as text."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from tuivirt.core.query_tokens import QUOTED, Token


class Wanted(NamedTuple):
    """A text that somebody waits for: ``*`` and ``?`` stand for any characters unless it is in double quotes,
    and case counts only where there are capitals, as in searches.
    """

    text: str

    def found_in(self, lines: Iterable[str]) -> str | None:
        """The first line that has it, without the blanks around it; None when there is none."""
        has = _finder(self.text)
        return next((line.strip() for line in lines if has(line)), None)


@lru_cache
def _finder(text: str) -> Callable[[str], bool]:
    quoted = len(text) > 2 and text[0] == text[-1] == '"'
    meant = text[1:-1] if quoted else text
    exact = meant != meant.lower()
    token = Token(meant, QUOTED * len(meant) if quoted else meant, tuple(range(len(meant) + 1)))
    finds = token.regex(whole=False, exact=exact).search
    return lambda line: finds(line if exact else line.lower()) is not None

"""One line of the table of hints, which ``hints.py`` puts together."""

import re
from typing import NamedTuple


class Hint(NamedTuple):
    """One line of the table; the first that matches is taken."""

    pattern: re.Pattern[str]
    advice: str
    code: int | None = None
    """``virErrorNumber``; None when the text says enough."""
    step: str = "open"
    """The step of opening a connection that such an error belongs to, in the words that the user reads."""
    closer: bool = False
    """A closer look at the host may know more: see ``closer.py``."""


def hint(
    pattern: str, advice: str, code: int | None = None, step: str = "open", *, closer: bool = False
) -> Hint:
    return Hint(re.compile(pattern, re.DOTALL), advice, code, step, closer)

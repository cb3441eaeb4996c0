"""How long to wait before a guest's screen is looked at again."""

from typing import Final, NamedTuple

QUICKEST: Final = 0.08
"""Seconds between two looks while something happens: more often nobody sees it."""
SLOWEST: Final = 1.0
"""While nothing happens the pauses grow to this."""
GROWTH: Final = 1.4
LONGEST: Final = 5.0
"""A look that took longer was held up by something that is over."""


class Pause(NamedTuple):
    """How many seconds to wait before the next look."""

    least: float
    """Whatever happens."""
    usual: float
    """As long as nothing is about to happen."""


class Pace:
    """The pause follows the time of a call, the bytes that went to the terminal, and what happens."""

    def __init__(self, budget: int) -> None:
        """``budget`` in bytes per second that drawing may send to the terminal."""
        self._budget = budget
        self._idle = QUICKEST

    def hurry(self) -> None:
        """Something is about to happen: a key was pressed."""
        self._idle = QUICKEST

    def pause(self, *, took: float, drawn: int) -> Pause:
        """The pause after a look that took so many seconds, until it was drawn with so many bytes.

        As long as the look itself, so that a slow host is asked, and pictures are decoded, half of the time
        at most; and long enough for the budget.
        """
        self._idle = QUICKEST if drawn else min(self._idle * GROWTH, SLOWEST)
        least = max(min(took, LONGEST), drawn / self._budget)
        return Pause(least, max(self._idle, least))

"""How long to wait before a guest's screen is looked at again."""

from typing import Final

QUICKEST: Final = 0.08
"""Seconds between two looks while something happens: more often nobody sees it."""
SLOWEST: Final = 1.0
"""While nothing happens the pauses grow to this."""
GROWTH: Final = 1.4


class Pace:
    """The pause follows the time of a call, the bytes that went to the terminal, and what happens."""

    def __init__(self, budget: int) -> None:
        """``budget`` in bytes per second that drawing may send to the terminal."""
        self._budget = budget
        self._idle = QUICKEST

    def hurry(self) -> None:
        """Something is about to happen: a key was pressed."""
        self._idle = QUICKEST

    def pause(self, *, took: float, drawn: int) -> float:
        """Seconds to wait after a look that took so long and had so many bytes drawn.

        As long as the look itself, so that a slow host is asked half of the time at most; and long enough for
        the budget.
        """
        self._idle = QUICKEST if drawn else min(self._idle * GROWTH, SLOWEST)
        return max(self._idle, took, drawn / self._budget)

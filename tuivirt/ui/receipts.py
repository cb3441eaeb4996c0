"""Whether the terminal has taken what was written: between it and us much may be under way, as with ssh."""

import re
import time
from collections.abc import Callable
from typing import Final

QUESTION: Final = "\x1b[5n"
"""*Device status*, which every terminal answers once it has drawn what came before."""
ANSWER: Final = "\x1b[0n"
BEGUN: Final = re.compile(r"\x1b\[0?\Z")
"""What may be the beginning of an answer at the end of what was read."""
MUCH: Final = 2000
"""Bytes after which it is asked again."""
AHEAD: Final = 1000
"""Bytes that may be written while an answer is waited for."""
PATIENCE: Final = 10.0
"""Seconds after which an answer is given up …"""
FIRST_PATIENCE: Final = 5.0
"""… of a terminal that has never given one, which is not asked again."""


class Receipts:
    """Asks when somebody wants to know, so that no answer comes when nobody is there to take it.

    At most two frames are under way then: the one that an answer is waited for, and the next.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._written = 0
        self._mark = 0
        """How much was written when it was asked last."""
        self._since = 0.0
        self._asked = self._answered = self._given_up = 0
        self._held = ""

    def wrote(self, size: int) -> None:
        self._written += size

    def is_behind(self, ask: Callable[[str], None]) -> bool:
        """Whether the terminal has still to take what was written. ``ask`` writes to it."""
        under_way = self._written - self._mark
        if self._asked > max(self._answered, self._given_up):
            patience = PATIENCE if self._answered else FIRST_PATIENCE
            if self._clock() - self._since < patience:
                return under_way > AHEAD
            self._given_up = self._asked
        if under_way > MUCH and (self._answered or not self._given_up):
            self._asked += 1
            self._since = self._clock()
            ask(QUESTION)
            self._mark = self._written
        return False

    def take(self, text: str) -> str:
        """What was typed, without answers. Called on the thread that reads, as is ``release``."""
        text, self._held = self._held + text, ""
        while self._asked > self._answered and ANSWER in text:
            text = text.replace(ANSWER, "", 1)
            self._answered += 1
        if self._asked > self._answered and (begun := BEGUN.search(text)):
            text, self._held = text[: begun.start()], begun[0]
        return text

    def release(self) -> str:
        """What was held back, and was no answer as nothing more came for a moment."""
        held, self._held = self._held, ""
        return held

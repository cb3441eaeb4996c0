"""Finding what somebody types in lists of titles: linear, as titles may hold what a host says."""

from typing import Final, NamedTuple

LONGEST: Final = 512
"""Characters of a text that are looked at."""


class Match(NamedTuple):
    score: float
    """0…1; more is better."""
    at: tuple[int, ...]
    """The characters of the text that were matched."""


def match(typed: str, text: str) -> Match | None:
    """How well ``text`` fits: every word of ``typed`` must occur in it, case ignored, in any order.

    A word at the beginning of a word is worth most, one inside less, one whose letters only follow each other
    least. Nothing typed fits everything.
    """
    hay = _lower(text[:LONGEST])
    words = _lower(typed).split()
    if not words:
        return Match(1.0, ())
    score = 0.0
    at: set[int] = set()
    for word in words:
        found = _word(word, hay)
        if found is None:
            return None
        score += found.score
        at.update(found.at)
    # Of two that fit alike the shorter is closer to what was typed.
    return Match(score / len(words) * (1 - min(len(hay), LONGEST) / (4 * LONGEST)), tuple(sorted(at)))


def _lower(text: str) -> str:
    """Lower case in which every character keeps its place."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _word(word: str, hay: str) -> Match | None:
    first = position = hay.find(word)
    while position >= 0:
        if position == 0 or not hay[position - 1].isalnum():
            score = 1.0 if position == 0 else 0.9
            return Match(score, tuple(range(position, position + len(word))))
        position = hay.find(word, position + 1)
    if first >= 0:
        return Match(0.6, tuple(range(first, first + len(word))))
    return _letters(word, hay)


def _letters(word: str, hay: str) -> Match | None:
    at: list[int] = []
    position = -1
    for letter in word:
        position = hay.find(letter, position + 1)
        if position < 0:
            return None
        at.append(position)
    span = at[-1] - at[0] + 1
    # Letters strewn over a whole sentence are chance.
    return Match(0.3 * len(word) / span, tuple(at)) if span <= 4 * len(word) else None

"""Splitting a query into tokens: spaces, quotes, and where each character stood."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

QUOTED: Final = "\0"

FIELD: Final = re.compile(r"([a-z_][a-z0-9_-]*)(!=|<=|>=|==|[:=<>])", re.IGNORECASE | re.ASCII)
"""A field's name and its operator, at the beginning of a token's shape."""


class QueryError(ValueError):
    """A query that makes no sense: `text[position:end]` is what the message is about."""

    def __init__(self, message: str, position: int, end: int) -> None:
        super().__init__(message)
        self.position = position
        self.end = end


@dataclass(frozen=True, slots=True)
class Token:
    """What stands between spaces, quotes taken off."""

    text: str
    shape: str
    """The same with `QUOTED` in place of each quoted character: only what is left can be syntax."""
    at: tuple[int, ...]
    """Where each character stood in the query, and where the token ended."""

    def __getitem__(self, part: slice) -> "Token":
        start, stop, _ = part.indices(len(self.text))
        return Token(self.text[start:stop], self.shape[start:stop], self.at[start : stop + 1])

    def split(self, separator: str) -> Iterator["Token"]:
        start = 0
        for piece in self.shape.split(separator):
            yield self[start : start + len(piece)]
            start += len(piece) + 1

    @property
    def pattern(self) -> bool:
        """Whether a `*` or `?` in it stands for other characters."""
        return "*" in self.shape or "?" in self.shape

    def regex(self, whole: bool, *, exact: bool = False) -> re.Pattern[str]:
        """Its pattern, for `fullmatch` when `whole`, else for `search`; over lower case unless `exact`."""
        pieces = ["".join(piece.regex_parts(exact)) for piece in self.split("*")]
        # Atomic groups: the first place where a piece fits is as good as any later one, so never try again.
        first, *middle = pieces
        last = f"[^\n]*{middle.pop()}" if whole and middle else ""
        return re.compile(first + "".join(f"(?>[^\n]*?{piece})" for piece in middle if piece) + last)

    def regex_parts(self, exact: bool) -> Iterator[str]:
        for char, mark in zip(self.text, self.shape, strict=True):
            yield "[^\n]" if mark == "?" else re.escape(char if exact else char.lower())

    @property
    def spelling(self) -> str:
        """A pattern as text that differs wherever the meaning does."""
        return f"{self.shape.lower()}{QUOTED}{self.text.lower()}"

    def error(self, message: str) -> QueryError:
        return QueryError(message, self.at[0], self.at[-1])


def tokens(text: str) -> Iterator[Token]:
    """Split a query at spaces outside quotes. Raises `QueryError` for a quote that is not closed.

    A double quote opens anywhere, a single one only where a word or value begins: `o'brien` is a word.
    """
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        start = position
        chars: list[str] = []
        shape: list[str] = []
        at: list[int] = []
        while position < len(text) and not text[position].isspace():
            char = text[position]
            if opens_quote(text, position, start):
                close = text.find(char, position + 1)
                if close < 0:
                    raise QueryError(f"the quote {char} is not closed", position, len(text))
                chars += text[position + 1 : close]
                shape += QUOTED * (close - position - 1)
                at += range(position + 1, close)
                position = close + 1
            else:
                chars.append(char)
                shape.append(char)
                at.append(position)
                position += 1
        yield Token("".join(chars), "".join(shape), (*at, position))


def opens_quote(text: str, position: int, start: int) -> bool:
    """Whether `text[position]`, in a token that begins at `start`, opens a quote."""
    char = text[position]
    return char == '"' or (char == "'" and (position == start or text[position - 1] in "!,:=<>"))

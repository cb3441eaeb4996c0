"""What a guest writes as plain text, for a log: one line at a time, without a single control character."""

import codecs
from typing import Final

from tuivirt.core.text import plain
from tuivirt.terminal.parser import Parser

LONGEST: Final = 4096
"""Characters of a line that are kept together."""
_TAB: Final = 8


class Transcript:
    """Follows one line: what is written over another counts, as with a progress bar."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._parser = Parser(self)
        self._line: list[str] = []
        self._at = 0
        self._lines: list[str] = []

    def feed(self, data: bytes) -> str:
        """The lines that are complete now, each with its end."""
        text = self._decoder.decode(data)
        begun = text.find("\n") + 1 if self._line else 0
        self._parser.feed(text[:begun])
        text = text[begun:]
        if not self._line and self._parser.between:
            text = self._take_simple(text)
        self._parser.feed(text)
        lines, self._lines = self._lines, []
        return "".join(lines)

    def _take_simple(self, text: str) -> str:
        """Take whole lines if all of them stand in the log as they are written; the rest is returned."""
        end = text.rfind("\n") + 1
        block = text[:end].replace("\r\n", "\n")
        if not block.isascii() or not block.replace("\n", "").isprintable():
            return text
        lines = block.split("\n")
        if max(map(len, lines)) > LONGEST:
            return text
        self._lines.append("\n".join(line.rstrip(" ") for line in lines))
        return text[end:]

    def rest(self) -> str:
        """The line that is not complete; it is over."""
        if self._line:
            self._end_line()
        lines, self._lines = self._lines, []
        return "".join(lines)

    def _end_line(self) -> None:
        self._lines.append(plain("".join(self._line).rstrip(" ")) + "\n")
        self._line, self._at = [], 0

    # ``parser.Commands``

    def text(self, text: str) -> None:
        self._line[self._at : self._at + len(text)] = text
        self._at += len(text)
        if len(self._line) > LONGEST:
            self._end_line()

    def control(self, char: str) -> None:
        match char:
            case "\n":
                self._end_line()
            case "\r":
                self._at = 0
            case "\b":
                self._at = max(0, self._at - 1)
            case "\t":
                self._go(self._at + _TAB - self._at % _TAB)

    def escape(self, intermediate: str, final: str) -> None:
        pass  # none of them is about one line

    def sequence(self, private: str, parameters: str, intermediate: str, final: str) -> None:
        first = parameters.partition(";")[0]
        count = int(first) if first.isdecimal() and len(first) < 5 else 0
        match private, intermediate, final:
            case "", "", "K" | "J" if count < 3:  # of a screen this is one line
                self._erase(self._at if count == 0 else 0, self._at + 1 if count == 1 else len(self._line))
            case "", "", "X":
                self._erase(self._at, self._at + max(1, count))
            case "", "", "C":
                self._go(self._at + max(1, count))
            case "", "", "D":
                self._at = max(0, self._at - max(1, count))
            case "", "", "G":
                self._go(max(1, count) - 1)
            case "", "", "P":
                del self._line[self._at : self._at + max(1, count)]

    def _erase(self, start: int, end: int) -> None:
        end = min(end, len(self._line))
        self._line[start:end] = " " * (end - start)

    def _go(self, column: int) -> None:
        self._at = min(column, LONGEST)
        self._line += " " * (self._at - len(self._line))

    def command(self, text: str) -> None:
        pass  # a title

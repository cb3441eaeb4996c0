"""The grammar of libvirt's own configuration files, after its ``virconf.c``: what it refuses is refused here.

``name = value`` per line or between semicolons. A value is a text in single or double quotes on one line, or
in three double quotes over several, without escapes; a whole number; or a list of values, over several lines
too. Comments run from ``#`` to the end of the line, but none may stand in a list.
"""

import re
from typing import Final, NamedTuple

_LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_DIGITS: Final = frozenset("0123456789")
_BLANK: Final = " \t"
_ENDS: Final = "\n\r"
_COMMENT: Final = re.compile(r"[^\n\r]*")


class ConfSyntaxError(ValueError):
    """What libvirt would refuse, with the line it would name."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


class Value(NamedTuple):
    """A value and the line where it begins, counted from 1."""

    data: "str | int | list[Value]"
    line: int


def parse_conf(raw: bytes) -> dict[str, Value]:
    """The settings of a file. Of a name that is set twice the first counts. Raises ConfSyntaxError.

    Bytes of a text that are no UTF-8 are kept as surrogates (``surrogateescape``).
    """
    return _Parser(raw).parse()


class _Parser:
    def __init__(self, raw: bytes) -> None:
        # A character for each byte, as libvirt counts.
        self._text = raw.decode("latin-1")
        self._at = 0
        self._line = 1

    def parse(self) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while self._at < len(self._text):
            self._skip_lines()
            # Also at the very end: libvirt refuses a file that ends in blank lines alone.
            if self._here == "#":
                self._skip_comment()
            else:
                name = self._name()
                found.setdefault(name, self._assigned())
            self._separator()
        return found

    @property
    def _here(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _fail(self, reason: str) -> ConfSyntaxError:
        return ConfSyntaxError(self._line, reason)

    def _skip_blanks(self) -> None:
        while self._here and self._here in _BLANK:
            self._at += 1

    def _skip_lines(self) -> None:
        while self._here and self._here in _BLANK + _ENDS:
            self._line += self._here == "\n"
            self._at += 1

    def _skip_comment(self) -> None:
        # At once: the file that libvirt brings along is one long comment.
        self._at = _COMMENT.match(self._text, self._at).end()  # type: ignore[union-attr]

    def _name(self) -> str:
        start = self._at
        if self._here not in _LETTERS:
            raise self._fail(f"expected a name that begins with a letter, found {self._found()}")
        while self._here in _LETTERS or self._here in _DIGITS or self._here == "_":
            self._at += 1
        return self._text[start : self._at]

    def _assigned(self) -> Value:
        self._skip_blanks()
        if self._here != "=":
            raise self._fail(f"expected = after the name, found {self._found()}")
        self._at += 1
        value = self._value()
        self._skip_blanks()
        if self._here == "#":
            self._skip_comment()
        return value

    def _separator(self) -> None:
        self._skip_blanks()
        if self._here == ";":
            self._at += 1
            self._skip_lines()
        elif self._here and self._here in _ENDS:
            self._skip_lines()
        elif self._here:
            raise self._fail(f"expected a new line or ; after the value, found {self._found()}")

    def _value(self) -> Value:
        self._skip_blanks()
        line = self._line
        match self._here:
            case "'" | '"':
                return Value(self._string(), line)
            case "[":
                return Value(self._list(), line)
            case char if char and (char in _DIGITS or char in "+-"):
                return Value(self._number(), line)
        raise self._fail(f"expected a value: a text in quotes, a number or a list; found {self._found()}")

    def _string(self) -> str:
        # libvirt takes """ for triple quotes only where more than six characters are left of the file.
        if self._text.startswith('"""', self._at) and self._at + 6 < len(self._text):
            start = self._at + 3
            end = self._text.find('"""', start)
            if end < 0:
                raise self._fail('a text that begins with """ has no """ at its end')
            self._line += self._text.count("\n", start, end)
            self._at = end + 3
            return _utf8(self._text[start:end])
        quote, start = self._here, self._at + 1
        self._at = start
        while self._here and self._here != quote and self._here not in _ENDS:
            self._at += 1
        if self._here != quote:
            raise self._fail(f"a text has no {quote} at its end")
        self._at += 1
        return _utf8(self._text[start : self._at - 1])

    def _number(self) -> int:
        start = self._at
        self._at += self._here in "+-"
        if not self._here or self._here not in _DIGITS:
            raise self._fail(f"expected digits, found {self._found()}")
        while self._here and self._here in _DIGITS:
            self._at += 1
        if self._at - start > 4000:  # Python reads no longer ones; libvirt lets them overflow
            raise self._fail("a number has too many digits")
        return int(self._text[start : self._at])

    def _list(self) -> list[Value]:
        items: list[Value] = []
        self._at += 1
        self._skip_lines()
        while self._here and self._here != "]":
            if items:
                if self._here != ",":
                    raise self._fail(f"expected a comma between the values of a list, found {self._found()}")
                self._at += 1
                self._skip_lines()
                if self._here == "]":
                    break
            if self._here == "#":
                raise self._fail("libvirt allows no comment inside a list")
            items.append(self._value())
            self._skip_lines()
        if self._here != "]":
            raise self._fail("a list has no ] at its end")
        self._at += 1
        return items

    def _found(self) -> str:
        if not self._here:
            return "the end of the file"
        end = self._at + 1
        # Of a URI no more than a character: it may be within a password.
        line = self._text[self._text.rfind("\n", 0, end) + 1 : end + 200].partition("\n")[0]
        while (
            "://" not in line
            and end < min(len(self._text), self._at + 12)
            and self._text[end] not in _BLANK + _ENDS
        ):
            end += 1
        return repr(_utf8(self._text[self._at : end]))


def _utf8(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "surrogateescape")

"""Takes the text of a guest apart: what is to be drawn, control characters, and control sequences.

pyte has a parser too. It goes character by character, raises on parameters that a command does not take, has
no end to a string that is not terminated, prints what it does not know, and takes ``ESC [ > 4 ; 2 m`` for
colours.
"""

import re
from typing import Final, Protocol

_TOKEN: Final = re.compile(
    r"""([^\x00-\x1f\x7f-\x9f]+)                                     # 1 text
    |([\x00-\x1a\x1c-\x1f\x7f-\x9f])                                 # 2 a control character
    |\x1b\[([<=>?]?)([0-9:;]{0,128})([ -/]{0,2})([@-~])              # 3 to 6 a control sequence
    |\x1b([ -/]{0,2})([0-OQ-WYZ\\`-~])                               # 7, 8 a short one
    |\x1b([\]PX^_])                                                  # 9 the beginning of a string
    |(\x1b\[[ -?]*[@-~])                                             # 10 a control sequence of no known form
    |(\x1b(?:\[[ -?]*|[ -/]*)(?=[^ -~]))                             # 11 one that something else cuts off
    |(\x1b[ -/]+[0-~])                                               # 12 a short one of no known form
    """,
    re.VERBOSE,
)
_STRING_END: Final = re.compile(r"\x07|\x18|\x1a|\x1b|[\n\r]")
_TITLE: Final = 256
"""Characters of a string that are kept."""
_LONGEST: Final = 1024
"""Characters of a sequence that are waited for; a longer one is skipped."""
_FINAL: Final = re.compile(r"[^ -?]")


class Commands(Protocol):
    """What a screen does on a guest's words. Numbers that are not given are 0."""

    def text(self, text: str) -> None: ...
    def control(self, char: str) -> None: ...
    def sequence(self, private: str, parameters: str, intermediate: str, final: str) -> None: ...
    def escape(self, intermediate: str, final: str) -> None: ...
    def command(self, text: str) -> None:
        """An operating system command: ``0;title`` and the like, cut to so many characters as are of use."""


class Parser:
    """Keeps what is not complete until more comes."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._held = ""
        self._string = ""
        """The kind of the string that is not over, as the character that began it."""
        self._content = ""
        self._skipping = False
        """A sequence that is too long goes on."""

    def feed(self, text: str) -> None:
        """Hand over everything that is complete."""
        if self._held:
            text, self._held = self._held + text, ""
        commands = self._commands
        match_token = _TOKEN.match
        position, end = 0, len(text)
        while position < end:
            if self._string:
                position = self._read_string(text, position)
                continue
            if self._skipping:
                position = self._skip(text, position)
                continue
            match = match_token(text, position)
            if match is None:
                self._hold(text[position:])
                return
            position = match.end()
            kind = match.lastindex
            if kind == 1:
                commands.text(match[1])
            elif kind == 2:
                commands.control(match[2])
            elif kind == 6:
                commands.sequence(match[3], match[4], match[5], match[6])
            elif kind == 8:
                commands.escape(match[7], match[8])
            elif kind == 9:
                self._string, self._content = match[9], ""

    @property
    def between(self) -> bool:
        """Nothing has been begun that is not over."""
        return not (self._held or self._string or self._skipping)

    def reset(self) -> None:
        """Forget what has been begun: its end is lost."""
        self._held = self._string = self._content = ""
        self._skipping = False

    def _hold(self, rest: str) -> None:
        if len(rest) < _LONGEST:
            self._held = rest
        else:
            self._skipping = True

    def _skip(self, text: str, position: int) -> int:
        found = _FINAL.search(text, position)
        if found is None:
            return len(text)
        self._skipping = False
        return found.end() if "@" <= found[0] <= "~" else found.start()

    def _read_string(self, text: str, position: int) -> int:
        """Read on in a string; a line end, which is in no title, ends one that was never finished."""
        found = _STRING_END.search(text, position)
        stop = len(text) if found is None else found.start()
        if len(self._content) < _TITLE:
            self._content += text[position : min(stop, position + _TITLE)]
        if found is None:
            return stop
        kind = self._string
        match found[0]:
            case "\x1b":
                if stop + 1 == len(text):
                    self._held = "\x1b"
                    return len(text)
                self._string = ""
                if text[stop + 1] != "\\":
                    return stop
                end = stop + 2
            case "\x07" if kind == "]":
                self._string = ""
                end = stop + 1
            case "\n" | "\r" if kind == "]":
                self._string = ""
                return stop
            case "\x18" | "\x1a":
                self._string = ""
                return stop + 1
            case _:
                return stop + 1
        if kind == "]":
            self._commands.command(self._content[:_TITLE])
        return end

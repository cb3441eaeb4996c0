"""A terminal as a program sees it: keeps the screen, answers questions, remembers what was switched on.

pyte keeps the cells. What it does not know, and would print as text, is taken out before it gets there.
"""

import base64
import re
from dataclasses import dataclass

import pyte

# One control sequence. What matches none of these at an escape character is not complete yet.
SEQUENCE = re.compile(
    rb"""\x1b(?:
        \[ (?P<private>[<=>?]?) (?P<parameters>[0-9:;]*) (?P<intermediate>[\ -/]*) (?P<final>[@-~])
      | \] (?P<osc>(?:[^\x07\x1b]|\x1b(?!\\))*) (?:\x07|\x1b\\)
      | (?P<kind>[PX^_]) (?P<string>(?:[^\x1b]|\x1b(?!\\))*) \x1b\\
      | (?![\[\]PX^_]) (?P<short>[\ -/]*[0-~])
      | (?=[\x00-\x1f\x7f-\xff])
    )""",
    re.VERBOSE,
)

CELL_WIDTH = 8  # pixels, for programs that draw pictures
CELL_HEIGHT = 16


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell is drawn: colours as pyte names them (a name, or six hexadecimal digits)."""

    foreground: str
    background: str
    bold: bool
    reverse: bool
    underline: bool
    italic: bool


class Screen:
    """What a person sees. A live view: it changes when the terminal reads on."""

    def __init__(self, screen: pyte.Screen) -> None:
        self._screen = screen

    @property
    def lines(self) -> list[str]:
        """The rows, without blanks at their ends."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column, from 0."""
        return self._screen.cursor.y, self._screen.cursor.x

    def line_with(self, text: str) -> str | None:
        """Return the first row that holds this text."""
        return next((line for line in self.lines if text in line), None)

    def style(self, row: int, column: int) -> Style:
        cell = self._screen.buffer[row][column]
        return Style(cell.fg, cell.bg, cell.bold, cell.reverse, cell.underscore, cell.italics)


class Emulator:
    """Takes the bytes that a program writes; gives the bytes that a terminal would send back."""

    def __init__(self, columns: int, rows: int, *, synchronized: bool = True, graphics: str = "") -> None:
        """``graphics``: the protocol of pictures that it has, ``kitty`` or ``sixel``."""
        self.columns = columns
        self.rows = rows
        self.synchronized = synchronized
        """Whether mode 2026 (updates shown at once) is offered, as modern terminals do."""
        self.graphics = graphics
        self.silent = False
        """Whether it answers no question any more."""
        self.pictures: list[tuple[tuple[int, int], bytes]] = []
        """Where the cursor was, row and column, and what a program sent to draw a picture."""
        self.title = ""
        self.clipboard: str | None = None
        """What the program copied (OSC 52)."""
        self.modes: set[int] = set()
        """The private modes that are on: 1049 is the alternate screen, 1000 and on are the mouse."""
        self.keyboard_depth = 0
        """How often a keyboard protocol was pushed and not taken back."""
        self._held = b""
        self._drawing = bytearray()
        self._replies = b""
        self._normal = pyte.Screen(columns, rows)
        self._alternate = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._normal)

    @property
    def screen(self) -> Screen:
        return Screen(self._current)

    @property
    def _current(self) -> pyte.Screen:
        return self._alternate if 1049 in self.modes else self._normal

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        for screen in (self._normal, self._alternate):
            screen.resize(rows, columns)

    def feed(self, data: bytes) -> bytes:
        """Show data and return the answers to what it asked."""
        data = self._held + data
        self._held = b""
        position = 0
        while (start := data.find(b"\x1b", position)) >= 0:
            self._drawing += data[position:start]
            match = SEQUENCE.match(data, start)
            if match is None:
                self._held = data[start:]
                position = len(data)
                break
            position = match.end()
            if match["final"] is not None:
                if self._control(match):
                    self._drawing += match[0].replace(b":", b";")
            elif match["osc"] is not None:
                self._operating_system_command(match["osc"])
            elif match["short"] is not None:
                self._drawing += match[0]
            elif match["kind"] is not None:
                self._string(match["kind"], match["string"])
        self._drawing += data[position:]
        self._draw()
        replies, self._replies = self._replies, b""
        return b"" if self.silent else replies

    def _draw(self) -> None:
        self._stream.feed(bytes(self._drawing))
        self._drawing.clear()

    def _control(self, match: re.Match[bytes]) -> bool:
        """Handle what is not drawing; say whether the sequence is one that pyte draws."""
        numbers = [int(part or 0) for part in re.split(rb"[:;]", match["parameters"])]
        match match["private"], match["intermediate"], match["final"]:
            case b"?", b"$", b"p":
                known = numbers[0] == 2026 and self.synchronized
                state = (1 if numbers[0] in self.modes else 2) if known else 0
                self._replies += b"\x1b[?%d;%d$y" % (numbers[0], state)
            case b"?", b"", b"h" | b"l" as final:
                self._draw()
                self._switch(numbers, on=final == b"h")
                return True
            case b"", b"", b"c":
                self._replies += b"\x1b[?62;4;22c" if self.graphics == "sixel" else b"\x1b[?62;22c"
            case b"", b"", b"n" if numbers[0] == 5:
                self._replies += b"\x1b[0n"
            case b"", b"", b"n" if numbers[0] == 6:
                self._draw()
                row, column = self.screen.cursor
                self._replies += b"\x1b[%d;%dR" % (row + 1, column + 1)
            case b"", b"", b"t":
                self._window(numbers[0])
            case b">", b"", b"u":
                self.keyboard_depth += 1
            case b"<", b"", b"u":
                self.keyboard_depth -= 1
            case b"", b"", _:
                return True
        return False

    def _string(self, kind: bytes, content: bytes) -> None:
        """A picture, or a question about pictures, by Kitty's protocol or sixels."""
        if kind == b"_" and content.startswith(b"G") and self.graphics == "kitty":
            if b"a=q" in content:
                self._replies += b"\x1b_Gi=31;OK\x1b\\"
                return
        elif not (kind == b"P" and b"q" in content[:16] and self.graphics == "sixel"):
            return
        self._draw()
        self.pictures.append((self.screen.cursor, content))

    def _window(self, question: int) -> None:
        answers = {
            14: (4, self.rows * CELL_HEIGHT, self.columns * CELL_WIDTH),
            16: (6, CELL_HEIGHT, CELL_WIDTH),
            18: (8, self.rows, self.columns),
        }
        if question in answers:
            self._replies += b"\x1b[%d;%d;%dt" % answers[question]

    def _switch(self, numbers: list[int], *, on: bool) -> None:
        if 1049 in numbers:
            self._stream.detach(self._current)
            if on:
                self._alternate.reset()
        if on:
            self.modes.update(numbers)
        else:
            self.modes.difference_update(numbers)
        if 1049 in numbers:
            self._stream.attach(self._current)

    def _operating_system_command(self, command: bytes) -> None:
        number, _, rest = command.partition(b";")
        if number in {b"0", b"2"}:
            self.title = rest.decode(errors="replace")
        elif number == b"52":
            self.clipboard = base64.b64decode(rest.partition(b";")[2]).decode(errors="replace")

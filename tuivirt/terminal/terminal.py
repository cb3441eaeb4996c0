"""A terminal of one guest: takes its bytes, keeps its screen and its history, and has its answers ready."""

import codecs
import time
from collections.abc import Iterator
from typing import Final

from pyte import charsets
from pyte import control as ctrl

from tuivirt.terminal import flood
from tuivirt.terminal.actions import ACTIONS, PRIVATE_ACTIONS, STILL
from tuivirt.terminal.cells import Alphabet, Look, Width
from tuivirt.terminal.lines import History, Line
from tuivirt.terminal.parser import Parser
from tuivirt.terminal.screen import BRACKETED_PASTE, CURSOR_KEYS, Screen
from tuivirt.terminal.sgr import Rendition

COLUMNS: Final = 80
ROWS: Final = 24
"""What a guest takes a serial terminal to be unless somebody tells it otherwise."""
LARGEST: Final = 500
"""Columns or rows that a terminal may have."""
PIECE: Final = 512
"""Characters that are drawn between two looks at the clock: some hundred microseconds."""
ANSWERS: Final = 16
"""Answers that may wait to be sent: a guest that asks without end gets no more."""
_LARGEST_NUMBER: Final = 9999
_CHARSETS: Final = {"0": charsets.VT100_MAP, "B": charsets.LAT1_MAP, "A": charsets.LAT1_MAP}


class Terminal:
    """``feed`` only keeps; ``work`` draws, for as long as it may."""

    def __init__(self, width: Width, columns: int = COLUMNS, rows: int = ROWS) -> None:
        self.history = History()
        self._alphabet = Alphabet(width)
        self.screen = Screen(columns, rows, self._alphabet, self.history)
        self.title = ""
        """What the guest calls itself: text from outside."""
        self._rendition = Rendition()
        self._parser = Parser(self)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self._answers: list[bytes] = []
        self.keypad = False
        """The keys of the keypad are to send sequences of their own."""

    # What comes in

    def feed(self, data: bytes, lost: int = 0) -> None:
        """Take what the guest wrote, after so many bytes that nobody could keep."""
        if lost:
            self._decoder.reset()
            self._jump(self._pending, lost)
            self._pending = ""
        self._pending += self._decoder.decode(data)
        if len(self._pending) > flood.MOST:
            skipped, kept = flood.cut(self._pending)
            self._pending = kept
            # What cannot be seen any more once the rest is drawn is not missing.
            self._jump(skipped, 0 if flood.fills(kept) else len(skipped))

    def work(self, seconds: float) -> bool:
        """Draw what has come for about so long; whether that was all."""
        until = time.perf_counter() + seconds
        text, position = self._pending, 0
        while position < len(text):
            if self._parser.between and self.screen.is_plain:
                position += flood.swallow(self, text, position)
            piece = text[position : position + PIECE]
            self._parser.feed(piece)
            position += len(piece)
            if time.perf_counter() > until:
                break
        self._pending = text[position:]
        return not self._pending

    def draw(self, text: str) -> None:
        """Draw at once."""
        self._parser.feed(text)

    def _jump(self, skipped: str, missing: int) -> None:
        """Leave out text: what it would have set is set. Tell of ``missing`` characters or bytes."""
        self._parser.reset()
        for sequence in flood.settings(skipped):
            self._parser.feed(sequence)
        self._parser.reset()
        if missing:
            self.history.append(Line(((f"⋯ {missing:,} characters were left out ⋯", Look(dim=True)),)))

    # What is there

    @property
    def first(self) -> int:
        """The number of the oldest line."""
        return self.history.first

    @property
    def top(self) -> int:
        """The number of the screen's first row."""
        return self.history.total

    @property
    def end(self) -> int:
        """One more than the number of the screen's last row."""
        return self.history.total + self.screen.lines

    def line(self, number: int) -> Line:
        """A line of the history or a row of the screen. Raises IndexError."""
        if number >= self.top:
            y = number - self.top
            if y >= self.screen.lines:
                raise IndexError(number)
            return self.screen.line(y)
        return self.history.line(number)

    def lines(self, start: int, end: int) -> Iterator[Line]:
        """Those that exist of these."""
        for number in range(max(start, self.first), min(end, self.end)):
            yield self.line(number)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.screen.columns, self.screen.lines

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(max(1, min(rows, LARGEST)), max(2, min(columns, LARGEST)))

    def restart(self) -> None:
        """What ran in the guest is gone: its modes are, its size and its title; what it wrote stays."""
        self._parser.reset()
        self._decoder.reset()
        self._answers.clear()
        self.screen.leave_alternate()
        self.screen.soft_reset()
        if self.screen.cursor.x:  # what begins now does not go on in the row of what has ended
            self.screen.carriage_return()
            self.screen.index()
        self.keypad = False
        self.title = ""
        self.resize(COLUMNS, ROWS)

    @property
    def cursor_keys(self) -> bool:
        """The arrow keys are to send what applications want."""
        return CURSOR_KEYS in self.screen.mode

    @property
    def bracketed_paste(self) -> bool:
        return BRACKETED_PASTE in self.screen.mode

    def cells(self, text: str) -> int:
        """Cells that a text takes here."""
        return self._alphabet.cells(text)

    def shown(self, text: str) -> str:
        """A text as it is drawn."""
        return self._alphabet.text(text)

    def has_marks(self, text: str) -> bool:
        """Whether some character of a text joins the one before it."""
        return any(self._alphabet[char].mark for char in set(text))

    def look_after(self, parameters: str) -> Look:
        """That of the moment after *select graphic rendition*."""
        return self._rendition.applied(self.screen.look, parameters)

    def answers(self) -> bytes:
        """What the guest is to be told now: the place of the cursor, the kind of terminal; nothing else."""
        answers, self._answers = b"".join(self._answers), []
        return answers

    def _answer(self, answer: str) -> None:
        if len(self._answers) < ANSWERS:
            self._answers.append(answer.encode("ascii"))

    # What the guest says (``parser.Commands``)

    def text(self, text: str) -> None:
        self.screen.draw(text)

    def control(self, char: str) -> None:
        screen = self.screen
        match char:
            case ctrl.CR:
                screen.carriage_return()
            case ctrl.LF | ctrl.VT | ctrl.FF:
                screen.settle()
                screen.linefeed()
            case ctrl.BS:
                screen.settle()
                screen.backspace()
            case ctrl.HT:
                screen.tab()
            case ctrl.SO:
                screen.shift_out()
            case ctrl.SI:
                screen.shift_in()

    def escape(self, intermediate: str, final: str) -> None:
        screen = self.screen
        match intermediate, final:
            case "", "7":
                screen.save_cursor()
            case "", "8":
                screen.restore_cursor()
            case "", "D":
                screen.settle()
                screen.index()
            case "", "E":
                screen.carriage_return()
                screen.index()
            case "", "H":
                screen.set_tab_stop()
            case "", "M":
                screen.settle()
                screen.reverse_index()
            case "", "c":
                screen.reset()
                self.keypad = False
            case "", "=" | ">":
                self.keypad = final == "="
            case "#", "8":
                screen.alignment_display()
            case "(", _ if final in _CHARSETS:
                screen.g0_charset = _CHARSETS[final]
            case ")", _ if final in _CHARSETS:
                screen.g1_charset = _CHARSETS[final]

    def sequence(self, private: str, parameters: str, intermediate: str, final: str) -> None:
        screen = self.screen
        if final == "m":
            if not private and not intermediate:
                screen.look = self.look_after(parameters)
            return
        if intermediate:
            if (private, intermediate, final) == ("", "!", "p"):
                screen.soft_reset()
            return
        table = {"": ACTIONS, "?": PRIVATE_ACTIONS}.get(private, {})
        action = table.get(final)
        if action is not None:
            if final not in STILL:
                screen.settle()
            action(screen, _numbers(parameters))
        elif not private and final in "cn":
            self._report(final, _numbers(parameters)[0])

    def _report(self, what: str, number: int) -> None:
        cursor = self.screen.cursor
        if what == "c" and number == 0:
            self._answer("\x1b[?6c")  # a VT102
        elif what == "n" and number == 6:
            row = cursor.y + 1 - self.screen.origin
            self._answer(f"\x1b[{row};{min(cursor.x, self.screen.columns - 1) + 1}R")

    def command(self, text: str) -> None:
        number, _, rest = text.partition(";")
        if number in {"0", "2"}:
            self.title = rest


def _numbers(parameters: str) -> list[int]:
    """The numbers, at least two; a text that is too long for one counts as the largest."""
    numbers = [
        (min(int(part), _LARGEST_NUMBER) if len(part) < 6 else _LARGEST_NUMBER) if part.isdecimal() else 0
        for part in parameters.split(";")
    ]
    return [*numbers, 0] if len(numbers) == 1 else numbers

"""Textual's driver, which also asks the terminal what pictures it can draw.

Textual takes an answer that it does not know for keys. So answers are taken out of what comes from the
terminal, before Textual sees it, as long as they are waited for.
"""

import asyncio
import contextlib
import errno
import fcntl
import os
import re
import selectors
import struct
import termios
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tuivirt.ui.receipts import Receipts


class Graphics(NamedTuple):
    """What a terminal says of itself."""

    kitty: bool = False
    sixel: bool = False
    cell: tuple[int, int] | None = None
    """Pixels of a cell; None where it does not tell."""


# Kitty's answer first; every terminal has one to the last, so that nobody waits for the others.
QUESTIONS: Final = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c"
ANSWER: Final = re.compile(
    r"\x1b(?:_G(?P<kitty>[^\x1b]*)\x1b\\|\[6;(?P<cell>\d+;\d+)t|\[\?(?P<device>[\d;]*)c)"
)
BEGUN: Final = re.compile(r"\x1b(?:_(?:G[^\x1b]*\x1b?)?|\[(?:6?;?[\d;]*|\?[\d;]*))?\Z")
"""What may be the beginning of an answer at the end of what was read."""
SURELY: Final = re.compile(r"\x1b(?:_Gi.*|\[6;[\d;]*|\[\?\d[\d;]*)", re.DOTALL)
"""What nobody types: the rest of it is on its way, however long that takes."""
SIXEL: Final = "4"
"""In the attributes of a device."""
LATE: Final = 10.0
"""Seconds in which a late answer is still taken: else it is typed into whatever has the keys then."""
LONGEST: Final = 256
"""Characters of an answer; what is longer was typed."""


class Answers:
    """Takes answers out of what is read, from the question to the last of them."""

    def __init__(self) -> None:
        self._told: Callable[[Graphics], None] | None = None
        self._graphics = Graphics()
        self._held = ""

    def expect(self, told: Callable[[Graphics], None]) -> None:
        """Whoever is told is told once."""
        self._graphics = Graphics()
        self._told = told

    def give_up(self) -> None:
        self._told = None

    def take(self, text: str) -> str:
        """What was typed, without answers."""
        text = self._held + text
        self._held = ""
        if self._told is None:
            return text
        text = ANSWER.sub(self._answer, text)
        if (begun := BEGUN.search(text)) and len(begun[0]) <= LONGEST:
            self._held = begun[0]
            text = text[: begun.start()]
        return text

    def release(self) -> str:
        """What was held back, and was no answer as nothing more came for a moment."""
        if self._told is not None and SURELY.fullmatch(self._held):
            return ""
        held, self._held = self._held, ""
        return held

    def _answer(self, match: re.Match[str]) -> str:
        if match["kitty"] is not None:
            self._graphics = self._graphics._replace(kitty=match["kitty"].endswith(";OK"))
        elif match["cell"] is not None:
            height, width = map(int, match["cell"].split(";"))
            self._graphics = self._graphics._replace(cell=(width, height) if width and height else None)
        elif self._told is not None:
            told, self._told = self._told, None
            told(self._graphics._replace(sixel=SIXEL in match["device"].split(";")[1:]))
        return ""


class AskingDriver(LinuxDriver):
    """Reads as Textual's own does."""

    _answers: Answers | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._receipts = Receipts()

    def write(self, data: str) -> None:
        self._receipts.wrote(len(data))
        super().write(data)

    async def ask_graphics(self, patience: float) -> Graphics:
        """What the terminal can draw; nothing when it does not say so in so many seconds."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Graphics] = loop.create_future()

        def told(graphics: Graphics) -> None:
            if not future.done():
                future.set_result(graphics)

        answers = self._answers = Answers()

        def tell(graphics: Graphics) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the app has ended meanwhile
                loop.call_soon_threadsafe(told, graphics)

        answers.expect(tell)
        loop.call_later(LATE, answers.give_up)
        self.write(QUESTIONS)
        self.flush()
        try:
            graphics = await asyncio.wait_for(future, patience)
        except TimeoutError:
            return Graphics()
        return graphics if graphics.cell is not None else graphics._replace(cell=self._cell())

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has still to take what was written earlier, as over a slow line."""
        writer = self._writer_thread
        if writer is None:
            return False
        return not writer._queue.empty() or self._receipts.is_behind(self.write)  # noqa: SLF001 (Textual has no other way)

    def _cell(self) -> tuple[int, int] | None:
        """Pixels of a cell by what the terminal told the system."""
        try:
            size = fcntl.ioctl(self.fileno, termios.TIOCGWINSZ, bytes(8))
        except OSError:
            return None
        rows, columns, width, height = struct.unpack("HHHH", size)
        return (width // columns, height // rows) if rows and columns and width and height else None

    def run_input_thread(self) -> None:
        """Wait for input, and hand it on, until the terminal is gone or another thread does so.

        SIGCONT, which follows the SIGHUP of a terminal that is closed, starts another.
        """
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")().decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set() and self._key_thread is threading.current_thread():
                if selector.select(0.1):
                    data = self._read()
                    if not data:
                        break
                    self._hand_on(parser.feed, decode(data))
                else:
                    self._let_go(parser.feed)
                self._pass(parser.tick())
        try:
            self._pass(parser.feed(""))
        except (EOFError, ParseError):
            return

    def _read(self) -> bytes:
        """What was typed; nothing when the terminal is gone."""
        try:
            return os.read(self.fileno, 4096)
        except OSError as error:
            if error.errno == errno.EIO:
                return b""
            raise

    def _hand_on(self, feed: Callable[[str], Iterable[Message]], text: str) -> None:
        text = self._receipts.take(text)
        if self._answers is not None:
            text = self._answers.take(text)
        if text:  # an empty one is the end to the parser
            self._pass(feed(text))

    def _let_go(self, feed: Callable[[str], Iterable[Message]]) -> None:
        """What was held back was typed, as nothing more has come for a moment."""
        text = self._receipts.release()
        if self._answers is not None:
            text = self._answers.take(text) + self._answers.release()
        if text:
            self._pass(feed(text))

    def _pass(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

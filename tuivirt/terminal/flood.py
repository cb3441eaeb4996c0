"""Fast forward: what scrolls by faster than it can be drawn and read.

Lines of plain or coloured text need no grid: they go into the history as they are, and only the last of them
are drawn. Of what cannot be kept up with even so, the settings are kept and the rest is left out.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tuivirt.terminal.cells import PLAIN, Look
from tuivirt.terminal.lines import MOST_LINES, Line, Run, trimmed

if TYPE_CHECKING:
    from tuivirt.terminal.terminal import Terminal

LEAST: Final = 512
"""Characters from which on it is worth while."""
BLOCK: Final = 1 << 17
"""Characters that are taken at once: some milliseconds."""
MOST: Final = 1 << 21
"""Characters that may wait to be drawn."""
KEPT: Final = 1 << 20
"""Characters of them that are kept, when lines are so long that less would not fill the history."""

TAB: Final = 8

_COLOUR: Final = re.compile(r"\x1b\[([0-9:;]{0,128})m")
_BACKGROUND: Final = re.compile(r"\x1b\[[0-9:;]{0,128}(?:4[0-8]|10[0-7])[0-9:;]{0,128}m")
"""What may set a background, which the rows that scroll in take."""
_SETTING: Final = re.compile(
    r"\x1b(?:\[\??[0-9;:]{0,128}[hlmr]|[=>c]|[()][0-9A-Za-z]|\][^\x07\x1b]{0,256}(?:\x07|\x1b\\))|[\x0e\x0f]"
)


def swallow(terminal: "Terminal", text: str, position: int) -> int:
    """Take whole lines of text that only flows down, if there are many; returns the characters taken.

    The result is that of drawing them: the history, the screen, the cursor, the look.
    """
    end = text.rfind("\n", position, position + BLOCK) + 1
    if end - position < LEAST:
        return 0
    block = text[position:end].replace("\r\n", "\n")
    coloured = "\x1b" in block
    if coloured and _BACKGROUND.search(block) is not None:
        return 0
    words = _COLOUR.sub("", block) if coloured else block
    lines = block.split("\n")[:-1]
    rows = terminal.screen.lines
    if len(lines) <= 2 * rows + 1 or not _flows(terminal, words):
        return 0
    # The first lines bring the cursor to the bottom, the last are the new screen.
    head, middle, tail = lines[:rows], lines[rows:-rows], lines[-rows:]
    terminal.draw("\r\n".join([*head, ""]))
    terminal.screen.spill()
    _pass(terminal, middle, coloured=coloured)
    terminal.draw("\r\n".join([*tail, ""]))
    return end - position


def _pass(terminal: "Terminal", lines: list[str], *, coloured: bool) -> None:
    """Put lines straight into the history."""
    screen, history = terminal.screen, terminal.history
    unseen, lines = lines[:-MOST_LINES], lines[-MOST_LINES:]
    if unseen:
        history.skip(len(unseen))
    if coloured:
        for match in _COLOUR.finditer("\n".join(unseen)):
            screen.look = terminal.look_after(match[1])
    elif screen.look == PLAIN and _are_simple(lines, screen.columns):
        history.extend(lines)
        return
    for line in lines:
        for row in _rows(terminal, line):
            history.append(row)


def _flows(terminal: "Terminal", words: str) -> bool:
    """Whether a text without its colours is drawn from left to right and then down."""
    if not words.replace("\n", "").replace("\t", "").isprintable():
        return False
    if "\t" in words:
        room = terminal.screen.columns
        flat = words.expandtabs(TAB)
        return words.isascii() and terminal.screen.tabs_are_usual and max(map(len, flat.split("\n"))) < room
    return words.isascii() or not terminal.has_marks(words)


def _are_simple(lines: list[str], columns: int) -> bool:
    """Every line is one row, and stands in it as it is written."""
    if max(map(len, lines)) > columns:
        return False
    text = "".join(lines)
    return text.isascii() and "\t" not in text


def _rows(terminal: "Terminal", text: str) -> Iterator[Line]:
    """A line as the rows that it fills."""
    columns = terminal.screen.columns
    runs: list[Run] = []
    used = 0
    for part, look in _parts(terminal, text):
        rest = terminal.shown(part)
        while rest:
            fits = _fitting(terminal, rest, columns - used)
            if not fits:
                yield Line(tuple(runs), wraps=True)
                runs, used = [], 0
                continue
            if runs and runs[-1][1] == look:
                runs[-1] = (runs[-1][0] + fits, look)
            else:
                runs.append((fits, look))
            used += terminal.cells(fits)
            rest = rest[len(fits) :]
    yield Line(trimmed(runs))


def _parts(terminal: "Terminal", text: str) -> Iterator[tuple[str, Look]]:
    """Text between changes of the look. A tab moves the cursor and draws nothing."""
    if "\x1b" not in text and "\t" not in text:
        yield text, terminal.screen.look
        return
    column = 0
    for number, part in enumerate(_COLOUR.split(text)):
        if number % 2:
            terminal.screen.look = terminal.look_after(part)
            continue
        for index, words in enumerate(part.split("\t")):
            if index:
                blanks = TAB - column % TAB
                yield " " * blanks, PLAIN
                column += blanks
            yield words, terminal.screen.look
            column += len(words)


def _fitting(terminal: "Terminal", text: str, room: int) -> str:
    """As much of the beginning as goes into so many cells."""
    if text.isascii():
        return text[:room]
    used = 0
    for end, char in enumerate(text):
        used += terminal.cells(char)
        if used > room:
            return text[:end]
    return text


def cut(text: str) -> tuple[str, str]:
    """What of too much text is left out, and what is kept: enough to fill the history, as far as may be."""
    start = len(text)
    for _ in range(MOST_LINES + 500):
        start = text.rfind("\n", len(text) - KEPT, start)
        if start < 0:
            start = len(text) - KEPT
            break
    at = text.find("\n", start, start + 4096) + 1
    if not at:
        # Full screens have no line ends: it begins with a sequence that is whole.
        at = max(start, text.find("\x1b", start, start + 4096))
    return text[:at], text[at:]


def fills(text: str) -> bool:
    """Whether nothing can be seen, once a text is drawn, of what came before."""
    return text.count("\n") >= MOST_LINES + 400


def settings(text: str) -> Iterator[str]:
    """The sequences of a text that change more than what is on the screen."""
    for match in _SETTING.finditer(text):
        yield match[0]

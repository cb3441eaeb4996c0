"""GRUB's menu and Debian's installer, as they were recorded from real guests (tools/record_consoles.py)."""

from pathlib import Path

import pytest
from rich.cells import cell_len

from tuivirt.terminal.terminal import Terminal

FOLDER = Path(__file__).parents[1] / "data" / "consoles"


def played(name: str, piece: int) -> Terminal:
    terminal = Terminal(cell_len)
    written = (FOLDER / f"{name}.bytes").read_bytes()
    for start in range(0, len(written), piece):
        terminal.feed(written[start : start + piece])
        assert terminal.work(60)
    return terminal


@pytest.mark.parametrize("name", ["grub", "installer"])
@pytest.mark.parametrize("piece", [7, 4096])
def test_the_screen_is_as_it_was(name: str, piece: int) -> None:
    terminal = played(name, piece)
    rows = [terminal.line(number).text.rstrip() for number in range(terminal.top, terminal.end)]
    assert rows == (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def test_the_chosen_entry_is_highlighted() -> None:
    terminal = played("grub", 4096)
    chosen = next(line for line in terminal.lines(terminal.top, terminal.end) if "*Debian" in line.text)
    (look,) = [look for text, look in chosen.runs if "*Debian" in text]
    assert look.reverse


def test_the_dialog_has_its_colours() -> None:
    terminal = played("installer", 4096)
    lines = list(terminal.lines(terminal.top, terminal.end))
    frame = next(line for line in lines if "Keymap to use" in line.text)
    assert [look.background for _, look in frame.runs] != [None] * len(frame.runs)
    chosen = next(line for line in lines if "American English" in line.text)
    assert len({look for _, look in chosen.runs}) > 2

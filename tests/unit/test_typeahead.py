"""Keys that arrive together, as the terminal's bytes are read."""

import pytest
from textual import constants
from textual._xterm_parser import XTermParser
from textual.events import Key

import tuivirt.ui.typeahead  # noqa: F401 (mends the parser)


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("\x1b", ["escape"]),
        ("\x1b\x1b", ["escape", "escape"]),
        ("\x1b\r", ["escape", "enter"]),
        ("\x1b\x1b\r", ["escape", "escape", "enter"]),
        ("\x1b:q\r", ["escape", "colon", "q", "enter"]),
        ("\x1b/", ["escape", "slash"]),
        ("\x1b\x12", ["escape", "ctrl+r"]),
        ("\x1b[", ["escape", "left_square_bracket"]),
        ("\x1b\x1b[A", ["escape", "up"]),
        ("\x1b[A", ["up"]),
        ("\x1bOP", ["f1"]),
        ("\x1bj", ["alt+j"]),  # which the app takes apart where nothing is bound to it
    ],
)
def test_escape_is_not_lost(monkeypatch: pytest.MonkeyPatch, typed: str, keys: list[str]) -> None:
    monkeypatch.setattr(constants, "ESCAPE_DELAY", 0.0)
    parser = XTermParser()
    found = [*parser.feed(typed), *parser.tick()]
    assert [event.key for event in found if isinstance(event, Key)] == keys

"""Alt and a character, where Textual takes it for another key.

What terminals send for Alt+F is to Textual what iTerm sends for Ctrl+→, and Alt+1 is WezTerm's ``¡``. In a
guest a shell moves by words with the one, and other programs switch windows with the other.
"""

from typing import TYPE_CHECKING, Final

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

if TYPE_CHECKING:
    from collections.abc import MutableMapping

_known: "MutableMapping[str, object]" = ANSI_SEQUENCES_KEYS  # type: ignore[assignment]
_COVERED: Final = {
    sequence: keys
    for sequence, keys in ANSI_SEQUENCES_KEYS.items()
    if len(sequence) == 2 and sequence[0] == "\x1b" and sequence[1].isprintable()
}


def uncover() -> None:
    """Let them be Alt and the character: a console has the keys."""
    for sequence in _COVERED:
        _known.pop(sequence, None)


def cover() -> None:
    """Let them be what Textual takes them for."""
    _known.update(_COVERED)

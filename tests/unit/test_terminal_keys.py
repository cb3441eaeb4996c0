"""What a guest gets for keys and pasted text. The keys that matter are pressed in the app, too."""

import string
import unicodedata

import pytest
from textual.keys import _character_to_key

from tuivirt.terminal.keys import key_bytes, paste_bytes


@pytest.mark.parametrize("sign", string.punctuation)
def test_signs_have_the_names_that_textual_gives_them(sign: str) -> None:
    assert key_bytes(_character_to_key(sign), None, application=False) == sign.encode()
    assert key_bytes(f"alt+{_character_to_key(sign)}", None, application=False) == b"\x1b" + sign.encode()


@pytest.mark.parametrize("letter", string.ascii_lowercase)
def test_letters_with_ctrl(letter: str) -> None:
    code = bytes([ord(letter) - 96])
    assert key_bytes(f"ctrl+{letter}", None, application=False) == code
    assert key_bytes(f"ctrl+{letter}", code.decode(), application=True) == code
    assert key_bytes(f"alt+ctrl+{letter}", None, application=False) == b"\x1b" + code


@pytest.mark.parametrize(
    ("key", "sent", "in_applications"),
    [
        ("up", b"\x1b[A", b"\x1bOA"),
        ("right", b"\x1b[C", b"\x1bOC"),
        ("home", b"\x1b[1~", b"\x1b[1~"),
        ("shift+up", b"\x1b[1;2A", b"\x1b[1;2A"),
        ("ctrl+shift+left", b"\x1b[1;6D", b"\x1b[1;6D"),
        ("alt+home", b"\x1b[1;3H", b"\x1b[1;3H"),
        ("ctrl+delete", b"\x1b[3;5~", b"\x1b[3;5~"),
        ("f1", b"\x1bOP", b"\x1bOP"),
        ("f4", b"\x1bOS", b"\x1bOS"),
        ("f5", b"\x1b[15~", b"\x1b[15~"),
        ("f12", b"\x1b[24~", b"\x1b[24~"),
        ("f13", b"\x1b[25~", b"\x1b[25~"),
        ("f20", b"\x1b[34~", b"\x1b[34~"),
        ("f24", b"\x1b[24;2~", b"\x1b[24;2~"),
        ("shift+f3", b"\x1b[1;2R", b"\x1b[1;2R"),
        ("ctrl+space", b"\x00", b"\x00"),
        ("ctrl+slash", b"\x1f", b"\x1f"),
        ("ctrl+enter", b"\r", b"\r"),
        ("shift+enter", b"\r", b"\r"),
        ("alt+enter", b"\x1b\r", b"\x1b\r"),
        ("alt+backspace", b"\x1b\x7f", b"\x1b\x7f"),
        ("alt+shift+f", b"\x1bF", b"\x1bF"),
        ("super+l", b"", b""),
        ("left_control", b"", b""),
        ("<ignore>", b"", b""),
    ],
)
def test_keys_without_a_character(key: str, sent: bytes, in_applications: bytes) -> None:
    assert key_bytes(key, None, application=False) == sent
    assert key_bytes(key, None, application=True) == in_applications


def test_pasted_text_is_text() -> None:
    everything = "".join(map(chr, range(0x300)))
    kept = paste_bytes(everything, bracketed=False).decode()
    assert [c for c in kept if unicodedata.category(c) == "Cc"] == ["\t", "\r", "\r"]
    assert paste_bytes("a\r\nb\nc\rd", bracketed=False) == b"a\rb\rc\rd"
    assert paste_bytes("a\x1b[201~b", bracketed=True) == b"\x1b[200~a[201~b\x1b[201~"
    assert paste_bytes("\ud800", bracketed=False) == b"?"

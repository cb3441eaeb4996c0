"""From characters and keys to what is pressed on a guest's keyboard."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.core.keyboard.keyboard import KEYS, MOST_TOGETHER, CannotTypeError, Keyboard, batches
from tuivirt.core.keyboard.layouts import LAYOUTS, Chord, chords_of
from tuivirt.core.keyboard.special import SPECIALS

SHIFT, ALTGR, CTRL, ALT = 42, 100, 29, 56


def plain(key: int) -> Chord:
    return Chord((), key)


def shift(key: int) -> Chord:
    return Chord((SHIFT,), key)


def altgr(key: int) -> Chord:
    return Chord((ALTGR,), key)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_has_all_of_ascii(layout: str) -> None:
    assert set(string.printable) - set("\r\x0b\x0c\n\t") <= chords_of(layout).keys()
    keyboard = Keyboard(layout)
    assert keyboard.text(string.ascii_letters + string.digits + string.punctuation + " \n\t")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_two_characters_are_the_same_keys(layout: str) -> None:
    chords = chords_of(layout)
    assert len(set(chords.values())) == len(chords)


@pytest.mark.parametrize(
    ("layout", "character", "chords"),
    [
        ("us", "a", (plain(30),)),
        ("us", "A", (shift(30),)),
        ("us", "~", (shift(41),)),
        ("us", "|", (shift(43),)),
        ("gb", "£", (shift(4),)),
        ("gb", "\\", (plain(86),)),
        ("gb", "#", (plain(43),)),
        ("gb", "€", (altgr(5),)),
        ("de", "z", (plain(21),)),
        ("de", "y", (plain(44),)),
        ("de", "/", (shift(8),)),
        ("de", "@", (altgr(16),)),
        ("de", "\\", (altgr(12),)),
        ("de", "ß", (plain(12),)),
        ("de", "^", (plain(41), plain(57))),
        ("de", "é", (plain(13), plain(18))),
        ("de", "`", (shift(13), plain(57))),
        ("fr", "a", (plain(16),)),
        ("fr", "1", (shift(2),)),
        ("fr", "@", (altgr(11),)),
        ("fr", "ê", (plain(26), plain(18))),
        ("fr", "Ë", (shift(26), shift(18))),
        ("es", "ñ", (plain(39),)),
        ("es", "{", (altgr(40),)),
        ("es", "ú", (plain(40), plain(22))),
        ("it", "{", (Chord((ALTGR, SHIFT), 26),)),
        ("it", "@", (altgr(39),)),
        ("it", "é", (shift(26),)),
    ],
)
def test_what_keyboards_have_where(layout: str, character: str, chords: tuple[Chord, ...]) -> None:
    assert tuple(Keyboard(layout).text(character)) == chords


def test_line_ends_are_one_enter_each() -> None:
    assert Keyboard("us").text("a\r\nb\rc\n") == [
        *(plain(30), plain(28), plain(48), plain(28), plain(46), plain(28))
    ]


def test_letters_and_their_accents_are_one_character() -> None:
    assert Keyboard("de").text("a\u0308") == Keyboard("de").text("ä")


def test_a_text_is_refused_as_a_whole() -> None:
    with pytest.raises(CannotTypeError) as refused:
        Keyboard("us").text("ls é € é\x07")
    assert refused.value.characters == ("é", "€", "\x07")
    assert refused.value.layout == "us"


@pytest.mark.parametrize(
    ("name", "character", "held", "chords"),
    [
        ("a", "a", (), (plain(30),)),
        ("Z", "Z", (), (shift(44),)),
        ("enter", "\r", (), (plain(28),)),
        ("escape", "\x1b", (), (plain(1),)),
        ("space", " ", (), (plain(57),)),
        ("tab", "\t", (), (plain(15),)),
        ("shift+tab", None, (), (shift(15),)),
        ("backspace", "\x7f", (), (plain(14),)),
        ("ctrl+c", "\x03", (), (Chord((CTRL,), 46),)),
        ("ctrl+backslash", "\x1c", (), (Chord((CTRL,), 43),)),
        ("ctrl+@", "\x00", (), (Chord((CTRL,), 57),)),
        ("ctrl+left", None, (), (Chord((CTRL,), 105),)),
        ("ctrl+shift+end", None, (), (Chord((CTRL, SHIFT), 107),)),
        ("alt+x", "x", (), (Chord((ALT,), 45),)),
        ("alt+full_stop", ".", (), (Chord((ALT,), 52),)),
        ("f1", None, (), (plain(59),)),
        ("f12", None, (), (plain(88),)),
        ("alt+f4", None, (), (Chord((ALT,), 62),)),
        ("f13", None, (), (plain(183),)),
        ("pageup", None, (), (plain(104),)),
        ("caps_lock", None, (), (plain(58),)),
        ("f", "f", (CTRL, ALT), (Chord((CTRL, ALT), 33),)),
        ("F", "F", (ALT,), (Chord((ALT, SHIFT), 33),)),
        ("f2", None, (CTRL, ALT), (Chord((CTRL, ALT), 60),)),
        ("é", "é", (), ()),
        ("media_play", None, (), ()),
        ("plus", "+", (), (shift(13),)),
    ],
)
def test_keys(name: str, character: str | None, held: tuple[int, ...], chords: tuple[Chord, ...]) -> None:
    assert Keyboard("us").key(name, character, held) == chords


def test_no_two_names_are_one_key_but_those_that_are() -> None:
    assert len(set(KEYS.values())) == len(KEYS)


def test_what_the_menu_presses() -> None:
    codes = {special.title: special.codes for special in SPECIALS}
    assert codes["Ctrl+Alt+Del"] == (29, 56, 111)
    assert codes["Ctrl+Alt+F1"] == (29, 56, 59)
    assert codes["Ctrl+Alt+F12"] == (29, 56, 88)
    assert codes["Magic SysRq: sync"] == (56, 99, 31)
    assert len(codes) == len(SPECIALS)


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("cat", [((46, 30, 20), 3)]),
        ("less", [((38, 18, 31), 3), ((31,), 1)]),
        ("Hi", [((SHIFT, 35), 1), ((23,), 1)]),
        ("HELO", [((SHIFT, 35, 18, 38, 24), 4)]),
        ("abcdefgh", [((30, 48, 46, 32, 18, 33), 6), ((34, 35), 2)]),
        ("", []),
    ],
)
def test_keys_that_differ_go_together(text: str, calls: list[tuple[tuple[int, ...], int]]) -> None:
    assert list(batches(Keyboard("us").text(text))) == calls


def test_modifiers_alone_go_alone() -> None:
    chords = [plain(30), Chord((125,), None), plain(48)]
    assert list(batches(chords)) == [((30,), 1), ((125,), 1), ((48,), 1)]


@given(st.text(st.sampled_from(string.printable[:95]), max_size=200))
def test_nothing_is_lost_and_nothing_too_long(text: str) -> None:
    chords = Keyboard("de").text(text)
    calls = list(batches(chords))
    assert sum(count for _, count in calls) == len(chords)
    pressed = []
    for codes, count in calls:
        assert count <= MOST_TOGETHER
        assert len(set(codes)) == len(codes)
        modifiers = codes[: len(codes) - count]
        pressed += [Chord(modifiers, key) for key in codes[len(codes) - count :]]
    assert pressed == chords

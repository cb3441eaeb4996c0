import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.core.text import MARKS_IN_A_STACK, natural_key, plain, plain_lines

# Hypothesis' text() leaves surrogates out; hosts do not.
ANY_TEXT = st.text(st.characters(exclude_categories=()))
HOSTILE = st.text(
    st.sampled_from("ab1 \t\n\r\x00\x1b\x7f\x85\x9b\u0301\u200b\u200d\u202e\u2028\ufe0f\ufeff⚠é中\ud800😀")
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("web01", "web01"),
        ("", ""),
        ("[red]x[/] $(id) `w`; rm -rf ~", "[red]x[/] $(id) `w`; rm -rf ~"),
        ("a\x1b[31mb", "a␛[31mb"),
        ("a\tb\nc\rd\0e\x7f", "a␉b␊c␍d␀e␡"),
        ("\x9b31m", "‹U+009B›31m"),
        ("\u202egnp.exe", "‹U+202E›gnp.exe"),
        ("\u200e\u200f\u061c\u2066\u2069", "‹U+200E›‹U+200F›‹U+061C›‹U+2066›‹U+2069›"),
        ("a\u2028b\u2029c\x85d", "a‹U+2028›b‹U+2029›c‹U+0085›d"),
        ("we\u200bb\ufeff\u00ad", "we‹U+200B›b‹U+FEFF›‹U+00AD›"),
        ("\ud800x\udcff", "‹U+D800›x‹U+DCFF›"),
        ("\U000e0041\ue000\U000e0100", "‹U+E0041›‹U+E000›‹U+E0100›"),
        ("\u3164\u115f\u2800", "‹U+3164›‹U+115F›‹U+2800›"),
        ("a\u00a0b\u3000c", "a␣b␣c"),
        ("Prüfstand 北京 😀", "Prüfstand 北京 😀"),
        ("\u26a0\ufe0f no", "\u26a0 no"),
        ("a\ufe0f", "a‹U+FE0F›"),
        ("cafe\u0301", "cafe\u0301"),
        ("\u0301x", "◌\u0301x"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * MARKS_IN_A_STACK + "‹U+0301›‹U+0301›"),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(ANY_TEXT | HOSTILE)
def test_plain_text_is_printable_and_stays_as_it_is(text: str) -> None:
    shown = plain(text)
    assert shown.isprintable()
    assert plain(shown) == shown
    assert not shown or unicodedata.category(shown[0]) not in {"Mn", "Me"}
    shown.encode("utf-8")  # no surrogate is left


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_clean_ascii_is_untouched(text: str) -> None:
    assert plain(text) is text


def test_every_control_and_bidi_character_is_replaced() -> None:
    codes = [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    for code in codes:
        assert chr(code) not in plain(f"a{chr(code)}b")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<domain>\n  <name/>\n</domain>\n", "<domain>\n  <name/>\n</domain>\n"),
        ("a\tb\n\tc", "a       b\n        c"),
        ("a\r\nb\rc", "a\nb␍c"),
        ("é\n\u0301x\x1b\n", "é\n◌\u0301x␛\n"),
    ],
)
def test_lines_are_kept_and_tabs_become_spaces(text: str, shown: str) -> None:
    assert plain_lines(text) == shown


@given(ANY_TEXT | HOSTILE)
def test_each_line_is_printable(text: str) -> None:
    shown = plain_lines(text)
    assert all(line.isprintable() for line in shown.split("\n"))
    assert shown.count("\n") == text.count("\n")
    assert plain_lines(shown) == shown


def test_natural_order() -> None:
    names = [
        "web10",
        "Web2",
        "web02",
        "db",
        "web1-10",
        "web1-9",
        "WEB",
        "web 1",
        "10",
        "9",
        "0",
        "a1b2",
        "a1b10",
    ]
    assert sorted(names, key=natural_key) == [
        "0", "9", "10", "a1b2", "a1b10", "db", "WEB", "web 1", "web1-9", "web1-10", "Web2", "web02", "web10",
    ]  # fmt: skip


@given(st.integers(0, 10**40), st.integers(0, 10**40), st.text(max_size=3))
def test_numbers_sort_by_value(first: int, second: int, tail: str) -> None:
    assert (natural_key(f"vm{first}") < natural_key(f"vm{second}")) == (first < second)


@given(HOSTILE, HOSTILE)
def test_only_equal_texts_have_equal_keys(first: str, second: str) -> None:
    assert (natural_key(first) == natural_key(second)) == (first == second)

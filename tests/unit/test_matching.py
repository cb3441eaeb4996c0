"""Finding titles by what is typed."""

from hypothesis import given
from hypothesis import strategies as st

from tuivirt.ui.matching import LONGEST, match


def best(typed: str, *texts: str) -> list[str]:
    hits = [(found.score, text) for text in texts if (found := match(typed, text))]
    return [text for _, text in sorted(hits, reverse=True)]


def test_beginnings_come_before_insides_before_letters() -> None:
    assert best("re", "Force reset", "Reset", "Unreal", "Remove the definition", "r…e") == [
        "Reset",
        "Remove the definition",
        "Force reset",
        "Unreal",
        "r…e",
    ]


def test_words_in_any_order_and_all_of_them() -> None:
    assert match("off force", "Force off")
    assert not match("off farce", "Force off")
    assert match("  ", "anything") == (1.0, ())


def test_letters_of_a_word_may_be_left_out_but_not_be_strewn() -> None:
    assert match("shtdn", "Shut down")
    assert not match("sn", "s" + "x" * 50 + "n")


@given(st.text(max_size=20), st.text(max_size=700))
def test_what_is_marked_was_typed(typed: str, text: str) -> None:
    found = match(typed, text)
    if found is not None:
        assert 0 <= found.score <= 1
        assert list(found.at) == sorted(set(found.at))
        assert all(position < min(len(text), LONGEST) for position in found.at)
        assert {text[position].lower() for position in found.at} <= {char.lower() for char in typed}


def test_a_long_title_of_one_letter_takes_no_time() -> None:
    assert match("a" * 12 + "b", "a" * 4000) is None

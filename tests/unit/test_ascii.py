"""Translation to ASCII keeps the number of cells."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tuivirt.resources.domain.columns import BUSY, GLYPHS
from tuivirt.ui.ascii import to_ascii


@given(st.text(st.characters(exclude_categories=["C", "Mn", "Me"]), max_size=40))
def test_cells_stay(text: str) -> None:
    translated = to_ascii(text)
    assert translated.isascii()
    assert cell_len(translated) == cell_len(text)


def test_states_stay_distinct() -> None:
    marks = [to_ascii(glyph) for glyph, _ in GLYPHS.values()] + [to_ascii(BUSY)]
    assert len(set(marks)) >= len(marks) - 1  # running and idle share one; the word tells them apart


def test_boxes() -> None:
    assert to_ascii("╭─╮│╰╯├┤") == "+-+|++++"


def test_letters_keep_their_base() -> None:
    assert to_ascii("Größe café") == "Gro?e cafe"

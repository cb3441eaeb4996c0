"""Colours for XML: nothing of a line is lost, and every line begins in the state the last one left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.corpus import domain_files
from tuivirt.core.text import plain_lines
from tuivirt.ui.tabs.xml_tokens import _after, highlighted, states, tokens

PIECES = st.lists(
    st.sampled_from([*"<>/=\"'!?- a:\u00e9", "<!--", "-->", "<![CDATA[", "]]>", "<a b='c'>", "</a>"])
)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("", []),
        ("text", [("text", "")]),
        ("  <name>web</name>", [
            ("  ", ""), ("<name", "xml_tag"), (">", "xml_tag"), ("web", ""),
            ("</name", "xml_tag"), (">", "xml_tag"),
        ]),
        ("<a b='1' c=\"2\"/>", [
            ("<a", "xml_tag"), (" ", ""), ("b", "xml_attr"), ("=", ""), ("'1'", "xml_value"), (" ", ""),
            ("c", "xml_attr"), ("=", ""), ('"2"', "xml_value"), ("/>", "xml_tag"),
        ]),
        ("<a b='x>y'/>", [
            ("<a", "xml_tag"), (" ", ""), ("b", "xml_attr"), ("=", ""), ("'x>y'", "xml_value"),
            ("/>", "xml_tag"),
        ]),
        ("a<!-- <b> -->c", [("a", ""), ("<!-- <b> -->", "xml_comment"), ("c", "")]),
        ("<![CDATA[<b>]]><i>", [("<![CDATA[<b>]]>", ""), ("<i", "xml_tag"), (">", "xml_tag")]),
        ("<q:a q:b='1'>", [
            ("<q:a", "xml_tag"), (" ", ""), ("q:b", "xml_attr"), ("=", ""), ("'1'", "xml_value"),
            (">", "xml_tag"),
        ]),
    ],
)  # fmt: skip
def test_parts_of_a_line(line: str, parts: list[tuple[str, str]]) -> None:
    assert tokens(line, "text") == parts


def test_what_begins_on_one_line_ends_on_another() -> None:
    lines = ["<a", "b='1'>", "<!-- x", "y -->z", "<![CDATA[", "<b>", "]]></a>"]
    assert states(lines) == ["text", "tag", "text", "comment", "text", "cdata", "cdata"]
    assert tokens(lines[1], "tag")[0] == ("b", "xml_attr")
    assert tokens(lines[3], "comment") == [("y -->", "xml_comment"), ("z", "")]


@given(PIECES, st.sampled_from(["text", "tag", "comment", "cdata"]))
def test_nothing_is_lost(pieces: list[str], state: str) -> None:
    line = "".join(pieces)
    assert "".join(text for text, _ in tokens(line, state)) == line  # type: ignore[arg-type]


UNQUOTED = PIECES.map(lambda pieces: "".join(pieces).replace("'", "").replace('"', ""))


@given(st.lists(UNQUOTED, max_size=5))
def test_lines_that_are_passed_by_quickly_leave_the_same_state(lines: list[str]) -> None:
    state, closely = "text", []
    for line in lines:
        closely.append(state)
        state = _after(line, state)  # type: ignore[arg-type]
    assert states(lines) == closely


@pytest.mark.parametrize("path", domain_files(), ids=lambda path: path.stem)
def test_definitions_are_coloured_and_end_in_text(path) -> None:  # type: ignore[no-untyped-def]
    lines = plain_lines(path.read_text(encoding="utf-8")).rstrip("\n").split("\n")
    before = states(lines)
    for line, state in zip(lines, before, strict=True):
        assert "".join(text for text, _ in tokens(line, state)) == line
    assert states([*lines, ""])[-1] == "text"


@given(
    st.lists(st.tuples(st.text("ab", max_size=4), st.sampled_from(["", "x"])), max_size=5),
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=4),
)
def test_highlights_change_roles_and_nothing_else(
    parts: list[tuple[str, str]], gaps: list[tuple[int, int]]
) -> None:
    text = "".join(part for part, _ in parts)
    spans, at = [], 0
    for gap, length in gaps:
        spans.append((at + gap, at + gap + length, "search"))
        at += gap + length
    shown = highlighted(parts, spans)
    assert "".join(part for part, _ in shown) == text
    lit = "".join("#" * len(part) if role.endswith("search") else "." * len(part) for part, role in shown)
    assert lit == "".join(
        "#" if any(start <= n < end for start, end, _ in spans) else "." for n in range(len(text))
    )

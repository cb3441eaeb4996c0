"""A light tokenizer of XML for colours: line by line, so that only what is on screen is looked at closely."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from tuivirt.ui.widgets.bars import Part

State = Literal["text", "tag", "comment", "cdata"]
"""What a line begins in the middle of."""

_ENDS: Final = {"comment": "-->", "cdata": "]]>"}
_TAG: Final = re.compile(
    r"""(?P<name></?[^\s<>/="']+)"""
    r"""|(?P<attr>[^\s<>/="']+)(?=\s*=)"""
    r"""|(?P<value>"[^"]*"?|'[^']*'?)"""
    r"""|(?P<close>[/?]?>)"""
    r"""|(?P<space>\s+|=|.)"""
)
_ROLES: Final = {"name": "xml_tag", "attr": "xml_attr", "value": "xml_value", "close": "xml_tag", "space": ""}


def states(lines: Sequence[str]) -> list[State]:
    """What each line begins with. Lines that end as they began, nearly all, are passed by quickly."""
    state: State = "text"
    found: list[State] = []
    for line in lines:
        found.append(state)
        closed = line.count("<") == line.count(">") and line.rfind("<") <= line.rfind(">")
        if state != "text" or not closed or "<!" in line:
            state = _after(line, state)
    return found


def _after(line: str, state: State) -> State:
    return deque(_tokens(line, state), maxlen=1)[0][2] if line else state


def tokens(line: str, state: State) -> list[Part]:
    """The line in parts with roles of the theme."""
    return [(text, role) for text, role, _ in _tokens(line, state) if text]


def _tokens(line: str, state: State) -> Iterator[tuple[str, str, State]]:
    """Parts with roles, and the state behind each."""
    at = 0
    while at < len(line):
        if state == "text":
            start = line.find("<", at)
            if start < 0:
                yield line[at:], "", "text"
                return
            if start > at:
                yield line[at:start], "", "text"
            at = start
            state = (
                "comment"
                if line.startswith("<!--", at)
                else "cdata"
                if line.startswith("<![CDATA[", at)
                else "tag"
            )
            continue
        if state in _ENDS:
            end = line.find(_ENDS[state], at)
            role = "xml_comment" if state == "comment" else ""
            if end < 0:
                yield line[at:], role, state
                return
            yield line[at : end + 3], role, "text"
            at, state = end + 3, "text"
            continue
        match = _TAG.match(line, at)
        assert match is not None, "any character is matched"
        assert match.lastgroup is not None
        at = match.end()
        if match.lastgroup == "close":
            state = "text"
        yield match.group(), _ROLES[match.lastgroup], state


def highlighted(parts: Sequence[Part], spans: Sequence[tuple[int, int, str]]) -> tuple[Part, ...]:
    """The parts with other roles over spans of characters; spans are in order and do not overlap."""
    if not spans:
        return tuple(parts)
    found: list[Part] = []
    at = 0
    rest = list(spans)
    for text, role in parts:
        end = at + len(text)
        while at < end:
            while rest and rest[0][1] <= at:
                rest.pop(0)
            if rest and rest[0][0] <= at:
                stop, shown = min(end, rest[0][1]), f"{role} {rest[0][2]}"
            else:
                stop, shown = min(end, rest[0][0]) if rest else end, role
            found.append((text[len(text) - (end - at) : len(text) - (end - stop)], shown))
            at = stop
    return tuple(found)

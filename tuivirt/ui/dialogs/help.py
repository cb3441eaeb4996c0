"""Help for a place: its keys, the actions of its objects, and the filter language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from tuivirt.core.query import Field
from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.resources.register import ACTIONS
from tuivirt.ui.commands import Place, commands_of
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.matching import match
from tuivirt.ui.widgets.bars import key_text
from tuivirt.ui.widgets.inputs import TextInput
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.roles import fitted, joined, styled

TITLES: Final[Mapping[Place, str]] = {
    "app": "Everywhere",
    "list": "List",
    "connections": "Connections",
    "connections_line": "Connections in one line",
    "detail": "Detail",
    "xml": "XML",
    "usage": "Usage",
    "hardware": "Hardware",
    "journal": "Journal",
    "table": "Moving",
    "console_menu": "Console, after its escape key",
    "reading": "Console or screen, while one reads and selects",
    "screen": "Screen",
}
WIDE: Final = 96
"""Cells from which on there are two columns."""
GAP: Final = 3
_KEYS: Final = 13
_SYNTAX: Final = (
    ("web db", "rows that have both words: in name, title, tags, UUID, addresses"),
    ("name:web*", "a field; * and ? stand for other characters"),
    ("state:running,paused", "one of several"),
    ("cpu>50 mem>=8G", "more, less, as much: < <= = >= >"),
    ("!tag:web", "not"),
    ('"two words"', "quotes keep spaces and signs"),
    ("ip:*", "known at all"),
)


@dataclass(frozen=True, slots=True)
class HelpRow:
    """A key, or what is typed, and what it does. A heading has no text, the rest of a long text no key."""

    what: str
    text: str = ""

    @property
    def heading(self) -> bool:
        return not self.text

    @property
    def indent(self) -> int:
        """Cells before the text."""
        return max(_KEYS, len(self.what) + 2)


Section = tuple[HelpRow, ...]
"""A heading and its rows."""


def sections(places: Sequence[Place], kind: str | None, keys: Mapping[str, str]) -> Iterator[Section]:
    """The help for places and a kind. ``keys`` are those that the user gave to ids of commands."""
    for place in places:
        commands = commands_of(place)
        if commands:
            rows = [HelpRow(key_text(keys.get(c.id, c.keys)), _about(c.title, c.doc)) for c in commands]
            yield (HelpRow(TITLES[place]), *rows)
    if kind is None:
        return
    actions = [
        HelpRow(key_text(keys.get(action.id, action.key)) or "menu", _about(action.title, action.doc))
        for action in ACTIONS[kind]
    ]
    yield (HelpRow(f"Actions on a {kind}"), *actions)
    if kind == DOMAINS.kind:
        yield (HelpRow("Filter"), *(HelpRow(*row) for row in _SYNTAX))
        yield (HelpRow("Fields of a filter"), *(_field(field) for field in DOMAINS.fields.values()))


def _about(title: str, doc: str) -> str:
    return f"{title}: {doc}" if doc and doc != title else title


def _field(field: Field[Any]) -> HelpRow:
    match field.kind:
        case "number" | "size":
            return HelpRow(f"{field.name}>", field.doc)
        case "bool":
            return HelpRow(f"{field.name}:yes", field.doc)
        case "choice":
            return HelpRow(f"{field.name}:", f"{field.doc}: {', '.join(field.choices)}")
        case _:
            return HelpRow(f"{field.name}:", field.doc)


def found(all_sections: Sequence[Section], typed: str) -> list[Section]:
    """What of the sections has all that is typed, each under its heading."""
    if not typed.strip():
        return list(all_sections)
    kept = [
        (heading, *(row for row in rows if match(typed, f"{row.what} {row.text}")))
        for heading, *rows in all_sections
    ]
    return [section for section in kept if len(section) > 1]


def wrapped(section: Section, width: int) -> Section:
    """The section with texts that are too long for a line on several."""
    rows: list[HelpRow] = []
    for row in section:
        first, *rest = wrap(row.text, max(10, width - row.indent)) or [""]
        rows += [HelpRow(row.what, first), *(HelpRow("", line) for line in rest)]
    return tuple(rows)


Line = tuple[HelpRow | None, HelpRow | None]
"""What stands left and right; in one column nothing stands right."""


def laid_out(shown: Sequence[Section], columns: int) -> list[Line]:
    """The rows of the sections in one column or two of about the same height."""
    rows: list[HelpRow | None] = []
    starts: list[int] = []
    for section in shown:
        starts.append(len(rows))
        rows += [*section, None]
    if columns == 1 or not starts:
        return [(row, None) for row in rows[:-1]]
    cut = min(starts, key=lambda start: abs(2 * start - len(rows)))
    left, right = rows[:cut] or rows, rows[cut:] if cut else []
    height = max(len(left), len(right)) - 1
    pad = [None] * height
    return list(zip((left + pad)[:height], (right + pad)[:height], strict=True))


class HelpScreen(Dialog[None]):
    """Help for places; typing finds, the arrows scroll."""

    BINDINGS: ClassVar = [
        Binding("down", "scroll(1)", "Down", show=False),
        Binding("up", "scroll(-1)", "Up", show=False),
        Binding("pagedown", "turn(1)", "Page down", show=False),
        Binding("pageup", "turn(-1)", "Page up", show=False),
        Binding("home", "edge(0)", "Top", show=False, priority=True),
        Binding("end", "edge(1)", "End", show=False, priority=True),
    ]

    def __init__(
        self, places: Sequence[Place], *, kind: str | None = None, keys: Mapping[str, str] | None = None
    ) -> None:
        super().__init__("Help")
        self._sections = list(sections(places, kind, keys or {}))
        self._shown = self._sections
        self._columns = 1
        self._input = TextInput(placeholder="type to find")
        self._list: LineList[Line] = LineList([], self._line, quiet=True)
        self._list.can_focus = False

    def main(self) -> Widget:
        return self._list

    def foot(self) -> ComposeResult:
        yield self._input

    def hint(self) -> str:
        return "↑↓ PgUp PgDn scroll · Esc closes"

    def on_mount(self) -> None:
        self.call_after_refresh(self._lay_out)

    def on_resize(self) -> None:
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        width = self._list.scrollable_content_region.width
        self._columns = 2 if width >= WIDE else 1
        column = (width - GAP) // 2 if self._columns == 2 else width
        self._list.show(laid_out([wrapped(section, column) for section in self._shown], self._columns))

    def _line(self, line: Line, width: int) -> Content:
        if self._columns == 1:
            return _row(line[0])
        half = (width - GAP) // 2
        return joined(fitted(_row(line[0]), half), " " * GAP, _row(line[1]))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._shown = found(self._sections, self._input.entered)
        self._lay_out()
        self._list.scroll_home(animate=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.finish(None)

    def action_scroll(self, step: int) -> None:
        self._list.scroll_relative(y=step, animate=False)

    def action_turn(self, step: int) -> None:
        self._list.scroll_relative(y=step * max(1, self._list.size.height - 1), animate=False)

    def action_edge(self, end: int) -> None:
        if end:
            self._list.scroll_end(animate=False)
        else:
            self._list.scroll_home(animate=False)


def _row(row: HelpRow | None) -> Content:
    if row is None:
        return Content("")
    if row.heading:
        return styled(row.what, "header")
    return joined(fitted(styled(row.what, "key"), row.indent), styled(row.text))

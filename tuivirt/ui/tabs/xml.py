"""The tab with the definition itself: live, saved, and what differs."""

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from tuivirt.core.backend import Definition
from tuivirt.core.errors import HostError
from tuivirt.ui.commands import bindings_of
from tuivirt.ui.tabs.base import DetailTab, StyleOf, Subject, error_lines
from tuivirt.ui.tabs.xml_view import XmlView
from tuivirt.ui.widgets.bars import Bar, Part
from tuivirt.ui.widgets.find import FindLine
from tuivirt.ui.widgets.lines import line_text

Which = Literal["live", "saved", "differences"]

_TITLES: tuple[tuple[Which, str], ...] = (
    ("live", "1 Live"),
    ("saved", "2 Saved"),
    ("differences", "3 Differences"),
)


class XmlTab(DetailTab, can_focus=False):
    """Keeps which definition is wanted while the cursor moves, and shows what there is of it."""

    WANTS_DEFINITION: ClassVar = True
    BINDINGS: ClassVar = bindings_of("xml")

    def __init__(self, style: StyleOf) -> None:
        super().__init__(style)
        self._wanted: Which = "live"
        self._subject: Subject | None = None
        self._compared: tuple[Definition, str, int] | None = None
        """For which definition, the text of its comparison, and how many settings differ."""
        self.bar = Bar(style, role="dim")
        self.view = XmlView(style)
        self.find = FindLine(style)
        self._line: tuple[Definition, int] | None = None

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.bar
            yield self.view
            yield self.find

    def focus_target(self) -> Widget:
        return self.view

    @property
    def which(self) -> Which:
        """What is shown: what is wanted, or the only definition there is."""
        definition = self._subject.definition if self._subject is not None else None
        if definition is None or self._wanted == "differences":
            return self._wanted
        if self._wanted == "live" and definition.live is None:
            return "saved"
        if self._wanted == "saved" and definition.saved is None:
            return "live"
        return self._wanted

    def show(self, subject: Subject) -> None:
        another = self._subject is None or self._subject.record.key != subject.record.key
        self._subject = subject
        text, compared = self._text(subject)
        self.view.show_text(text, compared=compared)
        if another:
            self.view.action_first()
        self._show_bar()

    def _text(self, subject: Subject) -> tuple[str, bool]:
        """What to show, and whether it is not XML."""
        if subject.error is not None:
            return "\n".join(line_text(line) for line in error_lines(subject.error)), True
        definition = subject.definition
        if definition is None:
            return "reading …", True
        match self.which:
            case "live":
                return definition.live or "", False
            case "saved":
                return definition.saved or "", False
            case "differences":
                return self._comparison(definition), True

    def _comparison(self, definition: Definition) -> str:
        if definition.live is None:
            return "The domain is not running: its next boot uses the saved definition as it is."
        if definition.saved is None:
            return "The domain is transient: it has no saved definition, and is gone when it stops."
        self._compare(definition)
        assert self._compared is not None
        return self._compared[1]

    def _compare(self, definition: Definition) -> None:
        if self._compared is not None and self._compared[0] is definition:
            return
        from lxml.etree import XMLSyntaxError

        from tuivirt.resources.domain.pending import compare
        from tuivirt.ui.tabs.xml_diff import comparison_text

        assert definition.live is not None
        assert definition.saved is not None
        try:
            found = compare(definition.live, definition.saved)
        except XMLSyntaxError as error:
            problem = HostError(f"The definitions cannot be compared: {error}")
            self._compared = definition, line_text(error_lines(problem)[0]), 0
        else:
            self._compared = definition, comparison_text(found), len(found.changes)

    def _show_bar(self) -> None:
        definition = self._subject.definition if self._subject is not None else None
        parts: list[Part] = []
        for which, title in _TITLES:
            there = definition is None or which == "differences" or getattr(definition, which) is not None
            count = self._count(definition) if which == "differences" else 0
            text = f" {title} ({count}) " if count else f" {title} "
            parts.append((text, "key" if which == self.which else "" if there else "stale"))
            if which == self.which:
                parts[-1] = (f"▸{text[1:]}", "key")
        at, many = self.view.found
        right: list[Part] = [(f"{at}/{many} ", "search")] if self.find.text else []
        right.append((f" {self.view.line_count} lines ", ""))
        self.bar.show(parts, right)
        self.find.note(f"{at}/{many}")

    def _count(self, definition: Definition | None) -> int:
        if definition is None or definition.live is None or definition.saved is None:
            return 0
        self._compare(definition)
        return self._compared[2] if self._compared is not None else 0

    def go_to(self, path: str) -> None:
        """Show the element of an XPath in the definition that the other tabs show."""
        subject = self._subject
        text = subject.shown_definition if subject is not None else None
        if subject is None or subject.definition is None or text is None:
            return
        self._wanted = "live" if subject.definition.live is not None else "saved"
        self.show(subject)
        from tuivirt.resources.domain.devices import line_of

        line = line_of(text, path)
        if line is not None:
            self.view.go_to(line)

    # Keys

    def action_show(self, which: Which) -> None:
        self._wanted = which
        if self._subject is not None:
            self.show(self._subject)
            self.view.action_first()

    def action_search(self) -> None:
        self.find.open()

    def action_next_match(self) -> None:
        self.view.step_match(1)
        self._show_bar()

    def action_previous_match(self) -> None:
        self.view.step_match(-1)
        self._show_bar()

    def action_end_search(self) -> None:
        self.find.close()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "end_search":
            return bool(self.find.text)
        return super().check_action(action, parameters)

    def on_find_line_changed(self, message: FindLine.Changed) -> None:
        self.view.search(message.text)
        self._show_bar()

    def on_find_line_closed(self) -> None:
        self.screen.set_focus(self.view)
        self._show_bar()

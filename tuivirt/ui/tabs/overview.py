"""The tab that tells what matters of a domain at one glance."""

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget

from tuivirt.core.backend import Definition
from tuivirt.core.errors import HostError
from tuivirt.ui.tabs.base import DetailTab, StyleOf, Subject, error_lines
from tuivirt.ui.tabs.overview_lines import Known, overview_lines
from tuivirt.ui.widgets.lines import LineView, room_in

if TYPE_CHECKING:
    from tuivirt.resources.domain.overview import Overview
    from tuivirt.resources.domain.pending import PendingChange


class OverviewTab(DetailTab, can_focus=False):
    """Lines made from the record, which moves, and from the definition, which is parsed once."""

    WANTS_DEFINITION: ClassVar = True
    WANTS_SIZES: ClassVar = True
    GROUPS: ClassVar = frozenset({"cpu", "memory"})

    def __init__(self, style: StyleOf) -> None:
        super().__init__(style)
        self.lines = LineView(style)
        self._subject: Subject | None = None
        self._width = 0
        self._parsed: Definition | None = None
        self._overview: Overview | None = None
        self._changes: list[PendingChange] | None = None
        self._problem: HostError | None = None

    def compose(self) -> ComposeResult:
        yield self.lines

    def focus_target(self) -> Widget:
        return self.lines

    def show(self, subject: Subject) -> None:
        self._subject = subject
        self._parse(subject.definition)
        if self._width:
            known = Known(subject.record, self._overview, subject.sizes, self._changes)
            error = subject.error or self._problem
            head = error_lines(error) if error else []
            self.lines.show([*head, *overview_lines(known, self._width)])

    def on_resize(self, event: events.Resize) -> None:
        self._width = room_in(event.size.width)
        if self._subject is not None:
            self.show(self._subject)

    def _parse(self, definition: Definition | None) -> None:
        if definition is self._parsed:
            return
        self._parsed = definition
        self._overview = self._changes = self._problem = None
        text = None if definition is None else definition.live or definition.saved
        if definition is None or text is None:
            return
        from lxml.etree import XMLSyntaxError

        from tuivirt.resources.domain.overview import overview
        from tuivirt.resources.domain.pending import pending_changes

        try:
            self._overview = overview(text)
            if definition.live is not None and definition.saved is not None:
                self._changes = pending_changes(definition.live, definition.saved)
        except XMLSyntaxError as error:
            self._problem = HostError(f"The definition cannot be read: {error}")

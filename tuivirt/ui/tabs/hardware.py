"""The tab with every part of the definition: a line each, and the facts of the one under the cursor."""

from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from tuivirt.core.errors import HostError
from tuivirt.core.text import plain, plain_lines
from tuivirt.resources.domain.devices import Device, devices
from tuivirt.ui.commands import bindings_of
from tuivirt.ui.tabs.base import DetailTab, StyleOf, Subject, error_lines
from tuivirt.ui.widgets.cells import fit, wrap
from tuivirt.ui.widgets.lines import Line, LineView, room_in

BESIDE = 90
"""From so many cells on the facts stand beside the list, else under it."""
KIND = 16
"""Cells of a kind."""
LABEL = 20


def device_line(device: Device) -> Line:
    return ((f"{fit(plain(device.kind), KIND)} ", "accent"), (plain(device.summary), ""))


def fact_lines(device: Device, width: int) -> list[Line]:
    """The facts in so many cells; a long value takes several lines."""
    lines: list[Line] = []
    for label, value in device.facts:
        label_shown = f"{fit(plain(label), max(LABEL, min(cell_len(plain(label)), width // 2)))} "
        room = width - cell_len(label_shown)
        parts = [part for line in plain_lines(value).split("\n") for part in wrap(line, room)]
        for number, part in enumerate(parts):
            lines.append(((label_shown if not number else " " * cell_len(label_shown), "dim"), (part, "")))
    return lines


class HardwareTab(DetailTab, can_focus=False):
    """List and facts."""

    WANTS_DEFINITION: ClassVar = True
    BINDINGS: ClassVar = bindings_of("hardware")

    class XmlWanted(Message):
        """The XML of a part is wanted, by its XPath."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self, style: StyleOf) -> None:
        super().__init__(style)
        self.list = LineView(style, cursor=True)
        self.facts = LineView(style)
        self.facts.add_class("hardware-facts")
        self.facts.can_focus = False
        self._definition: str | None = None
        self._key: object = None
        self._devices: list[Device] = []

    def compose(self) -> ComposeResult:
        with Container():
            yield self.list
            yield self.facts

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= BESIDE, "-beside")
        self.call_after_refresh(self._show_facts)  # when the facts have their size

    def focus_target(self) -> Widget:
        return self.list

    @property
    def device(self) -> Device | None:
        """The one under the cursor."""
        return self._devices[self.list.cursor] if self.list.cursor < len(self._devices) else None

    def show(self, subject: Subject) -> None:
        key, definition = subject.record.key, subject.shown_definition
        if subject.error is not None:
            self._show([], error_lines(subject.error))
            self._definition = None
        elif definition is None:
            self._show([], [(("reading …", "dim"),)])
            self._definition = None
        elif definition != self._definition:
            self._definition = definition
            under = self.device if key == self._key else None
            found, problem = _read(definition)
            self._show(found, error_lines(problem) if problem else [device_line(d) for d in found])
            self.list.move_to(_same(found, under))
            self._show_facts()
        self._key = key

    def _show(self, found: list[Device], lines: list[Line]) -> None:
        self._devices = found
        self.list.show(lines)
        self._show_facts()

    def _show_facts(self) -> None:
        device = self.device
        room = max(8, room_in(self.facts.size.width))
        self.facts.show(fact_lines(device, room) if device is not None else ())

    def on_line_view_moved(self) -> None:
        self.facts.action_first()
        self._show_facts()

    def on_line_view_chosen(self) -> None:
        self.action_show_xml()

    def action_scroll_facts(self, step: int) -> None:
        self.facts.action_half_page(step)

    def action_show_xml(self) -> None:
        if self.device is not None:
            self.post_message(self.XmlWanted(self.device.path))


def _read(definition: str) -> tuple[list[Device], HostError | None]:
    from lxml.etree import XMLSyntaxError

    try:
        return devices(definition), None
    except XMLSyntaxError as error:
        return [], HostError(f"The definition cannot be read: {error}")


def _same(found: list[Device], device: Device | None) -> int:
    """The place of the same part in a newer list."""
    if device is None:
        return 0
    by_place = next(
        (n for n, other in enumerate(found) if (other.kind, other.summary) == (device.kind, device.summary)),
        None,
    )
    if by_place is not None:
        return by_place
    return next((n for n, other in enumerate(found) if other.path == device.path), 0)

"""The tab with the history of what a domain uses."""

from collections import deque
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from tuivirt.core import units
from tuivirt.core.key import Key
from tuivirt.ui.commands import bindings_of
from tuivirt.ui.tabs.base import DetailTab, StyleOf, Subject
from tuivirt.ui.tabs.usage_panels import grid, panels
from tuivirt.ui.widgets.bars import Bar
from tuivirt.ui.widgets.lines import Line, LineView, room_in

WINDOWS = (60.0, 300.0, 900.0, 3600.0)
"""Seconds that one may choose from."""

Past = deque[tuple[float, Sequence[float | None]]]


class UsageTab(DetailTab, can_focus=False):
    """Plots of the history; that of single vCPUs is kept here, for the domain that is shown."""

    BINDINGS: ClassVar = bindings_of("usage")
    GROUPS: ClassVar = frozenset({"cpu", "vcpu", "memory", "block", "net"})

    def __init__(self, style: StyleOf) -> None:
        super().__init__(style)
        self.bar = Bar(style, role="dim")
        self.lines = LineView(style)
        self._window = 1
        self._subject: Subject | None = None
        self._room = (0, 0)
        self._key: Key | None = None
        self._cores: Past = deque(maxlen=1800)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.bar
            yield self.lines

    def focus_target(self) -> Widget:
        return self.lines

    @property
    def seconds(self) -> float:
        """The window that is shown."""
        return WINDOWS[self._window]

    def on_resize(self, event: events.Resize) -> None:
        self._room = (room_in(event.size.width), max(1, event.size.height - 1))
        if self._subject is not None:
            self.show(self._subject)

    def show(self, subject: Subject) -> None:
        self._subject = subject
        self._keep_cores(subject)
        seconds = units.duration(self.seconds)
        self.bar.show([(f" the last {seconds} ", "")], [(" , shorter  w longer ", "")])
        if self._room[0]:
            self.lines.show(self._drawn(subject))

    def _drawn(self, subject: Subject) -> Sequence[Line]:
        record = subject.record
        usage = record.usage
        if usage is None or not len(usage.history):
            why = (
                "its first values come with the next readings"
                if record.item.active
                else "the domain is not running"
            )
            return [((f"  Nothing to show: {why}.", "dim"),)]
        window = usage.history.window(self.seconds)
        return grid(panels(window, self.seconds, record.rates, self._cores), *self._room)

    def _keep_cores(self, subject: Subject) -> None:
        record = subject.record
        if record.key != self._key:
            self._key = record.key
            self._cores.clear()
        sample = record.usage.sample if record.usage is not None else None
        rates = record.rates
        if sample is None or rates is None or not rates.vcpu:
            return
        if not self._cores or self._cores[-1][0] < sample.at:
            self._cores.append((sample.at, rates.vcpu))

    def action_window(self, step: int) -> None:
        """A longer or shorter window."""
        self._window = max(0, min(self._window + step, len(WINDOWS) - 1))
        if self._subject is not None:
            self.show(self._subject)

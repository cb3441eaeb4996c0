"""The tab with the consoles of a domain: which there are, and the one that is open."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from tuivirt.core.key import Key
from tuivirt.core.text import plain
from tuivirt.resources.domain.consoles import NEW, ConsoleDevice, console_devices
from tuivirt.ui.console.consoles import Consoles
from tuivirt.ui.console.pane import ConsolePane
from tuivirt.ui.tabs.base import DetailTab, StyleOf, Subject, error_lines
from tuivirt.ui.widgets.bars import key_text
from tuivirt.ui.widgets.lines import Line, LineView

if TYPE_CHECKING:
    from tuivirt.ui.console.opened import OpenConsole


class DeviceList(LineView):
    """The consoles of a domain; Enter opens one."""

    BINDINGS: ClassVar = [Binding("enter", "choose", "Open", show=False)]

    def action_choose(self) -> None:
        self.post_message(self.Chosen())


class ConsoleTab(DetailTab, can_focus=False):
    """A list of the devices while none is open."""

    WANTS_DEFINITION: ClassVar = True

    class Zoomed(Message):
        """An open console is to have the whole screen."""

        def __init__(self, opened: "OpenConsole") -> None:
            super().__init__()
            self.opened = opened

    class Left(Message):
        """The keys are to go back to the list of domains."""

    def __init__(self, consoles: Consoles, style: StyleOf) -> None:
        super().__init__(style)
        self._consoles = consoles
        self.list = DeviceList(style, cursor=True)
        self.pane = ConsolePane(consoles, style)
        self._subject: Subject | None = None
        self._read = ""
        """The definition that the devices are of."""
        self._devices: Sequence[ConsoleDevice] = ()
        self._chosen: dict[Key, str] = {}
        """The device that was shown last, by domain."""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.list
            yield self.pane

    def on_mount(self) -> None:
        self.pane.display = False

    def focus_target(self) -> Widget:
        return self.pane.view if self.pane.display else self.list

    def show(self, subject: Subject) -> None:
        another = self._subject is None or self._subject.record.key != subject.record.key
        self._subject = subject
        if another:
            self.list.move_to(0)
        self._show_open()
        self.list.show(self._lines(subject))

    def _show_open(self) -> None:
        """The console that is open, or the list."""
        assert self._subject is not None
        key = self._subject.record.key
        open_ones = self._consoles.of(key)
        wanted = self._chosen.get(key)
        opened = next((one for one in open_ones if one.console.device == wanted), None)
        opened = opened or (open_ones[-1] if open_ones else None)
        if opened is not self.pane.opened:
            self.pane.show(opened)
        focused = self.has_focus_within
        self.pane.display = opened is not None
        self.list.display = opened is None
        if focused:
            self.screen.set_focus(self.focus_target())

    def _lines(self, subject: Subject) -> list[Line]:
        text = subject.shown_definition
        if text is None:
            return error_lines(subject.error) if subject.error is not None else [(("reading …", "dim"),)]
        if text != self._read:
            from lxml.etree import XMLSyntaxError

            try:
                self._devices = console_devices(text)
            except XMLSyntaxError as problem:
                self._devices = ()
                return [((f"✗ The definition cannot be read: {plain(str(problem))}", "bad"),)]
            self._read = text
        if not self._devices:
            return self._how_to_add(subject)
        return [*map(self._line, self._devices), (), *self._how_to_open(subject)]

    def _line(self, device: ConsoleDevice) -> Line:
        role = "dim" if device.refusal else "key"
        return (
            (f"{plain(device.alias):<14}", role),
            (f"{device.kind:<9}", "dim"),
            (f"{plain(device.target)}  ", ""),
            (plain(device.refusal), "stale"),
        )

    def _how_to_open(self, subject: Subject) -> list[Line]:
        escape = key_text(self._consoles.escape)
        lines: list[Line] = [
            (("Enter", "key"), (" opens it here, ", "dim"), ("c", "key"), (" as a full screen.", "dim")),
            (("Every key goes to the guest then; ", "dim"), (escape, "key"), (" leads back.", "dim")),
        ]
        if not subject.record.active:
            lines.append((("The domain is off: the console waits, and is attached when it starts.", "warn"),))
        return lines

    def _how_to_add(self, subject: Subject) -> list[Line]:
        name = plain(subject.record.name)
        return [
            (("This domain has no console.", "warn"),),
            (),
            (("One is added to its definition, within <devices>:", ""),),
            ((f"  {NEW}", "xml_tag"),),
            (("for instance by", ""),),
            ((f"  virsh edit {name}", "key"),),
            (("and is there when the domain has been shut down and started.", ""),),
            (("A Linux guest then wants console=ttyS0 on its kernel's command line.", "dim"),),
        ]

    # Keys

    def on_line_view_chosen(self, message: LineView.Chosen) -> None:
        message.stop()
        index = self.list.cursor
        if self._subject is None or index >= len(self._devices):
            return
        device = self._devices[index]
        if device.refusal:
            self._consoles.tell(f"{device.alias} {device.refusal}", "warning")
            return
        self._open(device)

    def _open(self, device: ConsoleDevice) -> None:
        assert self._subject is not None
        record = self._subject.record
        if refusal := self._consoles.refusal(record.host):
            self._consoles.tell(refusal, "warning")
            return
        opened = self._consoles.open(device.of(record.key), record.shown_name)
        self._chosen[record.key] = device.alias
        self.pane.show(opened, asked=True)
        self._show_open()

    def on_console_pane_left(self, message: ConsolePane.Left) -> None:
        message.stop()
        if message.closed and self._subject is not None:
            self._show_open()
        self.post_message(self.Left())

    def on_console_pane_gone(self, message: ConsolePane.Gone) -> None:
        message.stop()
        if self._subject is not None:
            self._show_open()

    def on_console_pane_zoomed(self, message: ConsolePane.Zoomed) -> None:
        message.stop()
        self.post_message(self.Zoomed(message.opened))

    def on_console_pane_chosen(self, message: ConsolePane.Chosen) -> None:
        """Here only the consoles of the domain are shown."""
        message.stop()
        if self._subject is None:
            return
        key = self._subject.record.key
        opened = message.opened
        if opened is None and message.console is not None:
            opened = self._consoles.open(message.console, message.name)
            self._chosen[key] = opened.console.device
            self.pane.show(opened, asked=True)
        elif opened is not None and opened.console.domain == key:
            self._chosen[key] = opened.console.device
            self._show_open()
        elif opened is not None:
            self.post_message(self.Zoomed(opened))

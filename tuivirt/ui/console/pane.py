"""A console with what belongs to it: the terminal, the line to search, and what is said under it."""

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tuivirt.core.console import Console, Take
from tuivirt.terminal.keys import key_bytes, paste_bytes
from tuivirt.ui.commands import Command, commands_of
from tuivirt.ui.console import words
from tuivirt.ui.console.asks import Asks
from tuivirt.ui.console.consoles import Consoles
from tuivirt.ui.console.reading import ConsoleView
from tuivirt.ui.tabs.base import StyleOf
from tuivirt.ui.widgets.bars import Bar, key_text
from tuivirt.ui.widgets.find import FindLine
from tuivirt.ui.widgets.guest_view import GuestView

if TYPE_CHECKING:
    from tuivirt.ui.console.opened import OpenConsole


class ConsolePane(Vertical, can_focus=False):
    """Shows one console at a time. The escape key and one more key are the app's, all others the guest's."""

    DEFAULT_CSS = "ConsolePane { height: 1fr; width: 1fr; }"

    class Left(Message):
        """Back to where one came from; the console stays open, or is closed."""

        def __init__(self, *, closed: bool) -> None:
            super().__init__()
            self.closed = closed

    class Gone(Message):
        """What was shown was closed elsewhere."""

    class Zoomed(Message):
        """As a full screen, or back."""

        def __init__(self, opened: "OpenConsole") -> None:
            super().__init__()
            self.opened = opened

    class Chosen(Message):
        """Another console is to be shown, which may have to be opened first."""

        def __init__(
            self, opened: "OpenConsole | None", console: Console | None = None, name: str = ""
        ) -> None:
            super().__init__()
            self.opened = opened
            self.console = console
            self.name = name

    def __init__(self, consoles: Consoles, style: StyleOf) -> None:
        super().__init__()
        self._consoles = consoles
        self._escape = consoles.escape
        self._keys = consoles.keys
        self._asks = Asks(self, consoles)
        self.view = ConsoleView(style)
        self.find = FindLine(style)
        self.notice = Bar(style, role="header")
        self.bar = Bar(style, role="dim")
        self._chord = False
        """The escape key was pressed, and waits for another."""
        self._asked = False
        """Somebody wants to attach, and shall be asked when it is not free."""

    def compose(self) -> ComposeResult:
        yield self.view
        yield self.notice
        yield self.find
        yield self.bar

    def on_mount(self) -> None:
        self.notice.display = False

    def on_unmount(self) -> None:
        self.show(None)

    @property
    def opened(self) -> "OpenConsole | None":
        return self.view.opened

    def show(self, opened: "OpenConsole | None", *, asked: bool = False) -> None:
        """Show another console, or none. ``asked``: somebody wants to attach to it just now."""
        before = self.view.opened
        if before is not None and before is not opened:
            before.viewers.discard(self)
        self._asked = asked
        self._chord = False
        self.find.close()
        self.view.show(opened)
        if opened is not None:
            opened.viewers.add(self)
            self.told()

    # ``opened.Viewer``

    @property
    def is_seen(self) -> bool:
        screens = [screen for screen in self.app.screen_stack if not screen.is_modal]
        return self.is_mounted and self.screen is screens[-1] and self.view.is_on_screen

    def drawn(self) -> None:
        self.view.drawn()
        self._show_bar()

    def told(self) -> None:
        opened = self.view.opened
        if opened is None:
            return
        parts = words.notice(opened.state, self._escape, self._keys)
        self.notice.display = bool(parts)
        self.notice.show(parts)
        self._show_bar()
        if opened.state.phase == "held" and self._asked:
            self._asked = False
            self.run_worker(self._asks.take(opened), group="dialog")
        elif opened.state.phase == "attached":
            self._asked = False

    def gone(self) -> None:
        self.show(None)
        self.post_message(self.Gone())

    def _show_bar(self) -> None:
        opened = self.view.opened
        if opened is None:
            return
        if opened.unseen and self.is_seen:
            opened.unseen = False
        key = key_text(self._escape)
        way_out = [(f" {key} ", "key"), ("menu ", "dim")]
        if self._chord:
            room = self.size.width - len(key) - 2
            menu = words.menu(commands_of("console_menu"), self._keys, room)
            self.bar.show([(f" {key} ", "mark"), *menu])
        elif self.view.reader is not None:
            right = [(f" {self._place()} ", "dim"), *way_out]
            room = self.size.width - sum(cell_len(text) for text, _ in right)
            self.bar.show(words.menu(commands_of("reading"), self._keys, room), right)
        else:
            others = [other for other in self._consoles.opened.values() if other is not opened]
            area = self.view.size.width, self.view.size.height
            parts = words.about(opened, others, self.view.lines_below, area)
            self.bar.show(parts, way_out)

    def _place(self) -> str:
        reader, opened = self.view.reader, self.view.opened
        if reader is None or opened is None:
            return ""
        found = f"{reader.found} · " if reader.query else ""
        first = opened.terminal.first
        # The line may have left the scrollback meanwhile.
        return f"{found}{max(1, reader.place.line - first + 1):,} of {opened.terminal.end - first:,}"

    # Keys

    async def on_guest_view_typed(self, message: GuestView.Typed) -> None:
        message.stop()
        opened = self.view.opened
        if opened is None:
            return
        if self._chord:
            await self._after_escape(message)
        elif message.key == self._escape:
            self._chord = True
            self._show_bar()
        else:
            self._type(key_bytes(message.key, message.character, application=opened.terminal.cursor_keys))

    def on_key(self, event: events.Key) -> None:
        """The escape key leads out of reading, too."""
        if event.key == self._escape and self.view.reader is not None:
            event.stop()
            self.find.close()
            self.screen.set_focus(self.view)
            self.view.follow()
            self._chord = True
            self._show_bar()

    async def _after_escape(self, message: GuestView.Typed) -> None:
        self._chord = False
        self._show_bar()
        if message.key == "escape":  # only the menu goes
            return
        if message.key == self._escape:
            self._type(key_bytes(message.key, message.character, application=False))
            return
        command = self._command(message.key)
        if command is None:
            self._tell(f"{key_text(self._escape)} {key_text(message.key)} means nothing here.", "warning")
        else:
            await self.app.run_action(command.action, default_namespace=self)

    def _command(self, key: str) -> Command | None:
        for command in commands_of("console_menu"):
            if key in self._keys.get(command.id, command.keys).split(","):
                return command
        return None

    def on_guest_view_pasted(self, message: GuestView.Pasted) -> None:
        message.stop()
        opened = self.view.opened
        if opened is not None:
            self._chord = False
            self._type(paste_bytes(message.text, bracketed=opened.terminal.bracketed_paste))

    def _type(self, data: bytes) -> None:
        opened = self.view.opened
        if opened is None or not data:
            return
        self.view.follow()
        if opened.state.phase in {"attaching", "attached"}:
            self._consoles.send(opened, data)

    # The menu of the escape key

    def action_leave(self) -> None:
        self.post_message(self.Left(closed=False))

    def action_detach(self) -> None:
        opened = self.view.opened
        if opened is not None:
            self.show(None)
            self._consoles.close(opened)
            self.post_message(self.Left(closed=True))

    def action_step(self, step: int) -> None:
        opened = self.view.opened
        if opened is not None:
            self.post_message(self.Chosen(self._consoles.step(opened, step)))

    def action_others(self) -> None:
        if self.view.opened is not None:
            self.run_worker(self._asks.choose(self.view.opened), group="dialog")

    def action_search(self) -> None:
        if self.view.read() is not None:
            self.find.open()

    def action_read(self) -> None:
        self.view.read()

    def action_copy(self) -> None:
        """What is selected, or what is on the screen."""
        opened, reader = self.view.opened, self.view.reader
        if opened is None:
            return
        text = reader.text() if reader is not None else ""
        if not text:
            text = "\n".join(self.view.visible_lines()).strip("\n")
        if text:
            self.app.copy_to_clipboard(text)
            self._tell(f"{text.count(chr(10)) + 1} lines copied")
        self.view.follow()

    def action_push_size(self) -> None:
        opened = self.view.opened
        if opened is None or opened.state.phase != "attached":
            self._tell("There is no guest to tell the size.", "warning")
            return
        self.view.follow()
        self._consoles.push_size(opened, self.view.size.width, self.view.size.height)
        self.view.refresh()

    def action_log(self) -> None:
        opened = self.view.opened
        if opened is None:
            return
        if opened.state.log:
            self._consoles.log(opened, "")
            self._tell(f"{opened.state.log} is complete.")
        else:
            self.run_worker(self._asks.log(opened), group="dialog")

    def action_wait(self) -> None:
        if self.view.opened is not None:
            self.run_worker(self._asks.wait(self.view.opened), group="dialog")

    def action_attach(self, take: Take = "free") -> None:
        opened = self.view.opened
        if opened is not None and opened.state.phase != "attached":
            self._asked = take == "free"
            self._consoles.open(opened.console, opened.name, take)

    def action_zoom(self) -> None:
        if self.view.opened is not None:
            self.post_message(self.Zoomed(self.view.opened))

    def action_help(self) -> None:
        from tuivirt.ui.dialogs.help import HelpScreen

        self.app.push_screen(HelpScreen(("console_menu", "reading"), keys=self._keys))

    # Reading

    def on_console_view_reading(self, message: ConsoleView.Reading) -> None:
        message.stop()
        reader = self.view.reader
        if reader is None:
            self.find.close()
        else:
            self.find.note(reader.found if reader.query else "")
        self._show_bar()

    def on_console_view_wanted(self, message: ConsoleView.Wanted) -> None:
        message.stop()
        if message.what == "search":
            self.find.open()
        elif message.what == "copy":
            self.action_copy()

    def on_find_line_changed(self, message: FindLine.Changed) -> None:
        message.stop()
        reader = self.view.reader
        if reader is not None:
            reader.search(message.text)
            self.view.moved()

    def on_find_line_closed(self, message: FindLine.Closed) -> None:
        message.stop()
        self.screen.set_focus(self.view)
        if not message.text:
            self.view.follow()

    def _tell(self, text: str, severity: str = "information") -> None:
        self._consoles.tell(text, severity)

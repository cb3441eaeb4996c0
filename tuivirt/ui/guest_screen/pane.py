"""A guest's screen with the line under it, as its tab and its full screen show it."""

from typing import ClassVar, Final

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tuivirt.core.key import Key
from tuivirt.core.screen.frame import Frame
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.commands import bindings_of, commands_of
from tuivirt.ui.guest_screen import words
from tuivirt.ui.guest_screen.keeping import Keeping
from tuivirt.ui.guest_screen.keyboard import GuestKeyboard
from tuivirt.ui.guest_screen.notice import Notice
from tuivirt.ui.guest_screen.screens import Screens
from tuivirt.ui.guest_screen.view import ScreenView
from tuivirt.ui.guest_screen.watching import Watching
from tuivirt.ui.tabs.base import StyleOf
from tuivirt.ui.widgets.bars import Bar, KeyHint, Part, key_parts, key_text
from tuivirt.ui.widgets.cells import fit
from tuivirt.ui.widgets.find import FindLine
from tuivirt.ui.widgets.guest_view import GuestView
from tuivirt.ui.widgets.lines import Line

LONGEST_NAME: Final = 24


class ScreenPane(Vertical, can_focus=False):
    """Looks at a guest's screen as long as somebody sees it."""

    BINDINGS: ClassVar = bindings_of("screen")
    DEFAULT_CSS = """
    ScreenPane { height: 1fr; width: 1fr; & > LineView { height: 1fr; } }
    """

    class Full(Message):
        """The whole screen is wanted, or no more."""

    class Left(Message):
        """Nobody wants to see it any more."""

    def __init__(self, screens: Screens, style: StyleOf, *, full: bool = False) -> None:
        """``full``: it has the whole screen, and says itself which keys there are."""
        super().__init__()
        self._screens = screens
        self._style = style
        self._full = full
        self.view = ScreenView(style)
        self.view.display = False
        self.notice = Notice(style, self.view)
        self.find = FindLine(style)
        self.bar = Bar(style, role="dim")
        self._key: Key | None = None
        self._domain_name = ""
        self._heads: tuple[str, ...] | None = None
        """The titles of its screens; None as long as they are not known."""
        self._head = 0
        self._active = False
        self.watching = Watching(self, screens)
        self.keyboard = GuestKeyboard(self, screens)
        self.keeping = Keeping(self, screens)

    def compose(self) -> ComposeResult:
        yield self.view
        yield self.notice
        yield self.find
        yield self.bar

    def on_mount(self) -> None:
        self.app.screen_change_signal.subscribe(self, lambda _screen: self.watching.begin())
        self.app.app_resume_signal.subscribe(self, lambda _app: self.watching.begin())
        self.watching.begin()

    # Which guest

    @property
    def key(self) -> Key | None:
        return self._key

    @property
    def domain_name(self) -> str:
        """As it is shown."""
        return self._domain_name

    @property
    def head(self) -> int:
        return self._head

    @property
    def record(self) -> DomainRecord | None:
        """As it is now."""
        record = self._screens.store.get(self._key) if self._key is not None else None
        return record if isinstance(record, DomainRecord) else None

    def show(self, record: DomainRecord, heads: tuple[str, ...] | None) -> None:
        """Show the screen of a domain. ``heads``: the titles of all it has; None while not known."""
        if record.key != self._key:
            self._key, self._domain_name = record.key, record.shown_name
            self._heads, self._head, self._active = None, 0, record.active
            self.find.close()
            self.view.search("")
            self.view.clear()
            self.view.typing = False
            self.keyboard.attach(record.key)
            self.watching.look_now()
        if (heads is not None and heads != self._heads) or record.active != self._active:
            self._heads, self._active = heads if heads is not None else self._heads, record.active
            self._head = 0 if self._head >= len(self._heads or (0,)) else self._head
            self.watching.hurry()
        self.watching.begin()
        self.tell()

    def on_unmount(self) -> None:
        self.keyboard.drop()

    def on_show(self) -> None:
        self.watching.begin()

    # What is shown

    async def show_frame(self, frame: Frame) -> int:
        """Show what the guest shows; returns about how many bytes that takes."""
        if not self.view.display:
            self.view.display = True
            if self.notice.has_focus:
                self.screen.set_focus(self.view)
            self.notice.display = False
        if frame.text is None or self.view.as_picture:
            self.view.picture.drawing = await self._screens.drawing()
        drawn = await self.view.show(frame)
        self.tell()
        return drawn

    def why_not(self) -> list[Line] | None:
        """Why there is nothing to look at; None: there is."""
        record, key = self.record, self._key
        if record is None or key is None:
            return [((f"{self._domain_name} is not there any more.", "warn"),)]
        if refusal := self._screens.refusal(key):
            return [((refusal, "warn"),)]
        if self._heads == ():
            return words.headless(record.name)
        if not record.active:
            return words.off(record.name, record.item.state.value)
        return None

    def say(self, lines: list[Line]) -> None:
        """Show this in place of the screen. Who types stays at it, and types to nobody."""
        self.notice.show(lines)
        if self.view.display:
            self.keyboard.drop()
            self.notice.display = True
            if self.view.has_focus:
                self.screen.set_focus(self.notice)
            self.view.display = False
            self.view.clear()
        self.tell()

    # What the line says

    def tell(self) -> None:
        """Show the line under the screen as it is to be now."""
        frame = self.view.frame
        name = fit(self._domain_name, min(cell_len(self._domain_name), LONGEST_NAME))
        left: list[Part] = [(f" {name} ", "key")] if self._full else []
        right: list[Part] = list(self.keyboard.progress())
        wait = self._screens.waits.of(self._key) if self._key is not None else None
        if wait is not None:
            right.append((f" waits for {words.quoted(wait.wanted.text)} ", "info"))
        right += self.watching.trouble()
        if self.find.text:
            at, many = self.view.text.found
            right.append((f" {at}/{many} ", "search"))
        if self.view.typing:
            meant = "Every key goes to the guest." if self.view.display else "No key goes anywhere."
            left.append((f" {meant} ", "accent"))
            right += self.keyboard.held_parts()
            if not self.keyboard.pasting:  # else the same key stops that first
                escape = key_text(self._screens.options.console_escape)
                right += [(f" {escape} ", "key"), ("ends that ", "dim")]
        elif self.view.text.reading is not None:
            left += words.keys(commands_of("reading"), self._screens.options.keys, self.size.width)
        else:
            if frame is not None:
                titles = self._heads or ()
                title = titles[self._head] if len(titles) > 1 and self._head < len(titles) else ""
                scale = self.view.picture.port.scale
                left += words.about(frame, title, text=self.view.shows_text, scale=scale)
            if self._full:
                room = self.size.width - sum(len(text) for text, _ in (*left, *right))
                left += self._keys(room, all_=frame is not None)
        self.bar.show(left, right)

    def _keys(self, room: int, *, all_: bool) -> list[Part]:
        """The keys of the full screen, the way out first; not ``all_``: there is nothing to see."""
        out = key_parts([KeyHint("escape", "back"), KeyHint("question_mark", "help")])
        if not all_:
            return out
        room -= sum(len(text) for text, _ in out)
        shown = [command for command in commands_of("screen") if command.id != "screen.full"]
        return [*out, *words.keys(shown, self._screens.options.keys, room)]

    def on_screen_view_changed(self) -> None:
        self.tell()

    # Keys

    def action_type(self) -> None:
        self.keyboard.begin()

    def action_keys(self) -> None:
        self.keyboard.ask_keys()

    def action_paste(self) -> None:
        self.keyboard.ask_text()

    def action_full(self) -> None:
        self.post_message(self.Full())

    def action_read(self) -> None:
        if not self.view.read():
            self.app.bell()

    def action_copy(self) -> None:
        self.keeping.copy()

    def action_save(self) -> None:
        self.keeping.save()

    def action_wait(self) -> None:
        self.keeping.wait()

    def action_search(self) -> None:
        if self.view.shows_text:
            self.find.open()
        else:
            self.app.bell()

    def action_match(self, step: int) -> None:
        self.view.step_match(step)
        self.tell()

    def action_picture(self) -> None:
        self.view.show_as(picture=not self.view.as_picture)
        self.watching.hurry()

    def action_zoom(self, steps: int) -> None:
        if not self.view.shows_text:
            self.view.zoom(steps)

    def action_fit(self) -> None:
        if not self.view.shows_text:
            self.view.fit()

    def action_one_to_one(self) -> None:
        if not self.view.shows_text:
            self.view.one_to_one()

    def action_next_head(self) -> None:
        if self._heads and len(self._heads) > 1:
            self._head = (self._head + 1) % len(self._heads)
            self.view.clear()
            self.watching.look_now()
        else:
            self.app.bell()

    def action_viewer(self) -> None:
        self._screens.open_viewer(self.record)

    def action_pan(self, rows: int, columns: int) -> None:
        self.view.pan(rows, columns)

    def action_pan_page(self, halves: int) -> None:
        self.view.pan(halves * max(1, self.view.size.height // 2), 0)

    def action_end(self) -> None:
        """Peel off what there is: a paste, then the search."""
        if self.keyboard.cancel_paste():
            return
        self.find.close()
        self.view.search("")
        self.tell()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "end":
            return bool(self.find.text) or self.keyboard.pasting
        return super().check_action(action, parameters)

    def on_guest_view_typed(self, message: GuestView.Typed) -> None:
        message.stop()
        self.keyboard.typed(message.key, message.character)

    def on_notice_typed(self, message: Notice.Typed) -> None:
        message.stop()
        self.keyboard.typed(message.key, None)

    def on_guest_view_pasted(self, message: GuestView.Pasted) -> None:
        message.stop()
        self.keyboard.pasted(message.text)

    def on_screen_view_wanted(self, message: ScreenView.Wanted) -> None:
        message.stop()
        if message.what == "search":
            self.action_search()
        else:
            self.keeping.copy()

    def on_find_line_changed(self, message: FindLine.Changed) -> None:
        message.stop()
        self.view.search(message.text)
        self.tell()

    def on_find_line_closed(self, message: FindLine.Closed) -> None:
        message.stop()
        self.view.search(self.find.text)
        self.screen.set_focus(self.view)
        self.tell()

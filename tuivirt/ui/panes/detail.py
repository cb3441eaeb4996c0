"""The detail pane: what is known of the domain under the cursor, one tab at a time."""

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import Worker

from tuivirt.core import units
from tuivirt.core.backend import Backend, Definition, DiskSize, Watch
from tuivirt.core.errors import HostError
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.core.store import Store
from tuivirt.core.text import plain
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.commands import bindings_of
from tuivirt.ui.console.consoles import Consoles
from tuivirt.ui.guest_screen.screens import Screens
from tuivirt.ui.tabs.base import DetailTab, StyleOf, Subject
from tuivirt.ui.timers import once
from tuivirt.ui.widgets.bars import Part
from tuivirt.ui.widgets.lines import LineView
from tuivirt.ui.widgets.tabbar import TabBar

if TYPE_CHECKING:
    from tuivirt.ui.tabs.hardware import HardwareTab

SETTLE = 0.15
"""Seconds that the cursor must rest on a domain before the visible tab follows it."""

TABS: tuple[tuple[str, str], ...] = (
    ("overview", "Overview"),
    ("usage", "Usage"),
    ("hardware", "Hardware"),
    ("console", "Console"),
    ("screen", "Screen"),
    ("xml", "XML"),
    ("journal", "Journal"),
)
"""Ids and titles, in their order."""


def _make(tab: str, store: Store, style: StyleOf, consoles: Consoles, screens: Screens) -> DetailTab:
    """A tab, made when it is first looked at: what it imports costs nothing before."""
    match tab:
        case "overview":
            from tuivirt.ui.tabs.overview import OverviewTab

            return OverviewTab(style)
        case "usage":
            from tuivirt.ui.tabs.usage import UsageTab

            return UsageTab(style)
        case "hardware":
            from tuivirt.ui.tabs.hardware import HardwareTab

            return HardwareTab(style)
        case "console":
            from tuivirt.ui.tabs.console import ConsoleTab

            return ConsoleTab(consoles, style)
        case "screen":
            from tuivirt.ui.tabs.screen import ScreenTab

            return ScreenTab(screens, style)
        case "xml":
            from tuivirt.ui.tabs.xml import XmlTab

            return XmlTab(style)
        case "journal":
            from tuivirt.ui.tabs.journal import JournalTab

            return JournalTab(store, style)
    raise ValueError(f"there is no tab {tab!r}; there is: {', '.join(id_ for id_, _ in TABS)}")


class DetailPane(Vertical, can_focus=False):
    """Head and tabs. A tab is mounted when it is first chosen, and only the visible one is kept up to date.

    Moving the cursor over rows changes the head alone; the tab follows, and asks the backend for what it
    needs, when the cursor has rested for ``SETTLE`` seconds.
    """

    BINDINGS: ClassVar = bindings_of("detail")

    class Wanted(Message):
        """A key that concerns more than the pane: ``menu``, ``copy``, ``console``, ``screen``."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    class Changed(Message):
        """Another tab is visible, or the pane came or went: other counters may be needed."""

    def __init__(
        self,
        store: Store,
        backend: Backend,
        style: StyleOf,
        consoles: Consoles,
        screens: Screens,
        *,
        tab: str = "overview",
    ) -> None:
        super().__init__(id="detail")
        self._consoles = consoles
        self._screens = screens
        self._store = store
        self._backend = backend
        self._style = style
        self._tab = tab
        self._visible = False
        self.head = TabBar(style, TABS, tab)
        self._nothing = LineView(style)
        self._tabs: dict[str, DetailTab] = {}
        self._record: DomainRecord | None = None
        self._subject: Subject | None = None
        """What the tabs show: the record's, once the cursor has rested."""
        self._read_for: tuple[object, ...] = ()
        """What the record was like when its definition was asked for."""
        self._timer: Timer | None = None
        self._reading: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        self._nothing.show([(("No domain is chosen.", "dim"),)])
        yield self.head
        yield self._nothing

    def on_mount(self) -> None:
        self._show_tab()

    def on_show(self) -> None:
        self._visible = True
        self.post_message(self.Changed())

    def on_hide(self) -> None:
        self._visible = False
        self.post_message(self.Changed())

    # What is shown

    @property
    def key(self) -> Key | None:
        """The domain that is shown."""
        return None if self._record is None else self._record.key

    @property
    def active(self) -> str:
        """The id of the visible tab."""
        return self._tab

    def wanted(self, watch: Watch) -> Watch:
        """The watch of the shown domain's connection with what the visible tab draws from."""
        tab = self._tabs.get(self._tab)
        if tab is None or self._record is None or not self._visible:
            return watch
        groups = watch.groups | tab.GROUPS
        return watch._replace(stats=watch.stats or bool(groups), groups=groups)

    def show(self, record: DomainRecord | None) -> None:
        """Show another domain, or none."""
        before, self._record = self.key, record
        self._show_head()
        if record is None:
            self._stop_timer()
            if self._reading is not None:
                self._reading.cancel()
            self._subject = None
            self._show_tab()
        elif record.key != before or self._subject is None:
            self._settle()
        else:
            self.update(record)

    def update(self, record: DomainRecord) -> None:
        """Something about the domain that is shown may be different now."""
        if record.key != self.key:
            return
        self._record = record
        self._show_head()
        if self._subject is None or self._subject.record.key != record.key:
            return  # the tab will follow
        if self._subject.record is not record:
            self._subject = replace(self._subject, record=record)
        self._show_subject()
        if self._read_for != self._state_of(record):
            self._settle()

    def tick(self) -> None:
        """A second has passed, and perhaps the age of something that is shown."""
        record = self._record
        if record is None:
            return
        state = self._store.connections.get(record.host)
        lost = state is not None and state.lost is not None
        if lost or record.hung_since is not None or record.run is not None:
            self.update(record)
        else:
            self._show_head()

    def journal_grew(self, entries: Iterable[Entry]) -> None:
        """There are new entries. One about this domain may mean another definition: a device came or went."""
        if self._record is None or not any(entry.key == self.key for entry in entries):
            return
        self._settle()
        if self._tab == "journal":
            self._show_subject()

    def reload(self) -> None:
        """Read again what the visible tab shows."""
        self._settle()

    # Tabs

    def select_tab(self, tab: str) -> None:
        """Show a tab by its id. Raises ValueError."""
        if tab not in dict(TABS):
            raise ValueError(f"there is no tab {tab!r}; there is: {', '.join(id_ for id_, _ in TABS)}")
        if tab == self._tab:
            return
        focused = self.has_focus_within
        if focused:
            # A tab that is hidden loses the focus at once, and a new one can take it only when it is mounted:
            # the pane itself takes the keys meanwhile.
            self.screen.set_focus(self)
        self._tab = tab
        self.head.choose(tab)
        self._show_tab()
        if focused:
            self.call_after_refresh(self._focus_tab)
        self._fetch()
        self.post_message(self.Changed())

    def _focus_tab(self) -> None:
        if self.has_focus:
            self.focus_target().focus()

    def next_tab(self) -> None:
        self._step_tab(1)

    def previous_tab(self) -> None:
        self._step_tab(-1)

    def _step_tab(self, step: int) -> None:
        ids = [id_ for id_, _ in TABS]
        self.select_tab(ids[(ids.index(self._tab) + step) % len(ids)])

    def action_next_tab(self) -> None:
        self.next_tab()

    def action_previous_tab(self) -> None:
        self.previous_tab()

    def action_menu(self) -> None:
        self.post_message(self.Wanted("menu"))

    def action_console(self) -> None:
        self.post_message(self.Wanted("console"))

    def action_screen(self) -> None:
        self.post_message(self.Wanted("screen"))

    def action_copy(self) -> None:
        self.post_message(self.Wanted("copy"))

    def on_tab_bar_clicked(self, message: TabBar.Clicked) -> None:
        self.select_tab(message.tab)

    def on_hardware_tab_xml_wanted(self, message: "HardwareTab.XmlWanted") -> None:
        from tuivirt.ui.tabs.xml import XmlTab

        self.select_tab("xml")
        tab = self._tabs["xml"]
        assert isinstance(tab, XmlTab)
        self.call_after_refresh(tab.go_to, message.path)

    def focus_target(self) -> Widget:
        """What takes the keys when the pane gets the focus."""
        tab = self._tabs.get(self._tab)
        return self._nothing if tab is None or self._record is None else tab.focus_target()

    def on_descendant_focus(self) -> None:
        self.head.light(lit=self.has_focus_within)

    def on_descendant_blur(self) -> None:
        self.head.light(lit=self.has_focus_within)

    def _show_tab(self) -> None:
        """Have the chosen tab on screen, made if this is its first time."""
        if not self.is_mounted:
            return
        if self._tab not in self._tabs:
            self._tabs[self._tab] = tab = _make(
                self._tab, self._store, self._style, self._consoles, self._screens
            )
            tab.display = False
            self.call_later(self._mount_tab, tab)
        elif self._tabs[self._tab].is_mounted:
            self._reveal()

    async def _mount_tab(self, tab: DetailTab) -> None:
        if not self.is_attached:  # the app ends
            return
        await self.mount(tab)
        self._reveal()

    def _reveal(self) -> None:
        """Put the chosen tab in the place of the last one, or the word that there is nothing to show.

        The focus stays in the pane: it goes to the new before the old is hidden.
        """
        chosen = self._tabs[self._tab]
        if not chosen.is_mounted:
            return
        self._show_subject()
        shown = self._nothing if self._record is None else chosen
        shown.display = True
        if self.has_focus_within:
            self.screen.set_focus(self.focus_target())
        for other in (self._nothing, *self._tabs.values()):
            if other is not shown:
                other.display = False

    def _show_subject(self) -> None:
        tab = self._tabs.get(self._tab)
        if self._subject is not None and tab is not None and tab.is_mounted:
            tab.show(self._subject)

    # The head

    def _show_head(self) -> None:
        record = self._record
        if record is None:
            self.head.show(())
            return
        from tuivirt.ui.tabs.overview_lines import state_parts

        parts: list[Part] = [(f" {record.shown_name}", "key"), ("  ", ""), *state_parts(record, time.time())]
        state = self._store.connections.get(record.host)
        if state is not None and state.phase != "open":
            age = "" if state.lost is None else f" for {units.age(time.time() - state.lost)}"
            parts.append((f"  {plain(record.host)} is {'stale' if age else state.phase}{age}", "warn"))
        self.head.show(parts)

    # Following the cursor, and asking

    def _settle(self) -> None:
        self._stop_timer()
        self._timer = once(self, SETTLE, self._settled)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _settled(self) -> None:
        self._timer = None
        record = self._record
        if record is None:
            return
        if self._subject is None or self._subject.record.key != record.key:
            self._subject = Subject(record)
            self._show_tab()
        self._fetch(again=True)

    def _state_of(self, record: DomainRecord) -> tuple[object, ...]:
        return (record.item, record.details)

    def _fetch(self, *, again: bool = False) -> None:
        """Ask for what the visible tab needs and does not have, or may have as it was."""
        subject, tab = self._subject, self._tabs.get(self._tab)
        if subject is None or tab is None or not tab.WANTS_DEFINITION:
            return
        if not again and subject.definition is not None and (subject.sizes or not tab.WANTS_SIZES):
            return
        self._read_for = self._state_of(subject.record)
        key, sizes = subject.record.key, tab.WANTS_SIZES

        # Not a coroutine: one that the end of the app keeps from starting would never be awaited.
        async def read() -> None:
            await self._read(key, sizes=sizes)

        self._reading = self.run_worker(read, group="detail", exclusive=True)

    async def _read(self, key: Key, *, sizes: bool) -> None:
        try:
            definition = await self._backend.definition(key)
        except HostError as error:
            self._got(key, error=error)
            return
        self._got(key, definition=definition)
        if not sizes:
            return
        targets = disk_targets(definition)
        if not targets:
            return
        try:
            found = await self._backend.disk_sizes(key, targets)
        except HostError as error:
            self._got(key, error=error)
        else:
            self._got(key, sizes={size.target: size for size in found})

    def _got(
        self,
        key: Key,
        *,
        definition: Definition | None = None,
        sizes: dict[str, DiskSize] | None = None,
        error: HostError | None = None,
    ) -> None:
        subject = self._subject
        if subject is None or subject.record.key != key or self.key != key:
            return
        if sizes is not None:
            subject = replace(subject, sizes=sizes)
        elif error is not None:
            subject = replace(subject, error=error)
        elif definition == subject.definition:
            subject = replace(subject, error=None)
        else:
            subject = replace(subject, definition=definition, error=None)
        self._subject = subject
        self._show_subject()


def disk_targets(definition: Definition) -> tuple[str, ...]:
    """The targets of the disks that may have a size."""
    text = definition.live or definition.saved
    if text is None:
        return ()
    from lxml.etree import XMLSyntaxError

    from tuivirt.resources.domain.overview import overview

    try:
        return tuple(disk.target for disk in overview(text).disks if disk.target and disk.source)
    except XMLSyntaxError:
        return ()  # the tab says so

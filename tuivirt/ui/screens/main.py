"""The main screen: connections, list and detail, and how one moves between them."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from tuivirt.core.backend import Backend, Watch
from tuivirt.core.query import QueryError
from tuivirt.core.store import Delta, Store
from tuivirt.core.text import plain
from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.commandline import CommandError, CommandLine, Verb
from tuivirt.ui.commands import Command, actions_of, bindings_of, places_of
from tuivirt.ui.compositor import SpansCompositor
from tuivirt.ui.console.consoles import Consoles
from tuivirt.ui.console.opener import Opener
from tuivirt.ui.copying import Copying
from tuivirt.ui.giving_up import GivingUp
from tuivirt.ui.guest_screen.screens import Screens
from tuivirt.ui.hosts import Hosts
from tuivirt.ui.options import Options
from tuivirt.ui.overlays import Overlays
from tuivirt.ui.panes.connection_roster import ALL
from tuivirt.ui.panes.connections import ConnectionsPane
from tuivirt.ui.panes.connections_line import ConnectionsLine
from tuivirt.ui.panes.domain_table import DomainTable
from tuivirt.ui.panes.listing import ListingPane
from tuivirt.ui.perform import Performer
from tuivirt.ui.screens.arrangement import Arrangement
from tuivirt.ui.screens.keys_line import KeysLine
from tuivirt.ui.screens.prompts import Prompts
from tuivirt.ui.shell import GuestShell
from tuivirt.ui.timers import once
from tuivirt.ui.verbs import verbs
from tuivirt.ui.widgets.bars import Bar
from tuivirt.ui.widgets.table import LineTable

if TYPE_CHECKING:
    from tuivirt.ui.panes.detail import DetailPane
    from tuivirt.ui.tabs.console import ConsoleTab
    from tuivirt.ui.widgets.prompt import Prompt

PATIENCE = 0.1
"""Seconds after which the screen is completed though no rows have come."""
LOW = 10
"""With fewer lines the list has them all."""
SETTLE = 0.1
"""Seconds the rows on screen must rest before what they need is asked for."""


class Themes(Protocol):
    """The themes of the app."""

    def style(self, role: str) -> Style: ...
    def names(self) -> Iterable[str]: ...
    def choose(self, name: str) -> None:
        """Raises ValueError."""


class DomainsView(Vertical):
    """List and detail: the actions on domains work in both."""

    BINDINGS: ClassVar = actions_of("domain")

    def action_act(self, ids: str) -> None:
        screen = self.screen
        assert isinstance(screen, MainScreen)
        screen.act(ids.split(","))


class MainScreen(Screen[None]):
    """Panes and the way between them. What is done to objects is in ``Performer`` and ``Hosts``."""

    BINDINGS: ClassVar = bindings_of("app")
    AUTO_FOCUS = "#domains"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 (declared by Screen)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012

    class Completed(Message):
        """Everything that the first frame does without is there too: keys can be handled."""

    def __init__(
        self, backend: Backend, store: Store, options: Options, themes: Themes, mounted: Callable[[], None]
    ) -> None:
        """``mounted`` is called when the panes of the first frame can take changes."""
        super().__init__()
        self._compositor = SpansCompositor()
        self.backend = backend
        self.store = store
        self.options = options
        self._themes = themes
        self._mounted = mounted
        style = themes.style
        self.connections = ConnectionsPane(store, options.sources, style, id="connections")
        self.connections_line = ConnectionsLine(store, options.sources, style, id="connections-line")
        self.listing = ListingPane(
            store,
            DOMAINS,
            style,
            options.remembered,
            columns=options.columns,
            sort=options.sort,
            reverse=options.reverse,
            group=options.group,
            id="listing",
        )
        self._detail: DetailPane | None = None
        self._prompt: Prompt | None = None
        self._completing: Timer | None = None
        self.keys = Bar(style, role="dim", id="keys")
        self.arrangement = Arrangement(self, options.remembered)
        self.prompts = Prompts(self, options.remembered)
        self.performer = Performer(self, backend, store, options)
        self.hosts = Hosts(self, backend, store, options)
        self.copying = Copying(self, backend, store)
        self.shell = GuestShell(self, store, options)
        self.giving_up = GivingUp(self, backend, store)
        self.overlays = Overlays(self, backend, store)
        self.consoles = Consoles(
            self, backend, store, options.remembered, escape=options.console_escape, keys=options.keys
        )
        self.opener = Opener(self, self.consoles)
        self.screens = Screens(self, backend, store, options)
        self.keys_line = KeysLine(self, backend, store, options.keys)
        self.commandline = CommandLine(self.verbs)
        self.style = style
        self._history: list[str] = []
        self._leaving = False
        self._meant: Sequence[DomainRecord] | None = None
        """What had the cursor, or the marks, when the command that runs was begun."""
        self._settle: Timer | None = None
        self._wanted_domain = options.domain
        self._listed: set[str] = set()
        """Connections whose list has come."""

    def compose(self) -> ComposeResult:
        yield self.connections_line
        with Horizontal(id="main"):
            yield self.connections
            with DomainsView(id="domains-view"):
                yield self.listing
        yield self.keys

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < LOW, "-low")

    def on_mount(self) -> None:
        self.arrangement.restore_sizes()
        self.show_scope(self.options.view, remember=False)
        self.set_interval(1.0, self._every_second)
        self._completing = once(self, PATIENCE, self._complete)
        self._mounted()

    async def _complete(self) -> None:
        """Import and mount what the first frame does without, so that it and the first rows come sooner."""
        if self._completing is None:
            return
        self._completing.stop()
        self._completing = None
        from tuivirt.ui.panes.detail import DetailPane
        from tuivirt.ui.widgets.prompt import Prompt

        detail = DetailPane(self.store, self.backend, self.style, self.consoles, self.screens)
        prompt = Prompt()
        for place, widget, before in ((self.query_one(DomainsView), detail, None), (self, prompt, self.keys)):
            if not place.is_attached:  # the app ends
                return
            await place.mount(widget, before=before)
        self._detail, self._prompt = detail, prompt
        detail.show(self.listing.record)
        self.app.post_message(self.Completed())

    @property
    def completed(self) -> bool:
        """Whether ``Completed`` was posted."""
        return self._detail is not None

    @property
    def detail(self) -> "DetailPane":
        """There from ``Completed`` on."""
        assert self._detail is not None
        return self._detail

    @property
    def prompt(self) -> "Prompt":
        """There from ``Completed`` on."""
        assert self._prompt is not None
        return self._prompt

    # Changes

    def update_from(self, delta: Delta) -> None:
        """Take over what a batch of changes touched."""
        self.listing.update(delta)
        if delta.listed and self._completing is not None:
            self.call_after_refresh(self._complete)
        touched = {key.connection for key in (*delta.touched, *delta.removed)}
        if names := delta.connections | delta.hosts | touched:
            self.connections.update(names)
            self.connections_line.update(names)
        if delta.connections:
            self._choose(self.listing.scope)  # the line of all connections may have come
            self.listing.show_title()
            self._ask()
        shown = self.listing.record
        if shown is not None and shown.key in delta.touched:
            if self._detail is not None:
                self._detail.update(shown)
            self.show_keys()
        if delta.entries and self._detail is not None:
            self._detail.journal_grew(delta.entries)
        self.performer.update(delta.runs)
        self.consoles.update(delta)
        self.shell.update(delta.touched)
        self._listed |= {connection for connection, _ in delta.listed}
        if self._wanted_domain and (delta.listed or delta.connections):
            self._go_to_wanted()

    def _go_to_wanted(self) -> None:
        """Put the cursor on the domain that was asked for, or tell when all lists are there without it."""
        key = self.listing.find(self._wanted_domain)
        phases = {name: state.phase for name, state in self.store.connections.items()}
        opened = [name for name, phase in phases.items() if phase != "closed"]
        if key is not None:
            self.listing.goto(key)
        elif not opened or any(phases[name] != "failed" and name not in self._listed for name in opened):
            return
        else:
            text = f"There is no domain {self._wanted_domain} on the connections that are open."
            self.tell(text, severity="warning")
        self._wanted_domain = ""

    def on_listing_pane_changed(self, message: ListingPane.Changed) -> None:
        if message.cursor:
            self._show_row()
        self._ask()

    def on_line_table_scrolled(self) -> None:
        self._ask()

    def on_line_table_cursor_moved(self) -> None:
        self._show_row()
        self._ask()

    def _show_row(self) -> None:
        """Another row has the cursor."""
        if self._detail is not None:
            self._detail.show(self.listing.record)
        self.show_keys()

    def _ask(self) -> None:
        """Ask for what is on screen once it has rested there."""
        if self._settle is not None:
            self._settle.stop()
        self._settle = once(self, SETTLE, self._ask_now)

    def _ask_now(self) -> None:
        watches = self.listing.watches(self._open_names())
        record = self.listing.record
        if self._detail is not None and record is not None and record.host in watches:
            watches[record.host] = self._detail.wanted(watches[record.host])
        if self.connections.display:
            for name in self._open_names():
                watches[name] = watches.get(name, Watch())._replace(load=True)
        self.backend.watch(watches)

    def _open_names(self) -> list[str]:
        return [name for name, state in self.store.connections.items() if state.phase == "open"]

    def _every_second(self) -> None:
        self.show_keys()
        self.performer.tick()
        if self._detail is not None:
            self._detail.tick()
        self.listing.show_title()

    def show_keys(self) -> None:
        """The last line: keys of the place, and what the connection is doing."""
        self.keys_line.show()

    def on_descendant_focus(self) -> None:
        self.show_keys()

    # Scopes

    def show_scope(self, name: str, *, remember: bool = True) -> None:
        """Show the domains of a connection, or of all."""
        if remember and name != self.listing.scope:
            self._history.append(self.listing.scope)
        self.listing.show_scope(name)
        self._choose(name)
        self.show_keys()

    def _choose(self, name: str) -> None:
        self.connections.choose(name)
        self.connections_line.choose(name)

    def action_back(self) -> None:
        there = [name for name in self._history if name == ALL or name in self.store.connections]
        if there:
            self._history = there[:-1]
            self.show_scope(there[-1], remember=False)
        elif self.listing.scope != ALL:
            self.show_scope(ALL, remember=False)

    def on_connections_pane_chosen(self, message: ConnectionsPane.Chosen) -> None:
        self.show_scope(message.name)

    # Panes

    def action_next_pane(self) -> None:
        self.arrangement.step(1)

    def action_previous_pane(self) -> None:
        self.arrangement.step(-1)

    @property
    def place(self) -> Widget:
        """The pane that has the focus."""
        return self.arrangement.place

    def action_zoom(self) -> None:
        self.arrangement.zoom()

    def action_resize_sidebar(self, delta: int) -> None:
        self.arrangement.resize_sidebar(delta)

    def action_resize_list(self, delta: int) -> None:
        self.arrangement.resize_list(delta)

    def action_toggle_summary(self) -> None:
        self.listing.toggle_summary()

    def restyle(self) -> None:
        """Another theme: paint everything anew."""
        self.listing.table.repaint_all()
        self.refresh(layout=False)
        for widget in self.query("*"):
            widget.refresh()

    # Out

    def action_escape(self) -> None:
        """Peel one layer: count, detail, marks, filter, view."""
        table = self.listing.table
        if table.clear_count():
            self.show_keys()
        elif self.arrangement.in_detail or self.has_class("-zoom-detail"):
            self.arrangement.leave_detail()
        elif self.has_class("-zoom-list"):
            self.arrangement.zoom()
        elif self.arrangement.in_connections:
            self.arrangement.show_domains()
        elif self.listing.view.marks:
            self.listing.clear_marks()
        elif not self.listing.filtering.empty:
            self.listing.set_query("")
        elif self._history:
            self.action_back()

    def action_quit(self) -> None:
        self.leave()

    def leave(self) -> None:
        """Quit, after a question when something is running."""
        if not self._leaving:
            self._leaving = True
            self.run_worker(self._leave(), group="quit")

    async def _leave(self) -> None:
        try:
            if await self.performer.may_leave():
                self.app.exit()
        finally:
            self._leaving = False

    # Prompts

    def action_filter(self) -> None:
        self.prompts.filter()

    def action_command(self) -> None:
        self.prompts.command()

    def run_line(self, line: str, meant: Sequence[DomainRecord]) -> None:
        """Run a line of the command line; a mistake in it is told. An action is for the domains ``meant``."""
        self._meant = meant
        try:
            self.commandline.run(line)
        except (CommandError, QueryError, ValueError, OSError) as error:
            self.tell(str(error), severity="warning")
        finally:
            self._meant = None

    # Actions on domains

    def act(self, ids: Sequence[str], meant: Sequence[DomainRecord] | None = None) -> None:
        """Perform one of these actions on the domains ``meant`` when it was asked for, or on those chosen.

        The cursor may have moved on since: nothing else takes the place of what is gone meanwhile.
        """
        if meant is None:
            meant = self.meant()
        records = [record for record in meant if self.store.get(record.key) is not None]
        if meant and not records:
            self.tell(f"{meant[0].shown_name} is not there any more. Nothing was done.", severity="warning")
            return
        hidden = sum(self.listing.view.index(record.key) is None for record in records)
        self.performer.perform(ids, records, hidden=hidden if len(records) > 1 else 0)

    def meant(self) -> Sequence[DomainRecord]:
        """What was chosen when the command that runs was begun; without one, what is chosen now."""
        return self.chosen() if self._meant is None else self._meant

    def chosen(self) -> list[DomainRecord]:
        """What an action is for: the marked domains when in the list, else the one under the cursor."""
        marked = self.listing.marked() if not self.arrangement.in_detail else []
        return marked or ([self.listing.record] if self.listing.record else [])

    def on_domain_table_wanted(self, message: DomainTable.Wanted) -> None:
        match message.what:
            case "sort_next":
                self.listing.sort_step(1)
            case "sort_previous":
                self.listing.sort_step(-1)
            case "reverse":
                column, reverse = self.listing.sort
                self.listing.set_sort(column, reverse=not reverse)
            case "marks":
                self.listing.show_title()
            case "folded":
                self.listing.keep_folds()
            case "columns":
                self.overlays.columns()
            case "menu":
                self.overlays.menu()
            case "copy":
                self.copying.ask(self.listing.record)
            case "ssh":
                self.shell.open(self.listing.record)
            case "console":
                self.opener.open(self.listing.record)
            case "screen":
                self.screens.open(self.listing.record)
            case "next_tab":
                self.detail.next_tab()
            case "previous_tab":
                self.detail.previous_tab()

    def on_detail_pane_changed(self) -> None:
        self._ask()
        self.show_keys()

    def on_detail_pane_wanted(self, message: "DetailPane.Wanted") -> None:
        match message.what:
            case "menu":
                self.overlays.menu()
            case "console":
                self.opener.open(self.listing.record)
            case "screen":
                self.screens.open(self.listing.record)
            case _:
                self.copying.ask(self.listing.record)

    def on_console_tab_left(self) -> None:
        self.arrangement.leave_detail()

    def on_console_tab_zoomed(self, message: "ConsoleTab.Zoomed") -> None:
        self.opener.show(message.opened)

    def on_screen_view_changed(self) -> None:
        self.show_keys()

    def on_line_table_opened(self) -> None:
        self.arrangement.open_detail()

    def on_line_table_header_clicked(self, message: LineTable.HeaderClicked) -> None:
        column, reverse = self.listing.sort
        found = DOMAINS.column(message.column)
        if found is not None and found.sort is not None:
            self.listing.set_sort(message.column, reverse=not reverse if column == message.column else None)

    # Connections

    def on_connections_pane_toggled(self, message: ConnectionsPane.Toggled) -> None:
        self.hosts.toggle(message.name)

    def on_connections_pane_add_wanted(self) -> None:
        self.hosts.add()

    def on_connections_pane_edit_wanted(self, message: ConnectionsPane.EditWanted) -> None:
        self.hosts.edit(message.name)

    def on_connections_pane_remove_wanted(self, message: ConnectionsPane.RemoveWanted) -> None:
        self.hosts.remove(message.name)

    def on_connections_pane_autoconnect_wanted(self, message: ConnectionsPane.AutoconnectWanted) -> None:
        self.hosts.set_autoconnect(message.name)

    def on_connections_pane_read_only_wanted(self, message: ConnectionsPane.ReadOnlyWanted) -> None:
        self.hosts.set_read_only(message.name)

    def on_connections_pane_menu_wanted(self, message: ConnectionsPane.MenuWanted) -> None:
        self.overlays.host_menu(message.name)

    def on_connections_pane_action_wanted(self, message: ConnectionsPane.ActionWanted) -> None:
        self.show_scope(message.name)
        self.hosts.perform(message.action)

    def action_refresh_now(self) -> None:
        """Read the shown connections again; one that is not open is opened, of all those that were lost."""
        names = [self.listing.scope]
        if self.listing.scope == ALL:
            states = self.store.connections.values()
            names = [state.name for state in states if state.phase == "open" or state.lost is not None]
        for name in names:
            self.hosts.refresh(name)

    def action_give_up(self) -> None:
        """Wait no more for what lasts here."""
        self.giving_up.give_up(self.meant())

    # Views

    def action_help(self) -> None:
        if self.arrangement.in_connections:
            self.overlays.help(("connections", "app"))
        elif self.arrangement.in_detail:
            self.overlays.help((*places_of(self.detail.active), "detail", "app"))
        else:
            self.overlays.help(("list", "table", "app"))

    def action_runs(self) -> None:
        self.overlays.runs()

    def verbs(self) -> Iterable[Verb]:
        return verbs(self)

    def run_command(self, command: Command) -> None:
        """Run a command of the table where it belongs."""
        node: Widget = self if command.place == "app" else self.listing.table
        if command.place == "connections":
            node = self.arrangement.place
        self.run_worker(self.app.run_action(command.action, default_namespace=node))

    def theme_names(self) -> Iterable[str]:
        return self._themes.names()

    def choose_theme(self, name: str) -> None:
        """Raises ValueError."""
        self._themes.choose(name)
        self.options.remembered.set("theme", name)
        self.restyle()

    def tell(self, text: str, *, title: str = "", severity: Any = "information") -> None:
        """A notification of plain text."""
        shown = "\n".join(plain(line) for line in text.splitlines())
        self.notify(shown, title=plain(title), severity=severity, markup=False)

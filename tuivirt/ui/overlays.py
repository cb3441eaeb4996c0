"""What opens over the main screen: menus, help, columns, runs and the journal."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tuivirt.core.action import Action
from tuivirt.core.backend import Backend
from tuivirt.core.store import Store
from tuivirt.core.text import plain
from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.register import ACTIONS
from tuivirt.ui.commands import Command, Place, commands_of

if TYPE_CHECKING:
    from tuivirt.ui.palette import Entry
    from tuivirt.ui.screens.main import MainScreen


def host_commands() -> tuple[Command, ...]:
    """What the menu of a connection offers beside the actions on its host."""
    of_app = [command for command in commands_of("app") if command.id in {"app.refresh", "app.give_up"}]
    connections = [command for command in commands_of("connections") if command.id != "connections.menu"]
    return (connections[0], *of_app, *connections[1:])


def _as_action(command: Command) -> Action[None]:
    """A command as the menu shows it; it is not run by itself."""
    title, _, about = command.title.partition(": ")
    return Action(command.id, title, lambda: None, about.capitalize(), command.keys.partition(",")[0])


class Overlays:
    """Opens dialogs of the main screen and does what they return."""

    def __init__(self, main: "MainScreen", backend: Backend, store: Store) -> None:
        self._main = main
        self._backend = backend
        self._store = store

    # Menus

    def menu(self) -> None:
        """All actions of the row, or of the marked rows."""
        records = self._main.chosen()
        if records:
            self._main.run_worker(self._menu(records), group="dialog")

    async def _menu(self, records: Sequence[DomainRecord]) -> None:
        from tuivirt.ui.dialogs.menu import MenuDialog

        performer = self._main.performer
        title = records[0].shown_name if len(records) == 1 else f"{len(records)} marked domains"
        dialog = MenuDialog(
            title,
            ACTIONS["domain"],
            refusal=lambda action: performer.refusal_of_all(action, records),
            command=lambda action: performer.command(action, records[0]),
        )
        chosen = await self._main.app.push_screen_wait(dialog)
        if chosen is not None:
            self._main.act([chosen], records)

    def host_menu(self, name: str) -> None:
        self._main.run_worker(self._host_menu(name), group="dialog")

    async def _host_menu(self, name: str) -> None:
        from tuivirt.ui.dialogs.menu import MenuDialog

        commands = {command.id: command for command in host_commands()}
        hosts = self._main.hosts
        dialog = MenuDialog(
            plain(name),
            (*map(_as_action, commands.values()), *ACTIONS["host"]),
            refusal=lambda action: hosts.refusal(action.id, name),
            command=lambda _action: "",
        )
        chosen = await self._main.app.push_screen_wait(dialog)
        if chosen is None:
            return
        self._main.show_scope(name)
        if chosen in commands:
            self._main.run_command(commands[chosen])
        else:
            hosts.perform(chosen)

    # Columns

    def columns(self) -> None:
        self._main.run_worker(self._columns(), group="dialog")

    async def _columns(self) -> None:
        from tuivirt.ui.dialogs.columns import ColumnsDialog

        listing = self._main.listing
        dialog = ColumnsDialog(DOMAINS.columns, listing.column_ids(), DOMAINS.default_columns)
        chosen = await self._main.app.push_screen_wait(dialog)
        if chosen is not None:
            listing.choose_columns(chosen)

    def set_columns(self, ids: Sequence[str]) -> None:
        """``:columns``: the picker without words, else these. Raises ValueError."""
        if not ids:
            self.columns()
            return
        wanted = DOMAINS.default_columns if list(ids) == ["reset"] else tuple(ids)
        unknown = [id_ for id_ in wanted if DOMAINS.column(id_) is None]
        if unknown:
            known = ", ".join(column.id for column in DOMAINS.columns)
            raise ValueError(f"there is no column {', '.join(unknown)}; there is: {known}")
        self._main.listing.choose_columns(wanted)

    # Help, runs, journal

    def help(self, places: Sequence[Place]) -> None:
        from tuivirt.ui.dialogs.help import HelpScreen

        self._main.app.push_screen(HelpScreen(places, kind="domain", keys=self._main.options.keys))

    def runs(self) -> None:
        from tuivirt.ui.dialogs.runs import RunsDialog

        self._main.app.push_screen(RunsDialog(self._store, self._backend, self._main.performer.ended))

    def journal(self) -> None:
        from tuivirt.ui.screens.journal import JournalScreen

        self._main.app.push_screen(JournalScreen(self._store, self._main.style))

    # The palette

    def palette_entries(self) -> "Iterable[Entry]":
        from tuivirt.ui.palette import Entry

        main = self._main
        meant = main.chosen()
        for action in ACTIONS["domain"]:
            yield self._action_entry(action, meant)
        for command in commands_of("app", "list"):
            if command.id != "app.palette":
                yield Entry(command.title, command.doc, lambda c=command: main.run_command(c))  # type: ignore[misc]
        for verb in main.verbs():
            yield Entry(f":{verb.name}", verb.doc, lambda v=verb: main.run_line(v.name, meant))  # type: ignore[misc]
        for name in main.theme_names():
            yield Entry(f"theme {name}", "", lambda n=name: main.choose_theme(n))  # type: ignore[misc]

    def _action_entry(self, action: Action[object], meant: Sequence[DomainRecord]) -> "Entry":
        from tuivirt.ui.palette import Entry

        about = action.doc
        if not meant:
            about = "no domain under the cursor"
        elif why := self._main.performer.refusal_of_all(action, meant):
            about = f"{meant[0].shown_name} {why}"
        return Entry(action.title, about, lambda: self._main.act([action.id], meant))

"""The last line of the main screen: keys of the place, and what the connection is doing."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from tuivirt.core.action import Action
from tuivirt.core.backend import Backend
from tuivirt.core.changes import ConnectionState
from tuivirt.core.store import Store
from tuivirt.core.text import plain
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.register import ACTIONS
from tuivirt.ui.commands import Command, commands_of
from tuivirt.ui.giving_up import tries
from tuivirt.ui.typeahead import takes_every_key
from tuivirt.ui.widgets.keysbar import hints, status

if TYPE_CHECKING:
    from tuivirt.ui.screens.main import MainScreen


class KeysLine:
    """Fills the bar of keys from what has the focus and the cursor."""

    def __init__(self, main: "MainScreen", backend: Backend, store: Store, keys: Mapping[str, str]) -> None:
        self._main = main
        self._backend = backend
        self._store = store
        self._keys = keys

    def show(self) -> None:
        main = self._main
        record = main.listing.record
        name = record.host if record is not None else main.listing.scope
        state, usage = self._store.connections.get(name), self._store.hosts.get(name)
        is_open = state is not None and state.phase == "open"
        rtt = usage.rtt if usage is not None and is_open else None
        right = status(name, rtt, self._backend.calls(name), main.performer.running())
        if unseen := [opened for opened in main.consoles.opened.values() if opened.unseen]:
            more = f" +{len(unseen) - 1}" if len(unseen) > 1 else ""
            right = [(f" • {plain(unseen[0].label)}{more} ", "accent"), *right]
        count = main.listing.table.count
        room = main.size.width - sum(cell_len(text) for text, _ in right) - (len(count) + 2 if count else 0)
        left = hints(*self._offered(record, state), self._keys, room)
        main.keys.show([(f" {count} ", "accent"), *left] if count else left, right)

    def _offered(
        self, record: DomainRecord | None, state: ConnectionState | None
    ) -> tuple[list[Action[Any]], tuple[Command, ...]]:
        """The actions and commands of this place, and those for a connection that is lost."""
        main = self._main
        if takes_every_key(main.focused):
            return [], ()
        if main.arrangement.in_connections:
            return [], (*commands_of("connections"), *_ways_back(state), *commands_of("app"))
        refusal = main.performer.refusal
        actions = [a for a in ACTIONS["domain"] if record is not None and refusal(a, record) is None]
        if main.arrangement.in_detail:
            tab: Any = main.detail.active
            of_place = (*commands_of(tab), *commands_of("detail"))
        else:
            of_place = commands_of("list")
        return actions, (*of_place, *_ways_back(state), *commands_of("app"))


def _ways_back(state: ConnectionState | None) -> tuple[Command, ...]:
    """What can be done about a connection that is lost: nothing else says so where there is no sidebar."""
    if state is None or state.phase not in {"stale", "opening"} or state.lost is None:
        return ()
    titles = {"app.refresh": "reconnect now"} | ({"app.give_up": "stop trying"} if tries(state) else {})
    return tuple(
        command._replace(footer=titles[command.id]) for command in commands_of("app") if command.id in titles
    )

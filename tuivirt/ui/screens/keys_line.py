"""The last line of the main screen: keys of the place, and what the connection is doing."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from tuivirt.core.action import Action
from tuivirt.core.backend import Backend
from tuivirt.core.store import Store
from tuivirt.core.text import plain
from tuivirt.resources import ACTIONS
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.commands import Command, commands_of
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
        left = hints(*self._offered(record), self._keys, room)
        main.keys.show([(f" {count} ", "accent"), *left] if count else left, right)

    def _offered(self, record: DomainRecord | None) -> tuple[list[Action[Any]], tuple[Command, ...]]:
        """The actions and commands of this place."""
        main = self._main
        if takes_every_key(main.focused):
            return [], ()
        if main.arrangement.in_connections:
            return [], (*commands_of("connections"), *commands_of("app"))
        refusal = main.performer.refusal
        actions = [a for a in ACTIONS["domain"] if record is not None and refusal(a, record) is None]
        if main.arrangement.in_detail:
            tab: Any = main.detail.active
            return actions, (*commands_of(tab), *commands_of("detail"), *commands_of("app"))
        return actions, (*commands_of("list"), *commands_of("app"))

"""Waiting no more: for an action that lasts, or for a connection that does not come."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuivirt.core.backend import Backend
from tuivirt.core.changes import ConnectionState, RunState
from tuivirt.core.store import Store
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.register import find_action

if TYPE_CHECKING:
    from tuivirt.ui.screens.main import MainScreen


class GivingUp:
    """Finds out what is being waited for in this place, and lets it go."""

    def __init__(self, main: "MainScreen", backend: Backend, store: Store) -> None:
        self._main = main
        self._backend = backend
        self._store = store

    def give_up(self, records: Sequence[DomainRecord]) -> None:
        """The actions that run on these domains; without any, the connection of this place."""
        main = self._main
        runs = [record.run for record in records if record.run is not None]
        if runs and not main.arrangement.in_connections:
            self._abandon(runs)
            return
        name = main.listing.scope
        if records and not main.arrangement.in_connections:
            name = records[0].host
        state = self._store.connections.get(name)
        if state is not None and tries(state):
            self._backend.give_up(name)
        else:
            main.tell("Nothing is waited for here.")

    def _abandon(self, runs: Sequence[RunState]) -> None:
        for run in runs:
            self._backend.abandon(run.run)
        what = runs[0].name if len(runs) == 1 else f"{len(runs)} domains"
        self._main.tell(
            "Nobody waits for it any more. What has begun goes on; the journal tells when it ends.",
            title=f"{find_action(runs[0].action).title}: {what}",
        )


def tries(state: ConnectionState) -> bool:
    """Whether it is being opened, or will be by itself."""
    return state.phase == "opening" or (state.phase == "stale" and state.retry is not None)

"""Dialogs that speak of what only definitions tell: those are read first."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from tuivirt.core.backend import Backend
from tuivirt.core.changes import DetailRead
from tuivirt.core.errors import HostError
from tuivirt.core.store import Store
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.meanwhile import wait_for
from tuivirt.ui.typeahead import TypeAhead

if TYPE_CHECKING:
    from tuivirt.ui.dialogs.base import Dialog
    from tuivirt.ui.dialogs.interlude import InterludeDialog
    from tuivirt.ui.dialogs.target import Target
    from tuivirt.ui.screens.main import MainScreen

T = TypeVar("T")

PATIENCE = 3.0
"""Seconds that tags are waited for: after that the domain counts as protected, for a host whose domains must
be forced off may not answer at all."""


def reading(title: str, targets: "Sequence[Target]") -> "InterludeDialog":
    """What is shown while the definitions of these are read."""
    from tuivirt.ui.dialogs.interlude import InterludeDialog
    from tuivirt.ui.dialogs.target import hosts_of, names_of

    noun = "definition" if len(targets) == 1 else "definitions"
    return InterludeDialog(title, f"Reading the {noun} of {names_of(targets)} on {hosts_of(targets)} …")


class KnownFirst:
    """Shows dialogs when the definitions of their domains have been read."""

    def __init__(self, main: "MainScreen", backend: Backend, store: Store) -> None:
        self._main = main
        self._backend = backend
        self._store = store

    async def ask(
        self,
        title: str,
        records: Sequence[DomainRecord],
        dialog: "Callable[[], Dialog[T]]",
        *,
        needed: bool = False,
    ) -> T | None:
        """What the dialog returns. ``needed``: there is no dialog without the details, whose failure is told;
        else it is shown without those that cannot be read, or not in time.
        """
        app = self._main.app
        assert isinstance(app, TypeAhead)
        unread = [record for record in records if record.details is None]
        if not unread:
            return await app.push_screen_wait(dialog())

        from tuivirt.ui.dialogs.target import Target

        targets = [Target.of(record, self._store.connections[record.host].uri) for record in unread]
        read = asyncio.ensure_future(self._read(unread))
        keys = await wait_for(app, reading(title, targets), read, None if needed else PATIENCE)
        if keys is None:
            return None
        try:
            if needed and (failures := read.result()):
                keys = []
                words = f"Its definition cannot be read: {failures[0].message}"
                self._main.tell(words, title=title, severity="error")
                return None
            answer = app.push_screen(dialog(), wait_for_dismiss=True)
        finally:
            await app.release_keys(keys)
        return await answer

    async def _read(self, records: Sequence[DomainRecord]) -> list[HostError]:
        """Read the details of these; why some cannot be read."""
        failures = await asyncio.gather(*(self._read_one(record) for record in records))
        return [failure for failure in failures if failure is not None]

    async def _read_one(self, record: DomainRecord) -> HostError | None:
        from tuivirt.resources.domain.details import details_of

        try:
            details = details_of(await self._backend.definition(record.key))
        except HostError as error:
            return error
        self._main.update_from(self._store.apply([DetailRead(record.key, details)]))
        return None

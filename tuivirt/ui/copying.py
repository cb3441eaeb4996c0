"""What ``y`` offers to copy of a domain."""

import shlex
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tuivirt.core.backend import Backend
from tuivirt.core.errors import HostError
from tuivirt.core.source import shown_uri
from tuivirt.core.store import Store
from tuivirt.resources.domain.actions.base import at
from tuivirt.resources.domain.record import DomainRecord

if TYPE_CHECKING:
    from tuivirt.ui.screens.main import MainScreen

Offer = tuple[str, str | Callable[[], Awaitable[str]]]


class Copying:
    """Offers the texts of a domain and puts the chosen one on the clipboard of the user's own terminal."""

    def __init__(self, main: "MainScreen", backend: Backend, store: Store) -> None:
        self._main = main
        self._backend = backend
        self._store = store

    def ask(self, record: DomainRecord | None) -> None:
        if record is not None:
            self._main.run_worker(self._ask(record), group="dialog")

    def offers(self, record: DomainRecord) -> list[Offer]:
        """Labels with their texts, or with what reads them."""
        facts = record.facts
        uri = shown_uri(self._store.connections[record.host].uri)

        def virsh(verb: str) -> str:
            return shlex.join(("virsh", "-c", uri, verb, *at(record.item)))

        offers: list[Offer] = [("name", record.name), ("UUID", record.item.uuid)]
        offers += [("IP address", ip) for ip in record.ips]
        offers += [("MAC address", mac) for mac in facts.macs]
        offers += [("disk path", path) for path in facts.disks]
        offers += [("XML, saved", lambda: self._xml(record, live=False))]
        if record.active:
            offers += [("XML, live", lambda: self._xml(record, live=True))]
        offers += [("virsh command: info", virsh("dominfo")), ("virsh command: XML", virsh("dumpxml"))]
        offers += [("connection URI", uri)]
        return offers

    async def _xml(self, record: DomainRecord, *, live: bool) -> str:
        definition = await self._backend.definition(record.key)
        text = definition.live if live else definition.saved
        if text is None:
            raise HostError("the domain has no such definition any more")
        return text

    async def _ask(self, record: DomainRecord) -> None:
        from tuivirt.ui.dialogs.copy import CopyDialog

        text = await self._main.app.push_screen_wait(CopyDialog(record.shown_name, self.offers(record)))
        if text is not None:
            self._main.app.copy_to_clipboard(text)
            self._main.tell("copied")

"""The way to a console: which of a domain's it is, and the screen that shows it."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual.widget import AwaitMount

from tuivirt.core.errors import HostError
from tuivirt.core.text import plain
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.console.consoles import Consoles
from tuivirt.ui.typeahead import TypeAhead, Typed

if TYPE_CHECKING:
    from tuivirt.resources.domain.consoles import ConsoleDevice
    from tuivirt.ui.console.opened import OpenConsole
    from tuivirt.ui.screens.main import MainScreen

SOON: Final = 0.25
"""Seconds that a definition is waited for before that is told."""


class Opener:
    """Opens full screens over the main one."""

    def __init__(self, main: "MainScreen", consoles: Consoles) -> None:
        self._main = main
        self._consoles = consoles

    def open(self, record: DomainRecord | None) -> None:
        """Sit at the console of a domain: the one that is open, or the first that can be."""
        if record is None:
            return
        opened = self._consoles.of(record.key)
        if opened:
            self.show(opened[-1])
        elif refusal := self._consoles.refusal(record.host):
            self._main.tell(refusal, severity="warning")
        else:
            self._app.hold_keys()  # they are for the guest, not for the list that is seen meanwhile
            self._main.run_worker(self._open(record), group="dialog")

    @property
    def _app(self) -> TypeAhead:
        app = self._main.app
        assert isinstance(app, TypeAhead)
        return app

    async def _open(self, record: DomainRecord) -> None:
        devices = asyncio.ensure_future(self._consoles.devices(record.key))
        keys: Sequence[Typed] | None = ()
        await asyncio.wait({devices}, timeout=SOON)
        if not devices.done():
            from tuivirt.ui.dialogs.target import Target
            from tuivirt.ui.known import reading
            from tuivirt.ui.meanwhile import wait_for

            target = Target.of(record, self._main.store.connections[record.host].uri)
            dialog = reading(f"Console: {plain(record.shown_name)}", [target])
            keys = await wait_for(self._app, dialog, devices, held=True)
        if keys is None:
            return
        if await self._show_first(record, devices):
            await self._app.release_keys(keys)
        else:
            await self._app.drop_keys()

    async def _show_first(
        self, record: DomainRecord, read: "asyncio.Future[tuple[ConsoleDevice, ...]]"
    ) -> bool:
        """Show the first console that can be opened; or tell why there is none, and return False."""
        try:
            devices = read.result()
        except HostError as error:
            self._main.tell(error.message, title=record.shown_name, severity="warning")
            return False
        device = next((device for device in devices if not device.refusal), None)
        if device is not None:
            await self.show(self._consoles.open(device.of(record.key), record.shown_name), asked=True)
            return True
        from tuivirt.resources.domain.consoles import NEW
        from tuivirt.ui.dialogs.text import TextDialog

        reasons = "".join(f"{device.alias} {device.refusal}.\n" for device in devices)
        text = (
            f"{record.name} has no console that can be opened.\n{reasons}\n"
            f"Add this to its definition, within <devices>:\n\n    {NEW}\n\n"
            f"for instance by: virsh edit {record.name}\n\n"
            "It is there when the domain has been shut down and started. A Linux guest then wants "
            "console=ttyS0 on its kernel's command line."
        )
        self._main.app.push_screen(TextDialog(f"Console: {plain(record.shown_name)}", text))
        return False

    def show(self, opened: "OpenConsole", *, asked: bool = False) -> AwaitMount:
        """Show an open console as a full screen."""
        from tuivirt.ui.screens.console import ConsoleScreen

        screen = ConsoleScreen(self._consoles, self._main.style, opened, asked=asked)
        return self._main.app.push_screen(screen)

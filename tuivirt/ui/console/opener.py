"""The way to a console: which of a domain's it is, and the screen that shows it."""

from typing import TYPE_CHECKING

from tuivirt.core.errors import HostError
from tuivirt.core.text import plain
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.console.consoles import Consoles

if TYPE_CHECKING:
    from tuivirt.ui.console.opened import OpenConsole
    from tuivirt.ui.screens.main import MainScreen


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
            self._main.run_worker(self._open(record), group="dialog")

    async def _open(self, record: DomainRecord) -> None:
        try:
            devices = await self._consoles.devices(record.key)
        except HostError as error:
            self._main.tell(error.message, title=record.shown_name, severity="warning")
            return
        device = next((device for device in devices if not device.refusal), None)
        if device is not None:
            self.show(self._consoles.open(device.of(record.key), record.shown_name), asked=True)
            return
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

    def show(self, opened: "OpenConsole", *, asked: bool = False) -> None:
        """Show an open console as a full screen."""
        from tuivirt.ui.screens.console import ConsoleScreen

        self._main.app.push_screen(ConsoleScreen(self._consoles, self._main.style, opened, asked=asked))

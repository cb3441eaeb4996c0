"""What is asked at a console: whether to take it over, which to show, where to log, what to wait for."""

import asyncio
import time
from typing import TYPE_CHECKING

from tuivirt.core.errors import HostError
from tuivirt.core.text import plain
from tuivirt.ui.console.consoles import Consoles
from tuivirt.ui.writing import is_there, may_write, target, words

if TYPE_CHECKING:
    from tuivirt.ui.console.opened import OpenConsole
    from tuivirt.ui.console.pane import ConsolePane


class Asks:
    """Opens the dialogs of a pane and does what they return; for workers of the pane."""

    def __init__(self, pane: "ConsolePane", consoles: Consoles) -> None:
        self._pane = pane
        self._consoles = consoles

    async def take(self, opened: "OpenConsole") -> None:
        from tuivirt.ui.dialogs.held import HeldDialog

        take = await self._pane.app.push_screen_wait(HeldDialog(plain(opened.label), opened.state.note))
        if take is not None and opened.console in self._consoles.opened:
            self._consoles.open(opened.console, opened.name, take)

    async def choose(self, opened: "OpenConsole") -> None:
        from tuivirt.ui.dialogs.consoles import ConsolesDialog

        try:
            lines = await self._consoles.lines(opened.console.domain, opened.name)
        except HostError as error:
            lines = self._consoles.open_lines()
            self._consoles.tell(error.message, "warning")
        chosen = await self._pane.app.push_screen_wait(ConsolesDialog(lines, opened.console))
        if chosen is not None:
            name = next(line.name for line in lines if line.console == chosen)
            self._pane.post_message(self._pane.Chosen(self._consoles.opened.get(chosen), chosen, name))

    async def log(self, opened: "OpenConsole") -> None:
        from tuivirt.ui.dialogs.line import LineDialog

        now = time.strftime("%Y%m%d-%H%M%S")
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in opened.label)
        usual = f"~/{name}-{now}.log"
        file = await self._pane.app.push_screen_wait(
            LineDialog("Log", "Write what comes from now on into:", usual)
        )
        if not file or opened.console not in self._consoles.opened:
            return
        try:
            path = target(file)
        except ValueError as error:
            self._consoles.tell(str(error), "warning")
            return
        over = is_there(path)
        if not await may_write(self._pane.app, "Log", path):
            return
        try:
            await asyncio.to_thread(self._consoles.log, opened, str(path), over=over)
        except OSError as error:
            self._consoles.tell(f"{path}: {words(error)}", "error")

    async def wait(self, opened: "OpenConsole") -> None:
        from tuivirt.ui.dialogs.line import LineDialog

        question = (
            "Tell when this appears; * and ? stand for other characters, unless it is in double quotes:"
        )
        text = await self._pane.app.push_screen_wait(LineDialog("Wait for a text", question))
        if text is not None:
            opened.want(text)

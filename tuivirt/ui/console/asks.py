"""What is asked at a console: whether to take it over, which to show, where to log, what to wait for."""

import time
from typing import TYPE_CHECKING

from tuivirt.core.errors import HostError
from tuivirt.core.text import plain
from tuivirt.ui.console.consoles import Consoles

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
        from tuivirt.ui.dialogs.confirm import QuestionDialog
        from tuivirt.ui.dialogs.line import LineDialog

        now = time.strftime("%Y%m%d-%H%M%S")
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in opened.label)
        usual = f"~/{name}-{now}.log"
        file = await self._pane.app.push_screen_wait(
            LineDialog("Log", "Write what comes from now on into:", usual)
        )
        if file is None or opened.console not in self._consoles.opened:
            return
        path = self._consoles.log_path(file)
        try:
            self._consoles.log(opened, path)
        except FileExistsError:
            sure = QuestionDialog("Log", f"{path} exists. Replace it?", yes="Replace")
            if not await self._pane.app.push_screen_wait(sure):
                return
            self._log_over(opened, path)
        except OSError as error:
            self._consoles.tell(str(error), "error")

    def _log_over(self, opened: "OpenConsole", path: str) -> None:
        try:
            self._consoles.log(opened, path, over=True)
        except OSError as error:
            self._consoles.tell(str(error), "error")

    async def wait(self, opened: "OpenConsole") -> None:
        from tuivirt.ui.dialogs.line import LineDialog

        question = (
            "Tell when this appears; * and ? stand for other characters, unless it is in double quotes:"
        )
        text = await self._pane.app.push_screen_wait(LineDialog("Wait for a text", question))
        if text is not None:
            opened.want(text)

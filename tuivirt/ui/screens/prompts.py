"""What is typed on the last line but one: the filter and the commands, each with what was typed before."""

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING

from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.options import Remembered
from tuivirt.ui.typeahead import TypeAhead

if TYPE_CHECKING:
    from tuivirt.ui.screens.main import MainScreen

LINES = 50
"""So many lines of each kind are remembered."""


class Prompts:
    """Opens the prompt and does what was typed."""

    def __init__(self, main: "MainScreen", remembered: Remembered) -> None:
        self._main = main
        self._remembered = remembered

    def filter(self) -> None:
        main, before = self._main, self._main.listing.filtering.text
        # Asked here and awaited there: what is typed right behind the key must reach the prompt.
        answer = main.prompt.ask(
            "/",
            before,
            replace=True,
            history=self._lines("filters"),
            complete=main.listing.complete_filter,
            changed=main.listing.set_query,
        )
        main.run_worker(self._filter(answer, before), group="prompt")

    async def _filter(self, answer: Awaitable[str | None], before: str) -> None:
        text = await answer
        self._main.listing.set_query(before if text is None else text)
        if text:
            self._keep("filters", text)
        if text is None:
            self._main.arrangement.stay()
        else:
            self._main.arrangement.leave_detail()

    def command(self) -> None:
        main, meant, app = self._main, self._main.chosen(), self._main.app
        assert isinstance(app, TypeAhead)
        answer = main.prompt.ask(
            ":",
            history=self._lines("commands"),
            complete=main.commandline.complete,
            entered=app.hold_keys,  # what is typed right behind a command is for what it opens
        )
        main.run_worker(self._command(answer, meant, app), group="prompt")

    async def _command(
        self, answer: Awaitable[str | None], meant: Sequence[DomainRecord], app: TypeAhead
    ) -> None:
        line = await answer
        if line is None:
            self._main.arrangement.stay()
            return
        try:
            self._main.arrangement.leave_detail()
            if line:
                self._keep("commands", line)
                self._main.run_line(line, meant)
        finally:
            # Behind the dialog that the command may open by a worker.
            self._main.call_later(app.release_keys)

    def _lines(self, name: str) -> list[str]:
        """Lines typed before, oldest first."""
        return [line for line in self._remembered.get(name, []) if isinstance(line, str)]

    def _keep(self, name: str, line: str) -> None:
        lines = [kept for kept in self._lines(name) if kept != line]
        self._remembered.set(name, [*lines, line][-LINES:])

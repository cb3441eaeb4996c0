"""The application: it drains the backend into the store and hands the main screen what changed."""

import asyncio
import contextlib
import contextvars
import logging
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.style import Style
from rich.text import Text
from textual.screen import ModalScreen

from tuivirt.core.backend import Backend
from tuivirt.core.changes import RunState
from tuivirt.core.store import Store
from tuivirt.core.text import plain
from tuivirt.resources import find_action
from tuivirt.ui.commands import keymap
from tuivirt.ui.options import Options
from tuivirt.ui.screens.main import MainScreen
from tuivirt.ui.theme import DEFAULT, load_themes, pick
from tuivirt.ui.typeahead import TypeAhead

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.filter import LineFilter

    from tuivirt.ui.palette import Entry

log = logging.getLogger(__name__)

FRAME = 1 / 60
"""Changes are applied at most once in so many seconds."""


def _provider() -> "type[Provider]":
    from tuivirt.ui.palette import EntryProvider

    return EntryProvider


class TuivirtApp(TypeAhead):
    """virt-manager in a terminal."""

    TITLE = "tuivirt"
    CSS_PATH: ClassVar = [Path("styles") / f"{name}.tcss" for name in ("app", "connections", "detail")]
    COMMANDS: ClassVar = {_provider}
    BINDINGS: ClassVar = []

    def __init__(self, backend: Backend, store: Store, options: Options) -> None:
        self._themes, theme_problems = load_themes(options.themes_dir)
        no_color = bool(os.environ.get("NO_COLOR"))
        chosen, problem = pick(self._themes, options.theme, no_color=no_color)
        super().__init__(ansi_color=chosen.ansi)
        self.backend = backend
        self.store = store
        self.options = options
        self._theme_file = chosen
        self._problems = [*options.problems, *theme_problems, *([problem] if problem else [])]
        self._drained = 0.0
        self._timer: asyncio.TimerHandle | None = None
        for theme in self._themes.values():
            self.register_theme(theme.textual())
        self.theme = chosen.name
        self.main = MainScreen(backend, store, options, self)

    def get_line_filters(self) -> "Sequence[LineFilter]":
        filters = super().get_line_filters()
        if not self.options.ascii:
            return filters
        from tuivirt.ui.ascii import AsciiFilter

        return [*filters, AsciiFilter()]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our roles for a theme that is not ours."""
        return self._themes[DEFAULT].role_variables()

    async def on_mount(self) -> None:
        keys, problems = keymap(self.options.keys)
        self.set_keymap(keys)
        await self.push_screen(self.main)
        self._own_context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        self.backend.attach(lambda: self._wake_from_thread(loop))
        for sentence in (*self._problems, *problems):
            self.tell(sentence, severity="warning", timeout=15)

    # Changes

    def _wake_from_thread(self, loop: asyncio.AbstractEventLoop) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the app has ended meanwhile
            # In the app's own context: a thread has none, and Textual's timers look for the app there.
            loop.call_soon_threadsafe(self._wake, context=self._own_context)

    def _wake(self) -> None:
        """There is something to drain: now, or when the frame is over."""
        wait = self._drained + FRAME - time.monotonic()
        if wait <= 0:
            self._drain()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(wait, self._drain)

    def _drain(self) -> None:
        self._timer = None
        self._drained = time.monotonic()
        delta = self.store.apply(self.backend.drain())
        for entry in delta.entries:
            self.options.journal(entry)
        for run in delta.runs:
            self._tell_run(run)
        self.main.update_from(delta)

    def _tell_run(self, run: RunState) -> None:
        if run.phase == "failed":
            title = f"{find_action(run.action).title}: {plain(run.name)}"
            self.tell("\n".join(part for part in (run.note, run.hint) if part), title=title, severity="error")

    def tell(
        self, text: str, *, title: str = "", severity: Any = "information", timeout: float | None = None
    ) -> None:
        """A notification of plain text, whoever wrote it."""
        shown = "\n".join(plain(line) for line in text.splitlines())
        self.notify(shown, title=plain(title), severity=severity, timeout=timeout, markup=False)

    def _fatal_error(self) -> None:
        """A defect of ours: the traceback goes to the log, one line to the user."""
        log.critical("the app failed", exc_info=True)
        where = f" Details are in {self.options.log_file}." if self.options.log_file else ""
        self._exit_renderables.append(Text(f"tuivirt: internal error.{where}"))
        self._close_messages_no_wait()

    # Themes, as the main screen asks for them

    def style(self, role: str) -> Style:
        """The style of a role in the theme of the moment."""
        return self._theme_file.style(role)

    def names(self) -> Iterable[str]:
        return self._themes

    def choose(self, name: str) -> None:
        """Take another theme. Raises ValueError."""
        if name not in self._themes:
            raise ValueError(f"there is no theme {name!r}; there is: {', '.join(self._themes)}")
        self._theme_file = self._themes[name]
        self.theme = name

    # The palette

    def action_command_palette(self) -> None:
        """Prompts are modal: their key waits until they are answered."""
        if not isinstance(self.screen, ModalScreen):
            super().action_command_palette()

    def palette_entries(self) -> "Iterable[Entry]":
        return self.main.overlays.palette_entries()

"""The application: it drains the backend into the store and hands the main screen what changed."""

import asyncio
import contextlib
import contextvars
import logging
import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import App
from textual.screen import ModalScreen, Screen

from tuivirt.core.backend import Backend
from tuivirt.core.changes import RunState
from tuivirt.core.store import Store
from tuivirt.core.text import plain
from tuivirt.resources.register import find_action
from tuivirt.ui.asking import Asking
from tuivirt.ui.options import Options
from tuivirt.ui.screens.main import MainScreen
from tuivirt.ui.theme import load_themes, pick, start_theme
from tuivirt.ui.typeahead import TypeAhead, takes_every_key

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.driver import Driver
    from textual.filter import LineFilter

    from tuivirt.ui.palette import Entry
    from tuivirt.ui.theme_file import ThemeFile

log = logging.getLogger(__name__)

FRAME = 1 / 60
PAUSE = 4.0
"""Changes are applied at once; after that there is a pause of so many times what it took, a frame at most."""

SOME = 3
"""Of one action on many objects so many failures are told one by one."""


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
        no_color = bool(os.environ.get("NO_COLOR"))
        chosen = start_theme(options.themes_dir, options.theme, no_color=no_color)
        problems: list[str] = []
        if chosen is None:
            themes, problems = load_themes(options.themes_dir)
            chosen, problem = pick(themes, options.theme, no_color=no_color)
            problems += [problem] if problem else []
        self._theme_file = chosen
        super().__init__(ansi_color=chosen.ansi)
        self.backend = backend
        self.store = store
        self.options = options
        self._problems = [*options.problems, *problems]
        self._rested = 0.0
        """When changes may be applied again, monotonic seconds."""
        self._timer: asyncio.TimerHandle | None = None
        self.register_theme(chosen.textual())
        # Not by assignment, after which Textual would parse all style sheets a second time.
        self.set_reactive(App.theme, chosen.name)
        self.stylesheet.set_variables(self.get_css_variables())
        self.main = MainScreen(backend, store, options, self, self._start_draining)
        self._asking = Asking(self, store, backend, may_interrupt=self._may_interrupt, tell=self.tell)
        self._failures: Counter[int] = Counter()
        """How many runs of each batch have failed."""

    def get_driver_class(self) -> "type[Driver]":
        """Textual's own, which then can also ask the terminal what pictures it draws."""
        from textual.drivers.linux_driver import LinuxDriver

        from tuivirt.ui.driver import AskingDriver

        chosen = super().get_driver_class()
        return AskingDriver if chosen is LinuxDriver else chosen

    def get_line_filters(self) -> "Sequence[LineFilter]":
        filters = super().get_line_filters()
        if not self.options.ascii:
            return filters
        from tuivirt.ui.ascii import AsciiFilter

        return [*filters, AsciiFilter()]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our roles for a theme that is not ours."""
        return self._theme_file.role_variables()

    def get_default_screen(self) -> MainScreen:
        """Not pushed over Textual's own, which would be mounted, styled and drawn first."""
        return self.main

    @property
    def _background_screens(self) -> "list[Screen[Any]]":
        """What is to be seen through the screen on top; nothing, where that lets nothing through. Textual
        does not ask, and draws all of the one on top whenever something changes under it.
        """
        return [] if self._screen_stack[-1].styles.background.a == 1 else super()._background_screens

    def on_mount(self) -> None:
        self._own_context = contextvars.copy_context()
        self.hold_keys()

    def _start_draining(self) -> None:
        """The main screen can take changes. Those that are there already shall be in its first frame."""
        loop = asyncio.get_running_loop()
        self.backend.attach(lambda: self._wake_from_thread(loop))
        self._drain()

    async def on_main_screen_completed(self) -> None:
        if self._exit:
            return
        self.set_keymap(dict(self.options.keys))
        self._tell_problems()
        await self.release_keys()
        self.options.complete()

    def _tell_problems(self) -> None:
        """The mistakes in the user's files: all of them to the log, the first to the screen."""
        for sentence in self._problems:
            log.warning("%s", plain(sentence))
        if len(self._problems) > 1:
            told = (
                f"{len(self._problems)} mistakes in your files. The first:\n{self._problems[0]}\n"
                "The log has all of them, and tuivirt doctor lists them."
            )
        else:
            told = "".join(self._problems)
        if told:
            self.tell(told, severity="warning", timeout=15)

    # Changes

    def _wake_from_thread(self, loop: asyncio.AbstractEventLoop) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the app has ended meanwhile
            # In the app's own context: a thread has none, and Textual's timers look for the app there.
            loop.call_soon_threadsafe(self._wake, context=self._own_context)

    def _wake(self) -> None:
        """There is something to drain: now, or after a pause."""
        wait = self._rested - time.monotonic()
        if wait <= 0:
            self._drain()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(wait, self._drain)

    def _drain(self) -> None:
        self._timer = None
        begun = time.monotonic()
        delta = self.store.apply(self.backend.drain())
        for entry in delta.entries:
            self.options.journal(entry)
            if entry.origin == "connection" and entry.ok is False:
                self.tell(entry.what, title=plain(entry.name), severity="warning")
        for run in delta.runs:
            self._tell_run(run)
        self.main.update_from(delta)
        if delta.questions or delta.connections:
            self._asking.update()
        now = time.monotonic()
        self._rested = now + min(FRAME, PAUSE * (now - begun))

    def _tell_run(self, run: RunState) -> None:
        """Tell of a failure, or that nobody knows, unless a screen shows all actions; of many together only
        some.
        """
        if run.phase not in {"failed", "unknown"} or hasattr(self.screen, "update_runs"):
            return
        self._failures[run.batch or -run.run] += 1
        title = find_action(run.action).title
        match self._failures[run.batch or -run.run]:
            case count if count <= SOME:
                words = "\n".join(part for part in (run.note, run.hint) if part)
                self.tell(words, title=f"{title}: {plain(run.name)}", severity="error")
            case count if count == SOME + 1:
                what = "It failed on" if run.phase == "failed" else "Unknown of"
                self.tell(f"{what} more. J lists them all.", title=title, severity="error")

    # Questions of hosts

    def _may_interrupt(self) -> bool:
        """Whether the user is neither in a dialog nor typing."""
        from textual.widgets import Input, TextArea

        if isinstance(self.screen, ModalScreen) or isinstance(self.focused, Input | TextArea):
            return False
        return not takes_every_key(self.focused)

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

    @cached_property
    def _themes(self) -> "dict[str, ThemeFile]":
        """All there are, read when somebody asks for another than the first."""
        themes, _ = load_themes(self.options.themes_dir)
        for theme in themes.values():
            self.register_theme(theme.textual())
        return themes

    def style(self, role: str) -> Style:
        """The style of a role in the theme of the moment."""
        return self._theme_file.style(role)

    def names(self) -> Iterable[str]:
        return self._themes

    def choose(self, name: str) -> None:
        """Take another theme. Raises ValueError."""
        if name not in self._themes:
            raise ValueError(f"there is no theme {name!r}; there is: {', '.join(self._themes)}")
        if self.no_color and not self._themes[name].ansi:
            raise ValueError("NO_COLOR is set, and that theme cannot be read without colours")
        self._theme_file = self._themes[name]
        self.ansi_color = self._theme_file.ansi  # before the theme, whose colours Textual would translate
        self.theme = name

    # The palette

    def action_command_palette(self) -> None:
        """Prompts are modal: their key waits until they are answered."""
        if not isinstance(self.screen, ModalScreen):
            super().action_command_palette()

    async def action_quit(self) -> None:
        """Textual's own key for it, which goes past every screen."""
        self.main.leave()

    def palette_entries(self) -> "Iterable[Entry]":
        return self.main.overlays.palette_entries()

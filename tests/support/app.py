"""The whole app under Pilot, on private hosts of the test driver or on a scripted backend.

    async with running({"lab1": test_host}) as run:
        await run.until_rows("web01")
        await run.press("D", "y")

Keys arrive as from a terminal, all at once; ``press`` returns when the app has handled them. What follows
from them on other threads is waited for with ``until``.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import libvirt
from textual.pilot import Pilot
from textual.screen import Screen

from tests.support.dialog_app import screen_text
from tests.support.pilot import pasted, resized, type_ahead
from tests.support.wait import PATIENCE
from tuivirt.backend.fleet import Fleet, FleetOptions
from tuivirt.core.backend import Backend
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.core.source import Source
from tuivirt.core.steps import Step
from tuivirt.core.store import Store
from tuivirt.core.view import GroupLine
from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.app import TuivirtApp
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.options import Ask, Options
from tuivirt.ui.panes.listing import ListingPane
from tuivirt.ui.screens.main import MainScreen
from tuivirt.ui.widgets.table import LineTable

T = TypeVar("T")

INTERVAL = 0.004  # seconds between two looks at a condition


class Kept:
    """``ui.options.Remembered`` in memory."""

    def __init__(self, values: Mapping[str, Any] = {}) -> None:
        self.values = dict(values)

    def get(self, name: str, default: Any) -> Any:
        return self.values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        self.values[name] = value


class KeptBookmarks:
    """``ui.options.Bookmarks`` in memory."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.kept = {source.name: source for source in sources}
        self.refusal = ""

    def save(self, old_name: str | None, bookmark: Source) -> None:
        if old_name is None and bookmark.name in self.kept:
            raise ValueError(f"there is a bookmark {bookmark.name} already")
        if old_name is not None:
            del self.kept[old_name]
        self.kept[bookmark.name] = bookmark

    def remove(self, name: str) -> None:
        del self.kept[name]

    def sources(self) -> list[Source]:
        return list(self.kept.values())


async def no_steps(uri: str, _ask: Ask, *, read_only: bool) -> AsyncIterator[Step]:
    yield Step("URI", True, uri)


@dataclass
class Running:
    """One running app, as a test sees and uses it."""

    app: TuivirtApp
    pilot: Pilot[None]
    backend: Any
    remembered: Kept
    bookmarks: KeptBookmarks
    journal: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Titles and texts of all notifications."""

    # What it is made of

    @property
    def main(self) -> MainScreen:
        return self.app.main

    @property
    def store(self) -> Store:
        return self.app.store

    @property
    def listing(self) -> ListingPane:
        return self.main.listing

    @property
    def table(self) -> LineTable:
        return self.listing.table

    def conn(self, name: str) -> libvirt.virConnect:
        """The connection itself, for changes behind the app's back."""
        conn: libvirt.virConnect = self.backend._connections[name].session.conn
        return conn

    def domain(self, name: str, host: str | None = None) -> libvirt.virDomain:
        return self.conn(host or next(iter(self.backend._connections))).lookupByName(name)

    # What is on the screen

    @property
    def text(self) -> str:
        """The screen as text, line by line."""
        return screen_text(self.app)

    @property
    def packed(self) -> str:
        """The screen without frames, blanks and line ends: for texts that may be wrapped."""
        return re.sub(r"[│▕\s]+", "", self.text)

    @property
    def rows(self) -> list[str]:
        """The lines of the list: names, and for a group its label with ``▾`` or ``▸``."""
        view = self.listing.view
        return [
            f"{'▸' if line.folded else '▾'} {line.label}"
            if isinstance(line, GroupLine)
            else view.row(line.id).name
            for line in view.lines
        ]

    @property
    def cursor(self) -> str | None:
        """The name under the cursor, or the label of the group."""
        cursor = self.listing.view.cursor
        return self.listing.view.row(cursor).name if isinstance(cursor, Key) else cursor

    @property
    def marked(self) -> list[str]:
        return sorted(record.name for record in self.listing.marked())

    def record(self, name: str) -> DomainRecord:
        return next(r for r in self.listing.view.all_rows() if r.name == name)

    def state(self, name: str) -> str:
        return str(self.record(name).item.state.value)

    def asking(self) -> bool:
        """Whether the prompt is open."""
        return self.main.prompt.asking

    @property
    def screen(self) -> Screen[Any]:
        return self.app.screen

    @property
    def dialog(self) -> Dialog[Any] | None:
        screen = self.app.screen
        return screen if isinstance(screen, Dialog) else None

    # Acting

    async def press(self, *keys: str) -> None:
        """All at once; returns when they, and what they posted, have been handled."""
        type_ahead(self.pilot, keys)
        await self.settled()

    async def write(self, text: str) -> None:
        await self.press(*text)

    async def paste(self, text: str) -> None:
        await pasted(self.pilot, text)

    async def line(self, command: str) -> None:
        """A command of the command line."""
        await self.press("colon", *command, "enter")
        await self.until(lambda: not self.main.prompt.asking, "the prompt is closed")

    async def settled(self) -> None:
        """No key waits any more, and the widgets have handled their messages."""
        await self.pilot._wait_for_screen()
        await self.until(
            lambda: self.app._exit or not (self.app._busy or self.app._waiting), "all keys are handled"
        )
        await self.pilot._wait_for_screen()
        self.app.screen._on_timer_update()

    async def resize(self, width: int, height: int) -> None:
        await resized(self.pilot, width, height)
        await self.settled()

    # Waiting

    async def until(
        self,
        condition: Callable[[], T],
        what: str = "the condition",
        timeout: float = PATIENCE,  # noqa: ASYNC109 (asyncio.timeout would not say what was waited for)
    ) -> T:
        """Let the app work until condition() is true; AssertionError with the screen after the timeout."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while not (value := condition()):
            self.check()
            if loop.time() > deadline:
                notes = "\n".join(self.notes)
                raise AssertionError(f"not within {timeout:g} s: {what}\n{self.text}\n{notes}")
            await asyncio.sleep(INTERVAL)
        return value

    def check(self) -> None:
        """Raise what went wrong inside the app."""
        if self.app._exception is not None:
            raise self.app._exception

    async def until_text(self, *texts: str, timeout: float = PATIENCE) -> None:  # noqa: ASYNC109
        await self.until(
            lambda: all(text in self.text for text in texts), " and ".join(map(repr, texts)), timeout
        )

    async def until_rows(self, *names: str) -> None:
        """These are in the list."""
        await self.until(lambda: set(names) <= set(self.rows), f"rows {names}")

    async def until_note(self, text: str) -> str:
        """A notification has this text; returns all of it."""
        return await self.until(
            lambda: next((note for note in self.notes if text in note), ""), f"a notification with {text!r}"
        )

    async def until_dialog(self, text: str = "") -> Dialog[Any]:
        """A dialog is open, has the focus, and shows this."""

        def shown() -> Dialog[Any] | None:
            dialog = self.dialog
            ready = (
                dialog is not None and dialog.is_active and (dialog.focused is not None) and text in self.text
            )
            return dialog if ready else None

        dialog = await self.until(shown, f"a dialog with {text!r}")
        assert dialog is not None
        await self.settled()
        return dialog

    async def until_main(self) -> None:
        """No dialog is open."""
        await self.until(lambda: self.app.screen is self.main, "the main screen")
        await self.settled()


def sources_of(hosts: Mapping[str, str], *, kind: Any = "argument") -> list[Source]:
    return [
        Source(name, uri, kind, "bookmarks.toml" if kind == "bookmark" else "-c")
        for name, uri in hosts.items()
    ]


def assembled(
    backend: Any, sources: Sequence[Source], remembered: Mapping[str, Any] = {}, **options: Any
) -> tuple[TuivirtApp, Callable[[Pilot[None]], Running]]:
    """The app on a backend, and what makes a ``Running`` of it once there is a pilot."""
    kept, bookmarks, journal = Kept(remembered), KeptBookmarks(sources), list[Entry]()
    app = TuivirtApp(
        backend,
        Store({DOMAINS.kind: DOMAINS.record}),
        Options(sources, kept, bookmarks, options.pop("test_uri", no_steps), journal.append, **options),
    )
    notes: list[str] = []
    notify = app.notify

    def noted(message: str, *, title: str = "", **more: Any) -> None:
        notes.append(f"{title}: {message}" if title else message)
        notify(message, title=title, **more)

    setattr(app, "notify", noted)  # noqa: B010 (mypy takes no assignment to a method)
    return app, lambda pilot: Running(app, pilot, backend, kept, bookmarks, journal, notes)


@asynccontextmanager
async def running(
    hosts: Mapping[str, str] | Sequence[Source] = {},
    *,
    size: tuple[int, int] = (120, 40),
    backend: Backend | None = None,
    opened: Sequence[str] | None = None,
    read_only: bool = False,
    remembered: Mapping[str, Any] = {},
    wait: bool = True,
    stats_interval: float = 60.0,
    **options: Any,
) -> AsyncIterator[Running]:
    """Start the app on hosts (URIs by name, or sources) and end it, whatever happens.

    Without a ``backend`` a fleet opens all hosts, or those ``opened``; ``wait`` until each is open or failed.
    ``options`` are those of ``ui.options.Options``.
    """
    sources = sources_of(hosts) if isinstance(hosts, Mapping) else list(hosts)
    world: Any = backend
    if world is None:
        world = Fleet(FleetOptions(read_only=read_only, stats_interval=stats_interval), lambda *_: None)
        for source in sources:
            world.add(source.name, source.uri, read_only=source.read_only)
        for name in [source.name for source in sources] if opened is None else opened:
            world.connect(name)
    app, found = assembled(world, sources, remembered, **options)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            run = found(pilot)
            await run.until(lambda: app.screen is run.main and run.main.focused is run.table, "the list")
            await run.settled()
            if wait and backend is None:
                await run.until(lambda: _all_known(run, opened), "the lists of all connections")
                await run.settled()
            yield run
            run.check()
    finally:
        world.close()


def _all_known(run: Running, opened: Sequence[str] | None) -> bool:
    """Every connection that was opened has its list, or has failed."""
    for name, state in run.store.connections.items():
        if (opened is None or name in opened) and state.phase in {"closed", "opening"}:
            return False
        if state.phase == "open" and not state.facts:
            return False
    return bool(run.store.connections)

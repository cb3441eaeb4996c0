"""A detail pane on its own, with a fake backend and a store that a test fills."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.timer import Timer
from textual.widget import Widget

import tuivirt.ui
from tests.support.app import Kept, KeptBookmarks, no_steps
from tests.support.dialog_app import THEMES, role_variables, screen_text
from tests.support.fake_backend import FakeBackend
from tests.support.pilot import until
from tuivirt.core.backend import Definition
from tuivirt.core.changes import Change, ConnectionChanged, ConnectionState, Listed, Sampled, Upserted
from tuivirt.core.key import Key
from tuivirt.core.store import Store
from tuivirt.core.usage import Sample
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.domain.snapshot import Domain, State
from tuivirt.ui.console.consoles import Consoles
from tuivirt.ui.guest_screen.screens import Screens
from tuivirt.ui.options import Options
from tuivirt.ui.panes import detail
from tuivirt.ui.panes.detail import DetailPane
from tuivirt.ui.tabs.base import StyleOf

STYLES = Path(tuivirt.ui.__file__).parent / "styles"
HOST = "lab1"


def key_of(name: str) -> Key:
    return Key(HOST, "domain", name)


def make_domain(name: str, state: State = State.RUNNING, **more: Any) -> Domain:
    """A domain whose UUID is its name."""
    told = {"autostart": False, "persistent": True, "managed_save": False, "has_snapshots": False, **more}
    return Domain(
        key_of(name), told.pop("shown", name), 7 if state.active else -1, state, told.pop("reason", 1), **told
    )


class WidgetApp(App[None]):
    """A widget with the style sheets and the theme of the real application."""

    ENABLE_COMMAND_PALETTE: ClassVar = False
    CSS_PATH: ClassVar = [STYLES / "detail.tcss"]

    def __init__(self, widget: Widget, theme: str = "dark") -> None:
        self._chosen = THEMES[theme]
        super().__init__(ansi_color=self._chosen.ansi)
        self._widget = widget

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return role_variables()

    def compose(self) -> ComposeResult:
        yield self._widget

    def on_mount(self) -> None:
        self.register_theme(self._chosen.textual())
        self.theme = self._chosen.name


class Hosting:
    """What consoles and screens need of the main screen."""

    def __init__(self, style: StyleOf) -> None:
        self.style = style
        self.showing: App[None] | None = None
        self.told: list[str] = []

    @property
    def app(self) -> App[None]:
        assert self.showing is not None
        return self.showing

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Timer:
        return self.app.set_timer(delay, callback)

    def run_worker(self, work: Any, *, group: str) -> object:
        return self.app.run_worker(work, group=group)

    def tell(self, text: str, *, title: str = "", severity: Any = "information") -> None:
        self.told.append(text)


@contextmanager
def settling(seconds: float) -> Iterator[None]:
    """Have the pane follow the cursor after another time than a person likes."""
    with patch.object(detail, "SETTLE", seconds):
        yield


@dataclass
class Bench:
    """What a test works with."""

    store: Store
    backend: FakeBackend
    pane: DetailPane
    pilot: Pilot[None]

    @property
    def text(self) -> str:
        """What is on the screen."""
        return screen_text(self.pilot.app)

    def record(self, name: str) -> DomainRecord:
        record = self.store.get(key_of(name))
        assert isinstance(record, DomainRecord)
        return record

    def define(self, name: str, live: str | None, saved: str | None) -> None:
        self.backend.definitions[key_of(name)] = Definition(live, saved)

    def apply(self, *changes: Change) -> None:
        """Changes arrive, and the pane is told as the main screen tells it."""
        delta = self.store.apply(changes)
        key = self.pane.key
        if key is not None and key in delta.touched:
            record = self.store.get(key)
            assert isinstance(record, DomainRecord)
            self.pane.update(record)
        if delta.entries:
            self.pane.journal_grew(delta.entries)

    def add(self, *domains: Domain) -> None:
        self.apply(*(Upserted(domain, 0.0) for domain in domains))

    def sample(self, name: str, sample: Sample) -> None:
        self.apply(Sampled(HOST, {name: sample}, 0.004))

    async def until(self, *texts: str) -> None:
        """Wait until all of these are on the screen."""
        await until(self.pilot, lambda: all(text in self.text for text in texts), f"{texts} on the screen")

    async def shown(self, name: str, tab: str = "") -> None:
        """Show a domain, in a tab, and wait until its definition has been read."""
        self.pane.show(self.record(name))
        if tab:
            self.pane.select_tab(tab)
        reads = self.pane.active in {"overview", "hardware", "xml"}

        def has_come() -> bool:
            subject = self.pane._subject
            if subject is None or subject.record.key != key_of(name):
                return False
            return not reads or subject.definition is not None or subject.error is not None

        await until(self.pilot, has_come, "the definition")
        await self.pilot.pause()


@asynccontextmanager
async def bench(
    *names: str, size: tuple[int, int] = (120, 40), settle: float = 0.001, theme: str = "dark"
) -> AsyncIterator[Bench]:
    """A pane over running domains of these names."""
    store, backend = Store({"domain": DomainRecord}), FakeBackend()
    store.apply([ConnectionChanged(ConnectionState(HOST, "qemu:///system", "open"))])
    store.apply([Listed(HOST, "domain", tuple(make_domain(name) for name in names))])
    host = Hosting(THEMES[theme].style)
    consoles = Consoles(host, backend, store, Kept(), escape="ctrl+right_square_bracket", keys={})
    options = Options([], Kept(), KeptBookmarks([]), no_steps, lambda _: None)
    screens = Screens(host, backend, store, options)
    pane = DetailPane(store, backend, THEMES[theme].style, consoles, screens)
    with settling(settle):
        host.showing = app = WidgetApp(pane, theme)
        async with app.run_test(size=size) as pilot:
            yield Bench(store, backend, pane, pilot)

"""What all views of guests' screens share: the settings, what is waited for, how pictures are drawn."""

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Any, Final, Protocol

from textual.app import App

from tuivirt.core.backend import Backend
from tuivirt.core.key import Key
from tuivirt.core.store import Store
from tuivirt.ui.behind import is_behind
from tuivirt.ui.options import Options
from tuivirt.ui.tabs.base import StyleOf

if TYPE_CHECKING:
    from tuivirt.resources.domain.record import DomainRecord
    from tuivirt.ui.guest_screen.canvas import Drawing
    from tuivirt.ui.guest_screen.waits import Waits

REMEMBERED: Final = "layouts"
MOST_LAYOUTS: Final = 200


class Host(Protocol):
    """The screen that this belongs to."""

    style: StyleOf

    @property
    def app(self) -> App[Any]: ...

    def tell(self, text: str, *, title: str = "", severity: Any = "information") -> None: ...

    def run_worker(self, work: Any, *, group: str) -> object: ...


class Screens:
    """One for the app."""

    def __init__(self, host: Host, backend: Backend, store: Store, options: Options) -> None:
        self._host = host
        self.backend = backend
        self.store = store
        self.options = options
        self._waits: Waits | None = None
        self._drawing: Drawing | None = None
        self._asking = asyncio.Lock()

    @property
    def waits(self) -> "Waits":
        if self._waits is None:
            from tuivirt.ui.guest_screen.waits import Waits

            self._waits = Waits(self, self.backend, self.store)
        return self._waits

    # For what is waited for

    def tell(self, text: str, *, title: str = "", severity: Any = "information") -> None:
        self._host.tell(text, title=title, severity=severity)

    def bell(self) -> None:
        self._host.app.bell()

    def start(self, work: Any) -> object:
        return self._host.run_worker(work, group="waits")

    # For views

    async def drawing(self) -> "Drawing":
        """How pictures are drawn here; the terminal is asked once."""
        from tuivirt.ui.guest_screen.canvas import find_drawing

        async with self._asking:
            if self._drawing is None:
                options = self.options
                self._drawing = await find_drawing(
                    self._host.app, options.screen_drawing, ascii_only=options.ascii
                )
        return self._drawing

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has still to take what was drawn."""
        return is_behind(self._host.app)

    def refusal(self, key: Key) -> str:
        """Why no screen of a domain's connection can be looked at; empty: it can."""
        state = self.store.connections.get(key.connection)
        if state is None or state.phase != "open":
            return f"{key.connection} is not open."
        if state.read_only:
            return (
                f"{key.connection} is open read-only, and libvirt shows screens to those only who may write."
            )
        return ""

    def layout(self, key: Key) -> str:
        """The layout of a domain's keyboard: the one chosen for it, or the settings'."""
        from tuivirt.core.keyboard.layouts import LAYOUTS

        chosen = self.options.remembered.get(REMEMBERED, {})
        layout = chosen.get(_name(key)) if isinstance(chosen, dict) else None
        return layout if layout in LAYOUTS else self.options.screen_layout

    def choose_layout(self, key: Key, layout: str) -> None:
        chosen = self.options.remembered.get(REMEMBERED, {})
        chosen = dict(chosen) if isinstance(chosen, dict) else {}
        chosen.pop(_name(key), None)
        chosen[_name(key)] = layout
        self.options.remembered.set(REMEMBERED, dict(list(chosen.items())[-MOST_LAYOUTS:]))

    # Opening

    def open(self, record: "DomainRecord | None") -> None:
        """Look at a domain's screen as a full screen."""
        if record is None:
            return
        from tuivirt.ui.screens.guest import GuestScreen

        self._host.app.push_screen(GuestScreen(self, self._host.style, record))

    def help(self) -> None:
        from tuivirt.ui.dialogs.help import HelpScreen

        self._host.app.push_screen(HelpScreen(("screen", "reading"), keys=self.options.keys))

    def open_viewer(self, record: "DomainRecord | None") -> None:
        """Open it in virt-viewer, where there is a graphical session."""
        if record is None:
            return
        from tuivirt.ui.guest_screen import viewer

        uri = self.store.connections[record.host].uri
        why = viewer.why_not(os.environ, uri)
        if why:
            self.tell(why, title=viewer.PROGRAM, severity="warning")
            return
        app = self._host.app

        def failed(said: str) -> None:
            with contextlib.suppress(RuntimeError):  # the app has ended meanwhile
                app.call_from_thread(self.tell, said, title=viewer.PROGRAM, severity="error")

        try:
            viewer.open_viewer(viewer.command(uri, record.item.uuid), failed)
        except OSError as error:
            self.tell(str(error), title=viewer.PROGRAM, severity="error")
        else:
            self.tell(f"{viewer.PROGRAM} opens {record.shown_name}.")


def _name(key: Key) -> str:
    """How a domain is called in what is remembered."""
    return f"{key.connection} {key.id}"

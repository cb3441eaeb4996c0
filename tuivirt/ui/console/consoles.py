"""The consoles that are open: their bytes are drawn a little at a time, whether somebody looks or not."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from textual.app import App

from tuivirt.core.backend import Backend
from tuivirt.core.console import Console, Take
from tuivirt.core.errors import HostError
from tuivirt.core.key import Key
from tuivirt.core.store import Delta, Store
from tuivirt.core.text import plain
from tuivirt.ui.behind import is_behind
from tuivirt.ui.options import Remembered
from tuivirt.ui.timers import once

if TYPE_CHECKING:
    from textual.timer import Timer

    from tuivirt.resources.domain.consoles import ConsoleDevice
    from tuivirt.ui.console.opened import OpenConsole
    from tuivirt.ui.dialogs.consoles import ConsoleLine

FRAME: Final = 1 / 60
SEEN, UNSEEN = 0.005, 0.002
"""Seconds of each frame that a console may be drawn for, while it is on the screen and while it is not."""
_SIGNS: Final = {
    "]": "right_square_bracket",
    "\\": "backslash",
    "^": "circumflex_accent",
    "_": "underscore",
}
ENOUGH: Final = 0.008
"""Seconds of a frame after which no further console is begun."""
MOST_SIZES: Final = 200
"""Consoles whose size is remembered."""


class Host(Protocol):
    """The screen that this belongs to."""

    @property
    def app(self) -> App[Any]: ...

    def set_timer(self, delay: float, callback: Callable[[], None]) -> "Timer": ...

    def tell(self, text: str, *, title: str = "", severity: Any = "information") -> None: ...


class Consoles:
    """Opens, feeds and closes them."""

    def __init__(
        self,
        host: Host,
        backend: Backend,
        store: Store,
        remembered: Remembered,
        *,
        escape: str,
        keys: Mapping[str, str],
    ) -> None:
        """``escape`` is Textual's name of the escape key, ``keys`` what the settings say of other keys."""
        self._host = host
        self._backend = backend
        self._store = store
        self._remembered = remembered
        self.escape = escape
        self.keys = keys
        self.opened: dict[Console, OpenConsole] = {}
        """In the order in which they were opened."""
        self._busy: dict[Console, None] = {}
        """Those with something to draw, in the order in which it came."""
        self._unshown: set[Console] = set()
        """Those that have been drawn since the terminal was last given what is different."""
        self._timer: Timer | None = None

    # Opening and closing

    def open(self, console: Console, name: str, take: Take = "free") -> "OpenConsole":
        """Open one, or attach again to one that is open."""
        from tuivirt.ui.console.opened import OpenConsole  # here: pyte, which a start need not import

        opened = self.opened.get(console)
        if opened is None:
            opened = self.opened[console] = OpenConsole(console, name, self._size(console))
        self._backend.open_console(console, take)
        return opened

    def close(self, opened: "OpenConsole") -> None:
        self.opened.pop(opened.console, None)
        self._busy.pop(opened.console, None)
        self._unshown.discard(opened.console)
        self._backend.close_console(opened.console)
        for viewer in list(opened.viewers):
            viewer.gone()

    def tell(self, text: str, severity: str = "information") -> None:
        """A notification of plain text."""
        self._host.tell(text, severity=severity)

    def refusal(self, name: str) -> str:
        """Why no console of a connection can be opened; empty: it can."""
        state = self._store.connections.get(name)
        if state is None or state.phase != "open":
            return f"{name} is not open."
        return f"{name} is open read-only: its consoles cannot be opened." if state.read_only else ""

    async def lines(self, key: Key, name: str) -> "list[ConsoleLine]":
        """The open consoles, and the devices of a domain that are not open. Raises HostError."""
        from tuivirt.ui.dialogs.consoles import ConsoleLine

        lines = self.open_lines()
        for device in await self.devices(key):
            console = device.of(key)
            if console not in self.opened:
                words = device.refusal or f"{device.kind} {device.target}".strip()
                lines.append(ConsoleLine(console, name, words, refused=bool(device.refusal)))
        return lines

    def open_lines(self) -> "list[ConsoleLine]":
        from tuivirt.ui.dialogs.consoles import ConsoleLine

        return [
            ConsoleLine(console, opened.name, opened.state.phase, open=True, new=opened.unseen)
            for console, opened in self.opened.items()
        ]

    async def devices(self, key: Key) -> "tuple[ConsoleDevice, ...]":
        """The consoles that a domain has. Raises HostError."""
        from lxml.etree import XMLSyntaxError

        from tuivirt.resources.domain.consoles import console_devices

        definition = await self._backend.definition(key)
        try:
            return console_devices(definition.live or definition.saved or "<domain/>")
        except XMLSyntaxError as error:
            raise HostError(f"the definition cannot be read: {error}") from error

    def of(self, key: Key) -> "list[OpenConsole]":
        """The open ones of a domain."""
        return [opened for console, opened in self.opened.items() if console.domain == key]

    def step(self, opened: "OpenConsole", step: int) -> "OpenConsole":
        """The next open one, or the previous with -1."""
        all_ = list(self.opened.values())
        return all_[(all_.index(opened) + step) % len(all_)] if opened in all_ else opened

    def send(self, opened: "OpenConsole", data: bytes) -> None:
        """Type."""
        if not self._backend.send_console(opened.console, data) and opened.state.phase == "attached":
            self._host.tell(
                f"{len(data):,} bytes were not sent: the guest does not take what was sent before.",
                title=opened.label,
                severity="warning",
            )

    def log(self, opened: "OpenConsole", file: str, *, over: bool = False) -> None:
        """Waits for the file's disk. Raises OSError."""
        self._backend.log_console(opened.console, file, over=over)

    # Sizes

    def push_size(self, opened: "OpenConsole", columns: int, rows: int) -> None:
        """Give the terminal a size, and type what tells the guest."""
        opened.terminal.resize(columns, rows)
        columns, rows = opened.terminal.size
        self.send(opened, f"stty rows {rows} cols {columns}\r".encode())
        sizes = dict(self._remembered.get("consoles", {}))
        sizes.pop(_name(opened.console), None)
        sizes[_name(opened.console)] = [columns, rows]
        self._remembered.set("consoles", dict(list(sizes.items())[-MOST_SIZES:]))

    def _forget_size(self, console: Console) -> None:
        sizes = dict(self._remembered.get("consoles", {}))
        if sizes.pop(_name(console), None) is not None:
            self._remembered.set("consoles", sizes)

    def _size(self, console: Console) -> tuple[int, int]:
        from tuivirt.terminal.terminal import COLUMNS, LARGEST, ROWS

        match self._remembered.get("consoles", {}).get(_name(console)):
            case [int(columns), int(rows)] if 1 < columns <= LARGEST and 0 < rows <= LARGEST:
                return columns, rows
        return COLUMNS, ROWS

    # What happens

    def update(self, delta: Delta) -> None:
        """Take over what a batch of changes touched."""
        for opened in list(self.opened.values()):
            name = opened.console.domain.connection
            if name in delta.connections and name not in self._store.connections:
                self.close(opened)
        for state in delta.consoles:
            if state.console not in self.opened:
                continue
            opened = self.opened[state.console]
            if state.boots > opened.state.boots:
                opened.booted()
                self._forget_size(state.console)
                _draw_all(opened)
            opened.state = state
            for viewer in list(opened.viewers):
                viewer.told()
        self._busy.update(dict.fromkeys(delta.output & self.opened.keys()))
        if self._busy and self._timer is None:
            self._work()

    def _work(self) -> None:
        """Draw for a part of a frame, and go on in the next if that was not all."""
        self._timer = None
        begun = time.monotonic()
        for console in sorted(self._busy, key=lambda console: not self.opened[console].is_seen):
            if time.monotonic() - begun > ENOUGH:
                break
            del self._busy[console]
            if not self._draw(self.opened[console]):
                self._busy[console] = None  # behind the others
        seen = any(self.opened[console].is_seen for console in self._unshown)
        if not (seen and is_behind(self._host.app)):
            for console in self._unshown:
                _draw_all(self.opened[console])
            self._unshown.clear()
        if self._busy or self._unshown:
            took = time.monotonic() - begun
            self._timer = once(self._host, max(FRAME - took, took), self._work)

    def _draw(self, opened: "OpenConsole") -> bool:
        """Draw what has come of one; whether that was all."""
        output = self._backend.console_output(opened.console)
        seen = opened.is_seen
        terminal = opened.terminal
        terminal.feed(output.data, output.lost)
        done = terminal.work(SEEN if seen else UNSEEN)
        if answers := terminal.answers():
            self._backend.send_console(opened.console, answers)
        if not seen and not opened.unseen:
            opened.unseen = True
            for other in self.opened.values():
                for viewer in list(other.viewers):
                    viewer.told()
        self._unshown.add(opened.console)
        for wanted, line in opened.found():
            self._host.tell(plain(line), title=f"{opened.label}: {wanted.text}")
        return done


def _draw_all(opened: "OpenConsole") -> None:
    """Have everybody who shows it draw what is different."""
    for viewer in list(opened.viewers):
        viewer.drawn()
    opened.terminal.screen.dirty.clear()


def escape_key(setting: str) -> str:
    """The escape key by Textual's name: ``ctrl+]`` is ``ctrl+right_square_bracket``."""
    *modifiers, key = setting.split("+")
    return "+".join([*modifiers, _SIGNS.get(key, key)])


def _name(console: Console) -> str:
    """How a console is called in what is remembered."""
    return f"{console.domain.connection} {console.domain.id} {console.device}"

"""How the panes share the main screen: which has the focus, which is zoomed, and how large each is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual.widget import Widget

from tuivirt.ui.options import Remembered

if TYPE_CHECKING:
    from tuivirt.ui.screens.main import MainScreen

SIDEBAR, LIST = 16, 6
"""The least cells of width, and of height."""
DETAIL = 10
"""Lines that the list leaves to what is under it."""


@runtime_checkable
class Focusing(Protocol):
    """A pane that hands the focus on to what is in it."""

    def focus_target(self) -> Widget: ...


class Arrangement:
    """Moves between the panes, zooms and resizes them; sizes are remembered."""

    def __init__(self, main: "MainScreen", remembered: Remembered) -> None:
        self._main = main
        self._remembered = remembered

    # Which has the focus

    def panes(self) -> Sequence[Widget]:
        """The panes in the order of Tab."""
        main = self._main
        panes = (main.connections, main.connections_line, main.listing.table)
        return (*panes, main.detail) if main.completed else panes

    @property
    def place(self) -> Widget:
        """The pane that has the focus."""
        focused = (pane for pane in self.panes() if pane.has_focus_within or pane.has_focus)
        return next(focused, self._main.listing)

    @property
    def in_detail(self) -> bool:
        return self._main.completed and self.place is self._main.detail

    @property
    def in_connections(self) -> bool:
        return self.place in (self._main.connections, self._main.connections_line)

    def step(self, step: int) -> None:
        """To the next pane, or the previous with -1."""
        panes: list[Widget] = [pane for pane in self.panes() if pane.display and pane.size]
        if not panes:
            return
        at = next((n for n, pane in enumerate(panes) if pane.has_focus_within or pane.has_focus), -1)
        chosen = panes[(at + step) % len(panes)]
        (chosen.focus_target() if isinstance(chosen, Focusing) else chosen).focus()

    # Which has the screen

    def zoom(self) -> None:
        main = self._main
        zoomed = main.has_class("-zoom-list") or main.has_class("-zoom-detail")
        main.remove_class("-zoom-list", "-zoom-detail")
        if not zoomed and self.in_detail:
            main.add_class("-zoom-detail")
        elif not zoomed and not (main.has_class("-narrow") and main.has_class("-short")):
            main.add_class(
                "-zoom-list"
            )  # there it has the screen already, and Esc would have to undo nothing

    def open_detail(self) -> None:
        """Into the detail: as a full screen where there is no room for both."""
        main = self._main
        if main.listing.record is None:
            return
        if main.has_class("-short"):
            main.add_class("-zoom-detail")
        main.call_after_refresh(lambda: main.detail.focus_target().focus())

    def stay(self) -> None:
        """Where one was before a prompt, though what had the focus may not be there any more."""
        if self._main.has_class("-zoom-detail"):
            self._main.detail.focus_target().focus()
        elif self._main.focused is None:
            self._main.listing.table.focus()

    def leave_detail(self) -> None:
        self._main.remove_class("-zoom-detail")
        self._main.listing.table.focus()

    def show_domains(self) -> None:
        self._main.remove_class("-zoom-list", "-zoom-detail", "-zoom-connections")
        self._main.listing.table.focus()

    def show_connections(self) -> None:
        """To the connections: as a full screen where the sidebar is folded away."""
        if self._main.has_class("-narrow"):
            self._main.add_class("-zoom-connections")
        self._main.call_after_refresh(self._main.connections.focus)

    # How large each is

    def resize_sidebar(self, delta: int) -> None:
        width = self._main.connections.outer_size.width
        self._step_size("sidebar", width, delta, SIDEBAR, self._main.size.width // 2)

    def resize_list(self, delta: int) -> None:
        height = self._main.listing.outer_size.height
        self._step_size("list", height, delta, LIST, self._main.size.height - DETAIL)

    def _step_size(self, name: str, now: int, delta: int, least: int, most: int) -> None:
        """Another size from what is wanted so far: with a key held down the layout is behind it."""
        most = max(least, most)
        wanted = self._remembered.get(name, None)
        if not isinstance(wanted, int) or not least <= wanted <= most:
            wanted = now
        self._remembered.set(name, max(least, min(wanted + delta, most)))
        self.restore_sizes()

    def restore_sizes(self) -> None:
        sidebar = self._remembered.get("sidebar", None)
        rows = self._remembered.get("list", None)
        if isinstance(sidebar, int):
            self._main.connections.styles.width = sidebar
        if isinstance(rows, int):
            self._main.listing.styles.height = rows

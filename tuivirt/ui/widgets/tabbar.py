"""The head of the detail pane: the object's name and state, and the tabs, in one line or two."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tuivirt.ui.widgets.bars import Part
from tuivirt.ui.widgets.cells import fit

ONE_LINE = 110
"""From so many cells on the tabs stand beside the name."""


class TabBar(Widget):
    """Draws parts at the left, and the titles of tabs of which one is chosen; told apart without colours."""

    DEFAULT_CSS = "TabBar { height: 2; background: transparent; }"
    ALLOW_SELECT: ClassVar = False

    class Clicked(Message):
        """A tab was clicked."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, style: Callable[[str], Style], tabs: Sequence[tuple[str, str]], chosen: str) -> None:
        super().__init__()
        self._style = style
        self._tabs = tabs
        self._chosen = chosen
        self._left: Sequence[Part] = ()
        self._lit = False

    def show(self, left: Sequence[Part]) -> None:
        """What stands beside or over the tabs, as plain text."""
        if left != self._left:
            self._left = left
            self.refresh()

    def choose(self, tab: str) -> None:
        if tab != self._chosen:
            self._chosen = tab
            self.refresh()

    def light(self, *, lit: bool) -> None:
        """Whether the keys go to the pane."""
        if lit != self._lit:
            self._lit = lit
            self.refresh()

    @property
    def text(self) -> str:
        """What stands beside the tabs."""
        return "".join(text for text, _ in self._left)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return 1 if width >= ONE_LINE else 2

    def on_resize(self, event: events.Resize) -> None:
        self.styles.height = 1 if event.size.width >= ONE_LINE else 2

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.rich_style + self._style("text") + self._style("header")
        titles = self._titles(base)
        if width >= ONE_LINE:
            tabs = sum(segment.cell_length for segment in titles)
            return Strip([*self._parts(width - tabs, base), *titles], width)
        if y == 0:
            return Strip(self._parts(width, base), width)
        return Strip(titles).adjust_cell_length(width, base)

    def _parts(self, width: int, base: Style) -> list[Segment]:
        segments: list[Segment] = []
        room = width
        for text, role in self._left:
            size = min(Segment(text).cell_length, room)
            if size <= 0:
                break
            segments.append(Segment(fit(text, size), base + self._style(role) if role else base))
            room -= size
        return [*segments, Segment(" " * room, base)]

    def _titles(self, base: Style) -> list[Segment]:
        segments: list[Segment] = []
        for tab, title in self._tabs:
            if tab != self._chosen:
                style = base + self._style("dim")
            else:
                style = base + (self._style("cursor") if self._lit else Style(bold=True, reverse=True))
            segments += [Segment(f" {title} ", style), Segment(" ", base)]
        return segments

    def on_click(self, event: events.Click) -> None:
        titles = self._titles(Style.null())
        if event.y != self.size.height - 1:
            return
        x = self.size.width - sum(s.cell_length for s in titles) if self.size.width >= ONE_LINE else 0
        for index, (tab, _) in enumerate(self._tabs):
            end = x + titles[2 * index].cell_length
            if x <= event.x < end:
                self.post_message(self.Clicked(tab))
            x = end + 1

"""A list of which only the lines on screen are laid out: menus, plans, runs, candidates."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from tuivirt.ui.widgets.roles import fitted

T = TypeVar("T")


class LineList(ScrollView, Generic[T], can_focus=True):
    """One line an item, with a cursor. ``draw(item, width)`` gives a line; what is too long is cut."""

    BINDINGS: ClassVar = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
        Binding("enter", "choose", "Choose", show=False),
    ]
    COMPONENT_CLASSES: ClassVar = {"line-list--cursor", "line-list--cursor-blurred"}
    DEFAULT_CSS = """
    LineList {
        height: auto;
        scrollbar-size-horizontal: 0;
        overflow-x: hidden;
        & > .line-list--cursor, & > .line-list--cursor-blurred {
            color: $role-cursor;
            background: $role-cursor-background;
            text-style: $role-cursor-style;
        }
    }
    """
    ALLOW_SELECT = False

    class Moved(Message):
        """The cursor stands on another line."""

        def __init__(self, line_list: "LineList[Any]", index: int) -> None:
            super().__init__()
            self.line_list = line_list
            self.index = index

        @property
        def control(self) -> "LineList[Any]":
            return self.line_list

    class Chosen(Moved):
        """Enter or a click on the line."""

        def __init__(self, line_list: "LineList[Any]", index: int, *, clicked: bool) -> None:
            super().__init__(line_list, index)
            self.clicked = clicked

    def __init__(
        self,
        items: Sequence[T],
        draw: Callable[[T, int], Content],
        *,
        cursor: int = 0,
        one_click: bool = True,
        quiet: bool = False,
        id: str | None = None,  # noqa: A002 (Textual's name)
        classes: str | None = None,
    ) -> None:
        """``one_click``: the first click on a line chooses it, else the second. ``quiet``: the cursor is only
        drawn while the list has the focus.
        """
        super().__init__(id=id, classes=classes)
        self._items: Sequence[T] = items
        self._draw = draw
        self._cursor = cursor
        self._one_click = one_click
        self._quiet = quiet

    @property
    def quiet(self) -> bool:
        return self._quiet

    @quiet.setter
    def quiet(self, quiet: bool) -> None:
        if quiet != self._quiet:
            self._quiet = quiet
            self.refresh()

    @property
    def items(self) -> Sequence[T]:
        return self._items

    @property
    def cursor(self) -> int:
        """The line of the cursor; 0 in an empty list."""
        return self._cursor

    @property
    def item(self) -> T | None:
        """The item under the cursor."""
        return self._items[self._cursor] if self._cursor < len(self._items) else None

    def show(self, items: Sequence[T], cursor: int | None = None) -> None:
        """Replace the items; the cursor keeps its line unless told where to go."""
        resized = len(items) != len(self._items)
        self._items = items
        if resized:
            self.clear_cached_dimensions()
        self._measure()
        self.move_to(self._cursor if cursor is None else cursor)
        self.refresh(layout=resized)

    def move_to(self, index: int) -> None:
        """Put the cursor on a line, or the nearest there is, and show it."""
        index = max(0, min(index, len(self._items) - 1))
        if index != self._cursor:
            before, self._cursor = self._cursor, index
            self.refresh_line(before)
            self.refresh_line(index)
            self.post_message(self.Moved(self, index))
        self._reveal()

    def _reveal(self) -> None:
        height = self.scrollable_content_region.height
        top = self.scroll_offset.y
        if not height:
            return
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False)
        elif self._cursor >= top + height:
            self.scroll_to(y=self._cursor - height + 1, animate=False)

    def _measure(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._items))

    def on_mount(self) -> None:
        self._measure()

    def on_resize(self) -> None:
        self._measure()
        self._reveal()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return len(self._items)

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002
        return container.width

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        if index >= len(self._items) or width <= 0:
            return Strip.blank(width, self.rich_style)
        content = fitted(self._draw(self._items[index], width), width)
        if index == self._cursor and (self.has_focus or not self._quiet):
            # Without the colours inside: not every pair of a role's and the cursor's can be read.
            name = "line-list--cursor" if self.has_focus else "line-list--cursor-blurred"
            return Strip([Segment(content.plain, self.get_component_rich_style(name))], width)
        return Visual.to_strips(self, content, width, 1, self.visual_style)[0].simplify()

    # Moving

    def action_move(self, step: int) -> None:
        self.move_to(self._cursor + step)

    def action_page(self, pages: int) -> None:
        self.move_to(self._cursor + pages * max(1, self.scrollable_content_region.height - 1))

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(len(self._items) - 1)

    def action_choose(self) -> None:
        self.choose(clicked=False)

    def choose(self, *, clicked: bool) -> None:
        """Tell that the line under the cursor is meant."""
        if self._items:
            self.post_message(self.Chosen(self, self._cursor, clicked=clicked))

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < len(self._items):
            again = index == self._cursor and event.chain > 1
            self.move_to(index)
            if self._one_click or again:
                self.choose(clicked=True)

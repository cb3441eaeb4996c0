"""The widget that shows a guest's screen: as text where it can be read, else as a picture."""

from typing import ClassVar, Final

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from tuivirt.core.screen.frame import Frame
from tuivirt.core.screen.picture import Picture
from tuivirt.core.screen.reading import Place
from tuivirt.core.screen.text import TextScreen
from tuivirt.ui.commands import bindings_of
from tuivirt.ui.console import alt_keys
from tuivirt.ui.guest_screen.picture_layer import PictureLayer
from tuivirt.ui.guest_screen.text_layer import TextLayer
from tuivirt.ui.tabs.base import StyleOf
from tuivirt.ui.widgets.guest_view import GuestView

WHEEL: Final = 3
"""Rows that the wheel scrolls."""
SHARE: Final = 0.25
"""Of what is in sight that a key pans over a picture."""


class ScreenView(GuestView):
    """Keys move about in what is shown; while somebody types to the guest, every key is told as ``Typed``."""

    BINDINGS: ClassVar = bindings_of("reading")

    class Changed(Message):
        """Something about what is shown is different, that the line under it tells."""

    class Wanted(Message):
        """A key that concerns more than the view: ``copy`` or ``search``."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, style: StyleOf) -> None:
        super().__init__()
        self._style = style
        self._frame: Frame | None = None
        self.text = TextLayer(style)
        self.picture = PictureLayer(self, self._picture_to_see)
        self.as_picture = False
        """Show the picture though it can be read."""
        self._room: Size | None = None
        """For which the frame was drawn."""
        self._typing = False
        self._pressed: Place | None = None

    # What is shown

    @property
    def frame(self) -> Frame | None:
        return self._frame

    @property
    def shows_text(self) -> bool:
        return self._frame is not None and self._frame.text is not None and not self.as_picture

    def _picture_to_see(self) -> Picture | None:
        return None if self._frame is None or self.shows_text else self._frame.picture

    def clear(self) -> None:
        """Show nothing; what is searched for is searched in what is shown next."""
        self._frame, self._room = None, None
        query, self.text = self.text.query, TextLayer(self._style)
        self.text.search(query)
        self.picture.reset()
        self.as_picture = False
        self.refresh()

    async def show(self, frame: Frame) -> int:
        """Show a frame; returns about how many bytes that sends to the terminal."""
        before, was_text = self._frame, self.shows_text
        self._frame = frame
        if not self.size or (frame is before and self._is_drawn):
            return self.picture.bytes_sent()
        if self.shows_text != was_text or before is None:
            self.post_message(self.Changed())
        text = frame.text
        if text is None or self.as_picture:
            self._room = self.size
            await self.picture.paint()
            return self.picture.bytes_sent()
        if not was_text or self._room != self.size:
            self._show_text(text)
            return self.size.area
        rows, drawn = self.text.show(text)
        if rows:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in rows))
        return drawn

    @property
    def _is_drawn(self) -> bool:
        """Whether the frame is on the terminal, for the room that there is now."""
        return self._room == self.size and (self.shows_text or not self.picture.is_stale)

    def _show_text(self, text: TextScreen) -> None:
        """All of it."""
        self._room = self.size
        self.picture.clear()
        self.text.resize(*self.size)
        self.text.show(text)
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        self.picture.covered()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.rich_style + self._style("text")
        if self.shows_text:
            return self.text.strip(y, width, base, focused=self.has_focus)
        return self.picture.strip(y, width, base)

    def on_resize(self) -> None:
        """Draw into the room there is now. A view that was hidden is not told: it sees at the next look."""
        if self._frame is not None and self.shows_text and self._frame.text is not None:
            self._show_text(self._frame.text)
        else:
            self._room = self.size
            self.picture.paint_soon()

    def on_unmount(self) -> None:
        self.typing = False
        self.picture.free()

    # Looking

    def show_as(self, *, picture: bool) -> None:
        """As a picture, or as text where that can be read."""
        self.as_picture = picture
        self.text.end_reading()
        frame = self._frame
        if frame is None:
            return
        if self.shows_text and frame.text is not None:
            self._show_text(frame.text)
        else:
            self.picture.paint_soon()
        self.post_message(self.Changed())

    def zoom(self, steps: int) -> None:
        self.picture.port.zoom(steps)
        self._look()

    def fit(self) -> None:
        self.picture.port.fit()
        self._look()

    def one_to_one(self) -> None:
        self.picture.port.one_to_one()
        self._look()

    def pan(self, rows: int, columns: int) -> None:
        """Look further down and right: over rows and columns of text, or a share of a picture."""
        if self.shows_text:
            self.text.scroll(rows, columns)
            self.refresh()
        else:
            self.picture.port.pan(_sign(columns) * SHARE, _sign(rows) * SHARE)
            self._look()

    def _look(self) -> None:
        self.picture.paint_soon()
        self.post_message(self.Changed())

    # Keys for the guest

    @property
    def typing(self) -> bool:
        return self._typing

    @typing.setter
    def typing(self, typing: bool) -> None:
        if typing != self._typing:
            self._typing = typing
            # What Textual takes for other keys.
            (alt_keys.uncover if typing else alt_keys.cover)()
            self.text.end_reading()
            if typing:
                self.text.follow()
            self.refresh()
            self.post_message(self.Changed())

    @property
    def takes_every_key(self) -> bool:
        return self._typing

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.post_message(self.Pasted(event.text))

    def on_blur(self) -> None:
        # Else the terminal itself lost the focus, and will have it again; or the screen is gone for a while.
        if self.app.app_focus and self.display:
            self.typing = False
        self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    # Reading

    def read(self, place: Place | None = None) -> bool:
        """Have the text stand still, to select in it; whether there is any."""
        if not self.shows_text or self.text.read(place) is None:
            return False
        self.refresh()
        self.post_message(self.Changed())
        return True

    def end_reading(self) -> None:
        self.text.end_reading()
        self.refresh()
        self.post_message(self.Changed())

    def _moved(self) -> None:
        if self.text.reading is not None:
            self.text.reveal(self.text.reading.place)
        self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action.startswith("read_"):
            return self.text.reading is not None
        return super().check_action(action, parameters)

    def action_read_end(self) -> None:
        self.end_reading()

    def action_read_select(self) -> None:
        if self.text.reading is not None:
            self.text.reading.toggle()
            self._moved()

    def action_read_want(self, what: str) -> None:
        self.post_message(self.Wanted(what))

    def action_read_move(self, rows: int, columns: int = 0) -> None:
        if self.text.reading is not None:
            self.text.reading.move(rows, columns)
            self._moved()

    def action_read_page(self, halves: int) -> None:
        self.action_read_move(halves * max(1, self.size.height // 2))

    def action_read_edge(self, end: int) -> None:
        if self.text.reading is not None:
            self.text.reading.edge(end=bool(end))
            self._moved()

    def action_read_column(self, end: int) -> None:
        if self.text.reading is not None:
            self.text.reading.column(end=bool(end))
            self._moved()

    def action_read_match(self, step: int) -> None:
        self.step_match(step)

    def search(self, query: str) -> None:
        self.text.search(query)
        self.refresh()

    def step_match(self, step: int) -> None:
        self.text.step_match(step)
        self.refresh()

    # The mouse

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.pan(-WHEEL, 0)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.pan(WHEEL, 0)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self.shows_text and event.button == 1:
            self._pressed = self.text.place_at(event.x, event.y)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select over what the mouse is dragged."""
        place = self.text.place_at(event.x, event.y)
        if self._pressed is None or (self.text.reading is None and place == self._pressed):
            return
        self.typing = False
        if self.read(self._pressed) and self.text.reading is not None:
            if self.text.reading.anchor is None:
                self.text.reading.go(self._pressed)
                self.text.reading.toggle()
            self.text.reading.go(place)
            self._moved()

    def on_mouse_up(self) -> None:
        self.release_mouse()
        self._pressed = None


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)

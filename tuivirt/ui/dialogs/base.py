"""What all dialogs share: the box, its title and buttons, and the ways out."""

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, ScrollableContainer, Vertical
from textual.geometry import Region, Size
from textual.layout import ArrangeResult, Layout
from textual.layouts.vertical import VerticalLayout
from textual.screen import ModalScreen
from textual.widget import Widget

from tuivirt.ui.widgets.choices import PushButton
from tuivirt.ui.widgets.roles import ROLE_CLASSES, styled

T = TypeVar("T")

STYLES = Path(__file__).parent.parent / "styles"


class _Yielding(VerticalLayout):
    """Vertical; where there is too little room the first child, which scrolls, gives up what is missing."""

    name = "yielding"

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool = True,
    ) -> ArrangeResult:
        placements = super().arrange(parent, children, size, greedy)
        missing = max((p.region.bottom for p in placements), default=0) - size.height
        if not size.height or missing <= 0:
            return placements
        first, *rest = placements
        missing = min(missing, max(0, first.region.height - 1))
        x, y, width, height = first.region
        shrunk = Region(x, y, width, height - missing)
        return [
            first._replace(region=shrunk),
            *(p._replace(region=p.region.translate((0, -missing))) for p in rest),
        ]


class Box(Vertical):
    """The framed part of a dialog."""

    def __init__(self) -> None:
        super().__init__(id="box")
        self._yielding = _Yielding()

    @property
    def layout(self) -> Layout:
        return self._yielding


class Body(ScrollableContainer, can_focus=False):
    """What scrolls when the terminal is small."""

    BINDINGS: ClassVar = []


class Dialog(ModalScreen[T | None], Generic[T]):
    """A modal box. Subclasses give ``body`` and ``foot`` and call ``finish`` with what was chosen.

    Escape returns None. The focus stays inside; Tab moves it, and the arrows where a widget has no use for
    them.
    """

    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES / "dialogs.tcss"]
    COMPONENT_CLASSES = ROLE_CLASSES
    BINDINGS: ClassVar = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("down,right", "next", "Next", show=False),
        Binding("up,left", "previous", "Previous", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
    ]
    AUTO_FOCUS = ""

    def __init__(self, title: str, *, danger: bool = False) -> None:
        super().__init__()
        self._title = title
        self._danger = danger
        self._finished = False
        self._early: list[events.Key] = []

    # For subclasses

    def body(self) -> ComposeResult:
        """What scrolls."""
        yield from ()

    def main(self) -> Widget | None:
        """A widget that scrolls by itself, in place of a body."""
        return None

    def foot(self) -> ComposeResult:
        """What stays in sight between the body and the buttons."""
        yield from ()

    def buttons(self) -> Sequence[PushButton]:
        return ()

    def hint(self) -> str:
        """The keys, in the lower edge of the frame."""
        return "Esc cancel"

    def first_focus(self) -> Widget | None:
        """What has the focus at the start; the first that takes it when None."""
        return None

    # What is common

    def compose(self) -> ComposeResult:
        with Box() as box:
            box.border_title = styled(self._title)
            box.border_subtitle = styled(self.hint())
            box.set_class(self._danger, "-danger")
            if (main := self.main()) is not None:
                yield main
            else:
                with Body(id="body"):
                    yield from self.body()
            with Vertical(id="foot"):
                yield from self.foot()
                if buttons := self.buttons():
                    with Horizontal(id="buttons"):
                        yield from buttons

    def on_mount(self) -> None:
        focus = self.first_focus() or next(iter(self.focus_chain), None)
        if focus is not None:
            self.set_focus(focus)

    def _forward_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and self.focused is None and not event.is_forwarded:
            self._early.append(event)
        super()._forward_event(event)

    def on_key(self, event: events.Key) -> None:
        """A key that was typed before anything here had the focus goes to what has it now."""
        if event not in self._early:
            return
        self._early.remove(event)
        if self.focused is not None:
            event.stop()
            event.prevent_default()
            again = events.Key(event.key, event.character)
            again._set_forwarded()  # noqa: SLF001 (else the app would hand it out once more)
            again.set_sender(self.app)  # what a screen sends does not bubble beyond it, to the app's bindings
            self.focused.post_message(again)

    def show_danger(self, danger: bool) -> None:
        """What is chosen now can lose data, or cannot."""
        if danger != self._danger:
            self._danger = danger
            self.query_one(Box).set_class(danger, "-danger")
            self.show_hint()

    def retitle(self, title: str) -> None:
        self.query_one(Box).border_title = styled(title)

    def show_hint(self) -> None:
        """The keys are others now."""
        self.query_one(Box).border_subtitle = styled(self.hint())

    def finish(self, value: T | None) -> None:
        """Close with a value; once, however often keys are pressed."""
        if not self._finished:
            self._finished = True
            self.dismiss(value)

    def action_cancel(self) -> None:
        self.finish(None)

    def action_next(self) -> None:
        self._step(1)

    def action_previous(self) -> None:
        self._step(-1)

    def _step(self, step: int) -> None:
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_page(self, step: int) -> None:
        for body in self.query(Body):
            body.scroll_relative(y=step * max(1, body.size.height - 1), animate=False)

    def on_push_button_pressed(self, message: PushButton.Pressed) -> None:
        message.stop()
        self.press(message.button.name or "")

    def press(self, name: str) -> None:
        """A button was pressed."""
        if name == "cancel":
            self.finish(None)

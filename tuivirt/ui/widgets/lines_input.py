"""An input of several lines. Apart from the others because Textual's takes 12 ms to import."""

from rich.text import Text
from textual.widgets import TextArea
from textual.widgets.text_area import EditResult, Location

from tuivirt.ui.widgets.inputs import Veil


class LinesInput(TextArea):
    """Several lines of text. ``entered`` is what it holds; ``text`` has the stand-ins. Tab leaves it."""

    DEFAULT_CSS = """
    LinesInput, LinesInput:focus {
        height: 6;
        border: none;
        padding: 0;
        background: $panel;
    }
    """

    def __init__(self, entered: str = "", *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        self._veil = Veil()
        super().__init__(
            self._veil.hide(entered, lines=True),
            soft_wrap=True,
            id=id,
            compact=True,
            highlight_cursor_line=False,
        )
        self.cursor_blink = False
        self.match_cursor_bracket = False

    @property
    def entered(self) -> str:
        return self._veil.reveal(self.text)

    @property
    def selected_text(self) -> str:
        return self._veil.reveal(super().selected_text)

    def get_line(self, line_index: int) -> Text:
        return Text(self._veil.show(self.document.get_line(line_index)), end="", no_wrap=True)

    def _replace_via_keyboard(self, insert: str, start: Location, end: Location) -> EditResult | None:
        hidden = self._veil.hide(insert.replace("\r\n", "\n"), lines=True)
        return super()._replace_via_keyboard(hidden, start, end)

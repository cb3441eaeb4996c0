"""A small application around one dialog or widget, with the packaged themes."""

from pathlib import Path
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from tuivirt.ui.theme import load_themes
from tuivirt.ui.typeahead import TypeAhead

THEMES, _ = load_themes(None)
PENDING: Any = object()
"""The answer of a dialog that is still open."""


def role_variables() -> dict[str, str]:
    """What every application must give as the defaults of its themes' variables."""
    return THEMES["dark"].role_variables()


class DialogApp(TypeAhead):
    """``ask`` shows a dialog and keeps what it returned in ``answer``."""

    ENABLE_COMMAND_PALETTE: ClassVar = False

    def __init__(self, *widgets: Widget, theme: str = "dark") -> None:
        self._chosen = THEMES[theme]
        super().__init__(ansi_color=self._chosen.ansi)
        self._widgets = widgets
        self.answer: Any = PENDING
        self.copied: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return role_variables()

    def compose(self) -> ComposeResult:
        yield from self._widgets

    def on_mount(self) -> None:
        self.register_theme(self._chosen.textual())
        self.theme = self._chosen.name

    def ask(self, dialog: Screen[Any]) -> None:
        self.push_screen(dialog, self._answered)

    def _answered(self, answer: Any) -> None:
        self.answer = answer

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)
        super().copy_to_clipboard(text)


def screen_text(app: App[Any]) -> str:
    """What is on the screen, line by line, without colours."""
    width, height = app.size
    lines = app.screen._compositor.render_strips(app.size)
    text = "\n".join("".join(segment.text for segment in line) for line in lines)
    assert all(len(line) <= width * 2 for line in text.split("\n")[:height])
    return text


def picture(app: App[Any], path: Path) -> None:
    """The screen as an SVG."""
    path.write_text(app.export_screenshot(), encoding="utf-8")

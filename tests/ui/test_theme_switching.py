"""Textual takes every theme of ours, live, and style sheets may draw with roles."""

import pytest
from rich.color import Color
from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Input, Label, OptionList

from tuivirt.ui.theme import load_themes

THEMES, _ = load_themes(None)


class Gallery(App[None]):
    CSS = """
    #bad { color: $role-bad; background: $role-bad-background; text-style: $role-bad-style; }
    #removed { color: $role-diff-remove; background: $role-diff-remove-background; }
    """

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return THEMES["dark"].role_variables()

    def compose(self) -> ComposeResult:
        yield Label("crashed", id="bad")
        yield Label("gone", id="removed")
        yield Input("text")
        yield OptionList("one", "two")
        yield DataTable()
        yield Footer()

    def on_mount(self) -> None:
        for theme in THEMES.values():
            self.register_theme(theme.textual())
        self.theme = "dark"


def colours(app: App[None]) -> set[Color]:
    """Every colour of what is on the screen, as the terminal would get it."""
    width, height = app.size
    styles = [
        segment.style
        for line in app.screen._compositor.render_strips(app.size)
        for segment in line
        if segment.style is not None
    ]
    assert len(styles) >= height
    assert width
    return {colour for style in styles for colour in (style.color, style.bgcolor) if colour is not None}


async def test_every_theme_can_be_switched_to() -> None:
    app = Gallery()
    async with app.run_test() as pilot:
        for name, theme in THEMES.items():
            app.theme = name
            await pilot.pause()
            bad = app.query_one("#bad").styles
            wanted = theme.style("bad")
            assert bool(bad.text_style.reverse) == bool(wanted.reverse)
            assert bool(bad.text_style.bold) == bool(wanted.bold)
            if wanted.color and not theme.ansi:
                assert bad.color.hex.lower() == wanted.color.name


async def test_themes_of_textual_have_roles_too() -> None:
    app = Gallery()
    async with app.run_test() as pilot:
        app.theme = "nord"
        await pilot.pause()
        assert app.query_one("#bad").styles.text_style.bold


async def test_monochrome_leaves_no_colour_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Gallery(ansi_color=True)
    async with app.run_test() as pilot:
        app.theme = "mono"
        await pilot.pause()
        assert {colour.name for colour in colours(app)} <= {"default"}

"""The packaged themes are whole and legible; what users write costs them at most what they wrote wrong."""

import os
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color, ColorType
from rich.style import Style
from textual.color import Color as CssColor

from tuivirt.ui.theme import load_themes, packaged_dir, pick
from tuivirt.ui.theme_file import COLORS, ROLES, ThemeFile, read_theme

THEMES, PROBLEMS = load_themes(None)
TRUE_COLOR = [name for name, theme in THEMES.items() if not theme.ansi]
STATES = ("text", "dim", "good", "warn", "bad", "info", "accent", "mark", "stale")


def luminance(color: str) -> float:
    """Of `#rrggbb`, as WCAG 2 defines it."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def css_variables(theme: ThemeFile) -> dict[str, str]:
    """What style sheets get, put together as `App.get_css_variables` does."""
    made = theme.textual()
    return {**made.to_color_system().generate(), **made.variables}


def test_at_least_eight_and_the_default_first() -> None:
    assert PROBLEMS == []
    assert len(THEMES) >= 8
    assert next(iter(THEMES)) == "dark"
    assert {True, False} == {theme.dark for theme in THEMES.values()}
    assert {path.stem for path in packaged_dir().glob("*.toml")} == set(THEMES)


@pytest.mark.parametrize("name", THEMES)
def test_every_role_and_colour_is_defined(name: str) -> None:
    theme = THEMES[name]
    assert set(theme.styles) == set(ROLES)
    assert set(theme.colors) == set(COLORS)
    assert theme.title
    for role in ROLES:
        assert theme.style(role) is theme.style(role)


@pytest.mark.parametrize("name", TRUE_COLOR)
def test_text_can_be_read(name: str) -> None:
    """4.5:1 on everything that it may stand on, 7:1 in the themes that promise high contrast."""
    theme = THEMES[name]
    least = 7.0 if name.startswith("contrast") else 4.5
    behind = [theme.colors[key] for key in ("background", "surface", "panel")]
    for role, style in theme.styles.items():
        assert style.color is not None, role
        for background in [style.bgcolor.name] if style.bgcolor else behind:
            assert contrast(style.color.name, background) >= least, (role, background)
    for key in ("foreground", "primary", "secondary", "accent", "success", "warning", "error"):
        assert min(contrast(theme.colors[key], background) for background in behind) >= least, key


@pytest.mark.parametrize("name", TRUE_COLOR)
def test_states_can_be_told_on_the_cursor_line(name: str) -> None:
    theme = THEMES[name]
    cursor = theme.style("cursor").bgcolor
    assert cursor is not None
    least = 4.5 if name.startswith("contrast") else 3.0
    for role in STATES:
        style = theme.style(role)
        assert style.color is not None
        if style.bgcolor is None:
            assert contrast(style.color.name, cursor.name) >= least, role


@pytest.mark.parametrize("name", ["ansi16", "mono"])
def test_terminal_themes_use_only_what_the_terminal_defines(name: str) -> None:
    theme = THEMES[name]
    assert theme.ansi
    kinds = {ColorType.DEFAULT} if name == "mono" else {ColorType.DEFAULT, ColorType.STANDARD}
    for role, style in theme.styles.items():
        assert {color.type for color in (style.color, style.bgcolor) if color} <= kinds, role
    for key, value in {**theme.colors, **theme.variables}.items():
        if not key.endswith("-style"):
            assert CssColor.parse(value).ansi is not None, key


def test_monochrome_has_no_colour_and_tells_roles_apart() -> None:
    theme = THEMES["mono"]
    generated = css_variables(theme)
    colours = {
        name: value
        for name, value in generated.items()
        if value.startswith(("#", "ansi_")) and not value.startswith("ansi_default")
    }
    # What is left is in terms of nothing: transparent.
    assert set(colours.values()) <= {"#00000000"}, colours
    for one, other in (
        ("good", "bad"),
        ("good", "warn"),
        ("warn", "bad"),
        ("text", "cursor"),
        ("text", "dim"),
    ):
        assert theme.style(one) != theme.style(other)
    assert theme.style("diff_add") != theme.style("diff_remove")


def test_roles_are_variables_for_style_sheets() -> None:
    variables = css_variables(THEMES["dark"])
    assert variables["role-diff-add"].lower() == "#7fd99a"
    assert variables["role-cursor-background"].lower() == "#254166"
    assert variables["role-cursor-style"] == "bold"
    assert variables["role-good-style"] == "none"
    assert CssColor.parse(variables["role-good-background"]).a == 0
    # One that a theme lacks would fail the style sheet that uses it, at the moment of switching.
    for theme in THEMES.values():
        assert set(css_variables(theme)) >= set(variables), theme.name


def test_choice() -> None:
    assert pick(THEMES, None)[0].name == "dark"
    assert pick(THEMES, "dune") == (THEMES["dune"], None)
    assert pick(THEMES, "dune", no_color=True) == (THEMES["mono"], None)
    theme, problem = pick(THEMES, "nosuch")
    assert theme.name == "dark"
    assert problem is not None
    assert "'nosuch'" in problem
    assert "dune" in problem


def write(folder: Path, name: str, text: str | bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def user_theme(folder: Path, text: str) -> tuple[ThemeFile | None, list[str]]:
    path = write(folder, "mine.toml", text)
    themes, problems = load_themes(folder)
    assert all(str(path) in problem for problem in problems)
    return themes.get("mine"), problems


def test_no_user_directory(tmp_path: Path) -> None:
    assert load_themes(tmp_path / "absent") == (THEMES, [])


def test_a_user_theme_is_added_and_may_replace_ours(tmp_path: Path) -> None:
    text = (packaged_dir() / "fjord.toml").read_text()
    write(tmp_path, "own.toml", text.replace('name = "fjord"', 'name = "own"'))
    write(tmp_path, "other.toml", text.replace("Fjord", "Another fjord"))
    write(tmp_path, "notes.txt", "not a theme")
    themes, problems = load_themes(tmp_path)
    assert problems == []
    assert themes.keys() == THEMES.keys() | {"own"}
    assert themes["fjord"].title.startswith("Another")
    assert themes["own"].textual().name == "own"


@pytest.mark.parametrize(
    ("head", "base"),
    [("dark = true", "dark"), ("dark = false", "light"), ("dark = true\nansi = true", "ansi16")],
)
def test_what_is_missing_comes_from_a_theme_of_its_kind(tmp_path: Path, head: str, base: str) -> None:
    theme, problems = user_theme(tmp_path, f"{head}\n[roles]\ngood = 'bold red'\n")
    assert theme is not None
    assert theme.style("good") == Style.parse("bold red")
    assert {role: style for role, style in theme.styles.items() if role != "good"} == {
        role: style for role, style in THEMES[base].styles.items() if role != "good"
    }
    assert theme.colors == THEMES[base].colors
    assert len(problems) == len(COLORS) + len(ROLES) - 1
    assert any("roles.bad: is missing" in problem for problem in problems)


WRONG = {
    "dark = 'yes'": "dark: 'yes' is neither true nor false",
    "title = 3": "title: 3 is not a string",
    "colour = 1": "colour: is not a field of a theme",
    "roles = 'red'": "roles: 'red' is not a table",
    "[roles]\ngood = 'gren'": "roles.good: 'gren' is not a style",
    "[roles]\ngood = 3": "roles.good: 3 is not a string",
    "[roles]\ngood = 'blink red'": "roles.good: 'blink red' has more than colours",
    "[roles]\ngood = 'red link https://example.net'": "has more than colours",
    "[roles]\nfine = 'red'": "roles.fine: is not known",
    "[colors]\nprimary = 'blurple'": "colors.primary: 'blurple' is not a colour",
    "[colors]\nprimary = 'ansi_red'": "colors.primary: 'ansi_red' is the terminal's own colour",
    "[colors]\nprimary = ['#fff']": "colors.primary: ['#fff'] is not a string",
    "[variables]\nborder = 'thick'": "variables.border: 'thick' is not a colour",
    "[variables]\nborder = 1": "variables.border: 1 is not a string",
    "[variables]\nlink-style = 'wavy'": "variables.link-style: 'wavy' is not a text style",
    "[variables]\nlink-style = ''": "variables.link-style: '' is not a text style",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_mistake_names_its_field_and_costs_no_more(tmp_path: Path, text: str) -> None:
    theme, problems = user_theme(tmp_path, text)
    assert theme is not None
    assert set(theme.styles) == set(ROLES)
    assert any(WRONG[text] in problem for problem in problems), problems
    assert css_variables(theme)


UNREADABLE = {
    "[roles": "is not TOML: ",
    "name = 'a/b'": "name: 'a/b' is not a name",
    b"name = '\xff'": "is not UTF-8",
    b"#" * 70_000: "is larger than",
}


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_file_that_is_no_theme_is_left_out(tmp_path: Path, text: str | bytes) -> None:
    write(tmp_path, "mine.toml", text)
    themes, problems = load_themes(tmp_path)
    assert themes == THEMES
    (problem,) = (problem for problem in problems if "dark: is missing" not in problem)
    assert problem.startswith(f"{tmp_path}/mine.toml: ")
    assert UNREADABLE[text] in problem


def test_neither_directories_nor_pipes_are_read(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nowhere")
    themes, problems = load_themes(tmp_path)
    assert themes == THEMES
    assert len(problems) == 3
    assert all("is not a file" in problem for problem in problems)
    assert load_themes(tmp_path / "gone.toml") == (THEMES, [])
    assert load_themes(write(tmp_path, "plain", ""))[1] != []


def test_hostile_text_is_made_visible(tmp_path: Path) -> None:
    theme, problems = user_theme(tmp_path, 'title = "[red]a\\u009b\\u202e"\n"\\u001b[31m" = 1\n')
    assert theme is not None
    assert theme.title == "[red]a‹U+009B›‹U+202E›"
    assert all(problem.isprintable() for problem in problems)


@given(st.dictionaries(st.sampled_from(ROLES), st.text(max_size=20)))
def test_any_text_for_a_role_gives_a_whole_theme(
    tmp_path_factory: pytest.TempPathFactory, roles: dict[str, str]
) -> None:
    path = write(
        tmp_path_factory.mktemp("themes"), "mine.toml", tomlkit.dumps({"dark": True, "roles": roles})
    )
    theme = read_theme(path, THEMES, [])
    assert theme is not None
    for role, text in roles.items():
        if theme.style(role) != THEMES["dark"].style(role):
            assert theme.style(role) == Style.parse(text)
    assert css_variables(theme)


def test_contrast_is_computed_as_defined() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert Color.parse("#000000").name == "#000000"

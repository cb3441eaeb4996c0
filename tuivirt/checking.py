"""Mistakes in the settings that only those can see who know the themes, the columns and the keys."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from tuivirt.config.problem import Problem
from tuivirt.config.settings import Settings
from tuivirt.config.toml_file import read_toml
from tuivirt.config.typed import nearest
from tuivirt.resources.domain.domains import DOMAINS

T = TypeVar("T")

VIEW: Final = "domains"
"""The one view whose columns and order can be set."""

Mistake = tuple[tuple[str, ...], str]
"""The path of a field in the file, and what was expected there."""


class Checked(NamedTuple):
    """Settings without what cannot be, which has its default instead."""

    settings: Settings
    keys: dict[str, str]
    """Keys by the id of a command, several separated by commas."""
    problems: tuple[Problem, ...]


def check(settings: Settings, file: Path, themes_dir: Path) -> Checked:
    """Check what ``file`` says of themes, columns, order and keys."""
    mistakes: list[Mistake] = []
    settings = replace(
        settings,
        theme=_theme(settings, themes_dir, mistakes),
        columns=_columns(settings, mistakes),
        sort=_sort(settings, mistakes),
    )
    keys: dict[str, str] = {}
    if settings.keys:
        from tuivirt.ui.keymap import checked

        keys, wrong = checked(settings.keymap())
        mistakes += [(("keys", id_), text) for id_, text in wrong.items()]
    if not mistakes:
        return Checked(settings, keys, ())
    source = read_toml(file)
    problems = [source.problem(path, text) for path, text in mistakes]
    return Checked(settings, keys, tuple(sorted(problems, key=lambda problem: problem.line or 0)))


def _theme(settings: Settings, themes_dir: Path, mistakes: list[Mistake]) -> str:
    default = Settings().theme
    if settings.theme == default:
        return default
    # Here, as with the keys: Textual comes along, which few settings need.
    from tuivirt.ui.theme import load_themes, start_theme

    if start_theme(None, settings.theme) is not None:
        return settings.theme
    themes, _ = load_themes(themes_dir)
    if settings.theme in themes:
        return settings.theme
    mistakes.append((("theme",), f"expected a theme ({', '.join(themes)}), found {settings.theme!r}"))
    return default


def _columns(settings: Settings, mistakes: list[Mistake]) -> dict[str, tuple[str, ...]]:
    found = _views("columns", settings.columns, mistakes)
    for view, ids in found.items():
        unknown = [id_ for id_ in ids if DOMAINS.column(id_) is None]
        mistakes += [(("columns", view), _no_column(id_)) for id_ in unknown]
        found[view] = tuple(id_ for id_ in ids if id_ not in unknown)
    return found


def _sort(settings: Settings, mistakes: list[Mistake]) -> dict[str, str]:
    found = _views("sort", settings.sort, mistakes)
    for view, text in list(found.items()):
        column = DOMAINS.column(text.removeprefix("-"))
        if column is None or column.sort is None:
            mistakes.append((("sort", view), _no_column(text.removeprefix("-"))))
            del found[view]
    return found


def _views(field: str, by_view: Mapping[str, T], mistakes: list[Mistake]) -> dict[str, T]:
    """What is said of the view that there is."""
    mistakes += [((field, view), f"expected the view {VIEW}") for view in by_view if view != VIEW]
    return {view: value for view, value in by_view.items() if view == VIEW}


def _no_column(id_: str) -> str:
    known = [column.id for column in DOMAINS.columns]
    return f"expected columns ({', '.join(known)}), found {id_!r}{nearest(id_, known)}"

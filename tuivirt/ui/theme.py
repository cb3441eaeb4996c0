"""The themes there are: packaged ones and the user's."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import tuivirt
from tuivirt.ui.theme_file import ThemeFile, read_theme

DEFAULT: Final = "dark"
NO_COLOR: Final = "mono"
"""For a terminal whose user set NO_COLOR."""
BASES: Final = (DEFAULT, "light", "ansi16")
"""What incomplete themes are completed from, by their kind."""


def load_themes(user_dir: Path | None) -> tuple[dict[str, ThemeFile], list[str]]:
    """The packaged themes and those of `user_dir` by name, the default first; what is wrong, in sentences.

    A user's theme takes the place of the packaged one of its name. A missing directory is no problem.
    A mistake in a file never costs more than that file, and mostly just the field (see `read_theme`).
    """
    problems: list[str] = []
    packaged = packaged_dir()
    bases: dict[str, ThemeFile] = {}
    for name in BASES:
        if theme := read_theme(packaged / f"{name}.toml", {}, problems):
            bases[name] = theme
    themes = dict(bases)
    others = [path for path in _files(packaged, problems) if path.stem not in BASES]
    for path in others + (_files(user_dir, problems) if user_dir else []):
        if theme := read_theme(path, bases, problems):
            themes[theme.name] = theme
    return dict(sorted(themes.items(), key=lambda item: (item[0] != DEFAULT, item[0]))), problems


def pick(
    themes: Mapping[str, ThemeFile], wanted: str | None, *, no_color: bool = False
) -> tuple[ThemeFile, str | None]:
    """The theme to start with, and a sentence if `wanted` is none of them. NO_COLOR comes before it.

    With NO_COLOR make the application with `ansi_color=True`: Textual decides in `App.__init__` whether
    that variable means no colours (then) or shades of grey (otherwise).
    """
    if no_color:
        return themes[NO_COLOR], None
    if wanted is None or wanted in themes:
        return themes[wanted or DEFAULT], None
    return themes[DEFAULT], f"There is no theme {wanted!r}. Themes: {', '.join(themes)}."


def start_theme(user_dir: Path | None, wanted: str | None, *, no_color: bool = False) -> ThemeFile | None:
    """What `pick` would, read from one file instead of all, which take 10 ms longer.

    None where more have to be read to know: the user has themes, or `wanted` is none of the packaged ones.
    """
    name = NO_COLOR if no_color else wanted or DEFAULT
    path = next((path for path in _files(packaged_dir(), []) if path.stem == name), None)
    if path is None or (user_dir is not None and user_dir.exists()):
        return None
    return read_theme(path, {}, [])


def packaged_dir() -> Path:
    """`tuivirt/themes` of an installation; `themes` beside the package in a checkout."""
    package = Path(tuivirt.__file__).resolve().parent
    installed = package / "themes"
    return installed if installed.is_dir() else package.parent / "themes"


def _files(folder: Path, problems: list[str]) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except FileNotFoundError:
        return []
    except OSError as error:
        problems.append(f"{folder}: themes cannot be read: {error.strerror}.")
        return []

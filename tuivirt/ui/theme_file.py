"""One theme, and the reader of its TOML file.

A file has `name`, `title`, `dark`, optionally `ansi` (drawn with the terminal's own 16 colours), `[colors]`
(Textual's own), `[roles]` (what our lists, tabs and dialogs draw with: Rich styles such as
`bold #rrggbb on #rrggbb`) and optionally `[variables]` (any of Textual's theme variables).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

import tomli
from rich.errors import StyleSyntaxError
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.theme import Theme

from tuivirt.core.text import plain

COLORS: Final = (
    *("primary", "secondary", "accent", "foreground", "background"),
    *("surface", "panel", "success", "warning", "error"),
)
ROLES: Final = (
    *("text", "dim", "good", "warn", "bad", "info", "accent", "cursor", "mark", "header", "group", "stale"),
    *("danger", "key", "graph", "graph2", "diff_add", "diff_remove"),
    *("xml_tag", "xml_attr", "xml_value", "xml_comment", "search"),
)

_KEYS: Final = {"name", "title", "dark", "ansi", "colors", "roles", "variables"}
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_ATTRIBUTES: Final = ("bold", "dim", "italic", "underline", "reverse", "strike")
_TEXT_STYLE: Final = re.compile(r"none|(not )?(bold|b|dim|italic|i|underline|u|reverse|r|strike|s)")
_OPACITY: Final = re.compile(r" +\d{1,3}%$")
_LIMIT: Final = 64 * 1024
"""Bytes; ours have 2 KiB."""

_Value = TypeVar("_Value")


class ThemeFile(NamedTuple):
    """A theme that is whole: every colour and role has a valid value."""

    name: str
    title: str
    dark: bool
    ansi: bool
    """Drawn with the terminal's own colours, which Textual then does not convert."""
    path: Path
    colors: Mapping[str, str]
    """The keys of COLORS; values as Textual's CSS writes colours."""
    styles: Mapping[str, Style]
    """The keys of ROLES, parsed once."""
    variables: Mapping[str, str]
    """Of Textual's variables, those that the file sets."""

    def style(self, role: str) -> Style:
        """The style of one of ROLES: a look-up, cheap enough for every cell of every line."""
        return self.styles[role]

    def textual(self) -> Theme:
        """The theme for `App.register_theme`, the roles among its variables."""
        return Theme(
            name=self.name,
            primary=self.colors["primary"],
            secondary=self.colors["secondary"],
            accent=self.colors["accent"],
            foreground=self.colors["foreground"],
            background=self.colors["background"],
            surface=self.colors["surface"],
            panel=self.colors["panel"],
            success=self.colors["success"],
            warning=self.colors["warning"],
            error=self.colors["error"],
            dark=self.dark,
            ansi=self.ansi,
            variables={**self.role_variables(), **self.terminal_variables(), **self.variables},
        )

    def terminal_variables(self) -> dict[str, str]:
        """What Textual 8.2 asks of every theme and generates only for those that are not `ansi`."""
        if not self.ansi:
            return {}
        return {
            "ansi-foreground": self.colors["foreground"],
            "ansi-background": self.colors["background"],
            "foreground-disabled": self.colors["foreground"],
            "surface-active": self.colors["surface"],
        }

    def role_variables(self) -> dict[str, str]:
        """Three variables a role for style sheets, underscores as hyphens (`$role-diff-add`).

        `$role-NAME` and `$role-NAME-background` are colours (the foreground and *transparent* where the role
        has none), `$role-NAME-style` is a text style. Those of the default theme serve an application's
        `get_theme_variable_defaults`, so that themes of Textual's own work too.
        """
        found: dict[str, str] = {}
        for role, style in self.styles.items():
            name = f"role-{role.replace('_', '-')}"
            found[name] = Color.from_rich_color(style.color).hex if style.color else self.colors["foreground"]
            found[f"{name}-background"] = Color.from_rich_color(style.bgcolor).hex
            found[f"{name}-style"] = " ".join(word for word in _ATTRIBUTES if getattr(style, word)) or "none"
        return found


def read_theme(path: Path, bases: Mapping[str, ThemeFile], problems: list[str]) -> ThemeFile | None:
    """The theme in the file, or None where nothing of it can be used. Problems are added, a sentence each.

    What it lacks or has wrong is taken from the one of `bases` that is of its kind: ansi16, dark or light.
    """
    return _Reader(path, bases, problems).read()


class _Reader:
    def __init__(self, path: Path, bases: Mapping[str, ThemeFile], problems: list[str]) -> None:
        self.path = path
        self.bases = bases
        self.problems = problems

    def problem(self, text: str, field: str = "") -> None:
        """The file's content is quoted in these, so they are made plain here."""
        self.problems.append(plain(f"{self.path}: {field}: {text}." if field else f"{self.path}: {text}."))

    def read(self) -> ThemeFile | None:
        document = self.document()
        if document is None:
            return None
        for key in sorted(document.keys() - _KEYS):
            self.problem("is not a field of a theme", key)
        name = self.text(document, "name", self.path.stem)
        if not _NAME.fullmatch(name):
            self.problem(f"{name!r} is not a name: letters, digits, '-', '_', '.', at most 40", "name")
            return None
        if "dark" not in document:
            self.problem("is missing; taken as true", "dark")
        dark = self.switch(document, "dark", default=True)
        ansi = self.switch(document, "ansi", default=False)
        base = self.bases.get("ansi16" if ansi else "dark" if dark else "light")
        parse = _terminal_color if ansi else _true_color
        colors = self.section(document, "colors", COLORS, parse, base.colors if base else None)
        styles = self.section(document, "roles", ROLES, _style, base.styles if base else None)
        if colors is None or styles is None:
            return None
        title = plain(self.text(document, "title", name))
        return ThemeFile(name, title, dark, ansi, self.path, colors, styles, self.variables(document))

    def document(self) -> dict[str, Any] | None:
        try:
            if not self.path.is_file():  # opening a pipe would wait for a writer
                self.problem("is not a file")
                return None
            with self.path.open("rb") as file:
                content = file.read(_LIMIT + 1)
            if len(content) <= _LIMIT:
                return tomli.loads(content.decode())
            self.problem(f"is larger than {_LIMIT} bytes")
        except OSError as error:
            self.problem(f"cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            self.problem("is not UTF-8")
        except tomli.TOMLDecodeError as error:
            self.problem(f"is not TOML: {error}")
        return None

    def text(self, table: Mapping[str, Any], key: str, default: str) -> str:
        value = table.get(key, default)
        if isinstance(value, str):
            return value
        self.problem(f"{value!r} is not a string; taken as {default!r}", key)
        return default

    def switch(self, table: Mapping[str, Any], key: str, *, default: bool) -> bool:
        value = table.get(key, default)
        if isinstance(value, bool):
            return value
        self.problem(f"{value!r} is neither true nor false; taken as {str(default).lower()}", key)
        return default

    def table(self, document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = document.get(key, {})
        if isinstance(value, dict):
            return value
        self.problem(f"{value!r} is not a table", key)
        return {}

    def section(
        self,
        document: Mapping[str, Any],
        key: str,
        fields: Iterable[str],
        parse: Callable[[object], _Value],
        base: Mapping[str, _Value] | None,
    ) -> Mapping[str, _Value] | None:
        """The fields of a table. None when one has no valid value and there is no base to take it from."""
        table = self.table(document, key)
        found: dict[str, _Value] = {}
        for field in fields:
            try:
                found[field] = parse(table[field])
                continue
            except KeyError:
                reason = "is missing"
            except ValueError as error:
                reason = str(error)
            if base is None:
                self.problem(reason, f"{key}.{field}")
                return None
            found[field] = base[field]
            self.problem(f"{reason}; taken from the theme that others are based on", f"{key}.{field}")
        for field in sorted(table.keys() - found.keys()):
            self.problem("is not known", f"{key}.{field}")
        return MappingProxyType(found)

    def variables(self, document: Mapping[str, Any]) -> Mapping[str, str]:
        found = {}
        for name, value in self.table(document, "variables").items():
            try:
                found[name] = _variable(name, value)
            except ValueError as error:
                self.problem(str(error), f"variables.{name}")
        return MappingProxyType(found)


def _terminal_color(value: object) -> str:
    """Any colour, the terminal's own (`ansi_red`) included."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a string")
    try:
        Color.parse(value)
    except ColorParseError as error:
        raise ValueError(f"{value!r} is not a colour") from error
    return value


def _true_color(value: object) -> str:
    """A colour that shades can be computed of, as Textual does."""
    if Color.parse(text := _terminal_color(value)).ansi is not None:
        raise ValueError(f"{value!r} is the terminal's own colour, which takes ansi = true")
    return text


def _style(value: object) -> Style:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a string")
    try:
        style = Style.parse(value)
    except StyleSyntaxError as error:
        raise ValueError(f"{value!r} is not a style, such as 'bold #ffcc00 on #202020'") from error
    if style.link or style.blink or style.blink2:
        raise ValueError(f"{value!r} has more than colours, {', '.join(_ATTRIBUTES)}")
    return style


def _variable(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a string")
    if name.endswith("-style"):
        words = value.replace("not ", "not-").split()
        if not words or not all(_TEXT_STYLE.fullmatch(word.replace("-", " ")) for word in words):
            raise ValueError(f"{value!r} is not a text style")
        return value
    _terminal_color(_OPACITY.sub("", value))
    return value

"""Terminals that are slower than what is drawn, as over a slow line."""

from typing import Any

from textual.app import App


def is_behind(app: App[Any]) -> bool:
    """Whether the terminal has still to take what was drawn: then another frame would only come later."""
    driver = app._driver  # noqa: SLF001 (Textual has no other way to its driver)
    return bool(getattr(driver, "is_behind", False))

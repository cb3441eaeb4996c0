"""Waiting in tests of the user interface: for a condition, never for a time."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from textual import events
from textual.css.query import NoMatches
from textual.keys import _character_to_key
from textual.pilot import Pilot

from tests.support.wait import PATIENCE

T = TypeVar("T")


async def until(
    pilot: Pilot[Any],
    condition: Callable[[], T],
    what: str = "the condition",
    timeout: float = PATIENCE,  # noqa: ASYNC109 (asyncio.timeout would not say what was waited for)
) -> T:
    """Let the app work until condition() is true, and return its value; AssertionError after timeout seconds.

    A widget that does not exist yet (NoMatches) counts as not true.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    while True:
        try:
            if value := condition():
                return value
            state = f"last value {value!r}"
        except NoMatches as error:
            state = str(error)
        if loop.time() > deadline:
            raise AssertionError(f"not within {timeout:g} s: {what} ({state})")
        await pilot.pause()


async def resized(pilot: Pilot[Any], width: int, height: int) -> None:
    """The terminal has another size, and the screen is laid out for it."""
    await pilot.resize_terminal(width, height)
    await until(pilot, lambda: pilot.app.screen._compositor.size == (width, height), "all has its size")


async def typed(pilot: Pilot[Any], text: str) -> None:
    """Press the keys that write the text, one after the other."""
    await pilot.press(*text)


def type_ahead(pilot: Pilot[Any], keys: Iterable[str]) -> None:
    """Keys as a terminal hands them over when somebody types faster than the app draws: all at once."""
    for key in keys:
        one = len(key) == 1
        pilot.app.post_message(events.Key(_character_to_key(key) if one else key, key if one else None))


async def pasted(pilot: Pilot[Any], text: str) -> None:
    """A bracketed paste."""
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()

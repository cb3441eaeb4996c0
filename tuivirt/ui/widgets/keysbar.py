"""What the last line says: the keys of the place, the round-trip time, and calls that take long."""

import time
from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len

from tuivirt.core import units
from tuivirt.core.action import Action
from tuivirt.core.backend import Call
from tuivirt.core.text import plain
from tuivirt.ui.commands import Command
from tuivirt.ui.widgets.bars import KeyHint, Part, key_parts
from tuivirt.ui.widgets.cells import fit

LONG_CALL = 1.0
"""Seconds after which a call in flight is shown."""


LONGEST_NAME = 28
"""Cells of a connection's name, which may be a whole URI."""


def hints(
    actions: Iterable[Action[object]], commands: Iterable[Command], keymap: Mapping[str, str], width: int
) -> list[Part]:
    """The actions that apply, as many as fit, then the commands; if need be not all of these either.

    ``commands`` are those of the innermost place first: of two with the same key the first is the one that
    the key runs. Those of the innermost place are in the order of their worth.
    """
    named: dict[str, str] = {}
    inner = 0
    place = ""
    for command in commands:
        key = keymap.get(command.id, command.keys).split(",")[0]
        place = place or command.place
        inner += command.place == place and bool(command.footer) and key not in named
        named.setdefault(key, command.footer)
    offered: dict[str, str] = {}
    for action in actions:
        key = keymap.get(action.id, action.key).split(",")[0]
        if key and key not in named:
            offered.setdefault(key, action.title)
    general = [key_parts([KeyHint(key, footer)]) for key, footer in named.items() if key and footer]
    while general and _cells(*general) > width:
        inner -= 1
        del general[max(0, inner)]
    room = width - _cells(*general)
    shown: list[Part] = []
    for key, title in offered.items():
        parts = key_parts([KeyHint(key, title)])
        room -= _cells(parts)
        if room < 0:
            break
        shown += parts
    return [*shown, *(part for parts in general for part in parts)]


def _cells(*hints: Sequence[Part]) -> int:
    return sum(cell_len(text) for parts in hints for text, _ in parts)


def status(connection: str, rtt: float | None, calls: Sequence[Call], running: int) -> list[Part]:
    """The right end: runs, calls that are stuck, the oldest long call with its age, the connection and its
    round-trip time.
    """
    parts: list[Part] = []
    now = time.monotonic()
    stuck = sum(call.left for call in calls)
    long_ones = [call for call in calls if not call.left and now - call.since >= LONG_CALL]
    if running:
        parts.append((f" {running} running ", "info"))
    if stuck:
        parts.append((f" {stuck} stuck ", "warn"))
    if long_ones:
        call = long_ones[0]
        parts.append((f" {plain(call.label)} {units.duration(now - call.since)} ", "warn"))
    if connection:
        pace = "" if rtt is None else f" {round_trip(rtt)}"
        name = plain(connection)
        parts.append((f" {fit(name, min(cell_len(name), LONGEST_NAME))}{pace} ", "dim"))
    return parts


def round_trip(seconds: float) -> str:
    return "<1 ms" if seconds < 0.0005 else units.duration(seconds)

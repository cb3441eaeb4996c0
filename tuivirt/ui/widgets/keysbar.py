"""What the last line says: the keys of the place, the round-trip time, and calls that take long."""

import time
from collections.abc import Iterable, Sequence

from tuivirt.core import units
from tuivirt.core.action import Action
from tuivirt.core.text import plain
from tuivirt.ui.commands import Command
from tuivirt.ui.widgets.bars import KeyHint, Part, key_parts

LONG_CALL = 1.0
"""Seconds after which a call in flight is shown."""


def hints(actions: Iterable[Action[object]], commands: Iterable[Command]) -> list[Part]:
    """The actions that apply, then the commands of the place that the footer names."""
    shown: dict[str, str] = {}
    for action in actions:
        if action.key:
            shown.setdefault(action.key, action.title)
    keys = [KeyHint(key, title) for key, title in shown.items()]
    keys += [
        KeyHint(command.keys.split(",")[0], command.title.split(",")[0])
        for command in commands
        if command.footer
    ]
    return key_parts(keys)


def status(
    connection: str, rtt: float | None, calls: Sequence[tuple[str, float]], running: int
) -> list[Part]:
    """The right end: runs, the oldest long call with its age, the connection and its round-trip time."""
    parts: list[Part] = []
    now = time.monotonic()
    long_ones = [(label, now - since) for label, since in calls if now - since >= LONG_CALL]
    if running:
        parts.append((f" {running} running ", "info"))
    if long_ones:
        label, age = long_ones[0]
        parts.append((f" {plain(label)} {units.duration(age)} ", "warn"))
    if connection:
        pace = f" {units.duration(rtt)}" if rtt is not None else ""
        parts.append((f" {plain(connection)}{pace} ", "dim"))
    return parts

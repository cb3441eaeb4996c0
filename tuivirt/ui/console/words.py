"""What the lines under a console say."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from tuivirt.core import units
from tuivirt.core.console import ConsoleState
from tuivirt.core.text import plain
from tuivirt.ui.commands import Command, commands_of
from tuivirt.ui.widgets.bars import KeyHint, Part, key_parts, key_text
from tuivirt.ui.widgets.cells import fit

if TYPE_CHECKING:
    from tuivirt.ui.console.opened import OpenConsole

LONGEST_TITLE: Final = 40


def notice(state: ConsoleState, escape: str, keys: Mapping[str, str]) -> list[Part]:
    """Why nobody answers, and what can be done; nothing while the guest is there.

    ``escape`` is the escape key, ``keys`` what the settings say of others.
    """
    note, hint = plain(state.note), plain(state.hint)
    attach, take = (f"{key_text(escape)} {key_text(key)}" for key in _after_escape(keys, "attach", "take"))
    match state.phase:
        case "attached":
            if state.unsent:
                return [(f" The guest does not read: {units.size(state.unsent)} wait. ", "warn")]
            return [(f" {plain(state.log_error)} ", "warn")] if state.log_error else []
        case "attaching":
            return [(" Attaching … ", "info")]
        case "waiting" if note:
            return [(f" Waiting: {note}. ", "warn"), ("It is attached again by itself. ", "dim")]
        case "waiting":
            return [(" The domain is off. ", "warn"), ("It is attached when it starts. ", "dim")]
        case "held":
            return [
                (" Somebody else has it open. ", "warn"),
                (f"{take} takes it over, {attach} if it is free. ", "dim"),
            ]
        case "lost":
            why = note[:1].upper() + note[1:] or "It has ended"
            return [(f" {why}. ", "bad"), (f"{attach} attaches again. ", "dim")]
        case "failed":
            return [(f" ✗ {note} ", "bad"), (f"{hint} " if hint else "", ""), (f"{attach} again. ", "dim")]


def _after_escape(keys: Mapping[str, str], *ids: str) -> Iterator[str]:
    """The first key of each of these commands."""
    usual = {command.id: command.keys for command in commands_of("console_menu")}
    for id_ in ids:
        name = f"console_menu.{id_}"
        yield keys.get(name, usual[name]).split(",")[0]


def about(
    opened: "OpenConsole", others: "Iterable[OpenConsole]", below: int, room: tuple[int, int]
) -> list[Part]:
    """Which console it is, what its guest calls itself, and which others have something new.

    ``room`` is how many columns and rows there are to show it in: where its terminal is larger, that is told.
    """
    parts: list[Part] = [(f" {plain(opened.label)} ", "key")]
    if title := plain(opened.terminal.title).strip():
        parts.append((f" {fit(title, min(cell_len(title), LONGEST_TITLE))} ", "dim"))
    columns, rows = opened.terminal.size
    if columns > room[0] or rows > room[1]:
        parts.append((f" {columns}×{rows} ", "dim"))
    if opened.state.log:
        parts.append((" ● log ", "bad"))
    if below:
        parts.append((f" {below:,} lines below ", "warn"))
    parts += [(f" • {plain(other.label)} ", "accent") for other in others if other.unseen]
    return parts


def menu(commands: Iterable[Command], keys: Mapping[str, str], width: int) -> list[Part]:
    """The keys that may follow the escape key, as many as there is room for."""
    parts: list[Part] = []
    for command in commands:
        if not command.footer:
            continue
        more = key_parts([KeyHint(keys.get(command.id, command.keys).split(",")[0], command.footer)])
        width -= sum(cell_len(text) for text, _ in more)
        if width < 0:
            break
        parts += more
    return parts

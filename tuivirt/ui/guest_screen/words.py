"""What the lines at a guest's screen say."""

from collections.abc import Iterable, Mapping

from rich.cells import cell_len

from tuivirt.core.errors import HostError
from tuivirt.core.screen.frame import Frame
from tuivirt.core.text import plain
from tuivirt.ui.commands import Command
from tuivirt.ui.tabs.base import error_lines
from tuivirt.ui.widgets.bars import KeyHint, Part, key_parts
from tuivirt.ui.widgets.lines import Line

VIDEO = "<video><model type='virtio'/></video>"
"""What gives a domain a screen."""


def headless(name: str) -> list[Line]:
    """For a domain without a screen."""
    return [
        ((f"{plain(name)} has no screen", "warn"), (": its definition has no video device.", "")),
        (),
        (("One is added to its definition, within <devices>:", ""),),
        ((f"  {VIDEO}", "xml_tag"),),
        (("for instance by", ""),),
        ((f"  virsh edit {plain(name)}", "key"),),
        (("and is there when the domain has been shut down and started.", ""),),
    ]


def off(name: str, state: str) -> list[Line]:
    """For a domain that is not running."""
    return [
        ((f"{plain(name)} is {plain(state)}.", "warn"),),
        (("Its screen is shown when it starts.", "dim"),),
    ]


def failed(error: HostError) -> list[Line]:
    """Why nothing can be shown just now."""
    return [*error_lines(error), (), (("It is tried again.", "dim"),)]


def about(frame: Frame, title: str, *, text: bool, scale: float) -> list[Part]:
    """Which screen it is, and how it is shown."""
    parts: list[Part] = [(f" {plain(title)} ", "dim")] if title else []
    if text and frame.text is not None:
        parts.append((f" text {frame.text.columns}×{len(frame.text.rows)} ", "dim"))
    else:
        picture = frame.picture
        parts.append((f" picture {picture.width}×{picture.height} ", "dim"))
        parts.append((f"{scale:.0%} ", "dim") if scale >= 0.1 else (f"{scale:.1%} ", "dim"))
    return parts


def keys(commands: Iterable[Command], keymap: Mapping[str, str], width: int) -> list[Part]:
    """The keys of a place, as many as there is room for."""
    parts: list[Part] = []
    for command in commands:
        if not command.footer:
            continue
        more = key_parts([KeyHint(keymap.get(command.id, command.keys).split(",")[0], command.footer)])
        width -= sum(cell_len(text) for text, _ in more)
        if width < 0:
            break
        parts += more
    return parts


def quoted(text: str) -> str:
    """A text that somebody typed, in a line."""
    return f"“{plain(text)}”"

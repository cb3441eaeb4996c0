"""Keys that a terminal keeps for itself, or cannot send: what a menu offers instead."""

from typing import Final, NamedTuple

# Linux's codes (linux/input-event-codes.h), which libvirt translates for every hypervisor.
_CODES: Final = {f"f{number}": 58 + number for number in range(1, 11)} | {
    "alt": 56,
    "b": 48,
    "backspace": 14,
    "caps lock": 58,
    "ctrl": 29,
    "del": 111,
    "e": 18,
    "enter": 28,
    "esc": 1,
    "f11": 87,
    "f12": 88,
    "h": 35,
    "i": 23,
    "l": 38,
    "menu": 127,
    "num lock": 69,
    "pause": 119,
    "print screen": 99,
    "r": 19,
    "s": 31,
    "scroll lock": 70,
    "super": 125,
    "sysrq": 99,
    "tab": 15,
    "u": 22,
}


class Special(NamedTuple):
    """Keys pressed together."""

    title: str
    codes: tuple[int, ...]
    about: str = ""
    loss: str = ""
    """What it destroys in a guest that obeys it; ``{name}`` and ``{host}`` are filled in. Empty: nothing."""


def _keys(title: str, about: str = "", *, keys: str = "", loss: str = "") -> Special:
    names = (keys or title).lower().split("+")
    return Special(title, tuple(_CODES[name] for name in names), about, loss)


SPECIALS: Final = (
    _keys(
        "Ctrl+Alt+Del",
        "reboot, or the login screen of Windows",
        loss="Where {name} on {host} takes it for a restart, as Linux without a desktop does,"
        " unsaved work in it is lost.",
    ),
    _keys(
        "Ctrl+Alt+Backspace",
        "end an X session, where that is allowed",
        loss="Where {name} on {host} has it enabled, this ends the graphical session:"
        " unsaved work in it is lost.",
    ),
    *(_keys(f"Ctrl+Alt+F{number}", "another virtual terminal") for number in range(1, 13)),
    _keys("Alt+Tab", "next window"),
    _keys("Alt+F4", "close the window"),
    _keys("Ctrl+Esc"),
    _keys("Esc"),
    _keys("Enter"),
    _keys("Print screen"),
    _keys("Pause"),
    _keys("Menu"),
    _keys("Super", "the menu of a desktop"),
    _keys("Super+L", "lock the screen"),
    _keys("Super+R", "run a program, in Windows"),
    _keys("Caps Lock"),
    _keys("Num Lock"),
    _keys("Scroll Lock"),
    _keys("Magic SysRq: help", keys="Alt+SysRq+H"),
    _keys("Magic SysRq: take the keyboard back", keys="Alt+SysRq+R"),
    _keys(
        "Magic SysRq: end all programs",
        keys="Alt+SysRq+E",
        loss="All programs of {name} on {host} are told to end: unsaved work in them is lost.",
    ),
    _keys(
        "Magic SysRq: kill all programs",
        keys="Alt+SysRq+I",
        loss="All programs of {name} on {host} are killed at once: unsaved work in them is lost.",
    ),
    _keys("Magic SysRq: sync", keys="Alt+SysRq+S"),
    _keys(
        "Magic SysRq: remount read-only",
        keys="Alt+SysRq+U",
        loss="All file systems of {name} on {host} become read-only at once:"
        " what is being written is lost until it is restarted.",
    ),
    _keys(
        "Magic SysRq: reboot",
        keys="Alt+SysRq+B",
        loss="{name} on {host} restarts at once, without writing anything back:"
        " unsaved work in the guest is lost.",
    ),
)

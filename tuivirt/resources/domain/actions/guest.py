"""Signals to the guest: key combinations and the non-maskable interrupt."""

from typing import Annotated, NamedTuple

import libvirt

from tuivirt.core.action import Loss, Param
from tuivirt.resources.domain.actions.base import ANSWERING, RUNNING, action, at
from tuivirt.resources.domain.snapshot import Domain

# Linux key codes (linux/input-event-codes.h), which libvirt translates for every hypervisor.
_CTRL, _ALT, _SYSRQ, _META = 29, 56, 99, 125
_FUNCTION = {f"F{n}": code for n, code in zip(range(1, 13), (*range(59, 69), 87, 88), strict=True)}
COMBINATIONS: dict[str, tuple[int, ...]] = {
    "Ctrl+Alt+Del": (_CTRL, _ALT, 111),
    "Ctrl+Alt+Backspace": (_CTRL, _ALT, 14),
    **{f"Ctrl+Alt+{name}": (_CTRL, _ALT, code) for name, code in _FUNCTION.items()},
    "Alt+Tab": (_ALT, 15),
    "Alt+F4": (_ALT, _FUNCTION["F4"]),
    "Ctrl+Esc": (_CTRL, 1),
    "Esc": (1,),
    "Enter": (28,),
    "Print screen": (_SYSRQ,),
    "Super": (_META,),
    "Super+L": (_META, 38),
    "Magic SysRq: sync": (_ALT, _SYSRQ, 31),
    "Magic SysRq: remount read-only": (_ALT, _SYSRQ, 22),
    "Magic SysRq: reboot": (_ALT, _SYSRQ, 48),
    "Magic SysRq: help": (_ALT, _SYSRQ, 35),
}
_DESTRUCTIVE = {
    "Ctrl+Alt+Backspace": "Where {name} on {host} has it enabled, this ends the graphical session:"
    " unsaved work in it is lost.",
    "Magic SysRq: remount read-only": "All file systems of {name} on {host} become read-only at once:"
    " what is being written is lost until it is restarted.",
    "Magic SysRq: reboot": "{name} on {host} restarts at once, without writing anything back:"
    " unsaved work in the guest is lost.",
}
"""What a combination destroys in a guest that obeys it."""
_NAMES = {_CTRL: "KEY_LEFTCTRL", _ALT: "KEY_LEFTALT", _SYSRQ: "KEY_SYSRQ", _META: "KEY_LEFTMETA"}


class Keys(NamedTuple):
    combination: Annotated[
        str, Param("Keys", kind="choice", choices=tuple((name, name) for name in COMBINATIONS))
    ] = "Ctrl+Alt+Del"

    @property
    def codes(self) -> tuple[int, ...]:
        return COMBINATIONS[self.combination]


def _destroys(combination: str, says: str) -> Loss[Domain]:
    return Loss[Domain](lambda _domain, keys: keys.combination == combination, says)


@action(
    "Send keys",
    when=(ANSWERING,),
    params=Keys,
    losses=tuple(_destroys(name, says) for name, says in _DESTRUCTIVE.items()),
    virsh=lambda d, p: (
        "send-key",
        *at(d),
        "--codeset",
        "linux",
        *(_NAMES.get(c, str(c)) for c in p.codes),
    ),
)
def send_keys(dom: libvirt.virDomain, keys: Keys) -> None:
    """Press a key combination that a terminal cannot send."""
    held_ms = 60  # long enough for every guest driver to see it, short enough not to repeat
    dom.sendKey(libvirt.VIR_KEYCODE_SET_LINUX, held_ms, list(keys.codes), len(keys.codes), 0)


@action(
    "Inject NMI",
    when=(RUNNING,),
    confirm="Send {name} on {host} a non-maskable interrupt? Many systems crash when they get one.",
    danger=True,
    virsh=lambda d: ("inject-nmi", *at(d)),
)
def inject_nmi(dom: libvirt.virDomain) -> None:
    """Send the guest a non-maskable interrupt, which makes many systems dump and restart."""
    dom.injectNMI(0)

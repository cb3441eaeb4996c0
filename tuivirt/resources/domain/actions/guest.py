"""Signals to the guest: key combinations and the non-maskable interrupt."""

from typing import Annotated, NamedTuple

import libvirt

from tuivirt.core.action import Loss, Param
from tuivirt.core.keyboard.special import SPECIALS
from tuivirt.resources.domain.actions.base import ANSWERING, RUNNING, action, at
from tuivirt.resources.domain.snapshot import Domain

_CTRL, _ALT, _SYSRQ, _META = 29, 56, 99, 125
COMBINATIONS = {special.title: special.codes for special in SPECIALS}
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
    losses=tuple(_destroys(special.title, special.loss) for special in SPECIALS if special.loss),
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

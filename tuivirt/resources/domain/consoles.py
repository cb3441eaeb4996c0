"""Which consoles a definition has, by alias, and which of them libvirt can open."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from tuivirt.core import xml
from tuivirt.core.console import Console
from tuivirt.core.key import Key
from tuivirt.resources.domain.overview import AGENT

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NEW: Final = "<console type='pty'/>"
"""What gives a domain a console: a serial port where its machine has them."""


class ConsoleDevice(NamedTuple):
    """A character device of a guest. Texts are as the host gave them."""

    alias: str
    """libvirt's name for it; of a domain that is off the one that it will get."""
    kind: Literal["serial", "console", "channel"]
    target: str
    """``isa-serial``, ``virtio``, or the name of a channel."""
    refusal: str = ""
    """Why it cannot be opened; empty: it can."""

    def of(self, key: Key) -> Console:
        """This device of a domain."""
        return Console(key, self.alias, channel=self.kind == "channel")


def console_devices(definition: str) -> tuple[ConsoleDevice, ...]:
    """Serial ports, consoles, channels, each in their order. Raises ``lxml.etree.XMLSyntaxError``."""
    root = xml.parse(definition)
    return (*_ports(root), *_channels(root))


def _ports(root: "Element") -> Iterator[ConsoleDevice]:
    taken: set[str] = set()
    for number, serial in enumerate(root.iterfind("devices/serial")):
        alias = _alias(serial, f"serial{number}")
        taken.add(alias)
        yield ConsoleDevice(alias, "serial", xml.word(serial, "target/@type"), _not_a_pty(serial))
    for number, console in enumerate(root.iterfind("devices/console")):
        target = xml.word(console, "target/@type")
        # The first console of many machines is their first serial port once more.
        again = target in {"serial", ""} and number == 0
        alias = _alias(console, "serial0" if again else f"console{number}")
        if alias not in taken:
            taken.add(alias)
            yield ConsoleDevice(alias, "console", target, _not_a_pty(console))


def _channels(root: "Element") -> Iterator[ConsoleDevice]:
    for number, channel in enumerate(root.iterfind("devices/channel")):
        name = xml.word(channel, "target/@name")
        kind = channel.get("type") or ""
        refusal = "" if kind == "unix" else f"is a {kind}, not a unix socket" if kind else "has no type"
        if name == AGENT:
            refusal = "libvirt itself talks to the guest agent over it"
        target = name or xml.word(channel, "target/@type")
        yield ConsoleDevice(_alias(channel, f"channel{number}"), "channel", target, refusal)


def _alias(device: "Element", usual: str) -> str:
    return xml.word(device, "alias/@name") or usual


def _not_a_pty(device: "Element") -> str:
    kind = device.get("type") or "pty"
    return "" if kind == "pty" else f"is a {kind}, not a pty"

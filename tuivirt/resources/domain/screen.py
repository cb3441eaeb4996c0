"""A guest's screen and keyboard, as libvirt gives access to them."""

import contextlib
from typing import Final, NamedTuple

import libvirt

from tuivirt.core import xml
from tuivirt.core.errors import HostError

PORTION: Final = 256 << 10
"""Bytes that are taken from a stream at once: what one message of libvirt holds."""


class Head(NamedTuple):
    """One screen of a guest."""

    number: int
    """As ``virDomainScreenshot`` counts them."""
    title: str
    """Of the video device, as the host gave it: its model and alias."""


def heads(definition: str) -> tuple[Head, ...]:
    """The screens of a domain, none for one without a video device. Raises ``lxml.etree.XMLSyntaxError``."""
    found: list[Head] = []
    for video in xml.parse(definition).iterfind("devices/video"):
        model = xml.word(video, "model/@type")
        if model == "none":
            continue
        count = xml.word(video, "model/@heads")
        many = min(int(count), 16) if count.isascii() and count.isdigit() else 1
        title = " ".join(filter(None, (model, xml.word(video, "alias/@name"))))
        found += [
            Head(len(found) + at, f"{title} {at + 1}" if many > 1 else title) for at in range(max(1, many))
        ]
    return tuple(found)


def screenshot(conn: libvirt.virConnect, dom: libvirt.virDomain, head: int, most: int) -> bytes:
    """The picture of a screen as a file, by ``virDomainScreenshot``: PNG, or PPM from an older host.

    It asks the guest's monitor, without limit. Raises HostError for one of more than ``most`` bytes.
    """
    stream = conn.newStream(0)
    begun = False
    received = bytearray()
    try:
        dom.screenshot(stream, head, 0)
        begun = True
        while portion := stream.recv(PORTION):
            assert isinstance(portion, bytes), "a number comes from streams that do not block"
            received += portion
            if len(received) > most:
                raise HostError(f"the picture of the screen has more than {most >> 20} MiB")
        begun = False
        stream.finish()
    finally:
        if begun:
            # What went wrong says more than what follows from it.
            with contextlib.suppress(libvirt.libvirtError):
                stream.abort()
    return bytes(received)


def press(dom: libvirt.virDomain, codes: tuple[int, ...], hold: float) -> None:
    """Press keys in their order, and let them go, by ``virDomainSendKey`` and Linux's codes.

    The guest sees each for ``hold`` seconds; the call returns before.
    """
    dom.sendKey(libvirt.VIR_KEYCODE_SET_LINUX, round(hold * 1000), list(codes), len(codes), 0)

"""Screens and keyboards of real guests: what they show is read as text, and what is typed arrives.

One boot of Linux for all that needs an answer from inside.
"""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import libvirt
import pytest

from tests.support.daemon import LibvirtDaemon
from tests.support.guest import guest_xml
from tests.support.headless import HOST, Headless
from tests.support.linux_guest import LinuxGuest
from tests.support.wait import PATIENCE, until
from tuivirt.core.errors import HostError
from tuivirt.core.keyboard.keyboard import Keyboard, batches
from tuivirt.core.screen.text import Run, TextScreen

HOLD = 0.01
BLUE, YELLOW = 0x0000A8, 0xFFFF57
"""As VGA has them."""


class Seen:
    """A guest, looked at and typed to over the fleet."""

    def __init__(self, app: Headless, name: str) -> None:
        self.app = app
        self.key = app.domain(name).key

    async def text(self) -> TextScreen:
        """What its screen shows, which must be text."""
        frame = await self.app.fleet.look(self.key)
        assert frame.text is not None
        return frame.text

    async def until(self, *texts: str, timeout: float = PATIENCE) -> TextScreen:  # noqa: ASYNC109 (as elsewhere)
        """Look until all of these are on the screen."""
        end = time.monotonic() + timeout
        while True:
            seen = (await self.app.fleet.look(self.key)).text
            if seen is not None and all(wanted in seen.text for wanted in texts):
                return seen
            shown = seen.text if seen is not None else "(no text)"
            assert time.monotonic() < end, f"not within {timeout:g} s: {texts}\n{shown}"

    async def type(self, text: str) -> None:
        for codes, _ in batches(Keyboard("us").text(text)):
            await self.app.fleet.press(self.key, codes, HOLD)


class Viewer:
    """Who looks at a guest by VNC."""

    def __init__(self, dom: libvirt.virDomain) -> None:
        self._socket = socket.socket(fileno=dom.openGraphicsFD(0, libvirt.VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH))
        self._socket.settimeout(PATIENCE)
        assert self._read(12).startswith(b"RFB 003.")
        self._socket.sendall(b"RFB 003.008\n")
        assert b"\x01" in self._read(self._read(1)[0]), "a security type of none"
        self._socket.sendall(b"\x01")
        assert self._read(4) == bytes(4)
        self._socket.sendall(b"\x01")
        self.width, self.height, *_, length = struct.unpack(">HH16sI", self._read(24))
        self._read(length)

    def _read(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            portion = self._socket.recv(length - len(data))
            assert portion, "the viewer was thrown out"
            data += portion
        return data

    def update(self) -> None:
        """Have all of the screen sent, as pixels."""
        self._socket.sendall(struct.pack(">BBHi", 2, 0, 1, 0))
        self._socket.sendall(struct.pack(">BBHHHH", 3, 0, 0, 0, self.width, self.height))
        kind, _, count = struct.unpack(">BBH", self._read(4))
        assert kind == 0
        for _ in range(count):
            _, _, width, height, encoding = struct.unpack(">HHHHi", self._read(12))
            assert encoding == 0
            self._read(width * height * 4)

    def close(self) -> None:
        self._socket.close()


@asynccontextmanager
async def connected(daemon: LibvirtDaemon) -> AsyncIterator[Headless]:
    with Headless() as app:
        app.open(daemon.uri)
        yield app


async def test_what_guests_show_is_read_and_what_is_typed_arrives(
    daemon: LibvirtDaemon, linux_guest: LinuxGuest
) -> None:
    linux = linux_guest.xml(
        "linux", vnc=True, agent=False, cmdline="guest.screen console=tty0 console=ttyS0 ignore_loglevel"
    )
    daemon.define(linux, guest_xml("bios", vnc=True), guest_xml("headless"))
    for name in ("linux", "bios", "headless"):
        daemon.virsh("start", name)
    async with connected(daemon) as app:
        # The firmware, which finds nothing to boot.
        bios = await Seen(app, "bios").until("No bootable device.")
        assert bios.rows[0].text.startswith("SeaBIOS (version ")
        assert bios.columns == 80
        assert not any(row.unread for row in bios.rows)
        # One without a screen says so.
        with pytest.raises(HostError, match="no screens"):
            await app.fleet.look(app.domain("headless").key)
        # The kernel, and the shell behind it.
        guest = Seen(app, "linux")
        viewer = await asyncio.to_thread(Viewer, app.libvirt().lookupByName("linux"))
        await guest.until("SCSI subsystem initialized", "built-in shell (ash)")
        await guest.type("dmesg -n 1\n")
        await guest.type("clear\n")
        await guest.type("echo answer=$((6 * 7)) 'It~is {all} \"ASCII\" <here>;'; echo over\n")
        seen = await guest.until("\nover")
        assert 'answer=42 It~is {all} "ASCII" <here>;' in seen.text.split("\n")
        assert not any(row.unread for row in seen.rows)
        # Colours, as the guest gives them.
        await guest.type("printf '\\033[1;33;44m yellow \\033[0m\\n'; echo and over\n")
        seen = await guest.until("\nand over")
        row = next(row for row in seen.rows if row.text.startswith(" yellow "))
        blank, word = row.runs[:2]
        assert (blank.length, blank.bg) == (1, BLUE)
        assert word == Run(len("yellow "), YELLOW, BLUE)
        # A key with a modifier: Ctrl+U takes back what was typed.
        await guest.type("clear; never mind")
        await guest.until("never mind")
        await app.fleet.press(guest.key, (29, 22), HOLD)
        await guest.type("echo and $((1 + 1))\n")
        seen = await guest.until("\nand 2")
        assert "never mind" not in seen.text
        # Who looks by VNC meanwhile is not disturbed.
        await asyncio.to_thread(viewer.update)
        viewer.close()


async def test_a_guest_that_hangs_holds_up_its_own_screen(daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("hung", vnc=True), guest_xml("other", vnc=True))
    for name in ("hung", "other"):
        daemon.virsh("start", name)
    async with connected(daemon) as app:
        hung, other = Seen(app, "hung"), Seen(app, "other")
        await hung.until("SeaBIOS")
        await other.until("SeaBIOS")
        daemon.freeze_guest("hung")
        stuck = asyncio.ensure_future(app.fleet.look(hung.key))
        typed = asyncio.ensure_future(app.fleet.press(hung.key, (30,), HOLD))

        def labels() -> set[str]:
            return {call.label for call in app.fleet.calls(HOST)}

        await asyncio.to_thread(until, lambda: labels() >= {"screen", "keys"}, "both are stuck")
        assert (await app.fleet.definition(other.key)).live is not None
        assert "SeaBIOS" in (await other.text()).text
        await other.type("x")
        batch = app.fleet.perform(app.request("domain.destroy", "hung"))
        await asyncio.to_thread(until, lambda: "Force off" in " ".join(labels()), "it is asked to")
        daemon.thaw_guest("hung")  # it need not be killed
        [ended] = await asyncio.to_thread(app.ended, batch, 1)
        assert ended.phase == "done"
        await asyncio.gather(stuck, typed, return_exceptions=True)
        assert not labels() & {"screen", "keys"}
        assert "SeaBIOS" in (await other.text()).text

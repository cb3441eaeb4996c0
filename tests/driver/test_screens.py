"""Looks at screens and keys of the test driver, over the fleet."""

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import libvirt
import pytest

from tests.support.frames import SCREENS, frame_of
from tests.support.headless import HOST, Headless
from tests.support.wait import PATIENCE, until
from tuivirt.backend import screens as screens_module
from tuivirt.core.errors import HostError
from tuivirt.core.key import Key
from tuivirt.resources.domain.screen import PORTION


@pytest.fixture
def app(test_host: str) -> Iterator[Headless]:
    with Headless() as app:
        app.open(test_host)
        yield app


def key(app: Headless, name: str = "web01") -> Key:
    return app.domain(name).key


class Host:
    """Screens that show what a test wants, and a keyboard that tells what was pressed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file = (SCREENS / "linux-vga.png").read_bytes()
        self.screens: list[int] = []
        self.pressed: list[tuple[list[int], int, float]] = []
        self.ended: list[str] = []
        self.fails: libvirt.libvirtError | None = None
        monkeypatch.setattr(libvirt.virConnect, "newStream", lambda _conn, _flags: self)
        monkeypatch.setattr(libvirt.virDomain, "screenshot", self._screenshot)
        monkeypatch.setattr(libvirt.virDomain, "sendKey", self._send_key)

    def _screenshot(self, _stream: object, screen: int, _flags: int) -> str:
        if self.fails is not None:
            raise self.fails
        self.screens.append(screen)
        self._sent = 0
        return "image/png"

    def recv(self, most: int) -> bytes:
        assert most == PORTION
        portion = self.file[self._sent : self._sent + 1000]
        self._sent += len(portion)
        return portion

    def finish(self) -> None:
        self.ended.append("finish")

    def abort(self) -> None:
        self.ended.append("abort")

    def _send_key(self, codeset: int, hold: int, codes: list[int], count: int, _: int) -> None:
        assert codeset == libvirt.VIR_KEYCODE_SET_LINUX
        assert count == len(codes)
        self.pressed.append((codes, hold, time.monotonic()))


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(monkeypatch)


async def test_the_picture_of_the_test_driver(app: Headless) -> None:
    frame = await app.fleet.look(key(app))
    assert frame.kind == "png"
    assert frame.text is None
    assert len(frame.picture.rgb) == frame.picture.width * frame.picture.height * 3
    assert await app.fleet.look(key(app)) is frame
    await app.fleet.press(key(app), (29, 56, 111), 0.001)


async def test_a_frame_is_the_same_while_nothing_changes(app: Headless, host: Host) -> None:
    first = await app.fleet.look(key(app), 1)
    assert first == frame_of("linux-vga")
    assert await app.fleet.look(key(app), 1) is first
    assert await app.fleet.look(key(app), 0) is not first, "another screen"
    host.file = (SCREENS / "seabios.png").read_bytes()
    assert await app.fleet.look(key(app), 1) == frame_of("seabios")
    assert host.screens == [1, 1, 0, 1]
    assert set(host.ended) == {"finish"}


async def test_of_many_screens_only_some_are_kept(
    app: Headless, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens_module, "MOST_GUESTS", 2)
    first = await app.fleet.look(key(app), 0)
    await app.fleet.look(key(app, "web02"))
    assert await app.fleet.look(key(app), 0) is first
    session = app.fleet._connections[HOST].session
    assert session is not None
    for name in ("web01", "web02", "db01"):  # only one that is idle is let go
        await app.fleet.look(key(app, name))
        guest = session.screens.of(key(app, name).id)
        until(lambda guest=guest: guest.is_idle, "it is looked at no more")  # type: ignore[misc]
    assert await app.fleet.look(key(app), 0) is not first
    first = await app.fleet.look(key(app), 0)
    for number in (1, 2):
        await app.fleet.look(key(app), number)
    assert await app.fleet.look(key(app), 0) is not first


@pytest.mark.parametrize("file", [b"", b"no picture", b"P6 99999 99999 255 "])
async def test_what_is_no_picture_is_an_error(app: Headless, host: Host, file: bytes) -> None:
    host.file = file
    with pytest.raises(HostError, match="the host sent"):
        await app.fleet.look(key(app))
    host.file = (SCREENS / "linux-vga.png").read_bytes()
    assert (await app.fleet.look(key(app))).text is not None


async def test_what_never_ends_is_broken_off(
    app: Headless, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens_module, "MOST_BYTES", 500)
    with pytest.raises(HostError, match="more than"):
        await app.fleet.look(key(app))
    assert host.ended == ["abort"]


async def test_errors_are_libvirts_words(app: Headless, host: Host) -> None:
    host.fails = libvirt.libvirtError("no screens to take screenshot from")
    with pytest.raises(HostError, match="no screens"):
        await app.fleet.look(key(app))
    assert host.ended == []
    with pytest.raises(HostError, match="not connected"):
        await app.fleet.look(Key("nowhere", "domain", "x"))


async def test_keys_are_paced(app: Headless, host: Host) -> None:
    """A hypervisor drops what it cannot keep: the next call waits until it has passed on the last keys."""
    await app.fleet.press(key(app), (42, 30, 48), 0.02)
    await app.fleet.press(key(app), (28,), 0.01)
    assert [(codes, hold) for codes, hold, _ in host.pressed] == [([42, 30, 48], 20), ([28], 10)]
    assert host.pressed[1][2] - host.pressed[0][2] >= 0.179


async def test_each_guest_has_its_own_pace(app: Headless, host: Host) -> None:
    await app.fleet.press(key(app), (30,) * 16, 1.0)
    await asyncio.wait_for(app.fleet.press(key(app, "web02"), (30,), 0.01), 10)


async def test_a_guest_that_hangs_holds_up_its_screen_and_nothing_else(
    app: Headless, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def hang(dom: libvirt.virDomain, *rest: Any) -> str:
        if dom.name() == "web01":
            gate.wait(PATIENCE)
            raise libvirt.libvirtError("it was forced off")
        return host._screenshot(*rest)

    def hang_too(dom: libvirt.virDomain, *rest: Any) -> None:
        if dom.name() == "web01":
            gate.wait(PATIENCE)
        host._send_key(*rest)

    monkeypatch.setattr(libvirt.virDomain, "screenshot", hang)
    monkeypatch.setattr(libvirt.virDomain, "sendKey", hang_too)
    stuck, typed = app.fleet.look(key(app)), app.fleet.press(key(app), (30,), 0.001)
    until(lambda: {call.label for call in app.fleet.calls(HOST)} == {"screen", "keys"}, "both are under way")
    also = app.fleet.look(key(app))
    assert (await app.fleet.look(key(app, "web02"))).text is not None
    await app.fleet.press(key(app, "web02"), (30,), 0.001)
    assert await app.fleet.definition(key(app))
    assert [call.label for call in app.fleet.calls(HOST)].count("screen") == 1, "one look at a time at each"
    gate.set()
    for look in (stuck, also):
        with pytest.raises(HostError, match="forced off"):
            await look
    await typed


async def test_a_guest_that_is_asked_is_kept(
    app: Headless, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens_module, "MOST_GUESTS", 1)
    gate = threading.Event()

    def slow(dom: libvirt.virDomain, *rest: Any) -> str:
        if dom.name() == "web01":
            gate.wait(PATIENCE)
        return host._screenshot(*rest)

    monkeypatch.setattr(libvirt.virDomain, "screenshot", slow)
    first, second = app.fleet.look(key(app)), app.fleet.look(key(app))
    await app.fleet.look(key(app, "web02"))
    gate.set()
    assert await second is await first


async def test_at_the_end_nothing_waits(app: Headless, host: Host) -> None:
    await app.fleet.press(key(app), (30,) * 16, 5.0)
    late = app.fleet.press(key(app), (48,), 0.01)
    app.fleet.disconnect(HOST)
    with pytest.raises(HostError, match="closed"):
        await late
    until(lambda: not [t for t in threading.enumerate() if t.name == f"keys {HOST}"], "the lane has ended")
    assert len(host.pressed) == 1

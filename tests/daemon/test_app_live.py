"""The app in a terminal on a real daemon: what others change is shown, and what it does others see."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.daemon import LibvirtDaemon, process_state
from tests.support.guest import guest_xml
from tests.support.tuivirt_terminal import App, row
from tests.support.wait import AT_ONCE, until

SETTINGS = "stats_interval = 1.0\nkeepalive_interval = 1\nkeepalive_count = 2\n"
PATIENT = "stats_interval = 1.0\n"
"""A host that does not answer is not given up soon."""


@pytest.fixture
def app(daemon: LibvirtDaemon, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[App]:
    daemon.define(guest_xml("db"), guest_xml("web", memory_mib=48))
    with App(tmp_path, "-c", daemon.uri, settings=getattr(request, "param", SETTINGS)) as app:
        app.until_row("web", "shut off")
        yield app


def test_what_others_do_appears_without_a_key_pressed(app: App, daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("new", memory_mib=64, vcpus=2))
    app.until_row("new", "shut off", "2")
    for command, state in (
        ("start", "running"),
        ("suspend", "paused"),
        ("resume", "running"),
        ("managedsave", "saved"),
        ("start", "running"),
    ):
        daemon.virsh(command, "new")
        app.until_row("new", state)
    app.until_row("new", "64  MiB")
    daemon.virsh("destroy", "new")
    app.until_row("new", "shut off", "64  MiB")
    daemon.define(guest_xml("new", memory_mib=40, vcpus=3))
    app.until_row("new", "shut off", "3", "40  MiB")
    daemon.virsh("domrename", "new", "renamed")
    app.until_row("renamed", "shut off")
    app.until_no_row("new")
    daemon.virsh("undefine", "renamed")
    app.until_no_row("renamed")
    app.until_row("db", "shut off")
    app.until_text("Domains · ", "· 2")


def test_hot_plugged_devices_appear_in_the_hardware_tab(app: App, daemon: LibvirtDaemon) -> None:
    image = daemon.images / "extra.qcow2"
    daemon.virsh("start", "web")
    app.until_row("web", "running")
    app.press("G", "l", "l")
    app.until_text("Emulator")
    maker = daemon.spawn("qemu-img", "create", "-q", "-f", "qcow2", str(image), "1M")
    until(lambda: process_state(maker) in "XZ", "the image is made, and no more locked")
    daemon.virsh("attach-disk", "web", str(image), "vdb", "--subdriver", "qcow2", "--live")
    app.until_text("vdb")
    nic = "<interface type='user'><mac address='52:54:00:aa:bb:cc'/><model type='virtio'/></interface>"
    daemon.virsh("attach-device", "web", "/dev/stdin", "--live", stdin=nic)
    app.until_text("user  virtio  52:54:00")


def test_keys_do_what_they_say(app: App, daemon: LibvirtDaemon) -> None:
    app.press("/", *"web", "enter")
    app.until(lambda screen: not row(screen, "db"), what="the filter")
    for key, state, shown in (
        ("s", "running", "running"),
        ("p", "paused", "paused"),
        ("p", "running", "running"),
    ):
        app.press(key)
        app.until_row("web", shown)
        app.until(lambda screen: "⟳" not in screen.text, what="it is over")
        assert daemon.virsh("domstate", "web") == state
    app.press("a")
    until(lambda: "enable" in daemon.virsh("dominfo", "web"), "autostart")
    app.until(lambda screen: "⟳" not in screen.text, what="it is over")
    app.press("D")
    app.until_text("Force off: web")
    app.press("enter")
    app.until(lambda screen: "Force off: web" not in screen.text, what="nothing is done")
    assert daemon.virsh("domstate", "web") == "running"
    app.press("D", "y")
    app.until_row("web", "shut off")
    assert daemon.virsh("domstate", "web") == "shut off"
    app.press("x")
    app.until_text("Remove the definition: web")
    app.press("ctrl+s")
    app.until_no_row("web")
    assert daemon.virsh("list", "--all", "--name") == "db"
    history = [path for path in app_files(app) if path.suffix == ".xml"]
    assert any("<name>web</name>" in path.read_text() for path in history), "kept in the local history"


def app_files(app: App) -> list[Path]:
    """All files that the app has written."""
    return [path for path in app.home.rglob("*") if path.is_file()]


def test_a_daemon_that_dies_leaves_stale_rows_and_comes_back(app: App, daemon: LibvirtDaemon) -> None:
    daemon.virsh("start", "web")
    app.until_row("web", "running")
    daemon.kill()
    app.until_text("stale for", "◑")
    assert row(app.screen, "web"), "the rows stay"
    app.press("s")
    app.until_text("that is lost")
    daemon.start()
    daemon.define(guest_xml("meanwhile"))
    app.until_row("meanwhile", "shut off")
    app.until(lambda screen: "stale" not in screen.text, what="it is open again")
    app.until_row("web", "running")
    daemon.virsh("destroy", "web")
    app.until_row("web", "shut off")


@pytest.mark.parametrize(
    ("app", "acting"), [(PATIENT, False), (PATIENT, True)], indirect=["app"], ids=["reading", "acting"]
)
def test_quitting_is_at_once_while_a_call_hangs(app: App, daemon: LibvirtDaemon, acting: bool) -> None:
    daemon.freeze()
    try:
        if acting:
            app.press("s")
            app.until_text("⟳")
            app.press("q")
            app.until_text("1 action is running")
            began = time.monotonic()
            app.press("y")
        else:
            app.press("ctrl+r")
            app.until(lambda screen: re.search(r"[a-z] \d+ s  qemu", screen.lines[-1]), what="the call")
            began = time.monotonic()
            app.press("q")
        assert app.wait() == 0
        assert time.monotonic() - began < AT_ONCE
        assert app.emulator.modes.isdisjoint({1049, 1000, 1003, 1006, 2004})
    finally:
        daemon.thaw()


def test_the_list_goes_on_while_one_guest_hangs(app: App, daemon: LibvirtDaemon) -> None:
    daemon.virsh("start", "web")
    app.until_row("web", "running")
    daemon.freeze_guest("web")
    try:
        daemon.virsh("start", "db")
        app.until_row("db", "running")
        app.press("/", *"db", "enter", "D", "y")
        app.until_row("db", "shut off")
    finally:
        daemon.thaw_guest("web")

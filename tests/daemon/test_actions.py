"""Actions on a real daemon with QEMU guests, seen from outside with virsh. The guests have firmware and no
system: they run, pause, are saved, and take no notice of a power button.
"""

import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.daemon import LibvirtDaemon, VirshError
from tests.support.guest import Disk, guest_xml
from tests.support.headless import HOST, Headless
from tuivirt.backend import job_watcher, places
from tuivirt.backend.history import History
from tuivirt.core.backend import Order, Request
from tuivirt.core.changes import Happened, RunChanged, RunState
from tuivirt.core.key import Key
from tuivirt.resources.domain.actions import definition, guest, memory, power
from tuivirt.resources.domain.tags import NAMESPACE
from tuivirt.resources.host import RestoreFrom


class Guest:
    """One guest, the application that acts on it, and the view from outside."""

    name = "web"

    def __init__(self, app: Headless, daemon: LibvirtDaemon) -> None:
        self.app = app
        self.daemon = daemon

    def does(self, action: str, params: object = None) -> RunState:
        """Run an action and return how it ended."""
        (state,) = self.app.perform(f"domain.{action}", self.name, params=params)
        return state

    def done(self, action: str, params: object = None) -> RunState:
        """Run an action that must succeed."""
        state = self.does(action, params)
        assert (state.phase, state.note) == ("done", "")
        return state

    @property
    def state(self) -> str:
        """virsh's word for the state and its reason."""
        return self.daemon.virsh("domstate", "--reason", self.name)

    def xml(self, *options: str) -> str:
        return self.daemon.virsh("dumpxml", *options, self.name)

    def facts(self) -> dict[str, str]:
        lines = self.daemon.virsh("dominfo", self.name).splitlines()
        return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}

    def progress(self, state: RunState) -> list[float]:
        """What was told of a run's progress."""
        told = [c.state for c in self.app.changes if isinstance(c, RunChanged) and c.state.run == state.run]
        return [each.progress for each in told if each.progress is not None]

    def events(self) -> list[tuple[str, str]]:
        entries = [c.entry for c in self.app.changes if isinstance(c, Happened)]
        return [(entry.what, entry.detail) for entry in entries if entry.origin == "event"]


@pytest.fixture
def web(daemon: LibvirtDaemon, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Guest]:
    monkeypatch.setattr(job_watcher, "INTERVAL", 0.01)
    monkeypatch.setattr(places, "LASTING", 0.01)  # so that the progress of short jobs is asked for too
    daemon.define(guest_xml("web", memory_mib=64))
    with Headless(keep=History(tmp_path / "history").keep) as app:
        app.open(daemon.uri)
        yield Guest(app, daemon)


def test_power(web: Guest) -> None:
    web.done("start_with", power.StartOptions(paused=True))
    assert web.state.startswith("paused")
    web.done("resume")
    assert web.state == "running (unpaused)"
    web.done("suspend")
    assert web.state == "paused (user)"
    web.done("resume")
    web.done("reset")
    web.app.until(lambda: ("rebooted", "") in web.events(), "the reset is told")
    assert web.state == "running (unpaused)"
    web.done("destroy")
    assert web.state == "shut off (destroyed)"
    web.done("start")
    assert web.state == "running (booted)"
    web.done("destroy_graceful")
    assert web.state == "shut off (destroyed)"
    web.done("start_with", power.StartOptions(bypass_cache=True, force_boot=True))
    assert web.state == "running (booted)"


def test_a_guest_that_takes_no_notice_is_not_forced(web: Guest) -> None:
    """Whether it does is for the user to see and to decide."""
    web.done("start")
    for action, params in (
        ("shutdown", None),
        ("shutdown_by", power.GuestMode("acpi")),
        ("reboot", None),
        ("reboot_by", power.GuestMode("acpi")),
    ):
        web.done(action, params)
        assert web.state == "running (booted)"
    refused = web.does("shutdown_by", power.GuestMode("agent"))
    assert refused.phase == "failed"
    assert "agent is not configured" in refused.note
    refused = web.does("wakeup")
    assert (refused.phase, "not in suspended state" in refused.note) == ("failed", True)
    web.done("destroy")


def test_managed_save(web: Guest) -> None:
    web.done("start")
    saved = web.done("managed_save")
    assert web.state == "shut off (saved)"
    assert web.facts()["Managed save"] == "yes"
    web.app.until(lambda: web.app.domain("web").item.managed_save, "the list shows it")
    told = web.progress(saved)
    assert told == sorted(told)
    assert all(0 <= each <= 1 for each in told)
    web.done("start")
    assert web.state == "running (restored)"
    web.done("managed_save")
    web.done("start_with", power.StartOptions(force_boot=True))
    assert web.state == "running (booted)"
    web.done("managed_save")
    web.done("managed_save_remove")
    assert web.facts()["Managed save"] == "no"
    web.app.until(lambda: not web.app.domain("web").item.managed_save, "the list shows it")


def test_save_to_a_file_and_back(web: Guest) -> None:
    path = web.daemon.images / "web.save"
    web.done("start")
    web.done("save", memory.SaveTo(str(path)))
    assert web.state == "shut off (saved)"
    assert path.stat().st_size > 0
    for paused, word in ((False, "running (restored)"), (True, "paused")):
        params = RestoreFrom(str(path), paused=paused)
        order = Order(Key(HOST, "host", HOST), HOST)
        (state,) = web.app.ended(web.app.fleet.perform(Request("host.restore", (order,), params)), 1, 30)
        assert (state.phase, state.note) == ("done", "")
        assert web.state.startswith(word)
        web.app.until(lambda: web.app.domain("web").active, "the list shows it")
        web.done("destroy")
        web.app.until(lambda: not web.app.domain("web").active, "and this")


def test_a_save_that_is_cancelled(web: Guest) -> None:
    """The guest goes on as if nothing had been."""
    web.daemon.define(guest_xml("large", memory_mib=6144))
    web.name = "large"
    web.app.until(lambda: "large" in web.app.records(), "it is listed")
    web.done("start")
    batch = web.app.fleet.perform(web.app.request("domain.managed_save", "large"))
    (state,) = web.app.until(
        lambda: [s for s in web.app.last_states(batch) if s.progress is not None], "it has begun"
    )
    assert state.can_abort
    web.app.fleet.abort(state.run)
    (state,) = web.app.ended(batch, 1, 30)
    assert state.phase == "failed"
    assert "canceled" in state.note
    assert web.state.startswith("running")
    assert web.facts()["Managed save"] == "no"


def test_core_dumps(web: Guest) -> None:
    web.done("start")
    path = web.daemon.images / "core"
    dumped = web.done("dump", memory.DumpTo(str(path)))
    assert web.state.startswith("running")
    assert path.stat().st_size >= 64 << 20
    assert path.read_bytes()[:4] == b"\x7fELF"
    told = web.progress(dumped)
    assert told
    assert told == sorted(told)
    assert all(0 <= each <= 1 for each in told)
    compressed = web.daemon.images / "core.kdump"
    web.done("dump", memory.DumpTo(str(compressed), format="kdump-zlib", after="reset"))
    assert compressed.read_bytes()[:7] == b"makedum"
    web.done("dump", memory.DumpTo(str(web.daemon.images / "core.crash"), after="crash"))
    assert web.state == "shut off (crashed)"


def test_what_is_sent_to_the_guest(web: Guest) -> None:
    web.done("start")
    for combination in guest.COMBINATIONS:
        web.done("send_keys", guest.Keys(combination))
    web.done("inject_nmi")
    assert web.state == "running (booted)"


def test_names_and_texts(web: Guest) -> None:
    """Live and saved alike, so that they are there after the next boot too."""
    hostile = "[red]a & b <c> 'd' \"e\" \u202e ünï"
    web.done("autostart_on")
    assert web.facts()["Autostart"] == "enable"
    web.app.until(lambda: web.app.domain("web").autostart, "the list shows it")
    web.done("autostart_off")
    assert web.facts()["Autostart"] == "disable"
    web.done("rename", definition.NewName("front"))
    web.name = "front"
    web.app.until(lambda: list(web.app.records()) == ["front"], "the list shows it")
    web.done("start")
    refused = web.does("rename", definition.NewName("other"))
    assert refused.phase == "failed"
    web.done("set_title", definition.NewTitle(hostile))
    web.done("set_description", definition.NewDescription(f"{hostile}\n{hostile}"))
    web.done("set_tags", definition.NewTags(("web", "a&b", "web")))
    for which in ("--live", "--config"):
        assert web.daemon.virsh("desc", which, "--title", "front") == hostile
        assert web.daemon.virsh("desc", which, "front") == f"{hostile}\n{hostile}"
        found = web.daemon.virsh("metadata", "front", NAMESPACE, which)
        assert "".join(found.split()) == "<tags><tag>a&amp;b</tag><tag>web</tag></tags>"
    for options in ((), ("--inactive",)):
        assert f'xmlns:tuivirt="{NAMESPACE}"' in web.xml(*options)
    web.done("set_title", definition.NewTitle(""))
    web.done("set_description", definition.NewDescription(""))
    web.done("set_tags", definition.NewTags(()))
    for options in ((), ("--inactive",)):
        xml = web.xml(*options)
        assert "<title>" not in xml
        assert "<description>" not in xml
        assert "tuivirt" not in xml


def test_lifecycle_policies(web: Guest) -> None:
    web.done("start")
    for event, policy in (("poweroff", "destroy"), ("reboot", "destroy"), ("crash", "preserve")):
        web.done("set_policy", definition.Policy(event, policy))
        for options in ((), ("--inactive",)):
            assert f"<on_{event}>{policy}</on_{event}>" in web.xml(*options)
    refused = web.does("set_policy", definition.Policy("poweroff", "restart"))
    assert (refused.phase, "doesn't support" in refused.note) == ("failed", True)
    # It is obeyed at once: a new start is the end now.
    web.done("reset")
    web.app.until(lambda: not web.app.domain("web").active, "it is off")


def test_remove_the_definition(web: Guest, tmp_path: Path) -> None:
    """With everything that libvirt keeps beside it; the disk stays, and so does a copy of the definition."""
    image = web.daemon.images / "web.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(image), "1M"], check=True)
    web.daemon.define(guest_xml("web", memory_mib=64, disks=[Disk(image)]))
    web.daemon.virsh("snapshot-create-as", "web", "first")
    web.done("start")
    web.done("managed_save")
    saved = web.daemon.virsh("dumpxml", "--inactive", "--security-info", "web")
    for choices in (definition.Undefine(), definition.Undefine(managed_save=True)):
        refused = web.does("undefine", choices)
        assert (refused.phase, "1 snapshots" in refused.note) == ("failed", True)
    everything = definition.Undefine(
        managed_save=True, snapshots=True, checkpoints=True, nvram="remove", tpm="remove"
    )
    web.done("undefine", everything)
    with pytest.raises(VirshError, match="failed to get domain"):
        web.facts()
    web.app.until(lambda: web.app.records() == {}, "the list shows it")
    assert image.exists()
    kept = sorted((tmp_path / "history").rglob("*.xml"))
    assert kept[-1].read_text().strip() == saved
    # What was kept can be defined again.
    web.daemon.define(kept[-1].read_text())
    web.app.until(lambda: "web" in web.app.records(), "it is back")


def test_remove_the_definition_of_a_running_guest(web: Guest) -> None:
    web.done("start")
    web.done("undefine", definition.Undefine(nvram="keep", tpm="keep"))
    assert web.state == "running (booted)"
    assert web.facts()["Persistent"] == "no"
    web.app.until(lambda: not web.app.domain("web").item.persistent, "the list shows it")
    web.done("destroy")
    web.app.until(lambda: web.app.records() == {}, "and that it is gone with its end")


def test_the_commands_that_are_shown_do_the_same(web: Guest) -> None:
    """Each takes the place of the action: run by virsh, it leaves what the action would leave."""

    def run(action: str, params: object = None) -> None:
        order = web.app.request(f"domain.{action}", "web", params=params).orders[0]
        words = shlex.split(order.command)
        assert words[:3] == ["virsh", "-c", web.daemon.uri]
        web.daemon.virsh(*words[3:])

    def listed(state: str) -> None:
        web.app.until(lambda: web.app.domain("web").item.state.value == state, state)

    run("start_with", power.StartOptions(paused=True))
    listed("paused")
    run("resume")
    listed("running")
    run("set_title", definition.NewTitle("The front"))
    run("set_tags", definition.NewTags(("a", "b")))
    for options in ((), ("--inactive",)):
        assert "<title>The front</title>" in web.xml(*options)
        assert "<tuivirt:tag>b</tuivirt:tag>" in web.xml(*options)
    run("set_policy", definition.Policy("crash", "preserve"))
    assert "<on_crash>preserve</on_crash>" in web.xml("--inactive")
    run("dump", memory.DumpTo(str(web.daemon.images / "core"), format="kdump-zlib"))
    assert (web.daemon.images / "core").read_bytes()[:7] == b"makedum"
    run("managed_save")
    listed("shut off")
    assert web.app.domain("web").item.managed_save
    run("undefine", definition.Undefine(managed_save=True, nvram="remove", tpm="remove"))
    web.app.until(lambda: web.app.records() == {}, "it is gone")

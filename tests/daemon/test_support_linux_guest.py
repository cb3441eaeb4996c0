"""The Linux guest boots, answers and shuts down."""

import json

import pytest

from tests.support.daemon import LibvirtDaemon
from tests.support.linux_guest import LinuxGuest, start
from tests.support.wait import until


@pytest.mark.parametrize("mode", ["agent", "acpi"])
def test_it_answers_and_shuts_down(daemon: LibvirtDaemon, linux_guest: LinuxGuest, mode: str) -> None:
    daemon.define(linux_guest.xml("one"))
    start(daemon, "one")
    assert daemon.virsh("domhostname", "one") == "one"
    system = json.loads(daemon.virsh("qemu-agent-command", "one", '{"execute":"guest-get-osinfo"}'))
    assert system["return"]["pretty-name"] == "Test Linux 1"
    daemon.virsh("shutdown", "one", "--mode", mode)
    until(lambda: daemon.virsh("domstate", "one") == "shut off", "it has shut down", 30)

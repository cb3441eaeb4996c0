"""The private daemon: it comes up, obeys, and leaves nothing behind."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import libvirt
import pytest

from tests.support.daemon import LibvirtDaemon, VirshError, process_state
from tests.support.environment import hermetic
from tests.support.guest import guest_xml
from tests.support.wait import PATIENCE, until


def test_a_guest_starts_and_is_listed(daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("one", title="Ünïcode & <markup>"), guest_xml("two"))
    daemon.virsh("start", "one")
    connection = libvirt.open(daemon.uri)
    try:
        active = {domain.name(): bool(domain.isActive()) for domain in connection.listAllDomains()}
        assert active == {"one": True, "two": False}
    finally:
        connection.close()


def test_errors_of_virsh_are_raised(daemon: LibvirtDaemon) -> None:
    with pytest.raises(VirshError, match="failed to get domain 'nobody'"):
        daemon.virsh("start", "nobody")


def test_guests_survive_a_restart_and_a_kill(daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("one"))
    daemon.virsh("start", "one")
    qemu = daemon.guest_pid("one")
    first = daemon.pid
    daemon.restart()
    assert daemon.pid != first
    assert daemon.virsh("list", "--name") == "one"
    daemon.kill()
    assert daemon.pid == 0
    assert process_state(qemu) in "SR"
    daemon.start()
    assert daemon.virsh("domstate", "one") == "running"


def test_a_frozen_daemon_goes_on_when_thawed(daemon: LibvirtDaemon) -> None:
    daemon.freeze()
    assert process_state(daemon.pid) == "T"
    client = daemon.spawn_virsh("uri")
    daemon.thaw()
    output, _ = client.communicate(timeout=PATIENCE)
    assert output.strip() == daemon.uri


def test_a_guest_that_is_frozen_and_one_that_dies(daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("one"))
    daemon.virsh("start", "one")
    daemon.freeze_guest("one")
    assert daemon.virsh("domstate", "one") == "running"
    daemon.thaw_guest("one")
    daemon.kill_guest("one")
    until(lambda: daemon.virsh("domstate", "one", "--reason") == "shut off (crashed)", "the guest is gone")


def test_domains_that_are_there_from_the_start(daemon: LibvirtDaemon) -> None:
    daemon.stop()
    daemon.preload({f"vm{number}": guest_xml(f"vm{number}") for number in range(50)})
    daemon.start()
    assert len(daemon.virsh("list", "--all", "--name").split()) == 50


def test_a_test_driver_host_behind_the_daemon(daemon: LibvirtDaemon, test_host: str) -> None:
    connection = libvirt.open(daemon.test_driver_uri(Path(test_host.removeprefix("test://"))))
    try:
        assert connection.getType() == "TEST"
        assert len(connection.listAllDomains()) == 4
    finally:
        connection.close()


RUN_AND_WAIT = """
import sys
from tests.support.daemon import LibvirtDaemon
from tests.support.guest import guest_xml
daemon = LibvirtDaemon()
daemon.start()
daemon.define(guest_xml("one"))
daemon.virsh("start", "one")
helper = daemon.spawn("sleep", "1000")
client = daemon.spawn_virsh("event", "--loop", "--event", "lifecycle")
print(daemon.directory, daemon.pid, daemon.guest_pid("one"), helper, client.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.usefixtures("daemon")  # where there can be none, there is nothing to leave behind
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_a_run_that_is_killed(number: signal.Signals, tmp_path: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", RUN_AND_WAIT],
        cwd=Path(__file__).parents[2],
        env=hermetic(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with run:
        assert run.stdout is not None
        directory, *pids = run.stdout.readline().split()
        handles = [os.pidfd_open(int(pid)) for pid in pids]
        run.send_signal(number)
        run.wait(timeout=PATIENCE)
    for handle in handles:
        ended, _, _ = select.select([handle], [], [], 30)
        assert ended
        os.close(handle)
    until(lambda: not Path(directory).exists(), "the directory is removed")

"""What the next boot changes, on domains that QEMU runs at this moment."""

from pathlib import Path

import pytest

from tests.support.daemon import LibvirtDaemon
from tests.support.guest import Disk, guest_xml
from tuivirt.resources.domain.pending import pending_changes

DEVICES = {
    "pc": "<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk><watchdog model='i6300esb'/>",
    "q35": (
        "<disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>"
        "<controller type='usb' model='qemu-xhci'/><input type='tablet' bus='usb'/>"
        "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
        "<memballoon model='virtio'><stats period='5'/></memballoon>"
    ),
}
EXTRA = {
    "pc": "<cpu mode='host-model'/><clock offset='variable' adjustment='60'/>",
    "q35": "<cpu match='minimum'><model>qemu64</model></cpu><iothreads>1</iothreads>",
}


def image(daemon: LibvirtDaemon, name: str) -> Path:
    path = daemon.images / name
    path.write_bytes(bytes(1 << 20))
    return path


def pending(daemon: LibvirtDaemon) -> list[tuple[str, str]]:
    live, saved = daemon.virsh("dumpxml", "one"), daemon.virsh("dumpxml", "--inactive", "one")
    return [(change.path, change.words) for change in pending_changes(live, saved)]


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_pending_from_the_start_on(daemon: LibvirtDaemon, machine: str) -> None:
    daemon.define(
        guest_xml(
            "one",
            machine=machine,
            memory_mib=64,
            vcpus=1,
            max_vcpus=4,
            disks=[Disk(image(daemon, "a.raw"), format="raw")],
            user_nics=1,
            vnc=True,
            agent=True,
            serial=True,
            devices=DEVICES[machine],
            extra=EXTRA[machine],
        )
    )
    definition = daemon.virsh("dumpxml", "--inactive", "one")
    daemon.virsh("start", "one")
    assert pending(daemon) == []

    daemon.virsh("setmem", "one", "48M", "--config")
    assert pending(daemon) == [("currentMemory", "64 MiB → 48 MiB")]
    daemon.virsh("setvcpus", "one", "2", "--config")
    assert pending(daemon) == [("currentMemory", "64 MiB → 48 MiB"), ("vcpu/@current", "1 → 2")]
    daemon.define(definition)
    assert pending(daemon) == []

    disk = image(daemon, "b.raw")
    daemon.virsh("attach-disk", "one", str(disk), "vdb", "--subdriver", "raw", "--config")
    assert pending(daemon) == [("disk[vdb]", f"added: vdb  virtio  raw  {disk}")]
    daemon.define(definition)

    scsi = ("--targetbus", "scsi", "--subdriver", "raw", "--config")
    daemon.virsh("attach-disk", "one", str(disk), "sdb", *scsi)
    assert [path for path, _ in pending(daemon)] == ["disk[sdb]"]
    daemon.define(definition)

    daemon.virsh("desc", "one", "--title", "Another", "--config")
    assert pending(daemon) == [("title", "added: Another")]
    daemon.virsh("desc", "one", "--title", "Another", "--live")
    assert pending(daemon) == []

#!/usr/bin/env python3
"""Writes tuivirt/demo/*.xml, the hosts that libvirt's test driver opens for `--demo`.

A host is three sources in tools/demo/: HOST.xml (the machine: networks, pools, devices), HOST.toml (its
guests, in the few words in which guests differ) and, for lab1, everything.xml (one of every device).
Whatever can follow from these does: UUIDs and MAC addresses from names, volumes from the guests' disks.

    tools/make_demo.py            writes the files
    tools/make_demo.py --check    exits 1, naming them, when committed files differ from what it would write
"""

import copy
import sys
import uuid
from pathlib import Path

import demo_guest
import msgspec
from demo_guest import NAMESPACE, Disk, Element, Guest, Host, el, fragment
from lxml import etree

TOOLS = Path(__file__).resolve().parent / "demo"
DEMO = TOOLS.parent.parent / "tuivirt" / "demo"
HOSTS = {"lab1": ("everything.xml",), "lab2": (), "edge": ()}

FILE_POOLS = {"dir", "fs", "netfs"}
NETWORK_POOLS = {"rbd": "raw", "gluster": "qcow2"}
DISK_PREFIX = {"virtio": "vd", "scsi": "sd", "sata": "sd", "usb": "sd", "ide": "hd", "fdc": "fd"}


class Machine:
    """HOST.xml while guests are being added to it."""

    def __init__(self, name: str) -> None:
        self.name = name
        parser = etree.XMLParser(remove_blank_text=True)
        self.root = etree.parse(str(TOOLS / f"{name}.xml"), parser).getroot()
        self.pools = {pool.findtext("name", ""): pool for pool in self.root.iterfind("pool")}
        for kind in ("network", "pool"):
            for node in self.root.iterfind(kind):
                el(node, "uuid", uuid.uuid5(NAMESPACE, f"{name}/{kind}/{node.findtext('name')}"))
                node.insert(1, node[-1])

    def source(self, guest: Guest, disk: Disk) -> tuple[str, dict[str, str], str]:
        """The type of `disk`, the attributes of its <source>, its format; the pool gets the volume if new."""
        pool = self.pools[disk.pool]
        kind = pool.get("type", "")
        target = pool.findtext("target/path", "")
        is_file = kind in FILE_POOLS
        image = NETWORK_POOLS.get(kind, disk.format if is_file else "raw")
        if disk.volume.endswith(".iso"):
            image = "raw"
        stem = f"{guest.name}-{disk.label}" if disk.label else guest.name
        name = disk.volume or (f"{stem}.{'img' if image == 'raw' else image}" if is_file else stem)
        path = disk.path or (f"vms/{name}" if kind in NETWORK_POOLS else f"{target}/{name}")
        if disk.size:
            self.add_volume(pool, disk, name, path, image)
        if kind in NETWORK_POOLS:
            return "network", {"protocol": kind, "name": path}, image
        if kind == "iscsi":
            return "volume", {"pool": disk.pool, "volume": name, "mode": "host"}, image
        return ("file", {"file": path}, image) if is_file else ("block", {"dev": path}, image)

    def add_volume(self, pool: Element, disk: Disk, name: str, path: str, image: str) -> None:
        used = disk.size if disk.used is None else disk.used
        volume = el(pool, "volume")
        el(volume, "name", name)
        el(volume, "key", path)
        el(volume, "capacity", disk.size, unit="GiB")
        el(volume, "allocation", round(used * 1024), unit="MiB")
        target = el(volume, "target")
        el(target, "path", path)
        if pool.get("type") in {*FILE_POOLS, "gluster"}:
            el(target, "format", type=image)
        if disk.backing:
            store = el(volume, "backingStore")
            el(store, "path", f"{pool.findtext('target/path')}/{disk.backing}")
            el(store, "format", type=image)

    def hosts(self, pool: str) -> list[Element]:
        return list(self.pools[pool].iterfind("source/host"))

    def add_disks(self, devices: Element, guest: Guest) -> None:
        taken: dict[str, int] = {}
        for disk in guest.disks:
            prefix = DISK_PREFIX[disk.bus]
            letter = chr(ord("a") + taken.setdefault(prefix, 0))
            taken[prefix] += 1
            kind, source, image = self.source(guest, disk) if disk.pool else ("file", {}, "raw")
            node = el(devices, "disk", type=kind, device=disk.device)
            el(node, "driver", name="qemu", type=image, **({"discard": "unmap"} if disk.size else {}))
            if source:
                child = el(node, "source", **source)
                if kind == "network":
                    for host in self.hosts(disk.pool):
                        child.append(copy.copy(host))
            if disk.backing:
                store = el(node, "backingStore", type="file")
                el(store, "format", type=image)
                el(store, "source", file=f"{self.pools[disk.pool].findtext('target/path')}/{disk.backing}")
                el(store, "backingStore")
            el(node, "target", dev=f"{prefix}{letter}", bus=disk.bus)
            if disk.device == "cdrom":
                el(node, "readonly")
        if "scsi" in {disk.bus for disk in guest.disks}:
            el(devices, "controller", type="scsi", index=0, model="virtio-scsi")

    def domain(self, guest: Guest) -> Element:
        """The whole <domain>, children in libvirt's order."""
        root = etree.Element("domain", nsmap={"test": demo_guest.TEST_NS})
        root.set("type", "test")
        el(root, "name", guest.name)
        el(root, "uuid", uuid.uuid5(NAMESPACE, f"{self.name}/{guest.name}"))
        if guest.title:
            el(root, "title", guest.title)
        if guest.description:
            el(root, "description", guest.description.strip())
        demo_guest.add_metadata(root, guest)
        el(root, "memory", guest.memory, unit="MiB")
        if guest.current_memory:
            el(root, "currentMemory", guest.current_memory, unit="MiB")
        vcpu = el(root, "vcpu", guest.max_vcpus or guest.vcpus, placement="static")
        if guest.max_vcpus:
            vcpu.set("current", str(guest.vcpus))
        demo_guest.add_platform(root, guest)
        devices = el(root, "devices")
        self.add_disks(devices, guest)
        demo_guest.add_nics(devices, guest)
        demo_guest.add_common_devices(devices, guest)
        devices.extend(fragment(guest.devices))
        for node in fragment(guest.extra):
            for old in root.findall(node.tag):
                root.remove(old)
            devices.addprevious(node)
        for snapshot in guest.snapshots:
            demo_guest.add_snapshot(root, snapshot)
        demo_guest.add_test_state(root, guest)
        return root

    def write(self) -> bytes:
        guests = msgspec.toml.decode((TOOLS / f"{self.name}.toml").read_bytes(), type=Host).guest
        at = self.root.index(self.root.find("memory")) + 1  # type: ignore[arg-type]
        for offset, guest in enumerate(guests):
            self.root.insert(at + offset, self.domain(guest))
        for file in HOSTS[self.name]:
            parser = etree.XMLParser(remove_blank_text=True)
            self.root.insert(at + len(guests), etree.parse(str(TOOLS / file), parser).getroot())
        self.root.insert(0, etree.Comment(" Written by tools/make_demo.py. "))
        etree.indent(self.root)
        return etree.tostring(self.root, encoding="unicode").encode() + b"\n"


def main() -> int:
    written = {DEMO / f"{name}.xml": Machine(name).write() for name in HOSTS}
    if "--check" not in sys.argv[1:]:
        for path, content in written.items():
            path.write_bytes(content)
        return 0
    differing = [
        path.name for path, content in written.items() if not path.is_file() or path.read_bytes() != content
    ]
    if differing:
        sys.stderr.write(f"differ from what tools/make_demo.py writes: {', '.join(differing)}\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())

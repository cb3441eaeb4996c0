"""The guests of the demo hosts: what their TOML may say, and the parts of <domain> that follow from it."""

import hashlib
import re
import uuid
from typing import Literal, get_args

import msgspec
from lxml import etree

TEST_NS = "http://libvirt.org/schemas/domain/test/1.0"
TAGS_NS = "https://tuivirt.dev/xmlns/domain/1"
OSINFO_NS = "http://libosinfo.org/xmlns/libvirt/domain/1.0"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, TAGS_NS)

# virDomainState, as <test:runstate> takes it.
State = Literal["nostate", "running", "blocked", "paused", "shutdown", "shutoff", "crashed", "pmsuspended"]


class Disk(msgspec.Struct, forbid_unknown_fields=True):
    """`size` (GiB) makes a volume in `pool`; without it `volume` is in HOST.xml, or the drive is empty."""

    pool: str = ""
    size: int = 0
    used: float | None = None
    label: str = ""
    volume: str = ""
    path: str = ""
    format: str = "qcow2"
    backing: str = ""
    bus: str = "virtio"
    device: str = "disk"


class Nic(msgspec.Struct, forbid_unknown_fields=True):
    """One of `network`, `bridge`, `direct` (the host's device) and `pci` (a virtual function) says whereto.

    A `network` must have an <ip>: the test driver crashes when asked for addresses on one that has none.
    """

    network: str = ""
    bridge: str = ""
    direct: str = ""
    pci: str = ""
    vlan: int = 0
    portgroup: str = ""
    model: str = "virtio"
    mac: str = ""
    queues: int = 0
    link: str = ""


class Snapshot(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    created: int
    description: str = ""
    parent: str = ""
    current: bool = False


class Guest(msgspec.Struct, forbid_unknown_fields=True):
    """`memory` in MiB. `devices` and `extra` are XML: devices; children of <domain> in place of like ones."""

    name: str
    vcpus: int
    memory: int
    title: str = ""
    description: str = ""
    tags: list[str] = []
    os: str = ""
    state: State = "running"
    transient: bool = False
    managed_save: bool = False
    max_vcpus: int = 0
    current_memory: int = 0
    arch: str = "x86_64"
    machine: str = "q35"
    firmware: Literal["bios", "efi", "efi-secure"] = "bios"
    cpu: str = "host-model"
    windows: bool = False
    tpm: bool = False
    agent: bool = True
    console: bool = True
    graphics: str = "vnc"
    video: str = "virtio"
    disks: list[Disk] = []
    nics: list[Nic] = []
    devices: str = ""
    extra: str = ""
    snapshots: list[Snapshot] = []


class Host(msgspec.Struct, forbid_unknown_fields=True):
    guest: list[Guest]


Element = etree._Element  # noqa: SLF001 (lxml's only name for the type)


def el(parent: Element, tag: str, text: object = None, **attributes: object) -> Element:
    child = etree.SubElement(parent, tag)
    for name, value in attributes.items():
        child.set(name, str(value))
    if text is not None:
        child.text = str(text)
    return child


def fragment(xml: str) -> list[Element]:
    parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True)
    return list(etree.fromstring(f"<x>{xml}</x>", parser))


def mac_address(guest: Guest, index: int) -> str:
    """In QEMU's own range, the same at every run."""
    digest = hashlib.sha256(f"{guest.name}/{index}".encode()).hexdigest()
    return f"52:54:00:{digest[0:2]}:{digest[2:4]}:{digest[4:6]}"


def add_metadata(root: Element, guest: Guest) -> None:
    if not guest.os and not guest.tags:
        return
    metadata = el(root, "metadata")
    if guest.os:
        info = etree.SubElement(metadata, f"{{{OSINFO_NS}}}libosinfo", nsmap={"libosinfo": OSINFO_NS})
        el(info, f"{{{OSINFO_NS}}}os", id=guest.os)
    if guest.tags:
        tags = etree.SubElement(metadata, f"{{{TAGS_NS}}}tags", nsmap={"tuivirt": TAGS_NS})
        for tag in guest.tags:
            el(tags, f"{{{TAGS_NS}}}tag", tag)


def add_platform(root: Element, guest: Guest) -> None:
    """Firmware, features, processor, clock, lifecycle."""
    firmware = {} if guest.firmware == "bios" else {"firmware": "efi"}
    os = el(root, "os", **firmware)
    el(os, "type", "hvm", arch=guest.arch, machine=guest.machine)
    if guest.firmware == "efi-secure":
        features = el(os, "firmware")
        el(features, "feature", enabled="yes", name="enrolled-keys")
        el(features, "feature", enabled="yes", name="secure-boot")
    el(os, "boot", dev="hd")
    pc = guest.arch in {"x86_64", "i686"}
    features = el(root, "features")
    el(features, "acpi")
    if pc:
        el(features, "apic")
    if guest.windows:
        hyperv = el(features, "hyperv", mode="custom")
        for name in ("relaxed", "vapic"):
            el(hyperv, name, state="on")
        el(hyperv, "spinlocks", state="on", retries=8191)
    if guest.firmware == "efi-secure":
        el(features, "smm", state="on")
    if guest.cpu != "none":
        el(root, "cpu", mode=guest.cpu)
    clock = el(root, "clock", offset="localtime" if guest.windows else "utc")
    if pc:
        el(clock, "timer", name="rtc", tickpolicy="catchup")
        el(clock, "timer", name="hpet", present="no")
    if guest.windows:
        el(clock, "timer", name="hypervclock", present="yes")
    el(root, "on_poweroff", "destroy")
    el(root, "on_reboot", "restart")
    el(root, "on_crash", "preserve" if guest.state == "crashed" else "destroy")


def add_nics(devices: Element, guest: Guest) -> None:
    for index, nic in enumerate(guest.nics):
        node = el(devices, "interface")
        el(node, "mac", address=nic.mac or mac_address(guest, index))
        if nic.network:
            node.set("type", "network")
            el(node, "source", network=nic.network, **({"portgroup": nic.portgroup} if nic.portgroup else {}))
        elif nic.bridge:
            node.set("type", "bridge")
            el(node, "source", bridge=nic.bridge)
        elif nic.direct:
            node.set("type", "direct")
            el(node, "source", dev=nic.direct, mode="bridge")
        else:
            node.set("type", "hostdev")
            node.set("managed", "yes")
            domain, bus, slot, function = re.split("[:.]", nic.pci)
            address = {"domain": domain, "bus": bus, "slot": slot, "function": function}
            el(
                el(node, "source"),
                "address",
                type="pci",
                **{key: f"0x{value}" for key, value in address.items()},
            )
        if nic.vlan:
            el(el(node, "vlan"), "tag", id=nic.vlan)
            el(node, "virtualport", type="openvswitch")
        if not nic.pci:
            el(node, "model", type=nic.model)
        if nic.queues:
            el(node, "driver", name="vhost", queues=nic.queues)
        if nic.link:
            el(node, "link", state=nic.link)


def add_common_devices(devices: Element, guest: Guest) -> None:
    if guest.machine in {"q35", "virt"}:
        el(devices, "controller", type="pci", index=0, model="pcie-root")
        el(devices, "controller", type="usb", index=0, model="qemu-xhci", ports=15)
    if guest.console:
        el(el(devices, "serial", type="pty"), "target", port=0)
        el(el(devices, "console", type="pty"), "target", type="serial", port=0)
    if guest.agent:
        channel = el(devices, "channel", type="unix")
        el(channel, "target", type="virtio", name="org.qemu.guest_agent.0")
    if guest.graphics == "spice":
        channel = el(devices, "channel", type="spicevmc")
        el(channel, "target", type="virtio", name="com.redhat.spice.0")
    if guest.graphics != "none":
        el(el(devices, "graphics", type=guest.graphics, autoport="yes"), "listen", type="address")
        el(el(devices, "video"), "model", type=guest.video)
    if guest.tpm:
        el(el(devices, "tpm", model="tpm-crb"), "backend", type="emulator", version="2.0")
    el(devices, "memballoon", model="virtio")
    if not guest.windows and guest.os:
        rng = el(devices, "rng", model="virtio")
        el(rng, "backend", "/dev/urandom", model="random")


def add_snapshot(root: Element, snapshot: Snapshot) -> None:
    """An internal snapshot of the running guest; its definition is the guest's, as reverting needs one."""
    node = etree.Element(f"{{{TEST_NS}}}domainsnapshot")
    el(node, "name", snapshot.name)
    if snapshot.description:
        el(node, "description", snapshot.description)
    el(node, "state", "running")
    if snapshot.parent:
        el(el(node, "parent"), "name", snapshot.parent)
    el(node, "creationTime", snapshot.created)
    el(node, "memory", snapshot="internal")
    disks = el(node, "disks")
    for target in root.iterfind("devices/disk/target"):
        el(disks, "disk", name=target.get("dev"), snapshot="internal")
    domain = etree.fromstring(etree.tostring(root))
    for inner in domain.findall(f"{{{TEST_NS}}}domainsnapshot"):
        domain.remove(inner)
    node.append(domain)
    el(node, "active", int(snapshot.current))
    root.append(node)


def add_test_state(root: Element, guest: Guest) -> None:
    el(root, f"{{{TEST_NS}}}runstate", get_args(State).index(guest.state))
    if guest.transient:
        el(root, f"{{{TEST_NS}}}transient")
    if guest.managed_save:
        el(root, f"{{{TEST_NS}}}hasmanagedsave")

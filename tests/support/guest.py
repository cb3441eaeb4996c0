"""Definitions of small QEMU guests under software emulation.

Most tests need no operating system: a guest whose firmware finds nothing to boot runs, pauses, takes devices
and ignores the power button. Those that need an answer from inside take linux_guest.py's kernel.
"""

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.support.daemon import PATH


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk image and where the guest sees it."""

    source: Path
    target: str = "vda"
    format: str = "qcow2"
    device: str = "disk"

    @property
    def bus(self) -> str:
        return {"v": "virtio", "h": "ide", "s": "scsi"}[self.target[0]]


def guest_xml(
    name: str,
    *,
    identifier: str | None = None,
    memory_mib: int = 32,
    vcpus: int = 1,
    max_vcpus: int | None = None,
    title: str | None = None,
    description: str | None = None,
    metadata: str | None = None,
    disks: Sequence[Disk] = (),
    networks: Sequence[str] = (),
    user_nics: int = 0,
    vnc: bool = False,
    agent: bool = False,
    serial: bool = False,
    kernel: Path | None = None,
    initrd: Path | None = None,
    cmdline: str | None = None,
    machine: str = "pc",
    devices: str = "",
    extra: str = "",
) -> str:
    """Write a domain definition of type qemu.

    identifier is the UUID, derived from the name when None. metadata, devices and extra are XML: inside
    <metadata>, at the end of <devices>, and at the end of <domain>. networks are names of libvirt networks;
    user_nics need none. vnc listens on loopback; agent adds the guest agent's channel; serial a pty console.
    """

    def sub(parent: ET.Element, tag: str, text: str | None = None, /, **attributes: str) -> ET.Element:
        element = ET.SubElement(parent, tag, attributes)
        element.text = text
        return element

    root = ET.Element("domain", {"type": "qemu"})
    sub(root, "name", name)
    sub(root, "uuid", identifier or str(uuid.uuid5(uuid.NAMESPACE_DNS, name)))
    if title is not None:
        sub(root, "title", title)
    if description is not None:
        sub(root, "description", description)
    if metadata is not None:
        sub(root, "metadata").append(ET.fromstring(metadata))
    sub(root, "memory", str(memory_mib), unit="MiB")
    count = str(vcpus)
    if max_vcpus is None:
        sub(root, "vcpu", count)
    else:
        sub(root, "vcpu", str(max_vcpus), current=count)
    boot = sub(root, "os")
    sub(boot, "type", "hvm", arch="x86_64", machine=machine)
    for tag, value in (("kernel", kernel), ("initrd", initrd), ("cmdline", cmdline)):
        if value is not None:
            sub(boot, tag, str(value))
    features = sub(root, "features")
    sub(features, "acpi")
    sub(features, "apic")
    inner = sub(root, "devices")
    sub(inner, "emulator", shutil.which("qemu-system-x86_64", path=PATH))
    for disk in disks:
        element = sub(inner, "disk", type="file", device=disk.device)
        sub(element, "driver", name="qemu", type=disk.format)
        sub(element, "source", file=str(disk.source))
        sub(element, "target", dev=disk.target, bus=disk.bus)
    for network in networks:
        nic = sub(inner, "interface", type="network")
        sub(nic, "source", network=network)
        sub(nic, "model", type="virtio")
    for _ in range(user_nics):
        sub(sub(inner, "interface", type="user"), "model", type="virtio")
    if serial:
        sub(sub(inner, "serial", type="pty"), "target", port="0")
    if agent:
        sub(sub(inner, "channel", type="unix"), "target", type="virtio", name="org.qemu.guest_agent.0")
    if vnc:
        sub(inner, "graphics", type="vnc", autoport="yes", listen="127.0.0.1")
        sub(sub(inner, "video"), "model", type="vga")
    inner.extend(ET.fromstring(f"<devices>{devices}</devices>"))
    root.extend(ET.fromstring(f"<domain>{extra}</domain>"))
    return ET.tostring(root, encoding="unicode")

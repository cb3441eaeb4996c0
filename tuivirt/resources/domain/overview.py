"""What matters of a definition in one glance."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuivirt.core import xml
from tuivirt.resources.domain import wording

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

AGENT = "org.qemu.guest_agent.0"


@dataclass(frozen=True, slots=True)
class Disk:
    target: str
    bus: str
    device: str
    """``disk``, ``cdrom``, ``floppy``, ``lun``."""
    format: str
    source: str
    """Empty: no medium."""
    readonly: bool


@dataclass(frozen=True, slots=True)
class Nic:
    kind: str
    """``network``, ``bridge``, ``user`` …"""
    source: str
    model: str
    mac: str
    target: str
    """The device on the host, known while the domain runs."""
    down: bool


@dataclass(frozen=True, slots=True)
class Graphics:
    kind: str
    where: str
    """``127.0.0.1:5900``, a socket's path, or empty when that is not decided yet."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Texts are as the host gave them; empty: not told."""

    kind: str
    """``kvm``, ``qemu``, ``xen``, ``lxc`` …"""
    arch: str
    machine: str
    os_type: str
    """``hvm``, ``exe``, ``xen`` …"""
    firmware: str
    boot: tuple[str, ...]
    """What it boots from, in order."""
    cpu: str
    vcpus: int | None
    vcpus_max: int | None
    memory: int | None
    """Bytes."""
    memory_max: int | None
    emulator: str
    agent: str
    """``connected``, ``disconnected``, ``not told``; empty: the definition has no channel for one."""
    disks: tuple[Disk, ...]
    nics: tuple[Nic, ...]
    graphics: tuple[Graphics, ...]
    others: tuple[tuple[str, int], ...]
    """How many of what else there is: host devices, file systems, TPM …"""


def overview(definition: str) -> Overview:
    """Raises ``lxml.etree.XMLSyntaxError``."""
    root = xml.parse(definition)
    return Overview(
        kind=root.get("type") or "",
        arch=xml.word(root, "os/type/@arch"),
        machine=xml.word(root, "os/type/@machine"),
        os_type=xml.word(root, "os/type/text()"),
        firmware=_firmware(root),
        boot=_boot(root),
        cpu=_cpu(root),
        vcpus=_number(xml.word(root, "vcpu/@current | vcpu/text()")),
        vcpus_max=_number(xml.word(root, "vcpu/text()")),
        memory=_size(root, "currentMemory") or _size(root, "memory"),
        memory_max=_size(root, "memory"),
        emulator=xml.word(root, "devices/emulator/text()"),
        agent=_agent(root),
        disks=tuple(map(_disk, root.iterfind("devices/disk"))),
        nics=tuple(map(_nic, root.iterfind("devices/interface"))),
        graphics=tuple(map(_graphics, root.iterfind("devices/graphics"))),
        others=_others(root),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def _size(root: "Element", path: str) -> int | None:
    found = root.find(path)
    return wording.size_of(found) if found is not None else None


def _firmware(root: "Element") -> str:
    """``UEFI``, ``UEFI, Secure Boot``, ``BIOS``, the kernel that is booted directly, or a loader's path."""
    if kernel := xml.word(root, "os/kernel/text()"):
        return f"kernel {kernel}"
    loader = xml.word(root, "os/loader/text()")
    if xml.word(root, "os/@firmware") == "efi" or xml.word(root, "os/loader/@type") == "pflash":
        secure = (
            xml.word(root, "os/loader/@secure") == "yes"
            or xml.word(root, "os/firmware/feature[@name='secure-boot']/@enabled") == "yes"
        )
        return "UEFI, Secure Boot" if secure else "UEFI"
    if loader:
        return loader
    if loader := xml.word(root, "bootloader/text()"):
        return loader
    bios = xml.word(root, "os/type/text()") == "hvm" and xml.word(root, "os/type/@arch") in {"x86_64", "i686"}
    return "BIOS" if bios else ""


def _boot(root: "Element") -> tuple[str, ...]:
    ordered = [
        (_number(boot.get("order") or "") or 0, _boot_name(device))
        for boot in root.iterfind("devices/*/boot")
        if (device := boot.getparent()) is not None
    ]
    if ordered:
        return tuple(name for _, name in sorted(ordered))
    return xml.words(root, "os/boot/@dev | os/init/text()")


def _boot_name(device: "Element") -> str:
    target = xml.word(device, "target/@dev")
    if device.tag == "interface":
        return f"network {xml.word(device, 'mac/@address')}"
    return target or str(device.tag)


def _cpu(root: "Element") -> str:
    cpu = root.find("cpu")
    if cpu is None:
        return ""
    mode, model = cpu.get("mode") or "", xml.word(cpu, "model/text()")
    words = [model if mode in {"", "custom"} else mode]
    topology = cpu.find("topology")
    if topology is not None:
        names = ("sockets", "dies", "clusters", "cores", "threads")
        counts = [f"{topology.get(name)} {name}" for name in names if (topology.get(name) or "1") != "1"]
        words += counts
    return ", ".join(filter(None, words))


def _agent(root: "Element") -> str:
    target = root.find(f"devices/channel/target[@name='{AGENT}']")
    return "" if target is None else target.get("state") or "not told"


def _disk(disk: "Element") -> Disk:
    source = disk.find("source")
    return Disk(
        target=xml.word(disk, "target/@dev"),
        bus=xml.word(disk, "target/@bus"),
        device=disk.get("device") or "disk",
        format=xml.word(disk, "driver/@type"),
        source="" if source is None else wording.source(source),
        readonly=disk.find("readonly") is not None,
    )


def _nic(nic: "Element") -> Nic:
    source = nic.find("source")
    return Nic(
        kind="network" if source is not None and source.get("network") else nic.get("type") or "",
        source="" if source is None else wording.source(source),
        model=xml.word(nic, "model/@type"),
        mac=xml.word(nic, "mac/@address"),
        target=xml.word(nic, "target/@dev"),
        down=xml.word(nic, "link/@state") == "down",
    )


def _graphics(graphics: "Element") -> Graphics:
    port = graphics.get("port") or ""
    socket = graphics.get("socket") or xml.word(graphics, "listen/@socket")
    listen = graphics.get("listen") or xml.word(graphics, "listen/@address")
    tls = graphics.get("tlsPort") or ""
    if socket:
        where = socket
    elif _number(port):
        where = f"{f'[{listen}]' if ':' in listen else listen}:{port}"
    else:
        where = listen
    return Graphics(graphics.get("type") or "", where + (f" (TLS {tls})" if _number(tls) else ""))


_COUNTED = {
    "hostdev": "host devices",
    "filesystem": "file systems",
    "tpm": "TPM",
    "rng": "RNG",
    "watchdog": "watchdog",
    "sound": "sound",
    "redirdev": "USB redirections",
    "smartcard": "smartcard",
    "memory": "memory modules",
    "shmem": "shared memory",
    "vsock": "vsock",
    "panic": "panic",
    "iommu": "IOMMU",
    "crypto": "crypto",
}


def _others(root: "Element") -> tuple[tuple[str, int], ...]:
    found = ((word, len(root.findall(f"devices/{tag}"))) for tag, word in _COUNTED.items())
    return tuple((word, count) for word, count in found if count)

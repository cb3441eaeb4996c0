"""How each part of a definition is told: the facts that people look for, by XPath, and its summary.

What a form does not name follows its facts as it stands in the XML, so a form only says what deserves a
better word or a place in the summary.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tuivirt.resources.domain import nodes, wording

Read = Callable[[Sequence[Any]], str]
"""Takes what an XPath yields: texts or elements."""


def joined(found: Sequence[Any]) -> str:
    """Texts as they are; an element as its text, or *yes*."""
    words = (node.strip() if isinstance(node, str) else nodes.text(node) or "yes" for node in found)
    return ", ".join(filter(None, words))


def _sizes(found: Sequence[Any]) -> str:
    return ", ".join(map(wording.size, found))


def _mebibytes(found: Sequence[Any]) -> str:
    return ", ".join(wording.size(node, "MiB") for node in found)


def _addresses(found: Sequence[Any]) -> str:
    return ", ".join(map(wording.address, found))


def _sources(found: Sequence[Any]) -> str:
    return ", ".join(filter(None, map(wording.source, found)))


def _pairs(found: Sequence[Any]) -> str:
    return ", ".join(filter(None, (wording.pairs(node) for node in found)))


def _named(found: Sequence[Any]) -> str:
    """Attributes as ``name=value``."""
    return ", ".join(f"{nodes.local(node.attrname)}={node}" for node in found)


def _policies(found: Sequence[Any]) -> str:
    """CPU features by what is asked of them."""
    groups: dict[str, list[str]] = {}
    for node in found:
        groups.setdefault(node.get("policy") or "require", []).append(node.get("name") or "")
    return "; ".join(f"{policy} {', '.join(names)}" for policy, names in groups.items())


def _names(found: Sequence[Any]) -> str:
    """Elements by tag, with what they say: ``acpi, hyperv (relaxed on, …)``."""
    return ", ".join(map(_switch, found))


def _switch(node: Any) -> str:
    said = [
        value if name == "state" else f"{nodes.local(str(name))}={value}"
        for name, value in node.attrib.items()
    ]
    said += [nodes.text(node)] if nodes.text(node) else []
    said += map(_switch, nodes.elements(node))
    return nodes.name(node) + (f" ({', '.join(said)})" if said else "")


def _bare(found: Sequence[Any]) -> str:
    """Elements by tag and state alone: for a summary."""
    return ", ".join(nodes.name(node) for node in found if node.get("state") not in {"off", "no"})


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    path: str
    """XPath that yields attributes, texts or elements."""
    read: Read = joined
    names: frozenset[str] = frozenset()
    """Of elements, the attributes that ``read`` may tell; none: it tells all of each element."""


@dataclass(frozen=True, slots=True)
class Form:
    kind: str
    """Empty: the tag."""
    path: str
    """XPath from ``<domain>`` of the elements."""
    summary: tuple[str, ...] = ()
    """Labels of facts; ``words {Label}``; ``?Label|words`` for words alone. What is not there is left out."""
    facts: tuple[Fact, ...] = ()
    together: bool = False
    """The elements are one part, and the facts' XPaths begin at ``<domain>``; else each is its own part."""


_SOURCE_NAMES: Final = frozenset(
    {
        *(
            "file",
            "path",
            "socket",
            "network",
            "bridge",
            "evdev",
            "channel",
            "group",
            "protocol",
            "name",
            "query",
        ),
        *("pool", "volume", "dev", "mode", "dir", "host", "service", "address", "port"),
        *("type", "domain", "bus", "slot", "function", "device", "controller", "target", "unit", "uuid"),
    }
)
_SOURCE: Final = Fact("Source", "source", _sources, _SOURCE_NAMES)
_ADDRESS: Final = Fact("Address", "address", _addresses)
_BOOT: Final = Fact("Boot order", "boot/@order")
_ALIAS: Final = Fact("Alias", "alias/@name")
_TAIL: Final = (_BOOT, _ADDRESS, _ALIAS)
_MODEL: Final = Fact("Model", "@model")


def _disk(kind: str, path: str) -> Form:
    return Form(
        kind,
        path,
        ("Target", "Bus", "Format", "Source", "?Read-only|read-only", "?Transient|transient"),
        (
            Fact("Target", "target/@dev"),
            Fact("Bus", "target/@bus"),
            Fact("Format", "driver/@type"),
            _SOURCE,
            Fact("Storage", "@type"),
            Fact("Device", "@device"),
            Fact("Cache", "driver/@cache"),
            Fact("I/O mode", "driver/@io"),
            Fact("Discard", "driver/@discard"),
            Fact("Detect zeroes", "driver/@detect_zeroes"),
            Fact("Serial", "serial"),
            Fact("WWN", "wwn"),
            Fact("Read-only", "readonly"),
            Fact("Shareable", "shareable"),
            Fact("Transient", "transient"),
            *_TAIL,
        ),
    )


def _character(kind: str, tag: str, *more: Fact) -> Form:
    return Form(
        kind,
        f"devices/{tag}",
        ("Type", "Name", "port {Port}", "Source", "State"),
        (
            Fact("Type", "@type"),
            Fact("Name", "target/@name"),
            Fact("Port", "target/@port"),
            Fact("Target", "target/@type"),
            _SOURCE,
            Fact("State", "target/@state"),
            *more,
            *_TAIL,
        ),
    )


_GENERAL: Final = (
    Form(
        "General",
        "name | uuid | genid | title | description",
        ("Name", "Hypervisor", "UUID"),
        (
            Fact("Name", "name"),
            Fact("Title", "title"),
            Fact("Description", "description"),
            Fact("Hypervisor", "@type"),
            Fact("Id", "@id"),
            Fact("Also", "@*[not(name()='type' or name()='id')]", _named),
            Fact("UUID", "uuid"),
            Fact("Generation id", "genid"),
        ),
        together=True,
    ),
    Form(
        "vCPUs",
        "vcpu | vcpus | iothreads | iothreadids | defaultiothread",
        ("{Running} of", "Count", "on {Pinned to}", "{I/O threads} I/O threads"),
        (
            Fact("Count", "vcpu/text()"),
            Fact("Running", "vcpu/@current"),
            Fact("Placement", "vcpu/@placement"),
            Fact("Pinned to", "vcpu/@cpuset"),
            Fact("I/O threads", "iothreads"),
        ),
        together=True,
    ),
    Form(
        "CPU",
        "cpu",
        ("Mode", "Model", "Topology"),
        (
            Fact("Mode", "@mode"),
            Fact("Model", "model/text()"),
            Fact("Vendor", "vendor"),
            Fact("Topology", "topology", _pairs),
            Fact("Match", "@match"),
            Fact("Check", "@check"),
            Fact("Features", "feature", _policies),
        ),
    ),
    Form(
        "CPU tuning",
        "cputune",
        ("{Shares} shares", "Pins"),
        (
            Fact("Shares", "shares"),
            Fact(
                "Pins",
                "vcpupin",
                lambda found: ", ".join(f"{n.get('vcpu')}→{n.get('cpuset')}" for n in found),
            ),
            Fact("Emulator pin", "emulatorpin/@cpuset"),
        ),
    ),
    Form(
        "NUMA",
        "numatune",
        ("Mode", "Nodes"),
        (Fact("Mode", "memory/@mode"), Fact("Nodes", "memory/@nodeset")),
    ),
    Form(
        "Memory",
        "memory | currentMemory | maxMemory",
        ("{Given} of", "Whole", "up to {With modules} with modules"),
        (
            Fact("Given", "currentMemory", _sizes),
            Fact("Whole", "memory", _sizes),
            Fact("With modules", "maxMemory", _sizes),
            Fact("Slots", "maxMemory/@slots"),
        ),
        together=True,
    ),
    Form(
        "Memory backing",
        "memoryBacking",
        ("Told",),
        (Fact("Told", "*", _names),),
    ),
    Form(
        "Memory limits",
        "memtune",
        ("Hard", "Soft"),
        (
            Fact("Hard", "hard_limit", _sizes),
            Fact("Soft", "soft_limit", _sizes),
            Fact("With swap", "swap_hard_limit", _sizes),
            Fact("Guaranteed", "min_guarantee", _sizes),
        ),
    ),
    Form("Block I/O limits", "blkiotune", ("{Weight} weight",), (Fact("Weight", "weight"),)),
    Form("Resources", "resource", ("Partition",), (Fact("Partition", "partition"),)),
    Form(
        "Boot",
        "os | bootloader | bootloader_args",
        (
            "Machine",
            "Architecture",
            "{Firmware} firmware",
            "Loader",
            "boots from {Boots from}",
            "Kernel",
            "Init",
            "Boot loader",
        ),
        (
            Fact("Machine", "os/type/@machine"),
            Fact("Architecture", "os/type/@arch"),
            Fact("Kind", "os/type/text()"),
            Fact("Firmware", "os/@firmware"),
            Fact("Loader", "os/loader/text()"),
            Fact("Secure Boot", "os/loader/@secure"),
            Fact("NVRAM", "os/nvram/text()"),
            Fact("NVRAM template", "os/nvram/@template"),
            Fact("Boots from", "os/boot/@dev"),
            Fact("Boot menu", "os/bootmenu/@enable"),
            Fact("Kernel", "os/kernel"),
            Fact("Initial RAM disk", "os/initrd"),
            Fact("Command line", "os/cmdline"),
            Fact("Device tree", "os/dtb"),
            Fact("Init", "os/init"),
            Fact("Boot loader", "bootloader"),
            Fact("Boot loader arguments", "bootloader_args"),
        ),
        together=True,
    ),
    Form("SMBIOS", "sysinfo", ("Type",), (Fact("Type", "@type"),)),
    Form("Emulator", "devices/emulator", ("Path",), (Fact("Path", "text()"),)),
    Form("Features", "features", ("On",), (Fact("On", "*", _names),)),
    Form(
        "Clock",
        "clock",
        ("Offset", "timers {Timers}"),
        (
            Fact("Offset", "@offset"),
            Fact("Time zone", "@timezone"),
            Fact("Adjustment", "@adjustment"),
            Fact("Timers", "timer/@name"),
        ),
    ),
    Form(
        "Lifecycle",
        "on_poweroff | on_reboot | on_crash | on_lockfailure",
        ("{On shutdown} on shutdown", "{On reboot} on reboot", "{On crash} on crash"),
        (
            Fact("On shutdown", "on_poweroff"),
            Fact("On reboot", "on_reboot"),
            Fact("On crash", "on_crash"),
            Fact("On lock failure", "on_lockfailure"),
        ),
        together=True,
    ),
    Form(
        "Power management",
        "pm",
        ("{To memory} to memory", "{To disk} to disk"),
        (Fact("To memory", "suspend-to-mem/@enabled"), Fact("To disk", "suspend-to-disk/@enabled")),
    ),
)

_DEVICES: Final = (
    _disk("Disk", "devices/disk[not(@device='cdrom' or @device='floppy')]"),
    _disk("CD-ROM", "devices/disk[@device='cdrom']"),
    _disk("Floppy", "devices/disk"),
    Form(
        "Network",
        "devices/interface",
        ("Type", "Source", "Model", "MAC", "Host device", "link {Link}"),
        (
            Fact("Type", "@type"),
            _SOURCE,
            Fact("Model", "model/@type"),
            Fact("MAC", "mac/@address"),
            Fact("Host device", "target/@dev"),
            Fact("Link", "link/@state"),
            Fact("MTU", "mtu/@size"),
            Fact("VLAN", "vlan/tag/@id"),
            Fact("Filter", "filterref/@filter"),
            Fact("Queues", "driver/@queues"),
            Fact("Guest addresses", "ip", _pairs),
            *_TAIL,
        ),
    ),
    Form(
        "Graphics",
        "devices/graphics",
        ("Type", "Listens", "port {Port}", "Socket"),
        (
            Fact("Type", "@type"),
            Fact("Port", "@port"),
            Fact("TLS port", "@tlsPort"),
            Fact("Automatic port", "@autoport"),
            Fact("Listens", "@listen"),
            Fact("Listens at", "listen", _pairs),
            Fact("Socket", "@socket"),
            Fact("Display", "@display"),
            Fact("Keyboard", "@keymap"),
            Fact("OpenGL", "gl/@enable"),
        ),
    ),
    Form(
        "Video",
        "devices/video",
        ("Model", "Video memory", "{Heads} heads"),
        (
            Fact("Model", "model/@type"),
            Fact("Heads", "model/@heads"),
            Fact("Primary", "model/@primary"),
            Fact("Video memory", "model/@vram", lambda found: ", ".join(f"{v} KiB" for v in found)),
            Fact("3D", "model/acceleration/@accel3d"),
            *_TAIL,
        ),
    ),
    Form(
        "Input",
        "devices/input",
        ("Type", "Bus", "Source"),
        (Fact("Type", "@type"), Fact("Bus", "@bus"), _SOURCE, *_TAIL),
    ),
    Form("Sound", "devices/sound", ("Model",), (_MODEL, Fact("Codecs", "codec/@type"), *_TAIL)),
    Form("Audio", "devices/audio", ("Type",), (Fact("Type", "@type"), Fact("Id", "@id"))),
    _character("Serial", "serial"),
    _character("Parallel", "parallel"),
    _character("Console", "console", Fact("Terminal", "@tty")),
    _character("Channel", "channel"),
    Form(
        "Host device",
        "devices/hostdev",
        ("Type", "Device", "Ids", "Adapter", "?Managed|managed by libvirt"),
        (
            Fact("Type", "@type"),
            Fact("Mode", "@mode"),
            Fact("Device", "source", _sources, _SOURCE_NAMES),
            Fact("Ids", "source/vendor/@id | source/product/@id"),
            Fact("Adapter", "source/adapter/@name"),
            Fact("Managed", "@managed"),
            _MODEL,
            Fact("ROM", "rom", _pairs),
            *_TAIL,
        ),
    ),
    Form(
        "USB redirection",
        "devices/redirdev",
        ("Type", "Bus", "Source"),
        (Fact("Type", "@type"), Fact("Bus", "@bus"), _SOURCE, *_TAIL),
    ),
    Form("USB filter", "devices/redirfilter", ("Rules",), (Fact("Rules", "usbdev", _pairs),)),
    Form(
        "File system",
        "devices/filesystem",
        ("Source", "at {Target}", "Driver", "?Read-only|read-only"),
        (
            _SOURCE,
            Fact("Target", "target/@dir"),
            Fact("Type", "@type"),
            Fact("Driver", "driver/@type"),
            Fact("Access", "@accessmode"),
            Fact("Read-only", "readonly"),
            *_TAIL,
        ),
    ),
    Form(
        "TPM",
        "devices/tpm",
        ("Model", "Backend", "Version"),
        (
            _MODEL,
            Fact("Backend", "backend/@type"),
            Fact("Version", "backend/@version"),
            Fact("Device", "backend/device/@path"),
            Fact("Encryption", "backend/encryption/@secret"),
            *_TAIL,
        ),
    ),
    Form(
        "Random numbers",
        "devices/rng",
        ("Model", "Backend", "Source"),
        (_MODEL, Fact("Backend", "backend/@model"), Fact("Source", "backend/text()"), *_TAIL),
    ),
    Form("Watchdog", "devices/watchdog", ("Model", "Action"), (_MODEL, Fact("Action", "@action"), *_TAIL)),
    Form(
        "Balloon",
        "devices/memballoon",
        ("Model", "statistics every {Statistics every}"),
        (
            _MODEL,
            Fact("Statistics every", "stats/@period", lambda found: ", ".join(f"{v} s" for v in found)),
            Fact("Takes back when out of memory", "@autodeflate"),
            *_TAIL,
        ),
    ),
    Form(
        "Memory module",
        "devices/memory",
        ("Model", "Size", "node {Node}"),
        (
            _MODEL,
            Fact("Size", "target/size", _sizes),
            Fact("Node", "target/node"),
            Fact("Requested", "target/requested", _sizes),
            Fact("Plugged", "target/current", _sizes),
            Fact("Block", "target/block", _sizes),
            *_TAIL,
        ),
    ),
    Form(
        "Shared memory",
        "devices/shmem",
        ("Name", "Model", "Size"),
        (Fact("Name", "@name"), Fact("Model", "model/@type"), Fact("Size", "size", _mebibytes), *_TAIL),
    ),
    Form(
        "Vsock",
        "devices/vsock",
        ("Model", "cid {Guest id}"),
        (_MODEL, Fact("Guest id", "cid/@address"), Fact("Automatic id", "cid/@auto"), *_TAIL),
    ),
    Form(
        "Smartcard",
        "devices/smartcard",
        ("Mode", "Type"),
        (Fact("Mode", "@mode"), Fact("Type", "@type"), _SOURCE, *_TAIL),
    ),
    Form("Panic notifier", "devices/panic", ("Model",), (_MODEL, *_TAIL)),
    Form("IOMMU", "devices/iommu", ("Model",), (_MODEL, *_TAIL)),
    Form(
        "Crypto",
        "devices/crypto",
        ("Model", "Type"),
        (_MODEL, Fact("Type", "@type"), Fact("Backend", "backend/@model"), *_TAIL),
    ),
    Form("Hub", "devices/hub", ("Type",), (Fact("Type", "@type"), *_TAIL)),
    Form("NVRAM device", "devices/nvram", ("Address",), _TAIL),
    Form(
        "Lease",
        "devices/lease",
        ("Lock space", "Key"),
        (Fact("Lock space", "lockspace"), Fact("Key", "key"), Fact("Path", "target/@path")),
    ),
    Form(
        "Controller",
        "devices/controller",
        ("Type", "Index", "Model", "Address"),
        (Fact("Type", "@type"), Fact("Index", "@index"), _MODEL, *_TAIL),
    ),
    Form("", "devices/*"),
)

_LAST: Final = (
    Form(
        "Launch security",
        "launchSecurity",
        ("Type", "policy {Policy}"),
        (Fact("Type", "@type"), Fact("Policy", "policy")),
    ),
    Form(
        "Security label",
        "seclabel",
        ("Model", "Type", "Label"),
        (_MODEL, Fact("Type", "@type"), Fact("Label", "label"), Fact("Image label", "imagelabel")),
    ),
    Form("Id map", "idmap"),
    Form("Performance events", "perf", ("Events",), (Fact("Events", "event", _pairs),)),
    Form("Key wrapping", "keywrap"),
    Form("Metadata", "metadata/*"),
    Form("", "*[not(self::devices)]"),
)

FORMS: Final = (*_GENERAL, *_DEVICES, *_LAST)
"""In the order in which parts are listed; an element belongs to the first form that yields it."""

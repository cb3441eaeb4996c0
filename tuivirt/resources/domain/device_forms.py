"""How each part of a definition is told: the facts that people look for, by XPath, and its summary.

What a form does not name follows its facts as it stands in the XML, so a form only says what deserves a
better word or a place in the summary.
"""

from dataclasses import dataclass
from typing import Final

from tuivirt.resources.domain.device_facts import (
    ADDRESS,
    CHAIN,
    KIBIBYTES,
    MEBIBYTES,
    NAMED,
    PAIRS,
    PINS,
    POLICIES,
    SECONDS,
    SIZE,
    SOURCE,
    SWITCHES,
    TIMERS,
    Fact,
)


@dataclass(frozen=True, slots=True)
class Form:
    kind: str
    """Empty: the tag."""
    path: str
    """XPath from ``<domain>`` of the elements."""
    summary: tuple[str, ...] = ()
    """Labels of facts, or words with labels in braces, after a bar what else to try; ``?Label|words`` says
    words alone. What is not there is left out.
    """
    facts: tuple[Fact, ...] = ()
    together: bool = False
    """The elements are one part, and the facts' XPaths begin at ``<domain>``; else each is its own part."""


_SOURCE: Final = Fact("Source", "source", SOURCE)
_ADDRESS: Final = Fact("Address", "address", ADDRESS)
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
            Fact("On top of", "backingStore", CHAIN),
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
            Fact("Also", "@*[not(name()='type' or name()='id')]", NAMED),
            Fact("UUID", "uuid"),
            Fact("Generation id", "genid"),
        ),
        together=True,
    ),
    Form(
        "vCPUs",
        "vcpu | vcpus | iothreads | iothreadids | defaultiothread",
        ("{Running} of {Count}|Count", "on {Pinned to}", "{I/O threads} I/O threads"),
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
            Fact("Topology", "topology", PAIRS),
            Fact("Match", "@match"),
            Fact("Check", "@check"),
            Fact("Features", "feature", POLICIES),
        ),
    ),
    Form(
        "CPU tuning",
        "cputune",
        ("{Shares} shares", "Pins"),
        (
            Fact("Shares", "shares"),
            Fact("Pins", "vcpupin", PINS),
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
        ("{Given} of {Whole}|Whole", "up to {With modules} with modules"),
        (
            Fact("Given", "currentMemory", SIZE),
            Fact("Whole", "memory", SIZE),
            Fact("With modules", "maxMemory", SIZE),
            Fact("Slots", "maxMemory/@slots"),
        ),
        together=True,
    ),
    Form(
        "Memory backing",
        "memoryBacking",
        ("Told",),
        (Fact("Told", "*", SWITCHES),),
    ),
    Form(
        "Memory limits",
        "memtune",
        ("Hard", "Soft"),
        (
            Fact("Hard", "hard_limit", SIZE),
            Fact("Soft", "soft_limit", SIZE),
            Fact("With swap", "swap_hard_limit", SIZE),
            Fact("Guaranteed", "min_guarantee", SIZE),
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
    Form("Features", "features", ("On",), (Fact("On", "*", SWITCHES),)),
    Form(
        "Clock",
        "clock",
        ("Offset", "Time zone"),
        (
            Fact("Offset", "@offset"),
            Fact("Time zone", "@timezone"),
            Fact("Adjustment", "@adjustment"),
            Fact("Timers", "timer", TIMERS),
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
            Fact("Guest addresses", "ip", PAIRS),
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
            Fact("Listens at", "listen", PAIRS),
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
            Fact("Video memory", "model/@vram", KIBIBYTES),
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
            Fact("Device", "source", SOURCE),
            Fact("Ids", "source/vendor/@id | source/product/@id"),
            Fact("Adapter", "source/adapter/@name"),
            Fact("Managed", "@managed"),
            _MODEL,
            Fact("ROM", "rom", PAIRS),
            *_TAIL,
        ),
    ),
    Form(
        "USB redirection",
        "devices/redirdev",
        ("Type", "Bus", "Source"),
        (Fact("Type", "@type"), Fact("Bus", "@bus"), _SOURCE, *_TAIL),
    ),
    Form("USB filter", "devices/redirfilter", ("Rules",), (Fact("Rules", "usbdev", PAIRS),)),
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
            Fact("Statistics every", "stats/@period", SECONDS),
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
            Fact("Size", "target/size", SIZE),
            Fact("Node", "target/node"),
            Fact("Requested", "target/requested", SIZE),
            Fact("Plugged", "target/current", SIZE),
            Fact("Block", "target/block", SIZE),
            *_TAIL,
        ),
    ),
    Form(
        "Shared memory",
        "devices/shmem",
        ("Name", "Model", "Size"),
        (Fact("Name", "@name"), Fact("Model", "model/@type"), Fact("Size", "size", MEBIBYTES), *_TAIL),
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
    Form("Performance events", "perf", ("Events",), (Fact("Events", "event", PAIRS),)),
    Form("Key wrapping", "keywrap"),
    Form("Metadata", "metadata/*"),
    Form("", "*[not(self::devices or self::metadata[*])]"),
)

FORMS: Final = (*_GENERAL, *_DEVICES, *_LAST)
"""In the order in which parts are listed; an element belongs to the first form that yields it."""

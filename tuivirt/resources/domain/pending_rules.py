"""Rules for comparing a running domain's definition with the saved one: tables, and the few that need both.

A running domain's definition has much that is made up when it starts. What is known to be so is taken out of
both (``RUNTIME``), or does not count while only the live one has it (``ASSIGNED``).
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tuivirt.core import xml
from tuivirt.resources.domain import nodes, wording

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    Rule = Callable[[Element, Element], None]

RUNTIME: Final = (
    "@id",
    "devices/*/alias",
    "vcpus/vcpu/@order",
    "cpu/@check",
    "cpu/model/@fallback",
    # The clock of a guest that sets it drifts away from the definition; libvirt writes the drift down.
    "clock[@offset='variable']/@adjustment",
    "clock[@offset='variable']/@basis",
    "devices/disk/source/@index",
    "devices/disk/backingStore",
    "devices/disk/mirror",
    "devices/disk/target/@tray",
    "devices/disk//reservations/source",
    "devices/disk[transient]/source",
    "devices/interface/source/@portid",
    "devices/interface/guest/@actual",
    "devices/console/@tty",
    "devices/*[@type='pty']/source",
    "devices/channel/target/@state",
    "devices/console/target[@type='virtio']/@port",
    # The first console is the first serial port again.
    "devices[serial]/console[target/@type='serial']",
    "devices/graphics[@autoport='yes']/@port",
    "devices/graphics[@autoport='yes']/@tlsPort",
    "devices/graphics[@websocket]/@websocket",
    "devices/graphics/@passwdValidTo",
    "devices/vsock/cid[@auto='yes']/@address",
    "devices/memory/address/@base",
    "devices/memory/target/current",
    "seclabel[@type='dynamic' or not(@type)]/label",
    "seclabel/imagelabel",
    "vcpu[@placement='auto']/@cpuset",
    "numatune/memory[@placement='auto']/@nodeset",
)
"""XPaths from ``<domain>``."""

ASSIGNED: Final = (
    "resource",
    "vcpus",
    "cpu/feature",
    "cpu/vendor",
    "devices/*/address",
    "devices/*/source/@tls",
    "devices/channel/source",
    "devices/emulator",
    "devices/disk/driver",
    "devices/filesystem/binary",
    "devices/graphics/@listen",
    "devices/graphics/@socket",
    "devices/graphics/@port",
    "devices/graphics/@tlsPort",
    "devices/graphics/listen",
    "devices/graphics/listen/@address",
    "devices/graphics/listen/@socket",
    "devices/hostdev/driver",
    "devices/hostdev/source/address",
    "devices/vsock/cid/@address",
    "features/gic/@version",
    "launchSecurity/cbitpos",
    "launchSecurity/reducedPhysBits",
    "seclabel/*",
)
"""What libvirt or the hypervisor fills in at the start, by tags; ``*`` is one tag or attribute."""

_ASSIGNED: Final = re.compile("|".join(re.escape(p).replace(r"\*", "[^/]+") for p in ASSIGNED))
_MADE_UP_NAME: Final = re.compile(r"(vnet|macvtap|macvlan|veth|vif|tap)[0-9][0-9.]*(-emu)?")


def assigned(pattern: str, element: "Element") -> bool:
    """Whether that which only the live definition has was filled in at the start."""
    if pattern == "devices/interface/target":
        return _MADE_UP_NAME.fullmatch(element.get("dev") or "") is not None
    if pattern == "devices/interface/target/@dev":
        return _MADE_UP_NAME.fullmatch(element.get("dev") or "") is not None
    if pattern == "seclabel":
        return element.get("type") in {None, "dynamic"}
    return _ASSIGNED.fullmatch(pattern) is not None


# What tells a thing from others of its tag, as XPaths; without one it is known by its place.
_IDENTITY: Final = {
    "disk": ("target/@dev",),
    "interface": ("mac/@address",),
    "controller": ("@type", "@index"),
    "filesystem": ("target/@dir",),
    "channel": ("target/@name",),
    "serial": ("target/@port",),
    "parallel": ("target/@port",),
    "console": ("target/@type", "target/@port"),
    "graphics": ("@type",),
    "input": ("@type", "@bus"),
    "sound": ("@model",),
    "shmem": ("@name",),
    "audio": ("@id",),
    "feature": ("@name",),
    "timer": ("@name",),
    "vcpu": ("@id",),
    "cell": ("@id",),
    "sibling": ("@id",),
    "vcpupin": ("@vcpu",),
    "vcpusched": ("@vcpus",),
    "iothread": ("@id",),
    "iothreadpin": ("@iothread",),
    "memnode": ("@cellid",),
    "entry": ("@name",),
    "parameter": ("@name",),
    "hub": ("@type",),
    "seclabel": ("@model",),
    "throttlegroup": ("group_name/text()",),
}


def identity(element: "Element") -> str:
    """The name that tells an element from its siblings of the same tag, or nothing."""
    tag = nodes.name(element)
    if tag == "hostdev":
        source = element.find("source")
        # A USB device that is wanted by its ids gets its address when it is found.
        ids = " ".join(xml.words(element, "source/vendor/@id | source/product/@id"))
        return ids or ("" if source is None else wording.source(source))
    return " ".join(filter(None, (xml.word(element, path) for path in _IDENTITY.get(tag, ()))))


def prepare(live: "Element", saved: "Element") -> None:
    """Take out of both what does not count, in place."""
    for rule in _RULES:
        rule(live, saved)
    for root in (live, saved):
        for path in RUNTIME:
            nodes.remove(root, path)


def _cpu(live: "Element", saved: "Element") -> None:
    """A live CPU model is the wanted one, worked out for this host."""
    now, then = live.find("cpu"), saved.find("cpu")
    if now is None or then is None:
        if now is not None and now.get("check") == "full":
            live.remove(now)
        return
    worked_out = now.get("mode", "custom") in {"custom", "host-model"}
    unlike: tuple[str, ...]
    if then.get("mode") == "host-model" and worked_out:
        unlike = ("@mode", "@match", "model", "vendor", "feature", "maxphysaddr")
    elif then.get("mode", "custom") == "custom" and worked_out and then.get("match") == "minimum":
        unlike = ("@match", "model", "vendor", "feature")
    elif now.get("check") == "full":
        unlike = ("@match", "feature[@policy='optional']")
        _alike_features(now, then)
    else:
        return
    for path in unlike:
        nodes.remove(now, path)
        nodes.remove(then, path)


_SAME_POLICY = {"force": "require", "forbid": "disable"}


def _alike_features(now: "Element", then: "Element") -> None:
    """Wanted and worked-out policies that come to the same are made the same."""
    worked_out = {feature.get("name"): feature for feature in now.iterfind("feature")}
    for feature in then.iterfind("feature"):
        found = worked_out.get(feature.get("name"))
        wanted = feature.get("policy") or "require"
        if feature.get("policy") is None:
            feature.set("policy", wanted)
        if found is None:
            continue
        if _SAME_POLICY.get(wanted, wanted) == found.get("policy") or wanted == "optional":
            found.set("policy", wanted)


def _vcpus(live: "Element", saved: "Element") -> None:
    """``current`` is the whole count where it is not told, and the list of single ones follows from it."""
    told = any(xml.word(root, "vcpu/@current") for root in (live, saved))
    for root in (live, saved):
        vcpu = root.find("vcpu")
        if told and vcpu is not None and vcpu.get("current") is None:
            vcpu.set("current", nodes.text(vcpu))
    counts = [xml.word(root, "vcpu/@current") for root in (live, saved)]
    if counts[0] != counts[1] or live.find("vcpus") is None or saved.find("vcpus") is None:
        nodes.remove(live, "vcpus")
        nodes.remove(saved, "vcpus")


def _memory(live: "Element", saved: "Element") -> None:
    """Memory modules count by themselves, and what a balloon takes is no setting where none is asked for.

    A guest that is told to run with less than it has keeps all of it until its balloon driver is up, or for
    good without one. That looks like a definition which was changed meanwhile, and counts as such.
    """
    wanted = _octets(saved, "currentMemory")
    modules = [len(root.findall("devices/memory")) for root in (live, saved)]
    ignored: tuple[str, ...]
    if modules[0] != modules[1]:
        ignored = ("memory", "currentMemory")
    elif wanted == _octets(saved, "memory") or live.find("devices/memballoon[@model='none']") is not None:
        ignored = ("currentMemory",)
    else:
        return
    for path in ignored:
        nodes.remove(live, path)
        nodes.remove(saved, path)


def _octets(root: "Element", path: str) -> int | None:
    found = root.find(path)
    return None if found is None else wording.size_of(found)


def _firmware(live: "Element", saved: "Element") -> None:
    """With automatic selection the loader, its NVRAM and features are chosen at the start."""
    automatic = xml.word(saved, "os/@firmware") and xml.word(live, "os/@firmware")
    chosen = ("os/loader", "os/nvram", "os/firmware") if automatic else ()
    for path in chosen:
        if saved.find(path) is None:
            nodes.remove(live, path)
    if saved.find("os/loader") is not None and saved.find("os/nvram") is None:
        nodes.remove(live, "os/nvram")
    for path in ("os/nvram/@template", "os/nvram/@templateFormat", "os/nvram/@format", "os/loader/@format"):
        if not xml.word(saved, path):
            nodes.remove(live, path)


def _disks(live: "Element", saved: "Element") -> None:
    drives = {xml.word(disk, "target/@dev"): disk for disk in live.iterfind("devices/disk")}
    for disk in saved.iterfind("devices/disk"):
        running = drives.get(xml.word(disk, "target/@dev"))
        if running is None:
            continue
        if running.find("source") is None:
            # An empty drive: its format is not told, and an optional medium that was missing is dropped.
            nodes.remove(disk, "driver/@type")
            if xml.word(disk, "source/@startupPolicy") in {"optional", "requisite"}:
                nodes.remove(disk, "source")
        elif disk.find("shareable") is not None and not xml.word(disk, "driver/@cache"):
            nodes.remove(running, "driver/@cache[.='none']")


def _interfaces(live: "Element", saved: "Element") -> None:
    """A device on a libvirt network is told as what the network made of it."""
    running = {xml.word(nic, "mac/@address"): nic for nic in live.iterfind("devices/interface")}
    for nic in saved.iterfind("devices/interface[@type='network']"):
        now = running.get(xml.word(nic, "mac/@address"))
        network = xml.word(nic, "source/@network")
        if now is None or not network or xml.word(now, "source/@network") != network:
            continue
        now.set("type", "network")
        wanted = {name for source in nic.iterfind("source") for name, _ in nodes.attributes(source)}
        for made in now.iterfind("source"):
            for name in {name for name, _ in nodes.attributes(made)} - wanted:
                del made.attrib[name]
        nodes.remove(now, "source/*")
        for tag in ("virtualport", "vlan", "bandwidth", "mtu", "port", "driver", "backend"):
            if nic.find(tag) is None:
                nodes.remove(now, tag)
        if nic.get("trustGuestRxFilters") is None:
            nodes.remove(now, "@trustGuestRxFilters")


def _hyperv(live: "Element", saved: "Element") -> None:
    if xml.word(saved, "features/hyperv/@mode") == "passthrough":
        nodes.remove(live, "features/hyperv/*")
        nodes.remove(saved, "features/hyperv/*")


def _controllers(live: "Element", saved: "Element") -> None:
    """A controller that only carries a device of the same side comes and goes with that device.

    So does the spare port that libvirt adds for the next device when the last one was taken.
    """
    for here, there in ((live, saved), (saved, live)):
        others = {identity(controller) for controller in there.iterfind("devices/controller")}
        own = _only_here(here, there)
        new = [c for c in here.iterfind("devices/controller") if identity(c) not in others]
        carriers = [c for c in new if any(_carries(c, device) for device in own)]
        spare = [c for c in new if _is_spare_port(c, here)] if carriers else []
        for controller in {*carriers, *spare}:
            nodes.drop(controller)


def _is_spare_port(controller: "Element", root: "Element") -> bool:
    port = controller.get("model") == "pcie-root-port"
    return port and not any(_carries(controller, device) for device in root.iterfind("devices/*"))


def _only_here(here: "Element", there: "Element") -> list["Element"]:
    known = {(nodes.name(d), identity(d), _place(d)) for d in there.iterfind("devices/*")}
    named = {(nodes.name(d), identity(d)) for d in there.iterfind("devices/*")}
    return [
        device
        for device in nodes.elements(here.find("devices"))
        if (nodes.name(device), identity(device), _place(device)) not in known
        and ((nodes.name(device), identity(device)) not in named or not identity(device))
    ]


def _place(element: "Element") -> str:
    found = element.find("address")
    return "" if found is None else wording.address(found)


def _carries(controller: "Element", device: "Element") -> bool:
    where = device.find("address")
    if where is None or device is controller:
        return False
    index, kind = controller.get("index"), controller.get("type")
    match where.get("type"):
        case "pci":
            return kind == "pci" and wording.number(where.get("bus")) == wording.number(index)
        case "drive":
            # Those before it are made to fill the gap.
            own = xml.word(device, "target/@bus") in {kind, ""}
            return own and (wording.number(index) or 0) <= (wording.number(where.get("controller")) or 0)
        case "virtio-serial" | "ccid" as bus:
            return kind == bus and where.get("controller") == index
        case "usb":
            return kind == "usb" and where.get("bus") == index
    return False


_RULES: "Final[tuple[Rule, ...]]" = (
    _cpu,
    _vcpus,
    _memory,
    _firmware,
    _disks,
    _interfaces,
    _hyperv,
    _controllers,
)

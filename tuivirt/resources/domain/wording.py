"""Parts of a definition in words: what a source, an address or a size says, in one line.

Texts are as the host gave them; whoever shows them makes them plain.
"""

from typing import TYPE_CHECKING

from tuivirt.core import units
from tuivirt.resources.domain import nodes

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_SCALES = {
    **dict.fromkeys(("b", "bytes"), 1),
    **{f"{letter}b": 1000**power for power, letter in enumerate("kmgtpe", 1)},
    **{f"{letter}{tail}": 1024**power for power, letter in enumerate("kmgtpe", 1) for tail in ("", "ib")},
}


def size_of(element: "Element", unit: str = "KiB") -> int | None:
    """Bytes of an element such as ``<memory unit='KiB'>``; ``unit`` where it has none. None: no number."""
    text = (element.text or "").strip()
    scale = _SCALES.get((element.get("unit") or unit).lower())
    return int(text) * scale if scale is not None and text.isascii() and text.isdecimal() else None


def size(element: "Element", unit: str = "KiB") -> str:
    """The same in words; what is no size stays as it is."""
    octets = size_of(element, unit)
    if octets is None:
        return " ".join(filter(None, ((element.text or "").strip(), element.get("unit"))))
    return units.size(octets)


def pairs(element: "Element", but: str = "") -> str:
    """The attributes, but for one, as ``name=value``."""
    told = ((name, value) for name, value in nodes.attributes(element) if name != but)
    return " ".join(f"{nodes.local(name)}={value}" for name, value in told)


def number(text: str | None) -> int | None:
    """A number such as ``10`` or ``0x0a``."""
    try:
        return int(text or "", 0)
    except ValueError:
        return None


def _hex(text: str | None, digits: int) -> str:
    """A number such as ``0x0a`` in so many digits, as ``lspci`` writes it."""
    value = number(text or "0")
    return text or "" if value is None else f"{value:0{digits}x}"


_DRIVE = ("controller", "bus", "target", "unit")


def address(element: "Element") -> str:
    """An ``<address>``: ``pci 0000:03:00.0``, ``drive 0:0:0:1``, ``usb 0:1.2`` …"""
    get = element.get
    kind = get("type") or ("pci" if get("slot") else "")
    used: tuple[str, ...]
    if kind == "pci":
        used = ("domain", "bus", "slot", "function")
        where = "{}:{}:{}.{}".format(*(_hex(get(n), d) for n, d in zip(used, (4, 2, 2, 1), strict=True)))
    elif kind == "drive":
        where, used = ":".join(get(name) or "0" for name in _DRIVE), _DRIVE
    elif kind == "usb" or (not kind and get("device")):
        where = f"{get('bus') or '0'}:{get('port') or get('device') or ''}"
        used = ("bus", "port" if get("port") else "device")
    elif kind in {"virtio-serial", "ccid"}:
        used = tuple(name for name in ("controller", "bus", "port", "slot") if get(name))
        where = ":".join(get(name) or "" for name in used)
    else:
        where, used = "", ()
    told = get("type") or ""
    rest = [f"{name}={value}" for name, value in nodes.attributes(element) if name not in {"type", *used}]
    inner = [f"{child.tag}: {pairs(child)}" for child in nodes.elements(element)]
    return " ".join(filter(None, (told, where, *rest, *inner)))


_PLAIN_SOURCES = (
    "file",
    "path",
    "socket",
    "network",
    "bridge",
    "evdev",
    "channel",
    "group",
    "svid",
    "portgroupid",
)


def source(element: "Element") -> str:
    """The ``<source>`` of a disk, file system, network device or character device: one path or name."""
    get = element.get
    if protocol := get("protocol"):
        hosts = ", ".join(_host(host) for host in element.iterfind("host"))
        name = get("name") or get("wwpn") or ""
        return (
            f"{protocol}:{name}"
            + (f" at {hosts}" if hosts else "")
            + (f" ?{get('query')}" if get("query") else "")
        )
    if get("pool") or get("volume"):
        return f"{get('pool') or ''}/{get('volume') or ''}"
    if get("network"):
        return get("network") or ""
    for name in _PLAIN_SOURCES:
        if value := get(name):
            return value
    if get("dev"):
        mode = f" ({get('mode')})" if get("mode") else ""
        return f"{get('dev')}{mode}"
    if get("dir"):
        return get("dir") or ""
    if get("host") or get("service"):
        return f"{get('host') or ''}:{get('service') or ''}" + (f" ({get('mode')})" if get("mode") else "")
    if get("address"):
        return f"{get('address')}:{get('port') or ''}"
    if (where := element.find("address")) is not None:
        return address(where)
    return get("name") or ""


def _host(host: "Element") -> str:
    name, port = host.get("name") or host.get("socket") or "", host.get("port")
    name = f"[{name}]" if ":" in name else name
    return f"{name}:{port}" if port else name

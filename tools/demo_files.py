"""What the files of the demo hosts say of their domains, by UUID; libvirt's words differ by its version."""

import copy
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote, urlsplit

from demo_guest import TEST_NS, Element
from lxml import etree

from tuivirt.demo import demo_sources

VOLUME_NAMES = ("file", "dev", "name")
"""Attributes of a disk's source that name a volume of the host."""
SHIFTS = {"MiB": 20, "GiB": 30}


@dataclass(frozen=True, slots=True)
class DemoDomain:
    """One domain."""

    definition: str
    disks: dict[str, tuple[int, int]]
    """By target: capacity and allocation in bytes, zeros for what is no volume of the host."""
    nics: int


@cache
def domains(host: str) -> dict[str, DemoDomain]:
    """The domains of a demo host."""
    root = etree.parse(unquote(urlsplit(dict(demo_sources())[host]).path)).getroot()
    volumes = {
        volume.findtext("target/path", ""): (_size(volume, "capacity"), _size(volume, "allocation"))
        for volume in root.iterfind("pool/volume[target]")
    }
    return {node.findtext("uuid", ""): _domain(node, volumes) for node in root.iterfind("domain")}


def _domain(node: Element, volumes: dict[str, tuple[int, int]]) -> DemoDomain:
    disks = {}
    for disk in node.iterfind("devices/disk"):
        source = disk.find("source")
        names = [source.get(name) for name in VOLUME_NAMES] if source is not None else []
        found = (volumes[name] for name in names if name and name in volumes)
        disks[_attribute(disk, "target", "dev")] = next(found, (0, 0))
    return DemoDomain(_definition(node), disks, len(node.findall("devices/interface")))


def _definition(node: Element) -> str:
    """The XML without what is for the test driver alone."""
    own = copy.deepcopy(node)
    for element in own.findall(f"{{{TEST_NS}}}*"):
        own.remove(element)
    etree.cleanup_namespaces(own)
    etree.indent(own)
    return etree.tostring(own, encoding="unicode", with_tail=False)


def _size(volume: Element, name: str) -> int:
    return int(volume.findtext(name, "")) << SHIFTS[_attribute(volume, name, "unit")]


def _attribute(node: Element, path: str, name: str) -> str:
    found = node.find(path)
    assert found is not None
    return found.get(name, "")

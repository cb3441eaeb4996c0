"""The parts of a definition: whatever libvirt accepts is listed, and nothing of it is left out."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.support.corpus import domain_files
from tuivirt.resources.domain import nodes, wording
from tuivirt.resources.domain.devices import Device, describe, devices, line_of
from tuivirt.resources.domain.overview import overview

FILES = domain_files()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def root_of(path: Path) -> etree._Element:
    return etree.parse(path).getroot()


def element(text: str) -> etree._Element:
    return etree.fromstring(text)


def of_kind(text: str, kind: str) -> Device:
    (found,) = [device for device in devices(text) if device.kind == kind]
    return found


def domain(inner: str, *, beside: str = "") -> str:
    return f"<domain type='kvm'><name>a</name>{beside}<devices>{inner}</devices></domain>"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_part_is_listed_once(path: Path) -> None:
    root = root_of(path)
    found = devices(text_of(path))
    paths = [device.path for device in found]
    assert len(paths) == len(set(paths))
    tree = root.getroottree()
    wanted = {
        tree.getpath(element) for inner in root.iterfind("devices") for element in nodes.elements(inner)
    }
    assert wanted <= set(paths)
    assert all(device.kind for device in found)
    assert all(isinstance(word, str) for device in found for fact in device.facts for word in fact)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_of_a_definition_is_left_out(path: Path) -> None:
    facts = [fact for device in devices(text_of(path)) for fact in device.facts]
    told = "\n".join(value for _, value in facts)
    words = told + "\n".join(label for label, _ in facts)
    for node in root_of(path).iter("{*}*"):
        if node.tag == "address":
            continue  # told as lspci writes it: see test_addresses
        if (text := (node.text or "").strip()) and wording.size_of(node) is None:
            assert text in told, node.tag
        for name, value in nodes.attributes(node):
            assert value in words or (name == "unit" and wording.size_of(node) is not None), (node.tag, name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_part_is_found_again_in_the_text(path: Path) -> None:
    text = text_of(path)
    lines = text.split("\n")
    for device in devices(text):
        line = line_of(text, device.path)
        assert line is not None
        name = device.path.rpartition("/")[2].partition("[")[0]
        if name == "*":
            continue  # of another namespace
        # libxml2 tells the line on which a start tag ends.
        begun = "\n".join(lines[: line + 1])
        assert f"<{name}" in begun


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_overview_of_anything(path: Path) -> None:
    root = root_of(path)
    told = overview(text_of(path))
    assert told.kind == root.get("type")
    assert len(told.disks) == len(root.findall("devices/disk"))
    assert len(told.nics) == len(root.findall("devices/interface"))
    assert len(told.graphics) == len(root.findall("devices/graphics"))


def test_a_disk() -> None:
    disk = of_kind(
        domain(
            "<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none' x-new='on'/>"
            "<source file='/a.qcow2' index='2'/>"
            "<backingStore type='file' index='3'><format type='raw'/><source file='/base.raw'/>"
            "<backingStore/></backingStore><target dev='vda' bus='virtio'/><readonly/>"
            "<address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x1'/></disk>"
        ),
        "Disk",
    )
    assert disk.summary == "vda  virtio  qcow2  /a.qcow2  read-only"
    assert disk.path == "/domain/devices/disk"
    assert dict(disk.facts) == {
        "Target": "vda",
        "Bus": "virtio",
        "Format": "qcow2",
        "Source": "/a.qcow2",
        "On top of": "/base.raw (file raw 3)",
        "Storage": "file",
        "Device": "disk",
        "Cache": "none",
        "Read-only": "yes",
        "Address": "pci 0000:04:00.1",
        "driver": "name=qemu x-new=on",
        "source": "index=2",
    }


NIC = (
    "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/>"
    "<target dev='vnet0'/><model type='virtio'/><link state='down'/></interface>"
)
HOSTDEV = (
    "<hostdev mode='subsystem' type='pci' managed='yes'><source>"
    "<address domain='0x0000' bus='0x3b' slot='0x00' function='0x0'/></source></hostdev>"
)


@pytest.mark.parametrize(
    ("inner", "kind", "summary"),
    [
        ("<disk device='cdrom'><target dev='sda' bus='sata'/></disk>", "CD-ROM", "sda  sata"),
        ("<disk device='floppy'><target dev='fda' bus='fdc'/></disk>", "Floppy", "fda  fdc"),
        (
            NIC,
            "Network",
            "network  default  virtio  52:54:00:00:00:01  vnet0  link down",
        ),
        (
            "<graphics type='vnc' port='5900' autoport='yes' listen='::1'/>",
            "Graphics",
            "vnc  ::1  port 5900",
        ),
        (
            HOSTDEV,
            "Host device",
            "pci  0000:3b:00.0  managed by libvirt",
        ),
        (
            "<memballoon model='virtio'><stats period='5'/></memballoon>",
            "Balloon",
            "virtio  statistics every 5 s",
        ),
        (
            "<memory model='dimm'><target><size unit='MiB'>512</size><node>1</node></target></memory>",
            "Memory module",
            "dimm  512 MiB  node 1",
        ),
        ("<shmem name='s'><size unit='M'>4</size></shmem>", "Shared memory", "s  4.0 MiB"),
        ("<video><model type='qxl' vram='65536' heads='1'/></video>", "Video", "qxl  65536 KiB  1 heads"),
        ("<brand-new a='1'><b>c</b></brand-new>", "brand new", "a 1, b c"),
    ],
)
def test_summaries(inner: str, kind: str, summary: str) -> None:
    assert of_kind(domain(inner), kind).summary == summary


@pytest.mark.parametrize(
    ("beside", "kind", "summary"),
    [
        ("<vcpu current='2'>4</vcpu>", "vCPUs", "2 of 4"),
        ("<vcpu>4</vcpu><iothreads>2</iothreads>", "vCPUs", "4  2 I/O threads"),
        (
            "<memory unit='KiB'>2097152</memory><currentMemory unit='KiB'>1048576</currentMemory>",
            "Memory",
            "1.0 GiB of 2.0 GiB",
        ),
        (
            "<os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/><boot dev='network'/></os>",
            "Boot",
            "pc  x86_64  boots from hd, network",
        ),
        ("<cpu mode='host-passthrough'/>", "CPU", "host-passthrough"),
        (
            "<launchSecurity type='sev'><policy>0x0001</policy></launchSecurity>",
            "Launch security",
            "sev  policy 0x0001",
        ),
        (
            "<seclabel type='dynamic' model='selinux'><label>x</label></seclabel>",
            "Security label",
            "selinux  dynamic  x",
        ),
        ("<mystery x='1'/>", "mystery", "x 1"),
    ],
)
def test_what_stands_beside_the_devices(beside: str, kind: str, summary: str) -> None:
    assert of_kind(domain("", beside=beside), kind).summary == summary


def test_other_namespaces_keep_their_prefix() -> None:
    text = (
        "<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>a</name>"
        "<qemu:commandline><qemu:arg value='-d'/><qemu:env name='A' value='1'/></qemu:commandline></domain>"
    )
    part = of_kind(text, "qemu:commandline")
    assert part.facts == (("qemu:arg", "value=-d"), ("qemu:env", "name=A value=1"))
    assert line_of(text, part.path) == 0


def test_metadata_is_told_by_owner() -> None:
    text = domain(
        "", beside="<metadata><m:app xmlns:m='urn:m'><m:deep><m:er>x</m:er>tail</m:deep></m:app></metadata>"
    )
    assert of_kind(text, "Metadata").facts == (("m:deep m:er", "x"), ("m:deep", "tail"))


def test_cpu_features_stand_together() -> None:
    text = domain(
        "",
        beside="<cpu><feature policy='force' name='a'/><feature name='b'/><feature name='c'/></cpu>",
    )
    assert dict(of_kind(text, "CPU").facts)["Features"] == "force a; require b, c"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<address type='pci' domain='0x0000' bus='0x0a' slot='0x1f' function='0x2'/>", "pci 0000:0a:1f.2"),
        (
            "<address type='pci' domain='0' bus='1' slot='2' function='0' multifunction='on'/>",
            "pci 0000:01:02.0 multifunction=on",
        ),
        ("<address type='pci' bus='nonsense'/>", "pci 0000:nonsense:00.0"),
        ("<address type='drive' controller='0' bus='1' target='2' unit='3'/>", "drive 0:1:2:3"),
        ("<address type='usb' bus='0' port='1.2'/>", "usb 0:1.2"),
        ("<address bus='3' device='4'/>", "3:4"),
        ("<address type='virtio-serial' controller='0' bus='0' port='1'/>", "virtio-serial 0:0:1"),
        ("<address type='ccid' controller='0' slot='0'/>", "ccid 0:0"),
        ("<address type='isa' iobase='0x505'/>", "isa iobase=0x505"),
        (
            "<address type='pci'><zpci uid='0x0001' fid='0x2'/></address>",
            "pci 0000:00:00.0 zpci: uid=0x0001 fid=0x2",
        ),
        (
            "<address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/>",
            "uuid=c2177883-f1bb-47f0-914d-32a22e3a8804",
        ),
    ],
)
def test_addresses(text: str, shown: str) -> None:
    assert wording.address(element(text)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<source file='/a'/>", "/a"),
        ("<source dev='/dev/sda'/>", "/dev/sda"),
        ("<source dev='eth0' mode='bridge'/>", "eth0 (bridge)"),
        ("<source pool='p' volume='v'/>", "p/v"),
        ("<source network='default' portid='x' bridge='virbr0'/>", "default"),
        ("<source bridge='br0'/>", "br0"),
        (
            "<source protocol='rbd' name='pool/i'><host name='a' port='1'/><host name='::1'/></source>",
            "rbd:pool/i at a:1, [::1]",
        ),
        ("<source protocol='nbd'><host transport='unix' socket='/s'/></source>", "nbd: at /s"),
        ("<source protocol='https' name='i' query='a=b'><host name='h'/></source>", "https:i at h ?a=b"),
        ("<source mode='bind' host='127.0.0.1' service='4555'/>", "127.0.0.1:4555 (bind)"),
        ("<source address='127.0.0.1' port='5'/>", "127.0.0.1:5"),
        ("<source dir='/srv'/>", "/srv"),
        ("<source/>", ""),
    ],
)
def test_sources(text: str, shown: str) -> None:
    assert wording.source(element(text)) == shown


@pytest.mark.parametrize(
    ("text", "octets", "shown"),
    [
        ("<m>1024</m>", 1 << 20, "1.0 MiB"),
        ("<m unit='GiB'>2</m>", 2 << 30, "2.0 GiB"),
        ("<m unit='MB'>1</m>", 1_000_000, "977 KiB"),
        ("<m unit='bytes'>5</m>", 5, "5 B"),
        ("<m unit='parsec'>5</m>", None, "5 parsec"),
        ("<m>lots</m>", None, "lots"),
        ("<m>²</m>", None, "²"),
        ("<m/>", None, ""),
    ],
)
def test_sizes(text: str, octets: int | None, shown: str) -> None:
    assert wording.size_of(element(text)) == octets
    assert wording.size(element(text)) == shown


def test_describe_is_short_for_a_device_and_whole_for_the_rest() -> None:
    root = element(
        domain(
            "<disk><target dev='vdb' bus='virtio'/></disk><odd a='1'/>", beside="<on_crash>restart</on_crash>"
        )
    )
    disk, odd, crash = root.find("devices/disk"), root.find("devices/odd"), root.find("on_crash")
    assert disk is not None
    assert odd is not None
    assert crash is not None
    assert (describe(disk), describe(odd), describe(crash)) == ("vdb  virtio", "a 1", "restart")


NAMES = st.sampled_from(
    ["disk", "source", "target", "address", "os", "cpu", "features", "odd", "memory", "vcpu", "timer"]
)
VALUES = st.sampled_from(["", "yes", "KiB", "0x1f", "²", "-1", "a b", "\u202e", "{Model}", "|", "pci"])


@st.composite
def trees(draw: st.DrawFn, depth: int = 2) -> etree._Element:
    node = etree.Element(draw(NAMES))
    for name in draw(st.lists(st.sampled_from(["type", "unit", "bus", "file", "name"]), max_size=2)):
        node.set(name, draw(VALUES))
    if depth:
        node.extend(draw(st.lists(trees(depth - 1), max_size=3)))
    return node


@given(st.lists(trees(), max_size=3), st.lists(trees(), max_size=3))
@settings(max_examples=40)
def test_any_tree_can_be_listed(beside: list[etree._Element], inside: list[etree._Element]) -> None:
    root = etree.Element("domain", type="kvm")
    inner = etree.SubElement(root, "devices")
    root.extend(beside)
    inner.extend(inside)
    text = etree.tostring(root, encoding="unicode")
    assert len({device.path for device in devices(text)}) == len(devices(text))
    overview(text)


def test_metadata_is_told_once() -> None:
    definition = (
        "<domain><metadata><a:x xmlns:a='urn:a'>1</a:x><b:y xmlns:b='urn:b'>2</b:y></metadata></domain>"
    )
    assert [(d.kind, d.path) for d in devices(definition)] == [
        ("Metadata", "/domain/metadata/a:x"),
        ("Metadata", "/domain/metadata/b:y"),
    ]

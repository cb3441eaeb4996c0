"""The corpus of domain definitions is what it says: varied, valid, loadable."""

from pathlib import Path
from xml.etree import ElementTree as ET

import libvirt
import pytest
from lxml import etree

from tests.support.corpus import NOT_IN_SCHEMA, REFUSED_BY_TEST_DRIVER, as_test_domain, domain_files

SCHEMA = Path("/usr/share/libvirt/schemas/domain.rng")
FILES = domain_files()
ROOTS = {path.stem: ET.parse(path).getroot() for path in FILES}

HYPERVISORS = {
    *("qemu", "kvm", "xen", "lxc", "bhyve", "vz", "openvz", "vbox", "vmware", "hyperv", "hvf", "ch", "test"),
}
DEVICES = {
    *(
        "emulator",
        "disk",
        "controller",
        "lease",
        "filesystem",
        "interface",
        "input",
        "sound",
        "audio",
        "hostdev",
    ),
    *(
        "graphics",
        "video",
        "console",
        "parallel",
        "serial",
        "channel",
        "smartcard",
        "hub",
        "redirdev",
        "crypto",
    ),
    *("redirfilter", "rng", "tpm", "shmem", "memory", "watchdog", "memballoon", "nvram", "panic", "iommu"),
    *("vsock", "pstore"),
}
TYPES = {
    "disk": {"file", "block", "dir", "network", "volume", "nvme", "vhostuser", "vhostvdpa"},
    "interface": {
        *(
            "network",
            "bridge",
            "ethernet",
            "direct",
            "user",
            "vhostuser",
            "vdpa",
            "hostdev",
            "internal",
            "mcast",
        ),
        *("server", "client", "udp", "null", "vds"),
    },
    "hostdev": {"usb", "pci", "scsi", "scsi_host", "mdev", "storage", "misc", "net"},
    "graphics": {"vnc", "spice", "rdp", "sdl", "desktop", "egl-headless", "dbus"},
    "serial": {
        *(
            "pty",
            "dev",
            "file",
            "pipe",
            "unix",
            "tcp",
            "udp",
            "null",
            "stdio",
            "vc",
            "nmdm",
            "spiceport",
            "dbus",
        ),
    },
    "channel": {"unix", "spicevmc", "spiceport", "qemu-vdagent", "dbus", "pty", "tcp"},
    "controller": {"pci", "usb", "scsi", "sata", "ide", "fdc", "ccid", "isa", "virtio-serial", "xenbus"},
    "filesystem": {"mount", "template", "file", "block", "ram", "bind"},
    "audio": {
        *(
            "none",
            "alsa",
            "coreaudio",
            "jack",
            "oss",
            "pulseaudio",
            "sdl",
            "spice",
            "dbus",
            "file",
            "pipewire",
        ),
    },
}
LAUNCH_SECURITY = {"sev", "sev-snp", "tdx", "s390-pv"}


def test_many_and_small() -> None:
    assert len(FILES) >= 70
    for path in FILES:
        # The one with names as long as libvirt takes them is what it is.
        assert path.stat().st_size < (24_000 if path.stem == "hostile-long" else 6_000), path.name
    names = [root.findtext("name") for root in ROOTS.values()]
    assert len(names) == len(set(names))
    assert {path.stem for path in FILES} >= NOT_IN_SCHEMA | REFUSED_BY_TEST_DRIVER


def test_every_kind_is_there() -> None:
    assert {root.get("type") for root in ROOTS.values()} == HYPERVISORS
    assert {device.tag for root in ROOTS.values() for device in root.iterfind("devices/*")} >= DEVICES
    for device, types in TYPES.items():
        found = {node.get("type") for root in ROOTS.values() for node in root.iterfind(f"devices/{device}")}
        assert found >= types, device
    assert {
        node.get("type") for r in ROOTS.values() for node in r.iterfind("launchSecurity")
    } == LAUNCH_SECURITY


def test_hostile_text_is_as_hostile_as_it_should_be() -> None:
    texts = "".join(
        text for name, root in ROOTS.items() if name.startswith("hostile") for text in root.itertext()
    )
    for part in (
        "[red]x[/]",
        "[/]",
        "[@click=app.quit]x",
        "\x9b",
        "\x7f",
        "\u202e",
        "\u2066",
        "\u200b",
        "👩‍👩‍👧‍👦",
        "$(touch x)",
    ):
        assert part in texts, part
    assert max(map(len, ROOTS["hostile-long"].itertext())) >= 4000


@pytest.mark.skipif(not SCHEMA.is_file(), reason="libvirt's schemas are not installed")
@pytest.mark.parametrize(
    "path", [p for p in FILES if p.stem not in NOT_IN_SCHEMA], ids=lambda path: path.stem
)
def test_valid_in_libvirts_schema(path: Path, schema: etree.RelaxNG) -> None:
    assert schema.validate(etree.parse(path)), schema.error_log


@pytest.fixture(scope="module")
def schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(SCHEMA))


def test_the_test_driver_loads_them(tmp_path: Path) -> None:
    """All in one host: also what a list of very different domains looks like."""
    loadable = [path for path in FILES if path.stem not in REFUSED_BY_TEST_DRIVER]
    host = tmp_path / "host.xml"
    host.write_text(f"<node>{''.join(as_test_domain(path) for path in loadable)}</node>", encoding="utf-8")
    connection = libvirt.open(f"test://{host}")
    try:
        domains = connection.listAllDomains()
        assert {domain.name() for domain in domains} == {
            ROOTS[path.stem].findtext("name") for path in loadable
        }
        for domain in domains:
            assert ET.fromstring(domain.XMLDesc(0)).get("type") == "test"
    finally:
        connection.close()

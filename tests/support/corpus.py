"""Domain definitions of many kinds, in `tests/data/domains`: whatever libvirt may hand over, and more.

Each is a small file. `newer-*` hold what libvirt 9.0 does not know, which a newer daemon sends all the same
or a future one may; `hostile-*` hold texts made to break a screen.
"""

from pathlib import Path
from typing import Final

from lxml import etree

FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "domains"

NOT_IN_SCHEMA: Final = frozenset(
    {
        "hostile-empty",  # libvirt takes an empty title and serial; its schema wants a character
        "newer-cloud-hypervisor",
        "newer-devices",
        "newer-disks-and-interfaces",
        "newer-launch-security-sev-snp",
        "newer-launch-security-tdx",
        "newer-unknown-elements",
    }
)
"""Stems of files that libvirt 9.0's RelaxNG refuses, knowingly."""

REFUSED_BY_TEST_DRIVER: Final = frozenset(
    {
        "interfaces-user-passt",  # the schema of 9.0 knows the backend, its parser does not always
        "newer-devices",
        "newer-disks-and-interfaces",
        "newer-launch-security-sev-snp",
        "newer-launch-security-tdx",
        "newer-unknown-elements",
        "xen-pv",  # its input devices belong to another hypervisor's paravirtual guests
    }
)
"""Stems of files that libvirt 9.0's test driver does not load, even as its own type; another may."""


def domain_files() -> list[Path]:
    """Every definition, in a stable order; `path.stem` makes a good test id."""
    return sorted(FOLDER.glob("*.xml"))


def as_test_domain(path: Path) -> str:
    """The definition with the type replaced and nothing else, for `defineXML` or a test host."""
    root = etree.parse(path).getroot()
    root.set("type", "test")
    return etree.tostring(root, encoding="unicode")

"""Host definitions for libvirt's built-in test driver, one private file per test.

`test:///default` is one instance for a whole process, so that tests would see each other's changes.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree as ET

TEST_NAMESPACE = "http://libvirt.org/schemas/domain/test/1.0"

# virDomainState, as <test:runstate> takes it.
STATES: Mapping[str, int] = MappingProxyType(
    {
        "nostate": 0,
        "running": 1,
        "blocked": 2,
        "paused": 3,
        "shutdown": 4,
        "shutoff": 5,
        "crashed": 6,
        "pmsuspended": 7,
    }
)

ET.register_namespace("test", TEST_NAMESPACE)


@dataclass(frozen=True, slots=True)
class HostDomain:
    """One domain of a test host. Text is taken as it is and escaped when it is written."""

    name: str
    state: str = "shutoff"
    """A key of STATES."""
    uuid: str | None = None
    """Derived from the name when None, so that a host of the same names has the same UUIDs."""
    vcpus: int = 1
    memory_mib: int = 64
    title: str | None = None
    description: str | None = None
    metadata: str | None = None
    """An XML fragment in a namespace of its own, put into <metadata>."""
    persistent: bool = True
    managed_save: bool = False
    snapshots: tuple[str, ...] = ()
    """Names of snapshots; the last one is the current one."""
    devices: str = ""
    """XML of further devices."""
    os_type: str = "hvm"

    @property
    def resolved_uuid(self) -> str:
        return self.uuid or uuid_of(self.name)


def uuid_of(name: str) -> str:
    """The UUID that a domain of this name gets."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


def domain_xml(domain: HostDomain) -> ET.Element:
    """Write one domain in the test driver's own notation."""

    def sub(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
        element = ET.SubElement(parent, tag, attributes)
        element.text = text
        return element

    def own(tag: str, text: str | None = None) -> None:
        sub(root, f"{{{TEST_NAMESPACE}}}{tag}", text)

    root = ET.Element("domain", {"type": "test"})
    sub(root, "name", domain.name)
    sub(root, "uuid", domain.resolved_uuid)
    if domain.title is not None:
        sub(root, "title", domain.title)
    if domain.description is not None:
        sub(root, "description", domain.description)
    if domain.metadata is not None:
        sub(root, "metadata").append(ET.fromstring(domain.metadata))
    sub(root, "memory", str(domain.memory_mib), unit="MiB")
    sub(root, "vcpu", str(domain.vcpus))
    sub(sub(root, "os"), "type", domain.os_type)
    root.append(ET.fromstring(f"<devices>{domain.devices}</devices>"))
    own("runstate", str(STATES[domain.state]))
    if not domain.persistent:
        own("transient")
    if domain.managed_save:
        own("hasmanagedsave")
    for number, name in enumerate(domain.snapshots):
        snapshot = sub(root, f"{{{TEST_NAMESPACE}}}domainsnapshot")
        sub(snapshot, "name", name)
        if number:
            sub(sub(snapshot, "parent"), "name", domain.snapshots[number - 1])
        sub(snapshot, "state", "shutoff")
        # A fixed day: what is shown must not depend on when the test runs.
        sub(snapshot, "creationTime", str(1_700_000_000 + 3600 * number))
        sub(snapshot, "active", "1" if number == len(domain.snapshots) - 1 else "0")
    return root


def domains(count: int, prefix: str = "vm") -> list[HostDomain]:
    """Make that many domains, vm00000 and on: one in three runs, one in seven of those is paused."""

    def state(number: int) -> str:
        if number % 3:
            return "shutoff"
        return "running" if number % 7 else "paused"

    return [
        HostDomain(
            f"{prefix}{number:05}",
            state=state(number),
            vcpus=1 + number % 8,
            memory_mib=64 * (1 + number % 16),
        )
        for number in range(count)
    ]


def host_xml(
    content: Iterable[HostDomain],
    *,
    networks: Iterable[str] = (),
    pools: Iterable[str] = (),
    nodedevs: Iterable[str] = (),
    users: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Write a whole host. networks, pools and nodedevs are definitions in libvirt's XML. It asks who wants in
    where there are users: passwords by name.
    """
    root = ET.Element("node")
    if users:
        auth = ET.SubElement(root, "auth")
        for name, password in users.items():
            ET.SubElement(auth, "user", {"password": password}).text = name
    cpu = ET.SubElement(root, "cpu")
    for tag, value in (
        ("mhz", "3000"),
        ("model", "x86_64"),
        ("active", "8"),
        ("nodes", "1"),
        ("sockets", "1"),
        ("cores", "4"),
        ("threads", "2"),
    ):
        ET.SubElement(cpu, tag).text = value
    ET.SubElement(root, "memory").text = str(32 << 20)  # KiB
    for text in (*networks, *pools, *nodedevs):
        root.append(ET.fromstring(text))
    for domain in content:
        root.append(domain_xml(domain))
    return ET.tostring(root, encoding="unicode").encode()


def write_host(
    path: Path,
    content: Iterable[HostDomain],
    *,
    networks: Iterable[str] = (),
    pools: Iterable[str] = (),
    nodedevs: Iterable[str] = (),
    users: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Write the host to path and return its URI."""
    path.write_bytes(host_xml(content, networks=networks, pools=pools, nodedevs=nodedevs, users=users))
    return f"test://{path}"

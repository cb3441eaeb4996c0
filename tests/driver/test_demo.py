"""The demo hosts open in silence and show every state and kind of object."""

import json
import os
import subprocess
import sys
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from lxml import etree

from tests.support.hosts import STATES, TEST_NAMESPACE
from tuivirt.demo import demo_sources

REPOSITORY = Path(__file__).resolve().parents[2]
SCHEMAS = Path("/usr/share/libvirt/schemas")
SOURCES = demo_sources()
NAMES = [name for name, _ in SOURCES]

EVERY_DEVICE = {
    *(
        "emulator",
        "disk",
        "controller",
        "lease",
        "filesystem",
        "interface",
        "smartcard",
        "serial",
        "parallel",
    ),
    *("console", "channel", "tpm", "input", "graphics", "sound", "audio", "video", "hostdev", "redirdev"),
    *("redirfilter", "hub", "watchdog", "memballoon", "rng", "panic", "shmem", "memory", "iommu", "vsock"),
}

# In a process of its own: what libvirt and libxml2 print lands on that one's stderr, and a crash of the
# driver (it has one, for addresses on a network without <ip>) is a failed test instead of a lost run.
PROBE = """
import json, sys
import libvirt

connection = libvirt.open(sys.argv[1])
domains = []
for domain in connection.listAllDomains():
    active = bool(domain.isActive())
    addresses = domain.interfaceAddresses(0) if active else {}
    domains.append({
        "name": domain.name(), "uuid": domain.UUIDString(), "state": domain.state()[0], "active": active,
        "persistent": bool(domain.isPersistent()), "managed_save": bool(domain.hasManagedSaveImage(0)),
        "snapshots": domain.snapshotListNames(0), "xml": domain.XMLDesc(0),
        "addresses": [a["addr"] for i in addresses.values() for a in i["addrs"] or ()],
    })
pools = [
    {"name": pool.name(), "uuid": pool.UUIDString(), "info": pool.info(), "xml": pool.XMLDesc(0),
     "volumes": {volume.name(): volume.path() for volume in pool.listAllVolumes(0)}}
    for pool in connection.listAllStoragePools(0)
]
networks = {network.name(): network.XMLDesc(0) for network in connection.listAllNetworks(0)}
print(json.dumps({
    "domains": domains, "pools": pools, "networks": networks, "info": connection.getInfo(),
    "interfaces": [interface.name() for interface in connection.listAllInterfaces(0)],
    "devices": {device.name(): device.XMLDesc(0) for device in connection.listAllDevices(0)},
}))
"""


@cache
def probe(name: str) -> tuple[dict[str, Any], str]:
    """What a connection to the host tells, and what was printed to stderr while it told."""
    run = subprocess.run(
        [sys.executable, "-c", PROBE, dict(SOURCES)[name]],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LIBVIRT_LOG_OUTPUTS": "2:stderr"},
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout), run.stderr


def domains() -> list[dict[str, Any]]:
    return [domain for name in NAMES for domain in probe(name)[0]["domains"]]


def test_sources_are_plain_files() -> None:
    assert NAMES == ["lab1", "lab2", "edge"]
    for name, uri in SOURCES:
        assert uri.startswith("test:///")
        assert uri.endswith(f"/demo/{name}.xml")


def test_committed_files_are_the_generated_ones() -> None:
    run = subprocess.run(
        [sys.executable, REPOSITORY / "tools" / "make_demo.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_opens_without_a_word(name: str) -> None:
    assert probe(name)[1] == ""


def test_some_forty_domains_in_every_state() -> None:
    assert len(domains()) == 43
    assert {domain["state"] for domain in domains()} == set(STATES.values())
    assert sum(domain["managed_save"] for domain in domains()) == 2
    assert sum(not domain["persistent"] for domain in domains()) == 2
    assert sum(bool(domain["snapshots"]) for domain in domains()) == 2


def test_identities_are_stable_and_unique() -> None:
    ids = [domain["uuid"] for domain in domains()]
    ids += [pool["uuid"] for name in NAMES for pool in probe(name)[0]["pools"]]
    assert len(ids) == len(set(ids))
    # A name-based UUID, not one that libvirt drew at open.
    everything = {domain["uuid"] for domain in domains() if domain["name"] == "everything"}
    assert {UUID(text).version for text in set(ids) - everything} == {5}


def test_what_the_demo_is_there_to_show() -> None:
    roots = [ET.fromstring(domain["xml"]) for domain in domains()]
    titles = [title for root in roots if (title := root.findtext("title"))]
    assert len(titles) > 35
    assert sum(not title.isascii() for title in titles) >= 6
    assert sum(root.find(".//{*}tags/{*}tag") is not None for root in roots) > 35
    assert sum(root.find(".//{*}libosinfo/{*}os") is not None for root in roots) > 35
    assert sum(len(root.findall("devices/disk")) > 1 for root in roots) > 8
    assert sum(len(root.findall("devices/interface")) > 1 for root in roots) > 8
    assert sum(root.find("os[@firmware='efi']") is not None for root in roots) > 8
    assert sum(root.find("devices/tpm") is not None for root in roots) > 1


def test_one_domain_has_every_device() -> None:
    (xml,) = (domain["xml"] for domain in domains() if domain["name"] == "everything")
    assert {node.tag for node in ET.fromstring(xml).iterfind("devices/*")} >= EVERY_DEVICE


@pytest.mark.parametrize("name", NAMES)
def test_addresses_lie_within_their_network(name: str) -> None:
    """The driver counts addresses up from the start of the range; a small network would run over."""
    host = probe(name)[0]
    # 192.168.0.0/24 is what the driver makes up for an interface that is on no network of its own.
    ranges = [ip_network("192.168.0.0/24")]
    for network in host["networks"].values():
        for ip in ET.fromstring(network).iterfind("ip"):
            length = ip.get("prefix") or ip.get("netmask")
            ranges.append(ip_network(f"{ip.get('address')}/{length}", strict=False))
    active = [domain for domain in host["domains"] if domain["active"]]
    for domain in active:
        assert domain["addresses"]
        for address in domain["addresses"]:
            assert any(ip_address(address) in known for known in ranges), (domain["name"], address)
    firsts = [domain["addresses"][0] for domain in active]
    assert len(firsts) == len(set(firsts))


@pytest.mark.parametrize("name", NAMES)
def test_pools_hold_the_disks(name: str) -> None:
    host = probe(name)[0]
    paths = {path for pool in host["pools"] for path in pool["volumes"].values()}
    for pool in host["pools"]:
        _, capacity, allocation, available = pool["info"]
        # The driver subtracts without looking: a pool filled beyond its capacity has 16 EiB left.
        assert allocation + available == capacity, pool["name"]
        assert pool["volumes"], pool["name"]
    for domain in host["domains"]:
        if domain["name"] == "everything":
            continue
        for source in ET.fromstring(domain["xml"]).iterfind("devices/disk/source"):
            path = source.get("file") or source.get("dev") or source.get("name")
            assert path is None or path in paths, domain["name"]


@pytest.mark.parametrize("name", NAMES)
def test_other_kinds_are_there(name: str) -> None:
    host = probe(name)[0]
    assert len(host["networks"]) >= 3
    assert len(host["pools"]) >= 2
    assert len(host["interfaces"]) >= 2
    assert len(host["devices"]) >= 3
    for device in host["devices"].values():
        parent = ET.fromstring(device).findtext("parent")
        assert parent is None or parent in host["devices"]


def test_the_small_host_has_promised_more_than_it_has() -> None:
    host = probe("edge")[0]
    memory_mib: int = host["info"][1]
    promised = sum(
        int(ET.fromstring(domain["xml"]).findtext("memory", "")) // 1024  # KiB
        for domain in host["domains"]
        if domain["active"]
    )
    assert promised > memory_mib


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="libvirt's schemas are not installed")
@pytest.mark.parametrize("name", NAMES)
def test_definitions_follow_libvirts_schemas(name: str) -> None:
    """The driver takes what it does not understand in silence; the schemas do not."""
    kinds = {"domain": "domain", "network": "network", "pool": "storagepool", "device": "nodedev"}
    root = etree.parse(dict(SOURCES)[name].removeprefix("test://")).getroot()
    for kind, schema in kinds.items():
        grammar = etree.RelaxNG(etree.parse(SCHEMAS / f"{schema}.rng"))
        for node in root.findall(kind):
            for child in list(node):
                # volumes are the test driver's own; titles of networks are younger than libvirt 9
                own = isinstance(child.tag, str) and child.tag.startswith(f"{{{TEST_NAMESPACE}}}")
                if own or (kind, child.tag) in {("pool", "volume"), ("network", "title")}:
                    node.remove(child)
            alone = etree.fromstring(etree.tostring(node))
            assert grammar.validate(alone), f"{kind} {node.findtext('name')}: {grammar.error_log}"

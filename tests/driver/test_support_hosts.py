"""The test hosts say what they were asked to."""

from pathlib import Path

import libvirt
import pytest

from tests.support.hosts import STATES, HostDomain, domains, uuid_of, write_host


def test_a_domain_in_every_state(tmp_path: Path) -> None:
    uri = write_host(tmp_path / "host.xml", [HostDomain(state, state=state) for state in STATES])
    connection = libvirt.open(uri)
    try:
        found = {domain.name(): domain.state()[0] for domain in connection.listAllDomains()}
    finally:
        connection.close()
    assert found == STATES


def test_what_a_domain_carries(tmp_path: Path) -> None:
    hostile = "[red]a & b <c> \u009b\u202e"
    uri = write_host(
        tmp_path / "host.xml",
        [
            HostDomain(
                "one",
                title="T & t",
                description=hostile,
                metadata="<m:x xmlns:m='urn:m'>y</m:x>",
                vcpus=3,
                memory_mib=96,
                managed_save=True,
                snapshots=("first", "second"),
                devices="<disk type='file'><source file='/x.img'/><target dev='vda'/></disk>",
            ),
            HostDomain("two", state="running", persistent=False),
        ],
    )
    connection = libvirt.open(uri)
    try:
        one, two = connection.lookupByName("one"), connection.lookupByName("two")
        assert one.UUIDString() == uuid_of("one")
        _, maximum, current, vcpus, _ = one.info()
        assert (maximum, current, vcpus) == (96 * 1024, 96 * 1024, 3)
        assert one.hasManagedSaveImage()
        assert not two.isPersistent()
        xml = one.XMLDesc()
        assert hostile.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in xml
        assert "urn:m" in xml
        assert "/x.img" in xml
        assert one.snapshotNum() == 2
    finally:
        connection.close()


def test_many(tmp_path: Path) -> None:
    connection = libvirt.open(write_host(tmp_path / "host.xml", domains(200)))
    try:
        assert len(connection.listAllDomains()) == 200
    finally:
        connection.close()


@pytest.mark.parametrize("turn", [1, 2])
def test_hosts_are_private(test_host: str, turn: int) -> None:
    connection = libvirt.open(test_host)
    try:
        domain = connection.lookupByName("web01")
        assert domain.isActive()
        domain.destroy()
    finally:
        connection.close()

"""Certificates that open the way, and those that must not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import libvirt
import pytest

from tests.support.daemon import DaemonUnavailableError, LibvirtDaemon
from tests.support.relay import Relay, free_port
from tests.support.tls import Pki, certificates
from tests.support.unavailable import unavailable


@pytest.fixture(scope="module")
def pki() -> Pki:
    try:
        return certificates()
    except DaemonUnavailableError as error:
        unavailable(str(error))


@contextmanager
def listening(pki: Pki, server: str = "server") -> Iterator[tuple[int, str]]:
    """The port, and the path of the URI, of a daemon that listens with TLS."""
    port = free_port()
    try:
        with (
            LibvirtDaemon(conf=pki.conf(port, server=server), listen=True) as daemon,
            Relay(port, daemon.network) as relay,
        ):
            yield relay.port, daemon.path
    except DaemonUnavailableError as error:
        unavailable(str(error))


def connect(port: int, path: str, pkipath: Path, more: str = "") -> str:
    """The name of the driver. Raises libvirtError."""
    connection = libvirt.open(f"qemu+tls://127.0.0.1:{port}{path}?pkipath={pkipath}{more}")
    try:
        name: str = connection.getType()
        return name
    finally:
        connection.close()


def test_who_may_come_in(pki: Pki) -> None:
    with listening(pki) as (port, path):
        assert connect(port, path, pki.client) == "QEMU"
        for directory in (pki.foreign, pki.stranger, pki.anonymous):
            with pytest.raises(libvirt.libvirtError):
                connect(port, path, directory)


@pytest.mark.parametrize(("server", "mended"), [("renamed", True), ("expired", False)])
def test_what_no_verify_mends(pki: Pki, server: str, mended: bool) -> None:
    with listening(pki, server) as (port, path):
        with pytest.raises(libvirt.libvirtError, match="Failed to verify peer's certificate"):
            connect(port, path, pki.client)
        if mended:
            assert connect(port, path, pki.client, "&no_verify=1") == "QEMU"

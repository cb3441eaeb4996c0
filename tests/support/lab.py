"""One daemon that can be reached in every way."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.daemon import LibvirtDaemon
from tests.support.guest import guest_xml
from tests.support.hosts import HostDomain, write_host
from tests.support.relay import Relay, free_port
from tests.support.sasl import tcp_conf
from tests.support.sshd import Sshd
from tests.support.tls import Pki, certificates


class Lab(NamedTuple):
    """One daemon that can be reached in every way, with the domain ``web``."""

    daemon: LibvirtDaemon
    sshd: Sshd
    tcp: int
    tls: int
    inner_tls: int
    """The port as the daemon's own network sees it."""
    pki: Pki
    host: Path
    """A host of the test driver, with the domain ``made-up``."""
    command: Path
    """What carries ``qemu+ext``."""

    @property
    def path(self) -> str:
        return self.daemon.path


@contextmanager
def reachable(directory: Path) -> Iterator[Lab]:
    """Start it, with files in an empty directory. Raises DaemonUnavailableError."""
    tcp, tls = free_port(), free_port()
    write_host(directory / "host.xml", [HostDomain("made-up")])
    pki = certificates()
    listen = tcp_conf(tcp).replace("listen_tls = 0\n", "") + _without_address(pki.conf(tls))
    with ExitStack() as stack:
        daemon = stack.enter_context(LibvirtDaemon(conf=listen, listen=True))
        sshd = stack.enter_context(Sshd(daemon))
        sshd.trust()
        daemon.define(guest_xml("web"))
        to_tcp, to_tls = (stack.enter_context(Relay(port, daemon.network)).port for port in (tcp, tls))
        command = directory / "carry"
        command.write_text(f"#!/bin/sh\nexec nc -U {daemon.socket}\n")
        command.chmod(0o700)
        yield Lab(daemon, sshd, to_tcp, to_tls, tls, pki, directory / "host.xml", command)


def _without_address(conf: str) -> str:
    return "".join(line for line in conf.splitlines(keepends=True) if not line.startswith("listen_addr"))

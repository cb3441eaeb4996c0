"""A hundred hosts, twenty of them dead: the dead ones first, so that they are in everybody's way."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.hosts import domains, write_host

LIVE, SILENT, REFUSING, UNKNOWN = 80, 10, 5, 5
PASSWORD = "hunter2"


class ManyHosts(NamedTuple):
    """URIs by name, in the order in which they are opened."""

    silent: dict[str, str]
    """The open never returns: somebody listens and says nothing."""
    failing: dict[str, str]
    """The open fails: nobody listens, or the name does not resolve."""
    asking: dict[str, str]
    """Those want a user (*root*) and PASSWORD."""
    live: dict[str, str]

    @property
    def all(self) -> dict[str, str]:
        return self.silent | self.failing | self.asking | self.live


@contextmanager
def many_hosts(folder: Path, *, asking: int = 0) -> Iterator[ManyHosts]:
    """Hosts of the test driver, each with two domains, and sockets beside them."""
    with ExitStack() as stack:
        silent = {}
        for number in range(SILENT):
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(str(folder / f"s{number}"))
            listener.listen()
            silent[f"silent{number}"] = f"qemu+unix:///system?socket={folder / f's{number}'}"
        failing = {f"refusing{n}": f"qemu+unix:///system?socket={folder / f'r{n}'}" for n in range(REFUSING)}
        failing |= {f"unknown{n}": f"qemu+tcp://host{n}.invalid/system" for n in range(UNKNOWN)}
        hosts = {f"host{n:02}": write_host(folder / f"{n}.xml", domains(2)) for n in range(LIVE)}
        names = list(hosts)[:asking]
        for name in names:
            path = Path(hosts[name].removeprefix("test://"))
            auth = f"<auth><user password='{PASSWORD}'>root</user></auth></node>"
            path.write_text(path.read_text().replace("</node>", auth))
        live = {name: uri for name, uri in hosts.items() if name not in names}
        yield ManyHosts(silent, failing, {name: hosts[name] for name in names}, live)

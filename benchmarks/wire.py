"""Remote procedure calls, counted on the wire."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import libvirt

from benchmarks.figures import Figure
from benchmarks.lab import DEFINED, FEW, FULL_SCREEN, NAME, Lab
from tests.support.daemon import LibvirtDaemon
from tests.support.rpc_proxy import Kind, ProxyCounts, RpcProxy, name_of
from tests.support.terminal import Terminal

TICKS = 5
STATS = ("ConnectGetAllDomainStats", "DomainListGetStats")
LIST = "ConnectListAllDomains"
HOST = ("NodeGetCPUStats", "NodeGetMemoryStats")
SIGN = "ConnectGetLibVersion"
"""The call by which the app looks whether a silent connection is alive."""
RUNNING = 20
"""Of the two hundred domains; these are enough of a load for the machine."""
INTERVAL, PEER_INTERVAL = 3.0, 5.0
"""Seconds between two readings: ours, as the settings are, and the peer's."""
IDLE = '[columns]\ndomains = ["name", "state"]\n'


class Recorder(RpcProxy):
    """A proxy that also remembers the order of the calls."""

    def __init__(self, upstream: Path, path: Path) -> None:
        super().__init__(upstream, path)
        self.order: list[str] = []

    def _count(self, program: int, procedure: int, kind: int) -> None:
        super()._count(program, procedure, kind)
        if kind in {Kind.CALL, Kind.CALL_WITH_FDS}:
            self.order.append(name_of(program, procedure))


def opening(lab: Lab) -> Iterator[Figure]:
    """Up to the last of the lists, of a thousand QEMU domains and of ten times as many of the test driver."""
    many = 3_000 if lab.quick else 10_000
    path = lab.directory / "counted"
    with Recorder(lab.daemon.socket, path) as proxy:
        for name, uri in (
            (f"{DEFINED:,} QEMU domains", lab.daemon.uri_through(path)),
            (f"{many:,} test domains", lab.daemon.test_driver_uri(lab.host_file(many), path)),
        ):
            proxy.order.clear()
            with lab.app(uri) as terminal:
                terminal.until_bytes(FULL_SCREEN, timeout=120)
            calls = len(proxy.order) - proxy.order[::-1].index(LIST)
            yield Figure(f"RPCs, open → list of {name}", "", str(calls), str(calls), "≤ 15", calls <= 15)


def tick(lab: Lab) -> Iterator[Figure]:
    """Of a thousand QEMU domains; the test driver tells no counters in bulk."""
    path = lab.directory / "ticks"
    with RpcProxy(lab.daemon.socket, path) as proxy:
        uri = lab.daemon.uri_through(path)
        with lab.app(uri, settings="stats_interval = 1.0\n") as terminal:
            terminal.until_bytes(FULL_SCREEN, timeout=120)
            _settle(proxy, terminal)
            start = proxy.counts()
            terminal.listen(TICKS + 0.5)
            asked = proxy.counts() - start
    stats, host = _of(asked, STATS), _of(asked, HOST)
    others = asked.total - stats - host
    yield Figure(
        f"RPCs per stats tick, {DEFINED:,} QEMU domains",
        f"{TICKS} ticks",
        f"{stats} stats, {host} host, {others} others",
        f"{asked.total / TICKS:.1f}",
        "1 + ≤ 2 host",
        0 < stats <= TICKS + 1 and host <= 2 * stats and not others,
    )


def minutes(lab: Lab) -> Iterator[Figure]:
    """A minute of two hundred domains, idle and with all counters, against what others do in that time."""
    daemon, path = lab.few, lab.directory / "minute"
    seconds = 20 if lab.quick else 60
    conn = libvirt.open(daemon.uri)
    guests = [conn.lookupByName(NAME.format(number)) for number in range(RUNNING)]
    for guest in guests:
        guest.create()
    try:
        with RpcProxy(daemon.socket, path) as proxy:
            peer = _per_minute(proxy, lambda: _peer(daemon.uri_through(path)), 60 / PEER_INTERVAL)
            virsh = _per_minute(proxy, lambda: _domstats(daemon, path), 60 / INTERVAL)
            idle = _minute_of_app(lab, proxy, IDLE, seconds, "S", "+")  # neither summary nor detail
            stats = _minute_of_app(lab, proxy, f"stats_interval = {INTERVAL}\n", seconds)
    finally:
        for guest in guests:
            guest.destroy()
        conn.close()
    domains = f"{FEW} domains, {RUNNING} running"
    how = "" if seconds == 60 else f" (from {seconds} s)"
    yield _traffic(f"a minute idle{how}, {domains}", idle, peer, "a peer's polling")
    yield _traffic(f"a minute of stats{how}, {domains}", stats, peer, "a peer's polling")
    yield _traffic("the same, against virsh", stats, virsh, "virsh domstats per tick")


def _peer(uri: str) -> None:
    """Six calls for each running domain, which the nearest peer makes every five seconds."""
    conn = libvirt.open(uri)
    for guest in conn.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE):
        guest.state()
        guest.info()
        guest.memoryStats()
        guest.maxMemory()
        guest.autostart()
        guest.XMLDesc(0)
    conn.close()


def _domstats(daemon: LibvirtDaemon, path: Path) -> None:
    argv = ["virsh", "-c", daemon.uri_through(path), "domstats"]
    subprocess.run(argv, check=True, capture_output=True)


def _per_minute(proxy: RpcProxy, once: Callable[[], None], times: float) -> tuple[float, float]:
    """Calls and bytes of a minute, worked out from one of so many times."""
    before = proxy.counts()
    once()
    made = proxy.counts() - before
    return made.total * times, (made.sent + made.received) * times


def _minute_of_app(lab: Lab, proxy: RpcProxy, settings: str, seconds: int, *keys: str) -> tuple[float, float]:
    with lab.app(lab.few.uri_through(proxy.path), rows=60, settings=settings) as terminal:
        terminal.until_bytes(FULL_SCREEN, timeout=60)
        terminal.settle(1)
        terminal.press(*keys)
        _settle(proxy, terminal)
        before = proxy.counts()
        terminal.listen(seconds)
        made = proxy.counts() - before
    return made.total * 60 / seconds, (made.sent + made.received) * 60 / seconds


def _traffic(what: str, ours: tuple[float, float], theirs: tuple[float, float], name: str) -> Figure:
    """Both as round trips and bytes of a minute."""
    return Figure(
        what,
        f"{theirs[0]:.0f} RPCs, {theirs[1] / 1024:.0f} KiB {name}",
        f"{ours[0]:.0f} RPCs, {ours[1] / 1024:.0f} KiB",
        f"{theirs[0] / ours[0]:.0f} × fewer, {theirs[1] / ours[1]:.1f} × less",
        "fewer, less",
        ours[0] < theirs[0] and ours[1] < theirs[1],
    )


def _settle(proxy: RpcProxy, terminal: Terminal) -> None:
    """Wait until nothing is asked but what every tick asks: titles and addresses of the rows are there."""
    for _ in range(120):
        before = proxy.counts()
        terminal.listen(1.5)
        asked = proxy.counts() - before
        if asked.total == _of(asked, (*STATS, *HOST, SIGN)):
            return
    raise AssertionError(f"the app does not stop asking: {asked.calls}")


def _of(counts: ProxyCounts, names: tuple[str, ...]) -> int:
    return sum(counts.calls[name] for name in names)

"""Remote procedure calls, counted on the wire."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.lab import DEFINED, FULL_SCREEN, Lab
from tests.support.rpc_proxy import Kind, ProxyCounts, RpcProxy, name_of
from tests.support.terminal import Terminal

TICKS = 5
STATS = ("ConnectGetAllDomainStats", "DomainListGetStats")
LIST = "ConnectListAllDomains"
HOST = ("NodeGetCPUStats", "NodeGetMemoryStats")


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


def _settle(proxy: RpcProxy, terminal: Terminal) -> None:
    """Wait until nothing is asked but what every tick asks: titles and addresses of the rows are there."""
    for _ in range(60):
        before = proxy.counts()
        terminal.listen(1.5)
        asked = proxy.counts() - before
        if asked.total == _of(asked, STATS) + _of(asked, HOST):
            return
    raise AssertionError(f"the app does not stop asking: {asked.calls}")


def _of(counts: ProxyCounts, names: tuple[str, ...]) -> int:
    return sum(counts.calls[name] for name in names)

"""From a change that another process makes to changed bytes on the terminal, and what one changed cell costs.

The other process is this one: it changes a running QEMU guest over a connection of its own, and takes the
same event over that connection as the reference.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import libvirt

from benchmarks.figures import Figure, at_most, median, milliseconds, percentile
from benchmarks.lab import FULL_SCREEN, NAME, Lab
from tests.support.terminal import Terminal

PAUSED, RUNNING = b"paused", b"running"


class Watcher:
    """libvirt's events as they reach a process that does nothing else."""

    def __init__(self, uri: str) -> None:
        libvirt.virEventRegisterDefaultImpl()
        threading.Thread(target=self._run, daemon=True).start()
        self.conn = libvirt.open(uri)
        self.at = 0.0
        self._told = threading.Event()
        self._id = self.conn.domainEventRegisterAny(
            None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, self._on_event, None
        )

    def close(self) -> None:
        self.conn.domainEventDeregisterAny(self._id)
        self.conn.close()

    def change(self, call: Callable[[], object]) -> None:
        """Make a call on a thread, so that whoever looks at the terminal is not held up by it."""
        self._told.clear()
        threading.Thread(target=call, daemon=True).start()

    def told(self) -> float:
        """When the event of the last change came."""
        if not self._told.wait(10):
            raise TimeoutError("no event")
        return self.at

    def _on_event(self, *_arguments: object) -> None:
        self.at = time.monotonic()
        self._told.set()

    @staticmethod
    def _run() -> None:
        while True:
            libvirt.virEventRunDefaultImpl()


def latency(lab: Lab) -> Iterator[Figure]:
    with _changing(lab) as (terminal, watcher, dom):
        own, reference = [], []
        for _ in range(lab.runs(60)):
            for call, word in ((dom.suspend, PAUSED), (dom.resume, RUNNING)):
                terminal.settle(0.05)
                start = time.monotonic()
                watcher.change(call)
                own.append(terminal.until_bytes(word) - start)
                reference.append(watcher.told() - start)
    name = "event → changed bytes"
    pairs = {share: (percentile(reference, share), percentile(own, share)) for share in (0.5, 0.95)}
    told, shown = pairs[0.5]
    yield Figure(
        f"{name}, p50",
        f"{milliseconds(told)} bare callback",
        milliseconds(shown),
        milliseconds(shown),
        "",
        None,
    )
    told, shown = pairs[0.95]
    yield at_most(f"{name}, p95", shown, 0.025, milliseconds, reference=f"{milliseconds(told)} bare callback")


def cell(lab: Lab) -> Iterator[Figure]:
    """The state of one row out of a thousand."""
    with _changing(lab) as (terminal, watcher, dom):
        cpu, octets = [], []
        for _ in range(lab.runs(30)):
            for call, word in ((dom.suspend, PAUSED), (dom.resume, RUNNING)):
                terminal.settle(0.15)
                started, received = terminal.cpu_seconds(), terminal.received
                watcher.change(call)
                terminal.until_bytes(word)
                terminal.settle(0.1)
                cpu.append(terminal.cpu_seconds() - started)
                octets.append(terminal.received - received)
    yield at_most("one changed cell, CPU", median(cpu), 0.005, milliseconds)
    yield at_most("one changed cell, bytes", median(octets), 600, lambda value: f"{value:.0f} B")


@contextmanager
def _changing(lab: Lab) -> Iterator[tuple[Terminal, Watcher, libvirt.virDomain]]:
    """The app on a thousand domains, one of them running and not under the cursor."""
    watcher = Watcher(lab.daemon.uri)
    dom = watcher.conn.lookupByName(NAME.format(3))
    dom.create()
    try:
        with lab.app(lab.daemon.uri, settings="stats_interval = 3600\n") as terminal:
            terminal.until_bytes(FULL_SCREEN, timeout=60)
            _ = terminal.screen
            terminal.settle(1.5)
            yield terminal, watcher, dom
    finally:
        dom.destroy()
        watcher.close()

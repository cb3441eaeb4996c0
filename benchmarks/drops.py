"""A daemon that dies: until that is noticed, and from its return to a complete list."""

import threading
import time
from collections.abc import Callable, Iterator

from benchmarks.events import Watcher
from benchmarks.figures import Figure, at_most, median, milliseconds, seconds
from benchmarks.lab import DEFINED, FULL_SCREEN, Lab
from tests.support.guest import guest_xml
from tests.support.terminal import Terminal

STALE = "stale"
KEEPALIVE = 5, 3
"""Interval and count, as the app has them unless told otherwise."""
WINDOW = KEEPALIVE[0] * (KEEPALIVE[1] + 1)


def noticed(lab: Lab) -> Iterator[Figure]:
    """Killed, the socket tells; stopped, only its silence does. Beside both libvirt's own close callback."""
    for what, end, runs, most in (
        ("daemon killed → stale on the terminal", lab.daemon.kill, lab.runs(5), 0.25),
        (f"daemon stopped → stale, keepalive {KEEPALIVE}", lab.daemon.freeze, 1, WINDOW + 1.0),
    ):
        pairs = [_notice(lab, end) for _ in range(runs)]
        reference, own = (median(column) for column in zip(*pairs, strict=True))
        shown = milliseconds if own < 1 else lambda value: f"{value:.1f} s"
        yield at_most(what, own, most, shown, reference=f"{shown(reference)} bare callback")


def _notice(lab: Lab, end: Callable[[], None]) -> tuple[float, float]:
    """Seconds until libvirt tells a process that does nothing else, and until the app shows it."""
    daemon = lab.daemon
    watcher = Watcher(daemon.uri)
    told = threading.Event()
    at: list[float] = []

    def closed(*_: object) -> None:
        at.append(time.monotonic())
        told.set()

    watcher.conn.registerCloseCallback(closed, None)
    watcher.conn.setKeepAlive(*KEEPALIVE)
    try:
        with lab.app(daemon.uri, settings="stats_interval = 3600\n") as terminal:
            terminal.until_bytes(FULL_SCREEN, timeout=60)
            _ = terminal.screen
            terminal.settle(1)
            began = time.monotonic()
            end()
            terminal.until(lambda screen: STALE in screen.text, timeout=2 * WINDOW)
            own = terminal.last_read - began
            if not told.wait(2 * WINDOW):
                raise TimeoutError("no close callback")
    finally:
        if daemon.pid:
            daemon.thaw()
        else:
            daemon.start()
    return at[0] - began, own


def back(lab: Lab) -> Iterator[Figure]:
    """A daemon that is away for a moment, and has a domain more when it answers again."""
    daemon = lab.daemon
    own, reference = [], []
    with lab.app(daemon.uri, settings="stats_interval = 3600\n") as terminal:
        terminal.until_bytes(FULL_SCREEN, timeout=60)
        for number in range(lab.runs(5)):
            name = f"aaa{number}"  # the first in the order of names: on the screen
            daemon.kill()
            terminal.until(lambda screen: STALE in screen.text)
            daemon.preload({name: guest_xml(name, memory_mib=4)})
            daemon.start()
            began = time.monotonic()
            _until_row(terminal, name)
            own.append(max(0.0, terminal.last_read - began))
            reference.append(lab.virsh_list(daemon.uri))
            (daemon.config / "qemu" / f"{name}.xml").unlink()
    yield Figure(
        f"daemon back → list of {DEFINED:,} complete",
        f"{seconds(median(reference))} virsh list, started then",
        seconds(median(own)),
        f"{seconds(max(own))} at most, pauses from 1 s on",
        "",
        None,
    )


def _until_row(terminal: Terminal, name: str) -> None:
    terminal.until(lambda screen: name in screen.text and STALE not in screen.text, timeout=30)

"""What the app costs while nobody touches it: CPU and bytes."""

from collections.abc import Iterator

import libvirt

from benchmarks.figures import Figure, at_most
from benchmarks.lab import DEFINED, FULL_SCREEN, GUESTS, NAME, Lab
from tests.support.terminal import Terminal

SECONDS = 20
ONE_COLUMN = 'stats_interval = 1.0\n[columns]\ndomains = ["name", "state"]\n'
EVERY_SECOND = "stats_interval = 1.0\n"


def still(lab: Lab) -> Iterator[Figure]:
    """Name and state alone need no counters."""
    with lab.bare() as bare:
        bare.until_bytes(b"just a label")
        bare.settle(1)
        reference = _share(bare, lab.runs(SECONDS))
    with lab.app(lab.daemon.uri, settings=ONE_COLUMN) as terminal:
        _rest(terminal)
        terminal.press("S")
        terminal.listen(1)
        share = _share(terminal, lab.runs(SECONDS))
    what = f"idle, {DEFINED:,} domains, no stats"
    yield at_most(what, share, 0.003, _percent, reference=f"{_percent(reference)} bare Textual")


def ticking(lab: Lab) -> Iterator[Figure]:
    """Forty running QEMU guests on screen, all columns, one tick a second."""
    conn = libvirt.open(lab.daemon.uri)
    guests = [conn.lookupByName(NAME.format(number)) for number in range(GUESTS)]
    for guest in guests:
        guest.create()
    try:
        # Rows enough for all of them in the upper part, columns enough for all that has counters.
        with lab.app(lab.daemon.uri, columns=160, rows=88, settings=EVERY_SECOND) as terminal:
            _rest(terminal)
            received = terminal.received
            seconds = lab.runs(SECONDS)
            share = _share(terminal, seconds)
            octets = (terminal.received - received) / seconds
    finally:
        for guest in guests:
            guest.destroy()
        conn.close()
    what = f"stats every second, {GUESTS} rows"
    yield at_most(f"{what}, CPU", share, 0.02, _percent)
    yield at_most(f"{what}, bytes per tick", octets, 4096, lambda value: f"{value:.0f} B")


def _rest(terminal: Terminal) -> None:
    """Until what is read only once has been read."""
    terminal.until_bytes(FULL_SCREEN, timeout=60)
    _ = terminal.screen
    terminal.listen(10)


def _share(terminal: Terminal, seconds: float) -> float:
    before = terminal.cpu_seconds()
    terminal.listen(seconds)
    return (terminal.cpu_seconds() - before) / seconds


def _percent(share: float) -> str:
    return f"{share * 100:.2f} %"

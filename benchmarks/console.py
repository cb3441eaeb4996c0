"""A flood on a guest's console: how long it takes, what it costs, and whether the rest of the app notices.

The guest runs under emulation, so its serial port is what limits the flood; how fast the terminal itself is
shows without one.
"""

import contextlib
import re
import time
from collections.abc import Iterator

from rich.cells import cell_len

from benchmarks.figures import Figure, at_most, mebibytes, median, milliseconds, percentile, seconds
from benchmarks.lab import Lab
from tests.support import linux_guest
from tests.support.daemon import LibvirtDaemon
from tests.support.emulator import Screen
from tests.support.terminal import Terminal
from tuivirt.terminal.terminal import Terminal as GuestTerminal

LINES = 200_000
FLOOD = f"yes | head -n {LINES}; echo do''ne\r"
FRAME = 1 / 60


def flood(lab: Lab) -> Iterator[Figure]:
    """``yes | head -n 200000`` in a guest, with ``virsh console`` and with the app."""
    guest = linux_guest.build()
    with contextlib.closing(LibvirtDaemon()) as daemon:
        daemon.start()
        daemon.define(guest.xml("web"), guest.xml("other"))
        linux_guest.start(daemon, "web")
        reference = _virsh(lab, daemon)
        with lab.app(daemon.uri) as app:
            app.until_text("web")
            _ = app.screen
            app.press("G", "c")
            app.until_text("Ctrl+]")
            app.press("enter")
            app.until(_prompts, what="the prompt")
            app.settle(1)
            memory, cpu = app.memory(), app.cpu_seconds()
            began = time.monotonic()
            app.send(FLOOD)
            # Drawn meanwhile: the app waits for what its terminal says to that.
            took = app.until(lambda screen: "done" in screen.lines, 300, "the end of the flood") - began
            cpu = app.cpu_seconds() - cpu
            grown = app.memory() - memory
            end = app.screen.lines.index("done")
            assert app.screen.lines[:end] == ["y"] * end
            yield _beside(took, reference)
            yield at_most("… CPU of the app", cpu / took, 0.5, lambda share: f"{share:.0%}")
            yield at_most("… memory more than before", grown, 16 * 2**20, mebibytes)
            yield _elsewhere(lab, app)


def _prompts(screen: Screen) -> bool:
    return any(line.rstrip() == "#" for line in screen.lines)


def _virsh(lab: Lab, daemon: LibvirtDaemon) -> float:
    argv = ["virsh", "-q", "-c", daemon.uri, "console", "web"]
    with Terminal(argv, env=lab.environment()) as virsh:
        virsh.settle(1)
        virsh.send("\r")
        virsh.settle(1)
        took = _run(virsh)
        virsh.send("\x1d")
        virsh.wait()
    return took


def _run(terminal: Terminal) -> float:
    """Seconds from the command to the word behind the flood."""
    began = time.monotonic()
    terminal.send(FLOOD)
    return terminal.until_bytes(b"done", timeout=300) - began


def _beside(ours: float, reference: float) -> Figure:
    times = ours / reference
    what = f"console: {LINES:,} lines from the guest"
    return Figure(
        what, f"{seconds(reference)} virsh console", seconds(ours), f"{times:.2f} ×", "≤ 1.5 ×", times <= 1.5
    )


def _elsewhere(lab: Lab, app: Terminal) -> Figure:
    """A key in the list while the guest floods a console that nobody looks at."""
    app.send(FLOOD)
    app.press("ctrl+]", "q")
    app.until_text("NAME")
    _ = app.screen
    costs = []
    for number in range(lab.runs(60)):
        began = time.monotonic()
        app.press("kj"[number % 2])
        costs.append(app.until_bytes(b"\x1b[", timeout=10) - began)
        app.listen(0.05)
    # To its end, so that the next run finds a prompt.
    app.press("c")
    app.until(lambda screen: re.search("^done$", screen.text, re.MULTILINE), 300, "the end")
    slow = percentile(costs, 0.95)
    return at_most("… a key in the list meanwhile, p95", slow, 2 * FRAME, milliseconds)


def throughput(lab: Lab) -> Iterator[Figure]:
    """The terminal alone."""
    texts = {
        "short lines": b"y\r\n" * 400_000,
        "long lines": b"x" * 70 + b"\r\n",
        "coloured lines": b"\x1b[32mok\x1b[0m some words here \x1b[1;34mdirectory\x1b[0m\r\n",
        "full screens": b"".join(
            b"\x1b[%d;%dHword\x1b[K\x1b[31m!\x1b[m" % (n % 24, n % 70) for n in range(240)
        ),
    }
    least = {"short lines": 5.0, "long lines": 5.0, "coloured lines": 1.0, "full screens": 0.5}
    for name, text in texts.items():
        data = text * max(1, 1_200_000 // len(text))
        speed = median(_speed(data) for _ in range(lab.runs(5)))
        reached = speed >= least[name]
        yield Figure(
            f"console: {name} drawn",
            "",
            f"{speed:.1f} MB/s",
            f"{speed:.1f} MB/s",
            f"≥ {least[name]:g} MB/s",
            reached,
        )


def _speed(data: bytes) -> float:
    """Megabytes a second, in pieces as they come over a fast line."""
    terminal = GuestTerminal(cell_len)
    began = time.perf_counter()
    for start in range(0, len(data), 65_536):
        terminal.feed(data[start : start + 65_536])
        while not terminal.work(0.005):
            pass
    return len(data) / (time.perf_counter() - began) / 1e6

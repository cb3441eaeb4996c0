"""Resident memory with the domains of a remote host: the test driver inside a daemon."""

from collections.abc import Iterator

from benchmarks.figures import Figure, at_most, mebibytes, median
from benchmarks.lab import FULL_SCREEN, Lab

MIB = 2**20


def memory(lab: Lab) -> Iterator[Figure]:
    def bare() -> float:
        with lab.bare() as terminal:
            terminal.until_bytes(b"just a label")
            terminal.settle(1)
            return terminal.memory()

    reference = median(bare() for _ in range(lab.runs(3)))
    for size, most in ((1_000, 60), (10_000, 85)):
        uri = lab.daemon.test_driver_uri(lab.host_file(size))

        def resident(uri: str = uri) -> float:
            with lab.app(uri) as terminal:
                terminal.until_bytes(FULL_SCREEN, timeout=120)
                _ = terminal.screen
                terminal.listen(6)
                return terminal.memory()

        value = median(resident() for _ in range(lab.runs(3)))
        what = f"memory, {size:,} remote domains"
        yield at_most(what, value, most * MIB, mebibytes, reference=f"{mebibytes(reference)} bare Textual")

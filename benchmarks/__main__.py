"""Runs the benchmarks and prints the table."""

import argparse
import sys
from collections.abc import Callable, Iterator

from benchmarks import console, drops, events, idle, keys, memory, screen, start, wire
from benchmarks.figures import Figure, table
from benchmarks.lab import Lab

BENCHMARKS: dict[str, Callable[[Lab], Iterator[Figure]]] = {
    "first-frame": start.first_frame,
    "rows": start.rows,
    "far": start.far,
    "open-calls": wire.opening,
    "tick-calls": wire.tick,
    "minutes": wire.minutes,
    "noticed": drops.noticed,
    "back": drops.back,
    "event": events.latency,
    "keys": keys.keys,
    "cell": events.cell,
    "idle": idle.still,
    "ticks": idle.ticking,
    "memory": memory.memory,
    "console-speed": console.throughput,
    "console-flood": console.flood,
    "screen-reading": screen.reading,
    "screen-drawing": screen.drawing,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all unless given"
    )
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.names if name not in BENCHMARKS]:
        parser.error(f"there is no benchmark {', '.join(unknown)}")
    figures: list[Figure] = []
    with Lab(quick=arguments.quick) as lab:
        for name in arguments.names or BENCHMARKS:
            print(f"{name} …", file=sys.stderr, flush=True)
            figures += BENCHMARKS[name](lab)
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""From exec to the first frame, and to the rows."""

from collections.abc import Iterator

from benchmarks.figures import Figure, median, ratio, sooner
from benchmarks.lab import DEFINED, FIRST_FRAME, FULL_SCREEN, Lab
from tests.support.rpc_proxy import RpcProxy

ROUND_TRIP = 0.020


def first_frame(lab: Lab) -> Iterator[Figure]:
    """Both in turn, so that what the machine does besides concerns both."""
    uri = lab.test_uri(10)

    def bare() -> float:
        with lab.bare() as terminal:
            return terminal.until_bytes(b"just a label", timeout=30) - terminal.started

    def ours() -> float:
        with lab.app(uri) as terminal:
            return terminal.until_bytes(FIRST_FRAME, timeout=30) - terminal.started

    bare(), ours()
    pairs = [(bare(), ours()) for _ in range(lab.runs(15))]
    reference, own = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    yield ratio("exec → first frame", own, reference, 1.3, "bare Textual")


def rows(lab: Lab) -> Iterator[Figure]:
    for size, most, runs in ((1_000, 1.3, 9), (10_000, 1.1, 3)):
        uri = lab.test_uri(size)
        pairs = [(lab.virsh_list(uri), _rows_on_screen(lab, uri)) for _ in range(lab.runs(runs))]
        reference, own = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
        yield ratio(f"exec → {size:,} rows, test driver", own, reference, most, "virsh list")


def far(lab: Lab) -> Iterator[Figure]:
    path = lab.directory / "far"
    with RpcProxy(lab.daemon.socket, path, round_trip=ROUND_TRIP):
        uri = lab.daemon.uri_through(path)
        own = median(lab.times(5, lambda: _rows_on_screen(lab, uri)))
        reference = lab.virsh_list(uri)
    yield sooner(f"exec → {DEFINED:,} QEMU rows, 20 ms away", own, reference, 30, "virsh list")


def _rows_on_screen(lab: Lab, uri: str) -> float:
    with lab.app(uri) as terminal:
        return terminal.until_bytes(FULL_SCREEN, timeout=120) - terminal.started

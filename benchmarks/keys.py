"""What a key costs in a list of 10,000 rows: CPU time of the whole process."""

from collections.abc import Iterator

from benchmarks.figures import Figure, at_most, median, milliseconds
from benchmarks.lab import FULL_SCREEN, Lab
from tests.support.terminal import Terminal

MOST = 0.030
QUIET = 0.15


def keys(lab: Lab) -> Iterator[Figure]:
    with lab.app(lab.test_uri(10_000), settings="stats_interval = 3600\n") as terminal:
        terminal.until_bytes(FULL_SCREEN, timeout=120)
        _ = terminal.screen
        terminal.settle(2, timeout=60)
        yield _page_down(lab, terminal)
        yield _sort(lab, terminal)
        yield _filter(lab, terminal)


def _cost(terminal: Terminal, key: str) -> float:
    before = terminal.cpu_seconds()
    terminal.press(key)
    terminal.settle(QUIET)
    return terminal.cpu_seconds() - before


def _page_down(lab: Lab, terminal: Terminal) -> Figure:
    costs = [_cost(terminal, "pagedown") for _ in range(lab.runs(30))]
    return at_most("10,000 rows: page down", median(costs), MOST, milliseconds)


def _sort(lab: Lab, terminal: Terminal) -> Figure:
    """By the next column, eight of them round: the median of the dearest."""
    rounds = [[_cost(terminal, ">") for _ in range(8)] for _ in range(lab.runs(6))]
    return at_most("10,000 rows: sort", max(map(median, zip(*rounds, strict=True))), MOST, milliseconds)


def _filter(lab: Lab, terminal: Terminal) -> Figure:
    """Letters of a word, from one that every name has to one that a few have: the dearest."""
    terminal.press("/", "v")
    # A word is looked for in titles too, which are read once for all.
    terminal.settle(1)
    terminal.until(lambda screen: "to read" not in screen.text, timeout=300)
    terminal.press("backspace")
    terminal.settle(1)
    word = ("v", "m", "0", "1", "2")
    rounds = []
    for _ in range(lab.runs(6)):
        rounds.append([_cost(terminal, letter) for letter in word])
        terminal.press(*["backspace"] * len(word))
        terminal.settle(0.5)
    terminal.press("escape")
    return at_most(
        "10,000 rows: filter keystroke", max(map(median, zip(*rounds, strict=True))), MOST, milliseconds
    )

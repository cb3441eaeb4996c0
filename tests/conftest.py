"""Hermetic by default: no test reads the user's files, variables or terminal, nor writes outside its own."""

import os
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.environment import FIXED, is_foreign, private_directories
from tests.support.hosts import HostDomain, write_host

# Before anything imports Textual, which reads some of these when it is imported.
for _name in [name for name in os.environ if is_foreign(name)]:
    del os.environ[_name]
os.environ.update(FIXED)

# A deadline on a shared machine measures the neighbours. CI repeats the same examples every time.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

# Ignored in what a shell starts in the background, and so in all that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_numbers = count()

WORKERS_PER_CORE = 3
"""Tests of an app in a terminal, or under Textual's pilot, mostly wait for the other side: of one worker for
each core only a third of the time is work.
"""


def pytest_xdist_auto_num_workers() -> int:
    return WORKERS_PER_CORE * len(os.sched_getaffinity(0))


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory that HOME and the XDG variables of this test lie under; made by who writes there."""
    root = tmp_path_factory.getbasetemp() / f"home{next(_numbers)}"
    for name, value in private_directories(root).items():
        monkeypatch.setenv(name, value)
    return root


@pytest.fixture(autouse=True)
def same_environment() -> Iterator[None]:
    """What a test sets in os.environ without monkeypatch ends with that test."""
    before = dict(os.environ)
    yield
    if os.environ != before:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def test_host(tmp_path: Path) -> str:
    """The URI of a test-driver host of this test's own, with a domain in each common state."""
    return write_host(
        tmp_path / "host.xml",
        [
            HostDomain("web01", state="running", title="The front"),
            HostDomain("web02", state="paused"),
            HostDomain("db01", state="shutoff", persistent=True),
            HostDomain("batch01", state="running", persistent=False),
        ],
    )

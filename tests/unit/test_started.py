"""When a local domain was started."""

import os
from pathlib import Path

import pytest

from tests.support.scripted import domain
from tuivirt.core.uri import ConnectionURI
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.domain.snapshot import Details, State
from tuivirt.resources.domain.started import run_directory, started_at


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("qemu:///system", "/run/libvirt/qemu"),
        ("qemu:///session", "/run/user/7/libvirt/qemu/run"),
        ("qemu+ssh://lab1/system", None),
        ("qemu+unix:///system?socket=/x", None),
        ("test:///default", None),
        ("lxc:///system", None),
    ],
)
def test_directory(uri: str, expected: str | None) -> None:
    found = run_directory(ConnectionURI.parse(uri), "/run/user/7")
    assert found == (Path(expected) if expected else None)


def test_pid_file_tells(tmp_path: Path) -> None:
    pid = tmp_path / "web 1.pid"
    pid.write_text("42")
    os.utime(pid, (1_000, 1_000))
    assert started_at(tmp_path, "web 1") == 1_000


@pytest.mark.parametrize("name", ["nosuch", "../web", "", "a" * 4_000, "nul\0byte"])
def test_what_is_not_there_tells_nothing(tmp_path: Path, name: str) -> None:
    assert started_at(tmp_path, name) is None


def test_a_pause_does_not_end_what_began_before() -> None:
    record = DomainRecord(domain("web", state=State.SHUTOFF))
    record.replaced(domain("web"), 100.0)
    assert (record.started, record.since) == (100.0, 100.0)
    record.replaced(domain("web", state=State.PAUSED), 110.0)
    assert (record.started, record.since) == (100.0, 110.0)
    record.replaced(domain("web"), 120.0)
    assert (record.started, record.since) == (100.0, 120.0)
    record.replaced(domain("web", state=State.SHUTOFF), 130.0)
    assert (record.started, record.since) == (None, 130.0)


def test_what_nobody_told_stays_unknown() -> None:
    record = DomainRecord(domain("web"))
    record.replaced(domain("web", state=State.PAUSED), 110.0)
    record.replaced(domain("web"), 120.0)
    assert (record.started, record.since) == (None, 120.0)
    # Another process, which only a list told of: neither does the pid file of the one before tell.
    record.details = Details(started=50.0)
    assert (record.started, record.since) == (50.0, 120.0)
    record.replaced(domain("web")._replace(domid=8), None)
    assert (record.started, record.since) == (None, 120.0)

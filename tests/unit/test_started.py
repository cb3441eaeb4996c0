"""When a local domain was started."""

import os
from pathlib import Path

import pytest

from tuivirt.core.uri import ConnectionURI
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

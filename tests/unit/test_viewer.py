"""virt-viewer: when it can be opened, and how."""

import stat
from pathlib import Path
from queue import Queue

import pytest

from tests.support.wait import PATIENCE
from tuivirt.ui.guest_screen.viewer import command, open_viewer, why_not

URI = "qemu+ssh://root@lab1/system"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A virt-viewer on the PATH that does what a test writes into it."""
    program = tmp_path / "virt-viewer"
    program.write_text("#!/bin/sh\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return program


@pytest.mark.parametrize("environment", [{"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}])
def test_where_it_can_be_opened(installed: Path, environment: dict[str, str]) -> None:
    assert why_not(environment, URI) == ""


def test_where_it_cannot(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no graphical session" in why_not({}, URI)
    assert "no graphical session" in why_not({"DISPLAY": ""}, URI)
    assert "password" in why_not({"DISPLAY": ":0"}, "esx://root:hunter2@esx1/")
    monkeypatch.setenv("PATH", "/nowhere")
    assert "not installed" in why_not({"DISPLAY": ":0"}, URI)


def test_its_words_are_words() -> None:
    assert command(URI, "-x; rm") == ["virt-viewer", "--connect", URI, "--uuid", "--", "-x; rm"]


def test_it_lives_by_itself_and_what_it_says_at_a_failure_is_told(installed: Path) -> None:
    told: Queue[str] = Queue()
    installed.write_text('#!/bin/sh\necho warning >&2\necho "cannot open $2 $5" >&2\nexit 1\n')
    open_viewer(command("qemu:///x y", "uuid"), told.put)
    assert told.get(timeout=PATIENCE) == "cannot open qemu:///x y uuid"
    installed.write_text("#!/bin/sh\nexit 3\n")
    open_viewer(command(URI, "uuid"), told.put)
    assert told.get(timeout=PATIENCE) == "it ended with status 3"

"""The app is ended from outside while a host asks: nothing of it stays behind, on the terminal or on disk."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.environment import hermetic
from tests.support.terminal import Terminal
from tests.support.tuivirt_terminal import App
from tests.support.wait import until

ASKS = """\
#!/bin/sh
echo $$ >"$0.process"
exec "$SSH_ASKPASS" "root@lab's password: "
"""


@pytest.fixture
def ssh(tmp_path: Path) -> Path:
    """A program in the place of ssh that asks for a password at once."""
    path = tmp_path / "ssh"
    path.write_text(ASKS)
    path.chmod(0o700)
    return path


@pytest.fixture
def home() -> Iterator[Path]:
    """Not pytest's, whose path is too long for a socket."""
    with tempfile.TemporaryDirectory(prefix="tuivirt-") as directory:
        (Path(directory) / "run").mkdir(mode=0o700)
        yield Path(directory)


@pytest.fixture
def app(home: Path, ssh: Path) -> Iterator[App]:
    with App(home, "-c", f"qemu+ssh://root@lab/system?command={ssh}") as app:
        app.until_text("root@lab's password:", "Answer")
        assert private(home), "the socket is there"
        yield app


def private(home: Path) -> list[Path]:
    return list((home / "run").iterdir())


def has_ended(ssh: Path) -> bool:
    return not Path(f"/proc/{int(Path(f'{ssh}.process').read_text())}").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_as_good_as_quitting(app: App, home: Path, ssh: Path, number: int) -> None:
    assert 1049 in app.emulator.modes
    os.kill(app.pid, number)
    assert app.wait() == 128 + number
    assert private(home) == []
    assert 1049 not in app.emulator.modes, "the terminal shows what it showed before"
    until(lambda: has_ended(ssh), "ssh has ended")


def test_the_window_is_closed(app: App, home: Path, ssh: Path) -> None:
    assert app.hang_up() == 128 + signal.SIGHUP
    assert private(home) == []
    until(lambda: has_ended(ssh), "ssh has ended")


def test_doctor_is_ended_while_it_asks(home: Path, ssh: Path) -> None:
    argv = [sys.executable, "-m", "tuivirt", "doctor", f"qemu+ssh://root@lab/system?command={ssh}"]
    with Terminal(argv, env=hermetic(home)) as terminal:
        terminal.until_text("root@lab's password:")
        assert private(home), "the socket is there"
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait() == 128 + signal.SIGTERM
    assert private(home) == []
    until(lambda: has_ended(ssh), "ssh has ended")

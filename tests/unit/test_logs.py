"""The log: for the user alone, bounded, and the place where tracebacks go."""

import logging
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuivirt import logs


@pytest.fixture(autouse=True)
def hooks_and_handlers() -> Iterator[None]:
    """What set_up changes of the process is as before."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook, sys.unraisablehook)
    raises = logging.raiseExceptions
    yield
    for handler in root.handlers:
        if handler not in before[0]:
            handler.close()
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    sys.excepthook, threading.excepthook, sys.unraisablehook = before[2:]
    logging.raiseExceptions = raises
    logging.captureWarnings(False)


@pytest.fixture
def log(private_home: Path) -> Path:
    return private_home / "state/tuivirt/tuivirt.log"


def test_it_is_made_with_the_first_line_for_the_user_alone(log: Path) -> None:
    logs.set_up("INFO")
    assert not log.exists()
    logging.getLogger("tuivirt.x").info("one")
    logging.getLogger("tuivirt.x").debug("too much")
    assert log.read_text().endswith(" INFO MainThread tuivirt.x: one\n")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_a_large_one_makes_room(log: Path) -> None:
    log.parent.mkdir(parents=True)
    with log.open("wb") as file:
        file.truncate((4 << 20) + 1)
    logs.set_up()
    assert not log.exists()
    assert log.with_name("tuivirt.log.1").stat().st_size == (4 << 20) + 1


def test_an_uncaught_error_is_one_line_and_its_traceback_is_logged(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up()
    error = ValueError("two\nlines\x1b[2J")
    sys.excepthook(ValueError, error, None)
    assert capsys.readouterr().err == (
        f"tuivirt: internal error: ValueError: two lines␛[2J (details in {log})\n"
    )
    assert "ValueError: two\nlines" in log.read_text()


def test_a_thread_that_dies_is_logged(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    thread = threading.Thread(target=lambda: os.environ["MISSING"], name="lane")
    thread.start()
    thread.join()
    assert capsys.readouterr().err == ""
    assert "CRITICAL lane tuivirt.logs: uncaught in a thread" in log.read_text()
    assert "KeyError: 'MISSING'" in log.read_text()


def test_what_cannot_be_raised_is_logged(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Bad:
        def __del__(self) -> None:
            raise ValueError("in __del__")

    logs.set_up()
    bad = Bad()
    del bad
    assert capsys.readouterr().err == ""
    assert "ValueError: in __del__" in log.read_text()


def test_what_c_libraries_print_goes_to_the_log(log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with logs.quiet_stderr():
        os.write(2, b"from a library\n")
        subprocess.run(["sh", "-c", "echo from a child >&2"], check=True)
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"
    assert log.read_text() == "from a library\nfrom a child\n"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_is_done_without(
    private_home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    private_home.mkdir()
    (private_home / "state").touch()
    with logs.quiet_stderr():
        os.write(2, b"lost\n")
    assert capfd.readouterr().err == ""

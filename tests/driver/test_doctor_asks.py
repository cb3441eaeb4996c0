"""doctor asks what a host asks where somebody can answer, and says so where nobody can."""

import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.environment import hermetic
from tests.support.hosts import HostDomain, write_host
from tests.support.terminal import Terminal
from tests.support.wait import until
from tuivirt.backend import doctor
from tuivirt.core.question import Answer, Question

PASSWORD = "hunter2 ü'"


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return write_host(tmp_path / "host.xml", [HostDomain("web01")], users={"joe": PASSWORD})


@pytest.fixture
def argv(uri: str) -> list[str]:
    return [sys.executable, "-m", "tuivirt", "doctor", uri]


@pytest.fixture
def terminal(argv: list[str], tmp_path: Path) -> Iterator[Terminal]:
    with Terminal(argv, env=hermetic(tmp_path / "home")) as terminal:
        yield terminal


def echoes(terminal: Terminal) -> bool:
    return bool(termios.tcgetattr(terminal._master)[3] & termios.ECHO)


def until_hidden(terminal: Terminal) -> None:
    """What is typed before that is thrown away, as a password that was seen should be."""
    until(lambda: not echoes(terminal), "what is typed is hidden")


def test_in_a_terminal_it_asks(terminal: Terminal, tmp_path: Path) -> None:
    terminal.until_text("asked by libvirt", "Enter username for localhost")
    terminal.send("joe\r")
    terminal.until_text("Enter joe's password for localhost")
    until_hidden(terminal)
    terminal.send(f"{PASSWORD}\r")
    terminal.until_text("ok   list: 1 domain")
    assert terminal.wait() == 0
    assert "joe" in terminal.screen.text
    assert "hunter2" not in terminal.screen.text
    assert echoes(terminal)
    for path in (tmp_path / "home").rglob("*"):
        assert path.is_dir() or "hunter2" not in path.read_text(errors="replace")


def test_a_wrong_answer_is_asked_again(terminal: Terminal) -> None:
    for name, password in (("joe", "wrong"), ("joe", PASSWORD)):
        terminal.until_text("username")  # of the first round, once for both: what is typed early is kept
        terminal.send(f"{name}\r")
        until_hidden(terminal)
        terminal.send(f"{password}\r")
        until(lambda: echoes(terminal), "the password is taken")
    terminal.until_text("authentication failed, see test XML", "ok   list: 1 domain")
    assert terminal.wait() == 0


@pytest.mark.parametrize(("key", "status"), [("\x04", 1), ("\x03", 130)], ids=["end", "interrupt"])
def test_the_user_goes_away(terminal: Terminal, key: str, status: int) -> None:
    terminal.until_text("username")
    terminal.send("joe\r")
    until_hidden(terminal)
    terminal.send(key)
    assert terminal.wait() == status
    assert echoes(terminal)
    assert "Traceback" not in terminal.screen.text
    assert ("FAIL authentication" in terminal.screen.text) == (status == 1)


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_for_a_script_it_says_that_it_does_not_ask(argv: list[str], tmp_path: Path, more: list[str]) -> None:
    ended = subprocess.run(
        [*argv, *more],
        env=hermetic(tmp_path / "home"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "Nothing was asked here" in ended.stdout
    assert "username" not in ended.stdout


def test_the_limit_is_for_the_host_and_not_for_the_answer(uri: str) -> None:
    asked: list[Question] = []
    never = threading.Event()

    def slowly(question: Question) -> Answer:
        asked.append(question)
        never.wait(0.3)
        return Answer("joe" if question.kind == "user" else PASSWORD)

    assert doctor.run(uri, timeout=0.2, by=doctor.Interviewer(slowly))[-1].ok
    assert [question.kind for question in asked] == ["user", "password"]

"""Questions in a terminal: shown as plain text, and a key is trusted by a typed word alone."""

import os
import pty
import select
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tuivirt.cli import asking
from tuivirt.core.question import Question, QuestionKind

FINGERPRINT = "SHA256:MK099/QuSjEy5PHMRZPwnymIAF5x/uTYxKV9jz5ivVc"


@pytest.fixture
def master(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The other end of the terminal."""
    master, slave = pty.openpty()
    monkeypatch.setattr(asking, "_TERMINAL", Path(os.ttyname(slave)))
    yield master
    os.close(master)
    os.close(slave)


def shown(master: int, last: str) -> str:
    """What was written to the terminal, up to its last words."""
    data = b""
    while last.encode() not in data:
        assert select.select([master], [], [], 10)[0], f"no {last!r} in {data!r}"
        data += os.read(master, 4096)
    return data.decode()


def question(kind: QuestionKind, **more: Any) -> Question:
    told = {"prompt": "Above\nYour answer: ", **more}
    return Question(1, "lab", "root@lab", "ssh", kind, **told)


@pytest.mark.parametrize(
    ("kind", "typed", "answer"),
    [
        ("host key", "yes", "yes"),
        ("host key", " YES ", "yes"),
        ("host key", FINGERPRINT, "yes"),
        ("host key", "y", None),
        ("host key", "", None),
        ("host key", FINGERPRINT[:-1], None),
        ("confirm", "yes", "yes"),
        ("confirm", "no", None),
        ("external", "", ""),
        ("user", "joe", "joe"),
        ("user", "", "proposed"),
        ("text", "a b'ü", "a b'ü"),
        ("realm", "\x04", None),
    ],
)
def test_answers(master: int, kind: QuestionKind, typed: str, answer: str | None) -> None:
    os.write(master, f"{typed}\n".encode())
    key = {"key_type": "ED25519", "fingerprint": FINGERPRINT} if kind == "host key" else {}
    assert asking.ask(question(kind, default="proposed", **key)) == answer
    text = shown(master, "Your answer:")
    assert all(part in text for part in ("root@lab, asked by ssh:", "Above", *key.values()))


def test_hostile_text_cannot_act_on_the_terminal(master: int) -> None:
    bad = "\x1b[2J\x9b\x07"
    os.write(master, b"\n")
    asking.ask(Question(1, bad, bad, bad, "host key", f"{bad}\n{bad}", bad, bad, bad, bad))
    assert not set("\x1b\x9b\x07") & set(shown(master, "Type yes"))

"""The way of ssh's questions to the app: a script in place of ssh, the real wrapper, the real helper."""

import json
import logging
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.headless import open_descriptors
from tests.support.wait import PATIENCE, until
from tuivirt.backend.askpass import Askpass
from tuivirt.backend.desk import Desk
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.prompter import Prompter
from tuivirt.core.question import Answer, Question
from tuivirt.core.store import Store
from tuivirt.core.uri import ConnectionURI

PROMPT = "root@lab's password: "
SECRET = "s3cret ü'\"$(id)\\n"
ASKS = """\
#!/bin/sh
answer=$("$SSH_ASKPASS" "$1")
printf '%s|%s|%s|%s\\n' "$?" "$SSH_ASKPASS_REQUIRE" "$2" "$answer"
"""


class Scene:
    """An attempt, and a program in the place of ssh."""

    def __init__(self, directory: Path) -> None:
        self.inbox = Inbox()
        self.desk = Desk(self.inbox)
        self.store = Store({})
        self.askpass = Askpass()
        self.directory = directory
        self.prompter = Prompter(self.desk, "lab", ConnectionURI.parse("qemu+ssh://root@lab/system"))

    def program(self, text: str = ASKS, name: str = "my ssh") -> str:
        path = self.directory / name
        path.write_text(text)
        path.chmod(0o700)
        return str(path)

    def question(self) -> Question:
        def asked() -> Question | None:
            self.store.apply(self.inbox.drain())
            return next(iter(self.store.questions.values()), None)

        found = until(asked, "a question")
        assert found is not None
        return found


def run(wrapper: Path, *arguments: str) -> "subprocess.Popen[str]":
    # As libvirt runs it: with next to nothing in the environment.
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    return subprocess.Popen(
        [str(wrapper), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=env,
    )


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.desk.close()
    made.askpass.close()


def test_a_question_of_ssh_reaches_the_app_and_the_answer_ssh(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with scene.askpass.wrapper(scene.prompter, scene.program()) as wrapper:
        ssh = run(wrapper, PROMPT, "-T")
        question = scene.question()
        assert (question.kind, question.prompt, question.asker) == ("password", PROMPT, "ssh")
        scene.desk.answer(question.id, Answer(SECRET))
        output, errors = ssh.communicate(timeout=PATIENCE)
        assert output == f"0|force|-T|{SECRET}\n"
        assert errors == ""
        root = wrapper.parent.parent
        for path in filter(Path.is_file, root.rglob("*")):
            assert SECRET not in path.read_text()
    assert SECRET not in caplog.text
    assert PROMPT not in caplog.text


def test_it_is_private_and_gone_at_the_end(scene: Scene) -> None:
    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    with scene.askpass.wrapper(scene.prompter, "ssh") as wrapper:
        attempt, root = wrapper.parent, wrapper.parent.parent
        assert mode(root) == mode(attempt) == 0o700
        assert mode(root / "socket") == mode(attempt / "token") == 0o600
        assert mode(wrapper) == mode(attempt / "askpass") == 0o700
        token = (attempt / "token").read_text()
        assert token not in wrapper.read_text() + (attempt / "askpass").read_text(), "ps would show it"
    assert not attempt.exists()
    with scene.askpass.wrapper(scene.prompter, "ssh") as wrapper:
        assert (wrapper.parent / "token").read_text() != token
    scene.askpass.close()
    assert not root.exists()
    with pytest.raises(OSError, match="ending"), scene.askpass.wrapper(scene.prompter, "ssh"):
        pass


@pytest.mark.parametrize(
    "request_",
    [
        b'{"token": "wrong", "prompt": "x", "hint": "", "process": 1}\n',
        b'{"token": "", "prompt": "x", "hint": "", "process": 1}\n',
        b'{"prompt": "x"}\n',
        b"[]\n",
        b"null\n",
        b"\xff\n",
        b"",
        b"x" * 70_000 + b"\n",
    ],
)
def test_a_request_without_the_token_is_refused(
    scene: Scene, request_: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with scene.askpass.wrapper(scene.prompter, "ssh") as wrapper:
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(wrapper.parent.parent / "socket"))
            try:
                link.sendall(request_)
                link.shutdown(socket.SHUT_WR)
                assert link.recv(100) == b""
            except (ConnectionResetError, BrokenPipeError):
                pass  # closed before all of it was read
        until(lambda: "askpass: a request failed" in caplog.text, "the log")
        assert "wrong" not in caplog.text
    assert not scene.inbox.drain()


def test_what_others_start_meanwhile_keeps_no_program_from_running(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread's fork holds what is open for writing at that moment; no program that is can be run."""
    held = []
    really_open = os.open

    def forked(path: str, flags: int, *more: int, **named: int) -> int:
        descriptor = really_open(path, flags, *more, **named)
        if flags & (os.O_WRONLY | os.O_RDWR):
            held.append(os.dup(descriptor))
        return descriptor

    program = scene.program()
    with monkeypatch.context() as patched:
        patched.setattr(os, "open", forked)
        with scene.askpass.wrapper(scene.prompter, program) as wrapper:
            ssh = run(wrapper, PROMPT)
            scene.desk.answer(scene.question().id, Answer("right"))
            assert ssh.communicate(timeout=PATIENCE)[0] == "0|force||right\n"
    assert held, "the token was written"
    for descriptor in held:
        os.close(descriptor)


def test_an_ssh_that_has_not_asked_yet_ends_with_the_app(scene: Scene) -> None:
    """Else it would find no askpass program, and try an empty password."""
    with scene.askpass.wrapper(scene.prompter, scene.program("#!/bin/sh\necho on\nread -r _\n")) as wrapper:
        ssh = subprocess.Popen([str(wrapper)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert ssh.stdout is not None
        assert ssh.stdout.readline() == "on\n"
        scene.askpass.close()
        ssh.communicate(timeout=PATIENCE)
        assert ssh.returncode == -15
        assert not wrapper.parent.parent.exists()


@pytest.mark.parametrize("gone", ["", "socket", "ssh", "askpass"])
def test_what_was_tidied_up_is_made_anew(scene: Scene, gone: str) -> None:
    """The runtime directory goes with the last log-in, and old files of /tmp after days."""
    program = scene.program()
    with scene.askpass.wrapper(scene.prompter, program) as wrapper:
        root = wrapper.parent.parent
    if gone:
        (root / gone).unlink()
    else:
        shutil.rmtree(root)
    with scene.askpass.wrapper(scene.prompter, program) as wrapper:
        ssh = run(wrapper, PROMPT)
        scene.desk.answer(scene.question().id, Answer("right"))
        assert ssh.communicate(timeout=PATIENCE)[0] == "0|force||right\n"
    assert not root.exists()


KILLED = """\
from pathlib import Path
from tuivirt.backend.askpass import Askpass
with Askpass().wrapper(None, "ssh") as wrapper:
    print(wrapper, flush=True)
    input()
"""


def test_what_an_app_that_was_killed_left_is_removed_by_the_next(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory() as runtime:  # that of a test is too long for a socket
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        (other := Path(runtime, "tuivirt-ssh-other")).mkdir()
        app = subprocess.Popen(
            [sys.executable, "-c", KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert app.stdout is not None
        left = Path(app.stdout.readline().strip())
        with scene.askpass.wrapper(scene.prompter, "ssh"):
            assert left.exists(), "it lives"
        app.kill()
        app.communicate()
        assert left.exists()
        later = Askpass()
        with later.wrapper(scene.prompter, "ssh") as wrapper:
            assert not left.parent.parent.exists()
            assert wrapper.exists()
            assert other.exists(), "it may be about to begin"
        later.close()


def test_the_token_of_an_attempt_that_is_over_is_refused(scene: Scene) -> None:
    with scene.askpass.wrapper(scene.prompter, "ssh") as wrapper:
        token = (wrapper.parent / "token").read_text()
        path = str(wrapper.parent.parent / "socket")
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(path)
        request = {"token": token, "prompt": "x", "hint": "", "process": 1}
        link.sendall(json.dumps(request).encode() + b"\n")
        assert link.recv(100) == b""
    assert not scene.inbox.drain()


def test_cancelling_ends_ssh_itself(scene: Scene) -> None:
    """An ssh that is left alone tries an empty password three times."""
    with scene.askpass.wrapper(scene.prompter, scene.program()) as wrapper:
        ssh = run(wrapper, PROMPT)
        scene.desk.answer(scene.question().id, None)
        output, _ = ssh.communicate(timeout=PATIENCE)
        assert output == ""
        assert ssh.returncode == -15
    assert scene.prompter.cancelled


def test_cancelling_ends_an_ssh_that_a_script_runs(scene: Scene) -> None:
    inner = scene.program()
    outer = scene.program(f"#!/bin/sh\n'{inner}' \"$@\"\necho went on\n", "outer ssh")
    with scene.askpass.wrapper(scene.prompter, outer) as wrapper:
        ssh = run(wrapper, PROMPT)
        scene.desk.answer(scene.question().id, None)
        assert ssh.communicate(timeout=PATIENCE) == ("", "")
        assert ssh.returncode == -15


def test_attempts_leave_no_thread_and_no_descriptor(scene: Scene) -> None:
    program = scene.program()

    def attempt(answer: str | None) -> None:
        with scene.askpass.wrapper(scene.prompter, program) as wrapper:
            ssh = run(wrapper, PROMPT)
            scene.desk.answer(scene.question().id, answer if answer is None else Answer(answer))
            ssh.communicate(timeout=PATIENCE)
        scene.prompter = Prompter(scene.desk, "lab", ConnectionURI.parse("qemu+ssh://root@lab/system"))

    attempt("first")  # which begins to listen
    threads, descriptors = threading.active_count(), open_descriptors()
    for n in range(6):
        attempt("right" if n % 2 else None)
    until(lambda: (threading.active_count(), open_descriptors()) == (threads, descriptors), "all is let go")
    assert not scene.desk._waiting


def test_giving_up_the_attempt_ends_ssh_too(scene: Scene) -> None:
    with scene.askpass.wrapper(scene.prompter, scene.program()) as wrapper:
        ssh = run(wrapper, PROMPT)
        scene.question()
        scene.prompter.close()
        ssh.communicate(timeout=PATIENCE)
        assert ssh.returncode == -15
    assert not scene.prompter.cancelled


def test_a_question_goes_with_the_ssh_that_asked(scene: Scene) -> None:
    waits = '#!/bin/sh\n"$SSH_ASKPASS" "$1" & echo $!\nread -r _ < "$2"\nkill $!\n'
    fifo = scene.directory / "fifo"
    os.mkfifo(fifo)
    with scene.askpass.wrapper(scene.prompter, scene.program(waits)) as wrapper:
        ssh = run(wrapper, PROMPT, str(fifo))
        scene.question()
        fifo.write_text("go\n")
        ssh.communicate(timeout=PATIENCE)

        def gone() -> bool:
            scene.store.apply(scene.inbox.drain())
            return not scene.store.questions

        until(gone, "the question is withdrawn")
    assert not scene.prompter.cancelled


def test_the_attempt_ends_with_the_ssh_that_was_killed_while_it_asked(scene: Scene) -> None:
    waits = '#!/bin/sh\nread -r answer <<-!\n$("$SSH_ASKPASS" "$1")\n!\n'
    with scene.askpass.wrapper(scene.prompter, scene.program(waits)) as wrapper:
        ssh = run(wrapper, PROMPT)
        scene.question()
        ssh.terminate()
        # Its standard error, which the helper has too, is closed: libvirt waits for that.
        assert ssh.communicate(timeout=PATIENCE) == ("", "")

        def gone() -> bool:
            scene.store.apply(scene.inbox.drain())
            return not scene.store.questions

        until(gone, "the question is withdrawn")
    assert not scene.prompter.cancelled


def test_an_ssh_that_never_asks_ends_with_its_attempt(scene: Scene) -> None:
    began = scene.directory / "began"
    program = scene.program('#!/bin/sh\n: >"$1"\nexec sleep 1000\n')
    other = Prompter(scene.desk, "lab", ConnectionURI.parse("qemu+ssh://root@lab/system"))
    with (
        scene.askpass.wrapper(scene.prompter, program) as wrapper,
        scene.askpass.wrapper(other, program) as others,
    ):
        ssh = run(wrapper, str(began))
        until(began.exists, "it has begun")
        scene.askpass.end(other)
        with pytest.raises(FileNotFoundError):  # it does not begin any more
            run(others, str(began))
        assert ssh.poll() is None
        scene.askpass.end(scene.prompter)
        ssh.communicate(timeout=PATIENCE)
        assert ssh.returncode == -15
    scene.askpass.end(scene.prompter)


def test_ssh_has_no_terminal(scene: Scene) -> None:
    look = "#!/bin/sh\nif (: < /dev/tty) 2>/dev/null; then echo terminal; else echo none; fi\n"
    program = scene.program(look)
    # A session with a terminal, as the app's; the programs are its children, as those of libvirt.
    session = (
        "import fcntl, subprocess, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
        "print([subprocess.check_output(p, text=True).strip() for p in sys.argv[1:]])"
    )
    leader, follower = os.openpty()
    with scene.askpass.wrapper(scene.prompter, program) as wrapper:
        found = subprocess.run(
            [sys.executable, "-c", session, program, str(wrapper)],
            stdin=follower,
            capture_output=True,
            text=True,
            start_new_session=True,
            timeout=PATIENCE,
            check=False,
        )
    os.close(leader)
    os.close(follower)
    assert found.stdout == "['terminal', 'none']\n", found.stderr


def test_several_attempts_at_once_do_not_mix(scene: Scene) -> None:
    prompters = [
        Prompter(scene.desk, f"lab{n}", ConnectionURI.parse(f"qemu+ssh://lab{n}/system")) for n in range(5)
    ]
    program = scene.program()
    outputs: dict[str, str] = {}

    def attempt(name: str, prompter: Prompter) -> None:
        with scene.askpass.wrapper(prompter, program) as wrapper:
            outputs[name] = run(wrapper, PROMPT).communicate(timeout=PATIENCE)[0]

    threads = [
        threading.Thread(target=attempt, args=(f"lab{n}", prompter)) for n, prompter in enumerate(prompters)
    ]
    for thread in threads:
        thread.start()
    for _ in threads:
        question = scene.question()
        scene.desk.answer(question.id, Answer(f"for {question.connection}"))
        scene.store.apply(scene.inbox.drain())
    for thread in threads:
        thread.join(20)
    assert {name: output.rpartition("|")[2] for name, output in outputs.items()} == {
        f"lab{n}": f"for lab{n}\n" for n in range(5)
    }


def test_a_runtime_directory_that_cannot_be_used_is_passed_over(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for unusable in (tmp_path / "missing", tmp_path / ("x" * 120)):
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(unusable))
        askpass = Askpass()
        with askpass.wrapper(scene.prompter, "ssh") as wrapper:
            assert not wrapper.is_relative_to(unusable)
        askpass.close()
    own = tmp_path / "run"
    own.mkdir()
    if len(str(own)) < 70:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(own))
        askpass = Askpass()
        with askpass.wrapper(scene.prompter, "ssh") as wrapper:
            assert wrapper.is_relative_to(own)
        askpass.close()

"""The private socket over which the questions of ssh reach the app.

ssh asks on the terminal unless ``SSH_ASKPASS_REQUIRE=force`` tells it otherwise, and libvirt drops that
variable; but libvirt runs the program of ``?command=``. So each attempt gets a wrapper that sets the
variables and runs the user's ssh, in a session without a terminal. The wrapper and the askpass program are
the same for all attempts; a directory for each has links to them, and what they read: token and command.
"""

import fcntl
import logging
import os
import selectors
import shutil
import signal
import socket
import struct
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tuivirt.backend.desk import Pending
from tuivirt.backend.prompter import Prompter

log = logging.getLogger(__name__)

_HELPER: Final = Path(__file__).with_name("askpass_helper.py")
_LARGEST: Final = 1 << 16  # bytes of a request
_PATIENCE: Final = 10.0  # seconds for the helper to send it
_LONGEST_PATH: Final = 100  # the path of a UNIX socket holds 107 bytes

_PREFIX: Final = "tuivirt-ssh-"

_WRAPPER: Final = """\
#!/bin/sh
directory=${0%/*}
. "$directory/command"
echo $$ >"$directory/process" || exit 1
export TUIVIRT_SSH=$$ SSH_ASKPASS="$directory/askpass" SSH_ASKPASS_REQUIRE=force
if command -v setsid >/dev/null; then exec setsid "$command" "$@"; fi
exec "$command" "$@"
"""
_ASKPASS: Final = """\
#!/bin/sh
exec {python} -I -S {helper} "${{0%/*}}" "$@"
"""


class Askpass:
    """Listens from the first attempt on until it is closed; everything it made is gone then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._directory: Path | None = None
        self._hold = -1
        """A descriptor of the directory, with a lock: without one it is of an app that was killed."""
        self._listener: socket.socket | None = None
        self._attempts: dict[str, tuple[Prompter, Path]] = {}
        """By token: who is asked, and the directory."""
        self._closed = False

    @contextmanager
    def wrapper(self, prompter: Prompter, command: str) -> Iterator[Path]:
        """A program to run in place of ``command``; its questions go to ``prompter``. Raises OSError."""
        import secrets  # here: 3 ms, of use to ssh alone

        token = secrets.token_urlsafe(32)
        with self._lock:
            if self._closed:
                raise OSError("the app is ending")
            if self._directory is None or not _is_whole(self._directory):
                self._shut()
                self._directory = self._listen()
            directory = Path(tempfile.mkdtemp(prefix="", dir=self._directory))
            wrapper = _prepare(directory, token, command)
            self._attempts[token] = prompter, directory
        try:
            yield wrapper
        finally:
            with self._lock:
                del self._attempts[token]
            shutil.rmtree(directory, ignore_errors=True)

    def end(self, prompter: Prompter) -> None:
        """End the programs of an attempt that is given up: towards a host that is mute they last for long."""
        with self._lock:
            for of, directory in self._attempts.values():
                if of is prompter:
                    _end(directory / "process")
                    shutil.rmtree(directory, ignore_errors=True)  # the one that has not begun does not begin

    def close(self) -> None:
        """End what is being tried as well: an ssh that finds nobody to ask tries an empty password."""
        with self._lock:
            self._closed = True
            if self._directory is not None:
                for process in self._directory.glob("*/process"):
                    _end(process)
            self._shut()

    def _shut(self) -> None:
        if self._listener is not None:
            # Closing alone would not wake the thread that accepts.
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            os.close(self._hold)
        self._listener = self._directory = None

    def _listen(self) -> Path:
        directory = _private_directory()
        _remove_abandoned(directory.parent)
        listener = socket.socket(socket.AF_UNIX)
        hold = _open_directory(directory)
        try:
            fcntl.flock(hold, fcntl.LOCK_EX)
            _write_programs(directory)
            # The directory is closed to others, so that nobody connects before the socket is.
            listener.bind(str(directory / "socket"))
        except OSError:
            listener.close()
            os.close(hold)
            shutil.rmtree(directory, ignore_errors=True)
            raise
        (directory / "socket").chmod(0o600)
        listener.listen()
        self._listener, self._hold = listener, hold
        threading.Thread(target=self._accept, args=(listener,), name="askpass", daemon=True).start()
        return directory

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._serve, args=(client,), name="askpass client", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        import json

        with client:
            try:
                pending, withdraw = self._ask(client)
                answer = _wait(client, pending.answer, withdraw)
                client.sendall(json.dumps({"answer": answer}).encode() + b"\n")
            except (OSError, ValueError, KeyError, TypeError) as error:
                # Of ours that ended meanwhile, or of something that is not ours. Its words may be secrets.
                log.warning("askpass: a request failed: %s", type(error).__name__)

    def _ask(self, client: socket.socket) -> tuple[Pending, Callable[[], None]]:
        """The question of one helper. Raises PermissionError for one that is not of an attempt of ours."""
        import json
        import secrets

        request = json.loads(_receive(client))
        given = str(request["token"]).encode()
        with self._lock:
            attempts = [(token.encode(), prompter) for token, (prompter, _) in self._attempts.items()]
        prompter = next((p for token, p in attempts if secrets.compare_digest(token, given)), None)
        if prompter is None or _user_of(client) != os.geteuid():
            raise PermissionError
        pending = prompter.ask_for_ssh(str(request["prompt"]), str(request["hint"]), int(request["process"]))
        return pending, lambda: prompter.withdraw(pending.id)


def _is_whole(directory: Path) -> bool:
    """Whether nobody has tidied up: the runtime directory goes with the log-in, the app in tmux stays."""
    return all((directory / name).exists() for name in ("socket", "ssh", "askpass"))


def _write_programs(directory: Path) -> None:
    """Write what all attempts run, by a process that does nothing else: a file that this one writes is open
    in whatever another thread starts meanwhile, and cannot be run as long as it is (*text file busy*).
    """
    import shlex
    import subprocess

    askpass = _ASKPASS.format(python=shlex.quote(sys.executable), helper=shlex.quote(str(_HELPER)))
    for name, text in (("ssh", _WRAPPER), ("askpass", askpass)):
        write = 'umask 077; printf %s "$2" >"$1" && chmod 700 "$1"'
        argv = ["/bin/sh", "-c", write, "sh", str(directory / name), text]
        if subprocess.run(argv, stdin=subprocess.DEVNULL, check=False).returncode:
            raise OSError(f"the programs that ask for ssh cannot be written to {directory}")


def _prepare(directory: Path, token: str, command: str) -> Path:
    """Make the files of one attempt, for the user alone; returns the wrapper."""
    import shlex

    _write(directory / "token", token)
    _write(directory / "command", f"command={shlex.quote(command)}\n")
    for name in ("ssh", "askpass"):
        (directory / name).symlink_to(directory.parent / name)
    return directory / "ssh"


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(os.fsencode(text))


def _end(file: Path) -> None:
    """End the process whose number is in the file, with its group where it leads one."""
    with suppress(OSError, ValueError):  # it has ended, or not begun
        process = int(file.read_text())
        if os.getpgid(process) == process:
            os.killpg(process, signal.SIGTERM)
        else:
            os.kill(process, signal.SIGTERM)


def _private_directory() -> Path:
    """A new directory (0700), where programs may be run and the path of a socket is short enough."""
    candidates = (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp", "/var/tmp")
    for candidate in filter(None, candidates):
        try:
            if (
                os.statvfs(candidate).f_flag & os.ST_NOEXEC
                or len(os.fsencode(candidate)) > _LONGEST_PATH - 35
            ):
                continue
            return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=candidate))
        except OSError as error:
            log.info("no socket for ssh in %s: %s", candidate, error)
    raise OSError("there is no directory for the socket over which ssh asks its questions")


def _open_directory(directory: Path) -> int:
    return os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _remove_abandoned(parent: Path) -> None:
    """Remove what apps of this user that were killed have left there: one that lives locks its own before it
    makes the socket.
    """
    for path in parent.glob(f"{_PREFIX}*/socket"):
        with suppress(OSError):
            directory = _open_directory(path.parent)
            try:
                if os.fstat(directory).st_uid == os.geteuid():
                    fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    log.info("%s is of an app that was killed, and removed", path.parent)
                    shutil.rmtree(path.parent)
            finally:
                os.close(directory)


def _receive(client: socket.socket) -> bytes:
    client.settimeout(_PATIENCE)
    received = b""
    while not received.endswith(b"\n"):
        part = client.recv(_LARGEST)
        received += part
        if not part or len(received) > _LARGEST:
            raise ValueError("no request")
    return received


def _wait(client: socket.socket, answer: Future[str | None], withdraw: Callable[[], None]) -> str | None:
    """The answer; the question is withdrawn when the helper goes away meanwhile."""
    ours, theirs = socket.socketpair()

    def wake(_: object) -> None:
        with suppress(OSError):  # nobody waits any more
            theirs.send(b".")

    with ours, theirs, selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ)
        selector.register(ours, selectors.EVENT_READ)
        answer.add_done_callback(wake)
        selector.select()
        withdraw()
    return answer.result()


def _user_of(client: socket.socket) -> int:
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(user)

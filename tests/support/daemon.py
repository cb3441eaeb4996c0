"""A libvirtd of our own, with QEMU, in a private directory.

As root it is a *system* daemon in mount, network and host-name namespaces of its own (a libvirtd of user 0
is never anything else); as an ordinary user it is a *session* daemon with private XDG directories. Nothing of
the machine's own libvirt is read or touched, and everything it starts ends with it (see guard.py).
"""

import contextlib
import hashlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.cache import cached_directory
from tests.support.environment import hermetic
from tests.support.visitor import Visit
from tests.support.wait import PATIENCE, until

ROOT = Path(__file__).parents[2]
GUARD = Path(__file__).with_name("guard.py")
PROGRAMS = ("libvirtd", "virsh", "qemu-system-x86_64", "qemu-img", "setpriv")
# Daemons lie in sbin, which an ordinary user's PATH may lack.
PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])

NOBODY = 65534
"""A user who may do nothing."""

HOST_UUID = "7e57ed00-0000-4000-8000-000000000001"

LIBVIRTD_CONF = """\
host_uuid = "{uuid}"
log_filters = "3:event 3:object 3:json"
log_outputs = "2:file:{log}"
auth_unix_ro = "none"
auth_unix_rw = "none"
{extra}
"""

QEMU_CONF = """\
stdio_handler = "file"
"""

# QEMU as root in namespaces without a network: it can then use the test's own directories, which are 0700.
SYSTEM_QEMU_CONF = """\
user = "root"
group = "root"
remember_owner = 0
security_driver = "none"
cgroup_controllers = [ ]
namespaces = [ ]
"""


class DaemonUnavailableError(Exception):
    """This machine cannot run the daemon; the text says what is missing."""


class VirshError(Exception):
    """virsh failed; the text is what it wrote to its standard error."""


class LibvirtDaemon:
    """One daemon. A context manager: started on entry; on exit it and all its guests are gone."""

    def __init__(
        self, *, hostname: str = "testhost", conf: str = "", qemu_conf: str = "", listen: bool = False
    ) -> None:
        """Prepare the directories. conf and qemu_conf are further lines of libvirtd.conf and qemu.conf; with
        listen it also listens on TCP or TLS, as conf says. Its network is its own: see relay.py.
        """
        if missing := [name for name in PROGRAMS if shutil.which(name, path=PATH) is None]:
            raise DaemonUnavailableError(
                f"not installed: {', '.join(missing)} (`make test` installs it where it may)"
            )
        self.system = os.geteuid() == 0
        self.hostname = hostname
        # Directly in the temporary directory: the path of a unix socket holds 107 bytes.
        self.directory = Path(tempfile.mkdtemp(prefix="tuivirt-"))
        inner = Path() if self.system else Path("libvirt")
        self.config = self.directory / "config" / inner
        self.cache = self.directory / "cache" / inner
        self.run = self.directory / "run" / inner
        self.images = self.directory / "images"
        """An empty directory for disk images."""
        self.log = self.directory / "libvirtd.log"
        self.socket = self.run / "libvirt-sock"
        self.pid = 0
        """The daemon's process id while it runs, else 0."""
        for made in (
            self.config / "qemu",
            self.cache / "qemu",
            self.run,
            self.images,
            self.directory / "home",
        ):
            made.mkdir(parents=True)
        (self.directory / "run").chmod(0o700)
        (self.config / "libvirtd.conf").write_text(
            LIBVIRTD_CONF.format(uuid=HOST_UUID, log=self.log, extra=conf)
        )
        (self.config / "qemu.conf").write_text(
            QEMU_CONF + (SYSTEM_QEMU_CONF if self.system else "") + qemu_conf
        )
        self.listen = listen
        self.environment: dict[str, str] = {}
        """Further variables that it runs with."""
        self._guard: subprocess.Popen[bytes] | None = None
        self._pidfd = -1
        self._clients: list[subprocess.Popen[str]] = []

    # What a client connects to.

    @property
    def path(self) -> str:
        """The path that the URI of this daemon's hypervisor ends in: /system or /session."""
        return "/system" if self.system else "/session"

    @property
    def uri(self) -> str:
        return self.uri_through(self.socket)

    def uri_through(self, socket: Path) -> str:
        """Build this daemon's URI by way of another socket, such as a proxy's."""
        return f"qemu+unix://{self.path}?socket={socket}"

    def test_driver_uri(self, host: Path, socket: Path | None = None) -> str:
        """Build the URI of a test-driver host that lives inside this daemon: real RPC, no QEMU."""
        return f"test+unix://{host}?socket={socket or self.socket}"

    @property
    def network(self) -> Path | None:
        """The network namespace it lives in; None when that is the machine's. It must have been started."""
        assert self._guard is not None
        return Path(f"/proc/{self._guard.pid}/ns/net") if self.system else None

    # Life.

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start it and wait until it answers. Guests of an earlier run of it live on and are found again."""
        if self._guard is None:
            if not any((self.cache / "qemu").iterdir()):
                shutil.copytree(capabilities(), self.cache / "qemu" / "capabilities")
            self._start_guard()
        self.socket.unlink(missing_ok=True)
        pidfile = self.directory / "libvirtd.pid"
        argv = ["libvirtd", "--daemon", "--pid-file", str(pidfile)]
        argv += ["--config", str(self._inside(self.config) / "libvirtd.conf")]
        argv += ["--listen"] if self.listen else []
        answer = self._ask({"run": argv}, self.environment)
        if answer.get("status") != 0:
            raise RuntimeError(f"libvirtd did not start: {answer}\n{self.log_text()}")
        self.pid = int(pidfile.read_text())
        self._pidfd = os.pidfd_open(self.pid)
        # It listens by now, and answers as soon as its drivers are ready.
        try:
            self.virsh("uri")
        except VirshError as error:
            error.add_note(self.log_text())
            raise

    def stop(self) -> None:
        """End it in an orderly way, as a restart of the service does; guests go on."""
        self._signal(signal.SIGTERM)
        # A libvirtd that is told to end while its drivers still start may never do so (seen with 11.3).
        if not select.select([self._pidfd], [], [], 5)[0]:
            self._signal(signal.SIGKILL)
        self._wait_until_dead()

    def kill(self) -> None:
        """End it at once; guests go on."""
        self._signal(signal.SIGKILL)
        self._wait_until_dead()

    def restart(self) -> None:
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Stop the process: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)
        until(lambda: process_state(self.pid) == "T", "libvirtd is stopped")

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End everything that this daemon started and remove the directory."""
        for client in self._clients:
            client.kill()
            client.wait()
            for pipe in (client.stdin, client.stdout, client.stderr):
                if pipe is not None:
                    # A pipe to a dead process may still hold text that nobody will read.
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
        self._clients.clear()
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
        self.pid = 0
        if self._guard is not None:
            guard, self._guard = self._guard, None
            guard.communicate(timeout=PATIENCE)
        shutil.rmtree(self.directory, ignore_errors=True)

    # What tests do to it.

    def virsh(self, *arguments: str, stdin: str | None = None, timeout: float = 30) -> str:
        """Run `virsh -q` with these arguments from outside and return what it printed, stripped."""
        result = subprocess.run(
            ["virsh", "-q", "-c", self.uri, *arguments],
            input=stdin if stdin is not None else "",
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            env=self._client_environment(),
        )
        if result.returncode != 0:
            raise VirshError(f"virsh {' '.join(arguments)}: {result.stderr.strip()}")
        return result.stdout.strip()

    def spawn_virsh(self, *arguments: str) -> subprocess.Popen[str]:
        """Start virsh and go on. Its output, errors included, is at .stdout; it ends with the daemon."""
        client = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "virsh", "-q", "-c", self.uri, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._client_environment(),
        )
        self._clients.append(client)
        return client

    def define(self, *definitions: str) -> None:
        """Define domains of this XML."""
        for definition in definitions:
            self.virsh("define", "/dev/stdin", stdin=definition)

    def preload(self, definitions: Mapping[str, str]) -> None:
        """Put domains (XML by name) where the daemon finds them when it starts: a thousand cost no RPC."""
        for name, definition in definitions.items():
            (self.config / "qemu" / f"{name}.xml").write_text(definition)

    def spawn(self, *argv: str, env: Mapping[str, str] | None = None, output: Path | None = None) -> int:
        """Start a helper in the daemon's namespaces, return its process id; it ends with the daemon."""
        answer = self._ask({"spawn": argv}, env, output)
        if "pid" not in answer:
            raise RuntimeError(f"{argv[0]}: {answer['error']}")
        return int(answer["pid"])

    def visitor_home(self, user: int | None = None) -> Path:
        """The directory that HOME and the XDG variables of a visitor lie under."""
        home = self.directory / f"visitor{'' if user is None else user}"
        (home / "run").mkdir(parents=True, exist_ok=True)
        (home / "run").chmod(0o700)
        if user is not None:
            os.chown(home, user, user)
            os.chown(home / "run", user, user)
        return home

    def visit(self, *uris: str, user: int | None = None, env: Mapping[str, str] | None = None) -> list[Visit]:
        """What comes of these URIs when the app's backend opens them in the daemon's namespaces: the daemon
        is the machine's own there. ``user``: as an ordinary user, who has directories of its own.
        """
        home = self.visitor_home(user)
        if user is not None:
            # As on a real machine others may look for the socket; whether they may use it is its own matter.
            self.directory.chmod(0o711)
            self.run.chmod(0o755)
        whole = (hermetic(home) if self.system else {}) | {"PYTHONPATH": str(ROOT)} | dict(env or {})
        output = self.directory / "visit"
        output.unlink(missing_ok=True)
        settings = json.dumps({"uris": uris, "user": user})
        answer = self._ask({"run": [sys.executable, "-m", "tests.support.visitor", settings]}, whole, output)
        *noise, result = output.read_text().splitlines() or [""]
        if answer.get("status") != 0:
            raise RuntimeError("\n".join([*noise, result]))
        return [Visit(*found) for found in json.loads(result)]

    def guest_pid(self, name: str) -> int:
        """Return the process id of a running guest's QEMU."""
        folder = self.run / "qemu" if self.system else self.run / "qemu" / "run"
        return int((folder / f"{name}.pid").read_text())

    def freeze_guest(self, name: str) -> None:
        """Stop QEMU itself, so that its monitor does not answer: a hung guest."""
        pid = self.guest_pid(name)
        os.kill(pid, signal.SIGSTOP)
        until(lambda: process_state(pid) == "T", f"QEMU of {name} is stopped")

    def thaw_guest(self, name: str) -> None:
        os.kill(self.guest_pid(name), signal.SIGCONT)

    def kill_guest(self, name: str) -> None:
        """Kill QEMU: libvirt sees a guest that failed."""
        os.kill(self.guest_pid(name), signal.SIGKILL)

    def log_text(self, limit: int = 8000) -> str:
        """Return the end of the daemon's log and of what it printed."""
        texts = [path.read_text(errors="replace") for path in (self.log, self._output) if path.exists()]
        # The network cards of the machine are not in our namespace, which libvirt finds out one by one.
        lines = [line for line in "".join(texts).splitlines() if "virNetDevSendEthtoolIoctl" not in line]
        return "\n".join(lines)[-limit:]

    # How.

    @property
    def _output(self) -> Path:
        return self.directory / "output"

    def _inside(self, path: Path) -> Path:
        """Where the daemon itself sees a directory of its configuration."""
        return Path("/etc/libvirt") if self.system and path == self.config else path

    def _client_environment(self) -> dict[str, str]:
        return hermetic(self.directory / "client")

    def _start_guard(self) -> None:
        mounts = None
        if self.system:
            others = {"/var/lib/libvirt": "lib", "/var/log/libvirt": "log"}
            for name in others.values():
                (self.directory / name).mkdir()
            mounts = [
                (str(self.config), "/etc/libvirt"),
                (str(self.cache), "/var/cache/libvirt"),
                (str(self.run), "/run/libvirt"),
                *((str(self.directory / name), target) for target, name in others.items()),
            ]
        settings = {"directory": str(self.directory), "hostname": self.hostname, "mounts": mounts}
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARD), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Not in the terminal's process group: Ctrl+C reaches the test run, whose end reaches the guard.
            start_new_session=True,
        )
        try:
            self._answer()
        except EOFError as error:
            raise DaemonUnavailableError(f"no private namespaces here: {error}") from error

    def _ask(
        self, request: dict[str, Any], env: Mapping[str, str] | None = None, output: Path | None = None
    ) -> dict[str, Any]:
        assert self._guard is not None
        assert self._guard.stdin is not None
        whole = {
            "env": hermetic(self.directory) | {"PATH": PATH} | dict(env or {}),
            "output": str(output or self._output),
        }
        self._guard.stdin.write(json.dumps(whole | request).encode() + b"\n")
        self._guard.stdin.flush()
        return self._answer()

    def _answer(self, timeout: float = 30) -> dict[str, Any]:
        assert self._guard is not None
        assert self._guard.stdout is not None
        if not select.select([self._guard.stdout], [], [], timeout)[0]:
            raise TimeoutError("the guard does not answer")
        line = self._guard.stdout.readline()
        if not line:
            _, errors = self._guard.communicate()
            raise EOFError(errors.decode(errors="replace").strip().rpartition("\n")[2])
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _signal(self, number: signal.Signals) -> None:
        signal.pidfd_send_signal(self._pidfd, number)

    def _wait_until_dead(self, timeout: float = 20) -> None:
        if not select.select([self._pidfd], [], [], timeout)[0]:
            raise TimeoutError(f"libvirtd did not end:\n{self.log_text()}")
        os.close(self._pidfd)
        self._pidfd = -1
        self.pid = 0


def process_state(pid: int) -> str:
    """Return the state letter of a process, as in proc(5); X when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):  # gone before it is opened, or read
        return "X"
    return text.rpartition(")")[2].split()[0]


def capabilities() -> Path:
    """Return what libvirtd found out about the installed QEMUs, which takes seconds, from the test cache."""
    facts: list[object] = [os.geteuid(), os.uname().release, os.uname().version]
    for name in ("libvirtd", "qemu-system-x86_64"):
        program = shutil.which(name, path=PATH)
        if program is not None:
            facts += [program, os.stat(program).st_mtime_ns, os.stat(program).st_ctime_ns]  # noqa: PTH116
    key = hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    def probe(target: Path) -> None:
        daemon = LibvirtDaemon()
        (daemon.cache / "qemu" / "capabilities").mkdir()
        with daemon:
            daemon.virsh("capabilities", timeout=120)
            shutil.copytree(daemon.cache / "qemu" / "capabilities", target, dirs_exist_ok=True)

    return cached_directory(f"capabilities-{key}", probe)

"""An SSH server beside a private daemon, and an ssh command that knows nothing of the user's own files."""

import os
import pwd
import shlex
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from tests.support.daemon import PATH, DaemonUnavailableError, LibvirtDaemon
from tests.support.relay import Relay, free_port
from tests.support.wait import until

PASSWORD = "ssh pass: ü'\""
"""Of root, as long as the server is root's: another user's server cannot check passwords."""
PASSPHRASE = "key pass: ü'\""
"""Of ``id_pass``."""

_SERVER = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {directory}/host
PidFile none
AuthorizedKeysFile {directory}/authorized_keys
StrictModes no
UsePAM {pam}
PermitRootLogin yes
PasswordAuthentication {password}
KbdInteractiveAuthentication {keyboard}
PubkeyAuthentication yes
PrintMotd no
LogLevel VERBOSE
MaxAuthTries 20
"""
_CLIENT = """\
{hosts}
Host *
UserKnownHostsFile {directory}/known_hosts
GlobalKnownHostsFile /dev/null
IdentityFile none
IdentitiesOnly yes
IdentityAgent none
GSSAPIAuthentication no
ControlPath none
{extra}
"""
_JUMP = """\
Host gate
HostName 127.0.0.1
Port {gate}
IdentityFile {directory}/id
Host lab
HostName 127.0.0.1
Port {port}
ProxyJump gate
IdentityFile {directory}/id
"""
# In a mount namespace of its own: another /etc/shadow, another /run with the daemon's directory in it.
_START = """\
mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/sshd /run/libvirt &&
mount --bind {run} /run/libvirt && mount --bind {directory}/shadow /etc/shadow &&
{{ [ ! -e /etc/pam.d/sshd ] || mount --bind {directory}/pam /etc/pam.d/sshd; }} && exec {sshd}
"""
_PAM = """\
auth required pam_unix.so nodelay
account required pam_permit.so
session required pam_permit.so
"""


class Sshd:
    """One server on a loopback port (``port``). A context manager; the daemon must run, and ends it."""

    def __init__(self, daemon: LibvirtDaemon, *, keyboard_interactive: bool = False) -> None:
        """It lets in the keys ``id`` and ``id_pass``, and as root PASSWORD: asked for by itself, or with
        ``keyboard_interactive`` in a dialogue that the server leads.
        """
        programs = {name: shutil.which(name, path=PATH) for name in ("sshd", "ssh", "ssh-keygen", "openssl")}
        if missing := [name for name, path in programs.items() if path is None]:
            raise DaemonUnavailableError(f"not installed: {', '.join(missing)} (`make test` installs them)")
        self._daemon = daemon
        self._sshd = programs["sshd"]
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        self.directory = daemon.directory / "ssh"
        self.directory.mkdir(mode=0o700)
        self._inner_port = free_port()
        self.known_hosts = self.directory / "known_hosts"
        self.log = self.directory / "log"
        for name, passphrase in {"host": "", "other": "", "id": "", "id_pass": PASSPHRASE}.items():
            _make_key(self.directory / name, passphrase)
        keys = [(self.directory / f"{name}.pub").read_text() for name in ("id", "id_pass")]
        (self.directory / "authorized_keys").write_text("".join(keys))
        (self.directory / "pam").write_text(_PAM)
        yes, no = "yes", "no"
        (self.directory / "sshd_config").write_text(
            _SERVER.format(
                port=self._inner_port,
                directory=self.directory,
                pam=yes if keyboard_interactive else no,
                password=no if keyboard_interactive else yes,
                keyboard=yes if keyboard_interactive else no,
            )
        )
        self._relay: Relay | None = None

    def __enter__(self) -> Self:
        sshd = f"{self._sshd} -D -e -f {shlex.quote(str(self.directory / 'sshd_config'))}"
        if self._daemon.system:
            (self.directory / "shadow").write_text(_shadow())
            (self.directory / "shadow").chmod(0o600)
            start = _START.format(run=self._daemon.run, directory=self.directory, sshd=sshd)
            argv = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", start]
        else:
            argv = ["sh", "-c", f"exec {sshd}"]
        self._daemon.spawn(*argv, output=self.log)
        until(
            lambda: self.log.exists() and "Server listening" in self.log.read_text(errors="replace"),
            "sshd listens",
        )
        self._relay = Relay(self._inner_port, self._daemon.network)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.relay.close()

    @property
    def relay(self) -> Relay:
        assert self._relay is not None
        return self._relay

    @property
    def port(self) -> int:
        return self.relay.port

    def trust(self, key: str = "host") -> None:
        """Know the server by its key, or by ``other``, as though it had changed since."""
        type_, public, *_ = (self.directory / f"{key}.pub").read_text().split()
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {type_} {public}\n")

    def fingerprint(self) -> str:
        """Of the server's key, as ssh shows it: ``SHA256:…``."""
        argv = ["ssh-keygen", "-l", "-f", str(self.directory / "host.pub")]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()[1]

    def command(self, hosts: str = "", **options: str) -> Path:
        """An ssh that reads none of the user's files; ``hosts`` are blocks of ssh_config, ``options`` are for
        all hosts.
        """
        extra = "\n".join(f"{name} {value}" for name, value in options.items())
        config = self.directory / "ssh_config"
        config.write_text(_CLIENT.format(directory=self.directory, hosts=hosts, extra=extra))
        script = self.directory / "ssh"
        if not script.exists():  # nobody can run it while it is open for writing
            script.write_text(f'#!/bin/sh\nexec ssh -F {shlex.quote(str(config))} "$@"\n')
            script.chmod(0o700)
        return script

    def uri(self, transport: str = "ssh", **params: str) -> str:
        """The URI of the daemon by way of this server."""
        socket = {"socket": str(self._daemon.socket), "proxy": "netcat"}
        query = urlencode({**({} if self._daemon.system else socket), **params})
        place = f"{self.user}@127.0.0.1:{self.port}"
        return f"qemu+{transport}://{place}{self._daemon.path}{'?' if query else ''}{query}"

    def ssh_uri(self, key: str = "", **params: str) -> str:
        """By ssh, through an ssh command of the user's own: with one of the keys, or a password."""
        if key:
            params["keyfile"] = str(self.directory / key)
        return self.uri(command=str(self.command()), **params)

    def jump_uri(self) -> str:
        """By way of a jump host that stands in ssh's own configuration alone, as the host's name does."""
        hosts = _JUMP.format(directory=self.directory, gate=self.port, port=self._inner_port)
        return f"qemu+ssh://{self.user}@lab{self._daemon.path}?command={self.command(hosts)}"

    def libssh_uri(self, transport: str, methods: str, key: str = "", **params: str) -> str:
        """By libssh or libssh2, with these methods alone."""
        if key:
            params["keyfile"] = str(self.directory / key)
        return self.uri(transport, known_hosts=str(self.known_hosts), sshauth=methods, **params)

    def log_text(self) -> str:
        return self.log.read_text(errors="replace")


def _make_key(path: Path, passphrase: str) -> None:
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", path.name, "-f", str(path)]
    subprocess.run(argv, check=True, capture_output=True)


def _shadow() -> str:
    """This machine's /etc/shadow with another password for root."""
    argv = ["openssl", "passwd", "-6", "-stdin"]
    hashed = subprocess.run(argv, input=PASSWORD, capture_output=True, text=True, check=True).stdout.strip()
    lines = Path("/etc/shadow").read_text().splitlines()
    rest = [line for line in lines if not line.startswith("root:")]
    return "\n".join([f"root:{hashed}:19000:0:99999:7:::", *rest]) + "\n"

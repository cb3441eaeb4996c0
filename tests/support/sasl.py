"""A daemon that asks for a user and a password (SASL) on TCP."""

import shutil
import subprocess
from pathlib import Path

from tests.support.daemon import PATH, DaemonUnavailableError, LibvirtDaemon
from tests.support.relay import free_port

USER, PASSWORD = "labuser", "lab pass: ü'\""

_CONF = """\
mech_list: {mechanisms}
auxprop_plugin: sasldb
sasldb_path: {database}
"""


def tcp_conf(port: int, *, auth: str = "none") -> str:
    """Lines of libvirtd.conf: listen on this loopback port; ``auth`` is *none* or *sasl*."""
    lines = {"listen_tls": "0", "listen_tcp": "1", "listen_addr": '"127.0.0.1"', "tcp_port": f'"{port}"'}
    lines["auth_tcp"] = f'"{auth}"'
    return "".join(f"{name} = {value}\n" for name, value in lines.items())


def sasl_daemon(*, mechanisms: str = "digest-md5") -> tuple[LibvirtDaemon, int]:
    """A daemon, not started, that asks for USER and PASSWORD on the port; see relay.py for the way there."""
    program = shutil.which("saslpasswd2", path=PATH)
    if program is None:
        raise DaemonUnavailableError("not installed: saslpasswd2 (`make test` installs it where it may)")
    port = free_port()
    daemon = LibvirtDaemon(conf=tcp_conf(port, auth="sasl"), listen=True)
    add_users(daemon, program, mechanisms)
    return daemon, port


def add_users(daemon: LibvirtDaemon, program: str, mechanisms: str) -> None:
    """Give a daemon a database with USER in it; before it starts."""
    directory = daemon.directory / "sasl"
    directory.mkdir()
    database: Path = directory / "passwd.db"
    (directory / "libvirt.conf").write_text(_CONF.format(mechanisms=mechanisms, database=database))
    daemon.environment["SASL_CONF_PATH"] = str(directory)
    # The realm is the server's own name, as it sees it.
    realm = daemon.hostname if daemon.system else Path("/proc/sys/kernel/hostname").read_text().strip()
    subprocess.run(
        [program, "-p", "-c", "-a", "libvirt", "-u", realm, "-f", str(database), USER],
        input=PASSWORD.encode(),
        check=True,
        capture_output=True,
    )

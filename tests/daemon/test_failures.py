"""Roads that lead nowhere, for real: the connection says why in libvirt's words and what to do about it, and
doctor names the first step that fails.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import libvirt
import pytest

from tests.support import sasl
from tests.support.daemon import NOBODY, DaemonUnavailableError, LibvirtDaemon
from tests.support.headless import HOST
from tests.support.lab import Lab
from tests.support.login import User
from tests.support.relay import Relay, free_port
from tests.support.sshd import Sshd
from tests.support.unavailable import as_root, unavailable
from tests.support.visitor import Visit
from tests.support.wait import PATIENCE, until
from tuivirt.backend import doctor
from tuivirt.backend.askpass import Askpass


class Failure(NamedTuple):
    """What is expected of a URI that cannot be opened."""

    uri: Callable[[Lab], str]
    step: str
    """Which step of doctor fails."""
    words: str
    """Of libvirt."""
    hint: str
    code: int = 38


NO_CODE = "non-zero code: -1"
"""libssh says this of a program that has ended when its exit code comes after its last words."""


def fails(user: User, uri: str, expected: Failure) -> None:
    user.begin(uri)
    state = user.outcome()
    assert (state.phase, user.asked) == ("failed", [])
    hint = "Try again" if NO_CODE in state.error else expected.hint
    assert expected.words in state.error or (NO_CODE in state.error and "+libssh:" in uri)
    assert hint in state.hint
    assert state.code == expected.code
    *passed, last = doctor.run(uri, timeout=60)
    step = "helper on the far side" if NO_CODE in last.detail else expected.step
    assert (last.step, last.ok) == (step, False), last
    assert all(step.ok for step in passed)
    assert last.hint


def _tls(pki: str, more: str = "") -> Callable[[Lab], str]:
    def uri(lab: Lab) -> str:
        return f"qemu+tls://127.0.0.1:{lab.tls}{lab.path}?pkipath={lab.pki.directory / pki}{more}"

    return uri


def _ssh(key: str = "id", **params: str) -> Callable[[Lab], str]:
    return lambda lab: lab.sshd.ssh_uri(key, no_tty="1", **params)


def _libssh(transport: str, key: str = "id", **params: str) -> Callable[[Lab], str]:
    return lambda lab: lab.sshd.libssh_uri(transport, "privkey", key, **params)


FAILURES: dict[str, Failure] = {
    "a driver that the daemon lacks": Failure(
        lambda lab: f"bhyve+unix:///system?socket={lab.daemon.socket}",
        "driver",
        "no connection driver available for bhyve:///system",
        "has no such driver",
        5,
    ),
    "a path that the driver refuses": Failure(
        lambda lab: f"qemu+unix:///nosuch?socket={lab.daemon.socket}", "driver", "unexpected", "proposes", 1
    ),
    "another certificate authority": Failure(
        _tls("foreign"),
        "TLS certificate",
        "Failed to verify peer's certificate",
        "/foreign/cacert.pem: install that CA's certificate",
        45,
    ),
    "a certificate that the server refuses": Failure(
        _tls("stranger", "&no_sanity=1"), "our certificate", "TLS confirmation", "one that its CA signed"
    ),
    "no certificate of our own": Failure(
        _tls("anonymous"), "our certificate", "TLS confirmation", "one that its CA signed"
    ),
    "our own certificate is of another authority": Failure(
        _tls("stranger"),
        "certificate files",
        "failed validation",
        "our own certificate and key that it signed",
    ),
    "our own certificate has expired": Failure(
        _tls("outdated"), "certificate files", "clientcert.pem has expired", "made anew"
    ),
    "no certificate authority": Failure(
        _tls("nosuch"), "certificate files", "Cannot read CA certificate", "?pkipath="
    ),
    "no such priority": Failure(_tls("client", "&tls_priority=X"), "TLS", "session priority", "leave it out"),
    "TLS where none is spoken": Failure(
        lambda lab: f"qemu+tls://127.0.0.1:{lab.tcp}{lab.path}?pkipath={lab.pki.client}",
        "TLS",
        "TLS handshake failed",
        "check the port",
        45,
    ),
    "plain TCP where TLS is spoken": Failure(
        lambda lab: f"qemu+tcp://127.0.0.1:{lab.tls}{lab.path}", "open", "End of file", "ended the connection"
    ),
    "libvirt where ssh is spoken": Failure(
        lambda lab: f"qemu+tcp://127.0.0.1:{lab.sshd.port}{lab.path}",
        "protocol",
        "too large",
        "host, port",
        39,
    ),
    "ssh where libvirt is spoken": Failure(
        lambda lab: f"qemu+ssh://127.0.0.1:{lab.tls}{lab.path}?no_tty=1&command={lab.sshd.command()}",
        "TCP",
        "Connection",
        "does not speak SSH",
    ),
    "ssh: a key that is not accepted": Failure(
        _ssh("other"), "SSH authentication", "Permission denied (publickey", "?keyfile="
    ),
    "ssh: a key that is not there": Failure(
        _ssh("nosuch"), "SSH authentication", "nosuch not accessible", "chmod 600"
    ),
    "ssh: no netcat there": Failure(
        _ssh(proxy="netcat", netcat="/nonc"),
        "helper on the far side",
        "/nonc: not found",
        "Install virt-ssh-helper",
    ),
    "ssh: no such socket there": Failure(
        _ssh(proxy="netcat", socket="/nosock"),
        "socket on the far side",
        "nc: /nosock: No such file",
        "Start libvirtd",
    ),
    "ssh: a name that does not resolve": Failure(
        lambda lab: f"qemu+ssh://nosuch.invalid/system?no_tty=1&command={lab.sshd.command()}",
        "name",
        "Could not resolve hostname nosuch.invalid",
        "getent hosts nosuch.invalid",
    ),
    **{
        f"{transport}: {name}": failure
        for transport, code in (("libssh", 98), ("libssh2", 85))
        for name, failure in {
            "no netcat there": Failure(
                _libssh(transport, proxy="netcat", netcat="/nonc"),
                "helper on the far side",
                "non-zero code: 127",
                "Install virt-ssh-helper",
                code,
            ),
            "no such socket there": Failure(
                _libssh(transport, proxy="netcat", socket="/nosock"),
                "socket on the far side",
                "non-zero code: 1",
                "Start libvirtd",
                code,
            ),
        }.items()
    },
    "libssh: a key that is not accepted": Failure(
        _libssh("libssh", "other"), "SSH authentication", "Access denied for 'publickey'", "ssh-add", 98
    ),
    "libssh2: a key that is not accepted": Failure(
        _libssh("libssh2", "other"), "SSH authentication", "PublicKey combination invalid", "ssh-add", 45
    ),
    "libssh: a key that is not there": Failure(
        _libssh("libssh", "nosuch"), "SSH authentication", "error while reading private key", "chmod 600", 45
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_failure(lab: Lab, user: User, case: str) -> None:
    fails(user, FAILURES[case].uri(lab), FAILURES[case])


@contextmanager
def listening(conf: str, port: int) -> Iterator[int]:
    """A daemon with these lines of configuration; the port that leads to its own ``port``."""
    try:
        with LibvirtDaemon(conf=conf, listen=True) as daemon, Relay(port, daemon.network) as relay:
            yield relay.port
    except DaemonUnavailableError as error:
        unavailable(str(error))


@pytest.mark.parametrize(
    ("server", "hint"),
    [
        ("expired", "The server's certificate has expired: have it renewed"),
        ("renamed", "The server's certificate is for elsewhere.example.org, not 127.0.0.1"),
    ],
)
def test_a_certificate_that_must_not_be_trusted(lab: Lab, user: User, server: str, hint: str) -> None:
    """libvirt says the same of both; the app looks at the certificate itself."""
    inner = free_port()
    with listening(lab.pki.conf(inner, server=server), inner) as port:
        uri = f"qemu+tls://127.0.0.1:{port}{lab.path}?pkipath={lab.pki.client}"
        words = "Failed to verify peer's certificate"
        fails(user, uri, Failure(lambda _: uri, "TLS certificate", words, hint, 45))
        assert hint in doctor.run(uri)[-1].hint
        assert doctor.run(f"{uri}&no_verify=1")[-1].ok


@pytest.mark.parametrize(
    ("mechanisms", "more", "step", "words", "hint"),
    [
        ("digest-md5", "?auth=sasl.GSSAPI", "SASL", "SASL mechanism GSSAPI not supported", "mech_list"),
        ("digest-md5", "?auth=polkit", "SASL", "type polkit rejected", "leave ?auth= out"),
        ("digest-md5", "?auth=none", "SASL", "unknown authentication type none", "leave ?auth= out"),
        # SCRAM wants encryption underneath, and libvirt says no more than that it failed.
        ("scram-sha-256", "", "authentication", "authentication failed", "share no SASL mechanism"),
    ],
)
def test_sasl_mechanisms(user: User, mechanisms: str, more: str, step: str, words: str, hint: str) -> None:
    try:
        daemon, inner = sasl.sasl_daemon(mechanisms=mechanisms)
    except DaemonUnavailableError as error:
        unavailable(str(error))
    with daemon, Relay(inner, daemon.network) as relay:
        uri = f"qemu+tcp://127.0.0.1:{relay.port}{daemon.path}{more}"
        fails(user, uri, Failure(lambda _: uri, step, words, hint, 45))


# The far side of ssh


def shut_out(sshd: Sshd) -> None:
    """Whoever logs in with a key is nobody there."""
    keys = sshd.directory / "authorized_keys"
    start = f'setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups -- sh -c \\"$SSH_ORIGINAL_COMMAND\\"'
    lines = keys.read_text().splitlines(keepends=True)
    keys.write_text("".join(f'command="{start}" {line}' for line in lines))


@as_root
@pytest.mark.parametrize("proxy", ["native", "netcat"])
def test_no_permission_on_the_far_side(daemon: LibvirtDaemon, sshd: Sshd, user: User, proxy: str) -> None:
    sshd.trust()
    shut_out(sshd)
    daemon.run.chmod(0o700)
    uri = sshd.ssh_uri("id", proxy=proxy)
    fails(
        user,
        uri,
        Failure(lambda _: uri, "socket permission there", "Permission denied", "usermod -aG libvirt"),
    )


@as_root
@pytest.mark.parametrize("proxy", ["native", "netcat"])
def test_no_daemon_on_the_far_side(daemon: LibvirtDaemon, sshd: Sshd, user: User, proxy: str) -> None:
    sshd.trust()
    daemon.stop()
    uri = sshd.ssh_uri("id", proxy=proxy)
    words = "libvirt-sock: No such file" if proxy == "netcat" else "virt-ssh-helper: cannot connect"
    fails(
        user,
        uri,
        Failure(lambda _: uri, "socket on the far side", words, "Start libvirtd or virtqemud.socket"),
    )


@as_root
def test_no_helper_on_the_far_side(sshd: Sshd, user: User) -> None:
    sshd.trust()
    keys = sshd.directory / "authorized_keys"
    start = 'command="PATH=/nonexistent /bin/sh -c \\"$SSH_ORIGINAL_COMMAND\\""'
    keys.write_text("".join(f"{start} {line}" for line in keys.read_text().splitlines(keepends=True)))
    uri = sshd.ssh_uri("id")
    fails(user, uri, Failure(lambda _: uri, "helper on the far side", "not found", "Install virt-ssh-helper"))


def test_a_host_that_does_not_answer(lab: Lab, user: User) -> None:
    """As when a firewall drops packets: a listener whose queue is full takes no more of them."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        host, port = full.getsockname()
        with socket.create_connection((host, port)):
            command = lab.sshd.command(ConnectTimeout="1")
            user.begin(f"qemu+ssh://{host}:{port}/system?command={command}")
            state = user.outcome()
            last = doctor.run(f"qemu+tcp://{host}:{port}/system", timeout=0.2)[-1]
    assert "Connection timed out" in state.error
    assert "does not answer: check that it is up" in state.hint
    assert (last.step, last.detail) == ("TCP", f"port {port} does not answer within 0.2 s")


@contextmanager
def mute(lab: Lab) -> Iterator[tuple[socket.socket, str]]:
    """A listener that takes connections and says nothing, and a URI that leads to it by ssh."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        port = listener.getsockname()[1]
        yield listener, f"qemu+ssh://127.0.0.1:{port}/system?command={lab.sshd.command()}"


@contextmanager
def ssh_at(listener: socket.socket) -> Iterator[socket.socket]:
    """The next that comes, and must end by the end of this."""
    ssh, _ = listener.accept()
    with ssh:
        ssh.settimeout(PATIENCE)
        yield ssh
        while ssh.recv(1024):
            pass


@pytest.mark.parametrize("no_tty", ["0", "1"])
def test_giving_up_ends_the_ssh_to_a_host_that_is_mute(user: User, lab: Lab, no_tty: str) -> None:
    with mute(lab) as (listener, uri):
        user.begin(f"{uri}&no_tty={no_tty}")
        with ssh_at(listener) as ssh:
            assert ssh.recv(4) == b"SSH-"
            user.fleet.disconnect(HOST)
    assert user.asked == []


def test_a_test_that_gives_up_ends_its_ssh(lab: Lab) -> None:
    askpass = Askpass()
    by = doctor.Interviewer(lambda _: None, askpass=askpass)
    try:
        with mute(lab) as (listener, uri):
            *_, last = doctor.steps(uri, timeout=1.0, by=by)
            assert "left behind" in last.detail
            with ssh_at(listener) as ssh:
                assert ssh.recv(4) == b"SSH-"
    finally:
        askpass.close()


# The socket of this machine


def visit(daemon: LibvirtDaemon, uri: str = "qemu:///system") -> Visit:
    (found,) = daemon.visit(uri, user=NOBODY)
    assert found.phase == "failed"
    return found


@as_root
@pytest.mark.parametrize(
    ("conf", "hint"),
    [
        ('unix_sock_rw_perms = "0770"\nunix_sock_group = "daemon"\n', "usermod -aG daemon nobody"),
        ('unix_sock_rw_perms = "0700"\nunix_sock_group = "daemon"\n', "open to root alone"),
    ],
)
def test_a_socket_that_others_may_use(conf: str, hint: str) -> None:
    try:
        with LibvirtDaemon(conf=conf) as daemon:
            found = visit(daemon)
    except DaemonUnavailableError as error:
        unavailable(str(error))
    assert (found.code, found.failed) == (38, "socket permission")
    assert found.error.endswith("Permission denied")
    assert hint in found.hint
    assert hint in found.steps[-1][3]


@as_root
def test_polkit_without_its_bus(daemon: LibvirtDaemon) -> None:
    conf = daemon.config / "libvirtd.conf"
    conf.write_text(conf.read_text().replace('auth_unix_rw = "none"', 'auth_unix_rw = "polkit"'))
    daemon.restart()
    found = visit(daemon)
    assert (found.code, found.failed) == (1, "polkit")
    assert "Unable to get system bus connection" in found.error
    assert "needs D-Bus" in found.hint


@as_root
def test_drivers_that_this_libvirt_lacks(daemon: LibvirtDaemon) -> None:
    """Whether this very build has Hyper-V or not: there is none in it, and none at that address."""
    xen, hyperv = daemon.visit("xen:///system", "hyperv://127.0.0.1/")
    assert (xen.code, xen.failed) == (5, "driver")
    assert "has no such driver" in xen.hint
    assert hyperv.failed == "TCP"
    if "built without" in hyperv.error:
        assert "has no such driver" in hyperv.hint


def test_a_daemon_that_ends_before_libvirt_can_tell(
    daemon: LibvirtDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libvirt tells the daemon of the close callback, and puts it on its list after that: one that ends in
    between is never told of.
    """

    def too_late(conn: libvirt.virConnect, *_: object) -> int:
        daemon.kill()
        until(lambda: not conn.isAlive(), "libvirt has noticed")
        return 0

    monkeypatch.setattr(libvirt.virConnect, "registerCloseCallback", too_late)
    with User(reconnect=False) as user:
        user.begin(daemon.uri)
        user.until_phase("stale")
        assert "connection lost" in user.state().error

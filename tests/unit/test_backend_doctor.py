"""The stepwise test of a connection: each step fails where it should, with advice, and within its limit."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tuivirt.backend import doctor, reach
from tuivirt.backend.limited import UnansweredError, limited
from tuivirt.core.steps import Step
from tuivirt.core.uri import ConnectionURI


def last(uri: str, *, timeout: float = 10) -> Step:
    return doctor.run(uri, timeout=timeout)[-1]


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def port(listening: socket.socket) -> int:
    number: int = listening.getsockname()[1]
    return number


def test_what_works(test_host: str) -> None:
    found = doctor.run(test_host)
    assert [step.step for step in found] == ["URI", "file", "open", "driver", "list"]
    assert all(step.ok for step in found)
    assert found[-1].detail == "4 domains, 3 active"


def test_read_only(test_host: str) -> None:
    assert doctor.run(test_host, read_only=True)[2].detail == "read-only"


def test_warnings_of_the_uri_are_hints() -> None:
    first = next(doctor.steps("qemu+ext:///system?command=/bin/true&frob=1"))
    assert first.ok
    assert "libvirt knows no parameter 'frob'" in first.hint


def test_no_uri() -> None:
    assert doctor.run("lab9")[0].step == "URI"
    assert not last("lab9").ok


def test_no_file(tmp_path: Path) -> None:
    step = last(f"test://{tmp_path}/none.xml")
    assert (step.step, step.ok) == ("file", False)
    assert "No such file" in step.detail


def test_a_file_that_is_no_host(tmp_path: Path) -> None:
    (tmp_path / "host.xml").write_text("nothing")
    step = last(f"test://{tmp_path}/host.xml")
    assert (step.step, step.ok) == ("driver", False)
    assert step.hint


def test_no_socket(tmp_path: Path) -> None:
    step = last(f"qemu+unix:///system?socket={tmp_path}/none")
    assert (step.step, step.ok) == ("socket", False)
    assert "Check ?socket=" in step.hint


def test_a_stale_socket(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(tmp_path / "s"))
    step = last(f"qemu+unix:///system?socket={tmp_path}/s")
    assert (step.step, step.ok, step.detail) == ("socket", False, f"{tmp_path}/s: Connection refused")
    assert "its daemon is gone" in step.hint


def test_a_daemon_that_never_answers(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as stopped:
        stopped.bind(str(tmp_path / "s"))
        stopped.listen()
        found = doctor.run(f"qemu+unix:///system?socket={tmp_path}/s", timeout=0.2)
    assert [(step.step, step.ok) for step in found] == [("URI", True), ("socket", True), ("open", False)]
    assert found[-1].detail == "no answer within 0.2 s; the call was left behind"
    assert "stopped" in found[-1].hint


def test_a_session_daemon_that_is_not_running_is_started(private_home: Path) -> None:
    uri = ConnectionURI.parse("qemu:///session")
    (step,) = reach.steps(uri, privileged=False, read_only=False, timeout=1)
    assert step.ok
    assert (
        step.detail == f"{private_home}/run/libvirt/libvirt-sock is not there yet: libvirt starts the daemon"
    )
    (step,) = reach.steps(uri, privileged=True, read_only=False, timeout=1)
    assert "/var/run/libvirt/" in step.detail


def test_the_session_daemon_is_not_started_against_the_users_will(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBVIRT_AUTOSTART", "0")
    uri = ConnectionURI.parse("qemu:///session")
    (step,) = reach.steps(uri, privileged=False, read_only=False, timeout=1)
    assert not step.ok
    assert "systemctl start" in step.hint


def test_the_socket_that_is_there_is_tried(private_home: Path) -> None:
    directory = private_home / "run/libvirt"
    directory.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.bind(str(directory / "libvirt-sock"))
        daemon.listen()
        uri = ConnectionURI.parse("qemu:///session")
        (step,) = reach.steps(uri, privileged=False, read_only=False, timeout=1)
    assert step.step == "socket"
    assert step.detail.startswith(f"{directory}/libvirt-sock")


def test_a_socket_whose_path_is_too_long() -> None:
    step = last(f"qemu+unix:///system?socket=/{'x' * 120}")
    assert not step.ok
    assert "too long" in step.detail


def test_no_name() -> None:
    step = last("qemu+tcp://nosuchhost.invalid/system")
    assert (step.step, step.ok) == ("name", False)
    assert step.hint.endswith("getent hosts nosuchhost.invalid")


def test_a_name_that_can_be_none() -> None:
    step = last(f"qemu+tcp://{'x' * 70}.example.org/system")
    assert (step.step, step.ok) == ("name", False)


def test_a_name_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: never.wait())
    step = last("qemu+tcp://slow.example.org/system", timeout=0.1)
    never.set()
    assert (step.step, step.detail) == ("name", "slow.example.org: no answer within 0.1 s")


@pytest.mark.parametrize("transport", ["tcp", "tls", "libssh", "libssh2"])
def test_a_port_that_refuses(transport: str, closed_port: int) -> None:
    found = doctor.run(f"qemu+{transport}://127.0.0.1:{closed_port}/system")
    assert [(step.step, step.ok) for step in found] == [("URI", True), ("name", True), ("TCP", False)]
    assert found[-1].detail == f"port {closed_port} refuses"


def test_a_port_that_never_answers(server: socket.socket) -> None:
    found = doctor.run(f"qemu+tcp://127.0.0.1:{port(server)}/system", timeout=0.2)
    assert [(step.step, step.ok) for step in found][-2:] == [("TCP", True), ("open", False)]


def test_a_host_that_swallows_packets(monkeypatch: pytest.MonkeyPatch) -> None:
    def swallow(_address: object, timeout: float) -> socket.socket:
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", swallow)
    step = last("qemu+tcp://127.0.0.1/system", timeout=0.1)
    assert (step.step, step.detail) == ("TCP", "port 16509 does not answer within 0.1 s")
    assert "firewalls" in step.hint


def test_what_listens_is_no_libvirt(server: socket.socket) -> None:
    def greet() -> None:
        for _ in range(2):  # the probe of the port, then libvirt
            link, _address = server.accept()
            with link, suppress(OSError):  # the probe may be gone already
                # Said before libvirt asks anything, it would be read too early to be told from an end.
                while link.recv(4096):
                    link.sendall(b"HTTP/1.1 400 Bad Request\r\n")

    threading.Thread(target=greet, daemon=True).start()
    step = last(f"qemu+tcp://127.0.0.1:{port(server)}/system")
    assert (step.step, step.ok) == ("protocol", False)
    assert "no libvirt daemon" in step.hint


def test_ssh_that_is_refused(closed_port: int) -> None:
    step = last(f"qemu+ssh://127.0.0.1:{closed_port}/system")
    assert (step.step, step.detail) == ("TCP", f"port {closed_port} refuses")


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ssh of our own, found first on PATH."""
    program = tmp_path / "bin/ssh"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return program


def ssh_steps(uri: str, timeout: float = 10) -> list[Step]:
    parts = ConnectionURI.parse(uri)
    return list(reach.steps(parts, privileged=False, read_only=False, timeout=timeout))


def test_ssh_knows_where_a_host_really_is(ssh: Path, closed_port: int) -> None:
    ssh.write_text(
        f'#!/bin/sh\n[ "$*" = "-G -p 7 -- lab" ] && echo "hostname 127.0.0.1\nport {closed_port}"\n'
    )
    found = ssh_steps("qemu+ssh://me@lab:7/system")
    assert [(step.step, step.detail) for step in found] == [
        ("name", "127.0.0.1"),
        ("TCP", f"port {closed_port} refuses"),
    ]


@pytest.mark.parametrize("way", ["proxyjump gate", "proxycommand nc %h %p"])
def test_a_way_that_only_ssh_knows_is_left_to_it(ssh: Path, way: str) -> None:
    ssh.write_text(f'#!/bin/sh\necho "hostname lab\nport 22\n{way}"\n')
    (step,) = ssh_steps("qemu+ssh://lab/system")
    assert (step.step, step.ok, step.detail) == (
        "ssh configuration",
        True,
        f"by way of {way.partition(' ')[2]}",
    )


def test_a_configuration_that_ssh_refuses(ssh: Path) -> None:
    ssh.write_text("#!/bin/sh\necho 'config: line 3: Bad option' >&2\nexit 255\n")
    (step,) = ssh_steps("qemu+ssh://lab/system")
    assert (step.ok, step.detail, step.hint) == (False, "config: line 3: Bad option", "Mend ~/.ssh/config.")


def test_an_ssh_that_never_answers(ssh: Path) -> None:
    ssh.write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    (step,) = ssh_steps("qemu+ssh://lab/system", timeout=0.2)
    assert (step.ok, step.detail) == (False, "ssh -G gave no answer within 0.2 s")


def test_no_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (step,) = ssh_steps("qemu+ssh://lab/system")
    assert (step.ok, step.detail) == (False, "there is no ssh here")


def test_a_command_of_the_users_own(ssh: Path) -> None:
    (step,) = ssh_steps(f"qemu+ssh://lab/system?command={ssh}")
    assert (step.step, step.ok, step.detail) == ("command", True, str(ssh))
    (step,) = ssh_steps("qemu+ext:///system?command=/nonexistent/program")
    assert (step.step, step.ok) == ("command", False)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("root@lab: Permission denied (publickey).", "SSH authentication"),
        ("Host key verification failed.", "host key"),
        ("sh: 1: /nonc: not found", "helper on the far side"),
    ],
)
def test_where_ssh_failed(ssh: Path, words: str, step: str) -> None:
    # It listens before it fails, as a real one does: else libvirt may find the pipe closed and read no words.
    ssh.write_text(f"#!/bin/sh\nhead -c 28 >/dev/null\necho '{words}' >&2\nexit 255\n")
    found = last(f"qemu+ssh://lab/system?command={ssh}")
    assert (found.step, found.ok) == (step, False)
    assert words in found.detail
    assert found.hint


def test_limited() -> None:
    def fail() -> None:
        raise OSError("no")

    def late() -> None:
        raise TimeoutError("its own")

    never = threading.Event()
    assert limited(lambda: 7, 10) == 7
    with pytest.raises(OSError, match="no"):
        limited(fail, 10, OSError)
    with pytest.raises(TimeoutError, match="its own"):
        limited(late, 10, OSError)
    with pytest.raises(UnansweredError):
        limited(never.wait, 0.01)
    never.set()

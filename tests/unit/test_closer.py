"""What a closer look finds: whose socket it is, and where the authorities are that libvirt trusts."""

import grp
import os
import pwd
import socket
from pathlib import Path

import pytest

from tuivirt.backend import closer
from tuivirt.core.uri import ConnectionURI

USER = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture
def path(tmp_path: Path) -> str:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
    return str(tmp_path / "s")


def groups(monkeypatch: pytest.MonkeyPatch, *members: str, gid: int = 7) -> None:
    """The socket belongs to a group ``virt`` with these members."""
    found = os.stat_result((0o140770, 0, 0, 1, 0, gid, 0, 0, 0, 0))
    monkeypatch.setattr(Path, "stat", lambda _path: found)
    monkeypatch.setattr(grp, "getgrgid", lambda _gid: grp.struct_group(("virt", "x", gid, list(members))))


def test_the_group_to_join(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    groups(monkeypatch, "ann")
    said = f"open to the group virt. Join it (usermod -aG virt {USER})"
    assert said in closer.socket_permission(path)
    message = f"Failed to connect socket to '{path}': Permission denied"
    assert said in closer.look(message, "qemu:///system")


def test_a_member_has_to_log_in_again(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    groups(monkeypatch, "ann", USER)
    assert "You are in the group virt now" in closer.socket_permission(path)


def test_a_socket_of_root_alone(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    groups(monkeypatch, gid=0)
    assert "open to root alone" in closer.socket_permission(path)


def test_a_socket_that_cannot_be_seen(tmp_path: Path) -> None:
    assert closer.socket_permission(str(tmp_path / "none")) == ""


@pytest.mark.parametrize("uri", ["qemu+tcp://h/system", "qemu:///system", "no uri"])
def test_no_certificate_to_look_at(uri: str) -> None:
    assert closer.look("authentication failed: Failed to verify peer's certificate", uri) == ""


def test_no_server_any_more(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        uri = f"qemu+tls://127.0.0.1:{held.getsockname()[1]}/system?pkipath={tmp_path}"
        assert closer.look("authentication failed: Failed to verify peer's certificate", uri) == ""


def test_where_the_authorities_are(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uri = ConnectionURI.parse("qemu+tls://h/system")
    assert closer.ca_file(uri.with_params(pkipath="/pki")) == "/pki/cacert.pem"
    own = private_home / "home/.pki/libvirt/cacert.pem"
    for user, there, expected in (
        (1000, False, "/etc/pki/CA/cacert.pem"),
        (1000, True, str(own)),
        (0, True, "/etc/pki/CA/cacert.pem"),
    ):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        if there:
            own.parent.mkdir(parents=True, exist_ok=True)
            own.touch()
        assert closer.ca_file(uri) == expected


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (9, "not valid yet: check the clocks"),
        (10, "has expired"),
        (20, "from a CA that is not in /ca"),
        (1, ""),
    ],
)
def test_verdicts(code: int, said: str) -> None:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    found = closer._verdict(code, "h", 1, "/ca", context)
    assert said in found
    assert bool(found) == bool(said)

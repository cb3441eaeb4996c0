"""Logging in for real where the daemon asks (SASL)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import sasl
from tests.support.daemon import NOBODY, DaemonUnavailableError, LibvirtDaemon
from tests.support.guest import guest_xml
from tests.support.headless import HOST
from tests.support.login import User
from tests.support.relay import Relay
from tests.support.unavailable import as_root, unavailable
from tuivirt.backend import doctor, ls
from tuivirt.core.source import Source


@pytest.fixture
def sasl_host() -> Iterator[tuple[LibvirtDaemon, str]]:
    """A daemon that asks, and its URI."""
    try:
        daemon, port = sasl.sasl_daemon()
    except DaemonUnavailableError as error:
        unavailable(str(error))
    try:
        with daemon, Relay(port, daemon.network) as relay:
            yield daemon, f"qemu+tcp://127.0.0.1:{relay.port}{daemon.path}"
    except DaemonUnavailableError as error:
        unavailable(str(error))


@pytest.fixture
def sasl_uri(sasl_host: tuple[LibvirtDaemon, str]) -> str:
    return sasl_host[1]


def test_sasl_asks_for_user_and_password(user: User, sasl_uri: str) -> None:
    user.begin(sasl_uri)
    asked = [user.answer(sasl.USER), user.answer(sasl.PASSWORD)]
    assert user.outcome().phase == "open"
    assert [(q.kind, q.echo, q.reason) for q in asked] == [("user", True, ""), ("password", False, "")]
    assert {q.asker for q in asked} == {"the daemon (SASL)"}


def test_sasl_asks_nothing_with_no_tty(user: User, sasl_uri: str) -> None:
    user.begin(f"{sasl_uri}?no_tty=1")
    state = user.outcome()
    assert (state.phase, user.asked) == ("failed", [])
    assert "Failed to collect auth credentials" in state.error


def test_sasl_asks_again_after_a_wrong_password(user: User, sasl_uri: str) -> None:
    user.begin(sasl_uri)
    user.answer(sasl.USER)
    user.answer("wrong")
    assert "authentication failed" in user.answer(sasl.USER).reason
    user.answer(sasl.PASSWORD)
    assert user.outcome().phase == "open"


@pytest.mark.parametrize("before", [0, 1])
def test_cancelling_sasl_closes_and_it_can_be_tried_again(user: User, sasl_uri: str, before: int) -> None:
    user.begin(sasl_uri)
    for _ in range(before):
        user.answer(sasl.USER)
    user.answer(None)
    state = user.outcome()
    assert (state.phase, state.error) == ("closed", "")
    user.fleet.connect(HOST)
    user.answer(sasl.USER)
    user.answer(sasl.PASSWORD)
    user.until_phase("open")


def test_sasl_gives_up_after_three_wrong_answers(user: User, sasl_uri: str) -> None:
    user.begin(sasl_uri)
    for _ in range(3):
        user.answer("nobody")
        user.answer("wrong")
    state = user.outcome()
    assert state.phase == "failed"
    assert state.error.startswith("3 answers were not accepted: authentication failed")


def test_disconnecting_withdraws_the_question(user: User, sasl_uri: str) -> None:
    user.begin(sasl_uri)
    user.question()
    user.fleet.disconnect(HOST)
    user.until(lambda: not user.store.questions, "nothing is asked")
    assert user.outcome().phase == "closed"


def test_several_connections_ask_at_once(user: User, sasl_uri: str) -> None:
    names = [f"host{n}" for n in range(4)]
    for name in names:
        user.begin(sasl_uri, name)
    user.until(lambda: len(user.store.questions) == len(names), "all of them ask")
    for name in reversed(names):
        user.answer(sasl.USER, name)
        user.answer(sasl.PASSWORD if name != "host2" else None, name)
    assert {name: user.outcome(name).phase for name in names} == {
        "host0": "open",
        "host1": "open",
        "host2": "closed",
        "host3": "open",
    }


def test_a_lost_connection_asks_again_and_keeps_its_rows_when_that_is_cancelled(
    sasl_host: tuple[LibvirtDaemon, str],
) -> None:
    daemon, uri = sasl_host
    daemon.define(guest_xml("web01"))
    with User(reconnect=True) as user:
        user.begin(uri)
        user.answer(sasl.USER)
        user.answer(sasl.PASSWORD)
        user.until(lambda: "web01" in user.records(), "the list")
        daemon.restart()
        user.answer(None)
        user.until_phase("stale")
        assert user.state().error == "you cancelled the login"
        assert "web01" in user.records()
        connection = user.fleet._connections[HOST]
        assert connection._retry is None, "it does not ask by itself again"
        user.fleet.connect(HOST)
        user.answer(sasl.USER)
        user.answer(sasl.PASSWORD)
        user.until_phase("open")


def auth_conf(path: Path, **credentials: str) -> str:
    """The parameter for a file of libvirt with these credentials in it."""
    lines = "".join(f"{name}={value}\n" for name, value in credentials.items())
    path.write_text(f"[credentials-lab]\n{lines}[auth-libvirt-127.0.0.1]\ncredentials=lab\n")
    return f"?authfile={path}"


def test_auth_conf_is_honoured(user: User, sasl_uri: str, tmp_path: Path) -> None:
    known = auth_conf(tmp_path / "auth.conf", authname=sasl.USER, password=sasl.PASSWORD)
    user.begin(sasl_uri + known)
    assert user.outcome().phase == "open"
    assert user.asked == []


def test_auth_conf_is_where_the_environment_says(
    user: User, sasl_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth_conf(tmp_path / "auth.conf", authname=sasl.USER, password=sasl.PASSWORD)
    monkeypatch.setenv("LIBVIRT_AUTH_FILE", str(tmp_path / "auth.conf"))
    user.begin(sasl_uri)
    assert user.outcome().phase == "open"
    assert user.asked == []


@as_root
def test_auth_conf_in_its_usual_places() -> None:
    """root's in /etc/libvirt, a user's own below XDG_CONFIG_HOME."""
    try:
        daemon, port = sasl.sasl_daemon()
    except DaemonUnavailableError as error:
        unavailable(str(error))
    uri = f"qemu+tcp://127.0.0.1:{port}/system"
    with daemon:
        for user, directory in (
            (None, daemon.config),
            (NOBODY, daemon.visitor_home(NOBODY) / "config/libvirt"),
        ):
            directory.mkdir(parents=True, exist_ok=True)
            auth_conf(directory / "auth.conf", authname=sasl.USER, password=sasl.PASSWORD)
            (found,) = daemon.visit(uri, user=user)
            assert (found.phase, found.failed) == ("open", "")
            (directory / "auth.conf").unlink()


def test_what_auth_conf_leaves_out_is_asked(user: User, sasl_uri: str, tmp_path: Path) -> None:
    user.begin(sasl_uri + auth_conf(tmp_path / "auth.conf", authname=sasl.USER))
    assert user.answer(sasl.PASSWORD).kind == "password"
    assert user.outcome().phase == "open"


def test_a_wrong_auth_conf_fails_at_once(user: User, sasl_uri: str, tmp_path: Path) -> None:
    user.begin(sasl_uri + auth_conf(tmp_path / "auth.conf", authname=sasl.USER, password="wrong"))
    assert user.outcome().phase == "failed"
    assert user.asked == []


def test_commands_ask_nothing(sasl_uri: str) -> None:
    last = doctor.run(sasl_uri, timeout=60)[-1]
    assert not last.ok
    assert "Failed to collect auth credentials" in last.detail
    (row,) = ls.run([Source("lab", sasl_uri, "argument", "-c")], query="", timeout=60)
    assert "Failed to collect auth credentials" in row["error"]

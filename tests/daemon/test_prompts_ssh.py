"""Logging in for real by ssh: it asks in the app, and touches nothing else."""

import sys
from pathlib import Path

import pytest

from tests.support import fake_keyring
from tests.support.daemon import LibvirtDaemon
from tests.support.environment import hermetic
from tests.support.fake_keyring import Notes
from tests.support.guest import guest_xml
from tests.support.headless import HOST
from tests.support.login import User
from tests.support.sshd import PASSPHRASE, PASSWORD, Sshd
from tests.support.terminal import Terminal
from tests.support.unavailable import as_root
from tests.support.wait import until
from tuivirt.backend import doctor, ls
from tuivirt.backend.vault import Vault
from tuivirt.core.backend import Watch
from tuivirt.core.question import Answer
from tuivirt.core.source import Source
from tuivirt.core.uri import ConnectionURI
from tuivirt.core.uri_explain import explain


def test_an_unknown_host_key_is_shown_and_trusted(user: User, sshd: Sshd) -> None:
    uri = sshd.ssh_uri("id")
    user.begin(uri)
    question = user.answer("yes")
    assert question.kind == "host key"
    assert (question.key_type, question.fingerprint) == ("ED25519", sshd.fingerprint())
    assert question.place == f"{sshd.user}@127.0.0.1:{sshd.port}"
    assert user.outcome().phase == "open"
    user.fleet.disconnect(HOST)
    user.connect()
    assert len(user.asked) == 1, "it is known now"


def test_a_fingerprint_is_an_answer_too(user: User, sshd: Sshd) -> None:
    user.begin(sshd.ssh_uri("id"))
    user.answer(sshd.fingerprint())
    assert user.outcome().phase == "open"


@pytest.mark.parametrize("answer", [None, "no"])
def test_an_unknown_host_key_that_is_declined(user: User, sshd: Sshd, answer: str | None) -> None:
    user.begin(sshd.ssh_uri("id"))
    user.answer(answer)
    assert user.outcome().phase == ("closed" if answer is None else "failed")
    assert len(user.asked) == 1
    assert not sshd.known_hosts.exists()


def test_a_changed_host_key_is_refused_without_a_question(user: User, sshd: Sshd) -> None:
    sshd.trust("other")
    before = sshd.known_hosts.read_text()
    user.begin(sshd.ssh_uri("id"))
    state = user.outcome()
    assert state.phase == "failed"
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in state.error
    assert "somebody is in between" in state.hint
    assert user.asked == []
    assert sshd.known_hosts.read_text() == before


def test_without_verification_a_changed_key_is_accepted_too(user: User, sshd: Sshd) -> None:
    """That is what ssh does, where a key logs in; so the explanation of the URI says it."""
    sshd.trust("other")
    uri = sshd.ssh_uri("id", no_verify="1")
    user.begin(uri)
    assert user.outcome().phase == "open"
    assert user.asked == []
    assert "accepted unasked, a changed one too" in explain(ConnectionURI.parse(uri))


@as_root
def test_a_password_that_is_wrong_and_then_right(user: User, sshd: Sshd) -> None:
    sshd.trust()
    user.begin(sshd.ssh_uri())
    first = user.answer("wrong")
    assert (first.kind, first.echo, first.asker, first.reason) == ("password", False, "ssh", "")
    assert user.answer(PASSWORD).reason == "ssh did not accept the last answer"
    assert user.outcome().phase == "open"


@as_root
def test_a_password_in_the_keyring_is_tried_once(sshd: Sshd) -> None:
    sshd.trust()
    with fake_keyring.installed() as ring, User(vault=Vault(Notes()), reconnect=False) as user:
        user.begin(sshd.ssh_uri())
        user.answer(PASSWORD, keep=True)
        user.until_phase("open")
        user.until(lambda: ring.passwords, "it is kept")
        user.fleet.disconnect(HOST)
        user.connect()
        assert len(user.asked) == 1
        user.fleet.disconnect(HOST)
        (account,) = ring.passwords
        ring.passwords[account] = "outdated"
        user.fleet.connect(HOST)
        question = user.answer(PASSWORD)
        assert (question.was_kept, question.reason) == (True, "what the keyring had was not accepted")
        user.until_phase("open")
        assert ring.passwords == {}
    assert sshd.log_text().count("Failed password") == 1


@as_root
def test_three_wrong_passwords(user: User, sshd: Sshd) -> None:
    sshd.trust()
    user.begin(sshd.ssh_uri())
    for _ in range(3):
        user.answer("wrong")
    state = user.outcome()
    assert state.phase == "failed"
    assert "Permission denied" in state.error
    assert len(user.asked) == 3


@as_root
def test_cancelling_tries_no_empty_password(user: User, sshd: Sshd) -> None:
    sshd.trust()
    user.begin(sshd.ssh_uri())
    user.answer(None)
    assert user.outcome().phase == "closed"
    until(lambda: "closed by authenticating user" in sshd.log_text(), "the server sees the end", 30)
    assert "Failed password" not in sshd.log_text()


def test_disconnecting_ends_the_ssh_that_asks(user: User, sshd: Sshd) -> None:
    user.begin(sshd.ssh_uri("id"))
    user.question()
    user.fleet.disconnect(HOST)
    assert user.outcome().phase == "closed"
    until(lambda: "Connection closed by" in sshd.log_text(), "the server sees the end", 30)
    assert not user.store.questions


def test_a_passphrase_that_is_wrong_and_then_right(user: User, sshd: Sshd) -> None:
    sshd.trust()
    user.begin(sshd.ssh_uri("id_pass"))
    question = user.answer("wrong")
    assert (question.kind, question.echo) == ("passphrase", False)
    assert str(sshd.directory / "id_pass") in question.prompt
    assert user.answer(PASSPHRASE).reason
    assert user.outcome().phase == "open"


@as_root
def test_a_dialogue_that_the_server_leads(user: User, talkative_sshd: Sshd) -> None:
    talkative_sshd.trust()
    user.begin(talkative_sshd.ssh_uri())
    question = user.answer("wrong")
    assert (question.kind, question.echo) == ("secret", False)
    assert question.prompt == "(root@127.0.0.1) Password: "
    assert user.answer(PASSWORD).reason
    assert user.outcome().phase == "open"


def test_no_tty_asks_nothing(user: User, sshd: Sshd) -> None:
    user.begin(sshd.ssh_uri("id", no_tty="1"))
    state = user.outcome()
    assert state.phase == "failed"
    assert "Host key verification failed" in state.error
    sshd.trust()
    user.fleet.connect(HOST)
    user.until_phase("open")
    assert user.asked == []


def test_commands_ask_nothing_over_ssh_either(sshd: Sshd) -> None:
    uri = sshd.ssh_uri("id")
    last = doctor.run(uri, timeout=60)[-1]
    assert (last.ok, last.step) == (False, "host key")
    (row,) = ls.run([Source("lab", uri, "argument", "-c")], query="", timeout=60)
    assert "Host key verification failed" in row["error"]


@as_root
def test_doctor_says_where_the_login_was_cancelled_or_refused(sshd: Sshd) -> None:
    """ssh ends, and what libvirt then says names neither."""

    def answering(*answers: str | None) -> doctor.Interviewer:
        left = list(answers)
        return doctor.Interviewer(lambda _: Answer(text) if (text := left.pop(0)) is not None else None)

    last = doctor.run(sshd.ssh_uri(), by=answering(None))[-1]
    assert (last.step, last.ok, last.detail) == ("host key", False, "you cancelled the login")
    *passed, last = doctor.run(sshd.ssh_uri(), by=answering("yes", "wrong", None))
    assert (last.step, last.detail) == ("SSH authentication", "you cancelled the login")
    assert passed[-1].step == "host key"
    last = doctor.run(sshd.ssh_uri(), by=answering("wrong", "wrong", "wrong"))[-1]
    assert (last.step, last.ok) == ("SSH authentication", False)
    assert "Permission denied" in last.detail
    assert doctor.run(sshd.ssh_uri(), by=answering(PASSWORD))[-1].ok


def test_one_ssh_carries_everything_and_our_wrapper_is_never_shown(
    user: User, sshd: Sshd, daemon: LibvirtDaemon
) -> None:
    daemon.define(guest_xml("web01"))
    sshd.trust()
    uri = sshd.ssh_uri("id")
    user.open(uri)
    user.until(lambda: "web01" in user.records(), "the list")
    user.until(lambda: user.state().facts is not None, "the host's facts")
    key = user.domain("web01").key
    watch = Watch(stats=True, groups=frozenset({"cpu"}), host=True, visible=(key,), everyone=True)
    user.fleet.watch({HOST: watch})
    user.until(lambda: user.domain("web01").details is not None, "its definition")
    assert user.perform("domain.start", "web01")[0].phase == "done"
    assert sshd.relay.accepted == 1
    assert sshd.log_text().count("Accepted publickey") == sshd.log_text().count("Starting session") == 1
    assert user.state().uri == uri
    directory = user.fleet._askpass._directory
    assert directory is not None
    left = {path.name for path in directory.iterdir()}
    assert left == {"socket", "ssh", "askpass"}, "the attempt has left nothing"
    assert str(directory) not in repr(user.changes)


def program_of_ext(sshd: Sshd, daemon: LibvirtDaemon) -> str:
    """The URI that has a script of the user's run ssh."""
    script = sshd.directory / "via"
    ssh = f"{sshd.command()} -p {sshd.port} -i {sshd.directory / 'id'} {sshd.user}@127.0.0.1"
    script.write_text(f"#!/bin/sh\nexec {ssh} nc -U {daemon.socket}\n")
    script.chmod(0o700)
    return f"qemu+ext://{daemon.path}?command={script}"


def test_an_ssh_in_the_program_of_ext_asks_here_too(user: User, sshd: Sshd, daemon: LibvirtDaemon) -> None:
    """It has no terminal whose keys it could take."""
    uri = program_of_ext(sshd, daemon)
    user.begin(uri)
    question = user.answer("yes")
    assert (question.kind, question.fingerprint) == ("host key", sshd.fingerprint())
    assert user.outcome().phase == "open"
    assert user.state().uri == uri


def test_the_program_of_ext_asks_nothing_with_no_tty(user: User, sshd: Sshd, daemon: LibvirtDaemon) -> None:
    user.begin(f"{program_of_ext(sshd, daemon)}&no_tty=1")
    assert user.outcome().phase == "failed"
    assert user.asked == []
    assert not sshd.known_hosts.exists()


@as_root
def test_the_terminal_belongs_to_the_app(sshd: Sshd, daemon: LibvirtDaemon, tmp_path: Path) -> None:
    """Host key and password are asked in dialogs; ssh writes nothing, and nothing typed stays in a file."""
    daemon.define(guest_xml("web01"))
    env = hermetic(tmp_path)
    Path(env["XDG_RUNTIME_DIR"]).mkdir(mode=0o700)
    argv = [sys.executable, "-m", "tuivirt", "--log-level", "DEBUG", "-c", sshd.ssh_uri()]
    with Terminal(argv, columns=100, rows=30, env=env) as terminal:
        terminal.until_text("unknown host key", sshd.fingerprint())
        terminal.send("yes")
        terminal.press("enter")
        terminal.until_text("'s password:", "Answer")
        terminal.send("wrong")
        terminal.press("enter")
        terminal.until_text("ssh did not accept the last answer")
        terminal.send(PASSWORD)
        terminal.press("enter")
        terminal.until(
            lambda screen: "web01" in screen.text and "with the login" not in screen.text, what="the list"
        )
        assert "password" not in terminal.screen.text
        terminal.press("q")
        assert terminal.wait() == 0
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert PASSWORD not in path.read_text(errors="replace")
    assert not list(Path(env["XDG_RUNTIME_DIR"]).glob("tuivirt-*")), "the socket is gone"

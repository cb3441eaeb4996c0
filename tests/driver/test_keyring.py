"""Answers in the system's keyring: kept where the user wants it, used, and given up once they are wrong.

libvirt's test driver asks for a user and a password, and takes the right ones alone.
"""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import fake_keyring
from tests.support.fake_keyring import FakeKeyring, Notes
from tests.support.headless import HOST
from tests.support.hosts import HostDomain, write_host
from tests.support.login import User
from tests.support.tuivirt_terminal import App
from tests.support.wait import until
from tuivirt.backend import doctor as doctor_steps
from tuivirt.backend import vault as vaults
from tuivirt.backend.doctor import Interviewer
from tuivirt.backend.vault import SERVICE, Vault
from tuivirt.cli import doctor
from tuivirt.core.changes import Happened
from tuivirt.core.question import Answer, Question
from tuivirt.kept import open_vault

PASSWORD = "hunter2"


@pytest.fixture
def ring() -> Iterator[FakeKeyring]:
    with fake_keyring.installed() as ring:
        yield ring


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def user(ring: FakeKeyring, notes: Notes) -> Iterator[User]:
    with User(vault=Vault(notes), reconnect=False) as made:
        yield made


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return write_host(tmp_path / "host.xml", [HostDomain("web01")], users={"joe": PASSWORD, "ann": "secret"})


def keep_both(user: User, uri: str, ring: FakeKeyring) -> list[str]:
    """Log in once, with both answers ticked; returns what the keyring has then."""
    user.begin(uri)
    user.answer("joe", keep=True)
    user.answer(PASSWORD, keep=True)
    user.until_phase("open")

    def accounts() -> list[str]:
        # Not those that a thread of another test keeps late.
        return [account for _, account in ring.passwords if account.startswith(uri)]

    user.until(lambda: len(accounts()) == 2, "both answers are kept")
    user.fleet.disconnect(HOST)
    user.until_phase("closed")
    return accounts()


def test_a_ticked_answer_is_kept_and_used(user: User, uri: str, ring: FakeKeyring, notes: Notes) -> None:
    accounts = keep_both(user, uri, ring)
    assert {service for service, _ in ring.passwords} == {SERVICE}
    assert accounts == [
        f"{uri} · libvirt · Enter username for localhost",
        f"{uri} · libvirt · joe · Enter joe's password for localhost",
    ]
    assert sorted(ring.passwords.values()) == [PASSWORD, "joe"]
    assert PASSWORD not in repr(notes.values)
    asked = len(user.asked)
    user.fleet.connect(HOST)
    user.until_phase("open")
    assert len(user.asked) == asked


def test_an_answer_that_is_not_ticked_is_not_kept(user: User, uri: str, ring: FakeKeyring) -> None:
    user.begin(uri)
    assert user.answer("joe").may_keep
    assert user.answer(PASSWORD).may_keep
    user.until_phase("open")
    assert ring.passwords == {}
    assert ring.asked == [], "who never ticks has no keyring unlocked"


def test_a_wrong_answer_is_not_kept(user: User, uri: str, ring: FakeKeyring) -> None:
    user.begin(uri)
    user.answer("joe", keep=True)
    user.answer("wrong", keep=True)
    user.answer("ann")
    user.answer("secret", keep=True)
    user.until_phase("open")
    user.until(lambda: ring.passwords, "the right one is kept")
    assert list(ring.passwords.values()) == ["secret"]


def test_what_the_keyring_has_wrong_is_used_once_and_replaced(
    user: User, uri: str, ring: FakeKeyring, notes: Notes
) -> None:
    name, password = keep_both(user, uri, ring)
    ring.passwords[SERVICE, password] = "outdated"
    ring.asked.clear()
    user.fleet.connect(HOST)
    again = user.answer("joe", keep=True)
    assert (again.kind, again.default, again.was_kept) == ("user", "joe", True)
    assert again.reason.startswith("what the keyring had was not accepted: authentication failed")
    again = user.question()
    assert (again.kind, again.default, again.was_kept) == ("password", "", True)
    assert ring.passwords == {}
    user.answer(PASSWORD, keep=True)
    user.until_phase("open")
    user.until(lambda: len(ring.passwords) == 2, "both are kept anew")
    assert ring.passwords[SERVICE, password] == PASSWORD
    assert ring.asked == [name, password]
    assert notes.values["accounts"] == sorted([name, password])


def test_a_wrong_one_is_not_tried_again_after_a_cancel(user: User, uri: str, ring: FakeKeyring) -> None:
    _, password = keep_both(user, uri, ring)
    ring.passwords[SERVICE, password] = "outdated"
    user.fleet.connect(HOST)
    user.answer(None)
    user.until_phase("closed")
    ring.asked.clear()
    user.fleet.connect(HOST)
    assert not user.question().was_kept
    assert ring.asked == []


def test_another_user_has_another_password(user: User, uri: str, ring: FakeKeyring) -> None:
    name, _ = keep_both(user, uri, ring)
    ring.passwords[SERVICE, name] = "ann"
    user.fleet.connect(HOST)
    assert "ann's password" in user.answer("secret").prompt
    user.until_phase("open")


def test_a_locked_keyring_means_a_question(user: User, uri: str, ring: FakeKeyring) -> None:
    keep_both(user, uri, ring)
    ring.locked = True
    user.fleet.connect(HOST)
    user.answer("joe")
    user.answer(PASSWORD)
    user.until_phase("open")


def test_a_keyring_that_keeps_nothing_is_told(user: User, uri: str, ring: FakeKeyring) -> None:
    ring.locked = True
    user.begin(uri)
    user.answer("joe", keep=True)
    user.answer(PASSWORD, keep=True)
    user.until_phase("open")

    def told() -> list[Happened]:
        return [c for c in user.changes if isinstance(c, Happened) and c.entry.ok is False]

    (happened,) = user.until(told, "the reason")
    assert happened.entry.what == "the keyring did not keep the answer: the keyring is locked"
    assert happened.entry.name == HOST


def test_a_keyring_that_never_answers(
    user: User, uri: str, ring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_both(user, uri, ring)
    never = threading.Event()
    monkeypatch.setattr(vaults, "PATIENCE", 0.05)
    monkeypatch.setattr(ring, "get_password", lambda *_: never.wait())
    user.fleet.connect(HOST)
    user.answer("joe")
    user.answer(PASSWORD)
    user.until_phase("open")
    never.set()


def test_without_the_package_nothing_can_be_kept(
    user: User, uri: str, ring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_both(user, uri, ring)
    monkeypatch.setattr(vaults, "find_spec", lambda _name: None)
    ring.asked.clear()
    user.fleet.connect(HOST)
    assert not user.answer("joe").may_keep
    assert not user.answer(PASSWORD, keep=True).may_keep
    user.until_phase("open")
    assert ring.asked == []


def test_no_answer_is_logged(
    user: User, uri: str, ring: FakeKeyring, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _, password = keep_both(user, uri, ring)
    ring.passwords[SERVICE, password] = "outdated"
    user.fleet.connect(HOST)
    user.answer("joe", keep=True)
    ring.locked = True
    user.answer(PASSWORD, keep=True)
    user.until_phase("open")
    for secret in (PASSWORD, "outdated"):
        assert secret not in caplog.text
        assert secret not in repr(user.changes)


def test_two_connections_to_one_host_try_a_wrong_one_once(user: User, uri: str, ring: FakeKeyring) -> None:
    """Two bookmarks, opened at once: a server may lock out who is wrong twice."""
    name, password = keep_both(user, uri, ring)
    ring.passwords[SERVICE, password] = "outdated"
    ring.asked.clear()
    user.fleet.add("again", uri, read_only=False)
    for host in (HOST, "again"):
        user.fleet.connect(host)
    for host in (HOST, "again"):
        user.question(host)
    assert ring.asked == [name, password]
    for host in (HOST, "again"):
        user.answer("joe", host)
        user.answer(PASSWORD, host)
        user.until_phase("open", host)


def test_two_connections_to_one_host_both_take_the_right_one(user: User, uri: str, ring: FakeKeyring) -> None:
    keep_both(user, uri, ring)
    asked = len(user.asked)
    user.fleet.add("again", uri, read_only=False)
    for host in (HOST, "again"):
        user.fleet.connect(host)
    for host in (HOST, "again"):
        user.until_phase("open", host)
    assert len(user.asked) == asked


async def nobody(question: Question) -> None:
    raise AssertionError(question)


async def test_a_test_keeps_what_is_ticked_and_takes_what_was_kept(
    user: User, uri: str, ring: FakeKeyring
) -> None:
    async def ask(question: Question) -> Answer:
        assert question.may_keep
        return Answer("joe" if question.kind == "user" else PASSWORD, keep=True)

    assert all([step.ok async for step in user.fleet.test(uri, ask, read_only=False)])
    until(lambda: len(ring.passwords) == 2, "both are kept")
    assert all([step.ok async for step in user.fleet.test(uri, nobody, read_only=False)])
    user.begin(uri)
    user.until_phase("open")
    assert user.asked == []


def test_doctor_has_patience_with_a_keyring_that_is_being_unlocked(
    user: User, uri: str, ring: FakeKeyring, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_both(user, uri, ring)
    get_password = ring.get_password

    def slowly(service: str, account: str) -> str | None:
        threading.Event().wait(0.5)
        return get_password(service, account)

    monkeypatch.setattr(ring, "get_password", slowly)
    by = Interviewer(lambda _question: None, lambda: Vault(notes))
    assert doctor_steps.run(uri, timeout=0.2, by=by)[-1].ok


def test_doctor_takes_what_was_kept(
    user: User,
    uri: str,
    ring: FakeKeyring,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    vault = open_vault()
    for account in keep_both(user, uri, ring):
        vault.put(account, ring.passwords[SERVICE, account])
    monkeypatch.setattr(doctor, "_in_terminal", lambda: True)
    assert doctor.run([uri]) == 0
    shown = capsys.readouterr()
    assert "ok   list: 1 domain" in shown.out
    assert PASSWORD not in shown.out + shown.err


def test_in_the_app(uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.support.fake_keyring.FakeKeyring")
    with App(tmp_path / "home", "-c", uri) as app:
        for prompt, answer in (("Enter username", "joe"), ("Enter joe's password", PASSWORD)):
            app.until_text(prompt, "[ ] keep in the system's keyring")
            app.send(answer)
            app.press("tab", "space")
            app.until_text("[x] keep in the system's keyring")
            app.press("enter")
        app.until_row("web01")
        kept = tmp_path / "home/state/tuivirt/kept.json"
        until(lambda: kept.exists() and "password" in kept.read_text(), "what was kept is written down")
        assert PASSWORD not in kept.read_text()
        assert kept.stat().st_mode & 0o777 == 0o600
        app.press("shift+tab", "enter")
        app.until_no_row("web01")
        app.press("enter")
        app.until_row("web01")
        app.press("q")
        assert app.wait() == 0
        assert PASSWORD.encode() not in app.written

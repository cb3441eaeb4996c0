"""Logging in for real by libssh and libssh2, which ask through libvirt's callback."""

import pytest

from tests.support.login import User
from tests.support.sshd import PASSPHRASE, PASSWORD, Sshd
from tests.support.unavailable import as_root

LIBSSH = pytest.mark.parametrize("transport", ["libssh", "libssh2"])


@LIBSSH
@as_root
def test_libssh_asks_for_the_host_key_and_the_password(user: User, sshd: Sshd, transport: str) -> None:
    user.begin(sshd.libssh_uri(transport, "password"))
    question = user.answer("yes")
    assert question.kind == "host key"
    assert question.fingerprint.startswith(("SHA256:", "MD5:"))
    if question.fingerprint.startswith("SHA256:"):
        assert question.fingerprint == sshd.fingerprint()
    assert user.answer("wrong").reason == ""
    assert user.answer(PASSWORD).reason == f"{transport} did not accept the last answer"
    assert user.outcome().phase == "open"
    assert sshd.known_hosts.exists()


@LIBSSH
def test_libssh_is_told_no(user: User, sshd: Sshd, transport: str) -> None:
    user.begin(sshd.libssh_uri(transport, "privkey", "id"))
    user.answer(None)
    assert user.outcome().phase == "closed"
    assert not sshd.known_hosts.exists()


@LIBSSH
def test_libssh_refuses_a_changed_host_key(user: User, sshd: Sshd, transport: str) -> None:
    sshd.trust("other")
    user.begin(sshd.libssh_uri(transport, "privkey", "id"))
    state = user.outcome()
    assert state.phase == "failed"
    assert "differs from stored identity" in state.error
    assert "somebody is in between" in state.hint
    assert user.asked == []


@LIBSSH
@as_root
def test_libssh_does_not_ask_for_ever(user: User, sshd: Sshd, transport: str) -> None:
    sshd.trust()
    user.begin(sshd.libssh_uri(transport, "password"))
    while user.until(lambda: user.store.questions or user.is_over(), "a question or the end"):
        if user.is_over():
            break
        user.answer("wrong")
    assert len(user.asked) == 3
    assert user.outcome().phase == "failed"
    assert user.state().error.startswith("3 answers were not accepted")


@LIBSSH
@as_root
def test_libssh_lets_the_server_lead(user: User, talkative_sshd: Sshd, transport: str) -> None:
    talkative_sshd.trust()
    user.begin(talkative_sshd.libssh_uri(transport, "keyboard-interactive"))
    assert "Password" in user.answer(PASSWORD).prompt
    assert user.outcome().phase == "open"


@LIBSSH
def test_libssh_asks_for_a_passphrase_again(user: User, sshd: Sshd, transport: str) -> None:
    sshd.trust()
    uri = sshd.libssh_uri(transport, "privkey", "id_pass")
    user.begin(uri)
    assert user.answer("wrong").kind == "passphrase"
    assert "authentication failed" in user.answer(PASSPHRASE).reason
    assert user.outcome().phase == "open"

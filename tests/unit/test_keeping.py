"""Which answers may be kept in the keyring, and as whose answer to what."""

import threading
from collections.abc import Iterator

import pytest

from tests.support.fake_keyring import FakeKeyring, Notes, installed
from tests.support.wait import PATIENCE
from tuivirt.backend.desk import Desk
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.keeping import Keeping
from tuivirt.backend.prompt_words import Words
from tuivirt.backend.prompter import Prompter
from tuivirt.backend.vault import Vault
from tuivirt.core.question import Answer, QuestionKind
from tuivirt.core.uri import ConnectionURI


def keeping(place: str = "root@lab1") -> Keeping:
    return Keeping(Vault(Notes()), place, lambda _sentence: None)


@pytest.mark.parametrize(
    ("kind", "prompt", "kept"),
    [
        ("user", "Please enter your authentication name", True),
        ("realm", "Please enter your realm", True),
        ("password", "root@lab1's password: ", True),
        ("passphrase", "Enter passphrase for key '/root/.ssh/id': ", True),
        ("secret", "(root@lab1) Password: ", True),
        ("secret", "(root@lab1) Verification code: ", False),
        ("secret", "(root@lab1) One-time password (OATH) for `root': ", False),
        ("secret", "(root@lab1) Duo passcode or option: ", False),
        ("text", "Your name", False),
        ("host key", "The authenticity of host", False),
        ("confirm", "Allow use of key", False),
        ("external", "Touch the key", False),
    ],
)
def test_only_what_is_the_same_next_time_is_kept(kind: QuestionKind, prompt: str, kept: bool) -> None:
    assert bool(keeping().account(Words(kind, prompt), "ssh")) == kept


def test_no_other_question_gets_the_answer() -> None:
    words = Words("password", "password: ")
    accounts = {
        keeping().account(words, "ssh"),
        keeping("root@lab2").account(words, "ssh"),
        keeping().account(words, "libssh"),
        keeping().account(Words("password", "root's password: "), "ssh"),
    }
    for user in ("joe", "ann"):
        other = keeping()
        other.answered("", "user", Answer(user))
        accounts.add(other.account(words, "ssh"))
    assert len(accounts) == 6


@pytest.fixture
def lent() -> Iterator[tuple[Vault, FakeKeyring]]:
    """A keyring with one answer, and its vault."""
    with installed() as ring:
        vault = Vault(Notes())
        vault.put("joe", "s3cret")
        yield vault, ring


class Waiting(threading.Thread):
    """Borrows, and is seen to wait for it."""

    def __init__(self, vault: Vault) -> None:
        super().__init__(daemon=True)
        self._vault = vault
        self.waits, self.over = threading.Event(), False
        self.found: str | None = "nothing yet"
        self.start()
        assert self.waits.wait(PATIENCE)

    def run(self) -> None:
        self.found = self._vault.borrow("joe", self, self._look)

    def _look(self) -> bool:
        self.waits.set()
        return self.over


def test_what_one_attempt_tries_no_other_tries_meanwhile(lent: tuple[Vault, FakeKeyring]) -> None:
    vault, ring = lent
    assert vault.borrow("joe", "first", lambda: False) == "s3cret"
    second, third = Waiting(vault), Waiting(vault)
    third.over = True
    vault.give_back("another", ["joe"])
    third.join(PATIENCE)
    assert third.found is None, "it was given up"
    vault.forget("joe")
    vault.give_back("first", ["joe"])
    second.join(PATIENCE)
    assert second.found is None
    assert ring.asked == ["joe"]


def test_what_was_right_is_tried_by_the_next(lent: tuple[Vault, FakeKeyring]) -> None:
    vault, _ = lent
    vault.borrow("joe", "first", lambda: False)
    assert vault.borrow("joe", "first", lambda: False) == "s3cret", "by another process of the same attempt"
    second = Waiting(vault)
    vault.give_back("first", ["joe"])
    second.join(PATIENCE)
    assert second.found == "s3cret"


def test_an_attempt_that_ends_lets_the_next_one_try(lent: tuple[Vault, FakeKeyring]) -> None:
    vault, _ = lent
    for _ in range(2):
        attempt = Keeping(vault, "lab", lambda _sentence: None)
        assert attempt.take("joe", "password") == "s3cret"
        attempt.close()


def test_an_attempt_that_ends_while_the_keyring_is_asked_gives_back_what_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words, uri = Words("password", "root@lab's password: "), ConnectionURI.parse("qemu+ssh://root@lab/system")
    account = keeping("root@lab").account(words, "ssh")
    asked, gate = threading.Event(), threading.Event()

    def slowly(*_: str) -> str:
        asked.set()
        assert gate.wait(PATIENCE)
        return "s3cret"

    with installed() as ring:
        vault = Vault(Notes())
        vault.put(account, "s3cret")
        monkeypatch.setattr(ring, "get_password", slowly)
        prompter = Prompter(Desk(Inbox()), "lab", uri, lambda: vault)
        answers: list[str | None] = []
        thread = threading.Thread(target=lambda: answers.append(prompter.ask(words, "ssh").answer.result(5)))
        thread.start()
        assert asked.wait(PATIENCE)
        prompter.close()
        gate.set()
        thread.join(PATIENCE)
        assert answers == [None]
        assert vault.borrow(account, "the next", lambda: False) == "s3cret", "without waiting for it"


def test_an_account_is_one_line_of_plain_text() -> None:
    account = keeping("\x1b[2Jlab").account(Words("password", "two\nlines\x07: "), "ssh")
    assert account == "␛[2Jlab · ssh · two lines␇:"

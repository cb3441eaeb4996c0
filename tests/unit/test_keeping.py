"""Which answers may be kept in the keyring, and as whose answer to what."""

import pytest

from tests.support.fake_keyring import Notes
from tuivirt.backend.keeping import Keeping
from tuivirt.backend.prompt_words import Words
from tuivirt.backend.vault import Vault
from tuivirt.core.question import Answer, QuestionKind


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


def test_an_account_is_one_line_of_plain_text() -> None:
    account = keeping("\x1b[2Jlab").account(Words("password", "two\nlines\x07: "), "ssh")
    assert account == "␛[2Jlab · ssh · two lines␇:"

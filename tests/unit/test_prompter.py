"""The questions of one attempt: answered from another thread, counted, cancelled, withdrawn."""

import threading
from typing import Any

import libvirt
import pytest

from tests.support.wait import PATIENCE
from tuivirt.backend.desk import Desk
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.prompt_words import Words
from tuivirt.backend.prompter import CREDENTIALS, MOST, Prompter, place_of
from tuivirt.core.changes import Asked, AskedNoMore
from tuivirt.core.question import Answer, Question
from tuivirt.core.store import Store
from tuivirt.core.uri import ConnectionURI

PASSWORD = Words("password", "password: ")


class Room:
    """A desk and who sits at it."""

    def __init__(self, uri: str = "qemu+tcp://joe@lab/system") -> None:
        self.inbox = Inbox()
        self.desk = Desk(self.inbox)
        self.store = Store({})
        self.prompter = Prompter(self.desk, "lab", ConnectionURI.parse(uri))

    @property
    def questions(self) -> list[Question]:
        self.store.apply(self.inbox.drain())
        return list(self.store.questions.values())

    def collect(self, credentials: list[list[Any]]) -> "threading.Thread":
        """libvirt's thread; its result is at .result when it has ended."""
        thread = Collecting(self.prompter, credentials)
        thread.start()
        return thread

    def wait_for(self, count: int) -> list[Question]:
        event = threading.Event()
        self.inbox.attach(event.set)
        while len(found := self.questions) < count:
            assert event.wait(PATIENCE)
            event.clear()
        self.inbox.detach()
        return found


class Collecting(threading.Thread):
    def __init__(self, prompter: Prompter, credentials: list[list[Any]]) -> None:
        super().__init__(daemon=True)
        self._prompter = prompter
        self._credentials = credentials
        self.result: int | None = None

    def run(self) -> None:
        self.result = self._prompter.collect(self._credentials, None)


def failure(code: int = libvirt.VIR_ERR_AUTH_FAILED) -> libvirt.libvirtError:
    error = libvirt.libvirtError("")
    error.err = (code, 7, "authentication failed", 2, "", None, None, 0, 0)
    return error


def test_an_answer_reaches_who_asked_and_stays_nowhere() -> None:
    room = Room()
    pending = room.prompter.ask(PASSWORD, "ssh")
    (question,) = room.questions
    assert (question.connection, question.place, question.asker) == ("lab", "joe@lab", "ssh")
    room.desk.answer(question.id, Answer("s3cret"))
    assert pending.answer.result(0) == "s3cret"
    assert not room.questions
    assert not room.prompter._pending
    assert "s3cret" not in repr(vars(room.desk)) + repr(vars(room.prompter)) + repr(vars(room.store))


def test_an_answer_that_comes_late_or_twice_is_let_go() -> None:
    room = Room()
    pending = room.prompter.ask(PASSWORD, "ssh")
    room.desk.answer(pending.id, Answer("one"))
    room.desk.answer(pending.id, Answer("two"))
    room.desk.answer(4711, None)
    assert pending.answer.result(0) == "one"
    assert not room.prompter.cancelled


def test_cancelling_one_declines_all_that_follow() -> None:
    room = Room()
    pending = room.prompter.ask(PASSWORD, "ssh")
    room.desk.answer(pending.id, None)
    assert pending.answer.result(0) is None
    assert room.prompter.cancelled
    assert room.prompter.ask(Words("password", "another: "), "ssh").answer.result(0) is None
    assert not room.questions


def test_closing_withdraws_without_cancelling() -> None:
    room = Room()
    pending = [room.prompter.ask(Words("password", str(n)), "ssh") for n in range(3)]
    assert len(room.questions) == 3
    room.prompter.close()
    assert [p.answer.result(0) for p in pending] == [None] * 3
    assert not room.questions
    assert not room.prompter.cancelled
    assert room.prompter.ask(PASSWORD, "ssh").answer.result(0) is None


def test_closing_the_desk_withdraws_and_asks_nothing_any_more() -> None:
    room = Room()
    pending = room.prompter.ask(PASSWORD, "ssh")
    room.desk.close()
    assert pending.answer.result(0) is None
    assert room.prompter.ask(Words("secret", "x"), "ssh").answer.result(0) is None
    changes = room.inbox.drain()
    assert [type(change) for change in changes] == [Asked, AskedNoMore]


def test_the_same_words_again_give_the_reason_and_end_at_last() -> None:
    room = Room()
    for n in range(MOST):
        pending = room.prompter.ask(PASSWORD, "libssh")
        (question,) = room.questions
        assert question.reason == ("libssh did not accept the last answer" if n else "")
        room.desk.answer(pending.id, Answer("wrong"))
    assert room.prompter.ask(PASSWORD, "libssh").answer.result(0) is None
    assert room.prompter.gave_up


def test_two_processes_that_ask_the_same_are_not_one_that_asks_again() -> None:
    """A jump host's ssh and the one behind it want the same key."""
    room = Room("qemu+ssh://lab/system")
    for process in (100, 200):
        room.prompter.ask_for_ssh("Enter passphrase for key '/id': ", "", process)
    assert [question.reason for question in room.questions] == ["", ""]


def test_libvirt_gets_all_credentials_or_none() -> None:
    room = Room()
    credentials: list[list[Any]] = [
        [libvirt.VIR_CRED_AUTHNAME, "name", None, None, None],
        [libvirt.VIR_CRED_PASSPHRASE, "password", None, None, None],
    ]
    thread = room.collect(credentials)
    for answer in ("joe", "s3cret"):
        (question,) = room.wait_for(1)
        room.desk.answer(question.id, Answer(answer))
    thread.join(PATIENCE)
    assert thread.result == 0  # type: ignore[attr-defined]
    assert [credential[4] for credential in credentials] == ["joe", "s3cret"]
    thread = room.collect([[libvirt.VIR_CRED_PASSPHRASE, "password", None, None, None]])
    (question,) = room.wait_for(1)
    room.desk.answer(question.id, None)
    thread.join(PATIENCE)
    assert thread.result == -1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("type_", "kind", "echo", "answer"),
    [
        (libvirt.VIR_CRED_AUTHNAME, "user", True, "joe"),
        (libvirt.VIR_CRED_PASSPHRASE, "password", False, "s3cret"),
        (libvirt.VIR_CRED_ECHOPROMPT, "text", True, "42"),
        (libvirt.VIR_CRED_NOECHOPROMPT, "secret", False, "42"),
        (libvirt.VIR_CRED_REALM, "realm", True, "EXAMPLE.ORG"),
        (libvirt.VIR_CRED_EXTERNAL, "external", False, ""),
    ],
)
def test_every_kind_of_credential_is_asked_and_filled_in(
    type_: int, kind: str, echo: bool, answer: str
) -> None:
    room = Room()
    assert type_ in CREDENTIALS, "libvirt is told that it can be asked"
    credentials: list[list[Any]] = [[type_, "Please say", None, "proposed", None]]
    thread = room.collect(credentials)
    (question,) = room.wait_for(1)
    assert (question.kind, question.echo, question.prompt) == (kind, echo, "Please say")
    assert (question.connection, question.place, question.asker) == ("lab", "joe@lab", "the daemon (SASL)")
    assert question.default == ("proposed" if kind in {"user", "text", "realm"} else "")
    room.desk.answer(question.id, Answer(answer))
    thread.join(PATIENCE)
    assert credentials[0][4] == answer


@pytest.mark.parametrize(
    ("type_", "shown"),
    [
        (libvirt.VIR_CRED_ECHOPROMPT, "otp-md5 487 dehydrate\nYour response"),
        (libvirt.VIR_CRED_PASSPHRASE, "Your response"),
    ],
)
def test_a_challenge_is_shown_where_it_is_needed(type_: int, shown: str) -> None:
    room = Room()
    thread = room.collect([[type_, "Your response", "otp-md5 487 dehydrate", None, None]])
    (question,) = room.wait_for(1)
    assert question.prompt == shown
    room.prompter.close()
    thread.join(PATIENCE)


@pytest.mark.parametrize(("answer", "given"), [("yes", "y"), ("no", "n")])
def test_libssh_wants_one_letter(answer: str, given: str) -> None:
    room = Room("qemu+libssh://lab/system")
    prompt = "Accept SSH host key with hash '00' for host 'lab:22' (y/n)?"
    credentials: list[list[Any]] = [[libvirt.VIR_CRED_ECHOPROMPT, prompt, None, None, None]]
    thread = room.collect(credentials)
    (question,) = room.wait_for(1)
    room.desk.answer(question.id, Answer(answer))
    thread.join(PATIENCE)
    assert credentials[0][4] == given
    assert not room.prompter.again(failure()), "trusting a key is no login that failed"


def login(room: Room) -> None:
    thread = room.collect([[libvirt.VIR_CRED_PASSPHRASE, "password", None, None, None]])
    (question,) = room.wait_for(1)
    room.desk.answer(question.id, Answer("x"))
    thread.join(PATIENCE)


def test_a_refused_login_is_asked_again_with_libvirts_words() -> None:
    room = Room()
    login(room)
    assert room.prompter.again(failure())
    room.prompter.ask(PASSWORD, "ssh")
    assert room.questions[0].reason == "authentication failed"


def test_a_refused_login_is_not_asked_for_ever() -> None:
    room = Room()
    for _ in range(MOST - 1):
        login(room)
        assert room.prompter.again(failure())
    login(room)
    assert not room.prompter.again(failure())
    assert room.prompter.gave_up


def test_other_failures_are_not_asked_about() -> None:
    room = Room()
    assert not room.prompter.again(failure()), "nothing was answered: auth.conf is wrong"
    login(room)
    assert not room.prompter.again(failure(libvirt.VIR_ERR_SYSTEM_ERROR))


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("qemu+ssh://root@lab:2222/system", "root@lab:2222"),
        ("qemu+tcp://[fe80::1]/system", "[fe80::1]"),
        ("qemu:///system", "qemu:///system"),
        ("qemu+unix:///system?socket=/run/x", "/run/x"),
        ("qemu+ext:///system?command=/bin/x", "/bin/x"),
    ],
)
def test_the_place_is_what_the_uri_says(uri: str, place: str) -> None:
    assert place_of(ConnectionURI.parse(uri)) == place

"""Questions of several hosts in the whole app: one after the other, and never into what is being typed."""

import time

import pytest

from tests.support.app import Running, running
from tests.support.domains import HOSTILE
from tests.support.scripted import NOW, ScriptedBackend
from tests.support.world import SOURCES, world
from tuivirt.core.changes import Asked, AskedNoMore, Happened, Phase
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.core.question import Question
from tuivirt.ui import asking
from tuivirt.ui.dialogs.credential import CredentialDialog


def ask(backend: ScriptedBackend, number: int, host: str = "lab1", prompt: str = "") -> None:
    backend.tell(Asked(Question(number, host, f"root@{host}", "ssh", "password", prompt or f"{host} asks")))


def shown(run: Running) -> int:
    """The number of the question that is on screen."""
    dialogs = [screen for screen in run.app.screen_stack if isinstance(screen, CredentialDialog)]
    assert len(dialogs) <= 1
    return dialogs[0].question.id if dialogs else 0


async def test_several_hosts_are_asked_one_after_the_other() -> None:
    backend = world()
    async with running(SOURCES, backend=backend) as run:
        for number, host in ((1, "lab1"), (2, "lab2"), (3, HOSTILE)):
            ask(backend, number, host)
        await run.until_dialog("lab1 asks")
        assert shown(run) == 1
        await run.press(*"one", "enter")
        await run.until_dialog("lab2 asks")
        await run.press(*"two", "enter")
        await run.until_dialog("[red]x[/]")
        await run.press("escape")
        await run.until_main()
        assert backend.answers == [(1, "one"), (2, "two"), (3, None)]
        assert not run.store.questions


async def test_type_ahead_does_not_answer_the_next_host() -> None:
    backend = world()
    async with running(SOURCES, backend=backend) as run:
        ask(backend, 1)
        ask(backend, 2, "lab2")
        await run.until_dialog("lab1 asks")
        await run.press(*"one", "enter", "enter", "enter")
        await run.until_dialog("lab2 asks")
        assert backend.answers == [(1, "one")]


async def test_a_withdrawn_question_goes_and_the_next_comes() -> None:
    backend = world()
    async with running(SOURCES, backend=backend) as run:
        for number in (1, 2, 3):
            ask(backend, number, f"lab{number}")
        await run.until_dialog("lab1 asks")
        backend.tell(AskedNoMore(2), AskedNoMore(1))
        await run.until_dialog("lab3 asks")
        assert backend.answers == []
        backend.tell(AskedNoMore(3))
        await run.until_main()


async def test_nothing_opens_into_a_dialog_or_into_what_is_typed() -> None:
    backend = world()
    async with running(SOURCES, backend=backend) as run:
        await run.press("slash", *"we")
        ask(backend, 1)
        await run.until_note("lab1 waits for an answer")
        await run.press(*"b01", "enter")
        assert run.main.listing.filtering.text == "web01"
        await run.until_dialog("lab1 asks")
        assert backend.answers == []
        await run.press("escape")
        await run.until_main()
        await run.press("question_mark")
        await run.until_dialog()
        ask(backend, 2, "lab2")
        await run.until_note("lab2 waits for an answer")
        assert shown(run) == 0
        await run.press("escape")
        await run.until_dialog("lab2 asks")


async def test_the_answer_is_neither_in_the_journal_nor_on_the_screen() -> None:
    backend = world()
    async with running(SOURCES, backend=backend) as run:
        ask(backend, 1)
        await run.until_dialog("lab1 asks")
        await run.press(*"hunter2")
        assert "hunter2" not in run.text
        await run.press("enter")
        await run.until_main()
        assert backend.answers == [(1, "hunter2")]
        assert "hunter2" not in run.text
        assert "hunter2" not in repr(run.journal) + repr(run.remembered.values) + repr(run.notes)
        assert "hunter2" not in repr(vars(run.store))


async def test_an_answer_that_is_ticked_is_to_be_kept() -> None:
    backend = world()
    async with running(SOURCES, backend=backend) as run:
        for number, keys in ((1, ("enter",)), (2, ("tab", "space", "enter"))):
            prompt = f"question {number}"
            backend.tell(
                Asked(Question(number, "lab1", "root@lab1", "ssh", "password", prompt, may_keep=True))
            )
            await run.until_dialog(prompt)
            await run.press(*"hunter2", *keys)
            await run.until_main()
        assert backend.answers == [(1, "hunter2"), (2, "hunter2")]
        assert backend.kept == [2]


async def test_a_keyring_that_keeps_nothing_is_told() -> None:
    backend = world()
    async with running(SOURCES, backend=backend) as run:
        entry = Entry(NOW, Key("lab1", "host", "lab1"), "lab1", "connection", "the keyring [red]is[/] locked")
        backend.tell(Happened(entry._replace(ok=False)))
        await run.until_note("the keyring [red]is[/] locked")


async def test_what_is_typed_for_a_login_goes_on_in_it() -> None:
    backend = world()
    async with running(SOURCES, backend=backend) as run:
        backend.connection("lab1", "opening")
        ask(backend, 1, prompt="user of lab1")
        ask(backend, 2, "lab2")
        await run.until_dialog("user of lab1")
        await run.press(*"joe", "enter", *"sec")
        await run.until_text("Waiting for")
        await run.press(*"ret", "enter")
        assert run.dialog is not None
        assert "ret" not in run.text
        backend.tell(AskedNoMore(1))
        ask(backend, 3, prompt="password of lab1")
        await run.until(lambda: len(backend.answers) == 2, "the second answer")
        assert backend.answers == [(1, "joe"), (3, "secret")]
        backend.connection("lab1", "open")
        await run.until_dialog("lab2 asks")
        assert isinstance(run.dialog, CredentialDialog)
        assert run.dialog.input.value == ""


@pytest.mark.parametrize("phase", ["open", "failed", "closed"])
async def test_what_is_typed_for_a_login_that_is_over_is_for_nobody(phase: Phase) -> None:
    backend = world()
    async with running(SOURCES, backend=backend) as run:
        backend.connection("lab1", "opening")
        ask(backend, 1, prompt="user of lab1")
        ask(backend, 2, "lab2")
        await run.until_dialog("user of lab1")
        await run.press(*"joe", "enter")
        backend.connection("lab1", phase)
        await run.press(*"secret", "enter")
        await run.until_dialog("lab2 asks")
        assert isinstance(run.dialog, CredentialDialog)
        assert run.dialog.input.value == ""
        await run.press("escape")
        await run.until_main()
        assert backend.answers == [(1, "joe"), (2, None)]


async def test_a_host_that_says_nothing_more_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.5)
    backend = world()
    async with running(SOURCES, backend=backend) as run:
        backend.connection("lab1", "opening")
        ask(backend, 1)
        ask(backend, 2, "lab2")
        await run.until_dialog("lab1 asks")
        await run.press(*"one", "enter")
        await run.until_dialog("lab2 asks")
        assert backend.answers == [(1, "one")]


async def test_escape_cancels_a_login_that_goes_on() -> None:
    backend = world()
    async with running(SOURCES, backend=backend) as run:
        backend.connection("lab1", "opening")
        ask(backend, 1)
        ask(backend, 2, "lab2")
        await run.until_dialog("lab1 asks")
        await run.press(*"one", "enter")
        await run.until_text("Waiting for")
        await run.press("escape")
        await run.until_dialog("lab2 asks")
        assert ("give up", "lab1") in backend.asked
        await run.press("escape")
        await run.until_main()


async def test_nothing_opens_under_who_types() -> None:
    backend = world()
    async with running(SOURCES, backend=backend) as run:
        await run.press("j")
        typed = run.app.typed_at
        ask(backend, 1)
        await run.until_dialog("lab1 asks")
        assert time.monotonic() - typed >= asking.QUIET

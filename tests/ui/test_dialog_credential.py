"""What a host asks: shown as it is, hidden where it must be, and never trusted with one key."""

from typing import Any

import pytest

from tests.support.dialog_app import PENDING, DialogApp, screen_text
from tests.support.domains import HOSTILE
from tests.support.pilot import pasted, typed, until
from tuivirt.core.question import Answer, Question, QuestionKind
from tuivirt.ui.dialogs.credential import CredentialDialog

FINGERPRINT = "SHA256:MK099/QuSjEy5PHMRZPwnymIAF5x/uTYxKV9jz5ivVc"
PROMPT = "The authenticity of host 'lab1 (10.0.0.1)' can't be established.\nAre you sure (yes/no)? "
KINDS: tuple[QuestionKind, ...] = (
    "user",
    "password",
    "passphrase",
    "text",
    "secret",
    "realm",
    "external",
    "host key",
    "confirm",
)


def question(kind: QuestionKind = "password", **more: Any) -> Question:
    told = {"prompt": "Your answer: ", **more}
    return Question(1, "lab1", "root@lab1.example.org", "ssh", kind, **told)


async def answer_of(asked: Question, *keys: str) -> Any:
    app = DialogApp()
    async with app.run_test(size=(90, 30)) as pilot:
        app.ask(CredentialDialog(asked))
        await until(pilot, lambda: app.focused)
        await pilot.press(*keys)
        await pilot.pause()
        return app.answer.text if isinstance(app.answer, Answer) else app.answer


@pytest.mark.parametrize("kind", KINDS)
async def test_it_names_connection_host_and_asker(kind: QuestionKind) -> None:
    app = DialogApp()
    async with app.run_test(size=(90, 30)) as pilot:
        app.ask(CredentialDialog(question(kind, reason="it was wrong")))
        await until(pilot, lambda: app.focused)
        shown = screen_text(app)
        for text in ("lab1:", "root@lab1.example.org", "ssh", "Your answer:", "it was wrong"):
            assert text in shown
        await pilot.press("escape")
        await until(pilot, lambda: app.answer is None, "escape cancels")


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_typed_is_hidden_where_it_is_a_secret(kind: QuestionKind) -> None:
    app = DialogApp()
    async with app.run_test(size=(90, 30)) as pilot:
        app.ask(CredentialDialog(question(kind)))
        await until(pilot, lambda: app.focused)
        await typed(pilot, "hunter2")
        await pilot.press("ctrl+a", "ctrl+c")
        await pilot.pause()
        seen = "hunter2" in screen_text(app)
        assert seen == (kind in {"user", "text", "realm", "host key", "confirm"})
        assert seen or kind == "external" or "•••••••" in screen_text(app)
        assert seen or not any("hunter" in text for text in app.copied)


@pytest.mark.parametrize("kind", ["user", "password", "passphrase", "text", "secret", "realm"])
async def test_the_answer_is_what_was_typed(kind: QuestionKind) -> None:
    assert await answer_of(question(kind), *"a b'", "enter") == "a b'"


async def test_an_answer_of_any_text_survives() -> None:
    app = DialogApp()
    async with app.run_test(size=(90, 30)) as pilot:
        app.ask(CredentialDialog(question()))
        await until(pilot, lambda: app.focused)
        await pasted(pilot, HOSTILE)
        assert "red" not in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer == Answer(HOSTILE)


async def test_a_proposal_is_taken_or_replaced() -> None:
    assert await answer_of(question("user", default="joe"), "enter") == "joe"
    assert await answer_of(question("user", default="joe"), *(["backspace"] * 3), *"ann", "enter") == "ann"


async def test_enter_alone_sends_nothing_and_the_button_does() -> None:
    assert await answer_of(question(), "enter", "enter") is PENDING
    assert await answer_of(question(), "tab", "enter") == ""
    assert await answer_of(question(), "tab", "tab", "enter") is None


@pytest.mark.parametrize(
    ("fingerprint", "command"), [(FINGERPRINT, "ssh-keygen -l -f"), ("MD5:f7:18", "ssh-keygen -l -E md5 -f")]
)
async def test_a_host_key_shows_type_and_fingerprint(fingerprint: str, command: str) -> None:
    app = DialogApp()
    async with app.run_test(size=(90, 30)) as pilot:
        app.ask(
            CredentialDialog(question("host key", prompt=PROMPT, key_type="ED25519", fingerprint=fingerprint))
        )
        await until(pilot, lambda: app.focused)
        shown = " ".join(screen_text(app).replace("│", "").split())
        told = ("unknown host key", "ED25519", fingerprint, command, "somebody is in between", "Type yes")
        for text in told:
            assert text in shown


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("y", "enter"), PENDING),
        (("enter",), PENDING),
        (("y",), PENDING),
        (("n", "o", "enter"), PENDING),
        (("tab", "enter"), None),  # the button is off: the next one is Cancel
        (("y", "e", "s"), PENDING),
        (("y", "e", "s", "enter"), "yes"),
        (("Y", "e", "s", "space", "enter"), "yes"),
        (tuple(FINGERPRINT), PENDING),
        ((*FINGERPRINT, "enter"), "yes"),
        ((*FINGERPRINT[:-1], "enter"), PENDING),
        (("y", "e", "s", "escape"), None),
    ],
)
async def test_a_host_key_is_trusted_by_a_typed_word_alone(keys: tuple[str, ...], answer: Any) -> None:
    names = [{"/": "slash", ":": "colon", "+": "plus"}.get(key, key) for key in keys]
    asked = question("host key", prompt=PROMPT, key_type="ED25519", fingerprint=FINGERPRINT)
    assert await answer_of(asked, *names) == answer


async def test_a_key_without_a_fingerprint_is_not_trusted_by_nothing() -> None:
    assert await answer_of(question("host key", prompt=PROMPT), "space", "enter") is PENDING


async def test_a_confirmation_is_typed_too() -> None:
    assert await answer_of(question("confirm"), "y", "enter") is PENDING
    assert await answer_of(question("confirm"), *"yes", "enter") == "yes"


async def test_something_to_do_is_done_or_cancelled() -> None:
    assert await answer_of(question("external"), "enter") is None
    assert await answer_of(question("external"), "left", "enter") == ""


@pytest.mark.parametrize("last", ["enter", "escape"])
async def test_nothing_typed_stays_in_the_dialog(last: str) -> None:
    app = DialogApp()
    async with app.run_test(size=(90, 30)) as pilot:
        dialog = CredentialDialog(question())
        app.ask(dialog)
        await until(pilot, lambda: dialog.input.has_focus)
        await typed(pilot, "hunter2")
        await pilot.press(last)
        await until(pilot, lambda: app.answer is not PENDING)
        assert dialog.input.value == ""


@pytest.mark.parametrize("kind", ["password", "host key"])
@pytest.mark.parametrize("size", [(90, 30), (40, 10), (20, 5)])
async def test_hostile_prompts_are_plain_and_leave_room_for_the_answer(
    kind: QuestionKind, size: tuple[int, int]
) -> None:
    app = DialogApp()
    bad = f"{HOSTILE}\x1b]0;x\x07\n" * 300
    asked = Question(1, HOSTILE, HOSTILE, HOSTILE, kind, bad, HOSTILE, bad, HOSTILE, HOSTILE)
    async with app.run_test(size=size) as pilot:
        app.ask(CredentialDialog(asked))
        await until(pilot, lambda: app.focused)
        shown = screen_text(app)
        assert not set("\x9b\u202e\x1b\x07") & set(shown)
        assert app.focused is not None
        assert app.focused.region.height == 1
        await pilot.press("pagedown", "escape")
        await until(pilot, lambda: app.answer is None)


async def test_a_withdrawn_question_closes() -> None:
    app = DialogApp()
    async with app.run_test(size=(90, 30)) as pilot:
        below = CredentialDialog(question("user", default="joe"))
        app.ask(below)
        await until(pilot, lambda: below.is_active and app.focused)
        over = CredentialDialog(question())
        app.push_screen(over)
        await until(pilot, lambda: over.is_active)
        below.withdraw()
        assert app.answer is PENDING, "something lies over it"
        over.action_cancel()
        await until(pilot, lambda: app.answer is None)
        await until(pilot, lambda: len(app.screen_stack) == 1)


@pytest.mark.parametrize("last", ["enter", "escape"])
async def test_a_question_is_not_withdrawn_under_who_types(last: str) -> None:
    """The rest of a password would go to the list, where D and y force a domain off."""
    app = DialogApp()
    async with app.run_test(size=(90, 30)) as pilot:
        dialog = CredentialDialog(question())
        app.ask(dialog)
        await until(pilot, lambda: dialog.input.has_focus)
        await typed(pilot, "hunt")
        dialog.withdraw()
        dialog.withdraw()
        await typed(pilot, "Dy")
        await until(pilot, lambda: "does not wait for this answer any more" in screen_text(app))
        assert "Esc closes" in screen_text(app)
        assert app.answer is PENDING
        await pilot.press(last)
        await until(pilot, lambda: app.answer is None, "it is closed, and nothing was answered")
        assert dialog.input.value == ""


@pytest.mark.parametrize(
    ("was_kept", "keys", "keep"),
    [
        (False, ("enter",), False),
        (False, ("tab", "space", "tab", "enter"), True),
        (False, ("tab", "space", "enter"), True),
        (True, ("enter",), True),
        (True, ("tab", "space", "shift+tab", "enter"), False),
    ],
)
async def test_an_answer_is_kept_where_the_user_ticks_it(
    was_kept: bool, keys: tuple[str, ...], keep: bool
) -> None:
    app = DialogApp()
    async with app.run_test(size=(90, 30)) as pilot:
        app.ask(CredentialDialog(question(may_keep=True, was_kept=was_kept)))
        await until(pilot, lambda: app.focused)
        box = "[x]" if was_kept else "[ ]"
        assert f"{box} keep in the system's keyring" in screen_text(app)
        await typed(pilot, "hunter2")
        await pilot.press(*keys)
        await until(pilot, lambda: app.answer is not PENDING)
        assert app.answer == Answer("hunter2", keep)


async def test_no_box_where_nothing_can_be_kept() -> None:
    app = DialogApp()
    async with app.run_test(size=(90, 30)) as pilot:
        app.ask(CredentialDialog(question()))
        await until(pilot, lambda: app.focused)
        assert "keyring" not in screen_text(app)

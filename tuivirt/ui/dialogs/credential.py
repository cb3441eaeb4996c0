"""The dialog for what a host asks while a connection opens: a name, a password, a host key …"""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

from tuivirt.core.question import Answer, Question, QuestionKind
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.widgets.choices import Flag, PushButton
from tuivirt.ui.widgets.inputs import TextInput
from tuivirt.ui.widgets.roles import joined, styled, styled_lines

YES: Final = "yes"
"""What is typed to trust a key, or to confirm."""

_WHAT: Final[dict[QuestionKind, str]] = {
    "user": "user name",
    "password": "password",
    "passphrase": "passphrase",
    "text": "answer",
    "secret": "answer",
    "realm": "realm",
    "external": "something to do",
    "host key": "unknown host key",
    "confirm": "confirmation",
}
_TRUST: Final = (
    "This host's key is not known yet. Compare the fingerprint with what the host itself says "
    "(ssh-keygen {options} -f /etc/ssh/ssh_host_…_key.pub, at its console). If they differ, somebody is in "
    "between."
)


class CredentialDialog(Dialog[Answer]):
    """Asks one question; returns the answer, or None for cancel. A host key takes a typed *yes*."""

    BINDINGS: ClassVar = [Binding("enter", "answer", "Answer", show=False)]

    def __init__(self, question: Question) -> None:
        self.question = question
        super().__init__(f"{question.connection}: {_WHAT[question.kind]}", danger=question.kind == "host key")
        self._withdrawn = False
        self._over = Static(styled(_OVER, "bad"), classes="reason", markup=False)
        self._over.display = False
        self.input = TextInput(question.default)
        self.input.password = not question.echo
        self.input.display = question.kind != "external"
        self.keep = Flag("keep in the system's keyring", on=question.was_kept)
        self.keep.display = question.may_keep
        self._ok = PushButton(_OK.get(question.kind, "Answer"), name="answer")

    def body(self) -> ComposeResult:
        question = self.question
        yield Static(joined(styled("connection  ", "dim"), styled(question.connection)), markup=False)
        yield Static(joined(styled("host        ", "dim"), styled(question.place)), markup=False)
        yield Static(joined(styled("asked by    ", "dim"), styled(question.asker)), markup=False)
        if question.kind == "host key":
            unknown = f"(not told by {question.asker})"
            for label, value in (("key type", question.key_type), ("fingerprint", question.fingerprint)):
                content = styled(value, "key") if value else styled(unknown, "dim")
                yield Static(joined(styled(f"{label:12}", "dim"), content), markup=False)
            options = "-l -E md5" if question.fingerprint.startswith("MD5:") else "-l"
            yield Static(styled(_TRUST.format(options=options)), classes="trust", markup=False)
        yield Static(styled_lines(question.prompt.strip()), classes="asked", markup=False)
        if question.reason:
            yield Static(styled_lines(question.reason, "bad"), classes="reason", markup=False)

    def foot(self) -> ComposeResult:
        yield self._over
        if self.question.kind in {"host key", "confirm"}:
            yield Static(joined("Type ", styled(YES, "key"), " to go on:"), markup=False)
        with Horizontal(classes="answer"):
            yield self.input
        yield self.keep

    def buttons(self) -> Sequence[PushButton]:
        return (self._ok, PushButton("Cancel", name="cancel"))

    def hint(self) -> str:
        return "Esc closes" if self._withdrawn else "Enter answers · Esc cancels the login"

    def first_focus(self) -> Widget | None:
        return self.input if self.input.display else self.query(PushButton).last()

    def on_mount(self) -> None:
        super().on_mount()
        self._ok.disabled = not self._may_answer()

    def on_unmount(self) -> None:
        self._wipe()

    def _may_answer(self) -> bool:
        """Trust is typed: *yes*, or the whole fingerprint, which must then be the right one."""
        if self._withdrawn:
            return False
        text = self.input.entered.strip()
        match self.question.kind:
            case "host key":
                fingerprint = self.question.fingerprint
                return text.lower() == YES or bool(fingerprint and text == fingerprint)
            case "confirm":
                return text.lower() == YES
            case _:
                return True

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._ok.disabled = not self._may_answer()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_answer()

    def action_answer(self) -> None:
        """Enter, in the field or on the box below it."""
        # What was typed for the list a moment ago may end here: an Enter alone sends nothing.
        if self._withdrawn:
            self.action_cancel()
        elif self.input.value:
            self._answer()

    def _answer(self) -> None:
        if not self._may_answer():
            return
        match self.question.kind:
            case "host key" | "confirm":
                answer = YES
            case "external":
                answer = ""
            case _:
                answer = self.input.entered
        self.finish(Answer(answer, keep=self.keep.on and self.question.may_keep))
        self._wipe()

    def action_cancel(self) -> None:
        self.finish(None)
        self._wipe()

    def withdraw(self) -> None:
        """Nobody waits for the answer any more: close, as soon as nothing lies over it.

        But not under who types: the rest of a password would be keys of the list.
        """
        self._withdrawn = True
        if not self.is_active:
            return
        if self.input.entered == self.question.default:
            self.action_cancel()
            return
        self._over.display = True
        self._ok.disabled = True
        self.show_hint()

    def on_screen_resume(self) -> None:
        if self._withdrawn:
            self.withdraw()

    def press(self, name: str) -> None:
        if name == "answer":
            self._answer()
        else:
            self.action_cancel()

    def _wipe(self) -> None:
        """Nothing typed stays behind in the widget."""
        with self.input.prevent(Input.Changed):
            self.input.value = ""


_OVER: Final = "The host does not wait for this answer any more."
_OK: Final[dict[QuestionKind, str]] = {"external": "Done", "host key": "Trust this key", "confirm": "Confirm"}

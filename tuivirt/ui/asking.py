"""What hosts ask while they are connected to: one dialog at a time, the oldest question first."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from tuivirt.core.question import Answer, Question

if TYPE_CHECKING:
    from tuivirt.ui.dialogs.credential import CredentialDialog


class Shows(Protocol):
    """The application, as far as this needs it."""

    def may_interrupt(self) -> bool:
        """Whether a dialog may open now: the user is not in another one, and not typing."""

    def show_question(
        self, dialog: "CredentialDialog", answered: Callable[[Answer | None], None]
    ) -> None: ...


class Asking:
    """Shows the first of the questions, and hands its answer on. Later ones wait until it is closed."""

    def __init__(
        self,
        app: Shows,
        questions: Mapping[int, Question],
        answer: Callable[[int, Answer | None], None],
    ) -> None:
        """``questions``: those that wait for an answer, oldest first, kept up to date by the store."""
        self._app = app
        self._questions = questions
        self._answer = answer
        self._answered = 0
        """The number of the last one: it stays among the questions until the store has heard."""
        self.shown: CredentialDialog | None = None

    @property
    def next(self) -> Question | None:
        """What is asked and not shown yet, while nothing is."""
        if self.shown is not None:
            return None
        return next((q for number, q in self._questions.items() if number != self._answered), None)

    def update(self) -> None:
        """Something was asked or withdrawn, or the user has become free."""
        if self.shown is not None:
            if self.shown.question.id not in self._questions:
                self.shown.withdraw()
        elif (question := self.next) is not None and self._app.may_interrupt():
            from tuivirt.ui.dialogs.credential import CredentialDialog

            self.shown = CredentialDialog(question)
            self._app.show_question(self.shown, lambda answer: self._closed(question.id, answer))

    def _closed(self, number: int, answer: Answer | None) -> None:
        self.shown = None
        self._answered = number
        if number in self._questions:  # else it was withdrawn
            self._answer(number, answer)
        self.update()

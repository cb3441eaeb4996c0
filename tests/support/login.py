"""Logging in without a screen: a fleet that is opened, asks, and gets answers."""

from typing import TypeVar

from tests.support.headless import HOST, Headless
from tuivirt.core.changes import Asked, ConnectionChanged, ConnectionState
from tuivirt.core.question import Answer, Question

T = TypeVar("T")


class User(Headless):
    """Answers what is asked."""

    def begin(self, uri: str, name: str = HOST) -> None:
        self.fleet.add(name, uri, read_only=False)
        self.fleet.connect(name)

    def state(self, name: str = HOST) -> ConnectionState:
        return self.store.connections[name]

    def question(self, name: str = HOST) -> Question:
        """What is asked for a connection."""

        def asked() -> Question | None:
            return next((q for q in self.store.questions.values() if q.connection == name), None)

        found = self.until(asked, f"a question of {name}")
        assert found is not None
        return found

    def answer(self, text: str | None, name: str = HOST, *, keep: bool = False) -> Question:
        """Answer what is asked next."""
        question = self.question(name)
        self.fleet.answer(question.id, Answer(text, keep) if text is not None else None)
        self.until(lambda: question.id not in self.store.questions, "the question is gone")
        return question

    @property
    def asked(self) -> list[Question]:
        """All that was asked so far."""
        return [change.question for change in self.changes if isinstance(change, Asked)]

    def outcome(self, name: str = HOST) -> ConnectionState:
        """The state when the attempt is over."""
        self.until(lambda: self.is_over(name), f"{name} is open, failed or closed")
        return self.state(name)

    def is_over(self, name: str = HOST) -> bool:
        """Whether the last attempt to open it is over; not before it has begun."""
        states = [change.state for change in self.changes if isinstance(change, ConnectionChanged)]
        phases = [state.phase for state in states if state.name == name]
        return "opening" in phases and phases[-1] != "opening"

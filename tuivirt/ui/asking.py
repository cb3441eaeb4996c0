"""What hosts ask while they are connected to: one dialog at a time, the oldest question first, and those of
one login together.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tuivirt.core.backend import Backend
from tuivirt.core.question import Answer, Question
from tuivirt.core.store import Store
from tuivirt.core.text import plain
from tuivirt.ui.meanwhile import wait_for
from tuivirt.ui.timers import once
from tuivirt.ui.typeahead import TypeAhead

if TYPE_CHECKING:
    from textual.timer import Timer

    from tuivirt.ui.dialogs.credential import CredentialDialog

QUIET: Final = 0.5
"""Seconds without a key before a dialog may open that nobody expects, or what was typed for another ends."""

SOON: Final = 0.25
"""Seconds that the rest of a login is waited for before that is shown."""

PATIENCE: Final = 5.0
"""Seconds that it is waited for after an answer, while questions of other hosts wait."""

BUSY: Final = 0.2
"""Seconds until a question tries again to be shown."""


class Asking:
    """Shows the first of the questions, and hands its answer on. Then its host has the word: what is typed
    next is for its next question, or for nobody.
    """

    def __init__(
        self,
        app: TypeAhead,
        store: Store,
        backend: Backend,
        *,
        may_interrupt: Callable[[], bool],
        tell: Callable[[str], None],
    ) -> None:
        """``may_interrupt``: whether the user is neither in another dialog nor typing."""
        self._app = app
        self._store = store
        self._backend = backend
        self._may_interrupt = may_interrupt
        self._tell = tell
        self._answered = 0
        """The number of the last one: it stays among the questions until the store has heard."""
        self._announced = 0
        self._shown: CredentialDialog | None = None
        self._follows: asyncio.Event | None = None
        """Set by what may end the waiting for the rest of a login."""
        self._again: Timer | None = None

    @property
    def _questions(self) -> Mapping[int, Question]:
        """Those that wait for an answer, oldest first."""
        return self._store.questions

    def _next(self, connection: str | None = None) -> Question | None:
        """The first, of one connection or of all."""
        return next(
            (
                question
                for number, question in self._questions.items()
                if number != self._answered and connection in {None, question.connection}
            ),
            None,
        )

    def update(self) -> None:
        """Something was asked or withdrawn, a connection is in another phase, or it is time to try again."""
        if self._follows is not None:
            self._follows.set()
        elif self._shown is not None:
            if self._shown.question.id not in self._questions:
                self._shown.withdraw()
        elif (question := self._next()) is not None:
            self._show_later(question)

    def _show_later(self, question: Question) -> None:
        """Now, unless what is being typed would end in it."""
        may = self._may_interrupt()
        if may and time.monotonic() - self._app.typed_at >= QUIET:
            self._show(question)
            return
        if self._again is None:
            self._again = once(self._app, BUSY, self._try_again)
        if not may and question.id > self._announced:
            self._announced = question.id
            self._tell(f"{question.connection} waits for an answer; it is asked when this is closed.")

    def _try_again(self) -> None:
        self._again = None
        self.update()

    def _show(self, question: Question) -> None:
        from tuivirt.ui.dialogs.credential import CredentialDialog

        self._shown = CredentialDialog(question)
        self._app.push_screen(self._shown, lambda answer: self._closed(question, answer))

    def _closed(self, question: Question, answer: Answer | None) -> None:
        self._shown = None
        self._answered = question.id
        if question.id in self._questions:  # else it was withdrawn
            self._backend.answer(question.id, answer)
            if answer is not None:
                self._follows = asyncio.Event()
                self._app.hold_keys()
                self._app.run_worker(self._follow(question), group="questions")
                return
        self.update()

    async def _follow(self, question: Question) -> None:
        """Wait for the rest of a login, while keys are held."""
        from tuivirt.ui.dialogs.interlude import InterludeDialog

        rest = asyncio.ensure_future(self._rest(question.connection))
        keys = []
        await asyncio.wait({rest}, timeout=SOON)
        if not rest.done():
            text = f"Waiting for {plain(question.place)} to go on with the login …"
            dialog = InterludeDialog(f"{plain(question.connection)}: login", text, "Esc cancels the login")
            found = await wait_for(self._app, dialog, rest, held=True)
            if found is None:
                self._follows = None
                self._backend.give_up(question.connection)
                self.update()
                return
            keys = found
        self._follows = None
        more = rest.result()
        if more is not None:
            self._show(more)
            await self._app.release_keys(keys)
        else:
            await self._app.drop_keys()
        self.update()  # it may have been withdrawn meanwhile

    async def _rest(self, connection: str) -> Question | None:
        """What is asked next of who logs in there; None when nothing is, or not soon. Who types what will not
        be asked may end first.
        """
        assert self._follows is not None
        since = time.monotonic()
        while True:
            self._follows.clear()
            if (question := self._next(connection)) is not None:
                return question
            now = time.monotonic()
            state = self._store.connections.get(connection)
            wait = since + PATIENCE - now if state is not None and state.phase == "opening" else 0.0
            if self._app.typed_at > since:
                wait = max(wait, self._app.typed_at + QUIET - now)
            if wait <= 0:
                return None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._follows.wait(), wait)

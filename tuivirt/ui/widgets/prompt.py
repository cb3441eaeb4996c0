"""The one-line prompt at the bottom: filter and command line, with history and completion."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from tuivirt.core.query import QueryError
from tuivirt.ui.widgets.inputs import TextInput
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.roles import ROLE_CLASSES, fitted, joined, styled

Completer = Callable[[str, int], Sequence[tuple[str, str]]]
"""``complete(text, cursor)``: what may stand in place of ``text[:cursor]``, each with a description."""


class Completion(NamedTuple):
    """A candidate; plain pairs are as good."""

    text: str
    description: str = ""


class Prompt(Widget):
    """Asks for one line at a time, and is not there while it does not ask.

    Its parts are mounted when it is first asked: the first frame of the application is sooner by 20 ms.
    """

    BINDINGS: ClassVar = [
        Binding("tab", "complete(1)", "Complete", show=False),
        Binding("shift+tab", "complete(-1)", "Complete backwards", show=False),
        Binding("up", "step(-1)", "Older", show=False),
        Binding("down", "step(1)", "Newer", show=False),
        Binding("escape", "cancel", "Cancel", show=False),
    ]
    COMPONENT_CLASSES = ROLE_CLASSES
    DEFAULT_CSS = """
    Prompt {
        display: none;
        height: auto;
        layout: grid;
        grid-size: 2;
        grid-columns: auto 1fr;
        grid-rows: auto;
        & > LineList { max-height: 8; background: $panel; column-span: 2; }
        & > TextInput, & > TextInput:ansi { background: transparent; text-style: none; }
        & > .sigil { width: auto; height: 1; color: $role-key; text-style: $role-key-style; }
        & > .error { height: auto; max-height: 2; column-span: 2; }
        & > .role-dim { color: $role-dim; text-style: $role-dim-style; }
        & > .role-bad { color: $role-bad; text-style: $role-bad-style; }
    }
    """

    class Changed(Message):
        """Something was typed, or put there by completion or from the history."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.input = TextInput()
        self._sigil = Static(classes="sigil", markup=False)
        self._error = Static(classes="error", markup=False)
        self._candidates: LineList[tuple[str, str]] = LineList([], self._line)
        self._candidates.can_focus = False
        self._candidates.display = self._error.display = False
        self._answer: asyncio.Future[str | None] | None = None
        self._complete: Completer | None = None
        self._changed: Callable[[str], object] | None = None
        self._entered: Callable[[], object] | None = None
        self._history: Sequence[str] = ()
        self._before: Widget | None = None
        self._draft = ""
        self._at: int | None = None
        self._head = ""
        self._tail = ""

    @property
    def asking(self) -> bool:
        return self._answer is not None

    @property
    def error(self) -> str:
        """The mistake that is shown under the input, or nothing."""
        return str(self._error.content) if self._error.display else ""

    def ask(
        self,
        sigil: str,
        text: str = "",
        *,
        history: Sequence[str] = (),
        complete: Completer | None = None,
        changed: Callable[[str], object] | None = None,
        entered: Callable[[], object] | None = None,
        replace: bool = False,
    ) -> asyncio.Future[str | None]:
        """Open at once; the future has the line, or None when it was cancelled.

        ``history`` has the oldest line first. ``changed`` is called on every keystroke; a ValueError from it
        is shown, a QueryError with its place marked, and such a line is not accepted. Asking again cancels
        the first question. ``entered`` is called when a line is accepted, before the key behind it goes
        anywhere. With ``replace``, typing replaces ``text``.
        """
        if self._answer is None:
            self._before = self.screen.focused
        elif not self._answer.done():
            self._answer.set_result(None)
        self._answer = answer = asyncio.get_running_loop().create_future()
        if not self.input.is_attached:
            self.mount(self._candidates, self._sigil, self.input, self._error)
        self._complete, self._changed, self._history = complete, changed, history
        self._entered = entered
        self._at = None
        self._sigil.update(Content(sigil))
        self.show_error(None)
        self._close_candidates()
        with self.prevent(Input.Changed):
            self.input.enter(text)
        if replace:
            self.input.select_all()
        self.display = True
        # Not focus(), which takes effect only after the keys that are already waiting.
        self.screen.set_focus(self.input)
        answer.add_done_callback(self._given_up)
        return answer

    def _given_up(self, answer: asyncio.Future[str | None]) -> None:
        if answer is self._answer:  # whoever waited was cancelled
            self._finish(None)

    def _finish(self, line: str | None) -> None:
        answer, self._answer = self._answer, None
        if answer is None:
            return
        if self.input.has_focus and self._before is not None and self._before.is_attached:
            self.screen.set_focus(self._before)
        self.display = False
        if line is not None and self._entered is not None:
            self._entered()
        if not answer.done():
            answer.set_result(line)

    def show_error(self, error: ValueError | None) -> None:
        """Show a mistake under the input, or none."""
        self._error.display = error is not None
        self._error.update(styled(str(error), "bad") if error is not None else "")
        self.input.mark((error.position, error.end) if isinstance(error, QueryError) else None)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._answer is None:
            return
        if self._candidates.display and self.input.entered not in self._previews():
            self._close_candidates()
        text = self.input.entered
        self._check(text)
        self.post_message(self.Changed(text))

    def _check(self, text: str) -> bool:
        try:
            if self._changed is not None:
                self._changed(text)
        except ValueError as error:
            self.show_error(error)
            return False
        self.show_error(None)
        return True

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        line = self.input.entered
        if self._check(line):
            self._finish(line)

    def action_cancel(self) -> None:
        """Close the candidates and take back what they put there, else cancel."""
        if self._candidates.display:
            self._close_candidates()
            self.input.enter(self._head + self._tail, len(self._head))
        else:
            self._finish(None)

    # History

    def action_step(self, step: int) -> None:
        """Through the candidates while they are shown, else through the lines that begin as typed."""
        if self._candidates.display:
            self._cycle(step)
            return
        if self._at is None or self._shown_line() != self.input.entered:
            self._draft, self._at = self.input.entered, None
        lines = self._lines()
        at = len(lines) if self._at is None else self._at
        at = max(0, min(at + step, len(lines)))
        self._at = at
        self.input.enter(self._draft if at == len(lines) else lines[at])

    def _lines(self) -> list[str]:
        return [line for line in self._history if line.startswith(self._draft) and line != self._draft]

    def _shown_line(self) -> str:
        lines = self._lines()
        return lines[self._at] if self._at is not None and self._at < len(lines) else self._draft

    # Completion

    def action_complete(self, step: int) -> None:
        if self._candidates.display:
            self._cycle(step)
            return
        if self._complete is None:
            return
        text, cursor = self.input.entered, self.input.cursor_position
        found = list(dict.fromkeys(Completion(*candidate) for candidate in self._complete(text, cursor)))
        if not found:
            self.app.bell()
            return
        self._head, self._tail = text[:cursor], text[cursor:]
        common = _common_start([candidate.text for candidate in found])
        if len(found) == 1 or len(common) > cursor:
            self._put(common)
        if len(found) > 1:
            self._head = common if len(common) > cursor else self._head
            self._candidates.display = True
            self._candidates.quiet = True
            self._candidates.show(found, 0)

    def _cycle(self, step: int) -> None:
        if self._candidates.quiet:  # none has been chosen yet
            self._candidates.quiet = False
            index = 0 if step > 0 else len(self._candidates.items) - 1
        else:
            index = (self._candidates.cursor + step) % len(self._candidates.items)
        self._candidates.move_to(index)
        self._put(self._candidates.items[index][0])

    def _put(self, text: str) -> None:
        self.input.enter(text + self._tail, len(text))

    def _previews(self) -> set[str]:
        return {self._head + self._tail, *(text + self._tail for text, _ in self._candidates.items)}

    def _close_candidates(self) -> None:
        self._candidates.display = False

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        self._put(self._candidates.items[message.index][0])
        self._close_candidates()

    def _line(self, candidate: tuple[str, str], width: int) -> Content:
        """The word that is being completed, and what it means."""
        text, description = candidate
        word = self._head.rfind(" ") + 1
        shown = text[word:] if text.startswith(self._head[:word]) else text
        room = min(max(len(text[word:]) for text, _ in self._candidates.items) + 2, max(8, width // 2))
        return joined(" ", fitted(styled(shown), room), " ", styled(description, "dim"))


def _common_start(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    return first[: next((n for n, char in enumerate(first) if last[n] != char), len(first))]

"""The prompt: typing, pasting, history, completion, mistakes."""

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot

from tests.support.dialog_app import DialogApp
from tests.support.pilot import type_ahead, typed, until
from tuivirt.ui.typeahead import TypeAhead
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.prompt import Completion, Prompt

WORDS = ("domains", "domain-list", "hosts", "help")


def words(text: str, cursor: int) -> list[Completion]:
    head, space, last = text[:cursor].rpartition(" ")
    return [Completion(head + space + word, f"the {word}") for word in WORDS if word.startswith(last)]


class PromptApp(DialogApp):
    def __init__(self) -> None:
        self.prompt = Prompt()
        self.below = LineList(
            ["one", "two"], lambda item, _: __import__("textual.content").content.Content(item)
        )
        super().__init__()

    def compose(self) -> ComposeResult:
        yield self.below
        yield self.prompt


async def answered(pilot: Pilot[None], answer: asyncio.Future[str | None]) -> str | None:
    await until(pilot, answer.done, "an answer")
    return answer.result()


async def test_typing_and_enter() -> None:
    app = PromptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        heard: list[str] = []
        answer = app.prompt.ask("/", changed=heard.append)
        await typed(pilot, "wéb 名")
        await pilot.press("enter")
        assert await answered(pilot, answer) == "wéb 名"
        assert heard[:3] == ["w", "wé", "wéb"]
        assert not app.prompt.display
        assert app.focused is app.below


class EagerApp(TypeAhead, PromptApp):
    """Opens its prompt as the application does: from a worker that a key starts."""

    BINDINGS: ClassVar = [Binding("slash", "filter", "Filter")]

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str | None] = []

    def action_filter(self) -> None:
        self.run_worker(self._filter())

    async def _filter(self) -> None:
        self.lines.append(await self.prompt.ask("/"))


async def test_keys_typed_ahead_reach_the_prompt() -> None:
    app = EagerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        type_ahead(pilot, [*"/web", "enter", *"/db", "enter"])
        await until(pilot, lambda: app.lines == ["web", "db"], "both lines")

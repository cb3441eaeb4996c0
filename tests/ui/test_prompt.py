"""The prompt: typing, pasting, history, completion, mistakes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar

import pytest
from textual.app import ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot
from textual.screen import Screen

from tests.support.dialog_app import DialogApp, role_variables, screen_text
from tests.support.pilot import pasted, type_ahead, typed, until
from tuivirt.core.query import QueryError
from tuivirt.ui import typeahead
from tuivirt.ui.typeahead import TypeAhead
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.prompt import Completion, Prompt
from tuivirt.ui.widgets.roles import styled

WORDS = ("domains", "domain-list", "hosts", "help")


def words(text: str, cursor: int) -> list[Completion]:
    head, space, last = text[:cursor].rpartition(" ")
    return [Completion(head + space + word, f"the {word}") for word in WORDS if word.startswith(last)]


class PromptApp(DialogApp):
    def __init__(self) -> None:
        self.prompt = Prompt()
        self.below = LineList(["one", "two"], lambda item, _: styled(item))
        super().__init__()

    def compose(self) -> ComposeResult:
        yield self.below
        yield self.prompt

    @property
    def text(self) -> str:
        return self.prompt.input.entered


async def answered(pilot: Pilot[None], answer: "asyncio.Future[str | None]") -> str | None:
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


async def test_escape_cancels_and_gives_the_focus_back() -> None:
    app = PromptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.below.focus()
        await pilot.pause()
        answer = app.prompt.ask(":", "start")
        await pilot.press("x", "escape")
        assert await answered(pilot, answer) is None
        assert app.focused is app.below


async def test_what_is_pasted_is_one_line_and_runs_nothing() -> None:
    app = PromptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answer = app.prompt.ask(":")
        await pasted(pilot, "web01\nweb02 名\x1b[31m\r\n")
        await until(pilot, lambda: app.text == "web01 web02 名\x1b[31m")
        assert not answer.done()
        shown = screen_text(app)
        assert "\x1b" not in shown
        assert "web01 web02 名␛[31m" in shown.replace("名 ", "名")
        await pilot.press("enter")
        assert await answered(pilot, answer) == "web01 web02 名\x1b[31m"


async def test_history_has_the_lines_that_begin_as_typed() -> None:
    app = PromptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answer = app.prompt.ask("/", history=["state:paused", "web", "state:running"])
        await pilot.press("s", "up")
        assert app.text == "state:running"
        await pilot.press("up", "up")
        assert app.text == "state:paused"
        await pilot.press("down", "down")
        assert app.text == "s"
        await pilot.press("backspace", "up", "up", "enter")
        assert await answered(pilot, answer) == "web"


async def test_completion_extends_to_what_is_common_then_goes_round() -> None:
    app = PromptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answer = app.prompt.ask(":", complete=words)
        await pilot.press("d", "tab")
        assert app.text == "domain"
        assert "the domain-list" in screen_text(app)
        await pilot.press("tab")
        assert app.text == "domains"
        await pilot.press("tab")
        assert app.text == "domain-list"
        await pilot.press("shift+tab")
        assert app.text == "domains"
        await pilot.press("escape")
        assert app.text == "domain"
        assert "the domain-list" not in screen_text(app)
        await pilot.press("s", "space", "h", "o", "tab", "enter")
        assert await answered(pilot, answer) == "domains hosts"


async def test_completion_in_the_middle_keeps_the_rest() -> None:
    app = PromptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.prompt.ask(":", "he rest", complete=words)
        await pilot.press(*["left"] * 5, "tab")
        assert app.text == "help rest"
        await pilot.press("!")
        assert app.text == "help! rest"


async def test_a_candidate_is_clicked() -> None:
    app = PromptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answer = app.prompt.ask(":", complete=words)
        await pilot.press("h", "tab")
        await pilot.click(app.prompt.query_one(LineList), offset=(3, 1))
        await until(pilot, lambda: app.text == "help")
        await pilot.press("enter")
        assert await answered(pilot, answer) == "help"


async def test_no_candidate_changes_nothing() -> None:
    app = PromptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.prompt.ask(":", complete=words)
        await pilot.press("z", "tab", "shift+tab")
        assert app.text == "z"
        assert app.focused is app.prompt.input


async def test_a_mistake_is_shown_with_its_place_and_not_accepted() -> None:
    def changed(text: str) -> None:
        if "nope" in text:
            raise QueryError("there is no field [red]nope", 4, 8)

    app = PromptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answer = app.prompt.ask("/", changed=changed)
        await typed(pilot, "web nope:1")
        await until(pilot, lambda: "there is no field [red]nope" in screen_text(app))
        underlined = [s.text for s in app.prompt.input.render_line(0) if s.style and s.style.underline]
        assert underlined == ["nope"]
        await pilot.press("enter")
        assert not answer.done()
        await pilot.press(*["backspace"] * 6, "enter")
        assert await answered(pilot, answer) == "web "
        assert app.prompt.error == ""


async def test_asking_again_cancels_the_first_question() -> None:
    app = PromptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.below.focus()
        await pilot.pause()
        first = app.prompt.ask("/", "one")
        second = app.prompt.ask(":", "two")
        assert await answered(pilot, first) is None
        assert app.text == "two"
        await pilot.press("enter")
        assert await answered(pilot, second) == "two"
        assert app.focused is app.below


async def test_it_closes_when_nobody_waits_any_more() -> None:
    app = PromptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answer = app.prompt.ask("/")
        answer.cancel()
        await until(pilot, lambda: not app.prompt.display, "the prompt to close")


@pytest.mark.parametrize("size", [(80, 24), (20, 5)])
async def test_hostile_candidates_are_plain_text(size: tuple[int, int]) -> None:
    app = PromptApp()
    async with app.run_test(size=size) as pilot:
        app.prompt.ask(
            ":", complete=lambda _text, _cursor: [("[red]a\x9b", "[/]\u202e"), ("[b]", "x" * 4000)]
        )
        await pilot.press("tab", "tab")
        assert app.text == "[red]a\x9b"
        shown = screen_text(app)
        assert "[red]a" in shown
        assert not set("\x9b\u202e") & set(shown)


class SlowList(LineList[str]):
    """Takes its time for a key, where ``gate`` is closed."""

    def __init__(self) -> None:
        super().__init__(["one", "two"], lambda item, _: styled(item))
        self.gate = asyncio.Event()
        self.gate.set()

    async def on_key(self) -> None:
        await self.gate.wait()


class EagerApp(TypeAhead):
    """Opens its prompt as the application does: at once, and waits for the answer in a worker."""

    BINDINGS: ClassVar = [Binding("slash", "filter", "Filter")]

    def __init__(self) -> None:
        super().__init__(ansi_color=False)
        self.prompt = Prompt()
        self.list = SlowList()
        self.lines: list[str | None] = []
        self.looks = 0

    async def _look(self, turn: int, times: int) -> None:
        self.looks += 1
        await super()._look(turn, times)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return role_variables()

    def compose(self) -> ComposeResult:
        yield self.list
        yield self.prompt

    def action_filter(self) -> None:
        self.run_worker(self._filter(self.prompt.ask("/")))

    async def _filter(self, answer: Awaitable[str | None]) -> None:
        self.lines.append(await answer)


async def test_keys_typed_ahead_reach_the_prompt() -> None:
    app = EagerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        type_ahead(pilot, [*"/web", "enter", *"/db", "enter"])
        await until(pilot, lambda: app.lines == ["web", "db"], "both lines")


async def reached(condition: Callable[[], object]) -> None:
    """Unlike the pilot's pause this waits for no widget: the list may be busy."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 (nothing tells of what is counted)
            await asyncio.sleep(0.001)


async def test_keys_typed_ahead_wait_for_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeahead, "STUCK", 0.001)
    monkeypatch.setattr(typeahead, "LONGEST", 100_000)
    app = EagerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.list.gate.clear()
        type_ahead(pilot, [*"/web", "enter"])
        await reached(lambda: app.looks > 3)
        app.list.gate.set()
        await until(pilot, lambda: app.lines == ["web"], "the line")


async def test_of_a_widget_that_is_gone_nothing_comes_back() -> None:
    app = EagerApp()
    async with app.run_test(size=(80, 24)):
        screen = Screen[None]()
        await app.push_screen(screen)
        assert typeahead.comes_back(app.list)
        assert typeahead.comes_back(screen)
        await app.pop_screen()
        assert not typeahead.comes_back(screen)
        await app.list.remove()
        assert not typeahead.comes_back(app.list)


async def test_a_key_that_is_never_handled_keeps_nobody_waiting_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(typeahead, "STUCK", 0.001)
    monkeypatch.setattr(typeahead, "LONGEST", 3)
    app = EagerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.list.gate.clear()
        type_ahead(pilot, "/")
        await reached(lambda: app.looks == 4)
        assert not app._busy
        app.list.gate.set()

"""The dialog for a bookmark: a URI and its parts, each following the other, and a test of the connection."""

import os
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from tuivirt.core.question import Answer, Question
from tuivirt.core.source import Source
from tuivirt.core.steps import Step
from tuivirt.core.text import plain
from tuivirt.core.uri import ConnectionURI, URIError
from tuivirt.core.uri_check import warnings
from tuivirt.core.uri_explain import explain
from tuivirt.core.uri_words import DRIVERS
from tuivirt.ui.dialogs.base import STYLES, Body, Dialog
from tuivirt.ui.dialogs.bookmark_parts import (
    DRIVER_CHOICES,
    START,
    TRANSPORT_CHOICES,
    mistake_in_name,
    part_of,
    suggested_name,
    with_part,
)
from tuivirt.ui.dialogs.parameters import Parameters
from tuivirt.ui.meanwhile import Hold
from tuivirt.ui.options import Trial
from tuivirt.ui.typeahead import TypeAhead
from tuivirt.ui.widgets.choices import Flag, PushButton
from tuivirt.ui.widgets.drop_down import DropDown
from tuivirt.ui.widgets.inputs import TextInput
from tuivirt.ui.widgets.note import Note
from tuivirt.ui.widgets.roles import fitted, joined, styled

_TYPED = ("user", "host", "port", "path")


@dataclass(frozen=True, slots=True)
class BookmarkEdit:
    """What the user made of a bookmark."""

    name: str
    uri: str
    group: str
    autoconnect: bool
    read_only: bool


class BookmarkDialog(Dialog[BookmarkEdit]):
    """A new bookmark, or the edit of one. The URI is the truth; the parts below it are views of it."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [*Dialog.CSS_PATH, STYLES / "bookmark.tcss"]
    BINDINGS: ClassVar = [Binding("ctrl+t", "test", "Test", show=False)]

    def __init__(
        self,
        source: Source | None = None,
        *,
        taken: Collection[str],
        test: Trial,
        groups: Iterable[str] = (),
        may_save: Callable[[BookmarkEdit], Awaitable[bool]] | None = None,
        privileged: bool | None = None,
    ) -> None:
        """``taken``: names it may not have. ``groups``: those there are. ``may_save``: asks about what saving
        leads to; after a no the user is here again. ``privileged``: asked by root.
        """
        super().__init__(f"Edit bookmark {plain(source.name)}" if source else "New bookmark")
        self._taken = frozenset(taken)
        self._test = test
        self._may_save = may_save
        self._privileged = os.geteuid() == 0 if privileged is None else privileged
        self._source = source
        self._uri = START
        """The parts as they were last understood, whether they go together or not."""
        self._text = source.uri if source else ""
        """The URI as it was last read."""
        self._mistake = ""
        self._steps: list[Step] = []
        self._uri_input = TextInput(self._text, placeholder="qemu+ssh://root@HOST/system", id="uri")
        self._read()
        self._typed = {part: TextInput(part_of(self._uri, part), id=part) for part in _TYPED}
        self._driver = DropDown(DRIVER_CHOICES, self._uri.driver, id="driver")
        self._transport = DropDown(TRANSPORT_CHOICES, part_of(self._uri, "transport"), id="transport")
        self._name_input = TextInput(source.name if source else "", id="name")
        self._group = TextInput(source.group if source else "", placeholder="none", id="group")
        self._group.suggester = SuggestFromList(
            sorted(group for group in set(groups) if group and plain(group) == group), case_sensitive=False
        )
        self._autoconnect = Flag("open at start", on=source is not None and source.autoconnect)
        self._read_only = Flag("read-only", on=source is not None and source.read_only)
        self._parameters = Parameters(self._uri)
        self._told = Note(id="told")
        self._paths = Static(classes="dim", markup=False)
        self._name_problem = Note(classes="problem")
        self._results = Note(id="steps")

    def body(self) -> ComposeResult:
        yield _row("URI", self._uri_input)
        yield self._told
        yield _row("Hypervisor", self._driver)
        yield _row("Transport", self._transport)
        yield _row("Host", self._typed["host"], Static("Port", classes="label port"), self._typed["port"])
        yield _row("User", self._typed["user"])
        yield _row("Path", self._typed["path"], self._paths)
        yield self._parameters
        with Vertical(id="kept"):
            yield _row("Name", self._name_input)
            yield self._name_problem
            yield _row("Group", self._group)
            yield _row("", self._autoconnect, self._read_only)
        yield self._results

    def buttons(self) -> Sequence[PushButton]:
        return (
            PushButton("Test", name="test"),
            PushButton("Save", name="save"),
            PushButton("Cancel", name="cancel"),
        )

    def hint(self) -> str:
        return "Enter save · Ctrl+T test · Esc cancel"

    def first_focus(self) -> Widget | None:
        return self._uri_input

    def on_mount(self) -> None:
        self._show()

    # The URI and its parts

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        field = message.input
        if field is self._uri_input:
            if self._uri_input.entered.strip() != self._text:
                self._text = self._uri_input.entered.strip()
                self._read()
                self._show_parts()
        elif field is self._name_input:
            self._show_name_problem("")
        elif field.id in self._typed:
            self._take_part(field.id, self._typed[field.id].entered)

    def on_select_changed(self, message: Select.Changed) -> None:
        message.stop()
        if message.select in (self._driver, self._transport):
            self._take_part(message.select.id or "", str(message.select.value))

    def on_parameters_changed(self, message: Parameters.Changed) -> None:
        self._take(message.uri)

    def _take_part(self, part: str, text: str) -> None:
        """A part was changed: the URI follows. A field that only shows what is known changes nothing."""
        try:
            uri = with_part(self._uri, part, text)
        except ValueError as error:
            self._mistake = str(error)
            self._show()
            return
        self._take(uri)

    def _take(self, uri: ConnectionURI) -> None:
        if uri == self._uri:
            if self._mistake:
                self._read()
                self._show()
            return
        self._uri = uri
        self._text = uri.build()
        self._uri_input.enter(self._text)
        self._read()
        self._show_parts()

    def _read(self) -> None:
        """Understand the text; the parts stay as they are where it makes no sense."""
        self._mistake = ""
        try:
            self._uri = ConnectionURI.parse(self._text)
        except URIError as error:
            self._mistake = str(error)

    def _show_parts(self) -> None:
        self._forget_test()
        for part, field in self._typed.items():
            if field is not self.focused and field.entered != part_of(self._uri, part):
                field.entered = part_of(self._uri, part)
        self._driver.value = self._uri.driver
        self._transport.value = part_of(self._uri, "transport")
        self._parameters.show(self._uri)
        self._show()

    def _show(self) -> None:
        """What the URI means, or what is wrong with it."""
        if not self._text:
            told = styled("Paste or type a URI, or choose its parts below.", "dim")
        elif self._mistake:
            told = styled(f"✗ {self._mistake}", "bad")
        else:
            notes = [styled(f"! {text}", "warn") for text in warnings(self._uri)]
            meaning = styled(explain(self._uri, privileged=self._privileged), "dim")
            told = joined(*_lines(meaning, *notes))
        self._told.show(told)
        paths = [path for path in DRIVERS[self._uri.driver].paths if path]
        text = styled(" or ".join(paths))
        if text != self._paths.content:  # its width is its text's
            self._paths.update(text)
            self._paths.display = bool(paths)
        self._name_input.placeholder = suggested_name(self._uri, self._taken) if self._usable else ""

    @property
    def _usable(self) -> bool:
        return bool(self._text) and not self._mistake

    # Test

    def action_test(self) -> None:
        if not self._usable:
            self._refuse()
            return
        self._forget_test()
        self._show_steps("testing …")
        self.run_worker(self._run_test(), group="test", exclusive=True)

    async def _run_test(self) -> None:
        assert isinstance(self.app, TypeAhead)
        hold = Hold(self.app)
        try:
            async for step in self._test(self._text, partial(self._ask, hold), read_only=self._read_only.on):
                self._steps.append(step)
                self._show_steps("testing …")
                await hold.end(keep=False)
        finally:
            await hold.end(keep=False)
        failed = sum(not step.ok for step in self._steps)
        self._show_steps("", "it works" if self._steps and not failed else "it does not work")

    async def _ask(self, hold: Hold, question: Question) -> Answer | None:
        from tuivirt.ui.dialogs.credential import CredentialDialog

        asked = self.app.push_screen(CredentialDialog(question), wait_for_dismiss=True)
        await hold.end(keep=True)
        answer = await asked
        if answer is not None:
            hold.begin()  # a password that is typed ahead is not for the fields below
        return answer

    def _forget_test(self) -> None:
        """Results are those of another URI."""
        self.workers.cancel_group(self, "test")
        self._steps.clear()
        self._results.show(styled(""))

    def _show_steps(self, running: str, verdict: str = "") -> None:
        lines = []
        width = min(max((cell_len(plain(step.step)) for step in self._steps), default=0), 24)
        for step in self._steps:
            mark = styled("✓ ", "good") if step.ok else styled("✗ ", "bad")
            detail = styled(f"  {step.detail}", "dim" if step.ok else "bad") if step.detail else ""
            lines.append(joined(mark, fitted(styled(step.step), width), detail))
            if step.hint:
                lines.append(styled(f"  {step.hint}", "info"))
        if running:
            lines.append(styled(f"◌ {running}", "info"))
        if verdict:
            works = all(step.ok for step in self._steps) and bool(self._steps)
            lines.append(styled(verdict, "good" if works else "bad"))
        self._results.show(joined(*_lines(*lines)))
        self.call_after_refresh(self.query_one(Body).scroll_end, animate=False)

    # Save

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self._save()

    def press(self, name: str) -> None:
        match name:
            case "test":
                self.action_test()
            case "save":
                self._save()
            case _:
                super().press(name)

    def _save(self) -> None:
        if not self._usable:
            self._refuse()
            return
        name = self._name_input.entered.strip() or self._name_input.placeholder
        if problem := mistake_in_name(str(name), self._taken):
            self._show_name_problem(problem)
            self._name_input.focus()
            return
        edit = BookmarkEdit(
            str(name), self._text, self._group.entered.strip(), self._autoconnect.on, self._read_only.on
        )
        self.run_worker(self._finish(edit), group="save", exclusive=True)

    async def _finish(self, edit: BookmarkEdit) -> None:
        if self._may_save is None or await self._may_save(edit):
            self.finish(edit)

    def _refuse(self) -> None:
        """The URI cannot be used: say why, where it stands."""
        if not self._text:
            self._mistake = "there is no URI yet"
            self._told.show(styled(f"✗ {self._mistake}", "bad"))
        self._uri_input.focus()

    def _show_name_problem(self, problem: str) -> None:
        self._name_problem.show(styled(f"✗ {problem}" if problem else ""))
        self._name_problem.set_class(bool(problem), "-shown")


def _row(label: str, *fields: Widget) -> Horizontal:
    return Horizontal(Static(label, classes="label", markup=False), *fields, classes="row")


def _lines(*lines: Content) -> Iterator[Content | str]:
    """The lines with line ends between them."""
    for number, line in enumerate(lines):
        if number:
            yield "\n"
        yield line

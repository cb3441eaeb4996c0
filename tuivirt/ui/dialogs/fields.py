"""The fields of a form, rendered from the params of an action (see ``core.action.Param``)."""

from collections.abc import Iterator
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from tuivirt.core.action import ParamField, param_fields
from tuivirt.core.text import plain
from tuivirt.ui.widgets.choices import Choice, Flag
from tuivirt.ui.widgets.inputs import TextInput
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.lines_input import LinesInput
from tuivirt.ui.widgets.roles import styled


class FormField(Vertical):
    """One field: its label, the widget for its kind, its hint, and what is wrong with it."""

    def __init__(self, field: ParamField, subject: Any) -> None:
        param = field.param
        super().__init__(classes=f"field -{param.kind}")
        self.name_ = field.name
        self.label = param.label
        self.kind = param.kind
        self.required = param.required
        self._hint = param.hint
        value = param.initial(subject) if param.initial is not None else field.default
        self.control = self._control(value, param.choices)
        self._problem = Static(classes="problem", markup=False)

    def _control(self, value: Any, choices: tuple[tuple[Any, str], ...]) -> Widget:
        match self.kind:
            case "flag":
                return Flag(self.label, on=bool(value))
            case "choice":
                return Choice(choices, value)
            case "lines":
                return LinesInput(value)
            case "words":
                return TextInput(" ".join(value))
            case _:
                return TextInput(value)

    def compose(self) -> ComposeResult:
        if self.kind == "flag":
            yield self.control
        elif self.kind == "lines":
            yield Static(styled(self.label), classes="label", markup=False)
            yield self.control
        else:
            with Horizontal():
                yield Static(styled(self.label), classes="label", markup=False)
                yield self.control
        if self._hint:
            yield Static(styled(self._hint), classes="hint dim", markup=False)
        yield self._problem

    @property
    def value(self) -> Any:
        """What is entered, as the params want it."""
        match self.control:
            case Flag(on=on):
                return on
            case Choice(value=value):
                return value
            case TextInput(entered=text) if self.kind == "words":
                return tuple(dict.fromkeys(text.replace(",", " ").split()))
            case TextInput(entered=text) | LinesInput(entered=text):
                return text
            case other:
                raise TypeError(f"no value in {other!r}")

    def check(self) -> bool:
        """Say what is missing; whether nothing is."""
        value = self.value
        missing = self.required and (
            value is None or not (value.strip() if isinstance(value, str) else value)
        )
        self._problem.set_class(missing, "-shown")
        self._problem.update(f"{plain(self.label)} is needed" if missing else "")
        return not missing


class Form(Vertical):
    """The fields of an action's params, with the values an object starts them with."""

    class Changed(Message):
        """Some value is another now."""

    class Entered(Message):
        """Enter was pressed in a field of one line."""

    def __init__(self, params: type, subject: Any) -> None:
        super().__init__(classes="form")
        self._params = params
        self._fields = [FormField(field, subject) for field in param_fields(params)]

    def compose(self) -> ComposeResult:
        yield from self._fields

    def __iter__(self) -> Iterator[FormField]:
        return iter(self._fields)

    @property
    def params(self) -> Any:
        """The params as they are now, complete or not."""
        return self._params(**{field.name_: field.value for field in self._fields})

    def check(self) -> bool:
        """Whether nothing is missing; else it is said, and the first such field has the focus."""
        wrong = [field for field in self._fields if not field.check()]
        if wrong:
            wrong[0].control.focus()
        return not wrong

    def on_input_changed(self, event: Input.Changed) -> None:
        self._tell(event)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self._tell(event)

    def on_flag_changed(self, event: Flag.Changed) -> None:
        self._tell(event)

    def on_line_list_moved(self, event: LineList.Moved) -> None:
        self._tell(event)

    def _tell(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Changed())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered())

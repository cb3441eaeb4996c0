"""The extra parameters of a connection URI, as fields that fit its transport; folded until wanted."""

from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from tuivirt.core.uri import ConnectionURI
from tuivirt.core.uri_check import is_on
from tuivirt.core.uri_words import Parameter
from tuivirt.ui.dialogs.bookmark_parts import parameters_of, with_parameter
from tuivirt.ui.widgets.choices import Flag, PushButton
from tuivirt.ui.widgets.drop_down import DropDown
from tuivirt.ui.widgets.inputs import TextInput
from tuivirt.ui.widgets.roles import styled

_UNSET: Final = ""
"""The choice that leaves a parameter out."""


class Parameters(Vertical):
    """Shows the parameters of a URI and tells when the user changes one."""

    class Changed(Message):
        """The user set a parameter or took it away."""

        def __init__(self, uri: ConnectionURI) -> None:
            super().__init__()
            self.uri = uri

    def __init__(self, uri: ConnectionURI) -> None:
        super().__init__()
        self._uri = uri
        self._folded = True
        self._button = PushButton("", name="fold")
        self._rows = Vertical(classes="rows -folded")
        self._built: tuple[Parameter, ...] = ()
        self._fields: dict[str, Widget] = {}

    def compose(self) -> ComposeResult:
        yield self._button
        yield self._rows

    def on_mount(self) -> None:
        self.show(self._uri)

    def show(self, uri: ConnectionURI) -> None:
        """Another URI: fields for its parameters, and their values."""
        self._uri = uri
        self._label()
        if not self._folded:
            self.call_later(self._build)

    def _label(self) -> None:
        what = self._uri.effective_transport or self._uri.driver
        number = len(self._uri.params)
        given = f", {number} set" if number else ""
        self._button.label = f"{'▸' if self._folded else '▾'} Parameters of {what}{given}"

    async def _build(self) -> None:
        wanted = parameters_of(self._uri)
        if wanted != self._built:
            self._built = wanted
            self._fields = {parameter.name: self._field(parameter) for parameter in wanted}
            await self._rows.remove_children()
            await self._rows.mount_all(self._row(parameter) for parameter in wanted)
        for name, field in self._fields.items():
            self._show_value(field, self._uri.params.get(name))

    def _field(self, parameter: Parameter) -> Widget:
        value = self._uri.params.get(parameter.name)
        if parameter.flag:
            return Flag(f"{parameter.name}: {parameter.doc}", on=is_on(value))
        if parameter.values:
            choices = [("not given", _UNSET), *((choice, choice) for choice in parameter.values)]
            return DropDown(choices, value if value in parameter.values else _UNSET)
        return TextInput(value or "")

    def _row(self, parameter: Parameter) -> Widget:
        field = self._fields[parameter.name]
        if isinstance(field, Flag):
            return Vertical(field, classes="parameter")
        label = Static(styled(parameter.name), classes="label", markup=False)
        doc = [Static(styled(parameter.doc), classes="doc dim", markup=False)] if parameter.doc else []
        return Vertical(Horizontal(label, field, classes="row"), *doc, classes="parameter")

    def _show_value(self, field: Widget, value: str | None) -> None:
        match field:
            case Flag():
                field.on = is_on(value)
                field.refresh()
            case DropDown():
                field.value = self._choice(field, value)
            case TextInput() if field is not self.screen.focused and field.entered != (value or ""):
                field.entered = value or ""

    def _choice(self, field: DropDown, value: str | None) -> str:
        """What the field shows of a value: one that is no choice counts as none."""
        name = next(name for name, known in self._fields.items() if known is field)
        parameter = next(parameter for parameter in self._built if parameter.name == name)
        return value if value in parameter.values else _UNSET

    # What the user changes

    def on_push_button_pressed(self, message: PushButton.Pressed) -> None:
        message.stop()
        self._folded = not self._folded
        self._rows.set_class(self._folded, "-folded")
        self._label()
        if not self._folded:
            self.call_later(self._build)

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        for name, field in self._fields.items():
            if field is message.input and isinstance(field, TextInput):
                text = field.entered.strip()
                if text != self._uri.params.get(name, ""):
                    self._set(name, text or None)

    def on_select_changed(self, message: Select.Changed) -> None:
        message.stop()
        for name, field in self._fields.items():
            if field is message.select and isinstance(field, DropDown):
                value = str(field.value)
                if value != self._choice(field, self._uri.params.get(name)):
                    self._set(name, value or None)

    def on_flag_changed(self, message: Flag.Changed) -> None:
        message.stop()
        for name, field in self._fields.items():
            if isinstance(field, Flag) and field.on != is_on(self._uri.params.get(name)):
                self._set(name, "1" if field.on else None)

    def _set(self, name: str, value: str | None) -> None:
        self._uri = with_parameter(self._uri, name, value)
        self._label()
        self.post_message(self.Changed(self._uri))

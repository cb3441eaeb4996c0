"""One of several in a single line; the others open below it."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding
from textual.widgets import Select


class DropDown(Select[str], inherit_bindings=False):
    """Enter or Space opens the choices, typing searches them, Escape closes. The arrows leave it."""

    BINDINGS: ClassVar = [Binding("enter,space", "show_overlay", "Choose", show=False)]
    DEFAULT_CSS = """
    DropDown {
        height: 1;
        & > SelectCurrent { border: none; height: 1; padding: 0; background: $panel; }
        &:focus > SelectCurrent {
            border: none;
            background: $role-cursor-background;
            & Static#label { color: $role-cursor; text-style: $role-cursor-style; }
        }
        & > SelectOverlay { max-height: 10; border: round $border; padding: 0; }
    }
    """

    def __init__(
        self,
        choices: Sequence[tuple[str, str]],
        value: str,
        *,
        id: str | None = None,  # noqa: A002 (Textual's name)
    ) -> None:
        """``choices`` are pairs of label and value, texts of ours."""
        super().__init__(choices, allow_blank=False, value=value, id=id, compact=True)

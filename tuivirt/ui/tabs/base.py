"""What every tab of the detail pane is, and what it is given to show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from rich.style import Style
from textual.widget import Widget

from tuivirt.core.backend import Definition, DiskSize
from tuivirt.core.errors import HostError
from tuivirt.core.text import plain
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.widgets.lines import Line

StyleOf = Callable[[str], Style]


@dataclass(frozen=True, slots=True)
class Subject:
    """A domain and what has been fetched of it for the visible tab."""

    record: DomainRecord
    """Changes by itself: the store puts newer values into it."""
    definition: Definition | None = None
    """None while it has not been read."""
    sizes: Mapping[str, DiskSize] = field(default_factory=dict)
    """By target."""
    error: HostError | None = None
    """Why the definition could not be read."""

    @property
    def shown_definition(self) -> str | None:
        """The live definition, or the saved one of a domain that is not active."""
        if self.definition is None:
            return None
        return self.definition.live or self.definition.saved


class DetailTab(Widget):
    """One way to look at a domain. ``show`` is only called while the tab is visible."""

    WANTS_DEFINITION: ClassVar = False
    WANTS_SIZES: ClassVar = False
    GROUPS: ClassVar[frozenset[str]] = frozenset()
    """The groups of counters that it draws from."""

    def __init__(self, style: StyleOf) -> None:
        super().__init__()
        self._style = style

    def show(self, subject: Subject) -> None:
        """Show a domain, or the same one as it is now."""
        raise NotImplementedError

    def focus_target(self) -> Widget:
        """What takes the keys."""
        raise NotImplementedError


def error_lines(error: HostError) -> list[Line]:
    """An error as lines: what the host said, and what to do about it."""
    lines: list[Line] = [(("✗ ", "bad"), (plain(part), "bad")) for part in error.message.splitlines()[:3]]
    if error.hint:
        lines.append((("  ", ""), (plain(error.hint), "")))
    return lines

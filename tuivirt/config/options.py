"""What one run of the app is to do: the command line and the user's files, read and merged."""

from dataclasses import field
from typing import NamedTuple

from tuivirt.config.problem import Problem
from tuivirt.config.settings import Settings
from tuivirt.core.source import Source


class RunOptions(NamedTuple):
    """Everything that the command line hands to the app."""

    sources: tuple[Source, ...]
    """The connections of the sidebar, in order."""
    opened: tuple[str, ...] = ()
    """Names of those to open at once."""
    read_only: bool = False
    """``--read-only``; the setting of this name counts too."""
    demo: bool = False
    """The sources are the demo hosts, and none of the user's."""
    theme: str | None = None
    """``--theme``; None leaves it to what is remembered, and to the settings."""
    log_level: str = "WARNING"
    domain: str | None = None
    """The domain to open at."""
    settings: Settings = field(default_factory=Settings)
    problems: tuple[Problem, ...] = ()
    """Mistakes in the user's files, to be told once."""

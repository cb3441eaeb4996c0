"""What the command line hands to the app: the user interface reads no file itself."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol

from tuivirt.core.journal import Entry
from tuivirt.core.question import Answer, Question
from tuivirt.core.source import Source
from tuivirt.core.steps import Step

Ask = Callable[[Question], Awaitable[Answer | None]]
"""Asks the user; None cancels the login."""


class Trial(Protocol):
    """Tries a URI step by step, and asks what the host asks. Each step comes as soon as it is known."""

    def __call__(self, uri: str, ask: Ask, /, *, read_only: bool) -> AsyncIterator[Step]: ...


class Remembered(Protocol):
    """Choices that the app remembers from run to run: columns, order, folded groups, sizes."""

    def get(self, name: str, default: Any) -> Any: ...

    def set(self, name: str, value: Any) -> None:
        """Keep a value; it is written soon."""


class Bookmarks(Protocol):
    """The user's bookmarks, as the app edits them. Raises ValueError or OSError with a sentence."""

    @property
    def refusal(self) -> str:
        """Why none can be added or changed; empty when they can."""

    def save(self, old_name: str | None, bookmark: Source) -> None:
        """Add a bookmark (``old_name`` is None) or replace one."""

    def remove(self, name: str) -> None: ...

    def sources(self) -> Sequence[Source]:
        """All sources as they are now."""


class SshTarget(NamedTuple):
    """How to reach guests of a connection, or with a tag, by ssh."""

    user: str = ""
    port: int = 0
    jump: str = ""


class Options(NamedTuple):
    """Everything the app is started with."""

    sources: Sequence[Source]
    remembered: Remembered
    bookmarks: Bookmarks
    test_uri: Trial
    journal: Callable[[Entry], None]
    """Takes every new entry to the journal file; returns at once."""
    theme: str = "dark"
    themes_dir: Any = None
    keys: Mapping[str, str] = MappingProxyType({})
    """Keys by the id of a command, as ``keymap.checked`` returns them."""
    problems: Sequence[str] = ()
    """Mistakes in files, shown once."""
    view: str = ""
    """The connection to show first."""
    domain: str = ""
    """The domain to put the cursor on."""
    columns: tuple[str, ...] = ()
    sort: str = "name"
    reverse: bool = False
    group: str = "none"
    protected_tag: str = "protected"
    shutdown_patience: float = 60.0
    ssh: Callable[[str, Sequence[str]], SshTarget] = lambda _connection, _tags: SshTarget()
    log_file: str = ""
    console_escape: str = "ctrl+right_square_bracket"
    """Textual's name of the key that leads out of a console, and ends typing at a screen."""
    screen_layout: str = "us"
    """The layout of the guests' keyboards."""
    screen_drawing: Literal["auto", "kitty", "sixel", "blocks", "ascii"] = "auto"
    screen_bytes: int = 100_000
    """Bytes per second that a screen may send to the terminal."""
    ascii: bool = False
    """Draw with ASCII alone."""
    complete: Callable[[], None] = lambda: None
    """Called once, when the whole screen is there."""

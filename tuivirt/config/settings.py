"""``settings.toml``: read once at the start, never written by the app.

The texts under the fields are the reference of the settings; the table in the manual is made from them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tuivirt.config.problem import Problem
from tuivirt.config.toml_file import read_toml
from tuivirt.config.typed import expects, read_table


@dataclass(frozen=True)
class SshTarget:
    """How to log in to guests with ``o``."""

    user: str | None = field(default=None, metadata=expects("a user's name"))
    """The user to log in as; ssh's own choice unless given."""
    port: int | None = field(default=None, metadata=expects("a port from 1 to 65535", least=1, most=65535))
    """The port; ssh's own choice unless given."""
    jump: str | None = field(default=None, metadata=expects('a jump host such as "me@gate:22", or "none"'))
    """The jump host, as ``ssh -J`` takes it. Unless given, the connection's own host where an address is only
    reachable from there; ``none`` to go straight always."""


@dataclass(frozen=True)
class SshSettings:
    """How to log in to guests with ``o``: for all of them, and for those of a connection or with a tag."""

    user: str | None = field(default=None, metadata=expects("a user's name"))
    """The user to log in as where nothing below says otherwise."""
    port: int | None = field(default=None, metadata=expects("a port from 1 to 65535", least=1, most=65535))
    """The port where nothing below says otherwise."""
    jump: str | None = field(default=None, metadata=expects('a jump host such as "me@gate:22", or "none"'))
    """The jump host where nothing below says otherwise."""
    connection: dict[str, SshTarget] = field(
        default_factory=dict, metadata=expects("a table per connection, [ssh.connection.NAME]")
    )
    """``user``, ``port`` and ``jump`` for the guests of a connection: ``[ssh.connection.NAME]``."""
    tag: dict[str, SshTarget] = field(
        default_factory=dict, metadata=expects("a table per tag, [ssh.tag.NAME]")
    )
    """``user``, ``port`` and ``jump`` for guests with a tag: ``[ssh.tag.NAME]``. These come first."""

    def target(self, connection: str, tags: Iterable[str]) -> SshTarget:
        """What to use for a guest: of each field the first tag's that has it, the connection's, or ours."""
        ranked = [self.tag[tag] for tag in tags if tag in self.tag]
        if connection in self.connection:
            ranked.append(self.connection[connection])
        ranked.append(SshTarget(self.user, self.port, self.jump))
        return SshTarget(
            user=next((one.user for one in ranked if one.user is not None), None),
            port=next((one.port for one in ranked if one.port is not None), None),
            jump=next((one.jump for one in ranked if one.jump is not None), None),
        )


@dataclass(frozen=True)
class Settings:
    """All settings, with their defaults."""

    theme: str = field(default="dark", metadata=expects("the name of a theme, in quotes"))
    """The theme to start with: a built-in one, or a file ``themes/NAME.toml`` beside this file."""
    read_only: bool = field(default=False, metadata=expects("true or false"))
    """Open every connection read-only, and refuse every action that writes."""
    stats_interval: float = field(
        default=3.0, metadata=expects("seconds, from 0.5 to 3600", least=0.5, most=3600)
    )
    """Seconds between two readings of CPU, memory, disk and network. A slow host is asked less often."""
    columns: dict[str, tuple[str, ...]] = field(
        default_factory=dict, metadata=expects('a list of column names, such as ["name", "cpu"]')
    )
    """The columns of each view, in order: ``domains = ["state", "name", "cpu"]``. A choice made in the app
    wins over this one."""
    sort: dict[str, str] = field(
        default_factory=dict,
        metadata=expects("the name of a column, with a minus before it for the highest first"),
    )
    """The column by which each view is sorted: ``domains = "name"``, or ``"-cpu"`` for the highest first.
    What is not known comes last either way."""
    group: Literal["none", "host", "state", "tag", "os", "network"] = field(
        default="none", metadata=expects('"none", "host", "state", "tag", "os" or "network"')
    )
    """What domains are grouped by."""
    icons: Literal["unicode", "ascii"] = field(default="unicode", metadata=expects('"unicode" or "ascii"'))
    """Which glyphs are drawn; ``ascii`` for fonts that lack the others."""
    mouse: bool = field(default=True, metadata=expects("true or false"))
    """Whether the mouse works; off, the terminal's own selection does."""
    keys: dict[str, str | tuple[str, ...]] = field(
        default_factory=dict, metadata=expects("a key, or a list of keys, in quotes")
    )
    """Other keys for commands and actions, by the id that help shows: ``"domain.start" = ["s", "f5"]``."""
    console_escape: str = field(
        default="ctrl+]",
        metadata=expects(
            '"ctrl+" and a letter or one of ] \\ ^ _, or a function key such as "f12"',
            pattern=r"ctrl\+[a-z\]\\^_]|f([1-9]|1[0-2])",
        ),
    )
    """The key that leads out of a console, and ends typing at a screen; every other key goes to the guest."""
    screen_layout: Literal["us", "gb", "de", "fr", "es", "it"] = field(
        default="us", metadata=expects('"us", "gb", "de", "fr", "es" or "it"')
    )
    """The keyboard layout that guests expect: what is typed at their screens is sent as keys, not as
    characters. A choice made in the app for one domain wins over this one."""
    screen_drawing: Literal["auto", "kitty", "sixel", "blocks", "ascii"] = field(
        default="auto", metadata=expects('"auto", "kitty", "sixel", "blocks" or "ascii"')
    )
    """How pictures of screens are drawn: as the terminal can, by Kitty's or sixel graphics, as half blocks,
    or as ASCII characters. Text is always drawn as text."""
    screen_bytes: int = field(
        default=100_000,
        metadata=expects("bytes, a whole number from 1000 to 100000000", least=1000, most=100_000_000),
    )
    """Bytes per second that a screen may send to the terminal: larger pictures come less often."""
    ssh: SshSettings = field(default_factory=SshSettings, metadata=expects("a table, [ssh]"))
    """How ``o`` logs in to a guest."""
    keepalive_interval: int = field(
        default=5, metadata=expects("whole seconds from 0 to 3600; 0 is off", least=0, most=3600)
    )
    """Seconds of silence after which a host is asked for a sign of life; 0 never asks."""
    keepalive_count: int = field(
        default=3, metadata=expects("a whole number from 1 to 100", least=1, most=100)
    )
    """How many signs of life may be missed before a connection counts as lost."""
    reconnect: bool = field(default=True, metadata=expects("true or false"))
    """Whether a connection that was lost comes back by itself."""
    shutdown_patience: float = field(
        default=60.0, metadata=expects("seconds, from 1 to 86400", least=1, most=86400)
    )
    """Seconds after which a shut down that does nothing offers to force the domain off, which it never does
    by itself."""
    protected_tag: str = field(default="protected", metadata=expects("a tag, in quotes"))
    """What can lose data is done to domains with this tag only after their name is typed; an empty text
    protects none."""
    bulk_parallel: int = field(default=2, metadata=expects("a whole number from 1 to 3", least=1, most=3))
    """How many actions run at once on one connection. A daemon serves five calls at a time, and two of these
    are kept free."""
    journal_bytes: int = field(
        default=4_000_000,
        metadata=expects("bytes, a whole number from 10000 to 1000000000", least=10_000, most=1_000_000_000),
    )
    """How large the journal's file may grow before its older half is dropped."""

    def keymap(self) -> dict[str, str]:
        """The keys of each id, several separated by commas."""
        return {id_: keys if isinstance(keys, str) else ",".join(keys) for id_, keys in self.keys.items()}


def read_settings(path: Path) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings of a file, with defaults for what is not there or is wrong, and what is wrong."""
    source = read_toml(path)
    settings, problems = read_table(Settings, source.data, source)
    return settings, (*source.problems, *problems)

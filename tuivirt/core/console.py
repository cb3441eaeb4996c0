"""Consoles: the character devices of a domain that one can sit at."""

from typing import Literal, NamedTuple

from tuivirt.core.key import Key


class Console(NamedTuple):
    """One serial port, console or channel of a domain."""

    domain: Key
    device: str
    """The alias of the device: ``serial0``."""
    channel: bool = False
    """It is a channel, which libvirt opens in another way."""


Take = Literal["free", "force"]
"""Attach only if nobody else has it open, or end their session."""

ConsolePhase = Literal["waiting", "attaching", "attached", "held", "lost", "failed"]
"""``waiting``: for the domain to start or its connection to open; ``held``: by somebody else; ``lost``: to
somebody else, or it ended though the domain runs.
"""


class ConsoleState(NamedTuple):
    """A console that was opened. One value replaces the last."""

    console: Console
    phase: ConsolePhase = "waiting"
    note: str = ""
    """Why, in libvirt's words or ours."""
    hint: str = ""
    boots: int = 0
    """How often the domain has begun to boot since the console was opened."""
    unsent: int = 0
    """Bytes that wait because the guest does not take them."""
    log: str = ""
    """The file that its output is written to; empty: none."""
    log_error: str = ""
    """Why it is not written to the last one any more."""


class Output(NamedTuple):
    """What a guest wrote since the last time."""

    data: bytes
    lost: int = 0
    """Bytes before these that came too fast to be kept."""

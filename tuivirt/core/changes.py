"""What the backend tells the store. All are frozen, made on any thread and applied on the UI thread."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from tuivirt.core.console import Console, ConsoleState
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.core.question import Question
from tuivirt.core.usage import Sample

Phase = Literal["closed", "opening", "open", "stale", "failed"]
RunPhase = Literal["queued", "running", "done", "failed", "cancelled", "abandoned", "unknown"]
"""*abandoned*: nobody waits for it any more; *unknown*: its connection was lost under it. It may be done."""


class HostFacts(NamedTuple):
    """What a host says of itself, read once after its domains are on screen."""

    hostname: str = ""
    hypervisor: str = ""
    """e.g. ``QEMU 7.2.0``; empty where the driver does not tell."""
    libvirt: str = ""
    """Version of libvirt on the far side."""
    model: str = ""
    cpus: int = 0
    memory_kib: int = 0


class HostLoad(NamedTuple):
    """One reading of the host's own counters, for the summary line."""

    at: float
    """Monotonic seconds."""
    busy_ns: int | None = None
    idle_ns: int | None = None
    memory_total_kib: int | None = None
    memory_free_kib: int | None = None
    """Free memory, with buffers and page cache where the driver tells them."""


class ConnectionState(NamedTuple):
    """A connection as the sidebar shows it. One value replaces the last."""

    name: str
    uri: str
    phase: Phase = "closed"
    since: float = 0.0
    """When the phase began, seconds since the epoch."""
    read_only: bool = False
    error: str = ""
    """libvirt's words of the failure that led here."""
    hint: str = ""
    """What to do about it."""
    code: int | None = None
    facts: HostFacts | None = None
    queued: bool = False
    """It is to be opened when others have been: a handful is at once."""
    lost: float | None = None
    """Since when its rows may not be true any more, seconds since the epoch; None: they are."""
    retry: float | None = None
    """When it is tried again by itself, seconds since the epoch; None: it is not."""


class ConnectionChanged(NamedTuple):
    state: ConnectionState


class ConnectionRemoved(NamedTuple):
    name: str


class Asked(NamedTuple):
    """A connection that is opening waits for an answer; see ``Backend.answer``."""

    question: Question


class AskedNoMore(NamedTuple):
    """The question was answered, or nobody waits for an answer any more."""

    question: int


class Listed(NamedTuple):
    """The complete list of one kind on one connection: what is not in it is gone."""

    connection: str
    kind: str
    items: tuple[Any, ...]
    """Snapshots of the kind, each with a ``key``."""


class Upserted(NamedTuple):
    """One object as it was read after something happened to it."""

    item: Any
    at: float
    """When it was read, seconds since the epoch: a state that differs from the last began then."""


class Removed(NamedTuple):
    key: Key


class Sampled(NamedTuple):
    """The reply of one bulk stats call."""

    connection: str
    samples: Mapping[str, Sample]
    """By domain UUID."""
    took: float
    """Seconds the call lasted."""


class HostSampled(NamedTuple):
    connection: str
    load: HostLoad
    rtt: float
    """Seconds of the quickest of the calls: the round-trip time."""


class Hung(NamedTuple):
    """All guests of a connection that do not respond."""

    connection: str
    since: Mapping[str, float]
    """By domain UUID, since when somebody has been waiting, seconds since the epoch."""


class DetailRead(NamedTuple):
    """What only a definition tells: title, tags, pending changes … One value replaces the last."""

    key: Key
    details: Any


class AddressesRead(NamedTuple):
    key: Key
    addresses: Any


class Happened(NamedTuple):
    """A new line of the journal."""

    entry: Entry


class RunState(NamedTuple):
    """One action on one object, from the moment it was accepted until its result."""

    run: int
    """Number of the run, unique in the process."""
    action: str
    key: Key
    name: str
    phase: RunPhase
    started: float
    """Seconds since the epoch."""
    progress: float | None = None
    """0…1 where libvirt tells."""
    note: str = ""
    """What the progress or the failure says."""
    hint: str = ""
    can_abort: bool = False
    batch: int = 0
    """Runs of one bulk action share a batch."""

    @property
    def over(self) -> bool:
        """Nothing more comes of it."""
        return self.phase not in {"queued", "running"}


class RunChanged(NamedTuple):
    state: RunState


class ConsoleChanged(NamedTuple):
    state: ConsoleState


class ConsoleOutput(NamedTuple):
    """The guest has written; told once, until ``Backend.console_output`` is asked."""

    console: Console


Change = (
    ConnectionChanged
    | ConnectionRemoved
    | Asked
    | AskedNoMore
    | Listed
    | Upserted
    | Removed
    | Sampled
    | HostSampled
    | Hung
    | DetailRead
    | AddressesRead
    | Happened
    | RunChanged
    | ConsoleChanged
    | ConsoleOutput
)

"""All that the user interface may ask of the world. Every method returns at once."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tuivirt.core.changes import Change
from tuivirt.core.console import Console, Output, Take
from tuivirt.core.key import Key
from tuivirt.core.question import Answer

if TYPE_CHECKING:
    from tuivirt.core.screen.frame import Frame


class Watch(NamedTuple):
    """What of a connection is on screen, and so worth asking for."""

    stats: bool = False
    """Some row of the connection is shown with a column that moves."""
    groups: frozenset[str] = frozenset()
    """Groups of counters the shown columns need: ``cpu``, ``memory``, ``block``, ``net``, ``vcpu``."""
    everyone: bool = False
    """Counters of all active domains are wanted, not only of those in ``visible``: something sorts,
    filters or sums by them, or there are few.
    """
    host: bool = False
    """The summary of this host is shown."""
    load: bool = False
    """Its line among the connections is shown, with the host's load: read now and then."""
    visible: tuple[Key, ...] = ()
    """Rows on screen, the one under the cursor first: details are read for these."""
    cursor: Key | None = None
    """The row under the cursor, where it is one of this connection: its IP addresses are wanted."""
    addresses: bool = False
    """IP addresses are wanted for the visible rows."""
    pending: bool = False
    """Differences between the live and the saved definition are wanted for the visible rows; with
    ``complete`` for all.
    """
    complete: bool = False
    """Details are wanted for all rows (a filter, sort or group needs them); read at leisure."""


class Definition(NamedTuple):
    """The definitions of a domain as libvirt gives them, without secrets."""

    live: str | None
    """None when the domain is not active."""
    saved: str | None
    """What the next boot uses; None for a transient domain."""


class DiskSize(NamedTuple):
    """Sizes in bytes, as ``virDomainGetBlockInfo`` tells them."""

    target: str
    capacity: int
    allocation: int
    physical: int


class Order(NamedTuple):
    """One object of a request, as the user saw it when it was made."""

    key: Key
    name: str
    command: str = ""
    """The equivalent virsh command, for the journal."""


class Request(NamedTuple):
    """Perform one action on some objects of one kind."""

    action: str
    orders: tuple[Order, ...]
    params: object | None = None


class Call(NamedTuple):
    """A call in flight on a connection."""

    label: str
    since: float
    """Monotonic seconds."""
    left: bool = False
    """Nobody waits for its answer any more."""


class Backend(Protocol):
    """Connections and what is done over them."""

    def attach(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` from any thread whenever ``drain`` has something after it had nothing."""

    def drain(self) -> Sequence[Change]:
        """All changes since the last call, in order."""

    def add(self, name: str, uri: str, *, read_only: bool) -> None:
        """Make a connection known; opens nothing."""

    def forget(self, name: str) -> None:
        """Close a connection and drop all that is known of it."""

    def connect(self, name: str) -> None:
        """Open it now, or try at once to have back what was lost."""

    def give_up(self, name: str) -> None:
        """Stop trying to connect: what was lost keeps its rows, and is not tried again by itself."""

    def disconnect(self, name: str) -> None: ...

    def answer(self, question: int, answer: Answer | None) -> None:
        """Answer a question (``Asked``); None cancels the attempt to connect that asked it. One that is not
        asked any more is let go.
        """

    def refresh(self, name: str) -> None:
        """Read everything of a connection again."""

    def reread(self, key: Key) -> None:
        """Read one object again, its details included."""

    def watch(self, watches: dict[str, Watch]) -> None:
        """Replace what is asked for; connections that are not named are not asked."""

    def perform(self, request: Request) -> int:
        """Run an action over its objects with bounded parallelism; returns the number of the batch."""

    def abort(self, run: int) -> None:
        """Cancel a queued run, or ask libvirt to abort the job of a running one."""

    def abandon(self, run: int) -> None:
        """Wait no more for a run that lasts: it ends as *abandoned*. One that is queued is taken back."""

    def definition(self, key: Key) -> Awaitable[Definition]:
        """Raises HostError."""

    def disk_sizes(self, key: Key, targets: tuple[str, ...]) -> Awaitable[tuple[DiskSize, ...]]:
        """Sizes of the disks that libvirt can measure. Raises HostError."""

    def open_console(self, console: Console, take: Take = "free") -> None:
        """Attach to a console, and again whenever its domain starts, until ``close_console``.

        How that goes is told by ``ConsoleChanged``; after ``ConsoleOutput`` there is output to take.
        """

    def close_console(self, console: Console) -> None: ...

    def send_console(self, console: Console, data: bytes) -> bool:
        """Type; False when so much waits already that nothing of it was taken."""

    def console_output(self, console: Console) -> Output:
        """What the guest has written since the last call."""

    def log_console(self, console: Console, file: str, *, over: bool = False) -> None:
        """Write the text of what comes from now on into a file; an empty name ends that.

        Raises OSError, and FileExistsError for a file that is there unless it may be written ``over``.
        """

    def look(self, key: Key, head: int = 0) -> "Awaitable[Frame]":
        """What a screen of a domain shows; one look at a time at each guest. Raises HostError.

        The frame is the same object as at the last look while nothing has changed.
        """

    def press(self, key: Key, codes: tuple[int, ...], hold: float) -> Awaitable[None]:
        """Press keys together, by Linux's codes, for so many seconds each; in the order of the calls.

        Returns when the host has taken them. Raises HostError.
        """

    def calls(self, name: str) -> tuple[Call, ...]:
        """The calls in flight on a connection, oldest first."""

    def close(self) -> None:
        """Let go of everything without waiting for any call. ``drain`` has what became of actions."""

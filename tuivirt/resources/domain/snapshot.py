"""A domain as one bulk reading tells it, and libvirt's words for its states and reasons."""

from enum import Enum
from typing import Any, NamedTuple

from tuivirt.core.key import Key

KIND = "domain"


class State(Enum):
    """``virDomainState``: the word shown and written to JSON."""

    NOSTATE = "no state"
    RUNNING = "running"
    BLOCKED = "idle"
    PAUSED = "paused"
    SHUTDOWN = "in shutdown"
    SHUTOFF = "shut off"
    CRASHED = "crashed"
    PMSUSPENDED = "pmsuspended"

    @classmethod
    def of(cls, number: int) -> "State":
        """The state of libvirt's number; one that this code does not know is ``no state``."""
        return _STATES[number] if 0 <= number < len(_STATES) else cls.NOSTATE

    @property
    def active(self) -> bool:
        """Whether the hypervisor holds the domain (it has an id)."""
        return self is not _SHUTOFF and self is not _NOSTATE


_STATES = tuple(State)
# Compared by identity: the hash of an enumeration's member is a call of Python code, made for every row.
_SHUTOFF, _NOSTATE = State.SHUTOFF, State.NOSTATE

# virDomainRunningReason and its siblings, in the order of libvirt-domain.h.
_REASONS: dict[State, tuple[str, ...]] = {
    State.RUNNING: (
        "",
        "booted",
        "migrated",
        "restored",
        "from snapshot",
        "unpaused",
        "migration canceled",
        "save canceled",
        "woken up",
        "crashed",
        "post-copy",
        "post-copy failed",
    ),
    State.PAUSED: (
        "",
        "by user",
        "migrating",
        "saving",
        "dumping",
        "I/O error",
        "watchdog",
        "from snapshot",
        "shutting down",
        "creating snapshot",
        "crashed",
        "starting up",
        "post-copy",
        "post-copy failed",
        "API error",
    ),
    State.SHUTDOWN: ("", "by user"),
    State.SHUTOFF: (
        "",
        "shut down",
        "forced off",
        "crashed",
        "migrated",
        "saved",
        "failed to start",
        "from snapshot",
        "daemon",
    ),
    State.CRASHED: ("", "panicked"),
}


def reason_word(state: State, reason: int) -> str:
    """Why a domain is in its state, in a word or two; empty when libvirt does not know."""
    words = _REASONS.get(state, ())
    return words[reason] if 0 <= reason < len(words) else ""


class Domain(NamedTuple):
    """State and flags of one domain; what changes by itself (usage) and what takes a definition to know
    (title, tags) live elsewhere.
    """

    key: Key
    name: str
    domid: int
    """The hypervisor's id, -1 when the domain is not active."""
    state: State
    reason: int
    autostart: bool
    persistent: bool
    managed_save: bool
    has_snapshots: bool

    @property
    def uuid(self) -> str:
        return self.key.id

    @property
    def active(self) -> bool:
        """Whether it runs; a state that says nothing leaves it to the id."""
        return self.domid >= 0 if self.state is State.NOSTATE else self.state.active

    @property
    def reason_word(self) -> str:
        return reason_word(self.state, self.reason)


class Address(NamedTuple):
    """One IP address of a guest."""

    ip: str
    prefix: int
    mac: str
    interface: str


class Addresses(NamedTuple):
    """The addresses of a guest from the first source that knew any."""

    addresses: tuple[Address, ...]
    source: str
    """``lease``, ``agent``, ``ARP``, or empty when no source knew any."""

    @property
    def first(self) -> str:
        """The address to show in one cell: IPv4 before IPv6, link-local last."""
        ranked = sorted(self.addresses, key=lambda a: (a.ip.lower().startswith("fe80"), ":" in a.ip))
        return ranked[0].ip if ranked else ""


class Details(NamedTuple):
    """What only the definition tells."""

    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    os: str = ""
    """Short word of the operating system from libosinfo's metadata (``debian 12``), else empty."""
    macs: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    disks: tuple[str, ...] = ()
    """Paths of its disks on the host, or ``pool/volume``."""
    arch: str = ""
    agent: bool | None = None
    """Whether the agent's channel is connected; None where the definition has none or it is not known."""
    started: float | None = None
    """When its process on this machine was started, seconds since the epoch."""
    pending: int | None = None
    """How many settings the next boot changes; None when it has not been compared."""


def uuid_of(handle: Any) -> str:
    """The UUID of a virDomain: no round trip."""
    return str(handle.UUIDString())

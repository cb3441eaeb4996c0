"""libvirt's domain events: which to subscribe to, and what each says in the journal.

A callback only takes the key and the words, hands them over and returns; whoever gets them reads the
object again.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

import libvirt

from tuivirt.core.key import Key
from tuivirt.resources.domain.snapshot import KIND, uuid_of


class DomainEvent(NamedTuple):
    """One event of one domain."""

    key: Key
    name: str
    what: str
    """Words for the journal."""
    detail: str = ""
    changes: bool = True
    """The domain's snapshot may differ now; else only its definition does."""
    definition: bool = False
    """The definition may differ now: details are to be read again."""
    power: Literal["", "on", "off", "reset"] = ""
    """What became of the machine: what runs in it begins, ends, or begins anew."""
    handle: Any = None
    """The virDomain that the callback got, so that reading it needs no look-up."""


Handler = Callable[[DomainEvent], None]

# virDomainEventType with its details, in the order of libvirt-domain.h.
_LIFECYCLE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("defined", ("added", "updated", "renamed", "from snapshot")),
    ("undefined", ("removed", "renamed")),
    ("started", ("booted", "migrated", "restored", "from snapshot", "woken up")),
    (
        "paused",
        (
            "by user",
            "migrated",
            "I/O error",
            "watchdog",
            "restored",
            "from snapshot",
            "API error",
            "post-copy",
            "post-copy failed",
        ),
    ),
    ("resumed", ("unpaused", "migrated", "from snapshot", "post-copy", "post-copy failed")),
    ("stopped", ("shut down", "forced off", "crashed", "migrated", "saved", "failed", "from snapshot")),
    ("shutting down", ("finished", "by the guest", "by the host")),
    ("suspended by power management", ("memory", "disk")),
    ("crashed", ("panicked", "crash loaded")),
)
_POWER: dict[int, Literal["on", "off"]] = {
    libvirt.VIR_DOMAIN_EVENT_STARTED: "on",
    libvirt.VIR_DOMAIN_EVENT_STOPPED: "off",
}
_DEFINED = libvirt.VIR_DOMAIN_EVENT_DEFINED
_UNDEFINED = libvirt.VIR_DOMAIN_EVENT_UNDEFINED


def _at(words: tuple[str, ...], index: int) -> str:
    return words[index] if 0 <= index < len(words) else f"({index})"


def lifecycle_words(event: int, detail: int) -> tuple[str, str]:
    """What happened and why; numbers that this code does not know are shown as numbers."""
    if not 0 <= event < len(_LIFECYCLE):
        return f"event {event}", f"({detail})"
    what, details = _LIFECYCLE[event]
    return what, _at(details, detail)


def subscribe_lifecycle(conn: libvirt.virConnect, connection: str, handler: Handler) -> Iterator[int]:
    """Subscribe to what changes the list; done before it is read, so that nothing is missed.

    Yields the number to take it back by. Raises libvirtError.
    """

    def lifecycle(_conn: object, dom: libvirt.virDomain, event: int, detail: int, _opaque: object) -> None:
        what, why = lifecycle_words(event, detail)
        handler(
            DomainEvent(
                key=Key(connection, KIND, uuid_of(dom)),
                name=dom.name(),
                what=what,
                detail=why,
                definition=event in {_DEFINED, _UNDEFINED},
                power=_POWER.get(event, ""),
                handle=dom,
            )
        )

    yield conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lifecycle, None)


class _Told(NamedTuple):
    """How the other events are told: their words, and which arguments of the callback say more."""

    what: str
    detail: Callable[[tuple[Any, ...]], str] = lambda _arguments: ""
    definition: bool = False
    changes: bool = False
    power: Literal["", "reset"] = ""


def _argument(index: int) -> Callable[[tuple[Any, ...]], str]:
    return lambda arguments: str(arguments[index] or "")


def _agent_lifecycle(arguments: tuple[Any, ...]) -> str:
    connected = arguments[0] == libvirt.VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED
    return "connected" if connected else "disconnected"


_JOB_STATUS = ("completed", "failed", "canceled", "ready")

_OTHERS: dict[str, _Told] = {
    "REBOOT": _Told("rebooted", changes=True, power="reset"),
    "WATCHDOG": _Told("watchdog expired", changes=True),
    "IO_ERROR_REASON": _Told(
        "I/O error", lambda a: " ".join(str(a[n]) for n in (1, 0, 3) if a[n]), changes=True
    ),
    "CONTROL_ERROR": _Told("lost control of the hypervisor process", changes=True),
    "BLOCK_JOB_2": _Told("block job", lambda a: f"{a[0]} {_at(_JOB_STATUS, a[2])}", definition=True),
    "DISK_CHANGE": _Told("medium changed", _argument(2), definition=True),
    "TRAY_CHANGE": _Told("tray", lambda a: f"{a[0]} {'opened' if a[1] == 0 else 'closed'}"),
    "PMWAKEUP": _Told("woken up", changes=True),
    "PMSUSPEND": _Told("suspended to memory", changes=True),
    "PMSUSPEND_DISK": _Told("suspended to disk", changes=True),
    "DEVICE_ADDED": _Told("device added", _argument(0), definition=True),
    "DEVICE_REMOVED": _Told("device removed", _argument(0), definition=True),
    "DEVICE_REMOVAL_FAILED": _Told("device removal failed", _argument(0)),
    "AGENT_LIFECYCLE": _Told("guest agent", _agent_lifecycle, definition=True),
    "METADATA_CHANGE": _Told("metadata changed", definition=True),
    "JOB_COMPLETED": _Told("job completed", changes=True),
    "MEMORY_FAILURE": _Told("memory failure"),
    "NIC_MAC_CHANGE": _Told("MAC address changed", lambda a: f"{a[0]} {a[2]}", definition=True),
    "TUNABLE": _Told(
        "tuned", lambda a: ", ".join(f"{k}={v}" for k, v in dict(a[0]).items()), definition=True
    ),
}


def subscribe_others(conn: libvirt.virConnect, connection: str, handler: Handler) -> Iterator[int]:
    """Subscribe to everything else that the journal tells; an event the driver does not know is left out."""
    for suffix, told in _OTHERS.items():
        event_id = getattr(libvirt, f"VIR_DOMAIN_EVENT_ID_{suffix}", None)
        if event_id is None:
            continue  # older than this event
        try:
            yield conn.domainEventRegisterAny(None, event_id, _callback(connection, told, handler), None)
        except libvirt.libvirtError as error:
            if error.get_error_code() not in {libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_ERR_INVALID_ARG}:
                raise


def _callback(connection: str, told: _Told, handler: Handler) -> Callable[..., None]:
    def called(_conn: object, dom: libvirt.virDomain, *arguments: Any) -> None:
        handler(
            DomainEvent(
                key=Key(connection, KIND, uuid_of(dom)),
                name=dom.name(),
                what=told.what,
                detail=told.detail(arguments),
                changes=told.changes,
                definition=told.definition,
                power=told.power,
                handle=dom,
            )
        )

    return called

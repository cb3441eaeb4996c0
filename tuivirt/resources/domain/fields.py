"""What a filter can ask of a domain, and what the list can be grouped by."""

from collections.abc import Callable

from tuivirt.core.query import Field
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.domain.snapshot import State

_STATE_WORDS: dict[State, tuple[str, ...]] = {
    State.SHUTOFF: ("off", "shutoff", "shut off"),
    State.SHUTDOWN: ("shutdown", "in shutdown"),
    State.NOSTATE: ("nostate", "no state"),
    State.BLOCKED: ("idle", "blocked"),
    State.PMSUSPENDED: ("pmsuspended", "suspended"),
}


def _states(record: DomainRecord) -> tuple[str, ...]:
    state = record.item.state
    words = _STATE_WORDS.get(state, (state.value,))
    return (*words, "saved") if record.item.managed_save and state is State.SHUTOFF else words


STATE_CHOICES = (
    *dict.fromkeys(word for state in State for word in _STATE_WORDS.get(state, (state.value,))),
    "saved",
)


def _kib(value: int | None) -> int | None:
    return None if value is None else value * 1024


def _percent(record: DomainRecord) -> float | None:
    rates = record.rates
    return None if rates is None or rates.cpu is None else rates.cpu * 100


_ALL: tuple[Field[DomainRecord], ...] = (
    Field("name", "word", lambda r: r.name, "name"),
    Field("title", "word", lambda r: r.title or None, "title"),
    Field("description", "word", lambda r: r.description or None, "description"),
    Field("tag", "word", lambda r: r.tags or None, "tag"),
    Field("uuid", "word", lambda r: r.item.uuid, "UUID"),
    Field("host", "word", lambda r: r.host, "name of the connection"),
    Field("state", "choice", _states, "state", STATE_CHOICES),
    Field("reason", "word", lambda r: r.item.reason_word or None, "why it is in its state"),
    Field("os", "word", lambda r: r.facts.os or None, "operating system"),
    Field("arch", "word", lambda r: r.facts.arch or None, "architecture"),
    Field("net", "word", lambda r: r.facts.networks or None, "network, bridge or device of its NICs"),
    Field("ip", "word", lambda r: r.ips or None, "IP address"),
    Field("mac", "word", lambda r: r.facts.macs or None, "MAC address"),
    Field("autostart", "bool", lambda r: r.item.autostart, "starts with its host"),
    Field("persistent", "bool", lambda r: r.item.persistent, "has a saved definition"),
    Field("saved", "bool", lambda r: r.item.managed_save, "has a managed save"),
    Field("snapshots", "bool", lambda r: r.item.has_snapshots, "has snapshots"),
    Field("agent", "bool", lambda r: r.facts.agent, "its guest agent is connected"),
    Field(
        "pending",
        "bool",
        lambda r: None if r.facts.pending is None else r.facts.pending > 0,
        "next boot differs",
    ),
    Field("responding", "bool", lambda r: r.hung_since is None if r.active else None, "it responds"),
    Field("busy", "bool", lambda r: r.run is not None, "an action is running on it"),
    Field("cpu", "number", _percent, "per cent of its processors in use"),
    Field("vcpus", "number", lambda r: r.vcpus, "virtual processors"),
    Field("mem", "size", lambda r: _kib(r.memory_kib), "memory it has"),
    Field("used", "size", lambda r: _kib(r.memory_used_kib), "memory in use"),
)

FIELDS: dict[str, Field[DomainRecord]] = {field.name: field for field in _ALL}

NEEDS_DETAILS = frozenset({"title", "description", "tag", "os", "arch", "net", "mac", "agent", "pending"})
"""Fields that only definitions tell: a filter on one has them read for every row."""

NEEDS_LIVE = frozenset({"agent", "pending"})
"""Those of them that take the live definition too."""

NEEDS_ADDRESSES = frozenset({"ip"})
"""Fields that are asked of a guest or its network, one call each: a filter on one has them asked for the rows
on screen, and no others.
"""

NEEDS_COUNTERS = frozenset({"cpu", "used"})
"""Fields that only a running domain's counters tell: a filter on one has all of them sampled."""

GROUPS: dict[str, Callable[[DomainRecord], tuple[str, ...]]] = {
    "host": lambda r: (r.host,),
    "state": lambda r: (r.item.state.value,),
    "tag": lambda r: r.tags,
    "os": lambda r: (r.facts.os,) if r.facts.os else (),
    "network": lambda r: r.facts.networks,
}
"""What ``:group`` takes, and the labels a domain stands under."""

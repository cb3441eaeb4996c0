"""The columns of the domain list."""

import time
from collections.abc import Callable
from typing import Any

from tuivirt.core import units
from tuivirt.core.resource import Cell, Column
from tuivirt.core.text import natural_key, plain
from tuivirt.core.usage import sparkline
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.domain.snapshot import State

GLYPHS: dict[State, tuple[str, str]] = {
    State.NOSTATE: ("?", "dim"),
    State.RUNNING: ("▶", "good"),
    State.BLOCKED: ("▷", "good"),
    State.PAUSED: ("‖", "warn"),
    State.SHUTDOWN: ("◢", "warn"),
    State.SHUTOFF: ("·", "dim"),
    State.CRASHED: ("✗", "bad"),
    State.PMSUSPENDED: ("☾", "warn"),
}
"""The glyph of each state and its role; the word always stands beside it."""

BUSY = "⟳"
HUNG = "‼"
SPARK = 8
"""Cells of the sparkline beside the CPU percentage."""

_UNKNOWN = Cell("")


def _state(record: DomainRecord) -> Cell:
    item = record.item
    glyph, role = GLYPHS[item.state]
    if record.hung_since is not None:
        return Cell(f"{BUSY if record.run is not None else HUNG} no response", "bad")
    if record.run is not None:
        return Cell(f"{BUSY} {item.state.value}", "info")
    word = "crashed" if item.state is State.SHUTOFF and item.reason_word == "crashed" else item.state.value
    if word == "crashed":
        glyph, role = GLYPHS[State.CRASHED]
    elif item.managed_save and item.state is State.SHUTOFF:
        word = "saved"
    return Cell(f"{glyph} {word}", role)


_STATE_ORDER = {
    state: position
    for position, state in enumerate(
        (
            State.RUNNING,
            State.BLOCKED,
            State.PAUSED,
            State.PMSUSPENDED,
            State.SHUTDOWN,
            State.CRASHED,
            State.SHUTOFF,
            State.NOSTATE,
        )
    )
}


def _level(fraction: float | None) -> str:
    if fraction is None:
        return "dim"
    return "bad" if fraction >= 0.9 else "warn" if fraction >= 0.75 else ""


def _cpu(record: DomainRecord) -> Cell:
    rates = record.rates
    if rates is None or rates.cpu is None:
        return Cell("   –" if record.item.active else "", "dim")
    assert record.usage is not None
    spark = sparkline(record.usage.history.last("cpu", SPARK), SPARK)
    return Cell(f"{units.percent(rates.cpu):>4} {spark}", _level(rates.cpu))


def _memory(record: DomainRecord) -> Cell:
    total = record.memory_kib or record.max_memory_kib
    if total is None:
        return _UNKNOWN
    used = record.memory_used_kib
    text = units.share(None if used is None else used * 1024, total * 1024)
    fraction = used / total if used is not None and total else None
    return Cell(f"{text} {_bar(fraction)}", _level(fraction) if record.item.active else "dim")


_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR = 4


def _bar(fraction: float | None) -> str:
    """A bar of four cells; blank where the fraction is not known."""
    if fraction is None:
        return " " * _BAR
    eighths = round(min(max(fraction, 0.0), 1.0) * _BAR * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(_BAR)


def _rate_pair(first: str, second: str) -> Callable[[DomainRecord], Cell]:
    def cell(record: DomainRecord) -> Cell:
        rates = record.rates
        if rates is None:
            return _UNKNOWN
        return Cell(units.rates(getattr(rates, first), getattr(rates, second)))

    return cell


def _rate_sum(first: str, second: str) -> Callable[[DomainRecord], float | None]:
    def total(record: DomainRecord) -> float | None:
        rates = record.rates
        known = [] if rates is None else [getattr(rates, first), getattr(rates, second)]
        return sum(rate for rate in known if rate is not None) if known != [None] * len(known) else None

    return total


def _rate_raw(first: str, second: str) -> Callable[[DomainRecord], Any]:
    return lambda r: None if r.rates is None else [getattr(r.rates, first), getattr(r.rates, second)]


def _ip(record: DomainRecord) -> Cell:
    found = record.addresses
    if found is None or not found.addresses:
        return _UNKNOWN
    more = len(found.addresses) - 1
    return Cell(plain(found.first) + (f" +{more}" if more else ""))


def _ip_key(record: DomainRecord) -> Any:
    return natural_key(record.addresses.first) if record.addresses and record.ips else None


def uptime(record: DomainRecord) -> float | None:
    """Seconds since an active domain was started; None where nobody told."""
    return None if record.started is None else time.time() - record.started


def _yes(word: str, *, role: str = "") -> Callable[[bool], Cell]:
    return lambda on: Cell(word, role) if on else _UNKNOWN


def _pending(record: DomainRecord) -> Cell:
    pending = record.facts.pending
    return Cell(f"Δ {pending}", "warn") if pending else _UNKNOWN


_DETAILS = frozenset({"details"})

COLUMNS: tuple[Column[DomainRecord], ...] = (
    Column(
        "name",
        "NAME",
        16,
        lambda r: Cell(r.shown_name),
        lambda r: r.name,
        lambda r: r.name_key,
        flexible=True,
        doc="name of the domain",
    ),
    Column(
        "state",
        "STATE",
        13,
        _state,
        lambda r: r.item.state.value,
        lambda r: _STATE_ORDER[r.item.state],
        doc="state, as libvirt words it, or that it does not respond",
    ),
    Column(
        "host",
        "HOST",
        12,
        lambda r: Cell(plain(r.host)),
        lambda r: r.host,
        lambda r: r.host,
        doc="its connection",
    ),
    Column(
        "vcpus",
        "VCPU",
        4,
        lambda r: Cell("" if r.vcpus is None else str(r.vcpus)),
        lambda r: r.vcpus,
        lambda r: r.vcpus,
        align="right",
        most_first=True,
        doc="virtual processors",
    ),
    Column(
        "cpu",
        "CPU",
        5 + SPARK,
        _cpu,
        lambda r: None if r.rates is None else r.rates.cpu,
        lambda r: None if r.rates is None else r.rates.cpu,
        needs=frozenset({"cpu"}),
        moves=True,
        most_first=True,
        doc="share of its processors in use, and the last ticks",
    ),
    Column(
        "memory",
        "MEMORY",
        16,
        _memory,
        lambda r: [r.memory_used_kib, r.memory_kib],
        lambda r: r.memory_kib,
        needs=frozenset({"memory"}),
        moves=True,
        most_first=True,
        doc="memory in use and given",
        exported=("memory_used_kib", "memory_kib"),
    ),
    Column(
        "disk",
        "DISK r/w",
        9,
        _rate_pair("disk_read", "disk_write"),
        _rate_raw("disk_read", "disk_write"),
        _rate_sum("disk_read", "disk_write"),
        needs=frozenset({"block"}),
        moves=True,
        most_first=True,
        doc="bytes per second read and written",
        exported=("disk_read_bytes_per_s", "disk_write_bytes_per_s"),
    ),
    Column(
        "net",
        "NET ↓/↑",
        9,
        _rate_pair("net_rx", "net_tx"),
        _rate_raw("net_rx", "net_tx"),
        _rate_sum("net_rx", "net_tx"),
        needs=frozenset({"net"}),
        moves=True,
        most_first=True,
        doc="bytes per second received and sent",
        exported=("net_rx_bytes_per_s", "net_tx_bytes_per_s"),
    ),
    Column(
        "ip",
        "IP",
        15,
        _ip,
        lambda r: None if r.addresses is None else list(r.ips),
        _ip_key,
        needs=frozenset({"addresses"}),
        doc="address of the guest: from leases, else its agent, else ARP",
    ),
    Column(
        "autostart",
        "AUTO",
        4,
        lambda r: _yes("auto")(r.item.autostart),
        lambda r: r.item.autostart,
        lambda r: not r.item.autostart,
        doc="starts with its host",
    ),
    Column(
        "persistent",
        "PERS",
        4,
        lambda r: Cell("yes") if r.item.persistent else Cell("no", "warn"),
        lambda r: r.item.persistent,
        lambda r: not r.item.persistent,
        doc="has a saved definition",
    ),
    Column(
        "saved",
        "SAVED",
        5,
        lambda r: _yes("saved")(r.item.managed_save),
        lambda r: r.item.managed_save,
        lambda r: not r.item.managed_save,
        doc="has a managed save: the next start resumes it",
    ),
    Column(
        "snapshots",
        "SNAP",
        4,
        lambda r: _yes("yes")(r.item.has_snapshots),
        lambda r: r.item.has_snapshots,
        lambda r: not r.item.has_snapshots,
        doc="has snapshots",
    ),
    Column(
        "os",
        "OS",
        12,
        lambda r: Cell(plain(r.facts.os)),
        lambda r: None if r.details is None else r.facts.os,
        lambda r: r.facts.os or None,
        needs=_DETAILS,
        doc="operating system, from libosinfo's metadata",
    ),
    Column(
        "title",
        "TITLE",
        20,
        lambda r: Cell(plain(r.title)),
        lambda r: None if r.details is None else r.title,
        lambda r: r.title.lower() or None,
        needs=_DETAILS,
        doc="title",
    ),
    Column(
        "tags",
        "TAGS",
        14,
        lambda r: Cell(plain(" ".join(r.tags)), "accent"),
        lambda r: None if r.details is None else list(r.tags),
        lambda r: r.tags or None,
        needs=_DETAILS,
        doc="tags",
    ),
    Column(
        "uptime",
        "UP",
        4,
        lambda r: Cell(units.short_duration(uptime(r)) if uptime(r) is not None else ""),
        lambda r: r.started,
        lambda r: None if r.started is None else -r.started,
        align="right",
        needs=_DETAILS,
        most_first=True,
        doc="time since its start, where its process on this machine or an event told",
        exported=("started",),
    ),
    Column(
        "pending",
        "NEXT",
        4,
        _pending,
        lambda r: r.facts.pending,
        lambda r: r.facts.pending,
        needs=frozenset({"details", "pending"}),
        most_first=True,
        doc="settings that the next boot changes",
    ),
)

DEFAULT = ("name", "state", "host", "vcpus", "cpu", "memory", "disk", "net", "ip")

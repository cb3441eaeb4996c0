"""The overview of a domain as lines: what matters first, one column or two as the width allows."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len

from tuivirt.core import units
from tuivirt.core.backend import DiskSize
from tuivirt.core.text import plain, plain_lines
from tuivirt.core.usage import DiskCounters
from tuivirt.resources.domain.columns import COLUMNS, HUNG
from tuivirt.resources.domain.overview import Disk, Nic, Overview
from tuivirt.resources.domain.pending import PendingChange
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.widgets.bars import Part
from tuivirt.ui.widgets.cells import fit, wrap
from tuivirt.ui.widgets.lines import Line, line_width

_STATE = next(column for column in COLUMNS if column.id == "state")

LABEL = 11
"""Cells of a label."""
GAP = 3
"""Cells between two columns."""
TWO_COLUMNS = 100
"""From so many cells on the devices stand beside the rest."""
SHOWN_CHANGES = 4
SHOWN_DESCRIPTION = 12
"""Lines of a description; the XML has all of it."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that the overview is made from."""

    record: DomainRecord
    overview: Overview | None = None
    sizes: Mapping[str, DiskSize] = field(default_factory=dict)
    changes: Sequence[PendingChange] | None = None
    """What the next boot changes; None when it was not compared."""
    now: float = field(default_factory=lambda: time.time())  # noqa: PLW0108 (as it is then)


def overview_lines(known: Known, width: int) -> list[Line]:
    """The lines, none wider than ``width``."""
    half = (width - GAP) // 2
    beside = width >= TWO_COLUMNS
    devices = _devices(known, width - half - GAP if beside else width)
    first, rest = [*_pending(known), *_machine(known)], _identity(known, half if beside else width)
    if beside:
        return _beside(_cut([*first, *rest], half), _cut(devices, width - half - GAP), half)
    return _cut([*first, *devices, *rest], width)


def _beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    lines: list[Line] = []
    for index in range(max(len(left), len(right))):
        line = left[index] if index < len(left) else ()
        other = right[index] if index < len(right) else ()
        lines.append((*line, (" " * (width - line_width(line) + GAP), ""), *other) if other else line)
    return lines


def _cut(lines: Iterable[Line], width: int) -> list[Line]:
    return [_cut_line(line, width) for line in lines]


def _cut_line(line: Line, width: int) -> Line:
    if line_width(line) <= width:
        return line
    parts: list[Part] = []
    room = width
    for text, role in line:
        cells = cell_len(text)
        if cells > room:
            parts.append((fit(text, room), role))
            break
        parts.append((text, role))
        room -= cells
    return tuple(parts)


def _row(label: str, *parts: Part) -> Line:
    """A labelled line; nothing but the label and blanks when there is nothing to tell."""
    return ((fit(label, LABEL), "dim"), (" ", ""), *parts)


def _rows(label: str, lines: Iterable[Sequence[Part]]) -> list[Line]:
    """Several lines under one label."""
    return [_row("" if index else label, *parts) for index, parts in enumerate(lines)]


def _pending(known: Known) -> list[Line]:
    changes = known.changes
    if not changes:
        count = known.record.facts.pending
        if not count or changes is not None:
            return []
        return [_row("Next boot", (f"Δ differs: {_changes(count)}", "warn"))]
    lines = [_row("Next boot", (f"Δ differs: {_changes(len(changes))}", "warn"))]
    lines += [
        _row("", (f"{plain(change.path)}  ", ""), (plain(change.words), "warn"))
        for change in changes[:SHOWN_CHANGES]
    ]
    if len(changes) > SHOWN_CHANGES:
        lines.append(_row("", (f"and {len(changes) - SHOWN_CHANGES} more, in the XML tab", "dim")))
    return lines


def _changes(count: int) -> str:
    return "1 change" if count == 1 else f"{count} changes"


def _machine(known: Known) -> list[Line]:
    record, told = known.record, known.overview
    lines: list[Line] = []
    if record.run is not None:
        note = plain(record.run.note) or record.run.phase
        doing = record.run.action.partition(".")[2].replace("_", " ")
        age = units.duration(max(0.0, known.now - record.run.started))
        lines.append(_row("Doing", (f"⟳ {doing}: {note} · {age}", "info")))
    if record.hung_since is not None:
        age = units.duration(max(0.0, known.now - record.hung_since))
        lines.append(_row("Response", (f"{HUNG} none: its hypervisor has not answered for {age}", "bad")))
    if told is not None:
        firmware = plain(told.firmware) or "–"
        machine = " ".join(filter(None, (told.kind, told.arch, told.machine)))
        lines.append(_row("Firmware", (firmware, "")))
        lines.append(_row("Machine", (plain(machine) or "–", "")))
    lines.append(_row("vCPUs", *_vcpus(record, told)))
    lines.append(_row("Memory", *_memory(record, told)))
    lines.append(_row("Agent", *_agent(record, told)))
    lines += _rows("Addresses", _addresses(record))
    return lines


def state_parts(record: DomainRecord, now: float) -> list[Part]:
    """State, reason and since when, in parts."""
    if record.hung_since is not None:
        since = f" since {_when(record.hung_since, now)} · {units.duration(max(0, now - record.hung_since))}"
        return [(f"{HUNG} not responding", "bad"), (since, "")]
    text, role = _STATE.cell(record)
    parts: list[Part] = [(text, role)]
    if record.item.reason_word and record.item.reason_word not in text:
        parts.append((f" ({record.item.reason_word})", ""))
    for word, at in (("since", record.since), ("started", record.started)):
        if at is not None:
            age = units.age(now - at) if now - at >= 1 else "just now"
            parts.append((f" {word} {_when(at, now)} · {age}", ""))
            break
    return parts


def _when(at: float, now: float) -> str:
    """A time of the day, with the date when it was not today."""
    moment, today = time.localtime(at), time.localtime(now)
    same = moment[:3] == today[:3]
    return time.strftime("%H:%M" if same else "%Y-%m-%d %H:%M", moment)


def _vcpus(record: DomainRecord, told: Overview | None) -> list[Part]:
    count = record.vcpus if record.vcpus is not None else told.vcpus if told else None
    parts: list[Part] = [("–" if count is None else str(count), "")]
    if told is not None and told.vcpus_max and told.vcpus_max != count:
        parts.append((f" of {told.vcpus_max}", ""))
    if record.rates is not None and record.rates.cpu is not None:
        parts.append((f" · {units.percent(record.rates.cpu)} busy", ""))
    if told is not None and told.cpu:
        parts.append((f" · {plain(told.cpu)}", ""))
    return parts


def _memory(record: DomainRecord, told: Overview | None) -> list[Part]:
    kib = record.memory_kib
    total = kib * 1024 if kib is not None else told.memory if told else None
    used = record.memory_used_kib
    text = units.size(total)
    if used is not None:
        text = f"{units.size(used * 1024)} used of {text}"
    if told is not None and told.memory_max and total is not None and told.memory_max > total:
        text += f", at most {units.size(told.memory_max)}"
    return [(text, "")]


_AGENT_ROLES = {"connected": "good", "disconnected": "warn"}


def _agent(record: DomainRecord, told: Overview | None) -> list[Part]:
    if record.item.active and record.facts.agent is not None:
        word = "connected" if record.facts.agent else "disconnected"
    elif told is not None and told.agent:
        word = plain(told.agent) if record.item.active else "has a channel"
    else:
        word = "no channel" if told is not None else "–"
    return [(word, _AGENT_ROLES.get(word, "" if word == "has a channel" else "dim"))]


def _addresses(record: DomainRecord) -> list[list[Part]]:
    found = record.addresses
    if found is None:
        return [[("–", "dim")]]
    if not found.addresses:
        return [[("none known", "dim")]]
    rows: list[list[Part]] = []
    for address in found.addresses:
        # The lease of a device has the host's name for it, the agent the guest's.
        where = " ".join(filter(None, (plain(address.interface), plain(address.mac))))
        rows.append([(f"{plain(address.ip)}/{address.prefix}", ""), (f"  {found.source}  {where}", "dim")])
    return rows


def _devices(known: Known, width: int) -> list[Line]:
    told = known.overview
    if told is None:
        return []
    counters = _counters(known.record)
    room = width - LABEL - 1
    names = max((cell_len(plain(disk.target)) for disk in told.disks), default=0)
    lines = _rows(
        "Disks",
        [
            _disk(disk, known.sizes.get(disk.target), counters.get(disk.target), names, room)
            for disk in told.disks
        ],
    )
    lines += _rows("Networks", [_nic(nic) for nic in told.nics])
    lines += _rows("Graphics", [[(plain(f"{g.kind} {g.where}".strip()), "")] for g in told.graphics])
    if told.boot:
        lines.append(_row("Boots from", (plain(", ".join(told.boot)), "")))
    if told.others:
        words = (word if count == 1 else f"{count} × {word}" for word, count in told.others)
        lines.append(_row("Also", (", ".join(words), "")))
    return lines


def _counters(record: DomainRecord) -> dict[str, DiskCounters]:
    sample = record.usage.sample if record.usage is not None else None
    return {} if sample is None else {disk.name: disk for disk in sample.disks}


def _disk(
    disk: Disk, size: DiskSize | None, counters: DiskCounters | None, names: int, room: int
) -> list[Part]:
    capacity = size.capacity if size else counters.capacity if counters else None
    taken = size.physical if size else counters.physical if counters else None
    parts: list[Part] = [(fit(plain(disk.target), names), "accent"), (" ", "")]
    if capacity:
        of = f"{units.size(taken)} of " if taken is not None else ""
        parts.append((f"{of}{units.size(capacity)} ", ""))
    kind = "" if disk.device == "disk" else disk.device
    access = "read-only" if disk.readonly and disk.device == "disk" else ""
    words = " ".join(filter(None, (kind, disk.bus, disk.format, access)))
    parts.append((f"{plain(words)} ", "dim"))
    if disk.source:
        parts.append((_end_of(plain(disk.source), room - line_width(tuple(parts))), ""))
    else:
        parts.append(("empty", "dim"))
    return parts


def _end_of(path: str, room: int) -> str:
    """A path of which the end is kept: the name of the file tells most."""
    if cell_len(path) <= room:
        return path
    end = path
    while end and cell_len(end) >= max(room, 8):
        end = end[1:]
    return f"…{end}"


def _nic(nic: Nic) -> list[Part]:
    parts: list[Part] = [(plain(f"{nic.kind} {nic.source}".strip()), "accent")]
    parts.append((plain(f" {nic.model} {nic.mac}"), ""))
    if nic.target:
        parts.append((f" {plain(nic.target)}", "dim"))
    if nic.down:
        parts.append((" link down", "warn"))
    return parts


def _identity(known: Known, width: int) -> list[Line]:
    item, facts = known.record.item, known.record.facts
    flags = (
        f"autostart {_yes(item.autostart)} · persistent {_yes(item.persistent)}"
        f" · saved state {_yes(item.managed_save)}"
    )
    if item.has_snapshots:
        flags += " · has snapshots"
    lines = [_row("Flags", (flags, ""))]
    if facts.title:
        lines.append(_row("Title", (plain(facts.title), "")))
    if facts.tags:
        lines.append(_row("Tags", (plain(" ".join(facts.tags)), "accent")))
    if facts.os:
        lines.append(_row("OS", (plain(facts.os), "")))
    lines.append(_row("UUID", (plain(item.uuid), ""), (f"   id {item.domid}" if item.active else "", "dim")))
    if known.overview is not None and known.overview.emulator:
        lines.append(_row("Emulator", (plain(known.overview.emulator), "")))
    if facts.description:
        lines += _rows(
            "Description", [[(line, "")] for line in _wrapped(facts.description, width - LABEL - 1)]
        )
    return lines


def _yes(on: bool) -> str:
    return "yes" if on else "no"


def _wrapped(text: str, width: int) -> list[str]:
    lines = [part for line in plain_lines(text).split("\n") for part in wrap(line, width)]
    return lines if len(lines) <= SHOWN_DESCRIPTION else [*lines[:SHOWN_DESCRIPTION], "…"]

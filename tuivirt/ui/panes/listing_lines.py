"""What the list says of itself: its title, its sums, and why it is empty."""

import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from tuivirt.core import units
from tuivirt.core.changes import ConnectionState
from tuivirt.core.query import Query
from tuivirt.core.source import shown_uri
from tuivirt.core.store import Count, HostUsage
from tuivirt.core.text import plain
from tuivirt.core.view import ListView
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.panes.connection_roster import ALL
from tuivirt.ui.widgets.bars import Part


class Unknown(NamedTuple):
    """How much of what is shown rests on what is not known yet."""

    definitions: int = 0
    addresses: int = 0
    """Running domains whose addresses nobody has asked for."""

    @classmethod
    def of(
        cls, records: Iterable[DomainRecord], *, definitions: bool, compared: bool, addresses: bool
    ) -> "Unknown":
        """Count, for what rests on definitions, on live ones compared with them, on addresses."""
        if not (definitions or addresses):
            return cls()
        unread = unasked = 0
        for record in records:
            details = record.details
            lacks = details is None or (compared and record.active and details.pending is None)
            unread += definitions and lacks
            unasked += addresses and record.active and record.addresses is None
        return cls(unread, unasked)


def title_parts(
    title: str,
    scope: str,
    view: ListView[Any],
    query: Query[Any],
    stale: Collection[ConnectionState],
    unknown: Unknown,
) -> tuple[list[Part], list[Part]]:
    """The left and the right of the title."""
    total = len(view)
    where = plain(scope) if scope != ALL else "all connections"
    count = f"{view.shown_count} of {total}" if not query.empty else str(total)
    left: list[Part] = [(f" {title} · {where} · {count}", "")]
    if view.marks:
        hidden = view.hidden_marks
        note = f" ({hidden} hidden)" if hidden else ""
        left.append((f" · {len(view.marks)} marked{note}", "mark"))
    if unknown.definitions:
        left.append((f" · {unknown.definitions} definitions to read", "dim"))
    if unknown.addresses:
        left.append((f" · {unknown.addresses} addresses not known", "warn"))
    if stale:
        age = units.age(time.time() - min(state.lost or 0.0 for state in stale))
        of = (
            ""
            if scope != ALL
            else f"{plain(next(iter(stale)).name)} "
            if len(stale) == 1
            else f"{len(stale)} hosts "
        )
        left.append((f" · {of}stale for {age}", "warn"))
    return left, [] if query.empty else [(f"{plain(query.text)} ", "accent")]


MANY: Final = 4
"""After more lines of words, as ssh has for a changed host key, what to do would be cut off."""


def empty_notes(scope: str, filtered: str | None, connections: Mapping[str, ConnectionState]) -> list[str]:
    """Why there is nothing, and what to do about it; ``filtered``: a filter hides all there is."""
    if filtered is not None:
        return [f"No domain matches {plain(filtered)}.", "Esc clears the filter, / changes it."]
    state = connections.get(scope)
    if scope == ALL or state is None:
        phases = {state.phase for state in connections.values()}
        if "opening" in phases:
            return ["Connecting …"]
        if "open" in phases:
            return ["No domains."]
        return ["No connection is open.", "Choose one with Tab and Enter, or with : and its name."]
    match state.phase:
        case "opening" if state.queued:
            return ["Waits until other connections are open.", "Ctrl+R connects now."]
        case "opening":
            return [f"Connecting to {shown_uri(state.uri)} …", "Ctrl+G gives up."]
        case "open":
            return ["No domains."]
        case "closed":
            return ["Not connected.", "Ctrl+R connects."]
        case _:
            code = f" (libvirt error {state.code})" if state.code is not None else ""
            texts = [f"{state.error}{code}", state.hint]
            if len(state.error.splitlines()) > MANY:
                texts.reverse()
            return [plain(line) for text in texts for line in text.splitlines()]


def summary_parts(count: Count, state: ConnectionState | None, usage: HostUsage | None) -> list[Part]:
    """What is given to the domains, beside what the host has."""
    facts = state.facts if state is not None else None
    parts: list[Part] = [(f" {count.active} of {count.total} up", "")]
    if facts is not None and facts.cpus:
        ratio = count.vcpus / facts.cpus
        parts.append((f" · vCPUs {count.vcpus}/{facts.cpus}", _over(ratio, 1.0, 2.0)))
    else:
        parts.append((f" · {count.vcpus} vCPUs", ""))
    given = units.size(count.memory_kib * 1024)
    if facts is not None and facts.memory_kib:
        ratio = count.memory_kib / facts.memory_kib
        text = f" · memory {given} of {units.size(facts.memory_kib * 1024)} ({units.percent(ratio)})"
        parts.append((text, _over(ratio, 0.8, 1.0)))
    else:
        parts.append((f" · memory {given}", ""))
    if usage is not None and usage.cpu is not None:
        parts.append((f" · host CPU {units.percent(usage.cpu)}", _over(usage.cpu, 0.75, 0.9)))
    if usage is not None and usage.memory is not None:
        parts.append((f" · host memory {units.percent(usage.memory)}", _over(usage.memory, 0.8, 0.95)))
    return parts


def _over(value: float, warn: float, bad: float) -> str:
    return "bad" if value > bad else "warn" if value > warn else ""

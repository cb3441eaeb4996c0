"""What the list says of itself: its title, its sums, and why it is empty."""

import time
from collections.abc import Mapping
from typing import Any

from tuivirt.core import units
from tuivirt.core.changes import ConnectionState
from tuivirt.core.query import Query
from tuivirt.core.source import shown_uri
from tuivirt.core.store import HostUsage
from tuivirt.core.text import plain
from tuivirt.core.totals import Totals
from tuivirt.core.view import ListView
from tuivirt.ui.panes.connection_roster import ALL
from tuivirt.ui.widgets.bars import Part


def title_parts(
    title: str,
    scope: str,
    view: ListView[Any],
    query: Query[Any],
    state: ConnectionState | None,
    *,
    reads: bool,
) -> tuple[list[Part], list[Part]]:
    """The left and the right of the title. ``reads``: what is shown rests on the definitions of all rows."""
    total = len(view)
    where = plain(scope) if scope != ALL else "all connections"
    count = f"{view.shown_count} of {total}" if not query.empty else str(total)
    left: list[Part] = [(f" {title} · {where} · {count}", "")]
    if view.marks:
        hidden = view.hidden_marks
        note = f" ({hidden} hidden)" if hidden else ""
        left.append((f" · {len(view.marks)} marked{note}", "mark"))
    if reads and (unread := sum(1 for record in view.all_rows() if record.details is None)):
        left.append((f" · {unread} definitions to read", "dim"))
    if state is not None and state.lost is not None and state.phase != "open":
        left.append((f" · stale for {units.duration(time.time() - state.lost)}", "warn"))
    return left, [] if query.empty else [(f"{plain(query.text)} ", "accent")]


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
            return [plain(line) for text in (state.error, state.hint) for line in text.splitlines()]


def summary_parts(totals: Totals, state: ConnectionState | None, usage: HostUsage | None) -> list[Part]:
    """What is given to the domains, beside what the host has."""
    facts = state.facts if state is not None else None
    parts: list[Part] = [(f" {totals.active} of {totals.defined} up", "")]
    if facts is not None and facts.cpus:
        ratio = totals.vcpus / facts.cpus
        parts.append((f" · vCPUs {totals.vcpus}/{facts.cpus}", _over(ratio, 1.0, 2.0)))
    else:
        parts.append((f" · {totals.vcpus} vCPUs", ""))
    given = units.size(totals.memory_kib * 1024)
    if facts is not None and facts.memory_kib:
        ratio = totals.memory_kib / facts.memory_kib
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

"""A run of an action as one line."""

import time
from collections.abc import Sequence
from typing import Final, Protocol, runtime_checkable

from textual.content import Content

from tuivirt.core import units
from tuivirt.core.changes import RunState
from tuivirt.resources.register import find_action
from tuivirt.ui.widgets.roles import fitted, joined, styled

_GLYPHS: Final = {
    "queued": ("…", "dim"),
    "running": ("⟳", "info"),
    "done": ("✓", "good"),
    "failed": ("✗", "bad"),
    "cancelled": ("–", "warn"),
    "abandoned": ("?", "warn"),
    "unknown": ("?", "warn"),
}
_BAR: Final = 10
SILENT: Final = 2.0
"""Seconds after which it is said that libvirt tells no progress. Of a restore it never does: until that is
over, a question about its domain is not even answered.
"""


@runtime_checkable
class FollowsRuns(Protocol):
    """A screen that wants to hear of runs."""

    def update_runs(self, runs: Sequence[RunState]) -> None:
        """These changed."""


def title_of(run: RunState) -> str:
    return find_action(run.action).title


def progress(run: RunState, now: float) -> Content:
    """What becomes of it: ``queued``, a bar with what libvirt tells, ``done``, or libvirt's words."""
    match run.phase:
        case "queued":
            return styled("queued", "dim")
        case "running":
            spent = units.duration(max(0.0, now - run.started))
            if run.progress is None:
                silent = not run.note and now - run.started >= SILENT
                note = "· no progress told by libvirt" if silent else run.note
                return joined(styled("running ", "info"), styled(f"{spent} {note}", "dim"))
            return joined(
                styled(f"{bar(run.progress)} {units.percent(run.progress):>4} ", "info"),
                styled(f"{spent} {run.note}", "dim"),
            )
        case "failed":
            return styled(run.note or "failed", "bad")
        case "done":
            return styled("done" + (f": {run.note}" if run.note else ""), "good")
        case "unknown":
            return styled(run.note, "warn")
        case "cancelled" | "abandoned":
            return styled(run.phase + (f": {run.note}" if run.note else ""), "warn")


def bar(fraction: float) -> str:
    """A bar of ten cells; without colours it is read as well."""
    full = round(min(max(fraction, 0.0), 1.0) * _BAR)
    return "█" * full + "░" * (_BAR - full)


def run_line(run: RunState, width: int, now: float, *, action: bool) -> Content:
    """Glyph, name, host, the action if asked for, and the progress."""
    glyph, role = _GLYPHS[run.phase]
    name = max(10, min(28, width // 4))
    parts: list[Content | str] = [styled(f"{glyph} ", role), fitted(styled(run.name), name), " "]
    parts += [fitted(styled(run.key.connection, "dim"), max(6, width // 8)), " "]
    if action:
        parts += [fitted(styled(title_of(run)), max(10, width // 5)), " "]
        if run.over:
            parts += [styled(time.strftime("%H:%M:%S ", time.localtime(run.started)), "dim")]
    return joined(*parts, progress(run, now))


def about(run: RunState) -> Content:
    """All that is known of it, for the lines under the list."""
    words = styled(run.note, "bad" if run.phase == "failed" else "")
    return joined(words, "\n", styled(run.hint, "dim")) if run.hint else words

"""Timers that always fire."""

from collections.abc import Callable
from typing import Any, Protocol

from textual.timer import Timer


class _Pump(Protocol):
    def set_timer(self, delay: float, callback: Callable[[], Any]) -> Timer: ...


def fires(timer: Timer) -> Timer:
    """This timer, which has not begun yet, fires however busy the machine is.

    A timer of Textual passes over a tick whose time has gone by before it first looks at the clock. That is
    right for one that repeats; one that does not would never fire.
    """
    timer._skip = False  # noqa: SLF001 (set_timer has no parameter for it)
    return timer


def once(pump: _Pump, seconds: float, callback: Callable[[], Any]) -> Timer:
    """Call that after these seconds."""
    return fires(pump.set_timer(seconds, callback))

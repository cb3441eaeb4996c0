"""Waiting for a condition that has no descriptor to select on."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds after which what a test waits for does not come any more: far more than it takes, for a machine
may be busy.
"""

AT_ONCE = 5.0
"""Seconds that a busy machine may take for what waits for nothing; what it must not wait for lasts longer."""

INTERVAL = 0.002  # seconds; short beside anything that a test waits for


def until(condition: Callable[[], T], what: str, timeout: float = PATIENCE) -> T:
    """Return the first true value of condition(); AssertionError that names what, after timeout seconds."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s: {what}")
        time.sleep(INTERVAL)
    return value

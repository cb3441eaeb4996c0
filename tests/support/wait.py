"""Waiting for a condition that has no descriptor to select on."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

INTERVAL = 0.002  # seconds; short beside anything that a test waits for


def until(condition: Callable[[], T], what: str, timeout: float = 10.0) -> T:
    """Return the first true value of condition(); AssertionError that names what, after timeout seconds."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s: {what}")
        time.sleep(INTERVAL)
    return value

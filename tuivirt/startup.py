"""What the interpreter does otherwise than by default: while the app starts, and for the screen."""

import gc
import sys

SWITCH = 0.001
"""Seconds that a thread may keep the interpreter while another waits, a fifth of Python's own choice: what
parses a reply or a definition shall not hold the screen up.
"""


def begin() -> None:
    """Before the many imports: collecting garbage among what stays takes 20 ms and finds nothing."""
    gc.disable()
    sys.setswitchinterval(SWITCH)


def end() -> None:
    """What is there now stays, and is never looked at again by a collection."""
    gc.freeze()
    gc.enable()

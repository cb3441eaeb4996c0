"""What the interpreter does otherwise than by default: while the app starts, and for the screen."""

import gc
import sys

SWITCH = 0.001
"""Seconds that a thread may keep the interpreter while another waits, a fifth of Python's own choice: what
parses a reply or a definition shall not hold the screen up.
"""


def begin() -> None:
    """Before all imports: collecting garbage among what stays takes 25 ms and finds nothing.

    Commands for scripts end before garbage matters; the app calls ``end``.
    """
    gc.disable()
    sys.setswitchinterval(SWITCH)


def import_asyncio() -> None:
    """Before anything else imports it: without TLS, which nothing here asks of it.

    libvirt has a TLS of its own, and OpenSSL takes 4 ms and 1.6 MiB. A later import of ``ssl`` finds it.
    """
    if "ssl" in sys.modules:
        return
    sys.modules["ssl"] = None  # type: ignore[assignment]  # as the import system has it for "there is none"
    try:
        import asyncio  # noqa: F401
    finally:
        del sys.modules["ssl"]


def end() -> None:
    """What is there now stays, and is never looked at again by a collection.

    What is garbage of it goes first: 20 ms for 0.6 MiB.
    """
    gc.collect()
    gc.freeze()
    gc.enable()

"""A stepwise test of one connection, as ``doctor`` and the bookmark dialog show it."""

from typing import NamedTuple


class Step(NamedTuple):
    """One thing that must work before a connection can be open, and whether it does."""

    step: str
    """What was tried, in a few words: ``name``, ``TCP``, ``SSH authentication``, ``driver`` …"""
    ok: bool
    detail: str = ""
    """What was found. Text from outside."""
    hint: str = ""
    """What to do about it; empty when nothing is known, or nothing needs doing."""

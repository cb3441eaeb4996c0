"""The load of a host, reading by reading."""

import time
from typing import Literal

import libvirt

from tuivirt.core.changes import HostLoad
from tuivirt.resources.host import read_cpu, read_memory

ROUND_TRIPS = 2
"""Of each of the two readings."""


class HostLoads:
    """Reads processors and memory in turn, so that a tick costs two round trips and no more; the first time,
    both. What the driver does not tell is not asked for again.
    """

    def __init__(self, conn: libvirt.virConnect) -> None:
        self._conn = conn
        self._turns: list[Literal["cpu", "memory"]] = ["memory", "cpu"]
        self._load = HostLoad(0.0)
        self._readings = 0
        """Of the processors."""

    @property
    def told(self) -> bool:
        """Whether the driver tells anything, as far as is known."""
        return bool(self._turns)

    @property
    def is_rate(self) -> bool:
        """There have been readings enough for a share of the processors."""
        return self._readings > 1 or "cpu" not in self._turns

    def read(self, *, processors: bool = False) -> tuple[HostLoad, float] | None:
        """The load, partly of the reading before, and the seconds of a round trip; None: it is not told.
        ``processors``: those alone, where they are told.
        """
        turns = self._turns[:1] if self._load.at else self._turns[:]
        if processors and "cpu" in self._turns:
            turns = ["cpu"]
        answer = None
        for turn in turns:
            started = time.monotonic()
            told = self._cpu() if turn == "cpu" else self._memory()
            self._turns.remove(turn)
            if told:
                self._turns.append(turn)
                answer = self._load, (time.monotonic() - started) / ROUND_TRIPS
        return answer

    def _cpu(self) -> bool:
        if (told := read_cpu(self._conn)) is None:
            return False
        self._readings += 1
        self._load = self._load._replace(at=time.monotonic(), busy_ns=told[0], idle_ns=told[1])
        return True

    def _memory(self) -> bool:
        if (told := read_memory(self._conn)) is None:
            return False
        total, free = told
        self._load = self._load._replace(at=time.monotonic(), memory_total_kib=total, memory_free_kib=free)
        return True

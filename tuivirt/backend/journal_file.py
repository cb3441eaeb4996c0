"""The journal on disk: JSON lines, private, bounded in size."""

import logging
import os
from pathlib import Path

from tuivirt.backend.lane import Lane
from tuivirt.core.journal import Entry

log = logging.getLogger(__name__)


class JournalFile:
    """Appends entries on a thread of its own. At half of ``limit`` bytes the file becomes ``NAME.1``, which
    takes the place of the one before it: both together stay below ``limit``.
    """

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self._limit = limit
        self._lane = Lane("journal")
        self._broken = False

    def write(self, entry: Entry) -> None:
        """Returns at once; a file that cannot be written is told in the log, once."""
        self._lane.submit(lambda: self._append(entry.to_json().encode("utf-8", "backslashreplace") + b"\n"))

    def close(self, timeout: float = 1.0) -> None:
        """Wait until what was given is on the disk, at most ``timeout`` seconds."""
        if not self._lane.finish(timeout):
            log.warning("the last lines of the journal could not be written in time")
        self._lane.stop()

    def _append(self, line: bytes) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # One write of one line on a file opened for appending: other runs of the program may write too.
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                if os.fstat(descriptor).st_size + len(line) > self._limit // 2:
                    self._path.replace(self._path.with_name(self._path.name + ".1"))
                    os.close(descriptor)
                    descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError as error:
            if not self._broken:
                log.warning("the journal cannot be written: %s", error)
            self._broken = True

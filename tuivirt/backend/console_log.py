"""The text of a console in a file of the user's."""

import errno
import os
import stat
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from tuivirt.backend.lane import Lane
from tuivirt.terminal.transcript import Transcript

MOST_WAITING: Final = 8 << 20
"""Bytes that wait to be written; of what comes faster, the rest is left out, and that is told in the file."""


class ConsoleLog:
    """Writes on a thread of its own, for the user alone (0600); ``failed`` is called once if that fails."""

    def __init__(self, path: Path, failed: Callable[[OSError], None], *, over: bool) -> None:
        """Waits for the file's disk. Raises OSError; FileExistsError for a file that is there unless it is
        written ``over``.
        """
        self.path = path
        self._failed = failed
        self._file: int | None = _open(path, over=over)
        self._transcript = Transcript()
        self._lane = Lane(f"log {path.name}")
        self._lock = threading.Lock()
        self._waiting = 0
        self._left_out = 0

    def write(self, data: bytes) -> None:
        """Take bytes of the guest; returns at once."""
        with self._lock:
            if self._waiting + len(data) > MOST_WAITING:
                self._left_out += len(data)
                return
            self._waiting += len(data)
            left_out, self._left_out = self._left_out, 0
        self._lane.submit(partial(self._take, data, left_out))

    def close(self) -> None:
        """Write what is left and be done; returns at once."""
        self._lane.submit(self._close)

    def finish(self, timeout: float) -> bool:
        """Wait until what was given is written; whether it was within ``timeout`` seconds."""
        return self._lane.finish(timeout)

    def _take(self, data: bytes, left_out: int) -> None:
        self._tell(left_out)
        self._write(self._transcript.feed(data))
        with self._lock:
            self._waiting -= len(data)

    def _tell(self, left_out: int) -> None:
        if left_out:
            self._write(f"{self._transcript.rest()}⋯ {left_out:,} bytes were left out ⋯\n")

    def _write(self, text: str) -> None:
        if self._file is None or not text:
            return
        data = text.encode("utf-8", "replace")
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            os.close(self._file)
            self._file = None
            self._failed(error)

    def _close(self) -> None:
        self._tell(self._left_out)
        self._write(self._transcript.rest())
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._lane.stop()


def _open(path: Path, *, over: bool) -> int:
    # What is no ordinary file may wait for a reader when it is opened, and belong to others.
    flags = os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | (0 if over else os.O_EXCL)
    file = os.open(path, flags, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(errno.EINVAL, "no ordinary file", str(path))
        if over:
            os.fchmod(file, 0o600)
            os.ftruncate(file, 0)
    except BaseException:
        os.close(file)
        raise
    return file

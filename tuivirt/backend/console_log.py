"""The text of a console in a file of the user's."""

import os
from collections.abc import Callable
from pathlib import Path

from tuivirt.backend.lane import Lane
from tuivirt.terminal.transcript import Transcript


class ConsoleLog:
    """Writes on a thread of its own, for the user alone (0600); ``failed`` is called once if that fails."""

    def __init__(self, path: Path, failed: Callable[[OSError], None], *, over: bool) -> None:
        """Raises OSError; FileExistsError for a file that is there unless it is written ``over``."""
        self.path = path
        self._failed = failed
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if over else os.O_EXCL)
        self._file: int | None = os.open(path, flags, 0o600)
        if over:
            os.fchmod(self._file, 0o600)
        self._transcript = Transcript()
        self._lane = Lane(f"log {path.name}")

    def write(self, data: bytes) -> None:
        """Take bytes of the guest; returns at once."""
        self._lane.submit(lambda: self._write(self._transcript.feed(data)))

    def close(self) -> None:
        """Write what is left and be done; returns at once."""
        self._lane.submit(self._close)

    def finish(self, timeout: float) -> bool:
        """Wait until what was given is written; whether it was within ``timeout`` seconds."""
        return self._lane.finish(timeout)

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
        self._write(self._transcript.rest())
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._lane.stop()

"""The local history of definitions: each is written down before it is replaced or removed."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from tuivirt.core.key import Key

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class History:
    """Files ``CONNECTION/UUID/TIME-NAME.xml`` below a private directory, with secrets, mode 0600."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, key: Key, name: str, xml: str) -> Path:
        """Write a definition and have it on the disk before returning. Raises OSError."""
        folder = self._directory / _word(key.connection) / _word(key.id)
        for made in (self._directory, folder.parent, folder):
            # Each by itself: of missing parents the mode would be the user's default.
            made.mkdir(mode=0o700, parents=True, exist_ok=True)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        path = folder / f"{stamp}-{_word(name)}.xml"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(xml.encode())
            file.flush()
            os.fsync(file.fileno())
        return path


def _word(text: str) -> str:
    """A text from outside as part of a path: never empty, never ``..``, no separator, short."""
    return _UNSAFE.sub("_", text).strip(".")[:80] or "_"

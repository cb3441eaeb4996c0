"""Writing a file so that a reader, or a power cut, finds the old text or the new one and nothing between."""

import contextlib
import os
import tempfile
from pathlib import Path

from tuivirt.config.paths import make_private


def write_atomically(path: Path, text: str, *, durable: bool = True) -> None:
    """Replace ``path``, or what it links to, with ``text``; keeps its mode, or makes it 0600. Raises OSError.

    ``durable``: wait until the text is on the disk.
    """
    target = path.resolve()
    make_private(target.parent)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 (an open descriptor)
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(file.fileno(), target.stat().st_mode & 0o7777)
            file.write(text)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if durable:
        _sync_directory(target.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

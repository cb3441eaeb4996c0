"""Choices that the app remembers by itself, apart from the user's files: columns, order, folds, sizes."""

import threading
from pathlib import Path
from typing import Any, Final

from tuivirt.config.atomic import write_atomically

DELAY: Final = 0.5
"""Seconds between a choice and its writing, so that a pane dragged wide is one write and not a hundred."""


class Remembered:
    """A JSON object in a file. Values are whatever JSON holds; writing is done by a thread of its own.

    A file that cannot be read is as good as none, and is replaced at the next choice.
    """

    def __init__(self, path: Path, *, delay: float = DELAY) -> None:
        self._path = path
        self._delay = delay
        self._lock = threading.Lock()
        # Of its own, so that no choice waits for a disk.
        self._writing = threading.Lock()
        self._timer: threading.Timer | None = None
        self._values, self.notice = _read(path)
        """What was wrong with the file, or why it could not be written; empty when nothing was."""

    def get(self, name: str, default: Any) -> Any:
        """The value, or ``default`` where there is none, or one of another type."""
        value = self._values.get(name, default)
        return value if default is None or _alike(value, default) else default

    def set(self, name: str, value: Any) -> None:
        """Keep a value of JSON's types; it is written soon. Returns at once."""
        with self._lock:
            self._values = self._values | {name: value}
            if self._timer is None:
                self._timer = threading.Timer(self._delay, self._write)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        """Write now what is not written yet."""
        with self._lock:
            timer = self._timer
        if timer is not None:
            timer.cancel()
            self._write()

    def _write(self) -> None:
        import json

        with self._writing:
            with self._lock:
                if self._timer is None:
                    return
                self._timer = None
                values = self._values
            text = json.dumps(values, ensure_ascii=False, indent=1)
            try:
                write_atomically(self._path, f"{text}\n", durable=False)
            except OSError as error:
                self.notice = f"{self._path} cannot be written: {error.strerror}"


def _read(path: Path) -> tuple[dict[str, Any], str]:
    try:
        text = path.read_text(encoding="utf-8")
        import json  # here: of no use without a file

        values = json.loads(text)
    except FileNotFoundError:
        return {}, ""
    except OSError as error:
        return {}, f"{path} cannot be read: {error.strerror}"
    except ValueError:
        return {}, f"{path} is broken: columns, order and sizes are back to their defaults"
    if not isinstance(values, dict):
        return {}, f"{path} holds no object: columns, order and sizes are back to their defaults"
    return values, ""


def _alike(value: Any, default: Any) -> bool:
    """Whether a value from the file may stand for the default: JSON has one kind of list and of number."""
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    for kinds in ((list, tuple), (int, float)):
        if isinstance(default, kinds):
            return isinstance(value, kinds)
    return isinstance(value, type(default))

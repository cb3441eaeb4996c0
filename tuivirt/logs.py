"""The log file, and what must not reach the terminal: tracebacks, and what libvirt prints by itself."""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Final

from tuivirt.config import paths
from tuivirt.core.text import plain

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")
_LARGEST: Final = 4 << 20  # bytes; the file that is larger when the app starts becomes tuivirt.log.1
_log = logging.getLogger(__name__)


class _PrivateFile(logging.FileHandler):
    """A log file for the user alone, made when the first line is written."""

    def _open(self) -> TextIOWrapper:
        return os.fdopen(open_log(Path(self.baseFilename)), "a", encoding="utf-8", errors="backslashreplace")


def set_up(level: str = "WARNING") -> None:
    """Send log records, and every traceback that would end on the terminal, to the log file."""
    path = paths.log_file()
    _keep_small(path)
    handler = _PrivateFile(path, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    logging.raiseExceptions = False  # a full disk is no reason for a traceback on the screen
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def open_log(path: Path | None = None) -> int:
    """A descriptor of the log file to append to; made for the user alone (0600). Raises OSError."""
    path = path or paths.log_file()
    paths.make_private(path.parent)
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def quiet_stderr() -> Iterator[int]:
    """Send to the log what C libraries print on descriptor 2: TLS lines of libvirt, warnings of libxml2.

    Yields a descriptor of what it was before: the terminal.
    """
    try:
        log = open_log()
    except OSError:
        log = os.open(os.devnull, os.O_WRONLY)
    terminal = os.dup(2)
    sys.stderr.flush()
    os.dup2(log, 2)
    os.close(log)
    try:
        yield terminal
    finally:
        sys.stderr.flush()
        os.dup2(terminal, 2)
        os.close(terminal)


def _keep_small(path: Path) -> None:
    try:
        if path.stat().st_size > _LARGEST:
            path.replace(path.with_name(f"{path.name}.1"))
    except OSError as error:
        _log.debug("%s is not rotated: %s", path, error)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """One line for the user, the traceback for the log. Python ends with status 1 by itself."""
    _log.critical("uncaught", exc_info=(kind, error, trace))
    words = plain(" ".join(f"{kind.__name__}: {error}".split()))
    sys.stderr.write(f"tuivirt: internal error: {words} (details in {paths.log_file()})\n")


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_type is not SystemExit and args.exc_value is not None:
        _log.critical("uncaught in a thread", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))


def _unraisable(args: "sys.UnraisableHookArgs") -> None:
    message = args.err_msg or "ignored"
    if args.exc_value is None:
        _log.error("%s: %r", message, args.object)
    else:
        _log.error(
            "%s: %r", message, args.object, exc_info=(args.exc_type, args.exc_value, args.exc_traceback)
        )

"""virt-viewer, for those who sit at a graphical session."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import Final

from tuivirt.core.source import shown_uri

PROGRAM: Final = "virt-viewer"


def why_not(environment: Mapping[str, str], uri: str) -> str:
    """Why it cannot be opened; empty: it can."""
    if not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        return "There is no graphical session here: neither DISPLAY nor WAYLAND_DISPLAY is set."
    if shutil.which(PROGRAM) is None:
        return f"{PROGRAM} is not installed here."
    if shown_uri(uri) != uri:
        return "The connection's URI holds a password, which others would see among the processes."
    return ""


def command(uri: str, uuid: str) -> list[str]:
    """Its words, for a domain of a connection."""
    return [PROGRAM, "--connect", uri, "--uuid", "--", uuid]


def open_viewer(words: list[str], failed: Callable[[str], None]) -> None:
    """Start it, to live on by itself. ``failed`` is called on another thread. Raises OSError."""
    process = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )

    def follow() -> None:
        last = b""
        assert process.stderr is not None
        with process.stderr as said:
            for line in said:
                last = line.strip() or last
        if process.wait():
            failed(last.decode("utf-8", "replace") or f"it ended with status {process.returncode}")

    threading.Thread(target=follow, name=PROGRAM, daemon=True).start()

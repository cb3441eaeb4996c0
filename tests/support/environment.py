"""The environment every test and every program a test starts runs in: nothing of the user, one terminal."""

import os
from collections.abc import Mapping
from pathlib import Path

FIXED = {
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "TEXTUAL_ANIMATIONS": "none",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}

# What a developer's shell may hold and what would change what libvirt, ssh, Rich or Textual do.
REMOVED_PREFIXES = ("LIBVIRT_", "VIRSH_", "TEXTUAL", "TUIVIRT_", "SSH_", "RICH_")
REMOVED = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "COLORFGBG",
    "COLUMNS",
    "LINES",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "TERM_PROGRAM",
    "TMUX",
    "STY",
    "ZELLIJ",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "DBUS_SESSION_BUS_ADDRESS",
)
# Settings of the test run itself, and what its plugins tell each other.
KEPT = ("TUIVIRT_REQUIRE_DAEMON", "TEXTUAL_SNAPSHOT_TEMPDIR")


def is_foreign(name: str) -> bool:
    """Whether a variable of this name may not reach a test."""
    return name not in KEPT and (name in REMOVED or name.startswith(REMOVED_PREFIXES))


def private_directories(root: Path) -> dict[str, str]:
    """HOME and the XDG variables below root. It need not exist: whoever writes there makes what it needs."""
    return {
        "HOME": str(root / "home"),
        "XDG_CONFIG_HOME": str(root / "config"),
        "XDG_STATE_HOME": str(root / "state"),
        "XDG_CACHE_HOME": str(root / "cache"),
        "XDG_DATA_HOME": str(root / "data"),
        "XDG_RUNTIME_DIR": str(root / "run"),
    }


def hermetic(root: Path, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """A whole environment for a child process, from base (this process's own when none is given)."""
    base = os.environ if base is None else base
    kept = {name: value for name, value in base.items() if not is_foreign(name)}
    return kept | FIXED | private_directories(root)

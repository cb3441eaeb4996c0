"""Things that are slow to make and stay true: kept between test runs, made once for all workers."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def cache_root() -> Path:
    """Return .testcache of the checkout; elsewhere when this user may not write there."""
    root = REPOSITORY / ".testcache"
    if root.exists() and root.stat().st_uid == os.geteuid():
        return root
    if not root.exists() and os.access(REPOSITORY, os.W_OK):
        root.mkdir(exist_ok=True)
        return root
    own = Path(tempfile.gettempdir()) / f"tuivirt-testcache-{os.geteuid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    if own.stat().st_uid != os.geteuid():
        raise PermissionError(f"{own} belongs to somebody else")
    return own


def cached_directory(name: str, make: Callable[[Path], None]) -> Path:
    """Return the directory of this name; make(an empty directory) fills it, once, whoever asks first."""
    root = cache_root()
    final = root / name
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not final.exists():
            unfinished = root / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(final)
    return final

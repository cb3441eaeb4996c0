"""When a domain was started: libvirt does not tell, but on this machine its pid file does."""

from pathlib import Path

from tuivirt.core.uri import ConnectionURI


def run_directory(uri: ConnectionURI, runtime_dir: str | None) -> Path | None:
    """Where libvirt's QEMU driver keeps pid files, when it runs on this machine with the usual directories.

    ``runtime_dir`` is ``$XDG_RUNTIME_DIR``, which the session daemon uses.
    """
    if uri.driver != "qemu" or uri.remote or uri.params.get("socket"):
        return None
    if uri.path == "/system":
        return Path("/run/libvirt/qemu")
    if uri.path == "/session" and runtime_dir:
        return Path(runtime_dir) / "libvirt" / "qemu" / "run"
    return None


def started_at(directory: Path, name: str) -> float | None:
    """Modification time of a domain's pid file, seconds since the epoch; None when it cannot be seen."""
    if "/" in name or not name:
        return None
    try:
        return (directory / f"{name}.pid").stat().st_mtime
    except (OSError, ValueError):
        return None

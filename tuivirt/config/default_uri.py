"""The URI that libvirt opens when it is given none, and why."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from tuivirt.config.libvirt_conf import LibvirtConf

VARIABLE = "LIBVIRT_DEFAULT_URI"


class DefaultURI(NamedTuple):
    """What ``virConnectOpen(NULL)`` would connect to."""

    uri: str | None
    """None when it cannot be known: libvirt.conf is broken."""
    source: Literal["environment", "file", "probing"]
    origin: str
    """The variable or the file, or what probing went by; with the alias where one was resolved."""


def default_uri(
    conf: LibvirtConf,
    environ: Mapping[str, str] | None = None,
    *,
    privileged: bool | None = None,
    proc: Path = Path("/proc"),
) -> DefaultURI:
    """Resolve as libvirt does: ``LIBVIRT_DEFAULT_URI``, ``uri_default`` (each may be an alias), then probing.

    libvirt probes in two steps: drivers inside the client (OpenVZ alone), then the daemon picks the first of
    its own that works, Xen before QEMU. That second step is foretold here from what the kernel says.
    """
    environ = os.environ if environ is None else environ
    privileged = os.geteuid() == 0 if privileged is None else privileged
    if name := environ.get(VARIABLE):
        return _named(conf, name, "environment", VARIABLE)
    if conf.problems:
        return DefaultURI(None, "file", str(conf.path))
    if conf.uri_default:
        return _named(conf, conf.uri_default, "file", f"{conf.path}: uri_default")
    return _probed(privileged=privileged, proc=proc)


def _named(conf: LibvirtConf, name: str, source: Literal["environment", "file"], origin: str) -> DefaultURI:
    uri = conf.resolve(name)
    return DefaultURI(uri, source, origin if uri == name else f"{origin}, alias {name}")


def _probed(*, privileged: bool, proc: Path) -> DefaultURI:
    if os.access(proc / "vz", os.W_OK):
        return DefaultURI("openvz:///system", "probing", "probing: this machine runs OpenVZ")
    if privileged and _is_xen_host(proc):
        return DefaultURI("xen:///system", "probing", "probing: this machine is a Xen host")
    if privileged:
        return DefaultURI("qemu:///system", "probing", "probing: root, so the system daemon")
    return DefaultURI("qemu:///session", "probing", "probing: an ordinary user, so the session daemon")


def _is_xen_host(proc: Path) -> bool:
    try:
        return "control_d" in (proc / "xen/capabilities").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False

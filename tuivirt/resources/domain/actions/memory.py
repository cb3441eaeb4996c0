"""The guest's memory: saved states and core dumps."""

from typing import Annotated, NamedTuple

import libvirt

from tuivirt.core.action import Loss, Param
from tuivirt.resources.domain.actions.base import ACTIVE, PERSISTENT, SAVED, VANISHES, action, at, flags_of
from tuivirt.resources.domain.snapshot import Domain


@action(
    "Save state and stop",
    when=(ACTIVE, PERSISTENT),
    job=True,
    virsh=lambda d: ("managedsave", *at(d)),
)
def managed_save(dom: libvirt.virDomain) -> None:
    """Write the guest's memory to the host's disk and stop it; the next start goes on from there."""
    dom.managedSave(0)


@action(
    "Remove saved state",
    when=(SAVED,),
    confirm="Remove the saved state of {name} on {host}? What was in the guest's memory is lost.",
    danger=True,
    virsh=lambda d: ("managedsave-remove", *at(d)),
)
def managed_save_remove(dom: libvirt.virDomain) -> None:
    """Forget the saved state, so that the next start is a fresh boot."""
    dom.managedSaveRemove(0)


def _file(example: str) -> Param:
    hint = f"{example}; a file of that name on the host is replaced"
    return Param("File on the host", kind="path", required=True, hint=hint)


class SaveTo(NamedTuple):
    path: Annotated[str, _file("/var/tmp/NAME.save")] = ""
    bypass_cache: Annotated[bool, Param("Bypass the file system cache", kind="flag")] = False


@action(
    "Save to a file and stop",
    when=(ACTIVE,),
    params=SaveTo,
    job=True,
    bulk=False,
    virsh=lambda d, p: (
        "save",
        *at(d),
        "--file",
        p.path,
        *(("--bypass-cache",) if p.bypass_cache else ()),
    ),
)
def save(dom: libvirt.virDomain, options: SaveTo) -> None:
    """Write the guest's memory to a file on the host and stop it; restored from the host's menu."""
    flags = libvirt.VIR_DOMAIN_SAVE_BYPASS_CACHE if options.bypass_cache else 0
    dom.saveFlags(options.path, None, flags)


_DUMP_FORMATS = (
    ("raw", "raw"),
    ("kdump-zlib", "kdump, zlib"),
    ("kdump-lzo", "kdump, LZO"),
    ("kdump-snappy", "kdump, snappy"),
    ("win-dmp", "Windows"),
)
_DUMP_NUMBERS = {
    "raw": libvirt.VIR_DOMAIN_CORE_DUMP_FORMAT_RAW,
    "kdump-zlib": libvirt.VIR_DOMAIN_CORE_DUMP_FORMAT_KDUMP_ZLIB,
    "kdump-lzo": libvirt.VIR_DOMAIN_CORE_DUMP_FORMAT_KDUMP_LZO,
    "kdump-snappy": libvirt.VIR_DOMAIN_CORE_DUMP_FORMAT_KDUMP_SNAPPY,
    "win-dmp": libvirt.VIR_DOMAIN_CORE_DUMP_FORMAT_WIN_DMP,
}


class DumpTo(NamedTuple):
    path: Annotated[str, _file("/var/tmp/NAME.core")] = ""
    memory_only: Annotated[bool, Param("Memory only", kind="flag")] = True
    format: Annotated[str, Param("Format (memory only)", kind="choice", choices=_DUMP_FORMATS)] = "raw"
    live: Annotated[bool, Param("Let the guest run meanwhile", kind="flag")] = False
    bypass_cache: Annotated[bool, Param("Bypass the file system cache", kind="flag")] = False
    after: Annotated[
        str,
        Param(
            "Afterwards",
            kind="choice",
            choices=(("", "go on"), ("crash", "force off (crashed)"), ("reset", "reset")),
        ),
    ] = ""

    def words(self) -> tuple[str, ...]:
        chosen = {
            "--memory-only": self.memory_only,
            "--live": self.live,
            "--bypass-cache": self.bypass_cache,
            "--crash": self.after == "crash",
            "--reset": self.after == "reset",
        }
        words = tuple(word for word, on in chosen.items() if on)
        return (*words, "--format", self.format) if self.memory_only and self.format != "raw" else words


@action(
    "Dump core",
    when=(ACTIVE,),
    params=DumpTo,
    job=True,
    bulk=False,
    losses=(
        Loss[Domain](
            lambda _domain, p: p.after == "crash",
            "{name} on {host} is forced off after the dump: unsaved work in the guest is lost.",
        ),
        Loss[Domain](
            lambda _domain, p: p.after == "reset",
            "{name} on {host} is reset after the dump: unsaved work in the guest is lost.",
        ),
        Loss[Domain](lambda d, p: p.after == "crash" and VANISHES.when(d, p), VANISHES.says),
    ),
    ends=lambda p: p.after == "crash",
    virsh=lambda d, p: ("dump", *at(d), "--file", p.path, *p.words()),
)
def dump(dom: libvirt.virDomain, options: DumpTo) -> None:
    """Write the guest's memory to a file on the host for analysis."""
    flags = flags_of(
        {
            libvirt.VIR_DUMP_MEMORY_ONLY: options.memory_only,
            libvirt.VIR_DUMP_LIVE: options.live,
            libvirt.VIR_DUMP_BYPASS_CACHE: options.bypass_cache,
            libvirt.VIR_DUMP_CRASH: options.after == "crash",
        }
    )
    if options.memory_only and options.format != "raw":
        dom.coreDumpWithFormat(options.path, _DUMP_NUMBERS[options.format], flags)
    else:
        dom.coreDump(options.path, flags)
    if options.after == "reset":
        # Not VIR_DUMP_RESET: libvirt (9.0) then asks QEMU for the reset without a lock against those who look
        # at the progress of the dump, and both questions fail.
        dom.reset(0)

#!/usr/bin/env python3
"""Records tests/data/consoles/*: what GRUB's menu and Debian's installer write to a serial console.

    tools/record_consoles.py [NAME]...

Fetches the packages with apt-get (130 MB), boots each in a libvirtd of its own, presses a few keys when
nothing moves any more, and keeps the bytes, and beside them the screen as it was at the end. Look at that
before it is committed.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import libvirt
from rich.cells import cell_len

from tests.support.daemon import LibvirtDaemon
from tests.support.guest import guest_xml
from tests.support.headless import HOST, Headless
from tuivirt.core.console import Console
from tuivirt.core.key import Key
from tuivirt.terminal.terminal import Terminal

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "consoles"
QUIET = 8.0
"""Seconds without output after which the next key is pressed; under emulation a boot has long pauses."""
GRUB_CFG = """\
serial --unit=0 --speed=115200
terminal_input serial
terminal_output serial
set timeout=-1
menuentry "Debian GNU/Linux" { true; }
menuentry "Debian GNU/Linux, with Linux 6.1.0 (recovery mode)" { true; }
"""
MODULES = "memdisk tar serial terminfo terminal normal echo test configfile minicmd"


def grub(scratch: Path) -> str:
    """A guest that is GRUB and nothing else."""
    unpack(scratch, "grub-pc-bin", "grub-common")
    config = scratch / "memdisk" / "boot" / "grub"
    config.mkdir(parents=True)
    (config / "grub.cfg").write_text(GRUB_CFG)
    run(scratch, "tar", "-C", "memdisk", "-cf", "memdisk.tar", "boot")
    folder = "usr/lib/grub/i386-pc"
    make = [f"{scratch}/usr/bin/grub-mkimage", "-O", "i386-pc", "-d", folder, "-o", "core.img"]
    run(scratch, *make, "-p", "(memdisk)/boot/grub", "-m", "memdisk.tar", *MODULES.split())
    kernel = scratch / "grub.lnx"
    kernel.write_bytes((scratch / folder / "lnxboot.img").read_bytes() + (scratch / "core.img").read_bytes())
    return guest_xml("grub", serial=True, kernel=kernel)


def installer(scratch: Path) -> str:
    """Debian's installer, in text mode."""
    unpack(scratch, "debian-installer-12-netboot-amd64")
    initrd = next(scratch.rglob("text/debian-installer/amd64/initrd.gz"))
    kernel = initrd.with_name("linux")
    options = {"memory_mib": 1400, "kernel": kernel, "initrd": initrd, "cmdline": "console=ttyS0 --- quiet"}
    return guest_xml("installer", serial=True, **options)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Recording:
    """What is booted, what must be on the screen before the first key, and the keys."""

    guest: Callable[[Path], str]
    shows: str
    keys: tuple[bytes, ...]


RECORDINGS = {
    "grub": Recording(grub, "GNU GRUB", (b"\x1b[B", b"c", b"set\t", b"\x1b")),
    "installer": Recording(installer, "Select a language", (b"\r", b"\x1b[B", b"\r", b"\t")),
}


def unpack(scratch: Path, *packages: str) -> None:
    run(scratch, "apt-get", "download", *packages)
    for package in scratch.glob("*.deb"):
        run(scratch, "dpkg-deb", "-x", package.name, ".")


def run(scratch: Path, *argv: str) -> None:
    subprocess.run(argv, cwd=scratch, check=True, stdout=subprocess.DEVNULL)


def record(recording: Recording, scratch: Path) -> tuple[bytes, Terminal]:
    """The bytes, and the terminal that they were shown in."""
    xml = recording.guest(scratch)
    with LibvirtDaemon() as daemon, Headless() as app:
        daemon.define(xml)
        app.open(daemon.uri)
        (record,) = app.records().values()
        console = Console(Key(HOST, "domain", record.item.uuid), "serial0")
        app.fleet.open_console(console)
        conn = libvirt.open(daemon.uri)
        conn.lookupByName(record.name).create()
        try:
            return play(app, console, recording)
        finally:
            conn.close()


def play(app: Headless, console: Console, recording: Recording) -> tuple[bytes, Terminal]:
    written, terminal, keys = b"", Terminal(cell_len), list(recording.keys)
    moved = time.monotonic()
    while True:
        app.pump()
        if data := app.fleet.console_output(console).data:
            written += data
            terminal.feed(data)
            terminal.work(60)
            app.fleet.send_console(console, terminal.answers())
            moved = time.monotonic()
        quiet = time.monotonic() - moved > QUIET
        if quiet and (recording.shows in text(terminal) or len(keys) < len(recording.keys)):
            if not keys:
                return written, terminal
            app.fleet.send_console(console, keys.pop(0))
            moved = time.monotonic()
        time.sleep(0.01)


def text(terminal: Terminal) -> str:
    rows = (terminal.line(number).text for number in range(terminal.top, terminal.end))
    return "".join(f"{row.rstrip()}\n" for row in rows)


def main(names: list[str]) -> int:
    FOLDER.mkdir(exist_ok=True)
    for name in names or RECORDINGS:
        with tempfile.TemporaryDirectory(prefix="tuivirt-") as scratch:
            written, terminal = record(RECORDINGS[name], Path(scratch))
        (FOLDER / f"{name}.bytes").write_bytes(written)
        (FOLDER / f"{name}.txt").write_text(text(terminal), encoding="utf-8")
        print(f"{name}: {len(written)} bytes")  # noqa: T201
        print(text(terminal))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A Linux guest that boots in seconds under software emulation: a serial shell, the agent, the power button.

Made from Debian packages, which are fetched and unpacked but not installed, so that root is not needed.
"""

import hashlib
import lzma
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.cache import REPOSITORY, cached_directory
from tests.support.daemon import DaemonUnavailableError, LibvirtDaemon
from tests.support.guest import guest_xml

SCRIPTS = REPOSITORY / "tests" / "data" / "guest"
KERNEL = "linux-image-cloud-amd64"
PACKAGES = ("busybox-static", "qemu-guest-agent", "libnuma1", "liburing2")
MODULES = (
    *("virtio_pci", "virtio_console", "virtio_net", "virtio_blk", "virtio_scsi", "sd_mod"),
    *("virtio_balloon", "virtio_rng", "button", "evdev"),
)
# Where a script goes in the guest.
PLACES = {
    "init": "init",
    "watch": "etc/watch",
    "dhcp": "etc/dhcp",
    "power-button": "etc/acpi/PWRF/00000080",
    "shutdown": "sbin/shutdown",
}
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "etc/group": "root:x:0:\n",
    "etc/os-release": 'NAME="Test Linux"\nID=test\nPRETTY_NAME="Test Linux 1"\nVERSION_ID="1"\n',
}
DIRECTORIES = (
    *("dev", "etc", "modules", "proc", "root", "run", "sys", "tmp", "var/run", "var/log"),
    *("bin", "sbin", "usr/bin", "usr/sbin", "lib64"),
)


@dataclass(frozen=True, slots=True)
class LinuxGuest:
    """The files that the guest boots from."""

    kernel: Path
    initrd: Path

    def xml(self, name: str, *, cmdline: str = "", **options: Any) -> str:
        """Define it; the options are those of guest_xml. cmdline is added to the kernel's."""
        return guest_xml(
            name,
            kernel=self.kernel,
            initrd=self.initrd,
            cmdline=f"console=ttyS0 quiet panic=1 mitigations=off guest.name={name} {cmdline}".rstrip(),
            **{"memory_mib": 128, "agent": True, "serial": True} | options,
        )


def start(daemon: LibvirtDaemon, name: str, timeout: float = 60) -> None:
    """Start a defined guest and wait until its agent is there."""
    with daemon.spawn_virsh(
        "event", "--domain", name, "--event", "agent-lifecycle", "--loop", "--timeout", f"{timeout:.0f}"
    ) as events:
        daemon.virsh("start", name)
        assert events.stdout is not None
        for line in events.stdout:
            if "state: 'connected'" in line:
                events.kill()
                return
    raise AssertionError(f"the agent of {name} did not come up within {timeout:g} s")


def build() -> LinuxGuest:
    """Return the guest, from the test cache where it is there already."""
    sources = [Path(__file__), *sorted(SCRIPTS.iterdir())]
    key = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    directory = cached_directory(f"linux-guest-{key}", make)
    return LinuxGuest(directory / "vmlinuz", directory / "initramfs")


def make(target: Path) -> None:
    """Write vmlinuz and initramfs into target."""
    if missing := [name for name in ("apt-get", "dpkg-deb", "ldd") if shutil.which(name) is None]:
        raise DaemonUnavailableError(f"the Linux guest is made with {', '.join(missing)}")
    with tempfile.TemporaryDirectory(prefix="tuivirt-guest-") as scratch:
        unpacked, root = Path(scratch, "packages"), Path(scratch, "root")
        version = fetch(Path(scratch), unpacked)
        shutil.copy(unpacked / "boot" / f"vmlinuz-{version}", target / "vmlinuz")
        # Newer releases have everything under /usr.
        lib = unpacked / "usr" / "lib" if (unpacked / "usr/lib/modules").exists() else unpacked / "lib"
        fill(root, unpacked, lib / "modules" / version)
        (target / "initramfs").write_bytes(b"".join(archive(root)))


def fetch(scratch: Path, target: Path) -> str:
    """Unpack the packages into target; return the version of the kernel."""

    def apt(*arguments: str) -> str:
        result = subprocess.run(
            arguments, cwd=scratch, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            raise DaemonUnavailableError(f"{' '.join(arguments)}: {result.stderr.strip()}")
        return result.stdout

    def download() -> str:
        found = re.search(r"Depends: (linux-image-\S+)", apt("apt-cache", "depends", KERNEL))
        if found is None:
            raise DaemonUnavailableError(f"no package {KERNEL}")
        apt("apt-get", "download", found[1], *PACKAGES)
        return found[1].removeprefix("linux-image-")

    try:
        version = download()
    except DaemonUnavailableError:
        # The list of packages is empty, or names files that are gone.
        apt("apt-get", "update")
        version = download()
    for package in scratch.glob("*.deb"):
        apt("dpkg-deb", "-x", str(package), str(target))
    return version


def fill(root: Path, unpacked: Path, modules: Path) -> None:
    """Lay out the root file system."""
    for name in DIRECTORIES:
        (root / name).mkdir(parents=True)
    for name, text in FILES.items():
        (root / name).write_text(text)
    for name, place in PLACES.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SCRIPTS / name, root / place)
    busybox = next(path for path in (unpacked / "bin/busybox", unpacked / "usr/bin/busybox") if path.exists())
    shutil.copy(busybox, root / "bin/busybox")
    applets = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
    for applet in applets:
        if applet != "busybox":
            (root / "bin" / applet).symlink_to("/bin/busybox")
    agent = unpacked / "usr/sbin/qemu-ga"
    shutil.copy(agent, root / "usr/sbin/qemu-ga")
    for library in libraries(agent, unpacked):
        origin = unpacked if library.is_relative_to(unpacked) else Path("/")
        copy = root / library.relative_to(origin)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, copy)
    order = ""
    for name, content in load_order(modules):
        (root / "modules" / name).write_bytes(content)
        order += f"{name}\n"
    (root / "modules" / "order").write_text(order)


def libraries(program: Path, unpacked: Path) -> list[Path]:
    """Return the shared libraries of a program, from this machine or from the packages."""
    own = [str(path) for path in unpacked.glob("usr/lib/*-linux-gnu")]
    output = subprocess.run(
        ["ldd", program], env={"LD_LIBRARY_PATH": ":".join(own)}, capture_output=True, text=True, check=True
    ).stdout
    if missing := re.findall(r"(\S+) => not found", output):
        raise DaemonUnavailableError(f"the guest agent needs {', '.join(missing)}")
    return [Path(found) for found in re.findall(r"(?:=> )?(/\S+) \(0x", output)]


def load_order(modules: Path) -> Iterator[tuple[str, bytes]]:
    """Yield file name and content of the kernel modules, each after those that it needs."""
    files = {path.name.partition(".ko")[0].replace("-", "_"): path for path in modules.rglob("*.ko*")}
    assert files, f"no modules in {modules}"
    done: set[str] = set()

    def with_needed(name: str) -> Iterator[tuple[str, bytes]]:
        # What the kernel has built in has no file.
        if name in done or name not in files:
            return
        done.add(name)
        content = files[name].read_bytes()
        if files[name].suffix == ".xz":
            content = lzma.decompress(content)
        needed = re.search(rb"\0depends=([^\0]*)\0", b"\0" + content)
        for other in needed[1].decode().split(",") if needed else []:
            yield from with_needed(other.replace("-", "_"))
        yield f"{name}.ko", content

    for name in MODULES:
        yield from with_needed(name)


def archive(root: Path) -> Iterator[bytes]:
    """Pack a tree as the kernel wants it: cpio's "newc" format, all of it root's."""
    number = 0

    def entry(name: str, mode: int, content: bytes = b"", device: tuple[int, int] = (0, 0)) -> bytes:
        nonlocal number
        number += 1
        encoded = name.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(encoded), 0)
        header = b"070701" + b"".join(b"%08X" % value for value in fields) + encoded
        return header + bytes(-len(header) % 4) + content + bytes(-len(content) % 4)

    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            yield entry(name, 0o120777, str(path.readlink()).encode())
        elif path.is_dir():
            yield entry(name, 0o040755)
        else:
            yield entry(name, 0o100000 | (path.stat().st_mode & 0o777), path.read_bytes())
    # The kernel opens it before there is a /dev.
    yield entry("dev/console", 0o020600, b"", (5, 1))
    yield entry("TRAILER!!!", 0)

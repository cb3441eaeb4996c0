"""A guest in QEMU that draws on a VGA card: its screen as a picture, a shell on its serial port."""

import base64
import itertools
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PATIENCE = 60.0
"""Seconds for anything that is waited for."""


class Machine:
    """One guest, without libvirt. A context manager: gone on exit."""

    def __init__(self, directory: Path, *arguments: str | Path) -> None:
        self._qmp_path, self._serial_path = directory / "qmp", directory / "serial"
        self._process = subprocess.Popen(
            [
                *("qemu-system-x86_64", "-accel", "tcg", "-m", "256", "-display", "none", "-nodefaults"),
                *("-vga", "std", "-qmp", f"unix:{self._qmp_path},server=on,wait=off"),
                *("-serial", f"unix:{self._serial_path},server=on,wait=off", *map(str, arguments)),
            ]
        )
        self._marks = itertools.count()
        self._unread = b""

    def __enter__(self) -> Self:
        self._qmp = self._connect(self._qmp_path).makefile("rw")
        self._serial = self._connect(self._serial_path)
        self._qmp.readline()
        self.ask("qmp_capabilities")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for path in (self._qmp_path, self._serial_path):
            path.unlink(missing_ok=True)

    def _connect(self, path: Path) -> socket.socket:
        deadline = time.monotonic() + PATIENCE
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        while True:
            try:
                connection.connect(str(path))
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                time.sleep(0.02)
            else:
                return connection

    def ask(self, command: str, **arguments: Any) -> Any:
        """Have QEMU carry out a command."""
        self._qmp.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._qmp.flush()
        while True:
            reply = json.loads(self._qmp.readline())
            if "return" in reply:
                return reply["return"]
            if "error" in reply:
                raise RuntimeError(f"{command}: {reply['error']}")

    def press(self, *keys: str) -> None:
        """Press keys together, by QEMU's names."""
        self.ask("send-key", keys=[{"type": "qcode", "data": key} for key in keys])

    def picture(self, path: Path) -> Path:
        """What the screen shows once it stands still, as a PNG file."""
        before = b""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.ask("screendump", filename=str(path), format="png")
            if (now := path.read_bytes()) == before:
                return path
            before = now
            time.sleep(0.4)
        raise TimeoutError("the screen does not stand still")

    # The shell of the Linux guest

    def wait_for(self, text: str) -> str:
        """Read from the serial port up to a text; returns what came before it."""
        while text.encode() not in self._unread:
            self._unread += self._serial.recv(65536)
        before, _, self._unread = self._unread.partition(text.encode())
        return before.decode("utf-8", "replace")

    def shell(self, command: str) -> str:
        """Run a command; returns what it wrote."""
        number = next(self._marks)
        # What is echoed differs from what is written.
        self._serial.sendall(
            f"stty -echo; echo 'be''gin{number}'; {command}; echo 'e''nd{number}'\n".encode()
        )
        self.wait_for(f"begin{number}")
        return self.wait_for(f"end{number}").strip("\r\n")

    def put(self, path: str, content: bytes) -> None:
        """Write a file."""
        self.shell(f"rm -f {path}")
        encoded = base64.b64encode(content).decode()
        for at in range(0, len(encoded), 512):  # a line of a terminal holds 4,095 bytes
            self.shell(f"echo {encoded[at : at + 512]} | base64 -d >>{path}")


def linux(directory: Path, kernel: Path, initrd: Path, option: str, firmware: Path | None) -> Machine:
    """The Linux guest of the tests; with a firmware it starts by UEFI and draws on a framebuffer."""
    append = f"console=ttyS0 quiet panic=1 mitigations=off {option}"
    words: list[str | Path] = [
        "-kernel",
        kernel,
        "-initrd",
        initrd,
        "-append",
        append,
        *uefi(directory, firmware),
    ]
    return Machine(directory, *words)


def uefi(directory: Path, firmware: Path | None) -> list[str]:
    """Arguments for a machine that starts by UEFI."""
    if firmware is None:
        return []
    variables = directory / "variables.fd"
    shutil.copy(firmware / "OVMF_VARS_4M.fd", variables)
    code = firmware / "OVMF_CODE_4M.fd"
    return [
        *("-machine", "q35", "-drive", f"if=pflash,format=raw,readonly=on,file={code}"),
        *("-drive", f"if=pflash,format=raw,file={variables}"),
    ]

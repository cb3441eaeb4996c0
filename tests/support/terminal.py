"""Runs a program in a terminal of its own, as a person would, and looks at what it draws.

    with Terminal(["tuivirt", "--demo"], columns=120, rows=40) as terminal:
        terminal.until(lambda screen: "web01" in screen.text)
        terminal.press("down", "enter")

Nothing waits for a fixed time: `until` returns at the read that makes its condition true, and fails with the
screen when the program ends or takes too long.
"""

import errno
import fcntl
import os
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.emulator import Emulator, Screen
from tests.support.wait import PATIENCE

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "shift+right": "\x1b[1;2C",
    "shift+left": "\x1b[1;2D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "insert": "\x1b[2~",
    "delete": "\x1b[3~",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f1": "\x1bOP",
} | {f"ctrl+{letter}": chr(ord(letter) & 31) for letter in "abcdefghijklmnopqrstuvwxyz]"}


class Terminal:
    """One program under a pseudo-terminal. A context manager: on exit the program is gone."""

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        columns: int = 120,
        rows: int = 40,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        synchronized: bool = True,
        graphics: str = "",
    ) -> None:
        """Start argv. env is its whole environment (this process's own when None)."""
        self._emulator = Emulator(columns, rows, synchronized=synchronized, graphics=graphics)
        self.received = 0
        """How many bytes the program has written."""
        self.returncode: int | None = None
        self._unseen: list[bytes] = []
        self._ended = False
        self._master, slave = os.openpty()
        self._set_size(columns, rows)
        os.set_blocking(self._master, False)
        self.started = time.monotonic()
        """When the program was started; all times are time.monotonic()."""
        self.last_read = self.started
        try:
            # setsid makes the pseudo-terminal the program's own one, so that it gets signals and /dev/tty.
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "setsid", "--ctty", *map(str, argv)],
                stdin=slave,
                stdout=slave,
                stderr=slave,
                # Never inherited: readline, which pytest imports, sets COLUMNS behind os.environ's back.
                env=dict(os.environ if env is None else env),
                cwd=cwd,
            )
        except OSError:
            os.close(self._master)
            raise
        finally:
            os.close(slave)
        self._pidfd = os.pidfd_open(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def emulator(self) -> Emulator:
        """The terminal itself, after all that has been read so far."""
        unseen, self._unseen = self._unseen, []
        for data in unseen:
            self._show(data)
        return self._emulator

    @property
    def screen(self) -> Screen:
        """What is on the screen after all that has been read so far."""
        return self.emulator.screen

    # Looking.

    def until(
        self, condition: Callable[[Screen], object], timeout: float = PATIENCE, what: str = ""
    ) -> float:
        """Read until condition(screen) is true; return the time of the read that made it so."""
        deadline = time.monotonic() + timeout
        while not condition(self.screen):
            if not self._read_before(deadline):
                self._fail(what or "the screen that was waited for", timeout)
        return self.last_read

    def until_text(self, *texts: str, timeout: float = PATIENCE) -> float:
        """Read until all of these texts are on the screen."""
        wanted = ", ".join(map(repr, texts))
        return self.until(lambda screen: all(text in screen.text for text in texts), timeout, wanted)

    def until_bytes(self, needle: bytes, timeout: float = PATIENCE) -> float:
        """Read until the program writes needle, from now on; return when.

        The bytes are not drawn before somebody looks at the screen, so that the time is that of the program.
        """
        deadline = time.monotonic() + timeout
        tail = b""
        while needle not in tail:
            if not self._read_before(deadline):
                self._fail(repr(needle), timeout)
            tail = tail[-len(needle) :] + self._unseen[-1]
        return self.last_read

    def settle(self, quiet: float = 0.1, timeout: float = PATIENCE) -> None:
        """Read until the program writes nothing for this many seconds."""
        deadline = time.monotonic() + timeout
        while self._read_before(min(time.monotonic() + quiet, deadline)):
            pass
        if time.monotonic() > deadline:
            self._fail(f"{quiet:g} s of quiet", timeout)

    def listen(self, seconds: float) -> int:
        """Read for this long, drawing nothing; return how many bytes came."""
        before, deadline = self.received, time.monotonic() + seconds
        while self._read_before(deadline):
            pass
        return self.received - before

    # Acting.

    def send(self, data: str | bytes) -> None:
        """Type this."""
        unsent = data.encode() if isinstance(data, str) else data
        while unsent:
            select.select([], [self._master], [], 10)
            unsent = unsent[os.write(self._master, unsent) :]

    def press(self, *keys: str) -> None:
        """Press keys by name (see KEYS) or character."""
        self.send("".join(KEYS.get(key, key) for key in keys))

    def paste(self, text: str) -> None:
        """Paste text, in brackets where the program asked for them."""
        self.send(f"\x1b[200~{text}\x1b[201~" if 2004 in self.emulator.modes else text)

    def click(self, row: int, column: int) -> None:
        """Press and release the left button on a cell, counted from 0."""
        self.send(f"\x1b[<0;{column + 1};{row + 1}M\x1b[<0;{column + 1};{row + 1}m")

    def resize(self, columns: int, rows: int) -> None:
        self.emulator.resize(columns, rows)
        self._set_size(columns, rows)

    # Measuring.

    def cpu_seconds(self) -> float:
        """Return the CPU time of the running program: all its threads, in nanosecond steps."""
        # What clock_getcpuclockid(3) computes; /proc has the same figure in steps of 10 ms.
        return time.clock_gettime((~self.pid << 3) | 2)

    def memory(self) -> int:
        """Return the resident memory of the program in bytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise ProcessLookupError(self.pid)

    # Ending.

    def wait(self, timeout: float = PATIENCE) -> int:
        """Read until the program has ended, and return its exit status."""
        deadline = time.monotonic() + timeout
        while not self._ended and self._read_before(deadline):
            pass
        if not select.select([self._pidfd], [], [], max(0, deadline - time.monotonic()))[0]:
            self._fail("the end of the program", timeout)
        self.returncode = self._process.wait()
        return self.returncode

    def hang_up(self, timeout: float = PATIENCE) -> int:
        """Close the window that it runs in, wait for its end, and return its exit status."""
        os.close(self._master)
        os.close(self._pidfd)
        self._master = self._pidfd = -1
        self._ended = True
        return self._process.wait(timeout)

    def close(self) -> None:
        """End the program if it still runs."""
        self._process.kill()
        self._process.wait()
        if self._master >= 0:
            os.close(self._pidfd)
            os.close(self._master)
            self._master = self._pidfd = -1

    # How.

    def _read_before(self, deadline: float) -> bool:
        """Read all there is, waiting for the first of it; False at the deadline or after the end."""
        if self._ended:
            return False
        ready, _, _ = select.select([self._master], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            data = b""
        if not data:
            self._ended = True
            return False
        self.last_read = time.monotonic()
        self.received += len(data)
        self._unseen.append(data)
        return True

    def _show(self, data: bytes) -> None:
        replies = self._emulator.feed(data)
        if replies and not self._ended:
            self.send(replies)

    def _fail(self, what: str, timeout: float) -> None:
        frame = "\n".join(f"│{line}" for line in self.screen.lines)
        when = "the program ended before" if self._ended else f"not within {timeout:g} s:"
        raise AssertionError(f"{when} {what}\n{frame}")

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

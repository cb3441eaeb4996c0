"""What is measured and with what: the app, a bare Textual app and virsh, each in a terminal of its own."""

import compileall
import contextlib
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

import tuivirt
from tests.support.daemon import LibvirtDaemon
from tests.support.environment import hermetic
from tests.support.guest import guest_xml
from tests.support.hosts import domains, write_host
from tests.support.terminal import Terminal

BARE = Path(__file__).with_name("bare_app.py")
FIRST_FRAME = b"NAME"
"""The header of the list: only the app's first frame has it."""
GUESTS = 40
"""Of the daemon's domains, those small enough to run all at once; they lead the list."""
DEFINED, FEW = 1_000, 200
NAME = "vm{:05}"
FULL_SCREEN = NAME.format(10).encode()
"""A name in the middle of the first screen of rows, which are painted at once."""


class Lab:
    """A temporary directory with test hosts and one private libvirtd. A context manager."""

    def __init__(self, *, quick: bool) -> None:
        self.quick = quick
        self._stack = contextlib.ExitStack()
        self._numbers = count()
        self.directory = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="tuivirt-")))

    def __enter__(self) -> Self:
        # As an installation does. Where PYTHONDONTWRITEBYTECODE is set, every start would compile anew.
        compileall.compile_dir(Path(tuivirt.__file__).parent, quiet=1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def runs(self, usual: int) -> int:
        """How often to measure: a third of the usual times when it has to be quick."""
        return max(2, usual // 3) if self.quick else usual

    def times(self, usual: int, measure: Callable[[], float]) -> list[float]:
        """Measurements, after one that warms caches up."""
        measure()
        return [measure() for _ in range(self.runs(usual))]

    # Hosts

    def host_file(self, size: int) -> Path:
        """A host of the test driver with so many domains."""
        path = self.directory / f"host{size}.xml"
        if not path.exists():
            write_host(path, domains(size))
        return path

    def test_uri(self, size: int) -> str:
        return f"test://{self.host_file(size)}"

    @cached_property
    def daemon(self) -> LibvirtDaemon:
        """A libvirtd with a thousand QEMU domains, none of them running."""
        return self._daemon_with(DEFINED)

    @cached_property
    def few(self) -> LibvirtDaemon:
        """One with two hundred."""
        return self._daemon_with(FEW)

    def _daemon_with(self, count: int) -> LibvirtDaemon:
        daemon = self._stack.enter_context(contextlib.closing(LibvirtDaemon()))
        names = [NAME.format(number) for number in range(count)]
        daemon.preload({name: guest_xml(name, memory_mib=4, user_nics=1) for name in names})
        daemon.start()
        return daemon

    # Programs

    def environment(self, settings: str = "") -> Mapping[str, str]:
        """A home of its own for every run: nothing remembered of the one before."""
        home = self.directory / f"home{next(self._numbers)}"
        config = home / "config" / "tuivirt"
        config.mkdir(parents=True)
        (config / "settings.toml").write_text(settings)
        return hermetic(home)

    def app(self, uri: str, *, columns: int = 120, rows: int = 40, settings: str = "") -> Terminal:
        """The app with one connection, started as a user does: ``python -m`` would import ``runpy`` first."""
        argv = [str(Path(sys.executable).with_name("tuivirt")), "-c", uri]
        return Terminal(argv, columns=columns, rows=rows, env=self.environment(settings))

    def bare(self) -> Terminal:
        return Terminal([sys.executable, BARE], env=self.environment())

    def virsh_list(self, uri: str) -> float:
        """Seconds until ``virsh list --all`` has printed its last line."""
        with Terminal(["virsh", "-c", uri, "list", "--all"], env=self.environment()) as virsh:
            if virsh.wait(timeout=300):
                raise RuntimeError(f"virsh failed:\n{virsh.screen.text}")
            return virsh.last_read - virsh.started

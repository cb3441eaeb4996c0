"""A daemon of its own for every test that asks for one: 0.15 s to start, nothing to clean up after it."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support import linux_guest as linux
from tests.support.daemon import DaemonUnavailableError, LibvirtDaemon
from tests.support.lab import Lab, reachable
from tests.support.login import User
from tests.support.sshd import Sshd
from tests.support.unavailable import unavailable

HERE = Path(__file__).parent
running = pytest.StashKey[LibvirtDaemon]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.daemon)


@pytest.fixture
def daemon(request: pytest.FixtureRequest) -> Iterator[LibvirtDaemon]:
    """A running libvirtd without domains, networks or pools, which this test may freeze, kill and restart."""
    try:
        own = LibvirtDaemon()
    except DaemonUnavailableError as error:
        unavailable(str(error))
    try:
        own.start()
        request.node.stash[running] = own
        yield own
    except DaemonUnavailableError as error:
        unavailable(str(error))
    finally:
        own.close()


def _sshd(daemon: LibvirtDaemon, **options: bool) -> Sshd:
    try:
        return Sshd(daemon, **options)
    except DaemonUnavailableError as error:
        unavailable(str(error))


@pytest.fixture
def sshd(daemon: LibvirtDaemon) -> Iterator[Sshd]:
    with _sshd(daemon) as made:
        yield made


@pytest.fixture
def talkative_sshd(daemon: LibvirtDaemon) -> Iterator[Sshd]:
    """One that asks by itself (keyboard-interactive)."""
    with _sshd(daemon, keyboard_interactive=True) as made:
        yield made


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A daemon that can be reached in every way; the tests that use it leave it as it is."""
    with ExitStack() as stack:
        try:
            made = stack.enter_context(reachable(tmp_path_factory.mktemp("lab")))
        except DaemonUnavailableError as error:
            unavailable(str(error))
        yield made


@pytest.fixture
def user() -> Iterator[User]:
    with User(reconnect=False) as made:
        yield made


@pytest.fixture(scope="session")
def linux_guest() -> linux.LinuxGuest:
    """The files of a Linux guest with an agent; linux_guest.xml(name) defines it, linux.start() boots it."""
    try:
        return linux.build()
    except DaemonUnavailableError as error:
        unavailable(str(error))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the daemon's log beside a failure."""
    report = yield
    if report.failed and running in item.stash:
        report.sections.append(("libvirtd log", item.stash[running].log_text()))
    return report

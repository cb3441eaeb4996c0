"""Start of the app: connections open on their threads before Textual is imported."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tuivirt import ending, startup
from tuivirt.backend.fleet import Fleet, FleetOptions
from tuivirt.backend.history import History
from tuivirt.config import paths
from tuivirt.logs import quiet_stderr

if TYPE_CHECKING:
    from tuivirt.backend.vault import Vault
    from tuivirt.config.options import RunOptions
    from tuivirt.ui.app import TuivirtApp


def run(options: "RunOptions") -> int:
    """Run the app until it quits; returns the exit status."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        sys.stderr.write("tuivirt: the app needs a terminal; for scripts there is tuivirt ls\n")
        return 1
    settings = options.settings
    fleet = Fleet(
        FleetOptions(
            read_only=options.read_only or settings.read_only,
            stats_interval=settings.stats_interval,
            keepalive=(settings.keepalive_interval, settings.keepalive_count),
            parallel=settings.bulk_parallel,
            reconnect=settings.reconnect,
        ),
        History(paths.history_dir()).keep,
        _open_vault,
    )
    for source in options.sources:
        fleet.add(source.name, source.uri, read_only=source.read_only)
    # Before the first connection: libvirt and libxml2 print as soon as it is tried.
    with _screen():
        try:
            fleet.connect_all(options.opened)
            return _run_app(options, fleet)
        finally:
            fleet.close()


def _run_app(options: "RunOptions", fleet: Fleet) -> int:
    # Imported here, while the connections open: a quarter of a second.
    from tuivirt.backend.journal_file import JournalFile
    from tuivirt.bookmarking import EditedBookmarks
    from tuivirt.checking import check
    from tuivirt.config.remembered import Remembered
    from tuivirt.core.changes import Happened
    from tuivirt.core.store import Store
    from tuivirt.resources.domain.domains import DOMAINS
    from tuivirt.ui.app import TuivirtApp
    from tuivirt.ui.console.consoles import escape_key
    from tuivirt.ui.options import Options, SshTarget

    settings, keys, mistakes = check(options.settings, paths.settings_file(), paths.themes_dir())

    def ssh(connection: str, tags: Sequence[str]) -> SshTarget:
        found = settings.ssh.target(connection, tags)
        return SshTarget(found.user or "", found.port or 0, found.jump or "")

    journal = JournalFile(paths.journal_file(), settings.journal_bytes)
    remembered = Remembered(paths.remembered_file())
    sort = settings.sort.get("domains", "name")
    app = TuivirtApp(
        fleet,
        Store({DOMAINS.kind: DOMAINS.record}),
        Options(
            sources=options.sources,
            remembered=remembered,
            bookmarks=EditedBookmarks(options.sources, writable=not options.demo),
            test_uri=fleet.test,
            journal=journal.write,
            theme=options.theme or remembered.get("theme", settings.theme),
            themes_dir=paths.themes_dir(),
            keys=keys,
            problems=[*map(str, (*options.problems, *mistakes)), *filter(None, [remembered.notice])],
            view=options.opened[0] if len(options.opened) == 1 else "",
            domain=options.domain or "",
            columns=settings.columns.get("domains", ()),
            sort=sort.removeprefix("-"),
            reverse=sort.startswith("-"),
            group=settings.group,
            protected_tag=settings.protected_tag,
            shutdown_patience=settings.shutdown_patience,
            ssh=ssh,
            console_escape=escape_key(settings.console_escape),
            screen_layout=settings.screen_layout,
            screen_drawing=settings.screen_drawing,
            screen_bytes=settings.screen_bytes,
            log_file=str(paths.log_file()),
            ascii=settings.icons == "ascii",
            complete=_complete,
        ),
    )
    ending.on_end(lambda number: _quit(app, number))
    try:
        app.run(mouse=settings.mouse)
    finally:
        fleet.close()
        for change in fleet.drain():
            if isinstance(change, Happened):  # such as that nobody knows the result of what was in flight
                journal.write(change.entry)
        journal.close()
        remembered.close()
    return app.return_code or 0


def _quit(app: "TuivirtApp", number: int) -> None:
    import asyncio

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        ending.leave(number)  # it does not run yet, or no more
    loop.call_soon_threadsafe(app.exit, None, 128 + number)


def _complete() -> None:
    """The screen is complete: what a host that still thinks will need is imported meanwhile."""
    import tuivirt.backend.session  # noqa: F401

    startup.end()


def _open_vault() -> "Vault":
    from tuivirt.kept import open_vault  # here: most hosts ask nothing

    return open_vault()


@contextmanager
def _screen() -> Iterator[None]:
    """Leave the terminal to Textual alone, which draws on ``sys.__stderr__``."""
    with quiet_stderr() as terminal:
        before = sys.stderr, sys.__stderr__
        sys.__stderr__ = sys.stderr = os.fdopen(terminal, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]
        try:
            yield
        finally:
            with suppress(OSError):  # the terminal is gone
                sys.stderr.flush()
            sys.stderr, sys.__stderr__ = before  # type: ignore[misc]

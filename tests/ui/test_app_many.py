"""The app with a hundred connections, twenty of them dead: usable at once, asks one by one, quits at once."""

import time
from pathlib import Path

import pytest

from tests.support.app import running
from tests.support.many_hosts import PASSWORD, many_hosts
from tuivirt.backend import opener as opener_module
from tuivirt.backend.fleet import Fleet, FleetOptions
from tuivirt.core.source import Source
from tuivirt.ui.dialogs.credential import CredentialDialog


async def test_a_hundred_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opener_module, "YOUTH", 0.5)
    with many_hosts(tmp_path, asking=2) as hosts:
        fleet = Fleet(FleetOptions(stats_interval=60.0), lambda *_: None)
        sources = [
            Source(name, uri, "bookmark", "bookmarks.toml", "dead" if "host" not in name else "live")
            for name, uri in hosts.all.items()
        ]
        for source in sources:
            fleet.add(source.name, source.uri, read_only=False)
        fleet.connect_all(name for name in hosts.all if name not in hosts.asking)
        async with running(sources, backend=fleet) as run:
            # The first of them has not come, and every key acts.
            began = time.monotonic()
            await run.press("question_mark")
            await run.until_dialog("type to find")
            await run.press("escape")
            await run.until_main()
            assert time.monotonic() - began < 20
            # Who asks is shown, one after the other.
            fleet.connect_all(hosts.asking)
            for _ in range(2 * len(hosts.asking)):
                dialog = await run.until_dialog()
                assert isinstance(dialog, CredentialDialog)
                assert sum(isinstance(screen, CredentialDialog) for screen in run.app.screen_stack) == 1
                await run.paste(PASSWORD if "password" in run.text else "root")
                await run.press("enter")
                await run.until(lambda dialog=dialog: run.screen is not dialog, "it is answered")  # type: ignore[misc]
            states = run.store.connections
            opened = [*hosts.live, *hosts.asking]
            await run.until(lambda: all(states[n].phase == "open" for n in opened), "all live ones", 30)
            await run.until(lambda: len(run.rows) == 2 * len(opened), "the domains of all of them")
            await run.until_text(f"{len(opened)} open", "silent0", "opening")
            await run.line("host42")
            await run.until(lambda: run.listing.scope == "host42" and len(run.rows) == 2, "one of them")
            began = time.monotonic()
            await run.press("q")
            await run.until(lambda: run.app._exit, "it ends")
        assert time.monotonic() - began < 20

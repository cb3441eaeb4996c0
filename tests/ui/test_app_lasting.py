"""What lasts, on the screen: guests that do not respond, calls with their age, and letting go of them."""

import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import libvirt
import pytest

from tests.support.app import Running, running
from tests.support.hosts import HostDomain, write_host
from tests.support.wait import PATIENCE
from tests.support.world import LAB1, NOW, SOURCES, world
from tuivirt.core.backend import Call
from tuivirt.core.changes import Hung
from tuivirt.ui.dialogs.runs import RunsDialog


def fleet(**more: Any) -> Any:
    more.setdefault("backend", world())
    return running(SOURCES, **{"size": (120, 40), "view": "lab1", **more})


async def to(run: Running, name: str) -> None:
    """Put the cursor on a domain."""
    await run.press("slash", *f"name:{name}", "enter", "escape")
    assert run.cursor == name


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_guest_that_does_not_respond(monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW + 90)
    async with fleet(size=size) as run:
        await to(run, "web01")
        run.backend.tell(Hung("lab1", {LAB1[0].uuid: NOW}))
        await run.until_text("‼ no response")
        assert run.text.count("no response") == 1
        await run.press("enter")
        await run.until_text("‼ not responding since", "· 1 min", "its hypervisor has not answered for")
        await run.press("escape", "slash", *"responding:no", "enter")
        assert run.rows == ["web01"]
        run.backend.tell(Hung("lab1", {}))
        await run.until(lambda: not run.rows, "it responds again")


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_last_line_tells_what_lasts(size: tuple[int, int]) -> None:
    """Together with everything else that may stand there; the keys make room."""
    async with fleet(size=size) as run:
        now = time.monotonic()
        run.backend.calls_in_flight["lab1"] = (
            Call("stats", now - 4000, left=True),
            Call("Pause web01", now - 200),
            Call("definition", now),
        )
        await run.until_text("1 stuck", "Pause web01 3 min", "lab1 12 ms")
        last = run.text.splitlines()[-1]
        assert "? help" in last
        run.backend.calls_in_flight["lab1"] = ()
        await run.until(lambda: "stuck" not in run.text and "Pause web01" not in run.text, "it is over")


async def by_key(run: Running) -> None:
    await run.press("ctrl+g")
    await run.until_note("Nobody waits for it any more")


async def in_the_list_of_actions(run: Running) -> None:
    await run.press("J")
    assert isinstance(await run.until_dialog("Ctrl+G waits no more"), RunsDialog)
    await run.press("ctrl+g")
    await run.until_text("abandoned: result unknown")
    await run.press("escape")
    await run.until_main()


async def by_command(run: Running) -> None:
    await run.line("abandon")


async def test_an_action_that_lasts_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row is free at once, and what became of it is told when it ends."""
    go = threading.Event()
    monkeypatch.setattr(libvirt.virDomain, "suspend", lambda _: go.wait(PATIENCE))
    uri = write_host(tmp_path / "host.xml", [HostDomain(f"web{n}", state="running") for n in range(3)])

    def lasts(run: Running, name: str) -> bool:
        action = run.record(name).run
        return action is not None and action.phase == "running"

    async with running({"lab1": uri}) as run:
        for number, let_go in enumerate((by_key, in_the_list_of_actions, by_command)):
            name = f"web{number}"
            await to(run, name)
            await run.press("p")
            await run.until(partial(lasts, run, name), "it lasts")
            await let_go(run)
            await run.until(lambda name=name: run.record(name).run is None, "the row is free")  # type: ignore[misc]
        go.set()
        ends = "came back after it was abandoned: done"
        await run.until(lambda: sum(e.detail == ends for e in run.journal) == 3, "what became of them")

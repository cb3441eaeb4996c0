"""What a dialog says of a domain whose definition nobody has read yet: it is read first."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from tests.support.app import Running, running
from tests.support.fake_backend import FakeBackend
from tests.support.pilot import type_ahead
from tests.support.scripted import domain
from tests.support.world import SOURCES
from tuivirt.core.backend import Definition
from tuivirt.core.errors import HostError
from tuivirt.resources.domain.actions.definition import NewDescription, NewTags
from tuivirt.resources.domain.tags import NAMESPACE
from tuivirt.ui import known
from tuivirt.ui.dialogs.interlude import InterludeDialog
from tuivirt.ui.dialogs.plan import PlanDialog

DOMAINS = [domain(f"vm{n:02}") for n in range(4)]


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes its time for what these tests do before they release a definition."""
    monkeypatch.setattr(known, "PATIENCE", 60.0)


def xml(*tags: str, description: str = "") -> Definition:
    element = "".join(f"<t:tag>{tag}</t:tag>" for tag in tags)
    return Definition(
        None,
        f"<domain><description>{description}</description>"
        f"<metadata><t:tags xmlns:t='{NAMESPACE}'>{element}</t:tags></metadata></domain>",
    )


def world() -> FakeBackend:
    """A host whose definitions come when they are released; vm00 and vm01 are protected."""
    backend = FakeBackend()
    backend.slow = True
    backend.connection("lab1")
    backend.listed("lab1", DOMAINS)
    backend.definitions = {
        d.key: xml("protected" if n < 2 else "free", description="the old one") for n, d in enumerate(DOMAINS)
    }
    return backend


def fleet(backend: FakeBackend) -> AbstractAsyncContextManager[Running]:
    return running(SOURCES, backend=backend, view="lab1", size=(100, 30))


async def reading(run: Running) -> InterludeDialog:
    await run.until_text("Reading the definition")
    assert isinstance(run.dialog, InterludeDialog)
    return run.dialog


async def test_the_gate_waits_for_the_tags() -> None:
    backend = world()
    async with fleet(backend) as run:
        await run.press("D")
        await reading(run)
        assert "Reading the definition of vm00 on lab1 …" in run.text
        await run.press("y")
        assert not backend.requests
        backend.release()
        await run.until_dialog("It is tagged protected. Type vm00 to go on")
        await run.press("enter")
        assert not backend.requests
        await run.press("ctrl+u", *"vm00", "enter")
        await run.until(lambda: backend.requests, "the request")
        await run.until_main()


async def test_one_that_is_not_protected_takes_what_was_typed_meanwhile() -> None:
    backend = world()
    async with fleet(backend) as run:
        type_ahead(run.pilot, ["G", "D", "y"])
        await reading(run)
        await run.settled()
        backend.release()
        await run.until(lambda: backend.requests, "the request")
        assert [order.name for order in backend.requests[0].orders] == ["vm03"]
        await run.until_main()
        await run.press("k")
        assert run.cursor == "vm02", "keys are for the list again"


async def read_with_a_key_on_its_way(run: Running, backend: FakeBackend, key: str) -> None:
    """The definition comes when the app has handed the key to a dialog that has not taken it yet."""
    dialog = await reading(run)
    gate = asyncio.Event()
    dialog.call_later(gate.wait)
    type_ahead(run.pilot, [key])
    await run.until(lambda: run.app._busy, "the key is on its way")
    backend.release()
    await run.until(lambda: run.app._holds, "it has been read")
    gate.set()


async def test_a_key_on_its_way_when_the_definition_comes_is_not_lost() -> None:
    backend = world()
    async with fleet(backend) as run:
        await run.press("G", "D")
        await read_with_a_key_on_its_way(run, backend, "y")
        await run.until(lambda: backend.requests, "the request")
        await run.until_main()


async def test_an_escape_on_its_way_when_the_definition_comes_gives_up() -> None:
    backend = world()
    async with fleet(backend) as run:
        await run.press("G", "D")
        await read_with_a_key_on_its_way(run, backend, "escape")
        await run.until_main()
        await run.press("k")
        assert run.cursor == "vm02", "keys are for the list again"
        assert run.dialog is None
        assert not backend.requests


async def test_many_marked_in_a_folded_group_are_read_before_the_plan() -> None:
    backend = world()
    async with fleet(backend) as run:
        await run.line("group state")
        await run.press("Z", "g", "space", "D")
        await run.until_text("Reading the definitions of 4 domains on lab1 …")
        assert {d.key for d in DOMAINS} <= set(backend.definitions_asked)
        backend.release()
        dialog = await run.until_dialog("2 of the 4 are tagged protected. Type 4 to go on")
        assert isinstance(dialog, PlanDialog)
        await run.press("y", "enter")
        assert not backend.requests


@pytest.mark.parametrize("action", ["D", "unanswered"])
async def test_what_cannot_be_read_counts_as_protected(action: str, monkeypatch: Any) -> None:
    backend = world()
    if action == "D":
        backend.slow = False
        backend.failures = {DOMAINS[0].key: HostError("no answer")}
    else:
        monkeypatch.setattr(known, "PATIENCE", 0.01)
    async with fleet(backend) as run:
        await run.press("D")
        await run.until_dialog("Whether it is tagged protected could not be read. Type vm00 to go on")


async def test_escape_gives_up_and_nothing_happens() -> None:
    backend = world()
    async with fleet(backend) as run:
        await run.press("D")
        await reading(run)
        await run.press("escape")
        await run.until_main()
        backend.release()
        await run.settled()
        assert run.dialog is None
        await run.press("j")
        assert run.cursor == "vm01"


async def test_a_form_waits_for_what_it_starts_with() -> None:
    backend = world()
    async with fleet(backend) as run:
        await run.line("set-description")
        await reading(run)
        await run.press(*"new ", "ctrl+s")
        assert not backend.requests
        backend.release()
        await run.until(lambda: backend.requests, "the request")
        assert backend.requests[0].params == NewDescription("new the old one")
        await run.until_main()


async def test_a_form_is_refused_when_its_values_cannot_be_read() -> None:
    backend = world()
    backend.slow = False
    backend.failures = {DOMAINS[0].key: HostError("no answer")}
    async with fleet(backend) as run:
        await run.line("set-tags")
        await run.until_note("Set tags: vm00: Its definition cannot be read: no answer")
        await run.until_main()
        await run.press("j")
        assert run.cursor == "vm01", "keys are for the list again"


async def test_a_form_that_starts_with_tags_keeps_them() -> None:
    backend = world()
    backend.slow = False
    async with fleet(backend) as run:
        await run.line("set-tags")
        await run.until_dialog("Set tags: vm00")
        await run.press("end", *" web", "enter")
        await run.until(lambda: backend.requests, "the request")
        assert backend.requests[0].params == NewTags(("protected", "web"))
        await run.until_main()


async def test_what_is_harmless_waits_for_nothing() -> None:
    backend = world()
    async with fleet(backend) as run:
        await run.press("d")
        await run.until(lambda: backend.requests, "the request")

"""What the app asks of its connections for what is on screen, and what it says of what is not known."""

import pytest

from tests.support.app import Running, running
from tests.support.scripted import ScriptedBackend, domain
from tests.support.world import SOURCES, tell_addresses, world
from tuivirt.core.backend import Watch
from tuivirt.core.changes import DetailRead
from tuivirt.resources.domain.snapshot import Details
from tuivirt.ui import shell
from tuivirt.ui.options import SshTarget

HIGH, LOW = (120, 40), (80, 24)


class Counting(ScriptedBackend):
    """Remembers every watch."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_to_watch: list[dict[str, Watch]] = []

    def watch(self, watches: dict[str, Watch]) -> None:
        super().watch(watches)
        self.asked_to_watch.append(watches)


def small() -> Counting:
    backend = Counting()
    backend.connection("lab1")
    backend.listed("lab1", [domain(f"web{n:02}") for n in range(3)])
    return backend


def groups(run: Running) -> frozenset[str]:
    return run.backend.watches["lab1"].groups  # type: ignore[no-any-return]


async def begun(run: Running) -> None:
    await run.until(lambda: "lab1" in run.backend.watches, "the first watch")


async def watched(run: Running, group: str, *, there: bool = True) -> None:
    await run.until(lambda: (group in groups(run)) is there, f"{group}: {there}")


async def test_another_tab_asks_for_what_it_draws_from_at_once() -> None:
    backend = small()
    async with running(SOURCES[:1], backend=backend, size=HIGH, view="lab1") as run:
        await begun(run)
        await watched(run, "vcpu", there=False)
        cursor = run.cursor
        await run.press("l")
        await watched(run, "vcpu")
        before = len(backend.asked_to_watch)
        await run.press("l")
        await watched(run, "vcpu", there=False)
        assert len(backend.asked_to_watch) == before + 1, "one tab more, one question more"
        assert run.cursor == cursor


async def test_a_detail_that_comes_and_goes_asks_and_lets_go() -> None:
    """In a low terminal it has the screen to itself, or is not there."""
    async with running(SOURCES[:1], backend=small(), size=LOW, view="lab1") as run:
        await begun(run)
        await run.press("l")
        await run.settled()
        await watched(run, "vcpu", there=False)
        await run.press("enter")
        await watched(run, "vcpu")
        await watched(run, "block")
        await run.press("escape")
        await watched(run, "vcpu", there=False)


@pytest.mark.parametrize(
    ("command", "compared"),
    [
        ("filter pending:yes", True),
        ("filter agent:no", True),
        ("sort pending", True),
        ("filter tag:web", False),
        ("sort title", False),
    ],
)
async def test_what_rests_on_live_definitions_has_all_of_them_compared(command: str, compared: bool) -> None:
    async with running(SOURCES[:1], backend=small(), size=HIGH, view="lab1") as run:
        await begun(run)
        await run.line(command)
        await run.until(lambda: run.backend.watches["lab1"].complete, "all definitions are wanted")
        assert run.backend.watches["lab1"].pending is compared
        assert "3 definitions to read" in run.text
        for record in list(run.listing.view.all_rows()):
            run.backend.tell(DetailRead(record.key, Details()))
        await run.until(lambda: all(r.details for r in run.listing.view.all_rows()), "all are read")
        assert ("3 definitions to read" in run.text) is compared, "one that was not compared is still to read"


async def test_the_row_under_the_cursor_is_asked_for_its_address_and_the_others_where_they_are_shown() -> (
    None
):
    async with running(SOURCES[:1], backend=small(), size=LOW, view="lab1") as run:
        await begun(run)
        assert not run.backend.watches["lab1"].addresses, "their column is off screen"
        assert run.backend.watches["lab1"].cursor == run.record("web00").key
        await run.press("j")
        await run.until(lambda: run.backend.watches["lab1"].cursor == run.record("web01").key, "the next")


async def test_a_filter_by_address_says_how_many_are_not_known() -> None:
    backend = world()
    async with running(SOURCES, backend=backend, size=(100, 24), view="lab1") as run:
        await begun(run)
        await run.line("filter ip:10.*")
        await run.until(lambda: backend.watches["lab1"].addresses, "those on screen are asked for")
        unknown = [r for r in run.listing.view.all_rows() if r.active and r.addresses is None]
        assert unknown
        assert f"{len(unknown)} addresses not known" in run.text
        tell_addresses(backend, unknown[0].item, "10.9.9.9")
        await run.until(lambda: unknown[0].name in run.rows, "the row whose address has come")
        assert f"{len(unknown) - 1} addresses not known" in run.text
        await run.line("filter ip:172.*")
        assert "Addresses are asked for of the rows on screen alone" in run.text


async def test_ssh_waits_for_an_address_that_nobody_has_asked_for_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[str] = []

    def command(address: str, _target: SshTarget, _uri: str) -> list[str]:
        tried.append(address)
        raise ValueError("not from here")

    monkeypatch.setattr(shell, "ssh_command", command)
    async with running(SOURCES[:1], backend=small(), size=LOW, view="lab1") as run:
        await run.press("o")
        await run.until_note("Asking for its address")
        assert tried == []
        tell_addresses(run.backend, run.record("web01").item, "10.0.0.1")  # not the one that is waited for
        tell_addresses(run.backend, run.record("web00").item, "10.0.0.9")
        await run.until_note("not from here")
        assert tried == ["10.0.0.9"]


async def test_ssh_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "PATIENCE", 0.05)
    async with running(SOURCES[:1], backend=small(), size=LOW, view="lab1") as run:
        await run.press("o")
        await run.until_note("No address of the guest is known")

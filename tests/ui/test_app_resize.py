"""The terminal has any size, at any time."""

from typing import Any

import pytest
from rich.cells import cell_len

from tests.support.app import Running, running
from tests.support.scripted import domain
from tests.support.world import LAB1, LAB2, NAMES, SOURCES, world
from tuivirt.core.backend import Definition
from tuivirt.resources.domain.snapshot import State
from tuivirt.ui.panes.detail import TABS

SIZES = ((160, 50), (20, 5), (100, 30), (99, 29), (80, 24), (30, 40), (150, 6), (40, 12), (20, 5), (120, 40))
"""From the largest to the smallest, across each of the thresholds, and back."""


def fleet(**more: Any) -> Any:
    backend = world()
    for known in (*LAB1, *LAB2):
        backend.definitions[known.key] = Definition("<domain><name>x</name></domain>", None)
    more.setdefault("backend", backend)
    return running(SOURCES, **{"size": (120, 40), "view": "lab1", **more})


def check(run: Running, where: Any) -> None:
    """All lines are as wide as the terminal, and there are as many as it has."""
    run.check()
    width, height = run.app.size
    strips = run.app.screen._compositor.render_strips(run.app.size)
    assert len(strips) == height, where
    for strip in strips:
        assert cell_len("".join(segment.text for segment in strip)) == width, where


async def through_all_sizes(run: Running) -> None:
    for size in SIZES:
        await run.resize(*size)
        check(run, size)


async def check_list(run: Running) -> None:
    """At a usual size the list is as if nothing had been."""
    await run.resize(120, 40)
    await run.until(lambda: run.rows == list(NAMES), "all rows")
    for name in NAMES:
        assert name in run.text
    assert "Domains · lab1 · 8" in run.text
    assert "NAME" in run.text
    check(run, "afterwards")


# How much there is to see


@pytest.mark.parametrize(("size", "least"), [((80, 24), 14), ((120, 40), 14), ((160, 50), 18)])
async def test_rows_of_domains_at_usual_sizes(size: tuple[int, int], least: int) -> None:
    backend = world()
    backend.listed("lab1", [domain(f"vm{n:03}") for n in range(100)])
    async with fleet(size=size, backend=backend) as run:
        await run.until_rows("vm099")
        await run.settled()
        shown = [line for line in run.text.splitlines() if "vm0" in line and "running" in line]
        assert run.table.height_of_body >= least
        assert len(shown) >= least
        await run.press("G")
        await run.until_text("vm099")


async def test_a_wide_terminal_shows_list_and_detail_a_low_one_the_list() -> None:
    async with fleet(size=(120, 40)) as run:
        await run.until_text("Overview")
        assert "Connections" in run.text
        await run.resize(120, 29)
        assert "Overview" not in run.text
        await run.press("enter")
        await run.until_text("Overview")
        assert "STATE" not in run.text
        await run.resize(120, 40)
        await run.press("escape")
        await run.until_text("Overview", "STATE")
        await run.resize(99, 40)
        assert "Connections" not in run.text
        assert "● lab1 6/8" in run.text


# Every place at every size


@pytest.mark.parametrize(
    "keys",
    [
        (),
        ("shift+tab",),
        ("tab",),
        ("plus",),
        ("tab", "plus"),
        ("shift+tab", "plus"),
        ("enter",),
        ("slash", *"web"),
        ("slash", *"nosuch:1"),
        ("colon", *"s", "tab"),
        ("colon", *"hosts", "enter"),
        ("colon", *"group state", "enter"),
        ("5", "space"),
    ],
    ids=" ".join,
)
async def test_panes_at_any_size(keys: tuple[str, ...]) -> None:
    async with fleet() as run:
        await run.press(*keys)
        await through_all_sizes(run)
        await run.press("escape", "escape", "escape", "escape", "escape")
        await run.line("group none")
        if run.main.has_class("-zoom-list") or run.main.has_class("-zoom-detail"):
            await run.press("plus")
        await check_list(run)


@pytest.mark.parametrize("tab", [id_ for id_, _ in TABS])
async def test_tabs_at_any_size(tab: str) -> None:
    async with fleet() as run:
        run.main.detail.select_tab(tab)
        await run.press("enter")
        await run.until(lambda: run.main.place is run.main.detail, "the focus in the detail")
        await through_all_sizes(run)
        await run.press("escape", "escape")
        await check_list(run)


@pytest.mark.parametrize(
    "keys",
    [
        ("D",),
        ("x",),
        ("full_stop",),
        ("y",),
        ("J",),
        ("W",),
        ("question_mark",),
        ("ctrl+p",),
        ("colon", *"set-description", "enter"),
        ("colon", *"mark all", "enter", "d"),
        ("colon", *"journal", "enter"),
        ("shift+tab", "n"),
        ("shift+tab", "x"),
        ("shift+tab", "full_stop"),
    ],
    ids=lambda keys: (
        keys[0] if len(keys) == 1 else "".join(key for key in keys if len(key) == 1 or "+" not in key)
    ),
)
async def test_dialogs_at_any_size(keys: tuple[str, ...]) -> None:
    async with fleet() as run:
        await run.press("slash", *"name:web01", "enter", "escape")
        await run.press(*keys)
        await run.until(lambda: run.app.screen is not run.main, f"a dialog for {keys}")
        await run.settled()
        await through_all_sizes(run)
        await run.press("escape")
        await run.until_main()
        await run.press("tab") if run.main.place is run.main.connections else None
        await check_list(run)


async def test_it_starts_in_any_size() -> None:
    for size in ((20, 5), (1, 1), (10, 3), (250, 80)):
        async with fleet(size=size) as run:
            await run.until(lambda: run.rows == list(NAMES), "all rows")
            check(run, size)
            await run.press("j", "space", "colon", *"all", "enter", "z", "plus", "tab", "plus")
            check(run, size)
            await run.resize(120, 40)
            await run.press("escape", "escape", "escape", "escape")
            await run.until_text("web02")


async def test_the_cursor_stays_in_sight_at_any_size() -> None:
    backend = world()
    backend.listed("lab1", [domain(f"vm{n:03}", state=State.PAUSED) for n in range(100)])
    async with fleet(backend=backend) as run:
        await run.until_rows("vm099")
        await run.press("7", "0", "j")
        assert run.cursor == "vm070"
        for size in SIZES:
            await run.resize(*size)
            if run.table.height_of_body > 0 and size[0] >= 40:
                await run.until(lambda: "vm070" in run.text, f"the cursor in sight at {size}")
        assert run.cursor == "vm070"


async def test_sizes_of_panes_stay_within_the_screen() -> None:
    async with fleet(remembered={"sidebar": 9999, "list": 9999}) as run:
        for size in SIZES:
            await run.resize(*size)
            check(run, size)
            if size[0] >= 100:
                assert run.table.size.width >= size[0] // 2 - 2
        await run.resize(120, 40)
        assert run.main.detail.size.height >= 4
        await run.press(*["left_square_bracket"] * 60, *["left_curly_bracket"] * 60)
        assert run.main.connections.outer_size.width == 16
        assert run.listing.outer_size.height == 6
        await run.press(*["right_square_bracket"] * 60, *["right_curly_bracket"] * 60)
        assert run.main.connections.outer_size.width == 60
        assert run.main.detail.size.height >= 9

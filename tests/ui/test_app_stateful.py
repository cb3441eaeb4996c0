"""Whatever others do and whatever is typed: the list is what libvirt has, and the cursor is on its object."""

import asyncio
import itertools
import uuid
from pathlib import Path
from typing import Any

import libvirt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.app import Running, running
from tests.support.hosts import HostDomain, write_host
from tests.support.pilot import type_ahead
from tuivirt.core.key import Key
from tuivirt.core.view import GroupLine
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.domain.snapshot import State

HOSTS = ("lab1", "lab2")
START = [HostDomain(f"vm{n}", state=("running", "paused", "shutoff")[n % 3]) for n in range(9)]
numbers = itertools.count()

Change = tuple[str, int, int]
"""What is done from outside, on which host, to which of its domains."""
CHANGES = ("create", "destroy", "suspend", "resume", "undefine", "define", "rename", "transient", "burst")
KEYS = (
    *("j", "k", "g", "G", "pagedown", "pageup", "5", "space", "asterisk", "escape", "greater_than_sign"),
    *(
        "backslash",
        "less_than_sign",
        "z",
        "Z",
        "minus",
        "tab",
        "shift+tab",
        "plus",
        "h",
        "l",
        "S",
        "shift+right",
    ),
)
LINES = (
    "group state",
    "group host",
    "group none",
    "filter state:running",
    "filter vm1",
    "filter",
    "all",
    "lab1",
)

changes = st.tuples(st.sampled_from(CHANGES), st.sampled_from((0, 1)), st.integers(0, 20))
steps = st.lists(
    st.one_of(
        changes,
        changes,
        st.lists(st.sampled_from(KEYS), min_size=1, max_size=6).map(tuple),
        st.sampled_from(LINES),
    ),
    min_size=1,
    max_size=12,
)


def definition(name: str) -> str:
    return (
        f"<domain type='test'><name>{name}</name><uuid>{uuid.uuid4()}</uuid><memory>8192</memory>"
        "<os><type>hvm</type></os></domain>"
    )


def change(conn: libvirt.virConnect, what: str, which: int) -> None:
    """One change behind the app's back; what libvirt refuses is no change."""
    found = sorted(conn.listAllDomains(), key=lambda d: d.name())
    if what == "define":
        conn.defineXML(definition(f"new{next(numbers)}"))
        return
    if what == "transient":
        conn.createXML(definition(f"tmp{next(numbers)}"))
        return
    if not found:
        return
    dom = found[which % len(found)]
    try:
        match what:
            case "rename":
                dom.rename(f"named{next(numbers)}", 0)
            case "burst":
                for _ in range(5):
                    for step in (dom.suspend, dom.resume):
                        step()
            case _:
                getattr(dom, what)()
    except libvirt.libvirtError:
        pass


def told(run: Running) -> set[tuple[str, str, str, str]]:
    """What the list knows: host, UUID, name, state."""
    return {
        (r.host, r.item.uuid, r.name, r.item.state.value)
        for r in run.store.records["domain"].values()
        if isinstance(r, DomainRecord)
    }


def real(run: Running) -> set[tuple[str, str, str, str]]:
    """What libvirt has."""
    return {
        (host, dom.UUIDString(), dom.name(), State.of(dom.state()[0]).value)
        for host in HOSTS
        for dom in run.conn(host).listAllDomains()
    }


async def play(run: Running, script: list[Any]) -> None:
    for step in script:
        before = run.listing.view.cursor
        if isinstance(step, str):
            await run.line(step)
        elif step[0] in CHANGES:
            what, host, which = step
            change(run.conn(HOSTS[host]), what, which)
            await asyncio.sleep(0)
            here = run.listing.view.cursor
            # Nothing but keys moves the cursor off a domain that is still there and still shown.
            if isinstance(before, Key) and run.listing.view.index(before) is not None:
                assert here == before, step
        else:
            type_ahead(run.pilot, step)
            await run.settled()
    cursor = run.listing.view.cursor
    await run.until(lambda: told(run) == real(run), "the list is what libvirt has")
    await run.settled()
    check(run)
    if isinstance(cursor, Key) and run.listing.view.index(cursor) is not None:
        assert run.listing.view.cursor == cursor


def check(run: Running) -> None:
    """What must hold of the list at rest."""
    view, listing = run.listing.view, run.listing
    assert run.app.screen is run.main
    known = {record.key for record in run.store.records["domain"].values()}
    in_scope = {key for key in known if listing.scope in ("", key.connection)}
    assert {record.key for record in view.all_rows()} == in_scope
    shown = {record.key for record in listing.shown_records()}
    assert shown == {record.key for record in view.all_rows() if listing.filtering.matches(record)}
    assert view.marks <= in_scope
    if view.lines:
        assert view.cursor_index is not None
        assert 0 <= view.cursor_index < len(view.lines)
        top, body = run.table.scroll_offset.y, run.table.height_of_body
        assert body <= 0 or top <= view.cursor_index < top + body, "the cursor is in sight"
    painted = [run.table.render_line(y).text for y in range(run.table.size.height)]
    for index, line in enumerate(view.lines[run.table.scroll_offset.y :][: run.table.height_of_body]):
        expected = line.label if isinstance(line, GroupLine) else view.row(line.id).shown_name
        assert expected in painted[index + 1]


@pytest.mark.parametrize("size", [(120, 40), (80, 12)], ids=["wide", "low"])
def test_the_list_follows(size: tuple[int, int], tmp_path: Path) -> None:
    uris = {host: write_host(tmp_path / f"{host}.xml", START) for host in HOSTS}

    @settings(max_examples=12, suppress_health_check=list(HealthCheck))
    @given(steps)
    def follow(script: list[Any]) -> None:
        async def one() -> None:
            async with running(uris, size=size) as run:
                await play(run, script)

        asyncio.run(one())

    follow()


async def test_ten_changes_in_a_burst(tmp_path: Path) -> None:
    uris = {host: write_host(tmp_path / f"{host}.xml", START) for host in HOSTS}
    async with running(uris) as run:
        await play(
            run,
            [("burst", 0, 0), ("rename", 0, 2), ("undefine", 0, 2), ("transient", 1, 0), ("destroy", 1, 0)],
        )


async def test_everything_vanishes_and_comes_back(tmp_path: Path) -> None:
    uris = {host: write_host(tmp_path / f"{host}.xml", START) for host in HOSTS}
    gone = [(what, host, 0) for what in ("destroy", "undefine") for host in (0, 1) for _ in range(12)]
    async with running(uris) as run:
        await play(
            run, ["group state", ("5", "space"), *gone, ("define", 0, 0), ("j", "G"), ("define", 1, 0)]
        )

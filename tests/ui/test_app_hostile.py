"""Whatever a host says is text: nothing of it steers the app or the terminal, and lines keep their width."""

import base64
import csv
import io
import json
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from rich.cells import cell_len
from textual.widget import Widget

from tests.support.app import Running, running
from tests.support.hosts import HostDomain, write_host
from tests.support.scripted import domain
from tests.support.world import SOURCES, world
from tuivirt.core.source import Source
from tuivirt.core.text import plain
from tuivirt.resources.domain.tags import NAMESPACE, PREFIX
from tuivirt.ui.dialogs.base import Dialog
from tuivirt.ui.panes.detail import TABS

HOSTILE = {
    "signs": "--all [red]x[/] [/] [@click=app.quit]q[/] $(touch pwned); `id` | rm ~ && 'x' \"y\" \\"
    " {name}{0}{} %s ${HOME}",
    "unseen": " c1\x9b31m\x9b2J\x9d0;t\x9c\x85\x7f \u202eevil\u2066\u200f\u061c"
    " a\u200bb\u00adc\ufeff\u3164\u2028x ",
    "clusters": "👩\u200d👩\u200d👧 🇩🇪 ❤\ufe0f e"
    + "\u0301" * 40
    + " 한글 🧑\U0001f3fd\u200d💻"
    + "名前" * 60,
    "long": "L" * 4000,
}


def hostile_domain(text: str) -> HostDomain:
    """A running domain with that text wherever libvirt takes it."""
    tags = f"<{PREFIX}:tag>{escape(text)}</{PREFIX}:tag>"
    return HostDomain(
        text.replace("/", "∕"),  # libvirt takes no slash in a name
        state="running",
        title=text,
        description=f"{text}\n{text}",
        metadata=f"<{PREFIX}:tags xmlns:{PREFIX}={quoteattr(NAMESPACE)}>{tags}{tags}</{PREFIX}:tags>",
        devices=(
            f"<disk type='file' device='disk'><source file={quoteattr('/' + text)}/>"
            f"<target dev='vda' bus='virtio'/><serial>{escape(text[:30])}</serial></disk>"
            f"<interface type='network'><source network={quoteattr(text)}/></interface>"
        ),
    )


OURS = dict.fromkeys([0xA0, *range(0x2800, 0x2900)], " ")
"""What we draw with ourselves though ``plain`` shows it otherwise: dots of plots, blanks."""


def check(run: Running, where: str) -> None:
    """Every line is as wide as the screen, shows only what may be shown, and holds no action."""
    run.check()
    width, height = run.app.size
    strips = run.app.screen._compositor.render_strips(run.app.size)
    assert len(strips) == height, where
    for y, strip in enumerate(strips):
        text = "".join(segment.text for segment in strip)
        assert cell_len(text) == width, (where, y, text)
        assert plain(text.translate(OURS)) == text.translate(OURS), (where, y, text)
        for segment in strip:
            meta = segment.style.meta if segment.style is not None else {}
            assert "@click" not in meta, (where, y, text)
    for widget in run.app.screen.walk_children(Widget):
        if "render_line" in type(widget).__dict__ and widget.size and widget.is_on_screen:
            for y in range(widget.size.height):
                line = widget.render_line(y)
                assert cell_len(line.text) == line.cell_length, (where, widget, y)


async def settle(run: Running, where: str) -> None:
    await run.settled()
    await run.until(lambda: "reading" not in run.text, where)
    check(run, where)


@pytest.fixture(params=HOSTILE, ids=str)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_a_hostile_domain_in_every_place(kind: str, tmp_path: Path) -> None:
    spec = hostile_domain(HOSTILE[kind])
    uri = write_host(tmp_path / "host.xml", [HostDomain("aaa"), spec, HostDomain("zzz")])
    async with running({"lab1": uri}, size=(110, 36), view="lab1") as run:
        await run.until_rows(spec.name)
        run.listing.choose_columns([c.id for c in run.listing._resource.columns])
        key = run.listing.find(spec.name)
        assert key is not None
        run.listing.goto(key)
        await run.until(lambda: run.record(spec.name).details, "its definition")
        for _ in range(12):
            await run.press("shift+right")
            check(run, "columns")
        await run.press("space", "k")
        check(run, "marked")
        await run.press("escape")
        run.listing.goto(key)
        for group in ("tag", "network", "none"):
            run.listing.set_group(group)
            await settle(run, f"grouped by {group}")
            run.listing.goto(key)
        await run.press("enter")
        for tab, _ in TABS:
            run.main.detail.select_tab(tab)
            await run.settled()
            await settle(run, tab)
            for keys in (("G",), ("shift+right",), ("2",), ("3",), ("slash", *"x[", "enter", "escape")):
                await run.press(*keys)
                await settle(run, f"{tab}: {keys}")
        await run.press("escape", "escape", "escape", "escape")
        run.listing.set_query("")
        run.listing.goto(key)
        for keys in (("D",), ("x",), ("full_stop",), ("y",), ("J",), ("W",), ("question_mark",), ("ctrl+p",)):
            await run.press(*keys)
            await run.until(lambda: run.app.screen is not run.main, f"a dialog for {keys}")
            await settle(run, f"dialog of {keys}")
            await run.press("escape")
            await run.until_main()
        for verb in ("rename", "set-title", "set-description", "set-tags", "save"):
            await run.line(verb)
            await run.until(lambda: run.app.screen is not run.main or run.notes, verb)
            await settle(run, verb)
            if isinstance(run.app.screen, Dialog):
                await run.press("escape")
                await run.until_main()
        await run.line("mark all")
        await run.press("R")
        await run.until_dialog("marked")
        await settle(run, "plan")
        await run.press("escape")
        await run.until_main()
        await run.line("mark none")
        run.listing.goto(key)
        await run.press("p")
        await run.until(lambda: run.state(spec.name) == "paused", "it was paused")
        await run.press("s")
        await run.until(lambda: run.notes, "a refusal")
        await settle(run, "notification")
        await run.press("J")
        await run.until_dialog("1 ended")
        await settle(run, "runs")
        await run.press("enter")
        await settle(run, "details of a run")
        await run.press("escape", "escape")
        await run.until_main()
        await run.line("journal")
        await settle(run, "journal")
        await run.press("escape")
        await run.until_main()
        assert not run.app._exit
        assert not (tmp_path / "pwned").exists()
        assert run.domain(spec.name).isActive()


async def test_the_xml_is_all_there_however_hostile(kind: str, tmp_path: Path) -> None:
    uri = write_host(tmp_path / "host.xml", [hostile_domain(HOSTILE[kind])])
    async with running({"lab1": uri}, size=(100, 40)) as run:
        await run.until(lambda: run.rows, "the row")
        await run.press("y")
        await run.until_dialog("Copy")
        await run.press("x")
        await run.until_main()
        assert run.app.clipboard == run.conn("lab1").listAllDomains()[0].XMLDesc(2)


async def test_what_is_copied_is_the_name_itself(kind: str, tmp_path: Path) -> None:
    spec = hostile_domain(HOSTILE[kind])
    uri = write_host(tmp_path / "host.xml", [spec])
    async with running({"lab1": uri}) as run:
        await run.until_rows(spec.name)
        sent: list[str] = []
        driver = run.app._driver
        assert driver is not None
        setattr(driver, "write", sent.append)  # noqa: B010
        await run.press("y")
        await run.until_dialog("Copy")
        await run.press("n")
        await run.until_main()
        coded = base64.b64encode(spec.name.encode()).decode()
        assert f"\x1b]52;c;{coded}\a" in sent
        assert all(text.isascii() for text in sent if text.startswith("\x1b]52"))


async def test_export_keeps_what_the_host_says(kind: str, tmp_path: Path) -> None:
    spec = hostile_domain(HOSTILE[kind])
    uri = write_host(tmp_path / "host.xml", [spec])
    async with running({"lab1": uri}) as run:
        await run.until(lambda: run.rows and run.record(spec.name).details, "its definition")
        await run.line("columns name title tags")
        await run.line(f"export json {tmp_path}/out.json")
        await run.until_note("1 domain written")
        await run.line(f"export csv {tmp_path}/out.csv")
        await run.until(lambda: len(run.notes) == 2, "the other file")
    (row,) = json.loads((tmp_path / "out.json").read_text())
    assert (row["name"], row["title"]) == (spec.name, (spec.title or "").strip())
    with io.StringIO((tmp_path / "out.csv").read_text(), newline="") as text:
        table = list(csv.reader(text))
    assert table[1][0].removeprefix("'") == spec.name


async def test_hostile_names_of_connections(kind: str) -> None:
    text = HOSTILE[kind]
    backend = world()
    backend.connection(text, uri=f"test:///{text}", error="", hint="")
    backend.listed(text, [domain(text, text), domain("b", text)])
    source = Source(text, f"test:///{text}", "bookmark", text, text)
    for size in ((110, 36), (70, 24)):
        async with running([*SOURCES, source], backend=backend, size=size, view=text) as run:
            await run.until(lambda: len(run.rows) == 2, "its rows")
            await settle(run, "list")
            await run.press("shift+tab")
            await settle(run, "connections")
            for phase in ("opening", "stale", "failed", "closed"):
                backend.connection(text, phase, error=text, hint=f"{text}\n{text}")
                await run.settled()
                await settle(run, phase)
            await run.press("e")
            await run.until_dialog()
            await settle(run, "bookmark")
            await run.press("escape")
            await run.until_main()
            await run.press("x")
            await run.until_dialog("Remove the bookmark")
            await settle(run, "removal")
            await run.press("escape")
            await run.until_main()
            await run.press("tab", "question_mark")
            await run.until_dialog("Help")
            await run.press("escape")
            await run.until_main()
            await run.press("colon", "tab")
            await settle(run, "completion")
        backend = world()
        backend.connection(text, uri=f"test:///{text}")
        backend.listed(text, [domain(text, text), domain("b", text)])


async def test_words_of_errors_are_text(kind: str) -> None:
    text = HOSTILE[kind]
    async with running(SOURCES, backend=world(), view="lab1", size=(100, 30)) as run:
        await run.press("slash", *"name:web01", "enter", "d")
        await run.until(lambda: run.backend.requests, "the request")
        run.backend.run(run.backend.requests[0], progress=0.3, note=text)
        await run.press("J")
        await run.until_dialog("1 running")
        await settle(run, "running")
        run.backend.run(run.backend.requests[0], phase="failed", note=text, hint=text)
        await run.until(lambda: run.main.performer.ended, "the error")
        await settle(run, "failed")
        await run.press("enter")
        await settle(run, "its details")


async def test_what_is_typed_may_be_hostile_too(kind: str) -> None:
    text = HOSTILE[kind]
    async with running(SOURCES, backend=world(), view="lab1", size=(100, 30)) as run:
        for opened in ("slash", "colon"):
            await run.press(opened)
            await run.paste(text)
            await settle(run, opened)
            await run.press("tab", "enter")
            await settle(run, opened)
            await run.press("escape", "escape", "escape")
            await run.until(lambda: not run.asking(), "the prompt is closed")
        await run.press(opened, "up")
        await settle(run, "history")

"""The detail pane: it follows the cursor at leisure, asks little, and shows whatever a host says."""

from pathlib import Path

import pytest

from tests.support.corpus import domain_files
from tests.support.detail_app import HOST, Bench, bench, key_of, make_domain
from tests.support.pilot import resized, until
from tuivirt.core.backend import DiskSize, Watch
from tuivirt.core.changes import ConnectionChanged, ConnectionState, Happened, Removed, Upserted
from tuivirt.core.errors import HostError
from tuivirt.core.journal import Entry
from tuivirt.core.usage import Sample
from tuivirt.resources.domain.snapshot import State
from tuivirt.ui.panes.detail import TABS

XML = (
    "<domain type='kvm'>\n<name>{0}</name>\n<memory unit='KiB'>2097152</memory>\n<vcpu>2</vcpu>\n"
    "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>\n<devices>\n"
    "<disk type='file' device='disk'>\n<driver name='qemu' type='qcow2'/>\n<source file='/img/{0}.qcow2'/>\n"
    "<target dev='vda' bus='virtio'/>\n</disk>\n</devices>\n</domain>\n"
)
IDS = [id_ for id_, _ in TABS]


def define(on: Bench, *names: str) -> None:
    for name in names:
        on.define(name, XML.format(name), XML.format(name))


def entry(name: str, what: str, **more: object) -> Entry:
    told = {"at": 1_000.0, "origin": "event", "detail": "", **more}
    return Entry(key=key_of(name), name=name, what=what, **told)  # type: ignore[arg-type]


async def test_nothing_is_asked_for_rows_that_the_cursor_only_passes() -> None:
    names = [f"d{number}" for number in range(40)]
    async with bench(*names, settle=0.05) as on:
        define(on, *names)
        for name in names:
            on.pane.show(on.record(name))
            assert on.pane.head.text.startswith(f" {name} ")
        assert on.backend.definitions_asked == []
        await on.until("/img/d39.qcow2")
        assert on.backend.definitions_asked == [key_of("d39")]
        assert on.backend.sizes_asked == [(key_of("d39"), ("vda",))]


async def test_what_is_shown_stays_until_the_cursor_rests() -> None:
    async with bench("one", "two") as on:
        define(on, "one", "two")
        await on.shown("one")
        await on.until("/img/one.qcow2")
        on.pane.show(on.record("two"))
        assert "/img/one.qcow2" in on.text, "nothing blinks"
        await on.until("/img/two.qcow2")
        assert "/img/one.qcow2" not in on.text


async def test_tabs_are_made_when_they_are_first_looked_at_and_remembered() -> None:
    async with bench("one", "two") as on:
        define(on, "one", "two")
        await on.shown("one")
        made = on.pane._tabs
        assert list(made) == ["overview"]
        on.pane.next_tab()
        assert on.pane.active == "usage"
        on.pane.previous_tab()
        on.pane.previous_tab()
        assert on.pane.active == "journal"
        on.pane.select_tab("xml")
        assert list(made) == ["overview", "usage", "journal", "xml"]
        await on.shown("two")
        assert on.pane.active == "xml"
        await on.until("<name>two</name>")
        assert [tab.display for tab in made.values()] == [False, False, False, True]
        with pytest.raises(ValueError, match="there is no tab 'nonsense'; there is: overview, usage"):
            on.pane.select_tab("nonsense")


async def test_keys_and_clicks_choose_tabs_and_the_focus_follows() -> None:
    async with bench("one") as on:
        define(on, "one")
        await on.shown("one")
        on.pane.focus_target().focus()
        await on.pilot.pause()
        await on.pilot.press("l")
        assert on.pane.active == "usage"
        await on.pilot.press("right", "right", "right", "right", "right", "right")
        assert on.pane.active == "overview"
        assert on.pane.focus_target().has_focus
        await on.pilot.press("left")
        assert on.pane.active == "journal"
        assert on.pane.focus_target().has_focus
        # Beside the name the tabs stand at the right end.
        await on.pilot.click(on.pane.head, offset=(119 - len(" Journal ") - len(" XML "), 0))
        assert on.pane.active == "xml"
        await resized(on.pilot, 80, 24)
        await on.pilot.click(on.pane.head, offset=(3, 1))
        assert on.pane.active == "overview"


async def test_the_head_tells_state_reason_and_connection() -> None:
    async with bench("one") as on:
        on.add(make_domain("one", State.SHUTOFF, reason=3))
        on.pane.show(on.record("one"))
        assert "✗ crashed" in on.pane.head.text
        on.add(make_domain("one", State.RUNNING, reason=1))
        assert "running (booted) since 19" in on.pane.head.text
        on.store.apply([ConnectionChanged(ConnectionState(HOST, "qemu:///system", "stale"))])
        on.pane.update(on.record("one"))
        assert "lab1 is stale" in on.pane.head.text
        on.pane.show(None)
        assert on.pane.head.text == ""
        await on.until("No domain is chosen.")


async def test_the_head_tells_an_age_that_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr("tuivirt.ui.panes.detail.time.time", lambda: now)
    async with bench("one") as on:
        on.apply(Upserted(make_domain("one", State.CRASHED, reason=1), now - 0.011))
        on.pane.show(on.record("one"))
        assert on.pane.head.text.endswith(" · just now")
        now += 5
        on.pane.tick()
        assert on.pane.head.text.endswith(" · 5 s")


async def test_a_new_state_means_a_new_definition_and_a_tick_does_not() -> None:
    async with bench("one") as on:
        define(on, "one")
        await on.shown("one")
        await on.until("/img/one.qcow2")
        asked = len(on.backend.definitions_asked)
        for second in range(5):
            on.sample("one", Sample(at=1_000.0 + second, vcpus=2, memory_kib=1 << 20, cpu_ns=second * 10**9))
            await on.pilot.pause()
        await on.until("50% busy")
        assert len(on.backend.definitions_asked) == asked
        on.define("one", None, XML.format("one").replace("/img/", "/other/"))
        on.add(make_domain("one", State.SHUTOFF))
        await on.until("/other/one.qcow2")
        assert len(on.backend.definitions_asked) == asked + 1


async def test_an_event_of_the_domain_means_a_new_definition() -> None:
    async with bench("one", "two") as on:
        define(on, "one")
        await on.shown("one")
        await on.until("/img/one.qcow2")
        asked = len(on.backend.definitions_asked)
        on.apply(Happened(entry("two", "device added")))
        await on.pilot.pause()
        assert len(on.backend.definitions_asked) == asked
        on.define("one", XML.format("one").replace("vda", "vdq"), None)
        on.apply(Happened(entry("one", "device added", detail="virtio-disk1")))
        await on.until("vdq")
        on.define("one", XML.format("one").replace("vda", "vdz"), None)
        on.pane.reload()
        await on.until("vdz")


async def test_an_answer_for_another_domain_is_dropped() -> None:
    async with bench("one", "two") as on:
        define(on, "one", "two")
        on.backend.slow = True
        on.pane.show(on.record("one"))
        await until(on.pilot, lambda: on.backend.definitions_asked, "a definition that is asked for")
        on.pane.show(on.record("two"))
        on.backend.release()
        await until(on.pilot, lambda: len(on.backend.definitions_asked) == 2, "the second definition")
        assert "/img/one.qcow2" not in on.text
        on.backend.release()
        await on.until("/img/two.qcow2")


@pytest.mark.parametrize("tab", ["overview", "hardware", "xml"])
async def test_an_error_is_shown_with_its_hint(tab: str) -> None:
    async with bench("one") as on:
        on.backend.failures[key_of("one")] = HostError(
            "Timed out: cannot acquire [red]lock[/]\x9b31m", 68, 10, "The guest does not answer."
        )
        await on.shown("one", tab)
        await on.until("✗ Timed out: cannot acquire [red]lock[/]‹U+009B›31m", "The guest does not answer.")
        del on.backend.failures[key_of("one")]
        define(on, "one")
        on.pane.reload()
        await on.until("/img/one.qcow2")
        assert "Timed out" not in on.text


async def test_a_failure_to_measure_the_disks_is_shown_beside_the_rest() -> None:
    async with bench("one") as on:
        define(on, "one")
        on.backend.sizes[key_of("one")] = HostError("cannot acquire state change lock")
        await on.shown("one")
        await on.until("✗ cannot acquire state change lock", "/img/one.qcow2")
        on.backend.sizes[key_of("one")] = (DiskSize("vda", 10 << 30, 1 << 30, 2 << 30),)
        on.pane.reload()
        await on.until("2.0 GiB of 10 GiB")
        assert "cannot acquire" not in on.text


@pytest.mark.parametrize("tab", IDS)
async def test_a_domain_that_vanishes_while_it_is_shown(tab: str) -> None:
    async with bench("one", "two") as on:
        define(on, "one")
        await on.shown("one", tab)
        on.apply(Removed(key_of("one")))
        on.backend.failures[key_of("one")] = HostError("Domain not found", 42, 10)
        on.pane.reload()
        await on.pilot.pause()
        on.pane.show(None)
        await on.until("No domain is chosen.")
        on.pane.update(on.record("two"))  # not the one that is shown
        assert on.pane.key is None


@pytest.mark.parametrize("text", ["", "<domain", "no XML", "<domain>&undefined;</domain>", "<domain/>"])
async def test_a_definition_that_is_none(text: str) -> None:
    async with bench("one") as on:
        on.define("one", text, text)
        for tab in IDS:
            await on.shown("one", tab)


async def test_what_the_visible_tab_draws_from() -> None:
    async with bench("one") as on:
        define(on, "one")
        watch = Watch(stats=True, groups=frozenset({"net"}))
        assert on.pane.wanted(watch) == watch
        await on.shown("one")
        assert on.pane.wanted(watch) == watch._replace(groups=frozenset({"net", "cpu", "memory"}))
        on.pane.select_tab("usage")
        assert on.pane.wanted(Watch()).groups == {"cpu", "vcpu", "memory", "block", "net"}
        assert on.pane.wanted(Watch()).stats
        on.pane.select_tab("xml")
        assert on.pane.wanted(watch) == watch


FILES = domain_files()
ODD = [path for path in FILES if path.stem.startswith(("hostile", "newer", "controllers", "lxc"))]


@pytest.mark.parametrize(
    ("size", "files"),
    [((93, 14), FILES), ((160, 50), ODD), ((20, 5), ODD)],
    ids=["all", "odd ones, large", "odd ones, small"],
)
async def test_every_definition_opens_in_every_tab(size: tuple[int, int], files: list[Path]) -> None:
    """Of the whole corpus, hostile ones included: no error, and no line is wider than the screen."""
    async with bench(*(path.stem for path in files), size=size) as on:
        for path in files:
            text = path.read_text(encoding="utf-8")
            on.define(path.stem, text, text.replace("</name>", "x</name>"))
            on.apply(Happened(entry(path.stem, "started [/]", detail=text[:300], command="virsh $(x)")))
            await on.shown(path.stem, "xml")
            for tab in ("xml", "hardware", "overview", "usage", "journal"):
                on.pane.select_tab(tab)
                await on.pilot.pause()
                _lines_fit(on, size[0])


def _lines_fit(on: Bench, width: int) -> None:
    strips = on.pilot.app.screen._compositor.render_strips(on.pilot.app.size)
    for strip in strips:
        assert sum(segment.cell_length for segment in strip) == width
        assert not any(
            ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for segment in strip for char in segment.text
        )


async def test_resizing_to_anything_and_back() -> None:
    async with bench("one") as on:
        text = next(path for path in FILES if path.stem == "controllers").read_text(encoding="utf-8")
        on.define("one", text, text)
        for tab in IDS:
            await on.shown("one", tab)
            for size in ((20, 5), (200, 60), (80, 24), (31, 9), (120, 40)):
                await resized(on.pilot, *size)
                await on.pilot.pause()
                _lines_fit(on, size[0])


@pytest.mark.parametrize("theme", ["light", "ansi16", "mono", "contrast-dark"])
async def test_other_themes(theme: str) -> None:
    async with bench("one", theme=theme) as on:
        define(on, "one")
        for tab in IDS:
            await on.shown("one", tab)
        on.add(make_domain("one", State.PAUSED))
        on.apply(Upserted(make_domain("one", State.RUNNING), 2_000.0))
        await on.pilot.pause()

"""The tab with the definition: live, saved, differences, search."""

import time

from tests.support.detail_app import Bench, bench, make_domain
from tests.support.pilot import typed
from tuivirt.resources.domain.snapshot import State
from tuivirt.ui.tabs.xml import XmlTab

LIVE = """<domain type='kvm' id='3'>
  <name>one</name>
  <memory unit='KiB'>2097152</memory>
  <!-- [red]not markup[/] -->
  <devices>
    <disk type='file'>
      <source file='/img/one.qcow2' index='1'/>
      <target dev='vda' bus='virtio'/>
      <alias name='virtio-disk0'/>
    </disk>
  </devices>
</domain>
"""
SAVED = (
    LIVE.replace(" id='3'", "")
    .replace(" index='1'", "")
    .replace("      <alias name='virtio-disk0'/>\n", "")
    .replace("2097152", "4194304")
)


def tab_of(on: Bench) -> XmlTab:
    tab = on.pane._tabs["xml"]
    assert isinstance(tab, XmlTab)
    return tab


def _which(tab: XmlTab) -> str:
    return tab.which


async def focus(on: Bench) -> XmlTab:
    on.pane.focus_target().focus()
    await on.pilot.pause()
    return tab_of(on)


async def test_live_saved_and_differences() -> None:
    async with bench("one") as on:
        on.define("one", LIVE, SAVED)
        await on.shown("one", "xml")
        await on.until("▸1 Live", "2 Saved", "3 Differences (1)", "<domain type='kvm' id='3'>", "12 lines")
        await focus(on)
        await on.pilot.press("2")
        await on.until("▸2 Saved", "4194304", "11 lines")
        await on.pilot.press("3")
        await on.until("▸3 Differences", "The next boot changes 1 setting:", "Δ memory  2.0 GiB → 4.0 GiB")
        await on.until('-  <memory unit="KiB">2097152</memory>', '+  <memory unit="KiB">4194304</memory>')
        assert "alias" not in on.text, "what only a running domain has is no difference"
        on.define("one", LIVE, SAVED.replace("4194304", "2097152"))
        on.pane.reload()
        await on.until("The next boot changes nothing")


async def test_what_is_wanted_stays_wanted() -> None:
    async with bench("one", "two", "three") as on:
        on.define("one", LIVE, SAVED)
        on.define("two", None, SAVED.replace("one", "two"))
        on.define("three", LIVE.replace("one", "three"), None)
        on.add(make_domain("two", State.SHUTOFF), make_domain("three", persistent=False))
        await on.shown("one", "xml")
        tab = await focus(on)
        assert _which(tab) == "live"
        await on.shown("two")
        assert _which(tab) == "saved", "there is no other"
        await on.shown("one")
        assert _which(tab) == "live"
        await on.pilot.press("2")
        await on.shown("three")
        assert _which(tab) == "live"
        await on.shown("one")
        assert _which(tab) == "saved"
        await on.pilot.press("3")
        await on.shown("two")
        await on.until("The domain is not running: its next boot uses the saved definition as it is.")
        await on.shown("three")
        await on.until("The domain is transient: it has no saved definition")


async def test_search_counts_marks_and_walks() -> None:
    async with bench("one") as on:
        on.define("one", LIVE, SAVED)
        await on.shown("one", "xml")
        tab = await focus(on)
        await on.pilot.press("slash")
        await typed(on.pilot, "disk")
        await on.until("1/3")
        assert [tab.view._matches_of(n) for n in (5, 8, 9)] == [[(0, 5)], [(1, 26)], [(2, 6)]]
        await on.pilot.press("enter")
        assert tab.view.has_focus
        await on.pilot.press("n")
        await on.until("2/3")
        await on.pilot.press("n", "n")
        await on.until("1/3")
        await on.pilot.press("N")
        await on.until("3/3")
        line = tab.view.line_at(9)
        assert ("disk", "xml_tag search cursor") in [(text, role) for text, role in line if "search" in role]
        # The case counts where it is typed.
        await on.pilot.press("slash")
        await typed(on.pilot, "DISK")
        await on.until("0/0")
        await on.pilot.press("escape")
        assert not tab.find.display
        assert tab.view.found == (0, 0)
        assert tab.view.has_focus
        # An empty search is none.
        await on.pilot.press("slash", "enter")
        assert not tab.find.display


async def test_escape_ends_the_search_first() -> None:
    async with bench("one") as on:
        on.define("one", LIVE, SAVED)
        await on.shown("one", "xml")
        tab = await focus(on)
        assert tab.check_action("end_search", ()) is False
        await on.pilot.press("slash")
        await typed(on.pilot, "disk")
        await on.pilot.press("enter")
        assert tab.check_action("end_search", ()) is True
        await on.pilot.press("escape")
        assert tab.view.found == (0, 0)
        assert not tab.find.display
        assert tab.view.has_focus


async def test_the_search_goes_on_in_another_domain() -> None:
    async with bench("one", "two") as on:
        on.define("one", LIVE, SAVED)
        on.define("two", LIVE.replace("vda", "disk"), SAVED)
        await on.shown("one", "xml")
        await focus(on)
        await on.pilot.press("slash")
        await typed(on.pilot, "disk")
        await on.pilot.press("enter")
        await on.until("1/3")
        await on.shown("two")
        await on.until("1/4")


async def test_a_match_far_to_the_right_comes_into_sight() -> None:
    async with bench("one", size=(80, 24)) as on:
        on.define("one", f"<domain>\n<x a='{'.' * 300}needle'/>\n<y/>\n</domain>", None)
        await on.shown("one", "xml")
        await focus(on)
        assert "needle" not in on.text
        await on.pilot.press("slash")
        await typed(on.pilot, "needle")
        await on.until("needle'/>", "1/1")
        await on.pilot.press("escape")
        assert "needle'/>" in on.text
        await on.pilot.press(*["shift+left"] * 40)
        assert "<x a='..." in on.text
        await on.pilot.press(*["shift+right"] * 60)
        assert "needle'/>" in on.text


async def test_ten_thousand_lines() -> None:
    disks = "".join(f"<disk>\n<target dev='d{n}'/>\n</disk>\n" for n in range(3_400))
    text = f"<domain>\n<devices>\n{disks}</devices>\n</domain>\n"
    async with bench("one") as on:
        on.define("one", text, None)
        await on.shown("one", "xml")
        tab = await focus(on)
        assert tab.view.line_count == 3 * 3_400 + 4
        await on.pilot.press("G")
        await on.until("</domain>")
        await on.pilot.press("g")
        await on.until("<domain>")
        await on.pilot.press("slash")
        begun = time.process_time()
        tab.view.search("d3399")
        assert time.process_time() - begun < 1, "a search is no reason to wait"
        assert tab.view.found == (1, 1)
        await on.until("dev='d3399'")


async def test_the_part_of_the_hardware_list_is_gone_to() -> None:
    fill = "".join(f"<!-- {n} -->\n" for n in range(60))
    async with bench("one", size=(80, 24)) as on:
        on.define("one", LIVE.replace("  <devices>", f"{fill}  <devices>"), SAVED)
        await on.shown("one", "hardware")
        on.pane.focus_target().focus()
        await on.pilot.pause()
        await on.pilot.press("G")
        await on.until("vda  virtio  /img/one.qcow2")
        await on.pilot.press("enter")
        await on.until("▸1 Live", "<disk type='file'>", "dev='vda'")
        assert on.pane.active == "xml"
        assert on.pane.focus_target().has_focus


async def test_hostile_text_is_plain() -> None:
    async with bench("one") as on:
        evil = "[@click=app.quit]x[/]\x9b31m\u202e\u2066"
        text = f"<domain>\n<name>{evil}</name>\n</domain>"
        on.define("one", text, text.replace("</name>", "!</name>"))
        await on.shown("one", "xml")
        shown = "[@click=app.quit]x[/]‹U+009B›31m‹U+202E›‹U+2066›"
        await on.until(f"<name>{shown}</name>")
        await focus(on)
        await on.pilot.press("3")
        await on.until(f"{shown} → {shown}!")

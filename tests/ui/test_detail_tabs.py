"""Overview, hardware and usage: what they tell, and how they are worked with."""

import time
from pathlib import Path

import pytest

from tests.support.detail_app import Bench, bench, key_of, make_domain
from tests.support.pilot import until
from tuivirt.core.backend import DiskSize
from tuivirt.core.changes import AddressesRead, DetailRead, RunChanged, RunState
from tuivirt.core.usage import DiskCounters, NetCounters, Sample
from tuivirt.resources.domain.overview import overview
from tuivirt.resources.domain.pending import PendingChange
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.domain.snapshot import Address, Addresses, Details, State
from tuivirt.ui.tabs.hardware import HardwareTab
from tuivirt.ui.tabs.overview_lines import Known, overview_lines
from tuivirt.ui.tabs.usage import UsageTab
from tuivirt.ui.widgets.lines import line_text, line_width

PAIRS = Path(__file__).parents[1] / "data" / "pending"
NOW = 1_750_000_000.0


def pair(name: str) -> tuple[str, str]:
    live, saved = (PAIRS / f"{name}.{which}.xml" for which in ("live", "saved"))
    return live.read_text(encoding="utf-8"), saved.read_text(encoding="utf-8")


def known(**more: object) -> Known:
    record = DomainRecord(make_domain("one"))
    record.since = NOW - 3_600
    record.details = Details(
        title="The front",
        description="Two\nlines",
        tags=("prod", "web"),
        os="debian 12",
        agent=True,
        pending=1,
    )
    record.addresses = Addresses((Address("10.0.3.11", 24, "52:54:00:00:00:01", "vnet0"),), "lease")
    told = {"overview": overview(pair("desktop")[0]), "changes": [], "now": NOW, **more}
    return Known(record, **told)  # type: ignore[arg-type]


def text(lines: object) -> str:
    return "\n".join(line_text(line).rstrip() for line in lines)  # type: ignore[attr-defined]


def test_the_overview_tells_what_matters() -> None:
    size = DiskSize("vda", 40 << 30, 1 << 30, 12 << 30)
    told = text(overview_lines(known(sizes={"vda": size}), 180))
    for part in (
        "Firmware    BIOS",
        "Machine     qemu x86_64 pc-q35-7.2",
        "vCPUs       2 · EPYC",
        "Agent       connected",
        "10.0.3.11/24  lease  vnet0 52:54:00:00:00:01",
        "vda 12 GiB of 40 GiB virtio qcow2",
        "sde cdrom sata empty",
        "spice 127.0.0.1:59",
        "vnc 127.0.0.1:5977",
        "Title       The front",
        "Tags        prod web",
        "OS          debian 12",
        "autostart no · persistent yes · saved state no",
        "Description Two",
        "Emulator    /usr/bin/qemu-system-x86_64",
        "2 × USB redirections",
    ):
        assert part in told, part


def test_next_boot_differs_leads() -> None:
    changes = [PendingChange(f"setting{n}", "a", "b") for n in range(6)]
    lines = text(overview_lines(known(changes=changes), 80)).split("\n")
    assert lines[0] == "Next boot   Δ differs: 6 changes"
    assert lines[1] == "            setting0  a → b"
    assert lines[5] == "            and 2 more, in the XML tab"
    # What the list was told, while the definitions have not been read.
    assert "Δ differs: 1 change" in text(overview_lines(known(changes=None, overview=None), 80))
    assert "Next boot" not in text(overview_lines(known(changes=[]), 80))


@pytest.mark.parametrize("width", [1, 8, 20, 40, 79, 99, 100, 120, 200])
def test_no_line_of_the_overview_is_wider_than_told(width: int) -> None:
    record_known = known()
    record_known.record.details = Details(title="漢字" * 400, tags=("t" * 300,), description="d " * 2000)
    assert all(line_width(line) <= width for line in overview_lines(record_known, width))


def test_the_overview_without_anything_known() -> None:
    bare = Known(DomainRecord(make_domain("one", State.SHUTOFF)))
    told = text(overview_lines(bare, 80))
    assert "vCPUs       –" in told
    assert "Addresses   –" in told
    nothing = known(overview=overview("<domain/>"))
    nothing.record.details, nothing.record.addresses = None, Addresses((), "")
    told = text(overview_lines(nothing, 80))
    assert "Agent       no channel" in told
    assert "none known" in told


def test_the_end_of_a_long_path_is_kept() -> None:
    told = overview(
        "<domain><devices><disk><source file='/very/long/way/to/the/image/of/web01.qcow2'/>"
        "<target dev='vda'/></disk></devices></domain>"
    )
    (line,) = [line for line in overview_lines(known(overview=told), 40) if "Disks" in line_text(line)]
    assert line_text(line).endswith("image/of/web01.qcow2")
    assert "…" in line_text(line)


@pytest.mark.parametrize(
    ("xml", "firmware"),
    [
        ("<os firmware='efi'><type>hvm</type></os>", "UEFI"),
        ("<os><type>hvm</type><loader type='pflash' secure='yes'>/f</loader></os>", "UEFI, Secure Boot"),
        (
            "<os firmware='efi'><firmware><feature name='secure-boot' enabled='yes'/></firmware></os>",
            "UEFI, Secure Boot",
        ),
        ("<os><type arch='x86_64'>hvm</type></os>", "BIOS"),
        ("<os><type arch='aarch64'>hvm</type></os>", ""),
        ("<os><type>hvm</type><loader>/rom</loader></os>", "/rom"),
        ("<os><type>hvm</type><kernel>/vmlinuz</kernel></os>", "kernel /vmlinuz"),
        ("<bootloader>/usr/bin/pygrub</bootloader>", "/usr/bin/pygrub"),
        ("<os><type>exe</type></os>", ""),
    ],
)
def test_firmware(xml: str, firmware: str) -> None:
    assert overview(f"<domain>{xml}</domain>").firmware == firmware


def test_boot_order_graphics_and_networks_of_a_definition() -> None:
    told = overview(
        "<domain type='kvm'><vcpu current='2'>8</vcpu><memory unit='GiB'>4</memory>"
        "<cpu mode='host-passthrough'><topology sockets='1' cores='4' threads='2'/></cpu><devices>"
        "<disk><target dev='vda'/><boot order='2'/></disk>"
        "<interface type='bridge'><mac address='m'/><source bridge='br0'/><link state='down'/>"
        "<boot order='1'/></interface>"
        "<graphics type='vnc' port='5900'><listen type='address' address='::1'/></graphics>"
        "<graphics type='spice' port='-1' tlsPort='5901' listen='0.0.0.0'/>"
        "<graphics type='vnc' socket='/run/vnc'/>"
        "<channel><target name='org.qemu.guest_agent.0'/></channel><tpm/><hostdev/><hostdev/>"
        "</devices></domain>"
    )
    assert told.boot == ("network m", "vda")
    assert [g.where for g in told.graphics] == ["[::1]:5900", "0.0.0.0 (TLS 5901)", "/run/vnc"]
    assert (told.vcpus, told.vcpus_max, told.memory) == (2, 8, 4 << 30)
    assert told.cpu == "host-passthrough, 4 cores, 2 threads"
    assert told.agent == "not told"
    assert told.others == (("host devices", 2), ("TPM", 1))
    (nic,) = told.nics
    assert (nic.kind, nic.source, nic.down) == ("bridge", "br0", True)


async def test_the_overview_follows_what_happens() -> None:
    async with bench("one") as on:
        on.define("one", *pair("desktop"))
        await on.shown("one")
        await on.until("currentMemory  256 MiB → 128 MiB")
        addresses = Addresses(
            (Address("fe80::1", 64, "m", "eth0"), Address("10.0.0.9", 24, "m", "eth0")), "agent"
        )
        on.apply(AddressesRead(key_of("one"), addresses), DetailRead(key_of("one"), Details(agent=False)))
        await on.until("10.0.0.9/24  agent", "Agent       disconnected")
        run = RunState(1, "domain.managed_save", key_of("one"), "one", "running", 1.0, note="12 %")
        on.apply(RunChanged(run))
        await on.until("Doing       ⟳ managed save: 12 %")
        on.apply(RunChanged(run._replace(phase="done")))
        await until(on.pilot, lambda: "Doing" not in on.text, "the end of the run")


# Hardware


def hardware(on: Bench) -> HardwareTab:
    tab = on.pane._tabs["hardware"]
    assert isinstance(tab, HardwareTab)
    return tab


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (93, 12)])
async def test_facts_of_the_part_under_the_cursor(size: tuple[int, int]) -> None:
    async with bench("one", size=size) as on:
        on.define("one", *pair("server"))
        await on.shown("one", "hardware")
        tab = hardware(on)
        on.pane.focus_target().focus()
        await on.pilot.pause()
        seen = set()
        while True:
            device = tab.device
            assert device is not None
            seen.add(device.path)
            assert tab.facts.text.startswith(device.facts[0][0]) if device.facts else tab.facts.text == ""
            before = tab.list.cursor
            await on.pilot.press("j")
            if tab.list.cursor == before:
                break
        assert len(seen) == tab.list.line_count
        await on.pilot.press("5", "k", "g")
        assert tab.list.cursor == 0
        await on.pilot.press("7", "G")
        assert tab.list.cursor == 6
        page, half = tab.list.size.height - 1, tab.list.size.height // 2
        await on.pilot.press("g", "ctrl+d")
        assert tab.list.cursor == half
        await on.pilot.press("ctrl+u", "pagedown")
        assert tab.list.cursor == min(page, tab.list.line_count - 1)
        await on.pilot.press("pageup")
        assert tab.list.cursor == 0


async def test_the_cursor_stays_on_its_part() -> None:
    async with bench("one", "two") as on:
        inner = "<disk><target dev='vdb'/></disk><video><model type='vga'/></video>"
        live = f"<domain><devices>{inner}</devices></domain>"
        on.define("one", live, None)
        on.define("two", live, None)
        await on.shown("one", "hardware")
        tab = hardware(on)
        tab.list.move_to(1)
        await on.until("vga")
        assert tab.device is not None
        assert tab.device.kind == "Video"
        on.define("one", live.replace("<devices>", "<devices><disk><target dev='vda'/></disk>"), None)
        on.pane.reload()
        await on.until("vda")
        assert tab.device.summary == "vga"
        await on.shown("two")
        assert tab.list.cursor == 0


async def test_long_facts_are_wrapped_and_scroll() -> None:
    async with bench("one", size=(80, 24)) as on:
        features = "".join(f"<feature policy='require' name='feature{n}'/>" for n in range(80))
        on.define("one", f"<domain><cpu mode='custom'>{features}</cpu></domain>", None)
        await on.shown("one", "hardware")
        tab = hardware(on)
        await on.until("require feature0,")
        assert all(line_width(tab.facts.line_at(n)) < 80 for n in range(tab.facts.line_count))
        assert "feature79" not in on.text
        on.pane.focus_target().focus()
        await on.pilot.pause()
        await on.pilot.press(*["ctrl+down"] * 20)
        await on.until("feature79")
        await on.pilot.press(*["ctrl+up"] * 20)
        await on.until("require feature0,")


async def test_a_second_click_shows_the_xml() -> None:
    async with bench("one") as on:
        on.define("one", *pair("server"))
        await on.shown("one", "hardware")
        await on.pilot.click(hardware(on).list, offset=(4, 3))
        assert hardware(on).list.cursor == 3
        assert on.pane.active == "hardware"
        await on.pilot.click(hardware(on).list, offset=(4, 3))
        await until(on.pilot, lambda: on.pane.active == "xml", "the XML")


# Usage


def sample(at: float, busy: float = 0.5, vcpus: int = 2) -> Sample:
    ns = int(at * busy * 1e9)
    return Sample(
        at=at,
        vcpus=vcpus,
        memory_kib=4 << 20,
        cpu_ns=ns * vcpus,
        vcpu_ns=(ns,) * vcpus,
        available_kib=4 << 20,
        usable_kib=2 << 20,
        disks=(DiskCounters("vda", int(at * 1_000_000), int(at * 2_000)),),
        nets=(NetCounters("vnet0", int(at * 3_000), int(at * 4_000)),),
    )


def usage(on: Bench) -> UsageTab:
    tab = on.pane._tabs["usage"]
    assert isinstance(tab, UsageTab)
    return tab


@pytest.mark.parametrize("size", [(160, 50), (120, 40), (80, 24), (93, 12)])
async def test_plots_of_everything(size: tuple[int, int]) -> None:
    async with bench("one", size=size) as on:
        await on.shown("one", "usage")
        await on.until("Nothing to show: its first values come with the next readings.")
        for second in range(40):
            on.sample("one", sample(1_000.0 + 2 * second))
        await on.until("CPU 50%", "vCPUs 2", "Memory 50%", "Disk read 977K/s")
        assert "Net sent 3.9K/s" in usage(on).lines.text
        assert "█" in on.text
        assert all(
            line_width(usage(on).lines.line_at(n)) < size[0] for n in range(usage(on).lines.line_count)
        )


async def test_the_window_is_chosen_by_key() -> None:
    async with bench("one") as on:
        await on.shown("one", "usage")
        on.pane.focus_target().focus()
        await on.pilot.pause()
        await on.until("the last 5 min")
        await on.pilot.press("w")
        await on.until("the last 15 min")
        await on.pilot.press("w", "w", "w")
        await on.until("the last 1 h")
        await on.pilot.press(*[","] * 6)
        await on.until("the last 1 min")
        assert usage(on).seconds == 60.0


async def test_vcpus_have_a_past_while_they_are_shown() -> None:
    async with bench("one", "two", size=(120, 40)) as on:
        await on.shown("one", "usage")
        for second in range(30):
            on.sample("one", sample(1_000.0 + 2 * second, busy=1.0))
        await on.until("0 100% ", "1 100% ")
        (line,) = [line for line in on.text.split("\n") if "  0 100% " in line]
        assert line.count("█") > 5
        assert len(usage(on)._cores) == 30
        await on.shown("two")
        assert not usage(on)._cores


async def test_a_domain_that_is_not_running_says_so() -> None:
    async with bench("one") as on:
        on.add(make_domain("one", State.SHUTOFF))
        await on.shown("one", "usage")
        await on.until("Nothing to show: the domain is not running.")


async def test_hidden_tabs_draw_nothing() -> None:
    async with bench("one") as on:
        await on.shown("one", "usage")
        on.sample("one", sample(1_000.0))
        on.sample("one", sample(1_002.0))
        await on.until("CPU 50%")
        on.pane.select_tab("journal")
        await on.pilot.pause()
        drawn = usage(on).lines._lines
        on.sample("one", sample(1_004.0))
        await on.pilot.pause()
        assert usage(on).lines._lines is drawn
        begun = time.process_time()
        for second in range(200):
            on.sample("one", sample(1_006.0 + second))
        assert time.process_time() - begun < 2

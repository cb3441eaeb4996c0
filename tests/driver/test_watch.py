"""What is asked while somebody looks, and only then: counters, definitions, addresses, answers."""

import asyncio
import threading
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import libvirt
import pytest

from tests.support.headless import HOST, Headless
from tests.support.hosts import HostDomain, write_host
from tests.support.wait import PATIENCE, until
from tuivirt.backend import guests as guests_module
from tuivirt.backend import prober
from tuivirt.core.backend import Watch
from tuivirt.core.changes import AddressesRead, DetailRead, HostSampled, Sampled
from tuivirt.core.errors import HostError
from tuivirt.core.key import Key
from tuivirt.resources.domain import addresses, stats
from tuivirt.resources.domain.snapshot import Address
from tuivirt.resources.domain.tags import NAMESPACE, build

NETWORK = """<network><name>default</name><uuid>4a0f1a7e-0000-4000-8000-000000000001</uuid>
<bridge name='virbr0'/><ip address='192.168.122.1' netmask='255.255.255.0'>
<dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>"""
NIC = "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>"
TAGS = build(["web", "a&b"]).replace("<tags>", f'<tags xmlns="{NAMESPACE}">')


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Headless]:
    uri = write_host(
        tmp_path / "host.xml",
        [
            HostDomain("web", state="running", title="The front", metadata=TAGS, vcpus=2, devices=NIC),
            HostDomain("db", title="The back"),
            HostDomain("batch", state="running", persistent=False, title="Work"),
        ],
        networks=[NETWORK],
    )
    with Headless(stats_interval=0.02) as app:
        app.open(uri)
        app.until(lambda: app.store.connections[HOST].facts, "all is settled")
        app.until(lambda: all(r.vcpus for r in app.records().values()), "sizes")
        yield app


def keys(app: Headless, *names: str) -> tuple[Key, ...]:
    return tuple(app.domain(name).key for name in names)


def count(app: Headless, kind: type) -> int:
    return sum(isinstance(change, kind) for change in app.changes)


class TestCounters:
    def test_none_while_nobody_looks(self, app: Headless) -> None:
        before = count(app, Sampled)
        app.fleet.watch({HOST: Watch(visible=keys(app, "web"))})
        app.until(lambda: app.domain("web").details, "its details")
        assert count(app, Sampled) == before
        assert count(app, HostSampled) == 0

    def test_rates_of_who_is_active(self, app: Headless) -> None:
        watch = Watch(stats=True, groups=frozenset({"cpu"}), everyone=True, visible=keys(app, "web", "db"))
        app.fleet.watch({HOST: watch})
        app.until(lambda: (r := app.domain("web").rates) is not None and r.cpu is not None, "a rate")
        assert app.domain("db").rates is None
        assert (app.domain("web").vcpus, app.domain("db").vcpus) == (2, 1)
        app.fleet.watch({})
        until(lambda: not app.fleet.calls(HOST), "the last tick")
        app.pump()
        before = count(app, Sampled)
        app.fleet.refresh(HOST)
        app.until(lambda: count(app, Sampled) > before, "what a list brings with it")
        app.pump()
        assert count(app, Sampled) == before + 1

    def test_only_of_the_visible_when_nobody_asks_for_more(
        self, app: Headless, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[list[str]] = []
        really = libvirt.virConnect.domainListGetStats

        def some(conn: libvirt.virConnect, doms: list[libvirt.virDomain], *flags: int) -> Any:
            asked.append([dom.name() for dom in doms])
            return really(conn, doms, *flags)

        monkeypatch.setattr(libvirt.virConnect, "domainListGetStats", some)
        app.fleet.watch({HOST: Watch(stats=True, groups=frozenset({"cpu"}), visible=keys(app, "batch"))})
        app.until(lambda: len(asked) >= 2, "two ticks")
        assert asked[:2] == [["batch"], ["batch"]]

    def test_one_call_in_flight(self, app: Headless, monkeypatch: pytest.MonkeyPatch) -> None:
        go, inside, most, calls = threading.Event(), [0], [0], [0]

        def stuck(*_: object) -> list[Any]:
            calls[0] += 1
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            go.wait(PATIENCE)
            inside[0] -= 1
            return []

        monkeypatch.setattr(libvirt.virConnect, "getAllDomainStats", stuck)
        app.fleet.watch({HOST: Watch(stats=True, groups=frozenset({"cpu"}), everyone=True)})
        until(lambda: calls[0], "the first tick")
        for group in ("block", "net", "memory"):
            app.fleet.watch({HOST: Watch(stats=True, groups=frozenset({"cpu", group}), everyone=True)})
        go.set()
        until(lambda: calls[0] >= 3, "further ticks")
        assert most == [1]

    def test_a_failure_does_not_end_the_ticks(self, app: Headless, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(*_: object) -> list[Any]:
            raise libvirt.libvirtError("not now")

        with monkeypatch.context() as patch:
            patch.setattr(libvirt.virConnect, "getAllDomainStats", fails)
            app.fleet.watch({HOST: Watch(stats=True, groups=frozenset({"cpu"}), everyone=True)})
            until(lambda: app.session()._sampler._due, "a tick that failed")
        before = count(app, Sampled)
        app.until(lambda: count(app, Sampled) > before, "the next")

    def test_the_load_of_the_host(self, app: Headless) -> None:
        """The test driver tells processors and no memory."""
        app.fleet.watch({HOST: Watch(host=True)})
        app.until(lambda: count(app, HostSampled) >= 3, "readings")
        usage = app.store.hosts[HOST]
        assert usage.cpu is None or 0 <= usage.cpu <= 1
        assert usage.memory is None
        assert usage.rtt is not None
        assert 0 < usage.rtt < 1

    def test_a_change_of_an_inactive_domain_is_seen(self, app: Headless) -> None:
        xml = app.libvirt().lookupByName("db").XMLDesc()
        app.libvirt().defineXML(xml.replace("<vcpu placement='static'>1<", "<vcpu placement='static'>7<"))
        app.until(lambda: app.domain("db").vcpus == 7, "its new size")

    def test_a_driver_without_the_bulk_call(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As those of containers and of other vendors: domains on screen are asked one by one."""

        def missing(*_: object) -> list[Any]:
            libvirt.open("test:///default").lookupByName("test").pMWakeup(0)  # raises NO_SUPPORT
            raise AssertionError

        monkeypatch.setattr(libvirt.virConnect, "getAllDomainStats", missing)
        monkeypatch.setattr(libvirt.virConnect, "domainListGetStats", missing)
        uri = write_host(
            tmp_path / "bare.xml", [HostDomain(f"d{n}", state="running", vcpus=3) for n in range(3)]
        )
        with Headless(stats_interval=0.02) as app:
            app.open(uri)
            assert len(app.records()) == 3
            watch = Watch(stats=True, groups=frozenset({"cpu"}), everyone=True, visible=keys(app, "d1"))
            app.fleet.watch({HOST: watch})
            app.until(lambda: (r := app.domain("d1").rates) is not None and r.cpu is not None, "a rate")
            assert [app.domain(f"d{n}").vcpus for n in range(3)] == [None, 3, None]
            app.libvirt().lookupByName("d2").destroy()
            app.until(lambda: not app.domain("d2").active, "a change that is read without it")

    def test_a_reply_that_is_too_large_comes_in_parts(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """More than one message holds, for the list as for the counters."""
        asked: list[int] = []
        really = libvirt.virConnect.domainListGetStats

        def too_large(*_: object) -> list[Any]:
            error = libvirt.libvirtError("Too many domain stats records")
            error.err = (libvirt.VIR_ERR_RPC, 7, "Too many domain stats records", 2, "", None, None, -1, -1)
            raise error

        def some(conn: libvirt.virConnect, doms: list[libvirt.virDomain], *flags: int) -> Any:
            asked.append(len(doms))
            return really(conn, doms, *flags)

        monkeypatch.setattr(libvirt.virConnect, "getAllDomainStats", too_large)
        monkeypatch.setattr(libvirt.virConnect, "domainListGetStats", some)
        monkeypatch.setattr(stats, "CHUNK", 4)
        uri = write_host(tmp_path / "large.xml", [HostDomain(f"d{n}", state="running") for n in range(10)])
        with Headless(stats_interval=0.02) as app:
            app.open(uri)
            assert len(app.records()) == 10
            app.until(lambda: all(r.vcpus for r in app.records().values()), "sizes")
            assert asked[:6] == [4, 4, 2, 4, 4, 2]


class TestDefinitions:
    def test_read_for_what_is_visible_alone(self, app: Headless) -> None:
        app.fleet.watch({HOST: Watch(visible=keys(app, "db", "web"))})
        app.until(lambda: app.domain("web").details and app.domain("db").details, "both")
        assert (app.domain("db").title, app.domain("web").title) == ("The back", "The front")
        assert app.domain("web").tags == ("a&b", "web")
        assert app.domain("batch").details is None

    def test_once(self, app: Headless) -> None:
        for _ in range(5):
            app.fleet.watch({HOST: Watch(visible=keys(app, "web", "db"))})
        app.until(lambda: app.domain("web").details and app.domain("db").details, "both")
        for _ in range(5):
            app.fleet.watch({HOST: Watch(visible=keys(app, "web", "db"))})
        app.fleet.watch({HOST: Watch(visible=keys(app, "web", "batch"))})
        app.until(lambda: app.domain("batch").details, "another")
        assert count(app, DetailRead) == 3

    def test_all_when_all_are_wanted(self, app: Headless) -> None:
        app.fleet.watch({HOST: Watch(complete=True)})
        app.until(lambda: all(r.details for r in app.records().values()), "all")
        app.libvirt().defineXML(
            "<domain type='test'><name>new</name><title>New</title><memory>1024</memory>"
            "<os><type>hvm</type></os></domain>"
        )
        app.until(lambda: "new" in app.records() and app.domain("new").title == "New", "the new one too")
        app.fleet.refresh(HOST)
        app.until(lambda: count(app, DetailRead) >= 8, "all again")

    def test_all_are_compared_when_that_is_wanted(self, app: Headless) -> None:
        """With ``complete`` alone the saved ones are read, which is half as much."""
        app.fleet.watch({HOST: Watch(complete=True)})
        app.until(lambda: all(r.details for r in app.records().values()), "all")
        assert app.domain("batch").facts.pending is None
        app.fleet.watch({HOST: Watch(complete=True, pending=True)})
        app.until(lambda: app.domain("web").facts.pending is not None, "what is not on screen")
        app.until(lambda: app.domain("batch").facts.pending is not None, "another")

    def test_all_are_compared_anew_now_and_then(self, app: Headless, monkeypatch: pytest.MonkeyPatch) -> None:
        """libvirt tells nothing of what is changed for the next boot alone."""
        monkeypatch.setattr(prober, "ROUND", 0.05)
        app.fleet.watch({HOST: Watch(complete=True, pending=True)})
        app.until(lambda: all(r.details for r in app.records().values()), "all")
        web = app.domain("web")
        assert web.facts.pending == 0
        saved = app.libvirt().lookupByName("web").XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
        grown = saved.replace(">2</vcpu>", ">3</vcpu>")
        assert grown != saved
        really = libvirt.virDomain.XMLDesc

        def differ(dom: libvirt.virDomain, flags: int = 0) -> str:
            return grown if flags and dom.name() == "web" else really(dom, flags)

        monkeypatch.setattr(libvirt.virDomain, "XMLDesc", differ)
        app.until(lambda: web.facts.pending == 1, "what nobody told of")

    def test_what_was_compared_is_not_forgotten(self, app: Headless) -> None:
        """Not by a reading for a row that is on screen without that column, after an event."""
        app.fleet.watch({HOST: Watch(visible=keys(app, "web", "batch"))})
        app.until(lambda: app.domain("web").facts.pending is not None, "the first is compared")
        app.fleet.watch({HOST: Watch(visible=keys(app, "batch", "web"))})
        app.until(lambda: app.domain("batch").facts.pending is not None, "another")
        before = count(app, DetailRead)
        app.fleet.reread(app.domain("web").key)
        app.until(lambda: count(app, DetailRead) > before, "read again")
        assert app.domain("web").facts.pending is not None

    def test_again_when_it_has_changed(self, app: Headless) -> None:
        app.fleet.watch({HOST: Watch(visible=keys(app, "web"))})
        app.until(lambda: app.domain("web").title == "The front", "its title")
        app.libvirt().lookupByName("web").setMetadata(
            libvirt.VIR_DOMAIN_METADATA_TITLE, "The gate", None, None, libvirt.VIR_DOMAIN_AFFECT_LIVE
        )
        app.libvirt().lookupByName("web").setMetadata(
            libvirt.VIR_DOMAIN_METADATA_TITLE, "The gate", None, None, libvirt.VIR_DOMAIN_AFFECT_CONFIG
        )
        app.until(lambda: app.domain("web").title == "The gate", "its new title")

    def test_a_second_look_after_an_event_of_the_definition(
        self, app: Headless, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """libvirt may save what changed only after it has told of it."""
        monkeypatch.setattr(prober, "SECOND_LOOK", 0.02)
        app.fleet.watch({HOST: Watch(visible=keys(app, "web"))})
        app.until(lambda: app.domain("web").details, "its details")
        before = count(app, DetailRead)
        scope = libvirt.VIR_DOMAIN_AFFECT_LIVE
        app.libvirt().lookupByName("web").setMetadata(
            libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, "x", None, None, scope
        )
        app.until(lambda: count(app, DetailRead) == before + 2, "two looks")
        until(lambda: not app.session()._prober._again, "and no third")

    def test_the_row_under_the_cursor_is_looked_at_now_and_then(
        self, app: Headless, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """libvirt tells nothing of what is changed for the next boot alone."""
        monkeypatch.setattr(prober, "EVERY", 0.05)
        app.fleet.watch({HOST: Watch(visible=keys(app, "web", "db"))})
        app.until(lambda: app.domain("web").details and app.domain("db").details, "both")
        xml = app.libvirt().lookupByName("web").XMLDesc()
        monkeypatch.setattr(libvirt.virDomain, "XMLDesc", lambda *_: xml.replace("The front", "The gate"))
        app.until(lambda: app.domain("web").title == "The gate", "what nobody told of")
        assert app.domain("db").title != "The gate", "nobody looks at that one again"
        before = count(app, DetailRead)
        app.fleet.watch({HOST: Watch()})
        until(lambda: not app.fleet.calls(HOST), "no call in flight")
        app.pump()
        assert count(app, DetailRead) - before <= 2, "nothing is read for nobody"

    def test_one_that_cannot_be_parsed_is_without_details(
        self, app: Headless, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(libvirt.virDomain, "XMLDesc", lambda *_: "<domain>")
        app.fleet.watch({HOST: Watch(visible=keys(app, "web", "db"))})
        app.until(lambda: app.domain("web").details and app.domain("db").details, "both")
        assert app.domain("web").title == ""


class TestAddresses:
    def test_of_the_active_on_screen_in_the_order_of_sources(
        self, app: Headless, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guests_module, "INTERVAL", 0.01)
        asked: list[tuple[str, str]] = []

        def ask(_conn: object, dom: libvirt.virDomain, source: str, **_: object) -> tuple[Any, ...]:
            asked.append((dom.name(), source))
            found = Address("10.0.0.1", 24, "", "eth0")
            return (found,) if (dom.name(), source) == ("web", "agent") else ()

        monkeypatch.setattr(addresses, "ask", ask)
        visible = keys(app, "web", "db", "batch")
        app.fleet.watch({HOST: Watch(visible=visible)})
        app.until(lambda: app.domain("db").details, "details alone")
        assert asked == []
        app.fleet.watch({HOST: Watch(visible=visible, addresses=True)})
        app.until(lambda: count(app, AddressesRead) == 2, "both active ones")
        assert asked == [
            ("web", "lease"),
            ("web", "agent"),
            ("batch", "lease"),
            ("batch", "agent"),
            ("batch", "ARP"),
        ]
        assert app.domain("web").ips == ("10.0.0.1",)
        found = app.domain("web").addresses
        assert found is not None
        assert found.source == "agent"
        # What changes makes them worth asking for again; what stops has none.
        app.libvirt().lookupByName("web").destroy()
        app.until(lambda: not app.domain("web").active, "off")
        assert app.domain("web").ips == ()
        app.libvirt().lookupByName("web").create()
        app.until(lambda: app.domain("web").ips, "its addresses again")

    def test_who_has_none_is_asked_less_and_less(
        self, app: Headless, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guests_module, "INTERVAL", 0.0)
        monkeypatch.setattr(guests_module, "LIFE", 0.02)
        asked: list[float] = []

        def ask(_conn: object, dom: libvirt.virDomain, source: str, **_: object) -> tuple[Any, ...]:
            if source == addresses.SOURCES[0]:
                asked.append(time.monotonic())
            return ()

        monkeypatch.setattr(addresses, "ask", ask)
        began = time.monotonic()
        app.fleet.watch({HOST: Watch(visible=keys(app, "web"), addresses=True)})
        app.until(lambda: len(asked) == 6, "asked six times")
        least = [began + 0.02 * times for times in accumulate((0, 1, 2, 4, 8, 8))]
        assert all(at >= soonest for at, soonest in zip(asked, least, strict=True)), asked
        app.libvirt().lookupByName("web").suspend()
        app.until(lambda: len(asked) > 6 and asked[-1] - asked[-2] < 0.16, "what happens to it begins anew")

    def test_of_the_one_under_the_cursor_always(self, app: Headless, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guests_module, "INTERVAL", 0.01)
        web, batch, db = keys(app, "web", "batch", "db")
        app.fleet.watch({HOST: Watch(visible=(batch, db, web), cursor=web)})
        app.until(lambda: app.domain("web").ips, "its address")
        app.fleet.watch({HOST: Watch(visible=(batch, db, web), cursor=db)})
        app.until(lambda: app.domain("db").details, "the one that is off")
        assert count(app, AddressesRead) == 1

    def test_at_most_one_call_in_each_interval(self, app: Headless, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guests_module, "INTERVAL", 0.05)
        at: list[float] = []

        def ask(*_: object, **__: object) -> tuple[Any, ...]:
            at.append(time.monotonic())
            return ()

        monkeypatch.setattr(addresses, "ask", ask)
        began = time.monotonic()
        app.fleet.watch({HOST: Watch(visible=keys(app, "web", "batch"), addresses=True)})
        app.until(lambda: count(app, AddressesRead) == 2, "both")
        assert len(at) == 6
        assert all(time >= began + 0.05 * number for number, time in enumerate(at))

    def test_from_the_test_driver(self, app: Headless) -> None:
        app.fleet.watch({HOST: Watch(visible=keys(app, "web"), addresses=True)})
        app.until(lambda: app.domain("web").ips, "an address")
        assert app.domain("web").ips[0].startswith("192.168.122.")


class TestAnswers:
    async def test_definitions(self, app: Headless) -> None:
        found = await app.fleet.definition(app.domain("web").key)
        assert found.live is not None
        assert found.saved is not None
        assert "id='" in found.live.partition("\n")[0]
        assert "id='" not in found.saved.partition("\n")[0]
        assert (await app.fleet.definition(app.domain("db").key)).live is None
        assert (await app.fleet.definition(app.domain("batch").key)).saved is None

    async def test_sizes_of_disks_that_cannot_be_measured_are_left_out(self, app: Headless) -> None:
        assert await app.fleet.disk_sizes(app.domain("web").key, ("vda", "vdb")) == ()

    async def test_of_what_is_not_there(self, app: Headless) -> None:
        with pytest.raises(HostError, match="Domain not found") as caught:
            await app.fleet.definition(Key(HOST, "domain", "00000000-0000-4000-8000-000000000000"))
        assert caught.value.code == libvirt.VIR_ERR_NO_DOMAIN
        for name in ("nowhere", HOST):
            app.fleet.disconnect(HOST)
            with pytest.raises(HostError, match=f"{name} is not connected"):
                await app.fleet.definition(Key(name, "domain", "x"))

    async def test_when_the_connection_is_let_go_meanwhile(
        self, app: Headless, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go, begun = threading.Event(), threading.Event()

        def stuck(*_: object) -> str:
            begun.set()
            go.wait(PATIENCE)
            return "<domain/>"

        key = app.domain("web").key
        monkeypatch.setattr(libvirt.virDomain, "XMLDesc", stuck)
        asked = [asyncio.ensure_future(app.fleet.definition(key)) for _ in range(2)]
        await asyncio.to_thread(begun.wait, 10)
        assert [call.label for call in app.fleet.calls(HOST)] == ["definition"]
        app.fleet.disconnect(HOST)
        for answer in asked:
            with pytest.raises(HostError, match="closed"):
                await answer
        go.set()

    async def test_a_guest_that_hangs_is_not_asked(
        self, app: Headless, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        occupied = (libvirt.VIR_DOMAIN_CONTROL_OCCUPIED, 0, 12_345)
        monkeypatch.setattr(libvirt.virDomain, "controlInfo", lambda *_: occupied)
        with pytest.raises(HostError, match=r"web does not respond: .* for 12 s") as caught:
            await app.fleet.disk_sizes(app.domain("web").key, ("vda",))
        assert caught.value.hint

"""The counting proxy, on the calls that the application's speed rests on."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import libvirt
import pytest

from tests.support.daemon import LibvirtDaemon
from tests.support.guest import guest_xml
from tests.support.hosts import domains, write_host
from tests.support.rpc_proxy import RpcProxy
from tests.support.wait import PATIENCE, until

COUNT = 40
OPENING = {"ConnectSupportsFeature", "ConnectAuthList", "ConnectOpen", "ConnectRegisterCloseCallback"}


@pytest.fixture
def fleet(daemon: LibvirtDaemon) -> LibvirtDaemon:
    """The daemon with 40 domains that were never started."""
    daemon.stop()
    daemon.preload({f"vm{number}": guest_xml(f"vm{number}") for number in range(COUNT)})
    daemon.start()
    return daemon


def test_virsh_asks_once_for_every_domain_and_we_once_for_all(fleet: LibvirtDaemon) -> None:
    with RpcProxy(fleet.socket, fleet.directory / "proxy") as proxy:
        uri = fleet.uri_through(proxy.path)
        fleet.virsh("-c", uri, "list", "--all")
        virsh = proxy.counts()
        assert virsh.calls["DomainGetState"] + virsh.calls["DomainGetInfo"] >= COUNT
        assert COUNT < virsh.total < COUNT + 12
        assert virsh.replies == virsh.total
        assert virsh.connections == 1

        connection = libvirt.open(uri)
        opened = proxy.counts()
        assert len(connection.listAllDomains()) == COUNT
        listed = proxy.counts() - opened
        assert (opened - virsh).calls.keys() <= OPENING
        assert listed.calls == Counter({"ConnectListAllDomains": 1})
        assert (listed.replies, listed.total) == (1, 1)
        # A call of a few words against 40 names with UUIDs.
        assert listed.sent < 100 < COUNT * 20 < listed.received
        connection.close()


def calls_of(proxy: RpcProxy, action: Callable[[], object]) -> list[str]:
    before = proxy.counts()
    action()
    return sorted((proxy.counts() - before).calls.elements())


def test_calls_have_names(daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("one"))
    with RpcProxy(daemon.socket, daemon.directory / "proxy") as proxy:
        connection = libvirt.open(daemon.uri_through(proxy.path))
        domain = connection.lookupByName("one")
        uuid = domain.UUIDString()
        actions: dict[str, Callable[[], object]] = {
            "DomainLookupByUUID": lambda: connection.lookupByUUIDString(uuid),
            "DomainGetXMLDesc": domain.XMLDesc,
            "DomainGetState": domain.state,
            "DomainGetInfo": domain.info,
            "DomainIsActive": domain.isActive,
            "DomainGetAutostart": domain.autostart,
            "ConnectGetAllDomainStats": lambda: connection.getAllDomainStats(libvirt.VIR_DOMAIN_STATS_STATE),
            "DomainCreateWithFlags": lambda: domain.createWithFlags(0),
            "DomainSuspend": domain.suspend,
            "DomainResume": domain.resume,
            "DomainDestroy": domain.destroy,
        }
        for name, action in actions.items():
            assert calls_of(proxy, action) == [name]
        connection.close()


def test_events_and_keepalives_are_no_calls(daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("one"))
    with RpcProxy(daemon.socket, daemon.directory / "proxy") as proxy:
        uri = daemon.uri_through(proxy.path)
        with daemon.spawn_virsh("-c", uri, "-k", "1", "event", "--loop", "--event", "lifecycle") as virsh:
            until(lambda: proxy.counts().calls["ConnectDomainEventRegisterAny"], "virsh listens")
            before = proxy.counts()
            daemon.virsh("start", "one")
            until(lambda: (proxy.counts() - before).events["DomainEventLifecycle"] >= 2, "two events")
            until(lambda: (proxy.counts() - before).keepalives >= 2, "a keepalive and its answer")
            assert not (proxy.counts() - before).calls
            virsh.kill()


def test_distance_delays_each_call_and_pipelines_them(daemon: LibvirtDaemon) -> None:
    """Ten calls one after another take ten round trips, ten at once little more than one or two."""
    round_trip = 0.05
    daemon.define(guest_xml("one"))
    with RpcProxy(daemon.socket, daemon.directory / "proxy", round_trip=round_trip) as proxy:
        connection = libvirt.open(daemon.uri_through(proxy.path))
        domain = connection.lookupByName("one")

        started = time.monotonic()
        for _ in range(10):
            domain.info()
        one_by_one = time.monotonic() - started
        assert one_by_one >= 10 * round_trip

        took = []
        with ThreadPoolExecutor(5) as threads:
            for _ in range(5):
                started = time.monotonic()
                list(threads.map(lambda _: domain.info(), range(10)))
                took.append(time.monotonic() - started)
        assert 2 * round_trip <= min(took) < one_by_one / 2
        connection.close()


def test_a_large_reply_comes_through_whole(daemon: LibvirtDaemon, tmp_path: Path) -> None:
    host = Path(write_host(tmp_path / "host.xml", domains(2000)).removeprefix("test://"))
    with RpcProxy(daemon.socket, daemon.directory / "proxy", round_trip=0.002) as proxy:
        connection = libvirt.open(daemon.test_driver_uri(host, proxy.path))
        before = proxy.counts()
        assert len(connection.listAllDomains()) == 2000
        assert len(connection.getAllDomainStats(libvirt.VIR_DOMAIN_STATS_STATE)) == 2000
        assert (proxy.counts() - before).replies == 2
        connection.close()


def test_a_pulled_cable_and_a_cut_one(daemon: LibvirtDaemon) -> None:
    with RpcProxy(daemon.socket, daemon.directory / "proxy") as proxy:
        connection = libvirt.open(daemon.uri_through(proxy.path))
        proxy.hold()
        before = proxy.counts()
        answers: list[object] = []
        asking = threading.Thread(target=lambda: answers.append(connection.listAllDomains()))
        asking.start()
        asking.join(0.05)
        assert asking.is_alive()
        assert proxy.counts() == before
        proxy.release()
        asking.join(PATIENCE)
        assert answers == [[]]
        proxy.cut()
        with pytest.raises(libvirt.libvirtError):
            connection.listAllDomains()
        connection.close()


def test_a_daemon_that_is_away_refuses(daemon: LibvirtDaemon) -> None:
    with RpcProxy(daemon.socket, daemon.directory / "proxy") as proxy:
        daemon.kill()
        with pytest.raises(libvirt.libvirtError):
            libvirt.open(daemon.uri_through(proxy.path))
        daemon.start()
        libvirt.open(daemon.uri_through(proxy.path)).close()

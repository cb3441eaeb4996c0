"""The backend against a real daemon that others change: what arrives by itself, and what that costs."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import libvirt
import pytest

from tests.support.daemon import LibvirtDaemon
from tests.support.guest import guest_xml
from tests.support.headless import HOST, Headless
from tests.support.rpc_proxy import ProxyCounts, RpcProxy
from tests.support.wait import PATIENCE, until
from tuivirt.backend.session import Session
from tuivirt.core.backend import Watch
from tuivirt.core.changes import DetailRead, Happened, HostSampled, Sampled, Upserted
from tuivirt.resources.domain.snapshot import State

ALL = frozenset({"cpu", "memory", "vcpu", "block", "net"})


@pytest.fixture
def app() -> Iterator[Headless]:
    with Headless(stats_interval=0.2, keepalive=(1, 1)) as app:
        yield app


def count(app: Headless, kind: type) -> int:
    return sum(isinstance(change, kind) for change in app.changes)


def settled(app: Headless) -> None:
    """Wait for what an open connection does by itself: subscriptions, facts, the first sizes."""
    app.until(lambda: app.store.connections[HOST].facts, "facts")
    app.until(lambda: all(r.vcpus is not None for r in app.records().values()), "sizes")
    until(lambda: not app.fleet.calls(HOST), "no call in flight")


def words(app: Headless, name: str) -> list[tuple[str, str]]:
    """What the journal tells of a domain by libvirt's events."""
    entries = [c.entry for c in app.changes if isinstance(c, Happened)]
    return [(e.what, e.detail) for e in entries if e.origin == "event" and e.name == name]


def test_changes_from_outside_arrive_by_themselves(app: Headless, daemon: LibvirtDaemon) -> None:
    app.open(daemon.uri)
    assert app.records() == {}
    daemon.define(guest_xml("web", memory_mib=48, vcpus=2))
    app.until(lambda: "web" in app.records(), "defined")
    app.until(lambda: app.domain("web").vcpus == 2, "its size, though it does not run")
    for command, state in (
        ("start", State.RUNNING),
        ("suspend", State.PAUSED),
        ("resume", State.RUNNING),
        ("managedsave", State.SHUTOFF),
        ("start", State.RUNNING),
        ("destroy", State.SHUTOFF),
    ):
        daemon.virsh(command, "web")
        app.until(lambda state=state: app.domain("web").item.state is state, command)  # type: ignore[misc]
    assert app.domain("web").item.reason_word == "forced off"
    daemon.virsh("domrename", "web", "front")
    app.until(lambda: list(app.records()) == ["front"], "renamed")
    daemon.virsh("undefine", "front")
    app.until(lambda: app.records() == {}, "undefined")
    told = words(app, "web")
    for what in (("defined", "added"), ("started", "booted"), ("paused", "by user"), ("stopped", "saved")):
        assert what in told
    assert words(app, "front")[-1] == ("undefined", "removed")


def test_hot_plug_and_new_words_in_the_definition(app: Headless, daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("web"))
    daemon.virsh("start", "web")
    app.open(daemon.uri)
    app.fleet.watch({HOST: Watch(visible=(app.domain("web").key,))})
    app.until(lambda: app.domain("web").details, "its details")
    details = app.domain("web").details
    assert details is not None
    assert (details.macs, details.pending) == ((), 0)

    nic = daemon.directory / "nic.xml"
    nic.write_text(
        "<interface type='user'><mac address='52:54:00:AA:BB:01'/><model type='virtio'/></interface>"
    )
    daemon.virsh("attach-device", "web", str(nic), "--live", "--config")
    app.until(lambda: app.domain("web").facts.macs == ("52:54:00:aa:bb:01",), "the new device")
    daemon.virsh("desc", "web", "--title", "The front", "--live", "--config")
    app.until(lambda: app.domain("web").title == "The front", "the new title")
    daemon.virsh("setmem", "web", "16M", "--config")
    daemon.virsh("detach-device", "web", str(nic), "--config")
    assert ("device added", "net0") in words(app, "web")


OPENING = 15
"""Round trips from open to the complete list, at most."""


def names(number: int) -> list[str]:
    return [f"vm{n}" for n in range(number)]


class TestOnTheWire:
    """Counted by a proxy: the same numbers for any number of domains."""

    @pytest.mark.parametrize("number", [10, 200])
    def test_round_trips(self, daemon: LibvirtDaemon, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
        counted = threading.Event()
        subscribe = Session._subscribe_to_others

        def subscribe_when_counted(session: Session) -> None:
            assert counted.wait(PATIENCE)
            subscribe(session)

        monkeypatch.setattr(Session, "_subscribe_to_others", subscribe_when_counted)
        daemon.stop()
        daemon.preload({name: guest_xml(name) for name in names(number)})
        daemon.start()
        for name in names(2):
            daemon.virsh("start", name)
        with (
            RpcProxy(daemon.socket, daemon.directory / "proxy") as proxy,
            Headless(stats_interval=0.2) as app,
        ):
            app.open(daemon.uri_through(proxy.path))
            opened = proxy.counts()
            counted.set()
            assert len(app.records()) == number
            assert opened.total <= OPENING
            assert opened.calls["ConnectListAllDomains"] == 4
            assert opened.calls["ConnectGetAllDomainStats"] in {1, 2}  # the next is due 0.2 s later

            settled(app)
            quiet = proxy.counts()
            # Whatever else was asked by itself, it was nothing of a single domain.
            assert not [call for call in quiet.calls if call.startswith("Domain")]

            ticks = self.ticks(app, proxy, Watch(stats=True, groups=ALL, everyone=True))
            assert dict(ticks.calls) == {"ConnectGetAllDomainStats": ticks.total}
            visible = tuple(app.domain(name).key for name in names(2))
            app.fleet.watch({HOST: Watch(visible=visible)})
            app.until(lambda: all(app.domain(name).details for name in names(2)), "details")
            until(lambda: not app.fleet.calls(HOST), "no call in flight")
            shown = Watch(stats=True, groups=ALL, visible=visible)
            ticks = self.ticks(app, proxy, shown)
            assert dict(ticks.calls) == {"ConnectGetAllDomainStats": ticks.total}

            self.host_ticks(app, proxy)

    def ticks(self, app: Headless, proxy: RpcProxy, watch: Watch) -> ProxyCounts:
        """Two ticks: as many samples as calls."""
        before, samples = proxy.counts(), count(app, Sampled)
        app.fleet.watch({HOST: watch})
        app.until(lambda: count(app, Sampled) >= samples + 2, "two ticks")
        app.fleet.watch({})
        until(lambda: not app.fleet.calls(HOST), "the last tick")
        app.pump()
        after = proxy.counts() - before
        assert after.total == count(app, Sampled) - samples
        return after

    def host_ticks(self, app: Headless, proxy: RpcProxy) -> None:
        """With the host's summary at most two more each, once both readings have been taken."""
        watch = Watch(stats=True, groups=ALL, everyone=True, host=True)
        app.fleet.watch({HOST: watch})
        app.until(lambda: count(app, HostSampled) >= 1, "the first reading")
        until(lambda: not app.fleet.calls(HOST), "the tick is over")
        app.pump()
        before, ticks = proxy.counts(), count(app, Sampled)
        app.until(lambda: count(app, Sampled) >= ticks + 4, "four ticks")
        app.fleet.watch({})
        until(lambda: not app.fleet.calls(HOST), "the last tick")
        app.pump()
        number = count(app, Sampled) - ticks
        assert (proxy.counts() - before).total <= 3 * number
        assert app.store.hosts[HOST].memory is not None
        assert app.store.hosts[HOST].cpu is not None

    def test_a_change_costs_the_same_however_many_there_are(self, daemon: LibvirtDaemon) -> None:
        daemon.stop()
        daemon.preload({name: guest_xml(name) for name in names(100)})
        daemon.start()
        with RpcProxy(daemon.socket, daemon.directory / "proxy") as proxy, Headless() as app:
            app.open(daemon.uri_through(proxy.path))
            settled(app)
            before, read = proxy.counts(), count(app, Upserted)
            # "defined (updated)" is an event of one domain.
            daemon.define(guest_xml("vm7", memory_mib=40))
            app.until(lambda: app.domain("vm7").memory_kib == 40 << 10, "its new size")
            until(lambda: not app.fleet.calls(HOST), "no call in flight")
            one = proxy.counts() - before
            assert one.total <= 6 * (count(app, Upserted) - read)
            before = proxy.counts()
            daemon.define(*(guest_xml(name, memory_mib=40) for name in names(30)))
            app.until(lambda: all(app.domain(n).memory_kib == 40 << 10 for n in names(30)), "their sizes")
            until(lambda: not app.fleet.calls(HOST), "no call in flight")
            assert (proxy.counts() - before).total <= 6 * 30

    def test_a_burst_is_read_at_once(self, daemon: LibvirtDaemon) -> None:
        """Held back on the line, and let go together."""
        daemon.define(*(guest_xml(name) for name in names(20)))
        with RpcProxy(daemon.socket, daemon.directory / "proxy") as proxy, Headless() as app:
            app.open(daemon.uri_through(proxy.path))
            settled(app)
            proxy.hold()
            daemon.define(*(guest_xml(name, memory_mib=40) for name in names(20)))
            before = proxy.counts()
            proxy.release()
            app.until(lambda: all(app.domain(n).memory_kib == 40 << 10 for n in names(20)), "their sizes")
            until(lambda: not app.fleet.calls(HOST), "no call in flight")
            # A reading for the first event and one or two for all others, each of five round trips and sizes.
            assert (proxy.counts() - before).total <= 3 * 6

    def test_latency(self, app: Headless, daemon: LibvirtDaemon) -> None:
        """From a change by another connection to a changed record."""
        daemon.define(guest_xml("web"))
        daemon.virsh("start", "web")
        app.open(daemon.uri)
        settled(app)
        other = libvirt.open(daemon.uri)
        dom = other.lookupByName("web")
        took = []
        for n in range(20):
            state = State.RUNNING if n % 2 else State.PAUSED
            started = time.monotonic()
            (dom.resume if n % 2 else dom.suspend)()
            app.until(lambda state=state: app.domain("web").item.state is state, "the change")  # type: ignore[misc]
            took.append(time.monotonic() - started)
        other.close()
        assert median(took) < 0.1
        print(f"change → record: median {median(took) * 1000:.1f} ms, worst {max(took) * 1000:.1f} ms")


def test_read_only_is_read_only_at_the_daemon(daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("web"))
    with Headless() as app:
        app.open(daemon.uri, read_only=True)
        settled(app)
        (state,) = app.perform("domain.start", "web")
        assert state.note == "the connection is read-only"
        with pytest.raises(libvirt.libvirtError) as caught:
            app.libvirt().lookupByName("web").create()
        assert caught.value.get_error_code() == libvirt.VIR_ERR_OPERATION_DENIED
        daemon.virsh("start", "web")
        app.until(lambda: app.domain("web").active, "changes arrive all the same")
        app.fleet.watch(
            {HOST: Watch(stats=True, groups=ALL, everyone=True, visible=(app.domain("web").key,))}
        )
        app.until(lambda: app.domain("web").details and count(app, DetailRead), "and definitions")


def test_a_driver_in_the_daemon_that_tells_states_alone(
    app: Headless, daemon: LibvirtDaemon, test_host: str
) -> None:
    """Sizes and processor time are then asked of the domains on screen, one by one, and of no other."""
    app.open(daemon.test_driver_uri(Path(test_host.removeprefix("test://"))))
    shown = Watch(stats=True, groups=ALL, everyone=True, visible=(app.domain("web01").key,))
    app.fleet.watch({HOST: shown})
    app.until(lambda: (r := app.domain("web01").rates) is not None and r.cpu is not None, "a rate")
    assert app.domain("batch01").vcpus is None

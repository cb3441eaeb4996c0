"""Connections that drop: noticed in time, tried again, caught up with; and nothing is left over."""

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import libvirt
import pytest

from tests.support.daemon import LibvirtDaemon
from tests.support.guest import guest_xml
from tests.support.headless import HOST, Headless, open_descriptors, threads_of
from tests.support.login import User
from tests.support.rpc_proxy import RpcProxy
from tests.support.sshd import Sshd
from tests.support.wait import AT_ONCE, PATIENCE, until
from tuivirt.backend import connection as connection_module
from tuivirt.core.backend import Watch
from tuivirt.core.changes import ConnectionChanged, ConnectionState, Happened
from tuivirt.resources.domain.snapshot import State

KEEPALIVE = (1, 1)
WINDOW = KEEPALIVE[0] * (KEEPALIVE[1] + 1)
"""Seconds within which libvirt notices a dead connection …"""
SLACK = 10
"""… and what a busy machine may add."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(connection_module, "LONGEST_PAUSE", 0.1)


@pytest.fixture
def app() -> Iterator[Headless]:
    with Headless(stats_interval=0.2, keepalive=KEEPALIVE) as app:
        yield app


@pytest.fixture
def proxy(daemon: LibvirtDaemon) -> Iterator[RpcProxy]:
    with RpcProxy(daemon.socket, daemon.directory / "proxy") as proxy:
        yield proxy


def state(app: Headless) -> ConnectionState:
    return app.store.connections[HOST]


def settled(app: Headless) -> None:
    """Wait for what an open connection does by itself: subscriptions, facts, the first sizes."""
    app.until(lambda: state(app).facts, "facts")
    app.until(lambda: all(r.vcpus is not None for r in app.records().values()), "sizes")
    until(lambda: not app.fleet.calls(HOST), "no call in flight")


def lost(app: Headless, since: int = 0) -> ConnectionState:
    """How the loss was told. Attempts to come back may have failed meanwhile, with words of their own."""
    states = [c.state for c in app.changes[since:] if isinstance(c, ConnectionChanged)]
    return next(told for told in states if told.phase == "stale")


def phases(app: Headless, since: int = 0) -> list[str]:
    """Those that were told since then."""
    return [c.state.phase for c in app.changes[since:] if isinstance(c, ConnectionChanged)]


def caught_up(app: Headless, *names: str) -> None:
    app.until(lambda: state(app).phase == "open" and state(app).lost is None, "it is open, and listed")
    assert set(app.records()) == set(names)


@pytest.mark.parametrize("end", [LibvirtDaemon.stop, LibvirtDaemon.kill])
def test_the_daemon_ends_and_returns(
    app: Headless, daemon: LibvirtDaemon, end: Callable[[LibvirtDaemon], None]
) -> None:
    """The rows stay meanwhile; what happened in the gap is caught up."""
    daemon.define(guest_xml("web"), guest_xml("db"))
    daemon.virsh("start", "web")
    app.open(daemon.uri)
    settled(app)
    assert state(app).lost is None
    before = time.time()
    end(daemon)
    app.until_phase("stale")
    assert "connection lost" in lost(app).error
    since = lost(app).lost
    assert since is not None
    assert before <= since <= time.time()
    assert len(app.records()) == 2
    # However many attempts fail meanwhile, the age of the rows is that of the loss.
    seen = len(app.changes)
    app.until(lambda: "opening" in phases(app, seen), "another attempt")
    assert state(app).lost == since
    assert app.perform("domain.start", "db")[0].phase == "failed"
    (daemon.config / "qemu" / "db.xml").unlink()
    daemon.preload({"new": guest_xml("new")})
    daemon.start()
    app.until(lambda: set(app.records()) == {"web", "new"}, "it is back, with what happened meanwhile")
    caught_up(app, "web", "new")
    assert app.domain("web").active
    daemon.virsh("suspend", "web")
    app.until(lambda: app.domain("web").item.state is State.PAUSED, "events come again")


def test_the_daemon_freezes(app: Headless, daemon: LibvirtDaemon) -> None:
    """Nothing waits for it; the keepalive notices; and it comes back when it thaws."""
    daemon.define(guest_xml("web"))
    app.open(daemon.uri)
    settled(app)
    daemon.freeze()
    app.fleet.refresh(HOST)
    started = time.monotonic()
    app.until_phase("stale")
    assert time.monotonic() - started < WINDOW + SLACK
    assert len(app.records()) == 1
    daemon.thaw()
    caught_up(app, "web")


def test_packets_are_dropped(
    app: Headless, daemon: LibvirtDaemon, proxy: RpcProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a VPN is gone: no end, no refusal. Nor do attempts to reconnect ever end by themselves, so they
    are left behind, and not more than some."""
    monkeypatch.setattr(connection_module, "LIMIT", 0.2)
    daemon.define(guest_xml("web"))
    app.open(daemon.uri_through(proxy.path))
    settled(app)
    proxy.hold()
    started = time.monotonic()
    silent = time.time()
    app.until_phase("stale")
    assert time.monotonic() - started < WINDOW + SLACK
    assert "no sign of life" in lost(app).error
    since = lost(app).lost
    assert since is not None
    assert since - silent < 1, "the rows are as old as the last sign of life"

    def attempts() -> int:
        return threads_of(HOST).count(f"open {HOST}")

    app.until(lambda: attempts() == connection_module.MOST_LEFT, "attempts are left behind")
    app.until(lambda: "no answer within" in state(app).error, "which is told")
    opening = [c.state for c in app.changes if isinstance(c, ConnectionChanged) and c.state.lost is not None]
    assert all(told.error for told in opening if told.phase == "opening"), "also while it is tried again"
    later = len(app.changes)
    app.until(lambda: len(phases(app, later)) > 3, "it waits for them")
    assert attempts() == connection_module.MOST_LEFT
    daemon.define(guest_xml("meanwhile"))
    proxy.release()
    caught_up(app, "web", "meanwhile")
    until(lambda: attempts() == 0, "the attempts that were left behind have ended")
    until(lambda: len(proxy._pairs) == 1, "and so have their connections")


def test_stop_and_now(app: Headless, daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("web"))
    app.open(daemon.uri)
    settled(app)
    daemon.kill()
    app.until_phase("stale")
    assert lost(app).retry is not None
    app.fleet.give_up(HOST)
    app.until(lambda: state(app).phase == "stale" and state(app).retry is None, "it is not tried again")
    until(lambda: not threads_of(HOST), "nothing goes on")
    assert len(app.records()) == 1
    since = state(app).lost
    daemon.start()
    app.pump()
    assert (state(app).phase, state(app).lost) == ("stale", since)
    app.fleet.connect(HOST)
    caught_up(app, "web")


def test_now_need_not_wait_for_an_attempt_that_hangs(
    app: Headless, daemon: LibvirtDaemon, proxy: RpcProxy
) -> None:
    daemon.define(guest_xml("web"))
    app.open(daemon.uri_through(proxy.path))
    settled(app)
    proxy.hold()
    app.until_phase("opening")
    until(lambda: len(proxy._pairs) == 2, "it has reached the other side")
    # That side forgets of it, as a host does that was started anew.
    proxy.forget()
    app.fleet.connect(HOST)
    caught_up(app, "web")


def test_now_is_no_step_back(app: Headless, daemon: LibvirtDaemon, proxy: RpcProxy) -> None:
    """An attempt that is made by hand, and hangs, can be begun anew, and ends the others no more than those
    that are made by themselves."""
    daemon.define(guest_xml("web"))
    app.open(daemon.uri_through(proxy.path))
    settled(app)
    proxy.hold()
    app.until_phase("opening")

    def attempts() -> int:
        return threads_of(HOST).count(f"open {HOST}")

    until(lambda: len(proxy._pairs) == 2, "it has reached the other side")
    for _ in range(5):
        app.fleet.connect(HOST)
    until(lambda: attempts() == 2, "one by hand beside it: who holds the key down gets no more")
    proxy.forget()
    app.fleet._connections[HOST]._young_until = 0.0  # as after connection.PATIENCE
    app.fleet.connect(HOST)
    caught_up(app, "web")


def test_who_asked_for_it_now_need_not_ask_again(
    app: Headless, daemon: LibvirtDaemon, proxy: RpcProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "LIMIT", 0.3)
    daemon.define(guest_xml("web"))
    app.open(daemon.uri_through(proxy.path))
    settled(app)
    proxy.hold()
    app.until_phase("opening")
    app.fleet.connect(HOST)
    proxy.forget()
    caught_up(app, "web")


@pytest.mark.parametrize("end", [RpcProxy.cut, RpcProxy.forget])
def test_actions_in_flight(
    app: Headless, daemon: LibvirtDaemon, proxy: RpcProxy, end: Callable[[RpcProxy], None]
) -> None:
    """Whether they were done nobody knows, which is told; and those that come later do not wait for them."""
    daemon.define(guest_xml("web"), guest_xml("db"), guest_xml("mail"))
    app.open(daemon.uri_through(proxy.path))
    settled(app)
    proxy.hold()
    batch = app.fleet.perform(app.request("domain.autostart_on", "web", "db", "mail"))
    until(lambda: sum(run.called for run in app.fleet._runner._runs.values()) == 2, "two are in flight")
    end(proxy)
    proxy.release()
    states = app.ended(batch, 3)
    assert [told.phase for told in states] == ["unknown", "unknown", "failed"]
    assert "result unknown" in states[0].note
    caught_up(app, "web", "db", "mail")
    assert app.perform("domain.autostart_on", "mail")[0].phase == "done"


def test_letting_go_of_a_frozen_one_returns_at_once(app: Headless, daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("web"))
    app.open(daemon.uri)
    settled(app)
    app.fleet.add("another", daemon.uri, read_only=False)
    daemon.freeze()
    app.fleet.refresh(HOST)
    app.fleet.connect("another")
    batch = app.fleet.perform(app.request("domain.start", "web"))
    until(lambda: any(run.called for run in app.fleet._runner._runs.values()), "the start is stuck")
    started = time.monotonic()
    app.fleet.disconnect("another")
    app.fleet.disconnect(HOST)
    app.fleet.close()
    assert time.monotonic() - started < AT_ONCE
    assert app.ended(batch, 1)[0].phase == "unknown"
    daemon.thaw()
    until(lambda: not threads_of(HOST), "nothing goes on")


def test_the_ssh_client_is_killed(user: User, daemon: LibvirtDaemon, sshd: Sshd) -> None:
    daemon.define(guest_xml("web"))
    sshd.trust()
    user.fleet._options = user.fleet._options._replace(reconnect=True)
    user.open(sshd.ssh_uri("id"))
    settled(user)
    (process,) = ssh_clients(sshd)
    os.kill(process, 9)
    user.until_phase("stale")
    assert "connection lost" in lost(user).error
    daemon.define(guest_xml("meanwhile"))
    user.until(lambda: set(user.records()) == {"web", "meanwhile"}, "it is back")
    assert user.asked == []
    until(lambda: len(ssh_clients(sshd)) == 1, "with one ssh")
    assert ssh_clients(sshd) != [process]


def ssh_clients(sshd: Sshd) -> list[int]:
    """Process ids of our ssh clients that are connected to a server."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:  # gone meanwhile
            continue
        if words[0] == b"ssh" and str(sshd.port).encode() in words:
            found.append(int(path.parent.name))
    return found


def test_nothing_is_left_of_a_connection_that_was_let_go(daemon: LibvirtDaemon) -> None:
    """A handle or a callback that somebody still holds would keep the socket open."""
    daemon.define(guest_xml("web"))
    with RpcProxy(daemon.socket, daemon.directory / "proxy") as proxy, Headless() as app:
        app.fleet.add(HOST, daemon.uri_through(proxy.path), read_only=False)
        for _ in range(5):
            app.connect()
            settled(app)
            assert len(proxy._pairs) == 1
            app.fleet.watch({HOST: Watch(complete=True, visible=(app.domain("web").key,), addresses=True)})
            app.until(lambda: app.domain("web").details, "details")
            app.perform("domain.autostart_on", "web")
            app.fleet.disconnect(HOST)
            until(lambda: not threads_of(HOST), "its threads have ended")
            until(lambda: not proxy._pairs, "its socket is closed")


def test_two_hundred_reconnects(daemon: LibvirtDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each event comes once, and no thread, descriptor, connection or callback is left."""
    monkeypatch.setattr(connection_module, "FIRST_PAUSE", 0.001)
    daemon.define(guest_xml("web"))
    daemon.virsh("start", "web")
    other = libvirt.open(daemon.uri)
    dom = other.lookupByName("web")
    with RpcProxy(daemon.socket, daemon.directory / "proxy") as proxy, Headless() as app:
        app.open(daemon.uri_through(proxy.path))
        key = app.domain("web").key
        app.fleet.watch({HOST: Watch(stats=True, groups=frozenset({"cpu"}), visible=(key,))})

        def again(times: int) -> None:
            for _ in range(times):
                before = len(app.changes)
                proxy.cut()
                app.until(lambda before=before: back(app, before), "it is back")  # type: ignore[misc]
                # A libvirtd (9.0) whose client goes while it serves it may crash; and libvirt's client keeps
                # a connection for ever that goes just before its close callback is known.
                session = app.session()
                for lane in (session._read, session._guests):
                    assert lane.finish(PATIENCE), "it has subscribed to everything"
                until(lambda: not app.fleet.calls(HOST), "no call in flight")

        def left_over() -> tuple[int, int, int]:
            until(lambda: "close" not in " ".join(threads_of(HOST)), "the last one is closed")
            until(lambda: not app.fleet.calls(HOST), "no call in flight")
            gc.collect()
            connections = sum(isinstance(thing, libvirt.virConnect) for thing in gc.get_objects())
            return threading.active_count(), open_descriptors(), connections

        def events() -> list[str]:
            entries = [c.entry for c in app.changes if isinstance(c, Happened)]
            return [entry.what for entry in entries if entry.origin == "event"]

        again(20)
        before = left_over()
        again(180)
        assert proxy.counts().connections >= 201
        until(
            lambda: all(now <= then + 1 for now, then in zip(left_over(), before, strict=True)),
            f"no more is left over than {before}",
        )
        told = len(events())
        dom.suspend()
        app.until(lambda: app.domain("web").item.state is State.PAUSED, "an event")
        dom.resume()
        app.until(lambda: app.domain("web").item.state is State.RUNNING, "another")
        assert events()[told:] == ["paused", "resumed"]
    other.close()


def back(app: Headless, before: int) -> bool:
    """Lost, opened and listed anew since then."""
    told = phases(app, before)
    return "stale" in told and told[-1] == "open" and state(app).lost is None

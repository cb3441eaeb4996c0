"""Connections of the fleet on the test driver: their phases, what arrives by itself, and what never does."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import libvirt
import pytest

from tests.support.headless import HOST, Headless, threads_of
from tests.support.hosts import HostDomain, domains, uuid_of, write_host
from tests.support.wait import AT_ONCE, PATIENCE, until
from tuivirt.backend import connection as connection_module
from tuivirt.backend import session as session_module
from tuivirt.backend.fleet import Fleet, FleetOptions
from tuivirt.core.changes import (
    ConnectionChanged,
    ConnectionState,
    ConsoleChanged,
    Happened,
    Listed,
    Phase,
    Removed,
)
from tuivirt.core.console import Console, ConsoleState, Output
from tuivirt.core.key import Key
from tuivirt.resources.domain.read import list_all
from tuivirt.resources.domain.snapshot import State


@pytest.fixture
def app() -> Iterator[Headless]:
    with Headless() as app:
        yield app


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What stuck calls of a test wait for; opened at its end."""
    event = threading.Event()
    yield event
    event.set()


def phases(app: Headless, name: str = HOST) -> list[Phase]:
    """The phases that a connection went through, each once."""
    states = [c.state for c in app.changes if isinstance(c, ConnectionChanged) and c.state.name == name]
    return [s.phase for n, s in enumerate(states) if n == 0 or states[n - 1].phase != s.phase]


def state_of(app: Headless) -> ConnectionState:
    return app.store.connections[HOST]


class TestOpening:
    def test_list_and_facts(self, app: Headless, test_host: str) -> None:
        app.open(test_host)
        assert phases(app) == ["closed", "opening", "open"]
        states = {name: record.item.state for name, record in app.records().items()}
        assert states == {
            "web01": State.RUNNING,
            "web02": State.PAUSED,
            "db01": State.SHUTOFF,
            "batch01": State.RUNNING,
        }
        assert not app.domain("batch01").item.persistent
        facts = app.until(lambda: state_of(app).facts, "facts")
        assert facts is not None
        assert (facts.cpus, facts.memory_kib) == (8, 32 << 20)
        # The sizes of all domains, the inactive ones too, without being asked.
        app.until(lambda: all(r.vcpus == 1 for r in app.records().values()), "sizes")

    def test_an_empty_host(self, app: Headless, tmp_path: Path) -> None:
        app.open(write_host(tmp_path / "host.xml", []))
        assert app.records() == {}
        app.libvirt().defineXML(
            "<domain type='test'><name>new</name><memory>1024</memory><os><type>hvm</type></os></domain>"
        )
        app.until(
            lambda: "new" in app.records() and app.domain("new").vcpus == 1, "the new domain and its size"
        )

    @pytest.mark.parametrize(
        ("uri", "code", "says"),
        [
            ("test:///nowhere/host.xml", libvirt.VIR_ERR_XML_ERROR, "nowhere"),
            ("nonsense:///", None, "nonsense"),
            ("no uri", None, "no uri"),
            ("test:///\0", None, "cannot stand"),
            ("qemu+unix:///system?socket=/nowhere/sock", libvirt.VIR_ERR_SYSTEM_ERROR, "/nowhere/sock"),
        ],
    )
    def test_a_failure_is_a_state_with_a_reason(
        self, app: Headless, uri: str, code: int | None, says: str
    ) -> None:
        app.fleet.add(HOST, uri, read_only=False)
        app.fleet.connect(HOST)
        app.until_phase("failed")
        state = state_of(app)
        assert says in state.error
        if code is not None:
            assert state.code == code
            assert state.hint
        (entry,) = app.until(lambda: [c.entry for c in app.changes if isinstance(c, Happened)], "an entry")
        assert (entry.what, entry.detail) == ("failed", state.error)
        assert phases(app) == ["closed", "opening", "failed"]

    def test_one_that_failed_never_delays_another(self, app: Headless, test_host: str) -> None:
        app.fleet.add("broken", "test:///nowhere", read_only=False)
        app.fleet.connect("broken")
        app.open(test_host)
        app.until_phase("failed", "broken")
        assert len(app.records()) == 4

    def test_many_at_once_share_one_event_thread(self, app: Headless, tmp_path: Path) -> None:
        for number in range(8):
            uri = write_host(tmp_path / f"{number}.xml", [HostDomain("web", state="running")])
            app.fleet.add(f"host{number}", uri, read_only=False)
        for number in range(8):
            app.fleet.connect(f"host{number}")
        for number in range(8):
            app.until(lambda name=f"host{number}": app.records(name), "its list")  # type: ignore[misc]
        assert len([t for t in threading.enumerate() if t.name == "libvirt-events"]) == 1
        for number in range(8):
            app.libvirt(f"host{number}").lookupByName("web").suspend()
        for number in range(8):
            app.until(
                lambda name=f"host{number}": app.domain("web", name).item.state is State.PAUSED,  # type: ignore[misc]
                "its event",
            )

    def test_connecting_twice_is_one_attempt(self, app: Headless, test_host: str) -> None:
        app.fleet.add(HOST, test_host, read_only=False)
        app.fleet.connect(HOST)
        app.fleet.connect(HOST)
        app.until(app.records, "the list")
        app.fleet.connect(HOST)
        app.pump()
        assert phases(app) == ["closed", "opening", "open"]

    def test_a_name_is_taken_once(self, app: Headless, test_host: str) -> None:
        app.fleet.add(HOST, test_host, read_only=False)
        with pytest.raises(ValueError, match="already"):
            app.fleet.add(HOST, test_host, read_only=False)


class SlowOpen:
    """Takes the place of the function that opens: each open waits until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opening = threading.Semaphore(0)
        self.go = threading.Event()
        self.opened: list[libvirt.virConnect] = []
        self._really = libvirt.openAuth
        monkeypatch.setattr(libvirt, "openAuth", self)

    def __call__(self, uri: str, auth: list[Any], flags: int) -> libvirt.virConnect:
        self.opening.release()
        assert self.go.wait(PATIENCE)
        self.opened.append(self._really(uri, auth, flags))
        return self.opened[-1]


def is_closed(conn: libvirt.virConnect) -> bool:
    """It lets go of libvirt's object when it is closed."""
    return vars(conn)["_o"] is None


class TestLettingGo:
    @pytest.mark.parametrize("letting_go", [Fleet.disconnect, Fleet.forget])
    def test_while_it_opens(
        self,
        app: Headless,
        test_host: str,
        monkeypatch: pytest.MonkeyPatch,
        letting_go: Callable[[Fleet, str], None],
    ) -> None:
        slow = SlowOpen(monkeypatch)
        app.fleet.add(HOST, test_host, read_only=False)
        app.fleet.connect(HOST)
        assert slow.opening.acquire(timeout=PATIENCE)
        letting_go(app.fleet, HOST)
        app.pump()
        before = list(app.changes)
        slow.go.set()
        until(lambda: slow.opened and is_closed(slow.opened[0]), "what opened late is closed")
        app.pump()
        assert app.changes == before
        assert app.records() == {}
        assert phases(app) == ["closed", "opening", *(["closed"] if letting_go is Fleet.disconnect else [])]

    def test_an_older_attempt_that_succeeds_late_is_not_taken(
        self, app: Headless, test_host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slow = SlowOpen(monkeypatch)
        app.fleet.add(HOST, test_host, read_only=False)
        for _ in range(2):
            app.fleet.connect(HOST)
            assert slow.opening.acquire(timeout=PATIENCE)
            app.fleet.disconnect(HOST)
        app.fleet.connect(HOST)
        assert slow.opening.acquire(timeout=PATIENCE)
        slow.go.set()
        app.until(app.records, "the list")
        until(
            lambda: sorted(is_closed(conn) for conn in slow.opened) == [False, True, True], "two are closed"
        )
        assert not is_closed(app.libvirt())
        assert len([c for c in app.changes if isinstance(c, Listed)]) == 1

    def test_nothing_is_left_behind(self, app: Headless, test_host: str) -> None:
        app.open(test_host)
        conn = app.libvirt()
        app.until(lambda: state_of(app).facts, "all is settled")
        assert threads_of(HOST)
        app.fleet.disconnect(HOST)
        app.until_phase("closed")
        assert app.records() == {}
        until(lambda: is_closed(conn), "the connection is closed")
        until(lambda: not threads_of(HOST), "its threads have ended")

    def test_and_back_again(self, app: Headless, test_host: str) -> None:
        app.open(test_host)
        for _ in range(5):
            app.fleet.disconnect(HOST)
            app.connect()
        assert len(app.records()) == 4
        app.libvirt().lookupByName("web01").suspend()
        app.until(lambda: app.domain("web01").item.state is State.PAUSED, "the event of this session")

    def test_a_list_that_comes_late_is_dropped(
        self, app: Headless, test_host: str, monkeypatch: pytest.MonkeyPatch, gate: threading.Event
    ) -> None:
        """Else rows of a connection that is closed, or forgotten, would stand there for ever."""
        listing, returned = threading.Event(), threading.Event()

        def slow(conn: libvirt.virConnect, name: str) -> Any:
            answer = list_all(conn, name)
            listing.set()
            gate.wait(PATIENCE)
            returned.set()
            return answer

        monkeypatch.setattr(session_module, "list_all", slow)
        app.fleet.add(HOST, test_host, read_only=False)
        app.fleet.connect(HOST)
        assert listing.wait(PATIENCE)
        app.fleet.forget(HOST)
        gate.set()
        assert returned.wait(PATIENCE)
        until(lambda: not threads_of(HOST), "its threads have ended")
        app.pump()
        assert app.records() == {}
        assert HOST not in app.store.connections

    def test_no_connection_is_closed_under_a_call(
        self, app: Headless, test_host: str, monkeypatch: pytest.MonkeyPatch, gate: threading.Event
    ) -> None:
        """libvirt would free what the call is using."""
        app.open(test_host)
        conn = app.libvirt()
        stuck = threading.Event()

        def stats(self: object, *arguments: object) -> list[Any]:
            stuck.set()
            gate.wait(PATIENCE)
            return []

        monkeypatch.setattr(libvirt.virConnect, "getAllDomainStats", stats)
        app.fleet.refresh(HOST)
        assert stuck.wait(PATIENCE)
        app.fleet.disconnect(HOST)
        app.until_phase("closed")
        until(
            lambda: not {f"probe {HOST}", f"guests {HOST}"} & set(threads_of(HOST)), "the others have ended"
        )
        assert not is_closed(conn)
        gate.set()
        until(lambda: is_closed(conn), "it is closed now")

    def test_close_returns_at_once_with_calls_stuck(
        self, test_host: str, monkeypatch: pytest.MonkeyPatch, gate: threading.Event
    ) -> None:
        with Headless() as app:
            app.open(test_host)
            monkeypatch.setattr(libvirt.virDomain, "suspend", lambda _self: gate.wait(PATIENCE))
            monkeypatch.setattr(
                libvirt.virConnect, "getAllDomainStats", lambda *_: gate.wait(PATIENCE) and []
            )
            app.fleet.perform(app.request("domain.suspend", "web01"))
            app.fleet.refresh(HOST)
            until(lambda: len(app.fleet.calls(HOST)) >= 2, "both are stuck")
            started = time.monotonic()
            app.fleet.close()
            assert time.monotonic() - started < AT_ONCE
            assert all(t.daemon for t in threading.enumerate() if t is not threading.main_thread())


class TestStaying:
    def test_changes_arrive_by_themselves(self, app: Headless, test_host: str) -> None:
        app.open(test_host)
        conn = app.libvirt()
        conn.lookupByName("web01").suspend()
        app.until(lambda: app.domain("web01").item.state is State.PAUSED, "paused")
        conn.lookupByName("db01").create()
        app.until(lambda: app.domain("db01").active, "started")
        conn.lookupByName("batch01").destroy()
        app.until(lambda: "batch01" not in app.records(), "gone")
        conn.lookupByName("db01").undefine()
        app.until(lambda: not app.domain("db01").item.persistent, "transient")
        words = [(c.entry.name, c.entry.what, c.entry.detail) for c in app.changes if isinstance(c, Happened)]
        assert ("web01", "paused", "by user") in words
        assert ("db01", "started", "booted") in words
        assert ("batch01", "stopped", "forced off") in words
        assert ("db01", "undefined", "removed") in words

    def test_refresh_tells_what_no_event_told(self, app: Headless, test_host: str) -> None:
        app.open(test_host)
        app.libvirt().lookupByName("db01").setAutostart(1)
        assert not app.domain("db01").item.autostart
        app.fleet.refresh(HOST)
        app.until(lambda: app.domain("db01").item.autostart, "autostart")

    def test_one_object_read_again(self, app: Headless, test_host: str) -> None:
        app.open(test_host)
        app.libvirt().lookupByName("db01").setAutostart(1)
        listed = len([c for c in app.changes if isinstance(c, Listed)])
        app.fleet.reread(app.domain("db01").key)
        app.until(lambda: app.domain("db01").item.autostart, "autostart")
        assert len([c for c in app.changes if isinstance(c, Listed)]) == listed
        # One that is not known is looked for in the list.
        app.fleet.reread(Key(HOST, "domain", uuid_of("nobody")))
        app.until(lambda: len([c for c in app.changes if isinstance(c, Listed)]) > listed, "a list")

    def test_a_rename_keeps_the_object(self, app: Headless, test_host: str) -> None:
        app.open(test_host)
        key = app.domain("db01").key
        before = app.store.get(key)
        app.libvirt().lookupByName("db01").rename("db02", 0)
        app.until(lambda: "db02" in app.records(), "the new name")
        assert app.store.get(key) is before
        assert not [c for c in app.changes if isinstance(c, Removed)]
        # An action that was asked for under the old name still reaches it.
        (state,) = app.perform("domain.start", "db02")
        assert state.phase == "done"

    def test_trouble_with_one_domain_is_not_the_connection_s(
        self, app: Headless, test_host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app.open(test_host)
        monkeypatch.setattr(session_module, "read_some", fails)
        app.libvirt().lookupByName("web01").suspend()
        app.until(lambda: app.domain("web01").item.state is State.PAUSED, "read with the whole list")
        assert state_of(app).phase == "open"

    def test_the_same_uuids_on_two_hosts(self, app: Headless, tmp_path: Path) -> None:
        for name in ("a", "b"):
            app.open(write_host(tmp_path / f"{name}.xml", domains(5)), name)
        assert {r.item.uuid for r in app.records("a").values()} == {
            r.item.uuid for r in app.records("b").values()
        }
        app.perform("domain.start", "vm00001", host="b")
        app.until(lambda: app.domain("vm00001", "b").active, "started on b")
        assert not app.domain("vm00001", "a").active
        app.fleet.disconnect("a")
        app.until_phase("closed", "a")
        assert len(app.records("b")) == 5
        assert app.records("a") == {}


def fails(*_: object) -> Any:
    raise libvirt.libvirtError("something is wrong")


class TestLosing:
    """The list cannot be read any more: the test driver's way of losing a connection."""

    @pytest.fixture(autouse=True)
    def quick(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection_module, "FIRST_PAUSE", 0.01)
        monkeypatch.setattr(connection_module, "LONGEST_PAUSE", 0.02)

    def test_it_goes_stale_keeps_its_rows_and_comes_back(
        self, app: Headless, test_host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app.open(test_host)
        with monkeypatch.context() as patch:
            patch.setattr(session_module, "list_all", fails)
            app.fleet.refresh(HOST)
            app.until_phase("stale")
            assert len(app.records()) == 4
            assert "something is wrong" in state_of(app).error
            app.until(lambda: phases(app).count("open") >= 3, "it tries again and again")
        before = len([c for c in app.changes if isinstance(c, Listed)])
        app.until(lambda: len([c for c in app.changes if isinstance(c, Listed)]) > before, "it is back")
        assert (state_of(app).phase, state_of(app).error, len(app.records())) == ("open", "", 4)
        # Attempts that fail for one reason are told once, between two successes.
        told = [
            c.entry.what for c in app.changes if isinstance(c, Happened) and c.entry.origin == "connection"
        ]
        assert "connection lost" in told

    def test_pauses_grow_are_jittered_and_told(
        self, app: Headless, test_host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connection_module, "FIRST_PAUSE", 0.01)
        monkeypatch.setattr(connection_module, "LONGEST_PAUSE", 0.08)
        app.open(test_host)
        monkeypatch.setattr(libvirt, "openAuth", fails)
        with monkeypatch.context() as patch:
            patch.setattr(session_module, "list_all", fails)
            app.fleet.refresh(HOST)
            app.until(lambda: phases(app).count("stale") >= 8, "it tries again and again")
        stale = [
            c.state for c in app.changes if isinstance(c, ConnectionChanged) and c.state.phase == "stale"
        ]
        pauses = [state.retry - state.since for state in stale if state.retry is not None]
        wanted = [0.01, 0.02, 0.04, *[0.08] * (len(pauses) - 3)]
        assert len(pauses) == len(stale)
        assert all(0.79 * each <= pause <= 1.21 * each for pause, each in zip(pauses, wanted, strict=True)), (
            pauses
        )
        assert len({round(pause / each, 6) for pause, each in zip(pauses, wanted, strict=True)}) > 3
        assert len({state.lost for state in stale}) == 1, "the age of the rows is that of the loss"

    def test_it_is_given_up_and_tried_at_once(
        self, app: Headless, test_host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app.open(test_host)
        with monkeypatch.context() as patch:
            patch.setattr(libvirt, "openAuth", fails)
            patch.setattr(session_module, "list_all", fails)
            app.fleet.refresh(HOST)
            app.until(lambda: phases(app).count("stale") >= 2, "it tries again")
            app.fleet.give_up(HOST)
            app.until(lambda: state_of(app).phase == "stale" and state_of(app).retry is None, "no more")
            assert app.fleet._opener._appointments == []
            assert "something is wrong" in state_of(app).error
            assert len(app.records()) == 4
            app.fleet.give_up(HOST)
        app.connect()
        app.until(lambda: state_of(app).phase == "open" and state_of(app).lost is None, "it is back")

    def test_a_first_attempt_is_given_up(
        self, app: Headless, test_host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go, begun = threading.Event(), threading.Event()

        def stuck(*_: object) -> Any:
            begun.set()
            go.wait(PATIENCE)
            return fails()

        monkeypatch.setattr(libvirt, "openAuth", stuck)
        app.fleet.add(HOST, test_host, read_only=False)
        app.fleet.connect(HOST)
        assert begun.wait(PATIENCE)
        app.until_phase("opening")
        app.fleet.give_up(HOST)
        app.until_phase("closed")
        go.set()

    def test_not_by_itself_when_that_is_not_wanted(
        self, test_host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Headless(FleetOptions(reconnect=False)) as app:
            app.open(test_host)
            with monkeypatch.context() as patch:
                patch.setattr(session_module, "list_all", fails)
                app.fleet.refresh(HOST)
                app.until_phase("stale")
            until(lambda: not threads_of(HOST), "nothing goes on")
            assert app.fleet._connections[HOST]._retry is None
            app.connect()
            assert state_of(app).phase == "open"

    def test_a_first_list_that_fails_is_a_failure(
        self, app: Headless, test_host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(session_module, "list_all", fails)
        app.fleet.add(HOST, test_host, read_only=False)
        app.fleet.connect(HOST)
        app.until_phase("failed")
        assert phases(app) == ["closed", "opening", "open", "failed"]

    def test_after_a_disconnect_a_failure_is_a_failure_again(
        self, app: Headless, test_host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app.open(test_host)
        app.until(lambda: state_of(app).facts, "facts")
        app.fleet.disconnect(HOST)
        app.until_phase("closed")
        assert state_of(app).facts is None
        monkeypatch.setattr(libvirt, "openAuth", fails)
        app.fleet.connect(HOST)
        app.until_phase("failed")

    def test_disconnecting_ends_the_attempts(
        self, app: Headless, test_host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app.open(test_host)
        monkeypatch.setattr(libvirt, "openAuth", fails)
        monkeypatch.setattr(session_module, "list_all", fails)
        app.fleet.refresh(HOST)
        app.until(lambda: phases(app).count("stale") >= 2, "it tries again")
        app.fleet.disconnect(HOST)
        app.until_phase("closed")
        count = len(app.changes)
        until(lambda: not [t for t in threading.enumerate() if t.name == f"open {HOST}"], "the last attempt")
        app.pump()
        assert len(app.changes) == count
        told = [
            c.entry.what for c in app.changes if isinstance(c, Happened) and c.entry.origin == "connection"
        ]
        assert told == ["connected", "connection lost", "disconnected"]

    @pytest.mark.parametrize(("silent", "old"), [(3.0, 0.0), (3600.0, 3600.0)])
    def test_rows_are_as_old_as_the_last_sign_of_life(
        self, app: Headless, test_host: str, silent: float, old: float
    ) -> None:
        """After a night in which this machine slept the daemon's end is noticed at once, but not how old they
        are."""
        app.open(test_host)
        app.until(lambda: state_of(app).facts, "facts")
        until(lambda: not app.fleet.calls(HOST), "nothing is in flight")
        connection = app.fleet._connections[HOST]
        app.session().places.heard_at = time.time() - silent
        connection._lost(connection._attempt, libvirt.VIR_CONNECT_CLOSE_REASON_EOF)
        told = app.until(lambda: state_of(app).lost, "it is lost")
        assert told is not None
        assert abs(time.time() - old - told) < 2

    def test_who_asks_for_a_list_often_gets_one(
        self, app: Headless, test_host: str, gate: threading.Event
    ) -> None:
        """A key that is held down is not a queue of lists."""
        app.open(test_host)

        def wait() -> None:
            assert gate.wait(PATIENCE)

        app.session()._read.submit(wait)
        seen = len(app.changes)
        for _ in range(20):
            app.fleet.refresh(HOST)
        gate.set()
        assert app.session()._read.finish(10)
        app.pump()
        assert sum(isinstance(change, Listed) for change in app.changes[seen:]) == 1
        app.fleet.refresh(HOST)
        assert app.session()._read.finish(10)
        app.pump()
        assert sum(isinstance(change, Listed) for change in app.changes[seen:]) == 2

    def test_an_attempt_that_is_outrun_by_the_next_is_not_counted_for_ever(
        self, app: Headless, test_host: str
    ) -> None:
        app.open(test_host)
        connection = app.fleet._connections[HOST]
        with connection._lock:
            connection._begin(at_once=False, limit=30)
            until(lambda: threads_of(HOST).count(f"open {HOST}") == 1, "its thread waits for the lock")
            connection._begin(at_once=True, limit=30)
        app.until(lambda: state_of(app).phase == "open", "the other one")
        until(lambda: not connection._left, "none is left behind")


class TestConsoles:
    """What needs no hypervisor that has any; the rest is in tests/daemon/test_console.py."""

    def test_a_driver_without_consoles_says_so(self, app: Headless, test_host: str) -> None:
        app.open(test_host)
        console = Console(app.domain("web01").key, "serial0")
        app.fleet.open_console(console)
        state = app.until(lambda: failed_console(app, console), "the failure")
        assert state is not None
        assert "not supported by the connection driver" in state.note
        assert not app.fleet.send_console(console, b"x")
        connection = app.fleet._connections[HOST]
        assert connection.session is not None
        connection.consoles.connected(connection.session.streams)  # as told once more, by its list
        assert not app.fleet.send_console(console, b"x"), "nobody attaches it again"
        app.fleet.close_console(console)

    def test_one_of_a_connection_that_is_removed_waits_for_ever(self, app: Headless, test_host: str) -> None:
        app.open(test_host)
        console = Console(app.domain("web01").key, "serial0")
        app.fleet.forget(HOST)
        app.fleet.open_console(console)
        told = [ConsoleChanged(ConsoleState(console, note="its connection was removed"))]
        app.until(lambda: [c for c in app.changes if isinstance(c, ConsoleChanged)] == told, "it is told")
        app.fleet.log_console(console, "/nowhere/log")
        app.fleet.close_console(console)
        assert app.fleet.console_output(console) == Output(b"")


def failed_console(app: Headless, console: Console) -> ConsoleState | None:
    states = [c.state for c in app.changes if isinstance(c, ConsoleChanged)]
    return next((s for s in states if s.console == console and s.phase == "failed"), None)

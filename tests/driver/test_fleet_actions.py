"""Actions over the fleet: refusals, bulk with bounded parallelism, taking back, and calls that get stuck."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import libvirt
import pytest

from tests.support.headless import HOST, Headless
from tests.support.hosts import HostDomain, domains, write_host
from tests.support.wait import AT_ONCE, PATIENCE, until
from tuivirt.backend import job_watcher
from tuivirt.core.backend import Order, Request
from tuivirt.core.changes import Happened, RunChanged, RunState
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.resources.domain.snapshot import State
from tuivirt.resources.register import ACTIONS, find_action

ALL_ACTIONS = [action for actions in ACTIONS.values() for action in actions]


class Gated:
    """Makes a method of libvirt's domains wait until it is let go, and counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
        self.go = threading.Event()
        self.names: list[str] = []
        self.inside = self.most = 0
        self._lock = threading.Lock()
        really = getattr(libvirt.virDomain, method)

        def gated(dom: libvirt.virDomain, *arguments: object) -> object:
            with self._lock:
                self.names.append(dom.name())
                self.inside += 1
                self.most = max(self.most, self.inside)
            assert self.go.wait(PATIENCE)
            with self._lock:
                self.inside -= 1
            return really(dom, *arguments)

        monkeypatch.setattr(libvirt.virDomain, method, gated)


@pytest.fixture
def suspends(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gated]:
    gated = Gated(monkeypatch, "suspend")
    yield gated
    gated.go.set()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Headless]:
    """Ten running domains, web0 … web9."""
    uri = write_host(tmp_path / "host.xml", [HostDomain(f"web{n}", state="running") for n in range(10)])
    with Headless() as app:
        app.open(uri)
        yield app


ALL = [f"web{n}" for n in range(10)]
CAME_BACK = "came back after the connection was let go: done"


def entries(app: Headless, what: str) -> list[Entry]:
    """What the journal has of an action."""
    return [c.entry for c in app.changes if isinstance(c, Happened) and c.entry.what == what]


def history_of(app: Headless, run: int) -> list[RunState]:
    return [c.state for c in app.changes if isinstance(c, RunChanged) and c.state.run == run]


class TestBulk:
    def test_each_has_its_result(self, app: Headless) -> None:
        app.libvirt().lookupByName("web5").destroy()
        states = app.perform("domain.suspend", *ALL)
        phases = {state.name: state.phase for state in states}
        assert phases == dict.fromkeys(ALL, "done") | {"web5": "failed"}
        (failed,) = [state for state in states if state.phase == "failed"]
        assert "not running" in failed.note
        app.until(
            lambda: sum(r.item.state is State.PAUSED for r in app.records().values()) == 9,
            "the list shows it",
        )
        entries = [c.entry for c in app.changes if isinstance(c, Happened) and c.entry.origin == "action"]
        assert sorted(entry.name for entry in entries) == ALL
        assert all((entry.ok is False) == (entry.name == "web5") for entry in entries)

    @pytest.mark.parametrize("parallel", [1, 2, 3])
    def test_bounded_parallelism(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parallel: int
    ) -> None:
        gated = Gated(monkeypatch, "suspend")
        uri = write_host(tmp_path / "host.xml", [HostDomain(f"web{n}", state="running") for n in range(10)])
        with Headless(parallel=parallel) as app:
            app.open(uri)
            batch = app.fleet.perform(app.request("domain.suspend", *ALL))
            app.until(lambda: gated.inside == parallel, "as many as may")
            gated.go.set()
            states = app.ended(batch, 10)
        assert gated.most == parallel
        assert {state.phase for state in states} == {"done"}

    def test_every_run_is_queued_then_running_then_over_once(self, app: Headless) -> None:
        for state in app.perform("domain.reboot", *ALL):
            phases = [told.phase for told in history_of(app, state.run)]
            assert phases == ["queued", "running", "done"]
        assert len({state.batch for state in app.perform("domain.reset", *ALL)}) == 1

    def test_busy_until_libvirt_has_answered(self, app: Headless, suspends: Gated) -> None:
        batch = app.fleet.perform(app.request("domain.suspend", "web1"))
        app.until(lambda: app.domain("web1").run is not None and suspends.names, "it is busy")
        assert app.domain("web1").item.state is State.RUNNING
        suspends.go.set()
        app.ended(batch, 1)
        assert app.domain("web1").run is None
        app.until(lambda: app.domain("web1").item.state is State.PAUSED, "what libvirt says")

    def test_the_command_is_in_the_journal(self, app: Headless) -> None:
        app.perform("domain.suspend", "web1")
        (entry,) = [c.entry for c in app.changes if isinstance(c, Happened) and c.entry.origin == "action"]
        assert entry.command == f"virsh -c {app.store.connections[HOST].uri} suspend --domain web1"
        assert entry.took is not None
        assert 0 <= entry.took < 5


class TestTakingBack:
    def test_what_is_queued_never_runs(self, app: Headless, suspends: Gated) -> None:
        batch = app.fleet.perform(app.request("domain.suspend", *ALL))
        app.until(lambda: suspends.inside == 2, "two run")
        queued = [state for state in app.last_states(batch) if state.phase == "queued"]
        assert len(queued) == 8
        assert all(state.can_abort for state in queued)
        for state in queued[3:]:
            app.fleet.abort(state.run)
            app.fleet.abort(state.run)  # once is enough
        suspends.go.set()
        states = app.ended(batch, 10)
        assert [state.phase for state in states] == ["done"] * 5 + ["cancelled"] * 5
        assert sorted(suspends.names) == ALL[:5]
        assert app.store.runs == {}

    def test_what_runs_goes_on(self, app: Headless, suspends: Gated) -> None:
        """A pause is no job that libvirt could abort."""
        batch = app.fleet.perform(app.request("domain.suspend", "web1"))
        app.until(lambda: suspends.inside, "it is called")
        app.until(lambda: app.last_states(batch)[0].phase == "running", "it runs")
        (state,) = app.last_states(batch)
        assert not state.can_abort
        app.fleet.abort(state.run)
        suspends.go.set()
        assert [s.phase for s in app.ended(batch, 1)] == ["done"]

    def test_one_that_is_over_or_was_never_there(self, app: Headless) -> None:
        (state,) = app.perform("domain.suspend", "web1")
        app.fleet.abort(state.run)
        app.fleet.abort(123456)
        app.pump()
        assert [s.phase for s in history_of(app, state.run)] == ["queued", "running", "done"]


class TestAbandoning:
    def test_what_runs_ends_at_once_and_what_waits_goes_on(self, app: Headless, suspends: Gated) -> None:
        batch = app.fleet.perform(app.request("domain.suspend", "web1", "web2", "web3"))
        app.until(lambda: suspends.inside == 2, "two are stuck")
        first, second, third = app.last_states(batch)
        app.fleet.abandon(first.run)
        app.until(lambda: len(suspends.names) == 3, "the third has begun")
        assert [s.phase for s in app.last_states(batch)] == ["abandoned", "running", "running"]
        assert app.domain("web1").run is None
        (call,) = [call for call in app.fleet.calls(HOST) if call.label == "Pause web1"]
        assert call.left
        suspends.go.set()
        assert [s.phase for s in app.ended(batch, 3)] == ["abandoned", "done", "done"]
        app.until(lambda: app.domain("web1").item.state is State.PAUSED, "it was done in the end")

        def told() -> list[tuple[str, bool | None]]:
            entries = [c.entry for c in app.changes if isinstance(c, Happened)]
            return [(e.detail, e.ok) for e in entries if e.origin == "action" and e.name == "web1"]

        later = ("came back after it was abandoned: done", True)
        app.until(lambda: told() == [("abandoned: result unknown", None), later], "both are in the journal")
        assert history_of(app, first.run)[-1].phase == "abandoned", "its state stays"
        assert second.run != third.run

    def test_what_is_queued_is_taken_back(self, app: Headless, suspends: Gated) -> None:
        batch = app.fleet.perform(app.request("domain.suspend", *ALL))
        app.until(lambda: suspends.inside == 2, "two run")
        for state in app.last_states(batch):
            if state.phase == "queued":
                app.fleet.abandon(state.run)
        suspends.go.set()
        assert [s.phase for s in app.ended(batch, 10)] == ["done"] * 2 + ["cancelled"] * 8

    def test_one_that_is_over_or_was_never_there(self, app: Headless) -> None:
        (state,) = app.perform("domain.suspend", "web1")
        app.fleet.abandon(state.run)
        app.fleet.abandon(123456)
        app.pump()
        assert history_of(app, state.run)[-1].phase == "done"


class TestJobs:
    def test_progress_is_told_while_it_runs_and_never_after(
        self, app: Headless, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else the row would be busy for ever."""
        gated = Gated(monkeypatch, "managedSave")
        monkeypatch.setattr(job_watcher, "INTERVAL", 0.001)
        asking, answer = threading.Event(), threading.Event()
        looks = 0

        def stats(*_: object) -> dict[str, int]:
            nonlocal looks
            looks += 1
            if looks > 3:
                asking.set()
                answer.wait(PATIENCE)
            return {"data_total": 4, "data_remaining": 4 - looks}

        monkeypatch.setattr(libvirt.virDomain, "jobStats", stats)
        batch = app.fleet.perform(app.request("domain.managed_save", "web1"))
        app.until(asking.is_set, "the fourth look is under way")
        gated.go.set()
        (state,) = app.ended(batch, 1)
        answer.set()
        until(lambda: not [t for t in threading.enumerate() if t.name == "progress"], "the last look")
        app.pump()
        told = history_of(app, state.run)
        assert [each.phase for each in told] == ["queued", "running", "running", "running", "running", "done"]
        assert [each.progress for each in told] == [None, None, 0.25, 0.5, 0.75, None]
        assert app.domain("web1").run is None

    @pytest.mark.parametrize("supported", [False, True])
    def test_cancelling(self, app: Headless, monkeypatch: pytest.MonkeyPatch, supported: bool) -> None:
        gated = Gated(monkeypatch, "managedSave")
        if supported:
            monkeypatch.setattr(libvirt.virDomain, "abortJob", lambda _dom: gated.go.set())
        batch = app.fleet.perform(app.request("domain.managed_save", "web1"))
        app.until(lambda: gated.inside, "it runs")
        (state,) = app.last_states(batch)
        assert state.can_abort
        app.fleet.abort(state.run)
        if not supported:
            app.until(lambda: app.last_states(batch)[0].note, "why not")
            assert "cannot be cancelled: this function is not supported" in app.last_states(batch)[0].note
            gated.go.set()
        assert app.ended(batch, 1)[0].phase == "done"


class TestStuck:
    def test_force_off_has_a_place_of_its_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """With every other place taken by calls that do not return, and the list goes on too."""
        gated = Gated(monkeypatch, "suspend")
        uri = write_host(tmp_path / "host.xml", [HostDomain(f"web{n}", state="running") for n in range(10)])
        with Headless(parallel=8) as app:
            app.open(uri)
            batch = app.fleet.perform(app.request("domain.suspend", *ALL))
            app.until(lambda: gated.inside == 3, "all shared places are taken")
            (state,) = app.perform("domain.destroy", "web9")
            assert state.phase == "done"
            app.until(lambda: not app.domain("web9").active, "the list shows it")
            assert gated.inside == 3
            assert {call.label for call in app.fleet.calls(HOST)} >= {
                "Pause web0",
                "Pause web1",
                "Pause web2",
            }
            gated.go.set()
            app.ended(batch, 10)

    def test_a_force_off_that_hangs_delays_neither_another_nor_an_abort(
        self, app: Headless, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go, hanging, saves = threading.Event(), threading.Event(), Gated(monkeypatch, "managedSave")
        destroy = libvirt.virDomain.destroy

        def hangs(dom: libvirt.virDomain) -> int:
            if dom.name() == "web0":
                hanging.set()
                go.wait(PATIENCE)
            return destroy(dom)

        monkeypatch.setattr(libvirt.virDomain, "destroy", hangs)
        monkeypatch.setattr(libvirt.virDomain, "abortJob", lambda _dom: saves.go.set())
        job = app.fleet.perform(app.request("domain.managed_save", "web2"))
        app.until(lambda: saves.inside, "a job runs")
        stuck = app.fleet.perform(app.request("domain.destroy", "web0"))
        assert hanging.wait(PATIENCE)
        assert app.perform("domain.destroy", "web1")[0].phase == "done"
        app.fleet.abort(app.last_states(job)[0].run)
        assert app.ended(job, 1)[0].phase == "done", "it was aborted, that is, let go"
        assert app.last_states(stuck)[0].phase == "running"
        go.set()
        assert app.ended(stuck, 1)[0].phase == "done"

    def test_after_a_disconnect_nobody_waits_for_it(self, app: Headless, suspends: Gated) -> None:
        """Its result is not known, which is said; what was queued never runs; a late answer is dropped."""
        batch = app.fleet.perform(app.request("domain.suspend", *ALL))
        app.until(lambda: suspends.inside == 2, "two are stuck")
        started = time.monotonic()
        app.fleet.disconnect(HOST)
        assert time.monotonic() - started < AT_ONCE
        states = app.ended(batch, 10)
        assert [state.phase for state in states] == ["unknown"] * 2 + ["cancelled"] * 8
        assert "closed before the answer" in states[0].note
        suspends.go.set()
        until(lambda: suspends.inside == 0, "the answers came")
        app.connect()
        assert app.perform("domain.reboot", "web1")[0].phase == "done"
        assert sorted(suspends.names) == ALL[:2]
        assert [s.phase for s in app.last_states(batch)] == ["unknown"] * 2 + ["cancelled"] * 8

    def test_what_waits_for_a_place_is_taken_back(
        self, tmp_path: Path, suspends: Gated, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its call has not begun, so it is not done later, and nobody's job is aborted."""
        aborted: list[str] = []
        monkeypatch.setattr(libvirt.virDomain, "abortJob", lambda dom: aborted.append(dom.name()))
        uri = write_host(tmp_path / "few.xml", [HostDomain(f"web{n}", state="running") for n in range(6)])
        with Headless(parallel=5) as app:
            app.open(uri)
            stuck = app.fleet.perform(app.request("domain.suspend", *ALL[:3]))
            app.until(lambda: suspends.inside == 3, "all places for actions are taken")
            waiting = app.fleet.perform(app.request("domain.managed_save", "web3", "web4"))
            app.until(lambda: all(s.phase == "running" for s in app.last_states(waiting)), "they wait")
            first, second = app.last_states(waiting)
            app.fleet.abandon(first.run)
            app.fleet.abort(second.run)
            states = app.ended(waiting, 2)
            assert [state.phase for state in states] == ["cancelled"] * 2
            assert "before it began" in states[0].note
            suspends.go.set()
            app.ended(stuck, 3)
            assert app.perform("domain.reboot", "web5")[0].phase == "done"
            until(lambda: not app.fleet.calls(HOST), "nothing is in flight")
            assert not any(app.libvirt().lookupByName(n).hasManagedSaveImage() for n in ("web3", "web4"))
        assert not aborted

    def test_a_loss_leaves_nothing_running(self, app: Headless, suspends: Gated) -> None:
        """What was called may be done or not; what was not is not done later; the lanes are free again."""
        batch = app.fleet.perform(app.request("domain.suspend", *ALL[:4]))
        app.until(lambda: suspends.inside == 2, "two are in flight, two queued")
        connection = app.fleet._connections[HOST]
        until(lambda: connection._has_rows, "it knows that the list has come")
        connection._lost(connection._attempt, libvirt.VIR_CONNECT_CLOSE_REASON_KEEPALIVE)
        states = app.ended(batch, 4)
        assert [state.phase for state in states] == ["unknown"] * 2 + ["failed"] * 2
        assert states[0].note == "result unknown: the connection was lost before the answer came"
        assert states[2].note == "the connection was lost before it began"
        assert all(record.run is None for record in app.records().values())
        app.until(lambda: app.store.connections[HOST].phase == "open", "it is back")
        app.until(lambda: app.store.connections[HOST].lost is None, "and listed")
        assert app.perform("domain.reboot", "web9")[0].phase == "done"
        suspends.go.set()
        app.until(
            lambda: [e.detail for e in entries(app, "Pause") if e.ok] == [CAME_BACK] * 2,
            "the answers that came after all are told",
        )
        assert sorted(suspends.names) == ALL[:2]
        assert [s.phase for s in app.last_states(batch)] == ["unknown"] * 2 + ["failed"] * 2

    def test_a_new_connection_has_new_lanes(self, app: Headless, suspends: Gated) -> None:
        app.fleet.perform(app.request("domain.suspend", *ALL))
        app.until(lambda: suspends.inside == 2, "two are stuck")
        app.fleet.disconnect(HOST)
        app.connect()
        assert app.perform("domain.reboot", "web1")[0].phase == "done"

    def test_close_begins_nothing_more(self, app: Headless, suspends: Gated) -> None:
        app.fleet.perform(app.request("domain.suspend", *ALL))
        app.until(lambda: suspends.inside == 2, "two are stuck")
        app.fleet.close()
        app.pump()
        told = sorted(entry.detail for entry in entries(app, "Pause"))
        closed = "the connection was closed before"
        assert told == sorted([f"result unknown: {closed} the answer came"] * 2 + [f"{closed} it began"] * 8)
        suspends.go.set()
        until(lambda: suspends.inside == 0, "the answers came")
        assert sorted(suspends.names) == ALL[:2]


def told_last(app: Headless) -> tuple[str, bool | None, str]:
    """The last entry of the journal."""
    entry = next(c.entry for c in reversed(app.changes) if isinstance(c, Happened))
    return entry.what, entry.ok, entry.detail


class TestRefusals:
    @pytest.mark.parametrize("whole_run", [False, True])
    def test_read_only(self, test_host: str, whole_run: bool) -> None:
        """Each action is refused with the reason, and libvirt would refuse it too."""
        with Headless(read_only=whole_run) as app:
            app.open(test_host, read_only=not whole_run)
            assert app.store.connections[HOST].read_only
            record = app.domain("web01")
            for action in ALL_ACTIONS:
                key = Key(HOST, "host", HOST) if action.id.startswith("host.") else record.key
                request = Request(action.id, (Order(key, "web01"),), action.params and action.params())
                (state,) = app.ended(app.fleet.perform(request), 1)
                assert (state.phase, state.note) == ("failed", "the connection is read-only")
                told = (action.title, False, state.note)
                app.until(lambda told=told: told_last(app) == told, "an entry")  # type: ignore[misc]
            handle = app.libvirt().lookupByUUIDString(record.item.uuid)
            with pytest.raises(libvirt.libvirtError) as caught:
                handle.suspend()
            assert caught.value.get_error_code() == libvirt.VIR_ERR_OPERATION_DENIED
            app.pump()
            assert app.domain("web01").item.state is State.RUNNING

    def test_only_on_the_connection_that_is(self, tmp_path: Path) -> None:
        with Headless() as app:
            for name in ("a", "b"):
                app.open(write_host(tmp_path / f"{name}.xml", domains(4)), name, read_only=name == "a")
            orders = tuple(Order(app.domain("vm00000", host).key, "vm00000") for host in ("a", "b"))
            states = app.ended(app.fleet.perform(Request("domain.destroy", orders)), 2)
            assert [state.phase for state in states] == ["failed", "done"]

    def test_on_a_connection_that_is_not_open_or_not_known(self, app: Headless) -> None:
        order = app.request("domain.suspend", "web1").orders[0]
        app.fleet.disconnect(HOST)
        app.until_phase("closed")
        nowhere = Order(Key("nowhere", "domain", order.key.id), "web1")
        states = app.ended(app.fleet.perform(Request("domain.suspend", (order, nowhere))), 2)
        assert [state.note for state in states] == [f"{HOST} is not connected", "nowhere is not connected"]
        assert states[0].hint

    def test_on_a_domain_that_is_gone(self, app: Headless) -> None:
        request = app.request("domain.suspend", "web1")
        dom = app.libvirt().lookupByName("web1")
        dom.undefine()
        dom.destroy()
        app.until(lambda: "web1" not in app.records(), "it is gone")
        (state,) = app.ended(app.fleet.perform(request), 1)
        assert state.phase == "failed"
        assert "Domain not found" in state.note

    def test_an_action_that_does_not_exist(self, app: Headless) -> None:
        with pytest.raises(KeyError):
            app.fleet.perform(Request("domain.explode", ()))
        with pytest.raises(KeyError):
            find_action("planet.explode")

    def test_nothing_to_do_is_a_batch_without_runs(self, app: Headless) -> None:
        assert app.last_states(app.fleet.perform(Request("domain.suspend", ()))) == []

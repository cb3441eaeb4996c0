"""Guests whose QEMU does not answer: they say so, and everything else goes on."""

import time
from collections.abc import Callable, Sequence

import pytest

from tests.support.daemon import LibvirtDaemon
from tests.support.guest import Disk, guest_xml
from tests.support.headless import HOST, Headless
from tests.support.wait import AT_ONCE, until
from tuivirt.backend import counters, sampler
from tuivirt.backend import hung as hung_module
from tuivirt.backend.places import SIZE
from tuivirt.core.backend import Watch
from tuivirt.core.changes import Happened, Listed, Sampled
from tuivirt.core.errors import HostError
from tuivirt.resources.domain.columns import COLUMNS
from tuivirt.resources.domain.snapshot import State

ALL = frozenset({"cpu", "memory", "vcpu", "block", "net"})
HUNG = ["hung1", "hung2", "hung3"]
OTHERS = ["web1", "web2"]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of the usual times, which are there for hosts that are slow; a busy machine is none."""
    monkeypatch.setattr(sampler, "PAUSE_PER_SECOND", 0.0)
    monkeypatch.setattr(counters, "PATIENCE", 0.7)
    monkeypatch.setattr(sampler, "SECOND_LOOK", 0.4)
    for module in (hung_module, sampler):
        monkeypatch.setattr(module, "HUNG", 0.7)


def hosting(daemon: LibvirtDaemon, *names: str) -> None:
    """These guests run, each with a disk, and *off* does not."""
    for name in (*names, "off"):
        image = daemon.images / f"{name}.img"
        image.write_bytes(bytes(1 << 20))
        daemon.define(guest_xml(name, agent=True, disks=[Disk(image, format="raw")]))
    for name in names:
        daemon.virsh("start", name)


def watching(app: Headless) -> None:
    """All rows are on screen, with every counter and the host's load."""
    visible = tuple(record.key for record in app.records().values())
    watch = Watch(stats=True, groups=ALL, everyone=True, host=True, addresses=True, visible=visible)
    app.fleet.watch({HOST: watch})
    for name in [name for name, record in app.records().items() if record.active]:
        app.until(lambda name=name: full(app, name), f"counters of {name}")  # type: ignore[misc]


def full(app: Headless, name: str) -> bool:
    """Every kind of rate is known of a guest."""
    rates = app.domain(name).rates
    return rates is not None and None not in (rates.cpu, rates.mem_used_kib, rates.disk_read)


def hung(app: Headless) -> set[str]:
    return {name for name, record in app.records().items() if record.hung_since is not None}


def sampled(app: Headless, names: Sequence[str], times: int = 2) -> Callable[[], bool]:
    """Whether each of these has been sampled so many times more, with all that there is to know."""
    seen = len(app.changes)
    uuids = [app.domain(name).item.uuid for name in names]

    def enough() -> bool:
        new = [c for c in app.changes[seen:] if isinstance(c, Sampled)]
        counts = (
            sum(uuid in c.samples and c.samples[uuid].rss_kib is not None for c in new) for uuid in uuids
        )
        return all(count >= times for count in counts)

    return enough


def state_cell(app: Headless, name: str) -> str:
    return next(column for column in COLUMNS if column.id == "state").cell(app.domain(name)).text


async def test_one_hangs_and_everything_else_goes_on(daemon: LibvirtDaemon) -> None:
    hosting(daemon, "hung1", *OTHERS)
    with Headless(stats_interval=0.2) as app:
        app.open(daemon.uri)
        watching(app)
        keys = {name: record.key for name, record in app.records().items()}
        daemon.freeze_guest("hung1")
        frozen = time.time()
        app.until(lambda: hung(app), "somebody does not respond")
        app.until(lambda: hung(app) == {"hung1"}, "that one")
        assert state_cell(app, "hung1") == "‼ no response"
        assert abs((app.domain("hung1").hung_since or 0) - frozen) < AT_ONCE
        assert app.domain("hung1").rates is None

        # The others keep their counters; one call is stuck, and no second one ever.
        app.until(sampled(app, OTHERS), "the others' counters")
        app.until(lambda: all(full(app, name) for name in OTHERS), "all of them")
        assert [call.left for call in app.fleet.calls(HOST)].count(True) == 1

        # Many quick calls, one right after the other: none is forgotten (see ``Nudger``).
        handle, began = app.session().handle(keys["web1"].id), time.monotonic()
        with app.session().places.safe("many"):
            for _ in range(500):
                handle.info()
        assert time.monotonic() - began < 10

        # Lists, definitions, sizes of disks.
        assert (await app.fleet.definition(keys["hung1"])).live is not None
        assert (await app.fleet.definition(keys["web1"])).live is not None
        assert (await app.fleet.disk_sizes(keys["web1"], ("vda",)))[0].capacity == 1 << 20
        with pytest.raises(HostError, match="hung1 does not respond"):
            await app.fleet.disk_sizes(keys["hung1"], ("vda",))
        seen = len(app.changes)
        app.fleet.refresh(HOST)
        began = time.monotonic()
        app.until(lambda: any(isinstance(c, Listed) for c in app.changes[seen:]), "a list")
        assert time.monotonic() - began < AT_ONCE

        # Actions on the others, and their changes from outside.
        daemon.virsh("suspend", "web1")
        app.until(lambda: app.domain("web1").item.state is State.PAUSED, "paused from outside")
        assert app.perform("domain.resume", "web1")[0].phase == "done"
        assert app.perform("domain.start", "off")[0].phase == "done"
        app.until(lambda: app.domain("off").active, "started from here")
        app.until(sampled(app, ["web1", "off"]), "their counters")

        # libvirt asks it to end for ten seconds before it kills it. Meanwhile the next force off is done.
        batch = app.fleet.perform(app.request("domain.destroy", "hung1"))
        began = time.monotonic()
        assert app.perform("domain.destroy", "web2")[0].phase == "done"
        assert time.monotonic() - began < AT_ONCE
        assert app.last_states(batch)[0].phase == "running"
        assert app.ended(batch, 1)[0].phase == "done"
        app.until(lambda: not app.domain("hung1").active and not hung(app), "the list shows it")
        app.until(sampled(app, ["web1"]), "counters come again")
        until(lambda: not [call for call in app.fleet.calls(HOST) if call.left], "nothing is stuck any more")


def test_it_responds_again(daemon: LibvirtDaemon) -> None:
    hosting(daemon, "hung1", "web1")
    with Headless(stats_interval=0.2) as app:
        app.open(daemon.uri)
        watching(app)
        for _ in range(2):
            daemon.freeze_guest("hung1")
            app.until(lambda: hung(app) == {"hung1"}, "it does not respond")
            app.until(sampled(app, ["web1"]), "the other's counters")
            daemon.thaw_guest("hung1")
            app.until(lambda: not hung(app), "it does")
            app.until(sampled(app, ["hung1", "web1"]), "the counters of both")
            app.until(lambda: full(app, "hung1"), "its counters")
            until(lambda: not [call for call in app.fleet.calls(HOST) if call.left], "nothing is stuck")


def test_three_hang(daemon: LibvirtDaemon) -> None:
    """More than there are places for calls that are stuck."""
    hosting(daemon, *HUNG, *OTHERS)
    with Headless(stats_interval=0.2) as app:
        app.open(daemon.uri)
        watching(app)
        for name in HUNG:
            daemon.freeze_guest(name)
        app.until(lambda: hung(app), "one of them is known")
        app.until(sampled(app, OTHERS), "the others' counters")
        assert len(app.fleet.calls(HOST)) < SIZE - 1
        assert app.perform("domain.suspend", "web1")[0].phase == "done"
        assert app.perform("domain.start", "off")[0].phase == "done"
        app.until(lambda: app.domain("web1").item.state is State.PAUSED, "the list goes on")
        # When one is off, the call that it held up waits for the next one, which is known then.
        first = app.until(lambda: next(iter(hung(app) & set(HUNG)), ""), "one of them")
        batch = app.fleet.perform(app.request("domain.destroy", first))
        until(lambda: "Force off" in " ".join(call.label for call in app.fleet.calls(HOST)), "it is asked to")
        daemon.thaw_guest(first)  # it need not be killed
        assert app.ended(batch, 1)[0].phase == "done"
        app.until(lambda: hung(app) and first not in hung(app), "the next one")
        app.until(sampled(app, ["web2", "off"]), "the others' counters")
        for name in HUNG:
            if name != first:
                daemon.thaw_guest(name)
        app.until(lambda: not hung(app), "all respond")
        app.until(sampled(app, [name for name in HUNG if name != first]), "their counters")


def test_it_hangs_before_the_first_look(daemon: LibvirtDaemon) -> None:
    """Sizes of the others, and of inactive ones, are known all the same."""
    hosting(daemon, "hung1", "web1")
    daemon.freeze_guest("hung1")
    with Headless(stats_interval=0.2) as app:
        app.open(daemon.uri)
        visible = tuple(record.key for record in app.records().values())
        app.fleet.watch({HOST: Watch(stats=True, groups=ALL, everyone=True, visible=visible)})
        app.until(lambda: hung(app) == {"hung1"}, "it does not respond")
        app.until(lambda: all(r.vcpus is not None for r in app.records().values()), "sizes of all")
        app.until(sampled(app, ["web1"]), "counters of the other")


def test_somebody_else_waits_for_it(daemon: LibvirtDaemon) -> None:
    """Then our own calls pass it over, and it is known all the same."""
    hosting(daemon, "hung1", "web1")
    with Headless(stats_interval=0.2) as app:
        app.open(daemon.uri)
        watching(app)
        app.fleet.watch({})
        until(lambda: not app.fleet.calls(HOST), "the last tick")
        daemon.freeze_guest("hung1")
        daemon.spawn_virsh("qemu-monitor-command", "hung1", "--hmp", "info status")
        handle = app.libvirt().lookupByName("hung1")
        until(lambda: handle.controlInfo(0)[0], "virsh waits")
        watch = Watch(stats=True, groups=ALL, everyone=True)
        app.fleet.watch({HOST: watch})
        app.until(lambda: hung(app) == {"hung1"}, "it does not respond")
        until(lambda: not [call for call in app.fleet.calls(HOST) if call.left], "no call waits for it")
        daemon.thaw_guest("hung1")
        app.until(lambda: not hung(app), "it does")


def test_it_hung_before_we_came(daemon: LibvirtDaemon) -> None:
    """Somebody waits for it already, so that it tells nothing to us, and never has."""
    hosting(daemon, "hung1", "web1")
    daemon.freeze_guest("hung1")
    daemon.spawn_virsh("qemu-monitor-command", "hung1", "--hmp", "info status")
    until(lambda: "occupied" in daemon.virsh("domcontrol", "hung1"), "virsh waits")
    with Headless(stats_interval=0.05) as app:  # many are asked for before the wait is long
        app.open(daemon.uri)
        app.fleet.watch({HOST: Watch(stats=True, groups=ALL, everyone=True)})
        app.until(lambda: hung(app) == {"hung1"}, "it does not respond")
        until(lambda: not [call for call in app.fleet.calls(HOST) if call.left], "no call waits for it")


def test_an_action_is_abandoned(daemon: LibvirtDaemon) -> None:
    """It ends at once; its result is told when it comes, and the row is read again."""
    hosting(daemon, "hung1")
    with Headless(parallel=1) as app:
        app.open(daemon.uri)
        app.until(lambda: app.domain("hung1").vcpus is not None, "its sizes")
        until(lambda: not app.fleet.calls(HOST), "no call in flight")
        daemon.freeze_guest("hung1")
        stuck = app.fleet.perform(app.request("domain.suspend", "hung1"))
        app.until(lambda: app.last_states(stuck)[0].phase == "running", "it waits")
        queued = app.fleet.perform(app.request("domain.start", "off"))
        until(lambda: "occupied" in daemon.virsh("domcontrol", "hung1"), "the call waits for the guest")
        app.fleet.abandon(app.last_states(stuck)[0].run)
        (state,) = app.ended(stuck, 1)
        assert (state.phase, state.note) == ("abandoned", "result unknown")
        assert app.domain("hung1").run is None
        assert app.ended(queued, 1)[0].phase == "done", "the next one goes on"
        (call,) = [call for call in app.fleet.calls(HOST) if call.label == "Pause hung1"]
        assert call.left
        daemon.thaw_guest("hung1")
        app.until(lambda: app.domain("hung1").item.state is State.PAUSED, "it was done in the end")
        app.until(
            lambda: (
                [
                    (e.detail, e.ok)
                    for e in (c.entry for c in app.changes if isinstance(c, Happened))
                    if e.what == "Pause"
                ]
                == [
                    ("abandoned: result unknown", None),
                    ("came back after it was abandoned: done", True),
                ]
            ),
            "both are in the journal",
        )

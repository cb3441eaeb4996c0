"""Actions from the key to libvirt and back, on hosts of the test driver and on a scripted backend."""

from pathlib import Path
from typing import Any

import libvirt
import pytest

from tests.support.app import Running, running
from tests.support.hosts import STATES, HostDomain, domains, write_host
from tests.support.pilot import type_ahead
from tests.support.scripted import domain
from tests.support.world import LAB1, SOURCES, changed, world
from tuivirt.core.changes import Removed, Upserted
from tuivirt.resources.domain.snapshot import State
from tuivirt.resources.register import ACTIONS
from tuivirt.ui.dialogs.confirm import ConfirmDialog
from tuivirt.ui.dialogs.form import FormDialog
from tuivirt.ui.dialogs.plan import PlanDialog

RUNNING, PAUSED, OFF = STATES["running"], STATES["paused"], STATES["shutoff"]


def fleet(**more: Any) -> Any:
    more.setdefault("backend", world())
    return running(SOURCES, **{"size": (120, 40), "view": "lab1", **more})


async def to(run: Running, name: str) -> None:
    """Put the cursor on a domain."""
    await run.press("slash", *f"name:{name}", "enter", "escape")
    assert run.cursor == name


# By key, on libvirt itself


async def to_state(run: Running, name: str, state: int) -> None:
    await run.until(lambda: run.domain(name).state()[0] == state, f"{name} in state {state}")


async def test_keys_start_pause_resume_and_shut_down(test_host: str) -> None:
    async with running({"lab1": test_host}) as run:
        await to(run, "db01")
        await run.press("s")
        await to_state(run, "db01", RUNNING)
        await run.until(lambda: run.state("db01") == "running", "the row says so")
        await run.press("p")
        await to_state(run, "db01", PAUSED)
        await run.until(lambda: run.state("db01") == "paused", "the row says so")
        await run.press("p")
        await to_state(run, "db01", RUNNING)
        await run.until(
            lambda: run.state("db01") == "running" and not run.record("db01").run, "the row says so"
        )
        await run.press("r")
        await run.until(lambda: any(e.what == "Reboot" for e in run.journal), "the reboot in the journal")
        await run.until(lambda: not run.record("db01").run, "it is over")
        await run.press("d")
        await to_state(run, "db01", OFF)
        entries = [(e.what, e.ok) for e in run.journal if e.origin == "action"]
        await run.until(lambda: ("Shut down", True) in [(e.what, e.ok) for e in run.journal], "the result")
        assert ("Start", True) in entries


async def test_autostart_by_one_key(test_host: str) -> None:
    async with running({"lab1": test_host}) as run:
        await to(run, "db01")
        await run.press("a")
        await run.until(lambda: run.domain("db01").autostart() == 1, "autostart")
        await run.until(lambda: run.record("db01").autostart, "the row says so")
        await run.until(lambda: not run.record("db01").run, "it is over")
        await run.press("a")
        await run.until(lambda: run.domain("db01").autostart() == 0, "no autostart")


async def test_force_off_asks_and_enter_changes_nothing(test_host: str) -> None:
    async with running({"lab1": test_host}) as run:
        await to(run, "web01")
        for answer in ("enter", "n", "escape"):
            await run.press("D")
            dialog = await run.until_dialog("Force off: web01")
            assert isinstance(dialog, ConfirmDialog)
            assert "lab1" in run.text
            assert f"virsh-c{test_host}destroy--domainweb01" in run.packed
            await run.press(answer)
            await run.until_main()
            assert run.domain("web01").isActive()
        await run.press("D")
        await run.until_dialog("Force off: web01")
        await run.press("y")
        await to_state(run, "web01", OFF)


async def test_the_definition_is_removed_after_a_form(test_host: str) -> None:
    async with running({"lab1": test_host}) as run:
        await to(run, "db01")
        await run.press("x")
        assert isinstance(await run.until_dialog("Remove the definition: db01"), FormDialog)
        assert "undefine --domain db01" in run.text
        await run.press("enter")
        await run.settled()
        assert run.dialog is not None, "Enter alone removes nothing"
        for _ in range(20):
            await run.press("tab")
            if run.screen.focused is not None and run.screen.focused.name == "ok":
                break
        await run.press("enter")
        await run.until_main()
        await run.until(lambda: "db01" not in run.rows, "it is gone")
        assert [d.name() for d in run.conn("lab1").listAllDomains() if d.name() == "db01"] == []


async def test_what_libvirt_refuses_is_told_and_kept(test_host: str) -> None:
    async with running({"lab1": test_host}) as run:
        await to(run, "web02")
        run.domain("web02").resume()
        run.domain("web02").suspend()
        await run.line("rename")
        await run.until_note("is running: libvirt renames only domains that are shut off")
        await to(run, "db01")
        await run.line("rename")
        await run.until_dialog("Rename: db01")
        await run.press("ctrl+u", *"web01", "enter")
        await run.until_main()
        await run.until_note("Rename: db01")
        await run.press("J")
        await run.until_dialog("Actions: 0 running or queued, 1 ended")
        assert "web01" in run.text


async def test_a_failing_action_shows_libvirts_words_and_stays_in_the_journal() -> None:
    async with fleet() as run:
        await to(run, "web01")
        await run.press("R")
        await run.until_dialog("Reset")
        await run.press("y")
        await run.until(lambda: run.backend.requests, "the request")
        request = run.backend.requests[0]
        run.backend.run(request)
        await run.until_text("⟳ running")
        run.backend.run(request, phase="failed", note="internal error: no reset", hint="Try force off.")
        note = await run.until_note("internal error: no reset")
        assert note.startswith("Reset: web01")
        assert "Try force off." in note
        assert "⟳" not in run.text


@pytest.mark.parametrize("action", [a for a in ACTIONS["domain"] if a.key], ids=lambda a: a.id)
async def test_every_key_of_an_action_asks_for_that_action(action: Any) -> None:
    """On a domain it applies to, and where several share the key, those before it do not."""
    before = [a for a in ACTIONS["domain"] if a.key == action.key]
    before = before[: before.index(action)]

    def fits(candidate: Any) -> bool:
        return action.refusal(candidate) is None and all(a.refusal(candidate) is not None for a in before)

    backend = world()
    asleep = domain("asleep", state=State.PMSUSPENDED)
    backend.listed("lab1", [*LAB1, asleep])
    item = next(candidate for candidate in (*LAB1, asleep) if fits(candidate))
    async with fleet(backend=backend) as run:
        await to(run, item.name)
        await run.press(action.key)
        if action.params is not None:
            assert isinstance(await run.until_dialog(f"{action.title}: {item.name}"), FormDialog)
        elif action.confirm:
            assert isinstance(await run.until_dialog(f"{action.title}: {item.name}"), ConfirmDialog)
            assert not run.backend.requests
            await run.press("y")
            await run.until_main()
        if action.params is None:
            await run.until(lambda: run.backend.requests, "the request")
            (request,) = run.backend.requests
            assert (request.action, [order.key for order in request.orders]) == (action.id, [item.key])


async def test_an_action_that_does_not_apply_says_why() -> None:
    async with fleet() as run:
        await to(run, "cache01")
        await run.press("d")
        assert await run.until_note("Shut down: cache01 is not running")
        assert not run.backend.requests


async def test_a_protected_domain_wants_its_name_typed() -> None:
    async with fleet() as run:
        await to(run, "db01")
        await run.press("D")
        await run.until_dialog("It is tagged protected. Type db01")
        await run.press("y", "enter")
        await run.settled()
        assert run.dialog is not None
        await run.press("ctrl+u", *"db01", "enter")
        await run.until_main()
        await run.until(lambda: run.backend.requests, "the request")


# What was meant


async def test_an_answer_is_for_the_domain_that_was_asked_about() -> None:
    """While the question is open the list is sorted anew, the domain renamed, and another takes its row."""
    async with fleet() as run:
        await to(run, "web01")
        await run.press("D")
        await run.until_dialog("Force off: web01")
        run.backend.tell(Upserted(LAB1[0]._replace(name="zz-web01"), 0.0))
        run.backend.listed(
            "lab1", [LAB1[0]._replace(name="zz-web01"), *LAB1[1:], domain("web00"), domain("web011")]
        )
        await run.until(lambda: "zz-web01" in run.rows, "the new name")
        run.listing.set_sort("state", reverse=True)
        run.table.action_first()
        await run.press("y")
        await run.until_main()
        await run.until(lambda: run.backend.requests, "the request")
        assert [order.key for order in run.backend.requests[0].orders] == [LAB1[0].key]


@pytest.mark.parametrize("key", ["D", "x", "full_stop"])
async def test_when_the_domain_vanishes_under_a_question_no_other_is_touched(key: str) -> None:
    async with fleet() as run:
        await to(run, "web01")
        await run.press(key)
        await run.until_dialog("web01")
        run.backend.tell(Removed(LAB1[0].key))
        await run.until(lambda: "web01" not in run.rows, "it is gone")
        assert run.cursor == "web02"
        if key == "full_stop":
            await run.press(*"reboot", "enter")
        elif key == "x":
            await run.press("ctrl+s")
        else:
            await run.press("y")
        await run.until_main()
        await run.settled()
        assert all(order.key == LAB1[0].key for r in run.backend.requests for order in r.orders)


async def test_an_action_on_a_domain_that_is_gone_by_then_is_told(test_host: str) -> None:
    async with running({"lab1": test_host}) as run:
        await to(run, "web01")
        await run.press("D")
        await run.until_dialog("Force off: web01")
        run.domain("web01").destroy()
        run.domain("web01").undefine()
        await run.until(lambda: "web01" not in run.rows, "it is gone")
        await run.press("y")
        await run.until_main()
        await run.until(lambda: run.notes, "a word about it")
        assert sorted(
            d.name() for d in run.conn("lab1").listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
        ) == [
            "batch01",
            "web02",
        ]


@pytest.mark.parametrize(
    "keys",
    [
        ["slash", *"web10", "enter", "D", "y"],
        ["D", "y"],
        ["D", "enter"],
        ["D", "n", "j"],
        ["x", "y", "enter"],
        ["full_stop", "y"],
    ],
)
async def test_keys_in_one_packet_do_nothing_wrong(keys: list[str]) -> None:
    """What is typed behind the key of a dialog reaches the dialog, however fast it comes."""
    async with fleet() as run:
        await to(run, "web01")
        type_ahead(run.pilot, keys)
        await run.settled()
        await run.settled()
        asked = [r for r in run.backend.requests if r.action != "domain.destroy" or keys[-2:] != ["D", "y"]]
        assert asked == []
        if keys[-2:] == ["D", "y"]:
            await run.until(lambda: run.backend.requests, "force off")
            assert run.dialog is None
        if keys == ["D", "n", "j"]:
            assert run.dialog is None
            assert run.cursor == "web02"
        assert len(run.app.screen_stack) <= 2


async def test_a_paste_into_the_list_does_nothing() -> None:
    async with fleet() as run:
        await to(run, "web01")
        await run.paste("Dy\nsdpx")
        await run.settled()
        assert run.dialog is None
        assert run.backend.requests == []


# Many at once


async def test_a_bulk_action_shows_its_plan_runs_it_and_tells_each_result() -> None:
    async with fleet() as run:
        await run.line("mark all")
        await run.press("d")
        dialog = await run.until_dialog("Shut down: 4 included")
        assert isinstance(dialog, PlanDialog)
        assert "8 marked. 4 included on lab1, 4 skipped." in run.text
        assert "skipped: is not running" in run.text
        assert not run.backend.requests
        await run.press("y")
        await run.until(lambda: run.backend.requests, "the request")
        request = run.backend.requests[0]
        assert len(request.orders) == 4
        run.backend.run(request, 0, phase="done")
        run.backend.run(request, 1, progress=0.5, note="shutting down")
        run.backend.run(request, 2, phase="failed", note="internal error: no power button")
        run.backend.run(request, 3, phase="queued")
        await run.until_text("1 of 4 done, 1 running, 1 queued, 1 failed", "50%", "no power button")
        run.backend.run(request, 1, phase="done")
        run.backend.run(request, 3, phase="cancelled", note="taken back before it began")
        await run.until_text("2 of 4 done, 1 failed, 1 cancelled")
        await run.press("r")
        await run.until(lambda: len(run.backend.requests) == 2, "a second request")
        retried = {order.key for order in run.backend.requests[1].orders}
        assert retried == {request.orders[2].key, request.orders[3].key}
        await run.press("escape")
        await run.until_main()
        assert len(run.marked) == 8


async def test_of_many_failures_only_some_are_told_one_by_one() -> None:
    async with fleet() as run:
        await run.line("mark all")
        await run.press("a")
        await run.until_dialog("included")
        await run.press("y")
        await run.until(lambda: run.backend.requests, "the request")
        await run.press("escape")
        await run.until_main()
        for index in range(len(run.backend.requests[0].orders)):
            run.backend.run(run.backend.requests[0], index, phase="failed", note="no")
        await run.until(lambda: len(run.notes) == 4, "some of them")
        assert run.notes[-1] == "Autostart on: It failed on more. J lists them all."
        await run.press("J")
        await run.until_dialog(f"{len(run.backend.requests[0].orders)} ended")


async def test_the_plan_counts_what_the_filter_hides() -> None:
    async with fleet() as run:
        await run.line("mark all")
        await run.line("filter web")
        await run.press("D")
        await run.until_dialog("8 marked, of which 5 not shown")


async def test_more_than_twenty_want_their_number_typed() -> None:
    backend = world()
    backend.listed("lab1", [domain(f"vm{n:02}") for n in range(21)])
    async with fleet(backend=backend) as run:
        await run.until_rows("vm20")
        await run.line("mark all")
        await run.press("D")
        await run.until_dialog("These are 21. Type 21 to go on:")
        await run.press("enter", "y")
        await run.settled()
        assert not run.backend.requests
        await run.press("ctrl+u", *"21", "enter")
        await run.until(lambda: run.backend.requests, "the request")
        assert len(run.backend.requests[0].orders) == 21


async def test_bulk_on_libvirt_itself(tmp_path: Path) -> None:
    uri = write_host(tmp_path / "host.xml", domains(40))
    async with running({"lab1": uri}) as run:
        await run.line("filter state:off")
        await run.line("mark all")
        count = len(run.marked)
        assert count == 26
        await run.press("s")
        await run.until_dialog(f"Start: {count} included")
        await run.press("y")
        await run.until_text(f"{count} of {count} done")
        assert len(run.conn("lab1").listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)) == 40
        await run.press("escape")
        await run.until_main()
        await run.until(lambda: run.rows == [], "none is off any more")
        await run.line("filter")
        assert len(run.rows) == 40


async def test_an_action_for_one_domain_takes_the_one_under_the_cursor() -> None:
    async with fleet() as run:
        await to(run, "cache01")
        await run.line("mark all")
        await run.line("set-title")
        await run.until_note("takes one domain: cache01")
        await run.until_dialog("Set title: cache01")


async def test_an_action_for_one_domain_never_takes_one_that_is_not_marked() -> None:
    async with fleet() as run:
        await to(run, "cache01")
        await run.press("space", "space")
        await run.press("j", "j")
        await run.line("set-title")
        await run.until_note("and 2 are marked")


# Read-only


async def test_a_read_only_connection_refuses_with_the_reason() -> None:
    backend = world()
    backend.connection("lab1", read_only=True)
    async with fleet(backend=backend) as run:
        assert "ro" in run.text.splitlines()[3]
        await to(run, "web01")
        for action in ACTIONS["domain"]:
            run.main.act([action.id])
        await run.until(lambda: len(run.notes) == len(list(ACTIONS["domain"])), "all refusals")
        assert run.dialog is None
        assert set(run.notes) == {f"{a.title}: web01 is on a read-only connection" for a in ACTIONS["domain"]}
        await run.line("restore")
        await run.until_note("lab1: the connection is read-only")
        await run.line("mark all")
        await run.press("d")
        await run.until_dialog(
            "8 skipped",
        )
        await run.press("y")
        await run.settled()
        assert not run.backend.requests
        assert " d shut down" not in run.main.keys.text


async def test_a_run_that_is_read_only_opens_and_refuses_so(test_host: str) -> None:
    async with running({"lab1": test_host}, read_only=True) as run:
        await to(run, "db01")
        await run.press("s")
        await run.until_note("is on a read-only connection")
        with pytest.raises(libvirt.libvirtError, match="read"):
            run.domain("db01").create()
        assert not run.domain("db01").isActive()


# Shut down that does nothing


async def test_force_off_is_offered_when_a_shut_down_takes_too_long() -> None:
    async with fleet(shutdown_patience=0.0) as run:
        await to(run, "web01")
        await run.press("d")
        await run.until(lambda: run.backend.requests, "the request")
        run.backend.run(run.backend.requests[0], phase="done")
        note = await run.until_note("D forces it off")
        assert note.startswith("web01: It still runs")
        assert len(run.backend.requests) == 1, "it never forces by itself"


async def test_nothing_is_offered_for_one_that_has_shut_down() -> None:
    async with fleet(shutdown_patience=0.0) as run:
        await to(run, "web01")
        await run.press("d")
        await run.until(lambda: run.backend.requests, "the request")
        run.backend.tell(Upserted(changed(LAB1[0], State.SHUTOFF), 0.0))
        run.backend.run(run.backend.requests[0], phase="done")
        await run.until(lambda: run.state("web01") == "shut off", "it is off")
        run.main.performer.tick()
        await run.settled()
        assert run.notes == []


# Quitting


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_quitting_asks_while_an_action_runs(key: str) -> None:
    async with fleet() as run:
        await to(run, "web01")
        await run.press("d")
        await run.until(lambda: run.backend.requests, "the request")
        run.backend.run(run.backend.requests[0])
        await run.until(run.main.performer.running, "it runs")
        await run.press(key)
        await run.until_dialog("1 action is running")
        await run.press("n")
        await run.until_main()
        await run.press(key)
        await run.until_dialog("1 action is running")
        await run.press("y")
        await run.until(lambda: run.app._exit, "the end")


async def test_quitting_from_a_dialog_asks_too() -> None:
    async with fleet() as run:
        await to(run, "web01")
        await run.press("d")
        await run.until(lambda: run.backend.requests, "the request")
        run.backend.run(run.backend.requests[0])
        await run.until(run.main.performer.running, "it runs")
        await run.press("question_mark")
        await run.until_dialog()
        await run.press("ctrl+q")
        await run.until_dialog("1 action is running")
        await run.press("y")
        await run.until(lambda: run.app._exit, "the end")


async def test_disconnecting_asks_while_an_action_runs_there() -> None:
    async with fleet() as run:
        await to(run, "web01")
        await run.press("d")
        await run.until(lambda: run.backend.requests, "the request")
        run.backend.run(run.backend.requests[0])
        await run.until(run.main.performer.running, "it runs")
        run.main.hosts.toggle("lab2")
        await run.until(lambda: ("disconnect", "lab2") in run.backend.asked, "nothing runs on the other")
        run.main.hosts.toggle("lab1")
        await run.until_dialog("1 action is running")
        await run.press("n")
        await run.until_main()
        assert ("disconnect", "lab1") not in run.backend.asked
        run.main.hosts.toggle("lab1")
        await run.until_dialog("1 action is running")
        await run.press("y")
        await run.until(lambda: ("disconnect", "lab1") in run.backend.asked, "it is disconnected")


async def test_asking_twice_to_quit_asks_one_question() -> None:
    async with fleet() as run:
        await to(run, "web01")
        await run.press("d")
        await run.until(lambda: run.backend.requests, "the request")
        run.backend.run(run.backend.requests[0])
        await run.until(run.main.performer.running, "it runs")
        await run.press("q", "q", "ctrl+q", "ctrl+q")
        await run.until_dialog("1 action is running")
        assert len(run.app.screen_stack) == 2


# A host's own actions


async def test_a_domain_is_saved_to_a_file_and_restored_from_it(test_host: str, tmp_path: Path) -> None:
    async with running({"lab1": test_host}, view="lab1") as run:
        await to(run, "web01")
        await run.line("save")
        await run.until_dialog("Save to a file and stop: web01")
        await run.paste(str(tmp_path / "web01.save"))
        await run.press("enter")
        await to_state(run, "web01", OFF)
        await run.line("restore")
        await run.until_dialog("Restore")
        await run.paste(str(tmp_path / "web01.save"))
        await run.press("enter")
        await to_state(run, "web01", RUNNING)


async def test_forms_begin_with_what_is_there(tmp_path: Path) -> None:
    uri = write_host(
        tmp_path / "host.xml", [HostDomain("web01", title="The front", description="two\nlines")]
    )
    async with running({"lab1": uri}) as run:
        await to(run, "web01")
        await run.until(lambda: run.record("web01").details, "its definition")
        await run.line("set-title")
        await run.until_dialog("The front")
        await run.press("end", *" door", "enter")
        await run.until(lambda: "The front door" in run.domain("web01").XMLDesc(), "the new title")
        await run.until(lambda: run.record("web01").title == "The front door", "it is read again")
        await run.line("set-tags")
        await run.until_dialog("Set tags")
        await run.press(*"prod, web", "enter")
        await run.until(lambda: run.record("web01").tags == ("prod", "web"), "the tags")

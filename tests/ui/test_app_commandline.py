"""The command line, the palette, help, export and copy, as a person uses them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import running
from tests.support.pilot import type_ahead
from tests.support.world import LAB1, NAMES, SOURCES, world
from tuivirt.core.backend import Definition
from tuivirt.core.changes import Removed
from tuivirt.resources.register import ACTIONS
from tuivirt.ui.commands import COMMANDS
from tuivirt.ui.dialogs.confirm import QuestionDialog
from tuivirt.ui.dialogs.form import FormDialog
from tuivirt.ui.dialogs.help import HelpScreen
from tuivirt.ui.exporting import write_text
from tuivirt.ui.panes.connection_roster import ALL
from tuivirt.ui.screens.journal import JournalScreen


def fleet(**more: Any) -> Any:
    more.setdefault("backend", world())
    return running(SOURCES, **{"size": (120, 40), "view": "lab1", **more})


# Verbs


async def test_views_and_connections() -> None:
    async with fleet() as run:
        await run.line("all")
        assert run.listing.scope == ALL
        await run.line("lab2")
        assert run.listing.scope == "lab2"
        await run.press("minus", "minus")
        assert run.listing.scope == "lab1"
        await run.line("hosts")
        await run.until(lambda: run.main.connections.has_focus, "the focus on the connections")
        await run.line("domains")
        assert run.table.has_focus
        await run.line("journal")
        await run.until(lambda: isinstance(run.app.screen, JournalScreen), "the journal")
        await run.press("escape")
        await run.until_main()
        await run.line("runs")
        await run.until_dialog("Actions")


@pytest.mark.parametrize("line", ["sort state", "lab2", "mark all", "nosuch"])
async def test_a_command_leads_out_of_a_detail_that_is_the_whole_screen(line: str) -> None:
    async with fleet(size=(80, 24)) as run:
        await run.press("enter")
        await run.until(lambda: run.main.place is run.main.detail, "the detail")
        await run.press("colon", "escape")
        await run.until(lambda: run.main.place is run.main.detail, "in the detail as before")
        await run.press("slash", "escape")
        await run.until(lambda: run.main.place is run.main.detail, "in the detail as before")
        await run.line(line)
        await run.until(lambda: run.table.has_focus, "the list")
        assert not run.main.has_class("-zoom-detail")


async def test_escape_leads_out_of_a_detail_without_the_focus() -> None:
    async with fleet(size=(80, 24)) as run:
        await run.press("enter")
        await run.until(lambda: run.main.place is run.main.detail, "the detail")
        run.main.set_focus(None)
        await run.press("escape")
        await run.until(lambda: run.table.has_focus, "the list")
        assert run.listing.scope == "lab1"


async def test_what_is_typed_behind_a_command_is_for_what_it_opens() -> None:
    async with fleet() as run:
        await run.press("colon", *"destroy", "enter", "y")
        await run.until(lambda: [r.action for r in run.backend.requests] == ["domain.destroy"], "forced off")
        await run.press("colon", *"set-title", "enter", *"mine", "enter")
        await run.until(lambda: len(run.backend.requests) == 2, "it has a title")
        await run.press("colon", *"sort state", "enter", "G", "space")
        await run.until(lambda: run.marked, "the last row is marked")


async def test_keys_wait_for_all_who_hold_them() -> None:
    async with fleet() as run:
        run.app.hold_keys()
        run.app.hold_keys()
        type_ahead(run.pilot, "G")
        await run.app.release_keys()
        await run.pilot._wait_for_screen()
        assert run.cursor == run.rows[0]
        await run.app.release_keys()
        await run.until(lambda: run.cursor == run.rows[-1], "the key")


async def test_a_beginning_is_enough_and_what_is_unclear_is_told() -> None:
    async with fleet() as run:
        await run.line("dom")
        assert not run.notes
        await run.line("s")
        assert "may be" in await run.until_note("'s'")
        await run.line("nosuch thing")
        assert "Tab shows" in await run.until_note("nosuch")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("sort", "expected the id of a column"),
        ("sort nosuch", "nosuch"),
        ("sort name sideways", "asc or desc"),
        ("group", "expected one word"),
        ("group nosuch", "there is: host"),
        ("columns nosuch", "there is no column nosuch"),
        ("mark some", "there is: all, none, invert"),
        ("theme nosuch", "there is no theme"),
        ("export", "expected csv or json"),
        ("export xml", "expected csv or json"),
        ("export csv /nosuch/directory/file.csv", "/nosuch"),
        ("filter nosuch:1", "nosuch"),
    ],
)
async def test_mistakes_are_told(line: str, told: str) -> None:
    async with fleet() as run:
        await run.line(line)
        await run.until_note(told)
        assert run.rows == list(NAMES)


@pytest.mark.parametrize("action", ACTIONS["domain"], ids=lambda action: action.id)
async def test_every_action_has_a_verb(action: Any) -> None:
    """On a domain that it applies to it asks or is requested; else it is refused with the reason."""
    async with fleet() as run:
        fits = next((d for d in LAB1 if action.refusal(d) is None), None)
        if fits is not None:
            await run.press("slash", *f"name:{fits.name}", "enter")
        await run.line(action.id.partition(".")[2].replace("_", "-"))
        if fits is None:
            await run.until(lambda: run.notes, "a refusal")
            assert not run.backend.requests
        elif action.params is not None or action.confirm:
            await run.until_dialog(action.title)
            assert not run.backend.requests
            await run.press("escape")
            await run.until_main()
            assert not run.backend.requests
        else:
            await run.until(lambda: run.backend.requests, "the request")
            request = run.backend.requests[0]
            assert (request.action, request.orders[0].key) == (action.id, fits.key)


@pytest.mark.parametrize("action", ACTIONS["host"], ids=lambda action: action.id)
async def test_every_action_on_a_host_has_a_verb(action: Any) -> None:
    async with fleet() as run:
        await run.line(action.id.partition(".")[2].replace("_", "-"))
        assert action.params is not None
        assert isinstance(await run.until_dialog(action.title), FormDialog)
        await run.press("escape")
        await run.until_main()
        await run.line("all")
        await run.line(action.id.partition(".")[2].replace("_", "-"))
        await run.until_note("Choose an open connection")


async def test_a_command_is_for_what_had_the_cursor_when_it_was_begun() -> None:
    """The domain vanishes while its command is typed: nothing is done to the next one."""
    async with fleet() as run:
        await run.press("slash", *"name:web*", "enter", "g")
        assert run.cursor == "web01"
        await run.press("colon", *"reboot")
        run.backend.tell(Removed(LAB1[0].key))
        await run.until(lambda: run.cursor == "web02", "the cursor on the next")
        await run.press("enter")
        await run.until_note("web01")
        assert not run.backend.requests


async def test_completion() -> None:
    async with fleet() as run:
        await run.press("colon", *"the", "tab")
        assert run.main.prompt.input.entered.rstrip() == "theme"
        await run.press(*" hi", "tab")
        assert run.main.prompt.input.entered.startswith("theme hi")
        await run.press("ctrl+u", *"la", "tab")
        assert "lab2" in run.text
        await run.press("tab", "tab", "enter")
        await run.until(lambda: run.listing.scope == "lab2", "lab2")
        await run.press("colon", "up")
        assert run.main.prompt.input.entered == "lab2"
        await run.press("escape", "escape")
        assert not run.asking()


@pytest.mark.parametrize("theme", ["light", "high-contrast", "ansi16", "mono", "dark"])
async def test_themes_are_switched_live(theme: str) -> None:
    async with fleet() as run:
        names = set(run.main.theme_names())
        assert len(names) >= 6
        await run.line(f"theme {next((name for name in names if name == theme), 'dark')}")
        await run.settled()
        assert NAMES[0] in run.text


# Typed ahead


async def test_a_whole_session_typed_at_once() -> None:
    async with fleet() as run:
        type_ahead(run.pilot, ["colon", *"lab2", "enter", "slash", *"mail", "enter", "space", "escape", "j"])
        await run.until(lambda: run.rows == ["mail01"], "the filter")
        await run.until(lambda: run.listing.scope == "lab2", "the connection")
        await run.settled()
        assert run.marked == []


# The palette


async def test_the_palette_lists_everything_and_runs_one() -> None:
    async with fleet() as run:
        titles = {entry.title for entry in run.app.palette_entries()}
        wanted = {action.title for action in ACTIONS["domain"]}
        wanted |= {c.title for c in COMMANDS if c.place in ("app", "list") and c.id != "app.palette"}
        wanted |= {f":{verb.name}" for verb in run.main.verbs()}
        wanted |= {f"theme {name}" for name in run.main.theme_names()}
        assert wanted <= titles
        await run.press("ctrl+p")
        await run.until_text("Search for commands")
        await run.press(*"invert the marks")
        await run.until_text("Invert the marks among")
        await run.press("enter")
        await run.until_main()
        await run.until(lambda: run.marked == sorted(NAMES), "all are marked")


async def test_the_palette_says_why_not() -> None:
    async with fleet() as run:
        entry = next(entry for entry in run.app.palette_entries() if entry.title == "Resume")
        assert entry.help == f"{NAMES[0]} is not paused"


async def test_the_palette_is_for_what_had_the_cursor_when_it_was_opened() -> None:
    async with fleet() as run:
        await run.press("slash", *"name:web*", "enter", "g", "ctrl+p")
        await run.until_text("Search for commands")
        await run.press(*"reboot")
        await run.until_text("Reboot")
        run.backend.tell(Removed(LAB1[0].key))
        await run.until(lambda: run.cursor == "web02", "the cursor on the next")
        await run.press("enter")
        await run.until_main()
        await run.until_note("web01")
        assert not run.backend.requests


async def test_commands_of_a_place_are_not_run_in_the_middle_of_a_prompt() -> None:
    async with fleet() as run:
        await run.press("slash", *"web", "ctrl+p")
        await run.settled()
        await run.press("escape", "escape", "escape")
        await run.until_main()
        assert not run.asking()


# Help


@pytest.mark.parametrize(
    ("keys", "shown", "not_shown"),
    [
        ((), "Invert the marks", "Add a bookmark"),
        (("shift+tab",), "Add a bookmark", "Invert the marks"),
        (("enter",), "Next tab", "Invert the marks"),
    ],
    ids=["list", "connections", "detail"],
)
async def test_help_is_for_the_place(keys: tuple[str, ...], shown: str, not_shown: str) -> None:
    async with fleet(size=(160, 50)) as run:
        place = run.main.place
        await run.press(*keys)
        if keys:
            await run.until(lambda: run.main.place is not place, "another place")
        await run.press("question_mark")
        dialog = await run.until_dialog("Everywhere")
        assert isinstance(dialog, HelpScreen)
        text = "\n".join(f"{row.what} {row.text}" for section in dialog._sections for row in section)
        assert shown in text
        assert not_shown not in text
        assert "Force off" in text
        await run.press(*"force")
        await run.until(lambda: "Force off" in run.text and "Reboot" not in run.text, "what was typed")
        await run.press("escape")
        await run.until_main()


async def test_help_tells_the_keys_of_the_user() -> None:
    async with fleet(keys={"app.summary": "f5"}) as run:
        await run.press("question_mark")
        await run.until_dialog("Everywhere")
        await run.press(*"summary")
        await run.until_text("f5")


# Export


def names_in(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


async def test_export_writes_what_is_shown(tmp_path: Path) -> None:
    backend = world()
    for known in LAB1[1:]:
        backend.details(known)
    async with fleet(backend=backend) as run:
        await run.line("columns name state vcpus tags")
        await run.line("filter web")
        await run.line(f"export json {tmp_path}/out.json")
        await run.until_note("3 domains written")
        assert json.loads((tmp_path / "out.json").read_text()) == [
            {"name": "web01", "state": "running", "vcpus": 2, "tags": ["prod", "web"]},
            {"name": "web02", "state": "paused", "vcpus": 2, "tags": []},
            {"name": "web10", "state": "running", "vcpus": 2, "tags": []},
        ]
        await run.line(f"export csv {tmp_path}/out.csv")
        await run.until_note("out.csv")
        assert (tmp_path / "out.csv").read_text().splitlines()[:2] == [
            "name,state,vcpus,tags",
            "web01,running,2,prod web",
        ]


async def test_export_asks_before_it_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("precious")
    async with fleet() as run:
        await run.line(f"export csv {path}")
        assert isinstance(await run.until_dialog("exists. Replace it?"), QuestionDialog)
        await run.press("n")
        await run.until_main()
        assert path.read_text() == "precious"
        await run.line(f"export csv {path}")
        await run.until_dialog("exists. Replace it?")
        await run.press("y")
        await run.until_note("written")
        assert path.read_text().startswith("name,")


async def test_export_takes_a_file_name_with_spaces(tmp_path: Path) -> None:
    async with fleet() as run:
        await run.line(f"export csv {tmp_path}/my file.csv")
        await run.until_note("written")
        assert (tmp_path / "my file.csv").exists()


async def test_export_of_folded_groups_has_all_of_them(tmp_path: Path) -> None:
    async with fleet() as run:
        await run.line("group state")
        await run.press("Z")
        await run.line(f"export json {tmp_path}/out.json")
        await run.until_note("8 domains written")


async def test_export_reads_the_definitions_that_it_writes(tmp_path: Path) -> None:
    backend = world()
    async with fleet(backend=backend) as run:
        await run.line("columns name title tags")
        await run.until(lambda: "lab1" in backend.watches, "the app asks for what is on screen")
        assert not backend.watches["lab1"].complete
        await run.line(f"export json {tmp_path}/out.json")
        await run.until_dialog("definitions to read")
        await run.until(lambda: backend.watches["lab1"].complete, "all definitions are asked for")
        assert not (tmp_path / "out.json").exists()
        for number, known in enumerate(LAB1):
            backend.details(known, title=f"title {number}", tags=("t",) if number % 2 else ())
        await run.until_note("8 domains written")
        rows = {row["name"]: row for row in json.loads((tmp_path / "out.json").read_text())}
        for number, known in enumerate(LAB1):
            tags = ["t"] if number % 2 else []
            assert rows[known.name] == {"name": known.name, "title": f"title {number}", "tags": tags}
        await run.until(lambda: not backend.watches["lab1"].complete, "no more is asked for than before")


async def test_an_export_that_reads_too_long_is_cancelled_or_written_as_it_is(tmp_path: Path) -> None:
    async with fleet() as run:
        await run.line("columns name title ip")
        await run.line(f"export csv {tmp_path}/out.csv")
        await run.until_dialog("definitions to read")
        await run.press("escape")
        await run.until_main()
        assert names_in(tmp_path) == []
        await run.line(f"export csv {tmp_path}/out.csv")
        await run.until_dialog("definitions to read")
        await run.press("w")
        note = await run.until_note("8 domains written")
        unread = sum(record.details is None for record in run.listing.view.all_rows())
        unasked = sum(r.active and r.addresses is None for r in run.listing.view.all_rows())
        assert f"title of {unread}, ip of {unasked}" in note
        assert unread
        assert unasked


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("~nosuchuser/x.csv", "~nosuchuser"),
        (".", "is a directory"),
        ("{tmp}", "is a directory"),
        ("{tmp}/none/x.csv", "there is no directory"),
        ("/dev/null", "is no ordinary file"),
        ("{tmp}/" + "x" * 300, "file name too long"),
        ("{tmp}/loop", "is a link that leads nowhere"),
    ],
)
async def test_a_file_that_cannot_be_written_is_told_in_words(file: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    async with fleet() as run:
        await run.line(f"export csv {file.format(tmp=tmp_path)}")
        assert "Errno" not in await run.until_note(said)
        assert run.dialog is None
        assert names_in(tmp_path) == ["loop"]


def test_an_export_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    with pytest.raises(IsADirectoryError):
        write_text(tmp_path / "old", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_an_export_keeps_the_permissions_of_what_it_replaces(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    path.chmod(0o640)
    write_text(path, "name\n\udcff\n")
    assert path.read_text() == "name\n\\udcff\n"
    assert path.stat().st_mode & 0o777 == 0o640


# Copy


async def test_copy_offers_and_reaches_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    async with fleet() as run:
        run.backend.definitions[LAB1[0].key] = Definition("<domain>live</domain>", "<domain>saved</domain>")
        await run.press("slash", *"name:web01", "enter")
        for key, text in (
            ("n", "web01"),
            ("u", LAB1[0].uuid),
            ("i", "10.0.3.11"),
            ("m", "52:54:00:00:00:01"),
            ("d", "/var/lib/libvirt/images/web01.qcow2"),
            ("x", "<domain>saved</domain>"),
            ("v", "virsh -c qemu+ssh://root@lab1.example.org/system dominfo --domain web01"),
        ):
            await run.press("y")
            await run.until_dialog("Copy: web01")
            await run.press(key)
            await run.until_main()
            assert run.app.clipboard == text, key


async def test_copy_of_a_definition_that_cannot_be_read_says_so() -> None:
    async with fleet() as run:
        run.backend.definitions.clear()
        await run.press("y")
        await run.until_dialog("Copy")
        await run.press("x")
        await run.until_text("there is no such domain")
        await run.press("escape")
        await run.until_main()
        assert run.app.clipboard == ""

"""The list as a person uses it: filter, marks, groups, order, columns, and what is remembered of them."""

from typing import Any

import pytest

from tests.support.app import Running, running
from tests.support.scripted import domain
from tests.support.world import LAB1, LAB2, NAMES, SOURCES, changed, world
from tuivirt.core.changes import HostFacts, Removed, Upserted
from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.resources.domain.snapshot import State
from tuivirt.ui.dialogs.help import HelpScreen
from tuivirt.ui.panes.connection_roster import ALL

SIZE = (120, 24)


def listing(**more: Any) -> Any:
    """The app on the small fleet, at lab1."""
    more.setdefault("backend", world())
    return running(SOURCES, **{"size": SIZE, "view": "lab1", **more})


# At the start


async def test_the_list_of_all_connections_is_shown_first() -> None:
    async with listing(view="") as run:
        await run.until_rows(*NAMES, "mail01", "dns01")
        assert run.listing.scope == ALL
        assert run.main.connections.cursor == ALL
        assert run.rows.count("web01") == 2
        assert "Domains · all connections · 11" in run.text
        assert "HOST" in run.text
        assert run.table.has_focus


async def test_a_domain_named_on_the_command_line_has_the_cursor() -> None:
    async with listing(domain="mail01", view="") as run:
        await run.until(lambda: run.cursor == "mail01", "the cursor on mail01")


async def test_a_domain_of_the_command_line_that_is_not_there_is_told() -> None:
    async with listing(domain="nosuch", view="") as run:
        await run.until_note("There is no domain nosuch")
        run.backend.listed("lab1", LAB1)
        await run.settled()
        assert len(run.notes) == 1


async def test_a_count_does_not_outlive_the_focus() -> None:
    async with listing(size=(120, 40)) as run:
        await run.press("3")
        assert run.table.count == "3"
        await run.press("tab", "shift+tab", "j")
        assert run.cursor == NAMES[1]


@pytest.mark.parametrize(
    ("tab", "title", "others"),
    [
        ("overview", "Detail", {"XML", "Usage", "Hardware", "Journal"}),
        ("hardware", "Hardware", {"XML", "Usage", "Journal"}),
        ("journal", "Journal", {"XML", "Usage", "Hardware"}),
        ("xml", "XML", {"Usage", "Hardware", "Journal"}),
    ],
)
async def test_help_in_the_detail_is_for_the_tab_that_is_shown(
    tab: str, title: str, others: set[str]
) -> None:
    async with listing(size=(120, 40)) as run:
        run.main.detail.select_tab(tab)
        await run.press("enter")
        await run.until(lambda: run.main.arrangement.in_detail, "the focus in the detail")
        await run.settled()
        run.main.action_help()
        await run.until_dialog("Detail")
        assert isinstance(run.dialog, HelpScreen)
        headings = {section[0].what for section in run.dialog._sections}
        assert {title, "Detail", "Everywhere"} <= headings
        assert not others & headings


async def test_without_a_place_for_bookmarks_the_dialog_does_not_open() -> None:
    async with listing(size=(120, 40)) as run:
        run.bookmarks.refusal = "the demo keeps no bookmarks"
        await run.press("shift+tab", "n")
        await run.until_note("the demo keeps no bookmarks")
        assert run.dialog is None


async def test_the_copied_command_addresses_the_domain_and_no_id() -> None:
    async with listing() as run:
        known = domain("5")
        run.backend.tell(Upserted(known, 0.0))
        await run.until_rows("5")
        offers = dict(run.main.copying.offers(run.record("5")))
        assert str(offers["virsh command: info"]).endswith(f"dominfo --domain {known.uuid}")


async def test_the_footer_tells_the_keys_of_the_row_at_once() -> None:
    async with listing() as run:
        await run.press("slash", *"web02", "enter")
        assert " p resume" in run.text
        await run.press("escape", "slash", *"cache01", "enter")
        assert " s start" in run.text
        assert " p resume" not in run.text
        await run.press("shift+tab")
        assert " n add " in run.text
        await run.press("tab")
        assert " s start" in run.text


async def test_a_mistake_in_a_file_is_told() -> None:
    async with listing(problems=["settings.toml:3: theme: expected a theme"]) as run:
        await run.until_note("settings.toml:3: theme")


async def test_many_mistakes_are_one_notification_and_all_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    problems = [f"settings.toml:{line}: field{line}: is wrong" for line in range(1, 11)]
    async with listing(problems=problems) as run:
        note = await run.until_note("10 mistakes")
        assert problems[0] in note
        assert "tuivirt doctor" in note
        assert len(run.notes) == 1
        assert [text for text in caplog.messages if text in problems] == problems


async def test_keys_can_be_given_to_other_commands() -> None:
    async with listing(keys={"app.summary": "f2", "domain.destroy": "f9"}) as run:
        await run.press("f2")
        assert not run.listing.summary.display
        await run.press("f9")
        await run.until_dialog("Force off")
        await run.press("escape")
        await run.until_main()
        await run.press("D")
        await run.settled()
        assert run.dialog is None


# Filter


async def test_the_filter_works_while_it_is_typed() -> None:
    async with listing() as run:
        await run.press("slash")
        for typed, rows in (
            ("w", ["web01", "web02", "web10"]),
            ("we", ["web01", "web02", "web10"]),
            ("web1", ["web10"]),
            ("web1x", []),
        ):
            await run.press("ctrl+u", *typed)
            assert run.rows == rows, typed
        assert "No domain matches web1x." in run.text
        await run.press("backspace", "enter")
        assert run.rows == ["web10"]
        assert "1 of 8" in run.text
        await run.press("escape")
        assert run.rows == list(NAMES)


async def test_a_mistake_in_the_filter_is_marked_and_nothing_is_lost() -> None:
    async with listing() as run:
        await run.press("slash")
        await run.paste("web")
        await run.paste(" nosuch:x")
        assert "nosuch" in run.main.prompt.error
        assert run.rows == ["web01", "web02", "web10"], "what was shown before stays"
        await run.press("enter")
        assert run.main.prompt.asking, "such a line is not accepted"
        await run.press("ctrl+u", *"state:paused", "enter")
        assert run.rows == ["web02"]


async def test_escape_in_the_filter_brings_back_what_was_there() -> None:
    async with listing() as run:
        await run.press("slash", *"db", "enter", "slash", *"web")
        assert run.rows == ["web01", "web02", "web10"]
        await run.press("escape")
        assert run.rows == ["db01", "db02"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("state:running", ["db01", "installer", "web01", "web10"]),
        ("state:off", ["cache01", "db02"]),
        ("state:saved", ["db02"]),
        ("tag:web", ["web01"]),
        ("front", ["web01"]),
        ("10.0.3.11", ["web01"]),
        ("mac:52:54*", ["web01"]),
        ("!state:running !state:off", ["build01", "web02"]),
        ("autostart:yes", ["web01"]),
        ("persistent:no", ["installer"]),
        ("pending:yes", ["web01"]),
        ("cpu>20 mem>=4G", ["build01"]),
        ("os:fedora*", ["db01"]),
        ('"of everything"', ["db01"]),
        ("host:lab1 net:default", ["web01"]),
    ],
)
async def test_what_the_filter_language_finds(text: str, rows: list[str]) -> None:
    async with listing() as run:
        await run.line(f"filter {text}")
        assert run.rows == rows


async def test_the_filter_takes_pastes_history_and_completion() -> None:
    async with listing() as run:
        await run.press("slash")
        await run.paste("state:\npaused")
        assert run.main.prompt.input.entered == "state: paused"
        await run.press("ctrl+u", *"stat", "tab")
        assert run.main.prompt.input.entered == "state:"
        await run.press(*"pau", "tab")
        assert run.main.prompt.input.entered.rstrip() == "state:paused"
        await run.press("enter")
        assert run.rows == ["web02"]
        await run.press("slash", *"wéb 名", "enter")
        assert run.rows == []
        await run.press("slash", "ctrl+u", "up", "up", "enter")
        assert run.rows == ["web02"]
        assert run.remembered.values["filters"] == ["wéb 名", "state:paused"]


async def test_a_change_moves_rows_in_and_out_of_the_filter() -> None:
    async with listing() as run:
        await run.line("filter state:running")
        run.backend.tell(Upserted(changed(LAB1[5], State.RUNNING), 0.0))
        await run.until_rows("cache01")
        run.backend.tell(Upserted(changed(LAB1[5], State.PAUSED), 0.0))
        await run.until(lambda: "cache01" not in run.rows, "it left")


# Marks


async def test_marks_belong_to_domains_not_to_rows() -> None:
    async with listing() as run:
        await run.press("slash", *"web", "enter", "5", "space", "escape", "escape")
        assert run.marked == []
        await run.line("mark all")
        assert run.marked == sorted(NAMES)
        await run.line("filter web")
        assert "8 marked (5 hidden)" in run.text
        await run.line("mark none")
        await run.press("g", "space", "greater_than_sign", "backslash")
        assert run.marked == ["web01"]
        run.backend.tell(Removed(LAB1[0].key))
        await run.until(lambda: run.marked == [], "the mark went with its domain")


async def test_a_marked_row_has_a_glyph() -> None:
    async with listing() as run:
        await run.press("space")
        assert f"✓ {NAMES[0]}" in run.text
        await run.press("k", "space")
        assert "✓" not in run.text


# Groups


async def test_groups_have_counts_and_sums_and_keep_their_folds() -> None:
    async with listing(view="") as run:
        await run.line("group host")
        assert run.rows[0] == "▾ lab1"
        assert "▾ lab1 · 6 of 8 up · 13 vCPUs" in run.text
        await run.press("g", "z")
        assert run.rows[0] == "▸ lab1"
        assert "▸ lab1 · 6 of 8 up" in run.text
        run.backend.listed("lab1", [*LAB1, domain("new01")])
        await run.until_text("▸ lab1 · 7 of 9 up")
        await run.line("group none")
        assert len(run.rows) == 12
        await run.line("group host")
        assert run.rows[0] == "▸ lab1"


async def test_enter_on_a_group_folds_it_and_space_marks_all_of_it() -> None:
    async with listing(view="") as run:
        await run.line("group host")
        await run.press("g", "enter")
        assert run.rows[:2] == ["▸ lab1", "▾ lab2"]
        await run.press("space")
        assert run.marked == sorted(NAMES)
        assert run.cursor == "lab2"


async def test_an_action_on_the_line_of_a_group_says_that_there_is_no_domain() -> None:
    async with listing() as run:
        await run.line("group state")
        await run.press("g", "D")
        await run.until_note("no domain under the cursor")
        assert run.dialog is None


@pytest.mark.parametrize("name", [*DOMAINS.groups, "none"])
async def test_every_grouping_keeps_every_domain(name: str) -> None:
    async with listing(view="") as run:
        await run.line(f"group {name}")
        assert run.listing.group == name
        assert {row for row in run.rows if row[:1] not in "▾▸"} == {d.name for d in (*LAB1, *LAB2)}
        assert run.remembered.values["group"] == name


# Order, columns, what is remembered


@pytest.mark.parametrize("column", [column.id for column in DOMAINS.columns if column.sort])
async def test_every_column_orders_the_list(column: str) -> None:
    async with listing() as run:
        await run.line(f"sort {column} asc")
        assert run.listing.sort == (column, False)
        assert sorted(run.rows) == sorted(NAMES)
        await run.line(f"sort {column} desc")
        assert run.listing.sort == (column, True)
        assert sorted(run.rows) == sorted(NAMES)


async def test_a_quantity_begins_with_the_highest_and_the_heading_says_so() -> None:
    async with listing() as run:
        await run.line("sort name")
        while run.listing.sort[0] != "vcpus":
            await run.press("greater_than_sign")
        assert run.listing.sort == ("vcpus", True)
        assert "VCP↓" in run.text
        highest = [run.record(name).vcpus or 0 for name in run.rows]
        assert highest == sorted(highest, reverse=True)
        await run.line("sort vcpus asc")
        assert "VCP↑" in run.text
        assert [run.record(name).vcpus or 0 for name in run.rows] == highest[::-1]


async def test_a_minus_in_the_settings_is_the_highest_first() -> None:
    async with listing(sort="memory", reverse=True) as run:
        assert run.listing.sort == ("memory", True)
        given = [run.record(name).memory_kib or 0 for name in run.rows]
        assert given == sorted(given, reverse=True)


@pytest.mark.parametrize("column", DOMAINS.columns, ids=lambda column: column.id)
async def test_every_column_can_be_shown(column: Any) -> None:
    async with listing(view="", size=(60, 24)) as run:
        await run.line(f"columns name {column.id}")
        assert run.listing.column_ids() == ("name", column.id)
        shown = [c.id for c in run.table.shown_columns]
        assert shown == ["name", column.id] if column.id != "name" else ["name"]
        assert column.title in run.text


async def test_choices_are_remembered() -> None:
    async with listing() as run:
        await run.line("columns name state tags title")
        await run.line("sort state desc")
        await run.line("group tag")
        await run.press("g", "z", "right_square_bracket", "S")
        await run.line("theme light")
        kept = run.remembered.values
    async with listing(remembered=kept) as run:
        assert run.listing.column_ids() == ("name", "state", "tags", "title")
        assert run.listing.sort == ("state", True)
        assert run.listing.group == "tag"
        assert run.rows[0][0] == "▸"
        assert run.main.connections.outer_size.width == kept["sidebar"]
        assert not run.listing.summary.display
        assert kept["theme"] == "light"


@pytest.mark.parametrize(
    "kept",
    [
        {"columns": ["nosuch", 7, None], "sort": "nosuch", "reverse": "x", "group": "nosuch", "folded": [1]},
        {"columns": [], "sidebar": 9999, "list": -3, "filters": [1, None], "commands": {}, "summary": 1},
    ],
    ids=["unknown", "odd"],
)
async def test_what_is_remembered_wrongly_does_no_harm(kept: dict[str, Any]) -> None:
    async with listing(remembered=kept, size=(120, 40)) as run:
        await run.until_rows(*NAMES)
        assert run.table.size.width > 20
        assert run.table.size.height >= 4
        await run.press("slash", "up", "up", "escape", "colon", "up", "escape", "slash", *"web", "enter")
        assert sorted(run.rows) == ["web01", "web02", "web10"]


async def test_a_click_on_a_title_orders_and_a_second_click_reverses() -> None:
    async with listing() as run:
        x = run.text.splitlines()[2].index("STATE")
        await run.pilot.click(offset=(x, 2))
        await run.settled()
        assert run.listing.sort == ("state", False)
        await run.pilot.click(offset=(x, 2))
        await run.settled()
        assert run.listing.sort == ("state", True)


async def test_a_click_puts_the_cursor_on_a_row_and_a_second_opens_it() -> None:
    async with listing(size=(120, 40)) as run:
        y = next(n for n, line in enumerate(run.text.splitlines()) if "db01" in line)
        await run.pilot.click(offset=(40, y))
        await run.settled()
        assert run.cursor == "db01"
        await run.pilot.click(offset=(40, y))
        await run.until(lambda: run.main.place is run.main.detail, "the focus in the detail")


# The summary line


async def test_the_summary_tells_what_is_given_against_what_there_is() -> None:
    async with listing() as run:
        await run.until_text("6 of 8 up · vCPUs 13/16 · memory 13 GiB of 64 GiB (20%)")
        await run.until_text("host CPU 19% · host memory 38%")


@pytest.mark.parametrize(("memory", "role"), [(64 << 20, ""), (15 << 20, "warn"), (8 << 20, "bad")])
async def test_overcommit_is_coloured(memory: int, role: str) -> None:
    backend = world()
    backend.connection("lab1", facts=HostFacts(cpus=16, memory_kib=memory))
    async with listing(backend=backend) as run:
        await run.until_text("memory 13 GiB of")
        parts = dict(run.listing.summary._left)
        assert next(role for text, role in parts.items() if "memory 13 GiB" in text) == role


# The cursor stays on its object


async def cursor_at(run: Running, name: str) -> None:
    await run.press("slash", *name, "enter", "escape")
    assert run.cursor == name


async def test_the_cursor_stays_on_its_domain_whatever_happens_around_it() -> None:
    async with listing() as run:
        await cursor_at(run, "web01")
        run.backend.listed("lab1", [domain(f"a{n:03}") for n in range(200)] + list(LAB1))
        await run.until(lambda: len(run.rows) == 208, "all rows")
        assert run.cursor == "web01"
        assert "web01" in run.text, "and it is in sight"
        run.backend.tell(Upserted(LAB1[0]._replace(name="000-renamed"), 0.0))
        await run.until_rows("000-renamed")
        assert run.cursor == "000-renamed"
        assert "000-renamed" in run.text
        assert run.rows[0] == "000-renamed"


async def test_when_its_domain_vanishes_the_cursor_goes_to_the_next() -> None:
    async with listing() as run:
        await cursor_at(run, "db01")
        run.backend.tell(Removed(LAB1[3].key))
        await run.until(lambda: "db01" not in run.rows, "db01 is gone")
        assert run.cursor == "db02"
        run.backend.listed("lab1", [])
        await run.until(lambda: not run.rows, "all are gone")
        assert run.cursor is None
        await run.press("j", "space", "D", "enter", "y", "full_stop", "l", "G", "asterisk", "z", "W")
        await run.until_dialog("Columns")

"""The verbs of the command line: views, connections, and every setting of the list."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.resources.register import ACTIONS
from tuivirt.ui.commandline import CommandError, Verb
from tuivirt.ui.panes.connection_roster import ALL

if TYPE_CHECKING:
    from tuivirt.ui.export import Format
    from tuivirt.ui.screens.main import MainScreen


def _one(words: Sequence[str], what: str) -> str:
    if len(words) != 1:
        raise CommandError(f"expected one word: {what}")
    return words[0]


def verbs(main: "MainScreen") -> Iterator[Verb]:
    """All that ``:`` knows now. Connections come last, so that a verb of the same name wins."""
    listing = main.listing
    yield Verb("all", "domains of every open connection", lambda _: main.show_scope(ALL))
    yield Verb("domains", "the list of domains", lambda _: main.arrangement.show_domains(), DOMAINS.aliases)
    yield Verb(
        "hosts", "the connections", lambda _: main.arrangement.show_connections(), ("connections", "conn")
    )
    yield Verb(
        "journal", "what happened, on all connections", lambda _: main.overlays.journal(), ("events", "log")
    )
    yield Verb("runs", "actions that run, and their results", lambda _: main.action_runs())
    yield Verb(
        "group",
        "group the list",
        lambda words: listing.set_group(_one(words, f"{', '.join(DOMAINS.groups)} or none")),
        words=lambda: [(name, "") for name in (*DOMAINS.groups, "none")],
    )
    yield Verb(
        "sort",
        "order by a column: asc the lowest first, desc the highest",
        lambda words: _sort(main, words),
        words=_sortable,
    )
    yield Verb(
        "columns",
        "choose columns; ids set them, reset restores them",
        main.overlays.set_columns,
        words=lambda: [("reset", "the columns of the start"), *((c.id, c.doc) for c in DOMAINS.columns)],
    )
    yield Verb(
        "filter",
        "filter the list",
        lambda words: listing.set_query(" ".join(words)),
        words=lambda: [(f"{name}:", field.doc) for name, field in DOMAINS.fields.items()],
    )
    yield Verb(
        "mark",
        "mark domains",
        lambda words: listing.mark(_one(words, "all, none or invert")),
        words=lambda: [("all", "all shown"), ("none", "none"), ("invert", "the others of those shown")],
    )
    yield Verb(
        "theme",
        "another theme",
        lambda words: main.choose_theme(_one(words, "the name of a theme")),
        words=lambda: [(name, "") for name in main.theme_names()],
    )
    yield Verb(
        "export",
        "csv|json [file]: write what is shown",
        lambda words: _export(main, words),
        words=lambda: [("csv", "for spreadsheets"), ("json", "for scripts")],
    )
    yield Verb("screen", "look at the screen of the domain", lambda _: main.screens.open(main.listing.record))
    yield Verb(
        "viewer",
        "open the domain in virt-viewer",
        lambda _: main.screens.open_viewer(main.listing.record),
    )
    yield Verb("console", "sit at the console of the domain", lambda _: main.opener.open(main.listing.record))
    yield Verb("refresh", "read again now", lambda _: main.action_refresh_now())
    yield Verb("abandon", "wait no more, as Ctrl+G does", lambda _: main.action_give_up())
    yield Verb("summary", "fold the summary line", lambda _: main.action_toggle_summary())
    yield Verb("help", "help for this place", lambda _: main.action_help(), ("h",))
    yield Verb("quit", "quit", lambda _: main.leave(), ("q", "exit"))
    for action in ACTIONS["domain"]:
        name = action.id.partition(".")[2].replace("_", "-")
        yield Verb(name, action.title, lambda _, id_=action.id: main.act([id_]))  # type: ignore[misc]
    for action in ACTIONS["host"]:
        name = action.id.partition(".")[2].replace("_", "-")
        yield Verb(name, action.title, lambda _, id_=action.id: main.hosts.perform(id_))  # type: ignore[misc]
    for name in main.store.connections:
        yield Verb(name, "connection", lambda _, name=name: main.show_scope(name))  # type: ignore[misc]


def _sortable() -> list[tuple[str, str]]:
    return [(column.id, column.doc) for column in DOMAINS.columns if column.sort]


def _sort(main: "MainScreen", words: Sequence[str]) -> None:
    if not 1 <= len(words) <= 2 or (len(words) == 2 and words[1] not in {"asc", "desc"}):
        raise CommandError("expected the id of a column, and perhaps asc or desc")
    main.listing.set_sort(words[0], reverse=words[1] == "desc" if words[1:] else None)


def _export(main: "MainScreen", words: Sequence[str]) -> None:
    if not words or words[0] not in {"csv", "json"}:
        raise CommandError("expected csv or json, and perhaps a file")
    form: Format = "csv" if words[0] == "csv" else "json"
    from tuivirt.ui.exporting import Exporting  # here: 5 ms, of use to this alone

    Exporting(main, main.store).ask(form, " ".join(words[1:]))

"""``tuivirt ls``: the domain list for scripts."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from tuivirt import logs
from tuivirt.backend import ls
from tuivirt.cli.output import complain, print_json, print_table
from tuivirt.cli.parser import Parser, add_connect, add_json
from tuivirt.config.load import load
from tuivirt.core.units import size

ANSWER: Final = 30.0
"""Seconds that a connection has to answer."""


def run(arguments: Sequence[str]) -> int:
    """Print the domains; returns 1 when a connection failed."""
    parser = Parser(prog="tuivirt ls", description="List the domains of one or more connections.")
    add_connect(parser)
    parser.add_argument(
        "--filter", metavar="QUERY", default="", help="only these, in the filter language of the app"
    )
    add_json(parser)
    options = parser.parse_args(arguments)
    found = load(options.connect)
    sources = [source for name in found.sources.opened if (source := found.source(name))]
    if not sources and (default := found.source(None)):
        sources = [default]
    if not sources:
        return complain(f"there is nothing to list: {found.problems[0]}")
    with logs.quiet_stderr():
        rows = list(ls.run(sources, query=options.filter, timeout=ANSWER))
    failed = [row for row in rows if "error" in row]
    if options.json:
        print_json(rows)
    else:
        _print_domains([row for row in rows if "error" not in row])
    if failed:
        return complain("; ".join(f"{row['connection']}: {row['error']}" for row in failed))
    return 0


def _print_domains(rows: list[dict[str, Any]]) -> None:
    many = len({row["connection"] for row in rows}) > 1
    columns: dict[str, Callable[[dict[str, Any]], str]] = {
        "CONNECTION": lambda row: row["connection"],
        "ID": lambda row: "-" if row["id"] is None else str(row["id"]),
        "NAME": lambda row: row["name"],
        "STATE": lambda row: row["state"],
        "VCPU": lambda row: str(row["vcpus"]),
        "MEMORY": lambda row: size(row["memory_kib"] << 10),
        "TITLE": lambda row: row["title"] or "",
        "TAGS": lambda row: " ".join(row["tags"]),
    }
    if not many:
        del columns["CONNECTION"]
    header = list(columns)
    right = frozenset(header.index(name) for name in ("ID", "VCPU", "MEMORY"))
    print_table(header, [[cell(row) for cell in columns.values()] for row in rows], right)

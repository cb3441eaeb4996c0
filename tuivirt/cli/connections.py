"""``tuivirt connections``: what the sidebar would list, and where each comes from."""

import sys
from collections.abc import Sequence
from typing import Any

from tuivirt.cli.output import print_json, print_table
from tuivirt.cli.parser import Parser, add_json
from tuivirt.config.load import load
from tuivirt.core.source import Source, shown_uri
from tuivirt.core.text import plain
from tuivirt.core.uri_secrets import conceal_uri


def run(arguments: Sequence[str]) -> int:
    """Print the connections; returns the exit status."""
    parser = Parser(
        prog="tuivirt connections", description="List what the sidebar would list; opens nothing."
    )
    add_json(parser)
    options = parser.parse_args(arguments)
    found = load()
    if options.json:
        print_json([record(source) for source in found.sources.all])
    else:
        rows = [(s.name, shown_uri(s.uri), s.source, s.origin, s.group, _words(s)) for s in found.sources.all]
        print_table(("NAME", "URI", "SOURCE", "ORIGIN", "GROUP", "FLAGS"), rows)
    for problem in found.problems:
        print(f"tuivirt: {plain(str(problem))}", file=sys.stderr)
    return 0


def record(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "uri": conceal_uri(source.uri),
        "source": source.source,
        "origin": source.origin,
        "group": source.group,
        "autoconnect": source.autoconnect,
        "read_only": source.read_only,
    }


def _words(source: Source) -> str:
    flags = {"autoconnect": source.autoconnect, "read-only": source.read_only}
    return " ".join(word for word, on in flags.items() if on)

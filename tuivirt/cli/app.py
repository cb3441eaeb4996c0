"""``tuivirt`` without a command: the app."""

import argparse
from collections.abc import Sequence

from tuivirt import __version__, logs
from tuivirt.cli.parser import COMMANDS, Parser, add_connect
from tuivirt.config.load import load
from tuivirt.config.options import RunOptions
from tuivirt.core.source import Source, shown_uri
from tuivirt.core.uri import URIError
from tuivirt.demo import demo_sources


def run(arguments: Sequence[str]) -> int:
    """Start the app; returns its exit status."""
    parser = Parser(
        prog="tuivirt",
        description="Administer libvirt hosts, one or a hundred, by keyboard.",
        epilog="commands for scripts, each with its own --help:\n"
        + "\n".join(f"  {name:12} {text}" for name, text in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_connect(parser)
    parser.add_argument("--read-only", action="store_true", help="open read-only and refuse what writes")
    parser.add_argument("--demo", action="store_true", help="open demo hosts, which are not real")
    parser.add_argument("--theme", metavar="NAME", help="the theme to start with")
    parser.add_argument(
        "--log-level",
        metavar="LEVEL",
        default="WARNING",
        type=str.upper,
        choices=logs.LEVELS,
        help=f"how much goes to the log: {', '.join(logs.LEVELS)}",
    )
    parser.add_argument("--version", action="version", version=f"tuivirt {__version__}")
    parser.add_argument("name", metavar="NAME", nargs="?", help="open at this domain")
    options = parser.parse_args(arguments)
    if options.name in COMMANDS and "--" not in arguments:
        parser.error(f"options come after the command: tuivirt {options.name} ...")
    logs.set_up(options.log_level)
    found = load(() if options.demo else options.connect)
    sources, opened, problems = found.sources.all, found.sources.opened, found.problems
    if options.demo:
        sources, opened = _demo(options.connect)
        problems = found.files[0].problems  # those of the settings
    from tuivirt import app_main  # with libvirt: no import that a usage error needs

    return app_main.run(
        RunOptions(
            sources=sources,
            opened=opened,
            read_only=options.read_only,
            demo=options.demo,
            theme=options.theme,
            log_level=options.log_level,
            domain=options.name,
            settings=found.settings,
            problems=problems,
        )
    )


def _demo(wanted: Sequence[str]) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """The demo hosts, and those of them to open: all, unless some are asked for."""
    sources = tuple(Source(name, uri, "argument", "--demo") for name, uri in demo_sources())
    names = [source.name for source in sources]
    for name in wanted:
        if name not in names:
            raise URIError(f"there is no demo host {shown_uri(name)!r}: they are {', '.join(names)}")
    return sources, tuple(wanted or names)

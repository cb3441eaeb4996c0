"""What the parsers of all commands share."""

import argparse
from typing import Final, NoReturn

from tuivirt.core.text import plain
from tuivirt.core.uri_secrets import conceal

COMMANDS: Final = {
    "connections": "list what the sidebar would list",
    "uri": "explain a connection URI",
    "doctor": "test one connection step by step",
    "ls": "list domains",
}
"""Each is a module of this package with ``run(arguments) -> exit status``."""


class Parser(argparse.ArgumentParser):
    """One line about wrong usage, as about everything else."""

    def error(self, message: str) -> NoReturn:
        """End the process with status 2."""
        self.exit(2, f"tuivirt: {plain(conceal(message))} (see {self.prog} --help)\n")


def add_connect(parser: argparse.ArgumentParser) -> None:
    """``-c``: the connections to open."""
    text = "a connection, by its URI or its name; may be given several times"
    parser.add_argument("-c", "--connect", metavar="URI|NAME", action="append", default=[], help=text)


def add_json(parser: argparse.ArgumentParser) -> None:
    """``--json``."""
    parser.add_argument("--json", action="store_true", help="for scripts: keys may be added, never changed")

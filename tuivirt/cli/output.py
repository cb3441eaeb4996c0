"""Printing for people and for scripts."""

import sys
from collections.abc import Sequence

from tuivirt.core.table import format_table
from tuivirt.core.text import plain


def complain(reason: str) -> int:
    """One line on standard error; returns the exit status of a command that failed."""
    print(f"tuivirt: {plain(reason)}", file=sys.stderr)
    return 1


def print_json(value: object) -> None:
    """One JSON value. Text from outside is escaped, so it cannot act on a terminal."""
    import json

    json.dump(value, sys.stdout, indent=2)
    print()


def print_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()
) -> None:
    """Aligned columns; those numbered in ``right`` are set flush right."""
    print("\n".join(format_table(header, rows, right=right)))

"""The command line: finding verbs, completing them."""

from collections.abc import Sequence

import pytest

from tuivirt.ui.commandline import CommandError, CommandLine, Verb


@pytest.fixture
def ran() -> list[tuple[str, Sequence[str]]]:
    return []


@pytest.fixture
def line(ran: list[tuple[str, Sequence[str]]]) -> CommandLine:
    def verb(name: str, *aliases: str, words: Sequence[tuple[str, str]] = ()) -> Verb:
        return Verb(name, f"does {name}", lambda given: ran.append((name, given)), aliases, lambda: words)

    table = [
        verb("all"),
        verb("domains", "vm"),
        verb("sort", words=[("name", "by name"), ("cpu", "by load")]),
        verb("summary"),
    ]
    return CommandLine(lambda: table)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("all", ("all", [])),
        ("vm", ("domains", [])),
        ("so name desc", ("sort", ["name", "desc"])),
        ("  dom  ", ("domains", [])),
    ],
)
def test_runs(
    line: CommandLine, ran: list[tuple[str, Sequence[str]]], typed: str, expected: tuple[str, list[str]]
) -> None:
    line.run(typed)
    assert ran == [expected]


def test_nothing_is_nothing(line: CommandLine, ran: list[tuple[str, Sequence[str]]]) -> None:
    line.run("   ")
    assert ran == []


def test_ambiguous_says_what_it_may_be(line: CommandLine) -> None:
    with pytest.raises(CommandError, match="sort, summary"):
        line.run("s")


def test_unknown_says_so(line: CommandLine) -> None:
    with pytest.raises(CommandError, match="no command, view or connection 'nosuch'"):
        line.run("nosuch")


def test_completes_verbs_and_their_words(line: CommandLine) -> None:
    assert line.complete("su", 2) == [("summary", "does summary")]
    assert line.complete("sort c", 6) == [("sort cpu", "by load")]
    assert line.complete("nosuch x", 8) == []
    assert line.complete("", 0)[0] == ("all", "does all")

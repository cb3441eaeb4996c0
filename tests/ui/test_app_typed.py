"""Whatever is typed behind the colon: the app tells what is wrong with it, and lives."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.app import Running, running
from tests.support.world import SOURCES, world
from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.resources.register import ACTIONS
from tuivirt.ui.commandline import CommandError

ENDS = {"quit", "q", "exit"}
VERBS = (
    *("all", "domains", "hosts", "journal", "runs", "group", "sort", "columns", "filter", "mark", "theme"),
    *("export", "refresh", "summary", "help", "lab1", "old"),
    *(action.id.partition(".")[2].replace("_", "-") for kind in ACTIONS for action in ACTIONS[kind]),
)
# Without a slash: what is exported lands in the directory of the test.
texts = st.text(st.characters(exclude_characters="/"), max_size=12)
words = st.one_of(
    texts,
    st.sampled_from(
        [
            *(column.id for column in DOMAINS.columns),
            *(f"{name}:" for name in DOMAINS.fields),
            *("asc", "desc", "csv", "json", "all", "none", "invert", "reset", "dark", "ansi16"),
            *(
                ".",
                "..",
                "~",
                "~root",
                "~nosuchuser",
                "cpu>",
                "mem>=1e999",
                "cpu<nan",
                "vcpus>²",
                "!",
                '"',
                "x" * 300,
            ),
        ]
    ),
)
lines = st.one_of(
    texts,
    st.builds(
        lambda verb, rest: " ".join((verb, *rest)), st.sampled_from(VERBS), st.lists(words, max_size=3)
    ),
)


def ends(run: Running, line: str) -> bool:
    try:
        return run.main.commandline.find(line.split(maxsplit=1)[0]).name in ENDS
    except (CommandError, IndexError):
        return False


async def type_lines(typed: list[str]) -> None:
    async with running(SOURCES, backend=world(), view="lab1", size=(100, 30)) as run:
        for line in typed:
            run.main.commandline.complete(line, len(line))
            run.listing.complete_filter(line, len(line))
            if ends(run, line):
                continue
            run.main.run_line(line, run.main.chosen())
            await run.settled()
            while run.app.screen is not run.main:
                await run.press("escape")
                run.check()
            run.check()


def test_nothing_that_is_typed_ends_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    @settings(max_examples=4, suppress_health_check=list(HealthCheck))
    @given(st.lists(lines, min_size=20, max_size=30))
    def type_them(typed: list[str]) -> None:
        asyncio.run(type_lines(typed))

    type_them()

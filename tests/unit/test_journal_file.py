"""The journal on disk: every line a JSON object, private, and never larger than its limit."""

import json
import logging
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.backend.journal_file import JournalFile
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key


def entry(text: str = "started", number: int = 0) -> Entry:
    return Entry(float(number), Key("lab1", "domain", "uuid"), text, "event", "started", "booted")


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def test_a_line_holds_the_whole_entry(tmp_path: Path) -> None:
    path = tmp_path / "state" / "tuivirt" / "journal.jsonl"
    journal = JournalFile(path, 10_000)
    action = Entry(
        1.5, Key("lab1", "domain", "u"), "wéb", "action", "Start", "no", ok=False, took=0.25, command="virsh"
    )
    journal.write(action)
    journal.close()
    assert lines(path) == [
        {
            "at": 1.5,
            "key": {"connection": "lab1", "kind": "domain", "id": "u"},
            "name": "wéb",
            "origin": "action",
            "what": "Start",
            "detail": "no",
            "ok": False,
            "took": 0.25,
            "command": "virsh",
        }
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@given(st.lists(st.text(max_size=40), max_size=20))
def test_any_text_is_one_line(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    journal = JournalFile(path, 10**6)
    for text in (*texts, "a\nb\r\u2028\x85\x00", "\ud800 half a character"):
        journal.write(entry(text))
    journal.close()
    assert [line["name"] for line in lines(path)][:-1] == [*texts, "a\nb\r\u2028\x85\x00"]


@given(sizes=st.lists(st.integers(0, 600), min_size=1, max_size=40))
def test_bounded(tmp_path_factory: pytest.TempPathFactory, sizes: list[int]) -> None:
    limit = 2_000  # a line has at most 800 bytes
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    journal = JournalFile(path, limit)
    for number, size in enumerate(sizes):
        journal.write(entry("x" * size, number))
    journal.close()
    files = [file for file in (path, path.with_name("journal.jsonl.1")) if file.exists()]
    assert sum(file.stat().st_size for file in files) <= limit
    assert {file.name for file in path.parent.iterdir()} == {file.name for file in files}
    kept = [int(float(str(line["at"]))) for file in reversed(files) for line in lines(file)]
    # The newest, in their order, without a gap.
    assert kept == list(range(len(sizes)))[-len(kept) :]


def test_lines_of_two_runs_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journals = [JournalFile(path, 10**6) for _ in range(2)]

    def write(journal: JournalFile) -> None:
        for number in range(200):
            journal.write(entry("x" * 100, number))
        journal.close(10)

    writers = [threading.Thread(target=write, args=(journal,)) for journal in journals]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(int(float(str(line["at"]))) for line in lines(path)) == sorted([*range(200)] * 2)


def test_a_place_that_cannot_be_written_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no directory")
    journal = JournalFile(tmp_path / "file" / "journal.jsonl", 1000)
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            journal.write(entry(number=number))
        journal.close()
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "the journal cannot be written"
    ]

"""What the app remembers by itself, and how files are written and directories made."""

import json
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.support.wait import PATIENCE, until
from tuivirt.config import paths
from tuivirt.config.atomic import write_atomically
from tuivirt.config.remembered import Remembered


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state/tuivirt/ui.json"


def test_from_run_to_run(path: Path) -> None:
    first = Remembered(path, delay=3600)
    first.set("columns", ["name", "cpu"])
    first.set("sidebar", 30)
    assert first.get("sidebar", 0) == 30
    assert not path.exists()
    first.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    second = Remembered(path)
    assert second.notice == ""
    assert second.get("columns", ()) == ["name", "cpu"]
    assert second.get("nothing", 7) == 7


def test_it_is_written_soon(path: Path) -> None:
    remembered = Remembered(path, delay=0)
    remembered.set("a", 1)
    until(path.exists, "the file")
    assert json.loads(path.read_text()) == {"a": 1}
    remembered.set("a", 2)
    until(lambda: json.loads(path.read_text()) == {"a": 2}, "the second value")
    remembered.close()


def test_many_choices_are_few_writes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(
        "tuivirt.config.remembered.write_atomically", lambda _path, text, durable: written.append(text)
    )
    remembered = Remembered(path, delay=3600)
    for size in range(100):
        remembered.set("sidebar", size)
    remembered.close()
    remembered.close()
    assert [json.loads(text) for text in written] == [{"sidebar": 99}]


def test_no_choice_waits_for_a_slow_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_path: Path, _text: str, *, durable: bool) -> None:
        begun.set()
        assert go_on.wait(PATIENCE)

    monkeypatch.setattr("tuivirt.config.remembered.write_atomically", slow)
    remembered = Remembered(path, delay=0)
    remembered.set("a", 1)
    assert begun.wait(PATIENCE)
    remembered.set("a", 2)
    assert remembered.get("a", 0) == 2
    go_on.set()
    remembered.close()


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00", '{"a":', "\udcff"])
def test_a_broken_file_is_ignored_with_a_notice_and_replaced(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode(errors="surrogateescape"))
    remembered = Remembered(path, delay=3600)
    assert remembered.notice.startswith(str(path))
    assert remembered.get("a", 5) == 5
    remembered.set("a", 6)
    remembered.close()
    assert Remembered(path).get("a", 5) == 6


@pytest.mark.parametrize(
    ("value", "default", "taken"),
    [
        ([1], (), True),
        ("x", (), False),
        (1, 0.5, True),
        (0.5, 1, True),
        (True, 1, False),
        (1, False, False),
        (False, True, True),
        ("x", "y", True),
        (3, "y", False),
        ({}, {"a": 1}, True),
        (None, "y", False),
        ("anything", None, True),
    ],
)
def test_a_value_of_another_type_is_not_taken(path: Path, value: Any, default: Any, taken: bool) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"a": value}))
    assert Remembered(path).get("a", default) == (value if taken else default)


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    remembered = Remembered(tmp_path / "file/ui.json", delay=3600)
    remembered.set("a", 1)
    remembered.close()
    assert "ui.json cannot be" in remembered.notice


def test_where_files_live(private_home: Path) -> None:
    assert paths.settings_file() == private_home / "config/tuivirt/settings.toml"
    assert paths.bookmarks_file() == private_home / "config/tuivirt/bookmarks.toml"
    assert paths.themes_dir() == private_home / "config/tuivirt/themes"
    assert paths.remembered_file() == private_home / "state/tuivirt/ui.json"
    assert paths.journal_file() == private_home / "state/tuivirt/journal.jsonl"
    assert paths.history_dir() == private_home / "state/tuivirt/history"
    assert paths.log_file() == private_home / "state/tuivirt/tuivirt.log"
    assert not private_home.exists()


def test_a_directory_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    paths.make_private(tmp_path / "open")
    assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o755


def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    file = tmp_path / "f"
    texts = ["a" * 100_000, "b" * 200_000]
    write_atomically(file, texts[0])
    done = threading.Event()
    seen: set[str] = set()

    def read() -> None:
        while not done.is_set():
            seen.add(file.read_text())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(50):
            write_atomically(file, texts[number % 2], durable=False)
    finally:
        done.set()
        reader.join()
    assert seen <= set(texts)

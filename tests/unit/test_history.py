"""Definitions are written down privately, below their directory and nowhere else."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tuivirt.backend.history import History
from tuivirt.core.key import Key

XML = "<domain><name>wéb</name></domain>"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_private_down_to_the_last_directory(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        path = History(tmp_path / "state" / "history").keep(Key("lab1", "domain", "uuid"), "web01", XML)
    finally:
        os.umask(before)
    assert path.read_text(encoding="utf-8") == XML
    assert mode(path) == 0o600
    assert [mode(parent) for parent in (path.parent, path.parent.parent, path.parent.parent.parent)] == [
        0o700
    ] * 3


def test_each_is_kept(tmp_path: Path) -> None:
    history, key = History(tmp_path), Key("lab1", "domain", "uuid")
    paths = [history.keep(key, "web01", f"<domain>{number}</domain>") for number in range(20)]
    assert len(set(paths)) == 20
    assert sorted(paths) == paths


hostile = st.text(max_size=120) | st.sampled_from(
    ("..", ".", "", "/", "../../etc/passwd", "a/../../b", "~", "\0", "\n", "-rf", "CON", "%2e%2e", "…" * 300)
)


@given(connection=hostile, uuid=hostile, name=hostile)
@example(connection="..", uuid="..", name="..")
@example(connection="/etc", uuid="../..", name="/../../x")
@example(connection="\ud800", uuid="\udfff", name="\ud800")
def test_hostile_names_stay_inside(
    tmp_path_factory: pytest.TempPathFactory, connection: str, uuid: str, name: str
) -> None:
    root = tmp_path_factory.mktemp("history")
    path = History(root / "history").keep(Key(connection, "domain", uuid), name, XML)
    assert path.resolve() == path
    assert path.parents[2] == root / "history"
    assert path.is_file()
    assert [entry.name for entry in root.iterdir()] == ["history"]
    assert all(part.isascii() and part.isprintable() for part in path.relative_to(root).parts)


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """So the action that would have replaced the definition does not run."""
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(OSError, match="file"):
        History(tmp_path / "file").keep(Key("lab1", "domain", "uuid"), "web01", XML)

"""Bookmarks as the app edits them."""

from pathlib import Path

import pytest

from tuivirt.bookmarking import EditedBookmarks
from tuivirt.config import paths
from tuivirt.core.source import Source

ELSEWHERE = Source("system", "qemu:///system", "default", "probing")


@pytest.fixture
def file(private_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    conf = tmp_path / "libvirt.conf"
    conf.write_text('uri_aliases = ["lab=qemu+ssh://root@lab/system"]\n')
    monkeypatch.setattr("tuivirt.bookmarking.libvirt_conf_path", lambda: conf)
    path = paths.bookmarks_file()
    path.parent.mkdir(parents=True)
    path.write_text('# mine\n[[bookmark]]\nname = "one"\nuri = "lab"  # an alias\n')
    return path


def test_an_alias_is_resolved_and_stays_an_alias(file: Path) -> None:
    bookmarks = EditedBookmarks([ELSEWHERE], writable=True)
    one, rest = bookmarks.sources()
    assert one.uri == "qemu+ssh://root@lab/system"
    assert rest == ELSEWHERE
    bookmarks.save("one", Source("one", one.uri, "bookmark", "", autoconnect=True))
    text = file.read_text()
    assert 'uri = "lab"  # an alias' in text
    assert "# mine" in text
    assert bookmarks.sources()[0].autoconnect


def test_another_uri_replaces_the_alias(file: Path) -> None:
    bookmarks = EditedBookmarks([], writable=True)
    bookmarks.save("one", Source("one", "qemu:///system", "bookmark", ""))
    assert 'uri = "qemu:///system"' in file.read_text()


def test_added_and_removed(file: Path) -> None:
    bookmarks = EditedBookmarks([ELSEWHERE], writable=True)
    bookmarks.save(None, Source("two", "test:///default", "bookmark", "", "g", read_only=True))
    assert [s.name for s in bookmarks.sources()] == ["one", "two", "system"]
    bookmarks.remove("one")
    assert [s.name for s in bookmarks.sources()] == ["two", "system"]


def test_the_demo_keeps_none(file: Path) -> None:
    bookmarks = EditedBookmarks([ELSEWHERE], writable=False)
    assert bookmarks.sources() == [ELSEWHERE]
    with pytest.raises(ValueError, match="demo keeps no bookmarks"):
        bookmarks.remove("one")

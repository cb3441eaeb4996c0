"""bookmarks.toml: read with its mistakes named; edited without touching anything but the bookmark itself."""

import os
import stat
from pathlib import Path

import pytest
import tomli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuivirt.config.bookmarks import Bookmark, BookmarkError, BookmarkFile, read_bookmarks

TEXT = """\
# my bookmarks

# the lab
[[bookmark]]
name = "lab1"   # the first
uri = "qemu+ssh://root@lab1/system" # how
autoconnect = true
# below lab1

# the second
[[bookmark]]
name = 'lab2'
uri = "xen:///system"
read_only = true

# the third
[[bookmark]]
uri = \"\"\"\\
  qemu:///system\"\"\"
name = "lab3"
# the end
"""

LAB1 = Bookmark("lab1", "qemu+ssh://root@lab1/system", autoconnect=True)
LAB2 = Bookmark("lab2", "xen:///system", read_only=True)
LAB3 = Bookmark("lab3", "qemu:///system")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "tuivirt/bookmarks.toml"
    file.parent.mkdir()
    file.write_text(TEXT)
    return file


@pytest.fixture
def file(path: Path) -> BookmarkFile:
    opened = BookmarkFile(path)
    assert opened.read() == ((LAB1, LAB2, LAB3), ())
    return opened


def test_no_file(tmp_path: Path) -> None:
    assert read_bookmarks(tmp_path / "none") == ((), ())


@pytest.mark.parametrize(
    ("text", "names", "problems"),
    [
        ("[[bookmark]]\nname='a'", [], ["1: bookmark[1]: uri is missing"]),
        ("[[bookmark]]\nuri='xen:///'", [], ["1: bookmark[1]: name is missing"]),
        (
            "[[bookmark]]\nname='a'\nuri=3",
            [],
            ['3: bookmark[1].uri: expected a URI, such as "qemu+ssh://root@lab1/system", found 3'],
        ),
        (
            "[[bookmark]]\nname='a'\nuri=qemu:///system\n",
            [],
            ["3: is no TOML: invalid value (a text stands in quotes)", "1: bookmark[1]: uri is missing"],
        ),
        (
            "[[bookmark]]\nname='a'\nuri='x'\nautoconnect='yes'\n",
            ["a"],
            ["4: bookmark[1].autoconnect: expected true or false, found 'yes'"],
        ),
        (
            "[[bookmark]]\nname='a'\nuri='x'\nreadonly=true\n[[bookmark]]\nname='b'\nuri='y'\n",
            ["a", "b"],
            ["4: bookmark[1].readonly: there is no such field; did you mean read_only?"],
        ),
        (
            "[[bookmark]]\nname='a'\nuri='x'\n[[bookmark]]\nname='a'\nuri='y'\n",
            ["a"],
            ["5: bookmark[2].name: there is a bookmark named 'a' already: the first one counts"],
        ),
        ("[bookmark]\nname='a'\nuri='x'", [], ["1: bookmark: expected [[bookmark]], in two brackets"]),
        (
            "[[bookmarks]]\nname='a'\n",
            [],
            ["1: bookmarks: there is no such field; bookmarks begin with [[bookmark]]"],
        ),
        ("bookmark = [{name='a', uri='x'}]", ["a"], []),
    ],
)
def test_a_mistake_costs_its_own_bookmark_alone(
    tmp_path: Path, text: str, names: list[str], problems: list[str]
) -> None:
    file = tmp_path / "b.toml"
    file.write_text(text)
    found, wrong = read_bookmarks(file)
    assert [bookmark.name for bookmark in found] == names
    assert [str(problem).removeprefix(f"{file}:") for problem in wrong] == problems


def test_add(path: Path, file: BookmarkFile) -> None:
    file.add(Bookmark('the "new" one', "qemu+ssh://new/system", group="lab"))
    assert path.read_text() == TEXT + (
        '\n[[bookmark]]\nname = "the \\"new\\" one"\nuri = "qemu+ssh://new/system"\ngroup = "lab"\n'
    )


def test_edit(path: Path, file: BookmarkFile) -> None:
    file.edit("lab1", Bookmark("lab1x", "qemu:///session", group="g"))
    assert path.read_text() == TEXT.replace('"lab1"', '"lab1x"').replace(
        '"qemu+ssh://root@lab1/system"', '"qemu:///session"'
    ).replace("autoconnect = true\n", 'autoconnect = false\ngroup = "g"\n')


def test_edit_of_a_value_over_lines(path: Path, file: BookmarkFile) -> None:
    file.edit("lab3", Bookmark("lab3", "qemu:///session"))
    assert path.read_text() == TEXT.replace('"""\\\n  qemu:///system"""', '"qemu:///session"')


def test_an_edit_that_changes_nothing_changes_nothing(path: Path, file: BookmarkFile) -> None:
    for bookmark in (LAB1, LAB2, LAB3):
        file.edit(bookmark.name, bookmark)
    assert path.read_text() == TEXT


def test_remove(path: Path, file: BookmarkFile) -> None:
    file.remove("lab2")
    assert path.read_text() == TEXT.replace(
        "[[bookmark]]\nname = 'lab2'\nuri = \"xen:///system\"\nread_only = true\n", ""
    )
    file.remove("lab1")
    file.remove("lab3")
    assert path.read_text() == "# my bookmarks\n\n# the lab\n\n# the second\n\n# the third\n"
    assert file.read() == ((), ())


def test_fields_that_are_not_ours_stay(path: Path) -> None:
    path.write_text("[[bookmark]]\nname='a'\nuri='xen:///system'\ncolour='red'\n[bookmark.more]\nx=1\n")
    file = BookmarkFile(path)
    file.read()
    file.edit("a", Bookmark("a", "xen:///system", autoconnect=True))
    assert tomli.loads(path.read_text()) == {
        "bookmark": [
            {"name": "a", "uri": "xen:///system", "colour": "red", "autoconnect": True, "more": {"x": 1}}
        ]
    }
    file.remove("a")
    assert path.read_text() == ""


def test_bookmarks_in_one_list(path: Path) -> None:
    path.write_text(
        "bookmark = [\n {name='a', uri='xen:///system'}, # why\n {name='b', uri='xen:///system'},\n]\n"
    )
    file = BookmarkFile(path)
    file.read()
    file.edit("a", Bookmark("a", "qemu:///system", group="g"))
    file.add(LAB3)
    file.remove("b")
    assert file.read() == ((Bookmark("a", "qemu:///system", "g"), LAB3), ())
    assert "# why" in path.read_text()


def test_the_first_bookmark_makes_file_and_directory_for_the_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "config/tuivirt/bookmarks.toml"
    BookmarkFile(path).add(LAB3)
    assert path.read_text() == '[[bookmark]]\nname = "lab3"\nuri = "qemu:///system"\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_mode_and_link_are_kept(path: Path, file: BookmarkFile) -> None:
    path.chmod(0o640)
    real = path.rename(path.with_name("real.toml"))
    path.symlink_to(real)
    file.remove("lab1")
    assert path.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(file.name for file in path.parent.iterdir()) == ["bookmarks.toml", "real.toml"]


def test_what_others_add_meanwhile_stays(path: Path, file: BookmarkFile) -> None:
    with path.open("a") as other:
        other.write('[[bookmark]]\nname = "other"\nuri = "test:///default"\n')
    file.edit("lab1", Bookmark("lab1", "qemu:///session"))
    found, _ = file.read()
    assert [bookmark.name for bookmark in found] == ["lab1", "lab2", "lab3", "other"]
    assert found[0].uri == "qemu:///session"


def test_an_edit_of_what_others_changed_meanwhile_is_refused(path: Path, file: BookmarkFile) -> None:
    changed = TEXT.replace("root@lab1", "admin@lab1")
    path.write_text(changed)
    with pytest.raises(BookmarkError, match="was changed meanwhile: look at 'lab1' again"):
        file.edit("lab1", LAB1)
    with pytest.raises(BookmarkError, match="was changed meanwhile: look at 'lab1' again"):
        file.remove("lab1")
    assert path.read_text() == changed
    file.read()
    file.edit("lab1", LAB1)
    assert path.read_text() == TEXT


def test_an_edit_of_what_others_removed_meanwhile_is_refused(path: Path, file: BookmarkFile) -> None:
    path.unlink()
    with pytest.raises(BookmarkError, match="'lab1' is no longer there"):
        file.edit("lab1", LAB1)
    assert not path.exists()


@pytest.mark.parametrize(
    ("bookmark", "told"),
    [
        (Bookmark("lab2", "qemu:///system"), "there is a bookmark named 'lab2' already"),
        (Bookmark(" ", "qemu:///system"), "a bookmark needs a name"),
        (Bookmark("a\x1b[2J", "qemu:///system"), "all of them visible"),
        (Bookmark("x" * 101, "qemu:///system"), "up to 100 characters"),
        (Bookmark("a", "qemu+auto://h/system"), "write qemu+ssh://h/system"),
    ],
)
def test_a_bookmark_that_makes_no_sense_is_refused(
    path: Path, file: BookmarkFile, bookmark: Bookmark, told: str
) -> None:
    with pytest.raises(BookmarkError) as caught:
        file.add(bookmark)
    assert told in str(caught.value)
    with pytest.raises(BookmarkError) as caught:
        file.edit("lab1", bookmark)
    assert told in str(caught.value)
    assert path.read_text() == TEXT


def test_a_broken_file_is_never_overwritten(path: Path, file: BookmarkFile) -> None:
    path.write_text(f"{TEXT}oops\n")
    with pytest.raises(BookmarkError, match=r"bookmarks.toml:22: is no TOML: .*mend this by hand first"):
        file.add(Bookmark("new", "qemu:///system"))
    assert path.read_text() == f"{TEXT}oops\n"


def test_a_file_that_cannot_be_written_stays(
    path: Path, file: BookmarkFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        file.remove("lab1")
    assert path.read_text() == TEXT
    assert list(path.parent.iterdir()) == [path]


names = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20).filter(
    lambda name: name.isprintable() and bool(name.strip())
)
bookmarks = st.builds(
    Bookmark,
    name=names,
    uri=st.sampled_from(["qemu:///system", "test:///default", "qemu+ssh://root@[::1]:22/system?keyfile=/k"]),
    group=st.text(max_size=10),
    autoconnect=st.booleans(),
    read_only=st.booleans(),
)
edits = st.lists(
    st.tuples(st.sampled_from(["add", "edit", "remove"]), st.integers(0, 5), bookmarks), max_size=12
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits)
def test_any_edits_leave_what_was_asked_for_and_every_comment(
    path: Path, edits: list[tuple[str, int, Bookmark]]
) -> None:
    path.write_text(TEXT)
    file = BookmarkFile(path)
    expected = list(file.read()[0])
    for kind, number, bookmark in edits:
        at = number % len(expected) if expected else 0
        taken = {kept.name for kept in expected}
        if kind == "add" and bookmark.name not in taken:
            file.add(bookmark)
            expected.append(bookmark)
        elif kind == "edit" and expected and bookmark.name not in taken - {expected[at].name}:
            file.edit(expected[at].name, bookmark)
            expected[at] = bookmark
        elif kind == "remove" and expected:
            file.remove(expected.pop(at).name)
    assert file.read() == (tuple(expected), ())
    for comment in ("# my bookmarks", "# the lab", "# the second", "# the third"):
        assert comment in path.read_text()

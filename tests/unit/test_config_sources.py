"""The connections of the sidebar: where each comes from, unique names, and which of them open at once."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.config.bookmarks import Bookmark
from tuivirt.config.default_uri import DefaultURI
from tuivirt.config.libvirt_conf import Alias, LibvirtConf
from tuivirt.config.sources import Sources, merge_sources, name_for
from tuivirt.core.source import Source
from tuivirt.core.uri import URIError

CONF = LibvirtConf(
    Path("/l.conf"), True, (Alias("lab1", "xen://lab1/system", 3), Alias("t", "test:///default", 4))
)
PROBED = DefaultURI("qemu:///system", "probing", "probing: root")
BOOKMARKS = [
    Bookmark("lab1", "qemu+ssh://lab1/system", "lab", autoconnect=True),
    Bookmark("far", "t", read_only=True),
]


def merge(*arguments: str, bookmarks: list[Bookmark] | None = None, default: DefaultURI = PROBED) -> Sources:
    return merge_sources(BOOKMARKS if bookmarks is None else bookmarks, "/b.toml", CONF, default, arguments)


def test_all_of_them_in_order() -> None:
    assert merge("qemu://other.example.org/system").all == (
        Source("lab1", "qemu+ssh://lab1/system", "bookmark", "/b.toml", "lab", autoconnect=True),
        Source("far", "test:///default", "bookmark", "/b.toml", read_only=True),
        Source("lab1 (2)", "xen://lab1/system", "alias", "/l.conf:3"),
        Source("t", "test:///default", "alias", "/l.conf:4"),
        Source("qemu:///system", "qemu:///system", "default", "probing: root"),
        Source("other.example.org", "qemu://other.example.org/system", "argument", "-c"),
    )


@pytest.mark.parametrize(
    ("arguments", "opened"),
    [
        ((), ("lab1",)),
        (("far",), ("far",)),
        (("lab1 (2)", "t"), ("lab1 (2)", "t")),
        (("far", "far"), ("far",)),
        (("qemu+SSH://lab1/system",), ("lab1",)),
        (("qemu:///system",), ("qemu:///system",)),
        (("qemu:///session",), ("qemu:///session",)),
        (("xen+ssh://root@h:22/system", "xen+ssh://root@h/system"), ("h", "h (2)")),
        (("test:///x/y.xml?a=b",), ("test:///x/y.xml",)),
    ],
)
def test_what_is_opened(arguments: tuple[str, ...], opened: tuple[str, ...]) -> None:
    assert merge(*arguments).opened == opened


def test_without_autoconnect_the_default_is_opened() -> None:
    assert merge(bookmarks=[]).opened == ("qemu:///system",)


def test_a_default_that_was_only_probed_does_not_open_beside_bookmarks() -> None:
    assert merge(bookmarks=BOOKMARKS[1:]).opened == ()
    chosen = DefaultURI("qemu:///session", "environment", "LIBVIRT_DEFAULT_URI")
    assert merge(bookmarks=BOOKMARKS[1:], default=chosen).opened == ("qemu:///session",)


def test_without_a_default() -> None:
    unknown = DefaultURI(None, "file", "/l.conf")
    assert merge(bookmarks=[], default=unknown).opened == ()
    assert all(source.source != "default" for source in merge(default=unknown).all)


def test_an_argument_that_is_nothing() -> None:
    with pytest.raises(URIError, match="'lab9' does not say which driver"):
        merge("lab9")


def test_a_uri_in_a_file_that_libvirt_would_not_understand_is_listed_and_told() -> None:
    found = merge(bookmarks=[Bookmark("odd", "qemu+auto://h/system")])
    assert found.all[0].uri == "qemu+auto://h/system"
    (problem,) = found.problems
    assert str(problem).startswith("/b.toml: odd: 'auto' is no transport")


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("qemu+ssh://root@lab1.example.org:22/system?a=b", "lab1.example.org"),
        ("esx://10.0.0.1/", "10.0.0.1"),
        ("qemu+tls://[::1]/system", "::1"),
        ("qemu:///session", "qemu:///session"),
        ("qemu+unix:///system?socket=/x", "qemu+unix:///system"),
        ("test:///default", "test:///default"),
        ("nothing", "nothing"),
    ],
)
def test_name_for(uri: str, name: str) -> None:
    assert name_for(uri) == name


@given(
    st.lists(st.builds(Bookmark, name=st.sampled_from(["a", "a (2)", "t", "h"]), uri=st.just("xen://h/"))),
    st.lists(st.sampled_from(["xen://h/", "qemu://h/system", "a", "test:///default", "qemu:///system"])),
)
def test_names_are_unique_and_what_opens_is_listed(bookmarks: list[Bookmark], arguments: list[str]) -> None:
    bookmarks = [*bookmarks, Bookmark("a", "xen:///system")]
    found = merge_sources(bookmarks, "/b.toml", CONF, PROBED, arguments)
    names = [source.name for source in found.all]
    assert len(set(names)) == len(names)
    assert set(found.opened) <= set(names)
    assert len(set(found.opened)) == len(found.opened)

"""A URI on the screen shows no password, and nothing in it acts on the terminal."""

import pytest

from tuivirt.core.source import Source, shown_uri


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("qemu:///system", "qemu:///system"),
        ("qemu+ssh://root@lab1:22/system?keyfile=/k", "qemu+ssh://root@lab1:22/system?keyfile=/k"),
        ("esx://root:hunter2@esx1/?no_verify=1", "esx://root:***@esx1/?no_verify=1"),
        ("esx://root:hunter@2@esx1/", "esx://root:***@esx1/"),
        ("esx://root:@esx1/", "esx://root:***@esx1/"),
        ("qemu+tls://[2001:db8::1]:16514/system", "qemu+tls://[2001:db8::1]:16514/system"),
        ("qemu+unix:///system?socket=/run/a:b@c", "qemu+unix:///system?socket=/run/a:b@c"),
        ("vpx://h/dc?a=1&Password=x%20y&b=2", "vpx://h/dc?a=1&Password=***&b=2"),
        ("qemu:///system\x9b31m\u202e", "qemu:///system‹U+009B›31m‹U+202E›"),
        ("no uri at all", "no uri at all"),
    ],
)
def test_shown_uri(uri: str, shown: str) -> None:
    assert shown_uri(uri) == shown
    assert Source("x", uri, "bookmark", "").shown_uri == shown

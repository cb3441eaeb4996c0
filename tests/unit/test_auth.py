"""Opening: an ssh that ended too early to be heard is tried again, and nothing else is."""

import libvirt
import pytest

from tuivirt.backend.auth import HASTE, open_connection
from tuivirt.core.uri import ConnectionURI

EARLY = "Cannot write data: Broken pipe"
WORDS = "Cannot recv data: ssh: Could not resolve hostname lab: Name or service not known"


def error(words: str) -> libvirt.libvirtError:
    made = libvirt.libvirtError("")
    made.err = (libvirt.VIR_ERR_SYSTEM_ERROR, 7, words, 2, "", None, None, 0, 0)
    made.args = (words,)
    return made


@pytest.mark.parametrize(
    ("uri", "said", "heard"),
    [
        ("qemu+ssh://lab/system", [EARLY, EARLY, WORDS], WORDS),
        ("qemu+ssh://lab/system", [EARLY] * (HASTE + 1), EARLY),
        ("qemu+ssh://lab/system", [WORDS], WORDS),
        ("qemu+ext:///system?command=/bin/true", [EARLY], EARLY),
    ],
)
def test_an_ssh_that_ended_early_is_heard_at_last(
    uri: str, said: list[str], heard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [error(words) for words in said]

    def fail(*_: object) -> None:
        raise failures.pop(0)

    monkeypatch.setattr(libvirt, "openAuth", fail)
    with pytest.raises(libvirt.libvirtError, match=heard):
        open_connection(ConnectionURI.parse(uri), read_only=True)
    assert not failures, "all were tried, and no more"

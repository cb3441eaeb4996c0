"""The ssh command into a guest."""

import pytest

from tuivirt.ui.options import SshTarget
from tuivirt.ui.ssh import ssh_command

LAB = "qemu+ssh://root@lab1.example.org:2222/system"


@pytest.mark.parametrize(
    ("address", "target", "uri", "expected"),
    [
        ("10.0.0.5", SshTarget(), "qemu:///system", ["ssh", "--", "10.0.0.5"]),
        ("10.0.0.5", SshTarget(), LAB, ["ssh", "-J", "root@lab1.example.org:2222", "--", "10.0.0.5"]),
        ("10.0.0.5", SshTarget(jump="none"), LAB, ["ssh", "--", "10.0.0.5"]),
        ("10.0.0.5", SshTarget(jump="gate"), LAB, ["ssh", "-J", "gate", "--", "10.0.0.5"]),
        (
            "8.8.8.8",
            SshTarget(user="me", port=22022),
            LAB,
            ["ssh", "-p", "22022", "-l", "me", "--", "8.8.8.8"],
        ),
        (
            "fd00::5",
            SshTarget(),
            "qemu+ssh://[2001:db8::1]/system",
            ["ssh", "-J", "[2001:db8::1]", "--", "fd00::5"],
        ),
    ],
)
def test_command(address: str, target: SshTarget, uri: str, expected: list[str]) -> None:
    assert ssh_command(address, target, uri) == expected


@pytest.mark.parametrize("address", ["-oProxyCommand=id", "host", "", "10.0.0.5; id"])
def test_only_addresses(address: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        ssh_command(address, SshTarget(), "qemu:///system")

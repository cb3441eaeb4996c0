"""Prompts of ssh, libssh, libssh2 and SASL, word for word, and which kind of question each is."""

import libvirt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.backend.prompt_words import Words, libvirt_words, ssh_words
from tuivirt.core.question import Question
from tuivirt.core.uri import ConnectionURI

HOST_KEY = """\
The authenticity of host '[127.0.0.1]:2222 ([127.0.0.1]:2222)' can't be established.
ED25519 key fingerprint is SHA256:MK099/QuSjEy5PHMRZPwnymIAF5x/uTYxKV9jz5ivVc.
This key is not known by any other names.
Are you sure you want to continue connecting (yes/no/[fingerprint])? """
OLD_HOST_KEY = """\
The authenticity of host 'lab (10.0.0.1)' can't be established.
ECDSA key fingerprint is SHA256:abc+/0.
Are you sure you want to continue connecting (yes/no)? """


def test_host_keys_of_ssh() -> None:
    fingerprint = "SHA256:MK099/QuSjEy5PHMRZPwnymIAF5x/uTYxKV9jz5ivVc"
    assert ssh_words(HOST_KEY, "") == Words("host key", HOST_KEY, "", "ED25519", fingerprint)
    old = ssh_words(OLD_HOST_KEY, "")
    assert (old.kind, old.key_type, old.fingerprint) == ("host key", "ECDSA", "SHA256:abc+/0")
    other_words = ssh_words("Continue with this host (yes/no/[fingerprint])? ", "")
    assert (other_words.kind, other_words.fingerprint) == ("host key", "")


@pytest.mark.parametrize(
    ("prompt", "hint", "kind"),
    [
        ("root@lab's password: ", "", "password"),
        ("Enter passphrase for key '/root/.ssh/id': ", "", "passphrase"),
        ("Enter PIN for ED25519-SK key /root/.ssh/id: ", "", "passphrase"),
        ("(root@lab) Verification code: ", "", "secret"),
        ("(root@lab) Password: ", "", "secret"),
        ("Allow use of key /root/.ssh/id?\nKey fingerprint SHA256:x.", "confirm", "confirm"),
        ("Confirm user presence for key ED25519-SK SHA256:x", "none", "external"),
        ("", "", "secret"),
    ],
)
def test_other_prompts_of_ssh(prompt: str, hint: str, kind: str) -> None:
    assert ssh_words(prompt, hint).kind == kind


@given(st.text())
def test_what_a_server_asks_is_never_taken_for_a_host_key(text: str) -> None:
    """ssh puts the login in parentheses before it, so the forged question is the answer of a secret."""
    for forged in (text, HOST_KEY, OLD_HOST_KEY, f"{text}\n{HOST_KEY}"):
        assert ssh_words(f"(root@lab) {forged}", "").kind == "secret"


def words(type_: int, prompt: str, uri: str = "qemu+tcp://lab/system", default: str = "") -> Words:
    return libvirt_words(type_, prompt, default, ConnectionURI.parse(uri))


def test_credentials_of_libvirt() -> None:
    assert words(libvirt.VIR_CRED_AUTHNAME, "Please enter your authentication name").kind == "user"
    assert words(libvirt.VIR_CRED_PASSPHRASE, "Please enter your password").kind == "password"
    assert words(libvirt.VIR_CRED_PASSPHRASE, "Passphrase for key '/id'").kind == "passphrase"
    assert words(libvirt.VIR_CRED_ECHOPROMPT, "Code").kind == "text"
    assert words(libvirt.VIR_CRED_NOECHOPROMPT, "Enter root's password for esx").kind == "secret"
    assert words(libvirt.VIR_CRED_REALM, "Please enter your realm", default="lab").default == "lab"
    assert words(libvirt.VIR_CRED_EXTERNAL, "PolicyKit").kind == "external"


def test_the_user_of_the_uri_is_proposed() -> None:
    assert words(libvirt.VIR_CRED_AUTHNAME, "name", "qemu+tcp://joe@lab/system").default == "joe"
    assert words(libvirt.VIR_CRED_AUTHNAME, "name", "qemu+tcp://joe@lab/system", "ann").default == "ann"


def test_host_keys_of_libssh_are_written_as_ssh_writes_them() -> None:
    sha = ":".join(["30"] * 32)
    prompt = f"Accept SSH host key with hash '{sha}' for host 'lab:22' (y/n)?"
    found = words(libvirt.VIR_CRED_ECHOPROMPT, prompt, "qemu+libssh://lab/system")
    assert found.kind == "host key"
    assert found.fingerprint == "SHA256:MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA"
    md5 = ":".join(["AB"] * 16)
    prompt = f"Accept SSH host key with hash '{md5}' for host 'lab:22' (y/n)?"
    assert words(libvirt.VIR_CRED_ECHOPROMPT, prompt, "qemu+libssh2://lab/system").fingerprint == (
        f"MD5:{md5.lower()}"
    )
    assert words(libvirt.VIR_CRED_ECHOPROMPT, prompt, "qemu+tcp://lab/system").kind == "text"


def test_what_may_be_seen_while_it_is_typed() -> None:
    seen = {
        kind
        for kind in ("user", "password", "passphrase", "text", "secret", "realm", "host key", "confirm")
        if Question(1, "lab", "lab", "ssh", kind, "").echo
    }
    assert seen == {"user", "text", "realm", "host key", "confirm"}

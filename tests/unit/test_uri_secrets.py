"""Passwords that people write into URIs, right and wrong ones: none is shown, whatever is said of them."""

import libvirt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.backend.desk import Desk
from tuivirt.backend.errors import explain_error, hint_for
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.prompter import Prompter, place_of
from tuivirt.config.conf_grammar import ConfSyntaxError, parse_conf
from tuivirt.config.sources import name_for
from tuivirt.config.typed import shown
from tuivirt.core.changes import Asked
from tuivirt.core.source import shown_uri
from tuivirt.core.uri import ConnectionURI, URIError
from tuivirt.core.uri_check import warnings
from tuivirt.core.uri_explain import explain
from tuivirt.core.uri_secrets import conceal, conceal_uri

BROKEN = (
    "qemu+ssh://joe:s3cr3t@lab:99999999/system",
    "qemu+ssh://joe:s3cr3t@[lab]/system",
    "qemu+ssh://joe:s3cr3t@a:b:c/system",
    "qemu+ssh://joe:s3%zzcr3t@lab/system",
    "qemu+ssh://joe:s3 cr3t@lab/system",
    "qemu+ssh://joe:s3cr3t@x@lab/system",
    "qemu+ssh://joe:s3/cr3t@lab/system",
    "qemu+ssh://joe:s3?cr3t@lab/system",
    "qemu+ssh://joe:s3#cr3t@lab/system",
    "qemu+unix://joe:s3cr3t@lab/system",
    "qemu+native://joe:s3cr3t@lab/system",
    "qemu+shh://joe:s3cr3t@lab/system",
    "qem://joe:s3cr3t@lab/system",
    "ssh://joe:s3cr3t@lab/system",
    "qemu:joe:s3cr3t@lab/system",
    "joe:s3cr3t@lab",
    "qemu+ssh://lab:x/system?password=s3cr3t&socket=/x",
    "qem://lab/system?password=s3cr3t",
    "qemu+ext://lab/system?secret=s3cr3t",
)
PARTS = ("s3cr3t", "'s3'", "cr3t", "%zz", "s3%")


@pytest.mark.parametrize("text", BROKEN)
def test_a_mistake_in_a_uri_quotes_no_password(text: str) -> None:
    with pytest.raises(URIError) as error:
        ConnectionURI.parse(text)
    for part in PARTS:
        assert part not in str(error.value)
        assert part not in shown_uri(text)
        assert part not in name_for(text)


@given(
    password=st.text("abc9:/?#%& é'\"", min_size=1),
    rest=st.sampled_from(["lab/system", "lab:x/system", "[x/system", "lab"]),
)
def test_no_password_whatever_it_has_in_it(password: str, rest: str) -> None:
    """Of one that libvirt takes for a port and a path nothing can be known."""
    text = f"qemu+ssh://joe:WORD{password}WORD@{rest}"
    assert "WORD" not in conceal_uri(text)
    try:
        ConnectionURI.parse(text)
    except URIError as error:
        assert "WORD" not in str(error)  # noqa: PT017 (most of them are mistakes, not all)


@pytest.mark.parametrize(
    "text",
    [
        "qemu+ssh://root@lab:2222/system?keyfile=/home/a@b",
        "qemu+ssh://lab:2222/system?keyfile=/a@b",
        "qemu+ssh://[2001:db8::1]:22/system?keyfile=/a@b",
        "qemu+ssh://[2001:db8::1]/system?keyfile=/a@b",
        "qemu+unix:///system?socket=/run/a:b@c",
        "test:///home/a:b@c/host.xml",
        "test:/home/a:b@c/host.xml",
        "qemu:///embed?root=/a@b",
    ],
)
def test_what_is_no_password_stays(text: str) -> None:
    assert conceal_uri(text) == text


def test_a_mistake_of_the_password_itself_says_so() -> None:
    with pytest.raises(URIError, match=r"password in 'qemu\+ssh://joe:\*\*\*@lab/system' cannot stand there"):
        ConnectionURI.parse("qemu+ssh://joe:s3/cr3t@lab/system")


URI = "qemu+ssh://joe:s3cr3t@lab:22/system?password=s3cr3t"


def test_nothing_that_is_said_of_a_uri_has_its_password() -> None:
    for text in (URI, URI.replace("+ssh", "+tcp"), URI.replace("+ssh", "+libssh")):
        uri = ConnectionURI.parse(text)
        assert "s3cr3t" not in explain(uri) + "".join(warnings(uri)) + place_of(uri)
        assert uri.build() == text, "libvirt gets it as it is"
        assert "s3cr3t" not in name_for(text.replace("lab:22", ""))


def failure(message: str) -> libvirt.libvirtError:
    error = libvirt.libvirtError("")
    error.err = (libvirt.VIR_ERR_SYSTEM_ERROR, 7, message, 2, "", None, None, 0, 0)
    return error


@pytest.mark.parametrize(
    "message",
    [
        "Cannot recv data: joe:s3cr3t@lab: Permission denied (publickey).: Connection reset by peer",
        f"no connection driver available for {URI}",
        "Unable to parse URI qemu+ssh://joe:s3cr3t@lab:x/system",
    ],
)
def test_nor_what_libvirt_and_ssh_say(message: str) -> None:
    found = explain_error(failure(message), URI)
    assert "s3cr3t" not in found.message + found.hint
    assert "***" in found.message
    assert "s3cr3t" not in hint_for("Host key verification failed", 38, URI)


def test_nor_a_question_and_what_its_answer_is_kept_as() -> None:
    inbox = Inbox()
    prompter = Prompter(Desk(inbox), "lab", ConnectionURI.parse(URI))
    prompter.ask_for_ssh("joe:s3cr3t@lab's password: ", "", 1)
    (asked,) = inbox.drain()
    assert isinstance(asked, Asked)
    assert "s3cr3t" not in repr(asked)
    assert asked.question.kind == "password"


def test_nor_mistakes_in_files() -> None:
    assert "s3cr3t" not in shown(["qemu+ssh://joe:s3cr3t@lab/system"])
    for line in ("uri_default = qemu://joe:s3cr3t@lab/", 'uri_default = "qemu://joe:"s3cr3t@lab/"'):
        with pytest.raises(ConfSyntaxError) as error:
            parse_conf(f"\n{line}\nx = 1\n".encode())
        assert not any(part in str(error.value) for part in ("s3", "joe"))


def test_several_in_one_text() -> None:
    text = "unrecognized arguments: qemu://a:one@x/ qemu://b:two@y/?token=three"
    assert conceal(text) == "unrecognized arguments: qemu://a:***@x/ qemu://b:***@y/?token=***"

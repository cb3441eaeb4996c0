"""Parts of a URI and back: what the form does to a URI, without the form."""

from contextlib import suppress
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.core.uri import ConnectionURI, URIError
from tuivirt.core.uri_check import warnings
from tuivirt.core.uri_words import DRIVERS, Transport
from tuivirt.ui.dialogs.bookmark_parts import (
    AUTOMATIC,
    DRIVER_CHOICES,
    START,
    TRANSPORT_CHOICES,
    mistake_in_name,
    parameters_of,
    part_of,
    suggested_name,
    with_parameter,
    with_part,
)

PARTS = ("driver", "transport", "user", "host", "port", "path")


def uri(text: str) -> ConnectionURI:
    return ConnectionURI.parse(text)


def test_every_driver_and_transport_can_be_chosen() -> None:
    assert [value for _, value in DRIVER_CHOICES] == list(DRIVERS)
    assert {value for _, value in TRANSPORT_CHOICES} == {AUTOMATIC, *get_args(Transport)}


@pytest.mark.parametrize(
    "text",
    [
        "qemu:///system",
        "qemu+ssh://root@[2001:db8::1]:2222/system?keyfile=/k&no_verify=1",
        "qemu+libssh2://user%40realm@host/system?known_hosts=/k#x",
        "test+tcp://localhost:5000/default",
        "esx://root@esx1/?transport=http&transport=https",
        "remote://host",
    ],
)
def test_what_the_fields_show_changes_nothing(text: str) -> None:
    parsed = uri(text)
    for part in PARTS:
        assert with_part(parsed, part, part_of(parsed, part)) == parsed


@pytest.mark.parametrize(
    ("part", "text", "built"),
    [
        ("transport", "ssh", "qemu+ssh://h/system?a=1"),
        ("transport", AUTOMATIC, "qemu://h/system?a=1"),
        ("user", " root ", "qemu+tcp://root@h/system?a=1"),
        ("user", "a@b/c", "qemu+tcp://a%40b%2Fc@h/system?a=1"),
        ("host", "[2001:db8::1]", "qemu+tcp://[2001:db8::1]/system?a=1"),
        ("host", "2001:db8::1", "qemu+tcp://[2001:db8::1]/system?a=1"),
        ("host", "", "qemu+tcp:///system?a=1"),
        ("host", "bücher", "qemu+tcp://b%C3%BCcher/system?a=1"),
        ("port", "2222", "qemu+tcp://h:2222/system?a=1"),
        ("port", "", "qemu+tcp://h/system?a=1"),
        ("path", "session", "qemu+tcp://h/session?a=1"),
        ("path", "/a b?c", "qemu+tcp://h/a%20b%3Fc?a=1"),
        ("path", "", "qemu+tcp://h?a=1"),
        ("driver", "qemu", "qemu+tcp://h/system?a=1"),
        ("driver", "test", "test+tcp://h/default?a=1"),
        ("driver", "vmwareplayer", "vmwareplayer+tcp://h/session?a=1"),
        ("driver", "esx", "esx://h/?a=1"),
    ],
)
def test_a_part_as_typed(part: str, text: str, built: str) -> None:
    assert with_part(uri("qemu+tcp://h/system?a=1"), part, text).build() == built


@pytest.mark.parametrize("text", ["0", "65536", "99999999999", "-1", "x", "1.5", "²", "٣"])
def test_a_port_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no port"):
        with_part(START, "port", text)


@given(st.sampled_from(("user", "host", "path")), st.text(max_size=20))
def test_whatever_is_typed_is_a_uri_or_an_error_that_says_so(part: str, text: str) -> None:
    changed = with_part(uri("qemu+ssh://h/system"), part, text)
    with suppress(URIError):
        assert ConnectionURI.parse(changed.build()).build() == changed.build()


def test_a_driver_brings_a_path_that_it_opens() -> None:
    for driver in DRIVERS:
        changed = with_part(uri("qemu+ssh://h/session"), "driver", driver)
        refused = [text for text in warnings(changed) if "path" in text and driver != "vpx"]
        assert refused == []


def test_a_parameter_is_set_where_it_stands() -> None:
    before = uri("qemu+ssh://h/system?netcat=nc&keyfile=/a&proxy=auto")
    assert with_parameter(before, "keyfile", "/b").query[1] == ("keyfile", "/b")
    assert with_parameter(before, "keyfile", None).build() == "qemu+ssh://h/system?netcat=nc&proxy=auto"
    assert with_parameter(before, "no_tty", "1").query[3] == ("no_tty", "1")
    assert with_parameter(uri("test:///d?x=1&x=2&y=3"), "x", "4").query == (("x", "4"), ("y", "3"))


def test_the_parameters_offered_fit_and_none_is_hidden() -> None:
    def names(text: str) -> list[str]:
        return [parameter.name for parameter in parameters_of(uri(text))]

    assert "keyfile" in names("qemu+ssh://h/system")
    assert "pkipath" not in names("qemu+ssh://h/system")
    assert names("qemu+tcp://h/system?pkipath=/p&new=1")[-2:] == ["pkipath", "new"]
    assert names("esx://h/")[:2] == ["transport", "vcenter"]
    assert names("qemu:///embed?root=/r") == ["root"]
    flags = {parameter.name: parameter.flag for parameter in parameters_of(uri("esx://h/"))}
    assert flags["no_verify"]
    assert not flags["transport"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("qemu+ssh://root@lab1.example.org/system", "lab1"),
        ("qemu+ssh://root@lab2.example.org/system", "lab2 (2)"),
        ("qemu+tls://192.0.2.7/system", "192.0.2.7"),
        ("qemu+tls://[2001:db8::1]/system", "2001:db8::1"),
        ("qemu:///system", "qemu system"),
        ("test:///srv/hosts/demo.xml", "test demo"),
        ("test:///%E2%80%AE", "test"),
        ("remote://", "remote"),
    ],
)
def test_a_name_is_suggested(text: str, name: str) -> None:
    assert suggested_name(uri(text), {"lab2"}) == name


def test_mistakes_in_names() -> None:
    taken = {"lab1", "", "a\x9bb"}
    assert mistake_in_name("lab2", taken) == ""
    assert mistake_in_name("漢字 😀", taken) == ""
    assert mistake_in_name("", taken) == "give it a name"
    assert mistake_in_name("lab1", taken) == "there is a connection named lab1 already"
    assert "not seen" in mistake_in_name("x\u202ey", taken)

"""Connection URIs: every part of every URI, round trips, and what the messages tell to do."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.core.uri import ConnectionURI, URIError
from tuivirt.core.uri_words import DRIVERS, PARAMETERS, TRANSPORTS, parameters_for

URIS: list[tuple[str, dict[str, Any]]] = [
    ("qemu:///session", {"path": "/session", "uses": "unix"}),
    ("qemu+unix:///session", {"transport": "unix", "path": "/session", "uses": "unix"}),
    ("qemu:///system", {"uses": "unix"}),
    (
        "qemu+unix:///system?socket=/opt/x",
        {"transport": "unix", "uses": "unix", "params": {"socket": "/opt/x"}},
    ),
    ("qemu://example.com/system", {"host": "example.com", "uses": "tls", "on_port": 16514}),
    (
        "qemu+tcp://example.com/system",
        {"transport": "tcp", "host": "example.com", "uses": "tcp", "on_port": 16509},
    ),
    (
        "qemu+ssh://root@example.com/system",
        {"transport": "ssh", "user": "root", "host": "example.com", "uses": "ssh"},
    ),
    (
        "qemu+tcp://172.38.180.95/system",
        {"transport": "tcp", "host": "172.38.180.95", "uses": "tcp", "on_port": 16509},
    ),
    (
        "qemu+libssh2://user@host/system?known_hosts=/k",
        {
            "transport": "libssh2",
            "user": "user",
            "host": "host",
            "params": {"known_hosts": "/k"},
            "uses": "libssh2",
            "on_port": 22,
        },
    ),
    (
        "xen+ssh://rjones@towada/system",
        {"driver": "xen", "transport": "ssh", "user": "rjones", "host": "towada", "uses": "ssh"},
    ),
    ("xen:///system", {"driver": "xen", "uses": "unix"}),
    ("test:///default", {"driver": "test", "path": "/default"}),
    ("test:///path/to/host.xml", {"driver": "test", "path": "/path/to/host.xml"}),
    (
        "test+tcp://localhost:5000/default",
        {
            "driver": "test",
            "transport": "tcp",
            "host": "localhost",
            "port": 5000,
            "path": "/default",
            "uses": "tcp",
            "on_port": 5000,
        },
    ),
    ("qemu:///embed?root=/some/dir", {"path": "/embed", "params": {"root": "/some/dir"}}),
    (
        "qemu+ssh://root@[2001:db8::1]:2222/system?keyfile=/k&no_verify=1",
        {
            "transport": "ssh",
            "user": "root",
            "host": "2001:db8::1",
            "port": 2222,
            "params": {"keyfile": "/k", "no_verify": "1"},
            "uses": "ssh",
            "on_port": 2222,
        },
    ),
    (
        "qemu+ext:///system?command=/opt/carry",
        {"transport": "ext", "params": {"command": "/opt/carry"}, "uses": "ext"},
    ),
    (
        "esx://root@esx.example.com/?no_verify=1",
        {
            "driver": "esx",
            "user": "root",
            "host": "esx.example.com",
            "path": "/",
            "params": {"no_verify": "1"},
            "on_port": 443,
        },
    ),
    (
        "hyperv://hv/?transport=http",
        {"driver": "hyperv", "host": "hv", "path": "/", "params": {"transport": "http"}, "on_port": 5985},
    ),
    ("openvz:///system", {"driver": "openvz"}),
    ("vmwareplayer:///session", {"driver": "vmwareplayer", "path": "/session"}),
    ("network:///system", {"driver": "network", "uses": "unix"}),
    ("remote+ssh://h/", {"driver": "remote", "transport": "ssh", "host": "h", "path": "/", "uses": "ssh"}),
    ("qemu+libssh:///system", {"transport": "libssh", "uses": "libssh", "on_port": 22}),
    ("openvz://h/system", {"driver": "openvz", "host": "h", "uses": "tls", "on_port": 16514}),
]


@pytest.mark.parametrize(("text", "parts"), URIS, ids=[text for text, _ in URIS])
def test_parts(text: str, parts: dict[str, Any]) -> None:
    uri = ConnectionURI.parse(text)
    assert {
        "driver": uri.driver,
        "transport": uri.transport,
        "user": uri.user,
        "host": uri.host,
        "port": uri.port,
        "path": uri.path,
        "params": uri.params,
        "uses": uri.effective_transport,
        "on_port": uri.effective_port,
    } == {
        "driver": "qemu",
        "transport": None,
        "user": None,
        "host": None,
        "port": None,
        "path": "/system",
        "params": {},
        "uses": None,
        "on_port": None,
    } | parts
    assert uri.build() == text


@pytest.mark.parametrize(
    ("text", "remote", "in_process", "contacted"),
    [
        ("qemu:///system", False, False, None),
        ("qemu+unix:///system", False, False, None),
        ("test:///default", False, True, None),
        ("qemu:///embed?root=/d", False, True, None),
        ("vmwarews:///session", False, False, None),
        ("test://h/default", True, False, "h"),
        ("test+unix:///default", False, False, None),
        ("qemu+ssh:///system", True, False, "localhost"),
        ("qemu+ssh://h/system", True, False, "h"),
        ("qemu+ext:///system?command=/c", True, False, None),
        ("esx://h/", True, False, "h"),
        ("vpx://h/dc/host", True, False, "h"),
    ],
)
def test_reach(text: str, remote: bool, in_process: bool, contacted: str | None) -> None:
    uri = ConnectionURI.parse(text)
    assert (uri.remote, uri.in_process, uri.effective_host) == (remote, in_process, contacted)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("xen", "xen:///system"),
        ("xen://", "xen:///system"),
        (" qemu:///system\n", "qemu:///system"),
        ("qemu:/system", "qemu:///system"),
        ("qemu+SSH://h/system", "qemu+ssh://h/system"),
        ("qemu://h:0/system", "qemu://h/system"),
        ("qemu://h:022/system", "qemu://h:22/system"),
        ("qemu://h%6Fst/system", "qemu://host/system"),
        ("qemu+ssh://a%40b@h/system", "qemu+ssh://a%40b@h/system"),
        ("qemu+ssh://a:b@h/system", "qemu+ssh://a:b@h/system"),
        ("test:////x//y", "test:////x//y"),
        ("test:///a%20b/c%C3%A9.xml", "test:///a%20b/c%C3%A9.xml"),
        ("test:///%ff", "test:///%FF"),
        ("qemu+ssh://h/system?NO_VERIFY=1&Mine=2", "qemu+ssh://h/system?no_verify=1&Mine=2"),
        ("qemu+ssh://h/system?a;b=1&c=2;d=3;&=x", "qemu+ssh://h/system?a%3Bb=1&c%3D=2"),
        ("qemu+ssh://h/system?no_tty", "qemu+ssh://h/system?no_tty="),
        ("qemu+ssh://h/system?command=/a%26b", "qemu+ssh://h/system?command=/a%26b"),
        ("qemu+tls://h/system?tls_priority=NORMAL:-VERS-ALL:%2BVERS-TLS1.3", None),
        ("qemu+ssh://h/system#here", "qemu+ssh://h/system#here"),
        ("qemu+tcp://[fe80::1%25eth0]/system", "qemu+tcp://[fe80::1%25eth0]/system"),
        ("qemu+tcp://[::1]:16509/system", "qemu+tcp://[::1]:16509/system"),
    ],
)
def test_normal_form(text: str, normal: str | None) -> None:
    uri = ConnectionURI.parse(text)
    assert ConnectionURI.parse(uri.build()) == uri
    if normal is not None and ";" not in text:
        assert uri.build() == normal


def test_parameters_are_split_as_libvirt_does() -> None:
    # A semicolon separates only where no ampersand follows.
    uri = ConnectionURI.parse("qemu+ssh://h/system?a;b=1&c=2;d=3;&=x&&e")
    assert uri.query == (("a;b", "1"), ("c", "2;d=3;"), ("e", ""))
    assert ConnectionURI.parse("qemu:///system?a=1;b=2").query == (("a", "1"), ("b", "2"))


def test_of_a_parameter_given_twice_the_last_counts() -> None:
    uri = ConnectionURI.parse("qemu+ssh://h/system?keyfile=/a&keyfile=/b")
    assert uri.params == {"keyfile": "/b"}
    assert uri.build().endswith("?keyfile=/a&keyfile=/b")


def test_with_params() -> None:
    uri = ConnectionURI.parse("qemu+ssh://h/system?keyfile=/a&no_tty=0")
    assert uri.with_params(no_tty="1").build() == "qemu+ssh://h/system?keyfile=/a&no_tty=1"
    assert uri.with_params(keyfile=None, no_tty=None).build() == "qemu+ssh://h/system"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "write one such as qemu:///system"),
        ("lab1", "a URI begins like qemu:///system"),
        ("/var/run/socket", "does not say which driver"),
        ("QEMU:///system", "did you mean qemu:///system?"),
        ("qmeu:///system", "did you mean qemu:///system?"),
        ("kvm+ssh://h/system", "did you mean qemu+ssh://h/system?"),
        ("ssh://root@h/system", "write qemu+ssh://root@h/system"),
        ("frobnicate:///system", "libvirt has qemu, xen, lxc, test"),
        ("qemu+shh://h/system", "did you mean ssh?"),
        ("qemu+quic://h/system", "libvirt has unix, tls, ssh, libssh, libssh2, tcp, ext"),
        ("qemu+auto://h/system", "write qemu+ssh://h/system?proxy=auto"),
        ("qemu+native://root@h/system?keyfile=/k", "write qemu+ssh://root@h/system?keyfile=/k&proxy=native"),
        ("qemu+netcat:///system", "a proxy mode, a way to the socket on the far side of SSH"),
        ("qemu+unix://h/system", "write qemu+ssh://h/system"),
        ("qemu:system", "write qemu:///system"),
        ("qemu://system", "write qemu:///system"),
        ("qemu://session/session", "write qemu:///session"),
        ("xen+ssh://system", "write xen+ssh:///system"),
        ("qemu+ext:///system", "add ?command="),
        ("qemu:///embed", "add ?root="),
        ("qemu:///embed?root=relative", "an absolute path"),
        ("qemu+unix:///embed?root=/d", "write qemu:///embed?root="),
        ("esx:///", "write esx://HOST/"),
        ("qemu+ssh://root@2001:db8::1/system", "write it in brackets"),
        ("qemu+ssh://[2001:db8::1/system", "brackets of"),
        ("qemu+ssh://[::1]x/system", "brackets of"),
        ("qemu+ssh://[host]/system", "is no IPv6 address"),
        ("qemu+ssh://a@b@h/system", "write %40"),
        ("qemu+ssh://@h/system", "leave the @ out"),
        ("qemu+ssh://h:22x/system", "is no port"),
        ("qemu+ssh://h:/system", "is no port"),
        ("qemu+ssh://h:65536/system", "up to 65535"),
        ("qemu+ssh://h:" + "9" * 5000 + "/system", "is no port"),
        ("qemu+ssh://h:٢٢/system", "is no port"),
        ("qemu+tcp://:5000/system", "write localhost:5000"),
        ("qemu://ho st/system", "write %20"),
        ("qemu:///sys|tem", "write %7C"),
        ("test:///é.xml", "write %C3%A9"),
        ("qemu:///system?command=<x>", "write %3C"),
        ("qemu:///system\x1b[2J", "write %1B"),
        ("qemu:///100%", "write %25"),
        ("qemu:///a%0", "write %25"),
        ("qemu:///a%00b", "leave it out"),
    ],
)
def test_refused_with_what_to_write_instead(text: str, told: str) -> None:
    with pytest.raises(URIError) as caught:
        ConnectionURI.parse(text)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("name", list(DRIVERS))
@pytest.mark.parametrize("transport", [None, *TRANSPORTS])
def test_every_driver_over_every_transport(name: str, transport: str | None) -> None:
    host = "" if transport == "unix" else "host"
    scheme = f"{name}+{transport}" if transport else name
    tail = "?command=/c" if transport == "ext" else ""
    uri = ConnectionURI.parse(f"{scheme}://{host}/system{tail}")
    assert (uri.driver, uri.transport) == (name, transport)
    assert uri.build() == f"{scheme}://{host}/system{tail}"


def test_socket_of_a_local_daemon() -> None:
    def sockets(text: str, *, privileged: bool = False, read_only: bool = False) -> tuple[str, ...]:
        uri = ConnectionURI.parse(text)
        return uri.sockets(runtime_dir="/run/user/7", privileged=privileged, read_only=read_only)

    run, user = "/var/run/libvirt", "/run/user/7/libvirt"
    assert sockets("qemu:///system") == (f"{run}/virtqemud-sock", f"{run}/libvirt-sock")
    assert sockets("qemu:///system", read_only=True) == (f"{run}/virtqemud-sock-ro", f"{run}/libvirt-sock-ro")
    assert sockets("qemu:///system?mode=legacy") == (f"{run}/libvirt-sock",)
    assert sockets("storage:///system?mode=direct") == (f"{run}/virtstoraged-sock",)
    assert sockets("qemu:///session") == (f"{user}/virtqemud-sock", f"{user}/libvirt-sock")
    assert sockets("qemu:///session", read_only=True) == sockets("qemu:///session")
    assert sockets("qemu:///session", privileged=True) == sockets("qemu:///system", privileged=True)
    assert sockets("test+unix:///default") == (f"{user}/libvirt-sock",)
    assert sockets("remote:///") == (f"{run}/libvirt-sock",)
    assert sockets("qemu+unix:///system?socket=/opt/x") == ("/opt/x",)
    assert sockets("qemu+ssh://h/system?socket=/opt/x") == ()
    assert sockets("test:///default") == ()


def test_parameters_for_a_form() -> None:
    assert {parameter.name for parameter in parameters_for("tcp")} == {"auth", "authfile", "name"}
    assert {"known_hosts", "sshauth"} <= {parameter.name for parameter in parameters_for("libssh")}
    assert not {"known_hosts", "sshauth"} & {parameter.name for parameter in parameters_for("ssh")}
    assert all(parameter.doc.endswith(".") for parameter in PARAMETERS.values())


text_without_nul = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
names = st.from_regex(r"[a-z][a-z0-9_.-]{0,12}", fullmatch=True)
addresses = st.ip_addresses(v=6).map(str) | st.just("fe80::1%eth0")


@st.composite
def uris(draw: st.DrawFn) -> ConnectionURI:
    transport = draw(st.sampled_from([None, *TRANSPORTS]))
    host = None if transport == "unix" else draw(st.none() | names | addresses)
    driver = draw(st.sampled_from([d for d in DRIVERS.values() if host is not None or d.reach != "service"]))
    query = draw(
        st.lists(
            st.tuples(text_without_nul.filter(lambda n: n and n.lower() not in PARAMETERS), text_without_nul)
        )
    )
    if transport == "ext":
        query.append(("command", "/opt/carry"))
    return ConnectionURI(
        driver=driver.name,
        transport=transport,
        user=draw(st.none() | text_without_nul.filter(bool)),
        host=host,
        port=None if host is None else draw(st.none() | st.integers(1, 65535)),
        path=draw(st.just("/system") | st.just("/session") | text_without_nul.map(lambda text: f"/{text}")),
        query=tuple(query),
        fragment=draw(st.none() | text_without_nul),
    )


@given(uris())
def test_parse_is_the_inverse_of_build(uri: ConnectionURI) -> None:
    if uri.path == "/embed" or uri.host in {"system", "session"}:
        return
    assert ConnectionURI.parse(uri.build()) == uri


@given(st.text() | st.text(alphabet="qemu+sh:/@[]?&;=%#.0aé").map(lambda tail: f"qemu{tail}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        uri = ConnectionURI.parse(text)
    except URIError:
        return
    assert ConnectionURI.parse(uri.build()) == uri
    assert uri.build().isascii()

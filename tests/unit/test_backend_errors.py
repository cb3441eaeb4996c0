"""Every error that opening a connection can meet has a hint that says what to do, seen on real errors."""

import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import libvirt
import pytest

from tuivirt.backend.auth import open_connection
from tuivirt.backend.errors import explain_error, hint_for
from tuivirt.backend.hints import HINTS
from tuivirt.config.libvirt_conf import read_libvirt_conf
from tuivirt.core.errors import HostError
from tuivirt.core.uri import ConnectionURI

# As seen: code and text of libvirt 9.0, under the URI it was seen with, and what the hint must tell.
SEEN: dict[str, list[tuple[int, str, str]]] = {
    "qemu:///system": [
        (38, "Failed to connect socket to '/p': No such file or directory", "systemctl start libvirtd"),
        (38, "Failed to connect socket to '/p': Connection refused", "systemctl restart libvirtd"),
        (38, "Failed to connect socket to '/p': Permission denied", "usermod -aG libvirt"),
        (1, "Unable to get system bus connection", "needs D-Bus"),
        (
            89,
            "error from service: The name org.freedesktop.PolicyKit1 was not provided by any .service files",
            "needs D-Bus",
        ),
        (45, "authentication failed: access denied by policy", "polkit rule"),
        (94, "authentication unavailable: no polkit agent available", "Join the group libvirt"),
        (88, "access denied: 'QEMU' denied access", "access rules"),
        (
            8,
            "invalid argument: remote_open: transport in URL not recognised (should be tls|unix)",
            "unix, tls, ssh",
        ),
        (8, "invalid argument: using unix socket and remote server 'h' is not supported.", "use +ssh"),
        (68, "Timed out during operation: cannot acquire state change lock", "force it off"),
        (1, "internal error: client socket is closed", "connect again"),
        (1, "An error occurred, but the cause is unknown", "connect again"),
        (86, "Guest agent is not responding: QEMU guest agent is not connected", "agent in the guest"),
    ],
    "qemu:///session": [
        (38, "Cannot create user runtime directory '/x/libvirt': Permission denied", "XDG_RUNTIME_DIR"),
    ],
    "qemu+tcp://h/system": [
        (38, "unable to connect to server at 'h:16509': Connection refused", "listens on that port of h"),
        (38, "unable to connect to server at 'h:16509': No route to host", "h does not answer"),
        (38, "Unable to resolve address 'h' service '16509': Name or service not known", "getent hosts h"),
        (39, "packet 1397966889 bytes received from server too large, want 33554432", "no libvirt daemon"),
        (45, "authentication failed: authentication failed", "saslpasswd2"),
        (45, "authentication failed: Failed to collect auth credentials", "?authfile="),
        (45, "authentication failed: SASL mechanism NOPE not supported by server", "mech_list"),
        (45, "authentication failed: unknown authentication type none", "leave ?auth= out"),
        (45, "authentication failed: requested authentication type polkit rejected", "leave ?auth= out"),
        (79, "authentication cancelled", "asked anew"),
    ],
    "vpx://h/a/b": [
        (
            1,
            "internal error: IP address lookup for host 'h' failed: Name or service not known",
            "getent hosts h",
        ),
    ],
    "xen+ssh://h/system": [
        (5, "no connection driver available for xen:///system", "libvirt-daemon-driver"),
    ],
    "hyperv://h/": [
        (
            67,
            "unsupported configuration: libvirt was built without the 'hyperv' driver",
            "has no such driver",
        ),
    ],
    "vmwareplayer:///session": [
        (1, "internal error: vmrun utility is missing", "hypervisor's own programs"),
    ],
    "x": [
        (
            5,
            "no connection driver available for URI 'x' does not include a driver name",
            "begins with a driver",
        ),
    ],
    "qemu:///nosuch": [
        (1, "internal error: unexpected qemu URI path '/nosuch', try qemu:///system", "as libvirt proposes"),
    ],
    "qemu://system": [
        (
            1,
            "internal error: invalid URI qemu://system (maybe you want qemu:///system)",
            "as libvirt proposes",
        ),
    ],
    "qemu:///s y": [
        (1, "internal error: Unable to parse URI qemu:///s y", "%20"),
    ],
    "qemu+libssh://h/system": [
        (45, "authentication failed: Password request failed", "?authfile="),
        # As the source has it: every build at hand has all transports.
        (
            38,
            "libssh transport support was not enabled: Function not implemented",
            "built without that transport",
        ),
    ],
    "qemu://h/system": [
        (45, "authentication failed: Failed to verify peer's certificate", "no_verify=1 checks nothing"),
        (38, "The client certificate /c has expired", "made anew"),
        (45, "authentication failed: TLS handshake failed Error in the pull function.", "16514"),
        (38, "Cannot read CA certificate '/etc/pki/CA/cacert.pem': No such file or directory", "?pkipath="),
        (38, "Our own certificate /c failed validation against /ca: no known issuer.", "?pkipath="),
        (38, "Unable to read TLS confirmation: Input/output error", "refused our certificate"),
        (38, "Failed to set TLS session priority to FOO: The request is invalid.", "?tls_priority="),
    ],
    "test:///nofile.xml": [
        (27, "XML error: failed to parse xml document '/nofile.xml'", "or /default"),
    ],
    "test:///x": [
        (35, "/x:1: Start tag expected, '<' not found", "Mend the XML"),
    ],
    "test:///": [
        (8, "invalid argument: testOpen: supply a path or use test:///default", "Add /default"),
    ],
    "test:///default": [
        (
            33,
            "configuration file syntax error: /etc/libvirt/libvirt.conf:1: unterminated string",
            "at that line",
        ),
        (
            1,
            "internal error: /l.conf: expected a string list for 'uri_aliases' parameter",
            "uri_aliases is a list",
        ),
        (3, "this function is not supported by the connection driver: virSecretX", "does not do that"),
        (29, "operation virDomainCreate forbidden for read only access", "read-only"),
        (42, "Domain not found: no domain with matching name 'x'", "It is gone"),
    ],
}

RESET = ": Connection reset by peer"
SSH = "qemu+ssh://root@h:2222/system"
FAR_HELPER = "End of file while reading data: virt-ssh-helper: cannot connect to '/s': Failed to connect: "
SSH_SEEN = [
    ("Cannot recv data: root@h: Permission denied (publickey,password)." + RESET, "ssh -p 2222 root@h"),
    (
        "Cannot recv data: Warning: Identity file /nokey not accessible: No such file or directory.\n"
        "root@h: Permission denied (publickey,password)." + RESET,
        "?keyfile= cannot be used",
    ),
    (
        "Cannot recv data: @@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@@\n"
        "Host key verification failed." + RESET,
        "ssh-keygen -R",
    ),
    ("Cannot recv data: Host key verification failed." + RESET, "compare the fingerprint"),
    (
        "Cannot recv data: ssh: Could not resolve hostname h: Name or service not known" + RESET,
        "getent hosts h",
    ),
    ("Cannot recv data: ssh: connect to host h port 22: Connection refused" + RESET, "Start sshd there"),
    ("Cannot recv data: ssh: connect to host h port 22: No route to host" + RESET, "h does not answer"),
    ("Cannot recv data: Connection timed out during banner exchange" + RESET, "h does not answer"),
    (
        "Cannot recv data: kex_exchange_identification: Connection closed by remote host" + RESET,
        "does not speak SSH",
    ),
    (
        "Cannot recv data: Received disconnect from h: Too many authentication failures" + RESET,
        "IdentitiesOnly",
    ),
    (
        "End of file while reading data: sh: 1: /nonc: not found: Input/output error",
        "Install virt-ssh-helper",
    ),
    (
        "End of file while reading data: bash: nc: command not found: Input/output error",
        "Install virt-ssh-helper",
    ),
    (
        "End of file while reading data: nc: /nosock: No such file or directory: Input/output error",
        "Start libvirtd",
    ),
    (
        "Cannot recv data: libvirt:  error : cannot execute binary /nossh: No such file" + RESET,
        "?command= cannot be run",
    ),
    ("Cannot write data: Broken pipe", "?command="),
    ("SSH transport error: failed to retrieve decision to accept host key", "compare the fingerprint"),
    ("authentication failed: Identity of host 'h:22' differs from stored identity.", "ssh-keygen -R"),
    ("authentication failed: error while reading private key '/nokey'", "?keyfile= cannot be used"),
    ("SSH transport error: Failed to connect to ssh agent", "ssh-add"),
    ("libssh transport error: failed to authenticate: Access denied for 'none'.", "ssh-add"),
    ("SSH transport error: Remote command terminated with non-zero code: 1", "+ssh would say which"),
    ("libssh transport error: Remote command terminated with non-zero code: -1", "Try again"),
    ("SSH transport error: Remote command terminated with non-zero code: 127", "Install virt-ssh-helper"),
    (
        "End of file while reading data: nc: invalid option -- 'U': Input/output error",
        "Install virt-ssh-helper",
    ),
    (
        f"{FAR_HELPER}Permission denied: Input/output error",
        "log in as root",
    ),
    ("End of file while reading data: Ncat: Permission denied.: Input/output error", "log in as root"),
    (
        f"{FAR_HELPER}No such file or directory: Input/output error",
        "nothing listens at libvirt's socket on h",
    ),
    ("authentication failed: authentication with private key '/k' has failed: invalid", "ssh-add"),
    ("SSH transport error: None of the requested authentication methods are supported", "ssh-add"),
    ("SSH transport error: SSH Agent did not provide any authentication identity", "ssh-add"),
]


@pytest.mark.parametrize(
    ("uri", "code", "text", "told"), [(uri, *row) for uri, rows in SEEN.items() for row in rows]
)
def test_hint(uri: str, code: int, text: str, told: str) -> None:
    assert told in hint_for(text, code, uri)


@pytest.mark.parametrize(("text", "told"), SSH_SEEN)
def test_every_failure_of_ssh_is_told_apart(text: str, told: str) -> None:
    assert told in hint_for(text, 38, SSH)


def test_every_hint_is_used() -> None:
    seen = [(text, code, uri) for uri, rows in SEEN.items() for code, text, _ in rows] + [
        (text, 38, SSH) for text, _ in SSH_SEEN
    ]
    taken = {hint_for(*one) for one in seen}
    for hint in HINTS:
        words = re.split(r"\{\w+\}", hint.advice)
        assert any(all(part in advice for part in words) for advice in taken), hint


def test_an_unknown_error_has_no_hint() -> None:
    assert hint_for("the flux capacitor is empty", 1, "qemu:///system") == ""


def test_hostile_text_in_a_hint_cannot_act_on_the_terminal() -> None:
    hint = hint_for("Unable to resolve address", 38, "qemu+tcp://ev%1b%5B2Jil/system")
    assert "\x1b" not in hint
    assert "ev␛[2Jil" in hint


def test_a_hint_for_what_is_no_uri_names_no_host() -> None:
    assert "the host does not answer" in hint_for("unable to connect to server at 'x'", 38, "no uri")


def refused(uri: str) -> HostError:
    with pytest.raises(libvirt.libvirtError) as caught:
        open_connection(ConnectionURI.parse(uri), read_only=False) if "+ssh" in uri else libvirt.open(uri)
    return explain_error(caught.value, uri)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    libvirt.registerErrorHandler(lambda *_: None, None)
    yield
    libvirt.registerErrorHandler(None, None)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of the loopback that refuses, and that nobody else can take meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_missing_socket(tmp_path: Path) -> None:
    error = refused(f"qemu+unix:///system?socket={tmp_path}/none")
    assert (error.code, error.domain) == (38, 7)
    assert error.message == f"Failed to connect socket to '{tmp_path}/none': No such file or directory"
    assert "Start the daemon" in error.hint


def test_stale_socket(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(tmp_path / "s"))
    assert "its daemon is gone" in refused(f"qemu+unix:///system?socket={tmp_path}/s").hint


def test_refused_port(closed_port: int) -> None:
    error = refused(f"qemu+tcp://127.0.0.1:{closed_port}/system")
    assert (error.code, error.domain) == (38, 7)
    assert "Nothing listens on that port of 127.0.0.1" in error.hint


def test_refused_ssh(closed_port: int) -> None:
    error = refused(f"qemu+ssh://127.0.0.1:{closed_port}/system?no_tty=1")
    assert error.code == 38
    assert "Start sshd there" in error.hint


def test_unknown_transport() -> None:
    error = refused("qemu+auto:///system")
    assert (error.code, error.domain) == (8, 13)
    assert "proxy modes go into ?proxy=" in error.hint


def test_no_driver_in_the_uri() -> None:
    error = refused("lab1")
    assert (error.code, error.domain) == (5, 0)
    assert "qemu:///system" in error.hint


def test_slash_missing() -> None:
    assert "as libvirt proposes" in refused("qemu://system").hint


def test_unparsable_uri() -> None:
    assert "%20" in refused("qemu:///sys tem").hint


def test_missing_test_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    error = refused(f"test://{tmp_path}/none.xml")
    assert (error.code, error.domain) == (27, 12)
    assert "or /default" in error.hint
    capfd.readouterr()  # libxml2 warns on standard error by itself


def test_broken_test_file(tmp_path: Path) -> None:
    (tmp_path / "host.xml").write_text("not XML")
    assert "Mend the XML" in refused(f"test://{tmp_path}/host.xml").hint


def test_missing_certificates(tmp_path: Path) -> None:
    error = refused(f"qemu+tls://127.0.0.1/system?pkipath={tmp_path}")
    assert (error.code, error.domain) == (38, 7)
    assert "?pkipath=" in error.hint


def test_command_that_cannot_be_run() -> None:
    # The write may find the pipe closed before the program's last words are read.
    assert "?command=" in refused("qemu+ext:///system?command=/nonexistent/program").hint


def test_command_that_says_nothing() -> None:
    assert "?command=" in refused("qemu+ext:///system?command=/bin/true").hint


def test_function_of_another_driver(test_host: str) -> None:
    conn = libvirt.open(test_host)
    try:
        with pytest.raises(libvirt.libvirtError) as caught:
            conn.lookupByName("web01").pMWakeup()
    finally:
        conn.close()
    error = explain_error(caught.value, test_host)
    assert (error.code, error.hint) == (3, "The driver of this connection does not do that.")


def test_writing_over_a_read_only_connection(test_host: str) -> None:
    conn = libvirt.openReadOnly(test_host)
    try:
        with pytest.raises(libvirt.libvirtError) as caught:
            conn.lookupByName("db01").create()
    finally:
        conn.close()
    assert "read-only" in explain_error(caught.value, test_host).hint


OPEN_AS_A_USER = """
import os, sys
import libvirt
from tuivirt.backend.errors import explain_error
libvirt.registerErrorHandler(lambda *_: None, None)
if os.geteuid() == 0:
    os.seteuid(65534)  # root reads the machine's own file
try:
    libvirt.open("test:///default")
except libvirt.libvirtError as error:
    found = explain_error(error, "test:///default")
    print(found.code, found.message, found.hint, sep="\\n")
"""


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that every user may read; pytest's own are for one alone."""
    with tempfile.TemporaryDirectory(prefix="tuivirt-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize(
    ("text", "code", "said", "hint"),
    [
        ('# why\nuri_default = "x', "33", "libvirt.conf:2: unterminated string", "at that line"),
        ("uri_aliases = 'x'", "1", "expected a string list for 'uri_aliases'", "uri_aliases is a list"),
        ("uri_aliases = ['x']", "33", "Malformed 'uri_aliases'", "uri_aliases is a list"),
    ],
)
def test_broken_libvirt_conf(open_directory: Path, text: str, code: str, said: str, hint: str) -> None:
    """It breaks every open, that of the test driver too; and what is reported of the file agrees."""
    file = open_directory / "libvirt/libvirt.conf"
    file.parent.mkdir()
    file.write_text(text)
    environment = os.environ | {"XDG_CONFIG_HOME": str(open_directory)}
    ran = subprocess.run(
        [sys.executable, "-c", OPEN_AS_A_USER], env=environment, capture_output=True, text=True, check=True
    )
    got_code, message, got_hint = ran.stdout.splitlines()
    assert got_code == code
    assert said in message
    assert hint in got_hint
    (problem,) = read_libvirt_conf(file).problems
    assert "libvirt opens no connection until this is mended" in problem.message
    assert problem.line == (2 if text.startswith("#") else 1)

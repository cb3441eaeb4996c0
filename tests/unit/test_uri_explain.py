"""What is said of a connection URI: where it leads, and what in it has no effect or will be refused."""

import pytest
from hypothesis import given

from tests.unit.test_uri import URIS, uris
from tuivirt.core.uri import ConnectionURI
from tuivirt.core.uri_check import is_on, warnings
from tuivirt.core.uri_explain import explain

SYSTEM = (
    "QEMU/KVM on this machine, the system instance. Through the daemon's UNIX socket "
    "/var/run/libvirt/virtqemud-sock, or where that is missing /var/run/libvirt/libvirt-sock."
)
SESSION = (
    "QEMU/KVM on this machine, your own session instance. Through the daemon's UNIX socket "
    "$XDG_RUNTIME_DIR/libvirt/virtqemud-sock, or where that is missing "
    "$XDG_RUNTIME_DIR/libvirt/libvirt-sock. "
    "The daemon is started when it is not running."
)
FAR = "On the far side virt-ssh-helper connects to the daemon, or nc to its socket where that is missing."
OWN_PORT = "at the port that its configuration names (22 unless it does)"
PLAIN = "nothing is encrypted, unless the server asks for SASL that encrypts."
DEFAULT_HOST = "The test driver with its built-in default host"
UNTOUCHED = "inside this process: no daemon takes part, nothing real is touched."

EXPLANATIONS = {
    "qemu:///session": SESSION,
    "qemu+unix:///session": SESSION,
    "qemu:///system": SYSTEM,
    "qemu+unix:///system?socket=/opt/x": (
        "QEMU/KVM on this machine, the system instance. Through the daemon's UNIX socket /opt/x."
    ),
    "qemu://example.com/system": (
        "QEMU/KVM on example.com, the system instance. Encrypted with TLS, port 16514. The server's "
        "certificate is "
        "checked; our own certificate and the CA's come from libvirt's usual places."
    ),
    "qemu+tcp://example.com/system": (
        f"QEMU/KVM on example.com, the system instance. Plain TCP, port 16509: {PLAIN}"
    ),
    "qemu+ssh://root@example.com/system": (
        f"QEMU/KVM on example.com, the system instance. Through the ssh command as root, {OWN_PORT}. {FAR}"
    ),
    "qemu+tcp://172.38.180.95/system": (
        f"QEMU/KVM on 172.38.180.95, the system instance. Plain TCP, port 16509: {PLAIN}"
    ),
    "qemu+libssh2://user@host/system?known_hosts=/k": (
        "QEMU/KVM on host, the system instance. Through libvirt's built-in SSH client (libssh2) as user, "
        "port 22. "
        f"The host key is checked against /k. {FAR}"
    ),
    "xen+ssh://rjones@towada/system": (
        f"Xen on towada, the system instance. Through the ssh command as rjones, {OWN_PORT}. {FAR}"
    ),
    "xen:///system": (
        "Xen on this machine, the system instance. Through the daemon's UNIX socket "
        "/var/run/libvirt/virtxend-sock, or where that is missing /var/run/libvirt/libvirt-sock."
    ),
    "test:///default": f"{DEFAULT_HOST}, {UNTOUCHED}",
    "test:///path/to/host.xml": (
        f"The test driver with the host described in the file /path/to/host.xml, {UNTOUCHED}"
    ),
    "test+tcp://localhost:5000/default": (
        f"{DEFAULT_HOST}, inside the libvirt daemon of localhost: nothing real is touched. Plain TCP, port "
        f"5000: "
        f"{PLAIN}"
    ),
    "qemu:///embed?root=/some/dir": (
        "A private QEMU/KVM driver inside this process, its files in /some/dir: no daemon takes part."
    ),
    "qemu+ssh://root@[2001:db8::1]:2222/system?keyfile=/k&no_verify=1": (
        "QEMU/KVM on 2001:db8::1, the system instance. Through the ssh command as root with the key /k, port "
        "2222. "
        f"Any host key is accepted unasked, a changed one too. {FAR}"
    ),
    "qemu+ext:///system?command=/opt/carry": (
        "QEMU/KVM on the machine that the command reaches, the system instance. The program /opt/carry "
        "carries "
        "the connection on its standard input and output."
    ),
    "esx://root@esx.example.com/?no_verify=1": (
        "VMware ESX on esx.example.com. libvirt here speaks to its own service over HTTPS, port 443; no "
        "daemon."
    ),
    "hyperv://hv/?transport=http": (
        "Microsoft Hyper-V on hv. libvirt here speaks to its own service over HTTP, not encrypted, port "
        "5985; "
        "no daemon."
    ),
    "openvz:///system": (
        "OpenVZ containers on this machine, the system instance. libvirt runs its programs in this process; "
        "no daemon."
    ),
    "vmwareplayer:///session": (
        "VMware Player on this machine, your own session instance. libvirt runs its programs in this "
        "process; "
        "no daemon."
    ),
    "network:///system": (
        "Virtual networks alone on this machine, the system instance. Through the daemon's UNIX socket "
        "/var/run/libvirt/virtnetworkd-sock, or where that is missing /var/run/libvirt/libvirt-sock."
    ),
    "remote+ssh://h/": (
        "The driver that the daemon picks on h. Through the ssh command as the user that its configuration "
        f"names, {OWN_PORT}. {FAR}"
    ),
    "qemu+libssh:///system": (
        "QEMU/KVM on localhost, the system instance. Through libvirt's built-in SSH client (libssh) as root, "
        "port "
        "22 of this machine, as no host is given. The host key is checked against libvirt's own known_hosts. "
        f"{FAR}"
    ),
    "openvz://h/system": (
        "OpenVZ containers on h, the system instance. Encrypted with TLS, port 16514. The server's "
        "certificate is "
        "checked; our own certificate and the CA's come from libvirt's usual places."
    ),
}


@pytest.mark.parametrize("text", [text for text, _ in URIS])
def test_explanation(text: str) -> None:
    uri = ConnectionURI.parse(text)
    assert explain(uri) == EXPLANATIONS[text]
    assert warnings(uri) == ()


def test_roots_session_is_the_system_daemons_business() -> None:
    text = explain(ConnectionURI.parse("qemu:///session"), privileged=True)
    assert "root's session is the system instance" in text
    assert "/var/run/libvirt/virtqemud-sock" in text
    assert "is started" not in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("qemu+ssh://h/system?proxy=native", "On the far side virt-ssh-helper connects to the daemon."),
        ("qemu+ssh://h/system?proxy=netcat", "On the far side nc connects to the daemon's socket."),
        ("qemu+ssh://h/system?netcat=/opt/nc", "On the far side /opt/nc connects to the daemon's socket."),
        ("qemu+ssh://h/system?socket=/s", "On the far side nc connects to the socket /s."),
        ("qemu+ssh://h/system?command=/opt/ssh", "Through /opt/ssh, in place of ssh, as the user"),
        ("qemu+ssh://h/system?no_tty=1", "ssh asks for no password"),
        ("qemu+ssh://h/session", "the session instance of the user who logs in"),
        ("qemu+ssh://me@h/session", "the session instance of me"),
        ("qemu+libssh://h/session", "the session instance of root"),
        ("qemu://h/session", "the session instance of the user whose daemon listens there"),
        ("qemu+libssh://h/system?known_hosts_verify=ignore", "The host key is not checked."),
        ("qemu+libssh://h/system?known_hosts_verify=auto", "a new one is accepted unasked"),
        ("qemu+libssh://h/system?sshauth=agent&keyfile=/k", "with the key /k, by agent"),
        ("qemu+tls://h/system?no_verify=1", "The server's certificate is not checked"),
        ("qemu+tls://h/system?no_verify=0", "The server's certificate is checked"),
        ("qemu+tls://h/system?pkipath=/pki", "come from /pki"),
        ("qemu+tcp:///system", "port 16509 of this machine, as no host is given"),
        (
            "qemu+tcp://h/system?auth=sasl.SCRAM-SHA-256",
            "Only the authentication sasl.SCRAM-SHA-256 will do.",
        ),
        ("qemu+tcp://h/system?authfile=/a", "Credentials come from /a."),
        ("qemu+tcp://h/system?name=test:///default", "The daemon is asked to open test:///default."),
        ("qemu+ext:///system?command=/c", "on the machine that the command reaches"),
        ("test+ssh://h/h.xml", "the file /h.xml, inside the libvirt daemon of h"),
    ],
)
def test_explanation_of_parameters(text: str, said: str) -> None:
    assert said in explain(ConnectionURI.parse(text))


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            "qemu+ssh://h/system?known_hosts=/k",
            "the transport ssh ignores known_hosts, which is for libssh, libssh2",
        ),
        ("qemu+ssh://h/system?sshauth=agent", "the transport ssh ignores sshauth"),
        ("qemu+tcp://h/system?no_tty=1", "which is for ssh; tuivirt asks nothing all the same"),
        ("qemu+ssh://h/system?pkipath=/p", "the transport ssh ignores pkipath, which is for tls"),
        ("qemu+libssh://h/system?no_verify=1", "known_hosts_verify=ignore does it there"),
        ("qemu+libssh2://h/system?command=/c", "the transport libssh2 ignores command"),
        (
            "qemu+tcp://h/system?keyfile=/k",
            "the transport tcp ignores keyfile, which is for ssh, libssh, libssh2",
        ),
        ("qemu://h/system?socket=/s", "the transport tls ignores socket"),
        ("qemu:///system?no_tty=1", "the transport unix ignores no_tty, which is for ssh"),
        ("qemu:///system?proxy=native", "the transport unix ignores proxy"),
        ("qemu+ext:///system?command=/c&netcat=nc", "the transport ext ignores netcat"),
        (
            "qemu+ssh://h/system?keyfil=/k",
            "libvirt knows no parameter 'keyfil' and ignores it; did you mean keyfile?",
        ),
        ("qemu+ssh://h/system?frob=1", "libvirt knows no parameter 'frob' and ignores it"),
        ("qemu+ssh://h/system?keyfile=/a&keyfile=/b", "the parameter keyfile is given 2 times"),
        ("qemu+ssh://h/system?no_verify=yes", "libvirt refuses no_verify=yes: write no_verify=1"),
        ("qemu+ssh://h/system?no_tty", "libvirt refuses no_tty="),
        ("qemu+ssh://h/system?proxy=socat", "libvirt refuses proxy=socat: it may be auto, native, netcat"),
        ("qemu:///system?mode=split", "libvirt refuses mode=split: it may be auto, legacy, direct"),
        ("qemu+libssh://h/system?known_hosts_verify=no", "it may be normal, auto, ignore"),
        ("qemu+ssh://h/system?mode=direct", "libvirt refuses mode=direct with ssh"),
        ("qemu+ssh://h/system?proxy=native&netcat=nc", "libvirt refuses netcat together with proxy=native"),
        ("qemu+ssh://h/system?socket=/s", "add proxy=native to keep virt-ssh-helper"),
        ("qemu+ext:///system?command=/c%20-x", "run as one program"),
        ("qemu+tls://me@h/system", "the user 'me' has no effect with tls"),
        ("qemu+ssh://me:secret@h/system", "libvirt takes no password in a URI"),
        ("qemu+ext://h:22/system?command=/c", "the port 22 has no effect with ext"),
        ("qemu+ssh://h/system#x", "write %23"),
        ("qemu:///nosuch", "the driver qemu refuses the path '/nosuch': use /system or /session"),
        ("qemu+ssh://h", "the driver qemu needs a path: use /system or /session"),
        ("xen:///session", "the driver xen refuses the path '/session': use /system"),
        ("lxc:///embed?root=/d", "the driver lxc refuses the path '/embed'"),
        ("test:///", "the test driver needs a path"),
        ("vpx://h/", "/DATACENTER/HOST"),
        ("qemu+tcp://h/session", "over tcp /session is not your own"),
        ("test:///default?keyfile=/k", "keyfile has no effect with test:///default"),
        ("test:///default?frob", "the driver test knows no parameter 'frob'"),
        (
            "esx://h/?vcentre=x",
            "the driver esx knows no parameter 'vcentre' and ignores it; did you mean vcenter?",
        ),
        ("esx://h/?sshauth=x", "sshauth has no effect with esx://h/"),
        ("qemu:///embed?root=/d&socket=/s", "socket has no effect with qemu:///embed"),
    ],
)
def test_warning(text: str, warning: str) -> None:
    found = warnings(ConnectionURI.parse(text))
    assert len(found) == 1
    assert warning in found[0]


def test_a_flag_is_read_as_libvirt_reads_it() -> None:
    assert [value for value in ("1", "2", "-1", "+1", " 7", "0", "", "yes", "1x", None) if is_on(value)] == [
        *("1", "2", "-1", "+1", " 7")
    ]


@given(uris())
def test_every_uri_can_be_explained(uri: ConnectionURI) -> None:
    assert explain(uri).endswith(".")
    assert all(warnings(uri))

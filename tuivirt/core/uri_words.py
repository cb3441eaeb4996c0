"""The words of connection URIs: the drivers, transports and parameters that libvirt's client knows."""

from typing import Final, Literal, NamedTuple, get_args

Transport = Literal["unix", "tls", "ssh", "libssh", "libssh2", "tcp", "ext"]
"""How libvirt's client reaches a daemon."""

TRANSPORTS: Final[tuple[Transport, ...]] = get_args(Transport)
PROXY_MODES: Final = ("auto", "native", "netcat")
"""What runs on the far side of an SSH transport. Often mistaken for transports."""

Reach = Literal["daemon", "process", "program", "service"]
"""Who runs a driver that is given neither transport nor host: libvirt's daemon, libvirt inside this process
(the test driver), the same by way of the hypervisor's own program, or of its own network service."""


class Driver(NamedTuple):
    """One hypervisor driver, or one of the daemons that serve a single kind of object."""

    name: str
    title: str
    paths: tuple[str, ...]
    """Paths the driver opens; empty where any path may be right."""
    reach: Reach = "daemon"
    ports: tuple[int, int] | None = None
    """Ports of the hypervisor's own service: over HTTPS, over HTTP."""

    @property
    def own_daemon(self) -> bool:
        """Whether libvirt may run a daemon for this driver alone (virtqemud, virtnetworkd …)."""
        return self.reach == "daemon" and self.name not in {"remote", "parallels"}


_SYSTEM: Final = ("/system",)
_BOTH: Final = ("/system", "/session")
_ONE_INSTANCE: Final = ("/system", "/", "")

DRIVERS: Final[dict[str, Driver]] = {
    driver.name: driver
    for driver in (
        Driver("qemu", "QEMU/KVM", (*_BOTH, "/embed")),
        Driver("xen", "Xen", _ONE_INSTANCE),
        Driver("lxc", "LXC containers", _ONE_INSTANCE),
        Driver("test", "the test driver", (), "process"),
        Driver("ch", "Cloud Hypervisor", _BOTH),
        Driver("bhyve", "bhyve", _BOTH),
        Driver("vz", "Virtuozzo", _SYSTEM),
        Driver("parallels", "Virtuozzo", _SYSTEM),
        Driver("vbox", "VirtualBox", _BOTH),
        Driver("openvz", "OpenVZ containers", _SYSTEM, "program"),
        Driver("vmwareplayer", "VMware Player", ("/session",), "program"),
        Driver("vmwarews", "VMware Workstation", ("/session",), "program"),
        Driver("vmwarefusion", "VMware Fusion", ("/session",), "program"),
        Driver("esx", "VMware ESX", (), "service", (443, 80)),
        Driver("gsx", "VMware GSX", (), "service", (8333, 8222)),
        Driver("vpx", "VMware vCenter", (), "service", (443, 80)),
        Driver("hyperv", "Microsoft Hyper-V", (), "service", (5986, 5985)),
        Driver("network", "virtual networks alone", _BOTH),
        Driver("storage", "storage alone", _BOTH),
        Driver("nodedev", "host devices alone", _BOTH),
        Driver("secret", "secrets alone", (*_BOTH, "/embed")),
        Driver("interface", "host network interfaces alone", _BOTH),
        Driver("nwfilter", "network filters alone", _BOTH),
        Driver("remote", "the driver that the daemon picks", ()),
    )
}


class Parameter(NamedTuple):
    """One extra parameter and the transports that heed it."""

    name: str
    doc: str
    transports: tuple[Transport, ...]
    values: tuple[str, ...] = ()
    """The values it may have; empty where any text may be right."""
    flag: bool = False
    """A number is expected: 0 is off, anything else is on."""


_SSH: Final[tuple[Transport, ...]] = ("ssh", "libssh", "libssh2")
_LIBSSH: Final[tuple[Transport, ...]] = ("libssh", "libssh2")

PARAMETERS: Final[dict[str, Parameter]] = {
    parameter.name: parameter
    for parameter in (
        Parameter(
            "socket", "Path of the daemon's UNIX socket, on the machine where it runs.", ("unix", *_SSH)
        ),
        Parameter(
            "mode",
            "Which daemon: one per driver (direct), libvirtd (legacy), or the one that is there (auto).",
            ("unix", *_SSH),
            ("auto", "legacy", "direct"),
        ),
        Parameter(
            "proxy",
            "What connects to the socket on the far side: virt-ssh-helper (native), nc (netcat), or nc where "
            "the helper is missing (auto).",
            _SSH,
            PROXY_MODES,
        ),
        Parameter("netcat", "The netcat program on the far side; nc unless given.", _SSH),
        Parameter("keyfile", "Path of the private key to log in with.", _SSH),
        Parameter(
            "command",
            "With ssh: the program to run instead of ssh. With ext: the program whose standard input and "
            "output carry libvirt's protocol.",
            ("ssh", "ext"),
        ),
        Parameter(
            "no_verify",
            "With tls: do not check the server's certificate. With ssh: accept any host key unasked.",
            ("tls", "ssh"),
            flag=True,
        ),
        Parameter("no_tty", "Never let ssh ask for a password.", ("ssh",), flag=True),
        Parameter("known_hosts", "Path of the file with the known host keys.", _LIBSSH),
        Parameter(
            "known_hosts_verify",
            "A new host key: ask (normal), accept (auto), or check no host key at all (ignore).",
            _LIBSSH,
            ("normal", "auto", "ignore"),
        ),
        Parameter(
            "sshauth", "Ways to log in, in order: agent,privkey,password,keyboard-interactive.", _LIBSSH
        ),
        Parameter("pkipath", "Directory of cacert.pem, clientcert.pem and clientkey.pem.", ("tls",)),
        Parameter("tls_priority", "Ciphers and protocols, in GnuTLS's notation.", ("tls",)),
        Parameter("no_sanity", "Do not check our own certificate files before use.", ("tls",), flag=True),
        Parameter("auth", "The authentication to insist on: polkit, sasl or sasl.MECHANISM.", TRANSPORTS),
        Parameter("authfile", "Path of a file with the credentials that libvirt would ask for.", TRANSPORTS),
        Parameter("name", "The URI that the daemon is asked to open instead of this one.", TRANSPORTS),
    )
}
"""What libvirt's remote driver reads. It takes all with every transport and ignores in silence."""

OWN_PARAMETERS: Final[dict[str, tuple[str, ...]]] = {
    "esx": ("transport", "vcenter", "no_verify", "auto_answer", "proxy", "authfile"),
    "gsx": ("transport", "no_verify", "auto_answer", "proxy", "authfile"),
    "vpx": ("transport", "no_verify", "auto_answer", "proxy", "authfile"),
    "hyperv": ("transport", "authfile"),
    "test": ("authfile",),
}
"""Parameters of the drivers that do without a daemon. All but hyperv's are read by the driver itself."""


def parameters_for(transport: Transport) -> tuple[Parameter, ...]:
    """The parameters that mean something to this transport, for a form to offer."""
    return tuple(parameter for parameter in PARAMETERS.values() if transport in parameter.transports)

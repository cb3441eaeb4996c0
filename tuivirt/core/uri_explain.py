"""A connection URI in plain English: where it leads and how."""

from tuivirt.core.uri import ConnectionURI
from tuivirt.core.uri_check import is_on
from tuivirt.core.uri_words import DRIVERS


def explain(uri: ConnectionURI, *, privileged: bool = False) -> str:
    """Where ``uri`` connects and how, in two or three sentences.

    ``privileged``: asked by root, whose own session is the system daemon's business.
    """
    uri = uri.without_secrets()
    return " ".join(
        (f"{_what(uri, privileged=privileged)}.", *_how(uri, privileged=privileged), *_extra(uri))
    )


def _what(uri: ConnectionURI, *, privileged: bool) -> str:
    title = DRIVERS[uri.driver].title
    if uri.driver == "test":
        return _test_host(uri)
    if uri.path == "/embed":
        root = uri.params["root"]
        return f"A private {title} driver inside this process, its files in {root}: no daemon takes part"
    instance = ""
    if uri.path == "/system":
        instance = ", the system instance"
    elif uri.path == "/session" and uri.effective_transport in {"tls", "tcp"}:
        instance = ", the session instance of the user whose daemon listens there"
    elif uri.path == "/session" and uri.remote:
        instance = f", the session instance of {_user(uri) or 'the user who logs in'}"
    elif uri.path == "/session":
        instance = (
            ", where root's session is the system instance" if privileged else ", your own session instance"
        )
    return f"{title[0].upper()}{title[1:]} on {_place(uri)}{instance}"


def _user(uri: ConnectionURI) -> str | None:
    # Without a name libvirt's own SSH clients log in as root, where ssh would use the local name.
    return uri.user or ("root" if uri.transport in {"libssh", "libssh2"} else None)


def _place(uri: ConnectionURI) -> str:
    if uri.effective_transport == "ext":
        return "the machine that the command reaches"
    return uri.effective_host or "this machine"


def _test_host(uri: ConnectionURI) -> str:
    host = {"/default": "its built-in default host", "/": "no host", "": "no host"}.get(
        uri.path, f"the host described in the file {uri.path}"
    )
    if uri.in_process:
        return (
            f"The test driver with {host}, inside this process: no daemon takes part, nothing real is touched"
        )
    return f"The test driver with {host}, inside the libvirt daemon of {_place(uri)}: nothing real is touched"


def _how(uri: ConnectionURI, *, privileged: bool) -> list[str]:
    params = uri.params
    match uri.effective_transport:
        case "unix":
            return _unix(uri, privileged=privileged)
        case "tls":
            trust = (
                "The server's certificate is not checked"
                if is_on(params.get("no_verify"))
                else "The server's certificate is checked"
            )
            files = params.get("pkipath", "libvirt's usual places")
            return [
                f"Encrypted with TLS, port {uri.effective_port}{_localhost(uri)}.",
                f"{trust}; our own certificate and the CA's come from {files}.",
            ]
        case "tcp":
            port = f"Plain TCP, port {uri.effective_port}{_localhost(uri)}"
            return [f"{port}: nothing is encrypted, unless the server asks for SASL that encrypts."]
        case "ssh":
            return [_ssh(uri), _far_side(uri)]
        case "libssh" | "libssh2":
            return [_libssh(uri), _far_side(uri)]
        case "ext":
            return [
                f"The program {params['command']} carries the connection on its standard input and output."
            ]
        case None:
            return _without_daemon(uri)


def _unix(uri: ConnectionURI, *, privileged: bool) -> list[str]:
    paths = uri.sockets(runtime_dir="$XDG_RUNTIME_DIR", privileged=privileged)
    started = uri.path == "/session" and not privileged
    return [
        f"Through the daemon's UNIX socket {', or where that is missing '.join(paths)}."
        + (" The daemon is started when it is not running." if started and "socket" not in uri.params else "")
    ]


def _ssh(uri: ConnectionURI) -> str:
    params = uri.params
    program = f"{params['command']}, in place of ssh," if "command" in params else "the ssh command"
    user = f"as {uri.user}" if uri.user else "as the user that its configuration names"
    key = f" with the key {params['keyfile']}" if "keyfile" in params else ""
    port = (
        f", port {uri.port}" if uri.port else ", at the port that its configuration names (22 unless it does)"
    )
    text = f"Through {program} {user}{key}{port}{_localhost(uri)}."
    if is_on(params.get("no_verify")):
        text += " Any host key is accepted unasked, a changed one too."
    if is_on(params.get("no_tty")):
        text += " ssh asks for no password: an agent or a key must do."
    return text


def _libssh(uri: ConnectionURI) -> str:
    params = uri.params
    key = f" with the key {params['keyfile']}" if "keyfile" in params else ""
    ways = f", by {params['sshauth']}" if "sshauth" in params else ""
    known = params.get("known_hosts", "libvirt's own known_hosts")
    trust = {
        "ignore": "The host key is not checked.",
        "auto": f"The host key is checked against {known}; a new one is accepted unasked.",
    }.get(params.get("known_hosts_verify", ""), f"The host key is checked against {known}.")
    return (
        f"Through libvirt's built-in SSH client ({uri.transport}) as {_user(uri)}{key}{ways}, port "
        f"{uri.effective_port}{_localhost(uri)}. {trust}"
    )


def _far_side(uri: ConnectionURI) -> str:
    params = uri.params
    socket = f"the socket {params['socket']}" if "socket" in params else "the daemon's socket"
    netcat = params.get("netcat", "nc")
    proxy = params.get("proxy", "netcat" if "socket" in params else "auto")
    if proxy == "auto" and "netcat" in params:
        proxy = "netcat"
    helper = {
        "native": "virt-ssh-helper connects to the daemon",
        "netcat": f"{netcat} connects to {socket}",
    }.get(proxy, f"virt-ssh-helper connects to the daemon, or {netcat} to its socket where that is missing")
    return f"On the far side {helper}."


def _without_daemon(uri: ConnectionURI) -> list[str]:
    match DRIVERS[uri.driver].reach:
        case "service":
            scheme = "HTTP, not encrypted" if uri.params.get("transport") == "http" else "HTTPS"
            return [
                f"libvirt here speaks to its own service over {scheme}, port {uri.effective_port}; no daemon."
            ]
        case "program":
            return ["libvirt runs its programs in this process; no daemon."]
        case _:
            return []


def _localhost(uri: ConnectionURI) -> str:
    return "" if uri.host else " of this machine, as no host is given"


def _extra(uri: ConnectionURI) -> list[str]:
    params = uri.params
    extra = []
    if uri.effective_transport is not None:
        if name := params.get("name"):
            extra.append(f"The daemon is asked to open {name}.")
        if auth := params.get("auth"):
            extra.append(f"Only the authentication {auth} will do.")
    if authfile := params.get("authfile"):
        extra.append(f"Credentials come from {authfile}.")
    return extra

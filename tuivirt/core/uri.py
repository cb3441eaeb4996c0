"""Connection URIs, read and written as libvirt's client does: ``driver[+transport]://[user@][host][:port]/path``.

The rules are those of libvirt's ``viruri.c`` (parts), ``remote_driver.c`` (transports, default ports) and
``libvirt.c`` (``embed``, the old names of Xen).
"""

import difflib
import re
from typing import Final, NamedTuple, Self

from tuivirt.core.uri_secrets import HIDDEN, conceal, conceal_uri, is_secret
from tuivirt.core.uri_text import URIError, authority, decoded, encoded, parameters
from tuivirt.core.uri_words import DRIVERS, PROXY_MODES, TRANSPORTS, Transport

__all__ = ["DEFAULT_PORTS", "ConnectionURI", "URIError"]

DEFAULT_PORTS: Final[dict[Transport, int]] = {"tls": 16514, "tcp": 16509, "libssh": 22, "libssh2": 22}
"""Ports of the transports that have one of their own; ssh asks its own configuration."""

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


class ConnectionURI(NamedTuple):
    """The parts of a URI as they were written, percent-encoding resolved. What was not written is None.

    Bytes that are no UTF-8 are kept as surrogates (``surrogateescape``).
    """

    driver: str
    transport: Transport | None = None
    user: str | None = None
    host: str | None = None
    """A name or an address; an IPv6 address without its brackets."""
    port: int | None = None
    path: str = ""
    """Begins with a slash unless it is empty."""
    query: tuple[tuple[str, str], ...] = ()
    """The extra parameters in their order; names that libvirt knows are in lower case."""
    fragment: str | None = None
    """What follows a ``#``. It means nothing to libvirt, which keeps it all the same."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a URI. Raises URIError where libvirt would not know what to connect to.

        No password is quoted in that.
        """
        try:
            return cls._parse(text)
        except URIError:
            shown = conceal_uri(text)
            if shown == text:
                raise
        cls._parse(shown)  # for its mistake
        raise URIError(
            f"the password in {shown!r} cannot stand there: libvirt takes none in a URI, so leave it out"
        )

    @classmethod
    def _parse(cls, text: str) -> Self:
        text = text.strip()
        # The two old spellings that libvirt itself still completes.
        if text.lower() == "xen" or text == "xen://":
            text = "xen:///system"
        scheme = _SCHEME.match(text)
        if scheme is None:
            raise _no_driver(text)
        driver, transport = _driver_and_transport(scheme[1], text)
        rest, hash_, fragment = text[scheme.end() :].partition("#")
        rest, _, query = rest.partition("?")
        place, path = "", rest
        if rest.startswith("//"):
            place, slash, tail = rest[2:].partition("/")
            path = slash + tail
        if path and not path.startswith("/"):
            raise URIError(f"the path of {text!r} has no slash before it: write {scheme[0]}///{path}")
        user, host, port = authority(place)
        uri = cls(
            driver=driver,
            transport=transport,
            user=user,
            host=host,
            port=port,
            path=decoded(path, "path"),
            query=parameters(query),
            fragment=decoded(fragment, "fragment") if hash_ else None,
        )
        uri._check()
        return uri

    def build(self) -> str:
        """The URI in its normal form, which libvirt understands the same way."""
        scheme = f"{self.driver}+{self.transport}" if self.transport else self.driver
        user = f"{encoded(self.user, ':')}@" if self.user else ""
        host = self.host or ""
        host = f"[{host.replace('%', '%25')}]" if ":" in host else encoded(host, "")
        port = f":{self.port}" if self.port else ""
        path = encoded(self.path, "/:@!$&'()*+,;=")
        query = "&".join(f"{encoded(name, '/:@')}={encoded(value, '/:@,+')}" for name, value in self.query)
        tail = f"#{encoded(self.fragment, '/:@')}" if self.fragment is not None else ""
        return f"{scheme}://{user}{host}{port}{path}{'?' if query else ''}{query}{tail}"

    def __str__(self) -> str:
        return self.build()

    @property
    def params(self) -> dict[str, str]:
        """The extra parameters; of one that is given twice the last, as libvirt's remote driver takes it."""
        return dict(self.query)

    def with_params(self, **params: str | None) -> Self:
        """The same URI with parameters set anew, or taken away where the value is None."""
        kept = tuple((name, value) for name, value in self.query if name not in params)
        added = tuple((name, value) for name, value in params.items() if value is not None)
        return self._replace(query=kept + added)

    def without_secrets(self) -> Self:
        """The URI as it may be shown: what would be a password is hidden."""
        user, colon, _ = (self.user or "").partition(":")
        query = ((name, HIDDEN if is_secret(name) else value) for name, value in self.query)
        return self._replace(user=f"{user}:{HIDDEN}" if colon else self.user, query=tuple(query))

    def conceal(self, text: str) -> str:
        """What libvirt or ssh says of this URI, without a password that stands in it."""
        if self.user and ":" in self.user:
            text = text.replace(self.user, str(self.without_secrets().user))
        return conceal(text)

    @property
    def in_process(self) -> bool:
        """No daemon takes part: the test driver or an embedded one, inside this very process."""
        if self.transport is not None or self.host is not None:
            return False
        return self.path == "/embed" or DRIVERS[self.driver].reach == "process"

    @property
    def effective_transport(self) -> Transport | None:
        """The transport that will be used; None where libvirt's own protocol is not spoken at all."""
        if self.transport is not None:
            return self.transport
        match DRIVERS[self.driver].reach:
            case "service":
                return None
            case "program" if self.host is None:
                return None
        if self.in_process:
            return None
        return "unix" if self.host is None else "tls"

    @property
    def effective_port(self) -> int | None:
        """The port that will be used, where it is known: ssh's own configuration may choose another."""
        if self.port is not None:
            return self.port
        transport = self.effective_transport
        if transport is not None:
            return DEFAULT_PORTS.get(transport)
        ports = DRIVERS[self.driver].ports
        return ports[self.params.get("transport") == "http"] if ports else None

    @property
    def effective_host(self) -> str | None:
        """The host that will be contacted; None for what stays on this machine or is up to a command."""
        if self.effective_transport in {"unix", "ext"}:
            return None
        if self.host is None and self.effective_transport is not None:
            return "localhost"
        return self.host

    @property
    def remote(self) -> bool:
        """Whether something other than this process or a local socket is asked."""
        if self.effective_transport is None:
            return self.host is not None
        return self.effective_transport != "unix"

    def sockets(self, *, runtime_dir: str, privileged: bool, read_only: bool = False) -> tuple[str, ...]:
        """UNIX sockets of a local daemon, the one that libvirt tries first in front.

        ``runtime_dir``: the user's, where session daemons listen. ``privileged``: root asks. Rests on
        ``remoteGetUNIXSocket``.
        """
        if self.effective_transport != "unix":
            return ()
        if own := self.params.get("socket"):
            return (own,)
        session = not privileged and (self.path == "/session" or self.driver == "test")
        directory = f"{runtime_dir}/libvirt" if session else "/var/run/libvirt"
        suffix = "-ro" if read_only and not session else ""
        direct = f"{directory}/virt{self.driver}d-sock{suffix}"
        legacy = f"{directory}/libvirt-sock{suffix}"
        mode = self.params.get("mode", "auto")
        if DRIVERS[self.driver].own_daemon and mode != "legacy":
            return (direct,) if mode == "direct" else (direct, legacy)
        return (legacy,)

    def _check(self) -> None:
        """Raise URIError for parts that do not go together."""
        if self.transport == "unix" and self.host is not None:
            raise URIError(
                f"a UNIX socket is on this machine, so unix cannot reach {self.host!r}: leave the host out, "
                f"or write {self.driver}+ssh://{self.host}{self.path}"
            )
        if self._slash_is_missing():
            raise URIError(
                f"{self.host!r} stands where the host belongs: a slash is missing, write "
                f"{self._replace(host=None, path=f'/{self.host}').build()}"
            )
        if self.transport == "ext" and not self.params.get("command"):
            raise URIError(
                "the transport ext needs a command that carries the connection: add ?command=/path/to/program"
            )
        if self.path == "/embed":
            self._check_embed()
        if DRIVERS[self.driver].reach == "service" and self.transport is None and self.host is None:
            raise URIError(f"{self.driver} needs a host: write {self.driver}://HOST{self.path or '/'}")

    def _slash_is_missing(self) -> bool:
        """``qemu://system`` for ``qemu:///system``: libvirt refuses the first three whatever the path is."""
        if f"/{self.host}" not in DRIVERS[self.driver].paths:
            return False
        return not self.path or (self.transport is None and self.driver in {"qemu", "vbox", "vz"})

    def _check_embed(self) -> None:
        if self.transport is not None or self.host is not None:
            raise URIError(
                "an embedded driver runs inside this process, so it takes neither transport nor host: write "
                f"{self.driver}:///embed?root=/some/directory"
            )
        if not self.params.get("root", "").startswith("/"):
            raise URIError(
                "an embedded driver needs a directory to keep its files in: add ?root= and an absolute path"
            )


def _no_driver(text: str) -> URIError:
    if not text:
        return URIError("there is no URI: write one such as qemu:///system or qemu+ssh://root@HOST/system")
    return URIError(
        f"{text!r} does not say which driver to use, and no connection has this name: a URI begins like "
        "qemu:///system or qemu+ssh://root@HOST/system"
    )


def _unknown_driver(driver: str, text: str) -> URIError:
    rest = text.partition(":")[2]
    if driver.lower() in TRANSPORTS:
        return URIError(
            f"{driver!r} is a transport and needs a driver before it: write qemu+{driver.lower()}:{rest}"
        )
    near = difflib.get_close_matches(driver.lower(), DRIVERS, n=1)
    if driver.lower() == "kvm":
        near = ["qemu"]
    advice = f"did you mean {near[0]}{text[len(driver) :]}?" if near else f"libvirt has {', '.join(DRIVERS)}"
    return URIError(f"{driver!r} is no driver of libvirt: {advice}")


def _driver_and_transport(scheme: str, text: str) -> tuple[str, Transport | None]:
    driver, plus, transport = scheme.partition("+")
    if driver not in DRIVERS:
        raise _unknown_driver(driver, text)
    if not plus:
        return driver, None
    # libvirt minds the case of the driver's name, but not of the transport's.
    lower = transport.lower()
    if lower in PROXY_MODES:
        rest = text.partition(":")[2].partition("#")[0]
        mark = "&" if "?" in rest else "?"
        raise URIError(
            f"{transport!r} is no transport but a proxy mode, a way to the socket on the far side of SSH: "
            f"write {driver}+ssh:{rest}{mark}proxy={lower}"
        )
    if lower not in TRANSPORTS:
        near = difflib.get_close_matches(lower, TRANSPORTS, n=1)
        advice = f"did you mean {near[0]}?" if near else f"libvirt has {', '.join(TRANSPORTS)}"
        raise URIError(f"{transport!r} is no transport of libvirt: {advice}")
    return driver, lower

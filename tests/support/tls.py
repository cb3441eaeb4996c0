"""Certificates for a daemon that listens with TLS and for its clients, kept in the test cache."""

import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.cache import cached_directory
from tests.support.daemon import DaemonUnavailableError
from tests.support.wait import until

_DAYS = "3650"
_SERVER = """\
subjectAltName=DNS:localhost,IP:127.0.0.1
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth
"""
_CLIENT = """\
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=clientAuth
"""


@dataclass(frozen=True, slots=True)
class Pki:
    """Directories as ``?pkipath=`` wants them."""

    directory: Path

    @property
    def client(self) -> Path:
        """All that a client needs."""
        return self.directory / "client"

    @property
    def anonymous(self) -> Path:
        """The CA alone: no certificate of the client's own."""
        return self.directory / "anonymous"

    @property
    def stranger(self) -> Path:
        """The right CA, and a client certificate of another one."""
        return self.directory / "stranger"

    @property
    def outdated(self) -> Path:
        """The right CA, and a client certificate of it that has expired."""
        return self.directory / "outdated"

    @property
    def foreign(self) -> Path:
        """Another CA and its client certificate: it does not know the server."""
        return self.directory / "foreign"

    def conf(self, port: int, *, auth: str = "none", server: str = "server") -> str:
        """Lines of libvirtd.conf: listen with TLS on this loopback port. ``auth`` is *none* or *sasl*; the
        ``server`` may be *expired*, or *renamed* for another host.
        """
        own = self.directory / server
        lines = {
            "listen_tls": "1",
            "listen_addr": '"127.0.0.1"',
            "tls_port": f'"{port}"',
            "auth_tls": f'"{auth}"',
            "key_file": f'"{own}/serverkey.pem"',
            "cert_file": f'"{own}/servercert.pem"',
            "ca_file": f'"{own}/cacert.pem"',
            # It would refuse to start with a certificate that clients should refuse.
            "tls_no_sanity_certificate": "1",
        }
        return "".join(f"{name} = {value}\n" for name, value in lines.items())


def certificates() -> Pki:
    """Make them, or take those of an earlier run."""
    if shutil.which("openssl") is None:
        raise DaemonUnavailableError("not installed: openssl (`make test` installs it where it may)")
    return Pki(cached_directory("certificates-2", _make))


def _make(directory: Path) -> None:
    ours, other = directory / "ca", directory / "other-ca"
    for ca, name in ((ours, "tuivirt test CA"), (other, "another CA")):
        _make_ca(ca, name)
    for name, alternative, days in (
        ("server", _SERVER, _DAYS),
        ("expired", _SERVER, "0"),
        ("renamed", _SERVER.replace("DNS:localhost,IP:127.0.0.1", "DNS:elsewhere.example.org"), _DAYS),
    ):
        subject = "elsewhere.example.org" if name == "renamed" else "localhost"
        _make_certificate(directory / name, "server", subject, ours, alternative, days)
    _make_certificate(directory / "client", "client", "test client", ours, _CLIENT, _DAYS)
    _make_certificate(directory / "outdated", "client", "test client", ours, _CLIENT, "0")
    _make_certificate(directory / "foreign", "client", "stranger", other, _CLIENT, _DAYS)
    shutil.copytree(directory / "foreign", directory / "stranger")
    shutil.copy(ours / "cacert.pem", directory / "stranger")
    (directory / "anonymous").mkdir()
    shutil.copy(ours / "cacert.pem", directory / "anonymous")
    # What lasts no day is good until its second is over.
    made = int(time.time())
    until(lambda: time.time() >= made + 1, "some have expired")


def _make_ca(directory: Path, name: str) -> None:
    directory.mkdir()
    _openssl(
        directory,
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", _DAYS),
        *("-keyout", "cakey.pem", "-out", "cacert.pem", "-subj", f"/CN={name}"),
        *("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
    )


def _make_certificate(directory: Path, kind: str, subject: str, ca: Path, extension: str, days: str) -> None:
    """``kind`` is *server* or *client*, as libvirt names the files."""
    directory.mkdir()
    (directory / "extension").write_text(extension)
    key, request, certificate = f"{kind}key.pem", "request.pem", f"{kind}cert.pem"
    _openssl(
        directory,
        *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-keyout", key, "-out", request, "-subj", f"/O=tuivirt tests/CN={subject}"),
    )
    _openssl(
        directory,
        *("x509", "-req", "-in", request, "-CA", str(ca / "cacert.pem"), "-CAkey", str(ca / "cakey.pem")),
        *("-CAcreateserial", "-days", days, "-extfile", "extension", "-out", certificate),
    )
    shutil.copy(ca / "cacert.pem", directory)
    for left in ("extension", request):
        (directory / left).unlink()


def _openssl(directory: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)

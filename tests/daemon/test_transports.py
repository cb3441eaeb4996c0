"""Every road to a daemon, opened by the app's backend and walked by doctor."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.support.daemon import NOBODY, LibvirtDaemon
from tests.support.guest import guest_xml
from tests.support.lab import Lab
from tests.support.login import User
from tests.support.unavailable import as_root
from tuivirt.backend import doctor


def _ssh(**params: str) -> Callable[[Lab], str]:
    return lambda lab: lab.sshd.ssh_uri("id", **params)


def _libssh(transport: str, **params: str) -> Callable[[Lab], str]:
    return lambda lab: lab.sshd.libssh_uri(transport, "privkey", "id", **params)


ROADS: dict[str, Callable[[Lab], str]] = {
    "unix": lambda lab: lab.daemon.uri,
    "tcp": lambda lab: f"qemu+tcp://127.0.0.1:{lab.tcp}{lab.path}",
    "tls": lambda lab: f"qemu+tls://127.0.0.1:{lab.tls}{lab.path}?pkipath={lab.pki.client}",
    "tls by its short name": lambda lab: f"qemu://localhost:{lab.tls}{lab.path}?pkipath={lab.pki.client}",
    "tls unchecked": lambda lab: (
        f"qemu+tls://127.0.0.1:{lab.tls}{lab.path}?pkipath={lab.pki.client}&no_verify=1"
    ),
    "ext": lambda lab: f"qemu+ext://{lab.path}?command={lab.command}",
    "ssh": _ssh(),
    "ssh native": _ssh(proxy="native"),
    "ssh netcat": _ssh(proxy="netcat"),
    "libssh native": _libssh("libssh", proxy="native"),
    "libssh netcat": _libssh("libssh", proxy="netcat"),
    "libssh2 native": _libssh("libssh2", proxy="native"),
    "libssh2 netcat": _libssh("libssh2", proxy="netcat"),
    "the driver is the daemon's choice": lambda lab: f"remote+unix:///?socket={lab.daemon.socket}",
}
TEST_ROADS: dict[str, Callable[[Lab], str]] = {
    "test": lambda lab: f"test://{lab.host}",
    "test+unix": lambda lab: lab.daemon.test_driver_uri(lab.host),
    "test+tcp": lambda lab: f"test+tcp://127.0.0.1:{lab.tcp}{lab.host}",
    "test+ssh": lambda lab: (
        lab.sshd.ssh_uri("id").replace("qemu+", "test+").replace(lab.path + "?", f"{lab.host}?")
    ),
}


def open_and_test(user: User, uri: str, *names: str) -> None:
    user.open(uri)
    assert sorted(user.records()) == list(names)
    user.until(lambda: user.state().facts is not None, "what the host says of itself")
    assert [step for step in doctor.run(uri) if not step.ok] == []


def roads(known: dict[str, Callable[[Lab], str]]) -> list[ParameterSet]:
    """As an ordinary user the far side's helper would find that user's own daemon: root alone goes there."""
    own = ("native", "test+ssh")
    return [pytest.param(name, marks=[as_root] if name.endswith(own) else []) for name in known]


@pytest.mark.parametrize("road", roads(ROADS))
def test_roads_to_qemu(lab: Lab, user: User, road: str) -> None:
    open_and_test(user, ROADS[road](lab), "web")


@pytest.mark.parametrize("road", roads(TEST_ROADS))
def test_roads_to_the_test_driver(lab: Lab, user: User, road: str) -> None:
    open_and_test(user, TEST_ROADS[road](lab), "made-up")


@pytest.mark.parametrize(
    ("road", "steps"),
    [
        ("unix", ["URI", "socket", "open", "authentication"]),
        ("ext", ["URI", "command", "open", "authentication"]),
        ("tcp", ["URI", "name", "TCP", "open", "authentication"]),
        (
            "tls unchecked",
            [
                *("URI", "name", "TCP", "certificate files", "TLS", "TLS certificate", "our certificate"),
                *("open", "authentication"),
            ],
        ),
        (
            "ssh",
            [
                *("URI", "command", "host key", "SSH authentication"),
                *("helper on the far side", "socket on the far side", "open", "authentication"),
            ],
        ),
    ],
)
def test_doctor_walks_the_road_step_by_step(lab: Lab, road: str, steps: list[str]) -> None:
    found = doctor.run(ROADS[road](lab))
    assert [step.step for step in found] == [*steps, "driver", "list"]
    told = {step.step: step.detail for step in found}
    assert told.get("TLS certificate", "not checked") == "not checked"


def test_a_jump_host_of_ssh_itself(lab: Lab, user: User) -> None:
    """The way stands in ssh_config alone; what both hosts ask comes in turn, the gate first."""
    lab.sshd.known_hosts.unlink()
    try:
        user.begin(lab.sshd.jump_uri())
        gate, target = user.answer("yes"), user.answer("yes")
        assert [(q.kind, q.fingerprint) for q in (gate, target)] == [("host key", lab.sshd.fingerprint())] * 2
        # Whose key it is stands in the first line; later ones tell where else it is known.
        named = [f"]:{lab.sshd.port} " in question.prompt.splitlines()[0] for question in (gate, target)]
        assert named == [True, False], (gate.prompt, target.prompt)
        assert user.outcome().phase == "open"
        user.until(user.records, "the list")
        steps = {step.step: step for step in doctor.run(lab.sshd.jump_uri())}
        assert all(step.ok for step in steps.values())
    finally:
        lab.sshd.trust()


# What leads to the machine's own daemon: in a process within the namespaces where that is ours.


def preloaded(name: str = "web") -> str:
    """A definition that a driver reads without asking its emulator what it can do, which takes seconds."""
    return guest_xml(name).replace("<devices>", "<devices><emulator>/nonexistent</emulator>")


def belongs_to_nobody(directory: Path, **files: str) -> None:
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    for path in (directory, *directory.rglob("*")):
        os.chown(path, NOBODY, NOBODY)


@as_root
def test_roads_to_the_daemon_of_this_machine(daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("web"))
    (daemon.run / "virtqemud-sock").symlink_to("libvirt-sock")
    qemu = ("qemu:///system", "qemu:///session", "qemu+unix:///system", "qemu:///system?mode=direct")
    # A monolithic libvirtd serves what the split daemons do. Without domains, but that is no failure.
    parts = [
        f"{name}:///system" for name in ("network", "storage", "nodedev", "secret", "nwfilter", "interface")
    ]
    visits = dict(zip((*qemu, *parts), daemon.visit(*qemu, *parts), strict=True))
    for uri, visit in visits.items():
        assert (visit.phase, visit.failed, visit.error) == ("open", "", ""), uri
        assert visit.domains == (["web"] if uri in qemu else []), uri
        assert visit.hostname == ("testhost" if uri in qemu else ""), uri
    assert "virtqemud-sock" in visits["qemu:///system"].steps[1][2], "the split daemon's socket comes first"


@as_root
def test_a_session_daemon_of_an_ordinary_user(daemon: LibvirtDaemon) -> None:
    """libvirt starts it. There is no QEMU on its PATH, which it would examine for half a minute."""
    home = daemon.visitor_home(NOBODY)
    belongs_to_nobody(home, **{"config/libvirt/qemu/mine.xml": preloaded("mine")})
    daemon.define(guest_xml("web"))
    session, system = daemon.visit(
        "qemu:///session", "qemu:///system", user=NOBODY, env={"PATH": "/nonexistent"}
    )
    assert (session.phase, session.failed, session.domains) == ("open", "", ["mine"])
    assert (system.phase, system.failed, system.domains) == ("open", "", ["web"])


@as_root
def test_an_embedded_driver(daemon: LibvirtDaemon) -> None:
    """libvirt's QEMU driver inside a process; in one of its own, because it stays there until the end."""
    root = daemon.directory / "embedded"
    (root / "etc/qemu").mkdir(parents=True)
    (root / "etc/qemu/web.xml").write_text(preloaded())
    (visit,) = daemon.visit(f"qemu:///embed?root={root}")
    assert (visit.phase, visit.failed, visit.domains) == ("open", "", ["web"])
    assert [step[0] for step in visit.steps] == ["URI", "open", "driver", "list"]


@as_root
def test_certificates_in_their_usual_place(lab: Lab) -> None:
    home = lab.daemon.visitor_home(NOBODY)
    shutil.copytree(lab.pki.client, home / "home/.pki/libvirt")
    belongs_to_nobody(home)
    (visit,) = lab.daemon.visit(f"qemu://localhost:{lab.inner_tls}/system", user=NOBODY)
    assert (visit.phase, visit.failed, visit.domains) == ("open", "", ["web"])

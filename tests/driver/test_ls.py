"""The domain list for scripts: a contract."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import libvirt
import pytest

from tests.support.hosts import STATES, HostDomain, uuid_of, write_host
from tests.support.wait import AT_ONCE, PATIENCE
from tuivirt.backend import ls
from tuivirt.core.query import QueryError
from tuivirt.core.source import Source
from tuivirt.resources.domain.tags import NAMESPACE, build

HOSTILE = "[red]x[/]\u009b31m\u202e; rm -rf"
TAGS = build(["web", "prod"]).replace("<tags>", f'<tags xmlns="{NAMESPACE}">')
KEYS = {
    "connection": str,
    "name": str,
    "uuid": str,
    "id": int | None,
    "state": str,
    "reason": str,
    "vcpus": int,
    "memory_kib": int,
    "max_memory_kib": int,
    "autostart": bool,
    "persistent": bool,
    "managed_save": bool,
    "title": str,
    "tags": list,
}


@pytest.fixture
def host(tmp_path: Path) -> Source:
    uri = write_host(
        tmp_path / "host.xml",
        [
            HostDomain("web10", state="running", title="The front", metadata=TAGS, vcpus=3, memory_mib=96),
            HostDomain("web9", state="paused"),
            HostDomain("db", managed_save=True, title=HOSTILE),
            HostDomain("batch", state="running", persistent=False),
            *(HostDomain(state, state=state) for state in STATES),
        ],
    )
    return Source("lab", uri, "argument", "-c")


def rows(*sources: Source, query: str = "", timeout: float = 10) -> list[dict[str, Any]]:
    return list(ls.run(sources, query=query, timeout=timeout))


def test_every_row_has_the_keys_of_the_contract(host: Source) -> None:
    found = rows(host)
    assert len(found) == 4 + len(STATES)
    for row in found:
        assert list(row) == list(KEYS)
        for name, kind in KEYS.items():
            assert isinstance(row[name], kind), (name, row[name])
        assert all(isinstance(tag, str) for tag in row["tags"])
    assert json.loads(json.dumps(found)) == found


def test_what_they_say(host: Source) -> None:
    found = {row["name"]: row for row in rows(host)}
    assert found["web10"] == {
        "connection": "lab",
        "name": "web10",
        "uuid": uuid_of("web10"),
        "id": found["web10"]["id"],
        "state": "running",
        "reason": "",
        "vcpus": 3,
        "memory_kib": 96 * 1024,
        "max_memory_kib": 96 * 1024,
        "autostart": False,
        "persistent": True,
        "managed_save": False,
        "title": "The front",
        "tags": ["prod", "web"],
    }
    assert isinstance(found["web10"]["id"], int)
    assert (found["db"]["id"], found["db"]["managed_save"]) == (None, True)
    # For scripts, texts are as the host gave them.
    assert found["db"]["title"] == HOSTILE
    assert not found["batch"]["persistent"]


def test_the_states_are_libvirt_s_words(host: Source) -> None:
    found = {row["name"]: row["state"] for row in rows(host)}
    assert {name: found[name] for name in STATES} == {
        "nostate": "no state",
        "running": "running",
        "blocked": "idle",
        "paused": "paused",
        "shutdown": "in shutdown",
        "shutoff": "shut off",
        "crashed": "crashed",
        "pmsuspended": "pmsuspended",
    }


def test_sorted_as_people_count(host: Source) -> None:
    names = [row["name"] for row in rows(host, query="name:web*")]
    assert names == ["web9", "web10"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", None),
        ("tag:web", {"web10"}),
        ("title:*front*", {"web10"}),
        ("state:paused name:web*", {"web9"}),
        ("mem>=96M", {"web10"}),
        ("persistent:no", {"batch"}),
        (f"uuid:{uuid_of('db')}", {"db"}),
        ("nosuchname", set()),
    ],
)
def test_filter(host: Source, query: str, names: set[str] | None) -> None:
    found = {row["name"] for row in rows(host, query=query)}
    assert found == names if names is not None else len(found) == 4 + len(STATES)


def test_a_wrong_filter_fails_before_anything_is_opened(
    host: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libvirt, "openAuth", lambda *_: pytest.fail("nothing is opened"))
    with pytest.raises(QueryError):
        ls.run([host], query="nosuchfield:x", timeout=1)


def test_a_connection_that_fails_is_a_row_and_the_order_is_that_of_the_sources(
    host: Source, tmp_path: Path
) -> None:
    other = Source("other", write_host(tmp_path / "other.xml", [HostDomain("solo")]), "argument", "-c")
    broken = [Source("a", "test:///nowhere", "alias", "x"), Source("b", "no uri", "alias", "x")]
    found = rows(broken[0], host, broken[1], other)
    assert [row["connection"] for row in found] == ["a", *["lab"] * (4 + len(STATES)), "b", "other"]
    for row in (found[0], found[-2]):
        assert row.keys() == {"connection", "error"}
        assert row["error"]


def test_nothing_to_list() -> None:
    assert rows() == []


@pytest.fixture
def gate() -> Any:
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize("where", ["open", "list", "definition"])
def test_one_that_does_not_answer(
    host: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gate: threading.Event, where: str
) -> None:
    """All wait together: two that hang take no longer than one, and the others are listed."""
    good = Source("good", write_host(tmp_path / "good.xml", [HostDomain("solo")]), "argument", "-c")
    bad = [host, Source("bad", host.uri, "argument", "-c")]

    def stuck_open(really: Callable[..., Any]) -> Callable[..., Any]:
        def opened(uri: str, *rest: Any) -> Any:
            if uri == host.uri:
                gate.wait(PATIENCE)
            return really(uri, *rest)

        return opened

    def stuck_on_it(really: Callable[..., Any]) -> Callable[..., Any]:
        def call(conn: libvirt.virConnect, *rest: Any) -> Any:
            if conn.getURI() == host.uri:
                gate.wait(PATIENCE)
            return really(conn, *rest)

        return call

    def stuck_definition(really: Callable[..., str]) -> Callable[..., str]:
        def call(dom: libvirt.virDomain, *rest: Any) -> str:
            if dom.name() != "solo":
                gate.wait(PATIENCE)
            return really(dom, *rest)

        return call

    if where == "open":
        monkeypatch.setattr(libvirt, "openAuth", stuck_open(libvirt.openAuth))
    elif where == "list":
        really = libvirt.virConnect.getAllDomainStats
        monkeypatch.setattr(libvirt.virConnect, "getAllDomainStats", stuck_on_it(really))
    else:
        monkeypatch.setattr(libvirt.virDomain, "XMLDesc", stuck_definition(libvirt.virDomain.XMLDesc))
    started = time.monotonic()
    found = rows(bad[0], good, bad[1], timeout=0.3)
    assert time.monotonic() - started < AT_ONCE
    error = "no answer within 0.3 s"
    assert [(row["connection"], row.get("error"), row.get("name")) for row in found] == [
        ("lab", error, None),
        ("good", None, "solo"),
        ("bad", error, None),
    ]
    # Nor does it keep the process from ending.
    assert all(thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread())


def test_a_domain_that_vanishes_meanwhile_has_no_details(
    host: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = libvirt.virDomain.XMLDesc

    def vanish(dom: libvirt.virDomain, flags: int = 0) -> str:
        if dom.name() == "web9":
            dom.undefine()
            dom.destroy()
        return really(dom, flags)

    def read_write(uri: str, auth: list[Any], _flags: int) -> libvirt.virConnect:
        return opened(uri, auth, 0)

    opened = libvirt.openAuth
    monkeypatch.setattr(libvirt, "openAuth", read_write)
    monkeypatch.setattr(libvirt.virDomain, "XMLDesc", vanish)
    found = {row["name"]: row for row in rows(host)}
    assert (found["web9"]["title"], found["web9"]["tags"]) == ("", [])
    assert found["web10"]["title"] == "The front"

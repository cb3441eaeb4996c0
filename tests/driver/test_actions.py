"""Every action, on libvirt's test driver: what it does is seen through libvirt, and the virsh command that is
shown for it does the same, or is refused in the same words.
"""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libvirt
import pytest

from tests.support.action_cases import CASES, DOMAINS, FILE, Case, with_file
from tests.support.headless import HOST, Headless, virsh_words
from tests.support.hosts import STATES, HostDomain, uuid_of, write_host
from tuivirt.core.action import Action, param_fields, virsh_line
from tuivirt.core.backend import Order, Request
from tuivirt.core.changes import ConnectionState, Happened
from tuivirt.core.key import Key
from tuivirt.resources.domain import details
from tuivirt.resources.domain.actions import definition, memory
from tuivirt.resources.domain.read import list_all
from tuivirt.resources.domain.snapshot import Domain
from tuivirt.resources.host import RestoreFrom
from tuivirt.resources.register import ACTIONS, find_action


@pytest.fixture
def host(tmp_path: Path) -> str:
    return write_host(tmp_path / "actions.xml", DOMAINS)


@pytest.fixture
def app(host: str) -> Iterator[Headless]:
    with Headless() as app:
        app.open(host)
        yield app


@dataclass(frozen=True)
class Picture:
    """All that libvirt tells of a domain without looking at a clock."""

    state: tuple[int, int]
    flags: tuple[bool, bool, bool]
    """Persistent, autostart, managed save."""
    definitions: tuple[str, str]


def picture(conn: libvirt.virConnect, name: str) -> Picture | None:
    """What our own action left behind."""
    try:
        dom = conn.lookupByName(name)
    except libvirt.libvirtError:
        return None
    state, reason = dom.state()
    return Picture(
        (state, reason),
        (bool(dom.isPersistent()), bool(dom.autostart()), bool(dom.hasManagedSaveImage())),
        (dom.XMLDesc().strip(), dom.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE).strip()),
    )


MARK = "=*=*="


def virsh(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run virsh. Of a job that is over before virsh begins to wait for its end it misses the end (9.0)."""
    for attempt in range(12):
        with contextlib.suppress(subprocess.TimeoutExpired):
            return subprocess.run(
                ["virsh", "-q", *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=0.5 * (attempt + 1),
            )
    raise AssertionError(f"virsh {arguments} hangs")


def picture_by_virsh(uri: str, commands: list[list[str]], name: str) -> tuple[Picture | None, str]:
    """What virsh leaves behind when it runs our commands, and the last error of the last of them.

    All in one process, at whose end the test driver forgets everything.
    """
    asked = [
        ["dumpxml", name],
        ["dumpxml", "--inactive", name],
        ["domstats", "--state", name],
        ["dominfo", name],
    ]
    lines = [*commands, *(line for each in asked for line in (["echo", "--err", MARK], ["echo", MARK], each))]
    script = "; ".join(" ".join(quoted(word) for word in line) for line in lines)
    done = virsh("-c", uri, script)
    errors, *errors_after = done.stderr.split(f"error: {MARK}")
    error = errors.strip().rpartition("error: ")[2]
    if "failed to get domain" in errors_after[0]:
        return None, error
    _, live, saved, stats, info = done.stdout.split(MARK)
    facts = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in info.splitlines())
    }
    numbers = dict(line.strip().split("=") for line in stats.splitlines() if "=" in line)
    found = Picture(
        (int(numbers["state.state"]), int(numbers["state.reason"])),
        (facts["Persistent"] == "yes", facts["Autostart"] == "enable", facts["Managed save"] == "yes"),
        (live.strip(), saved.strip()),
    )
    return found, error


def quoted(word: str) -> str:
    """A word as virsh's own parser reads it back."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_every_action_has_a_case() -> None:
    tried = {case.action for case in CASES} | {"host.restore", "domain.change_tags"}
    assert tried == {action.id for actions in ACTIONS.values() for action in actions}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_an_action_does(case: Case, app: Headless, host: str, tmp_path: Path) -> None:
    params = with_file(case.params, tmp_path / "file")
    commands: list[list[str]] = []
    for action in (*case.first, case.action):
        given = params if action == case.action else None
        asked = app.request(action, case.name, params=given)
        (state,) = app.ended(app.fleet.perform(asked), 1)
        commands.append(virsh_words(asked.orders[0].command))

    assert (state.phase, state.note) == (("failed", case.error) if case.error else ("done", ""))
    name = case.becomes or case.name
    left = picture(app.libvirt(), name)
    assert (left is None) == case.vanishes
    if left is not None:
        assert case.seen(app.libvirt().lookupByName(name))

    # virsh does the same, and is refused in the same words, so it gave the driver the same flags.
    by_virsh, error = picture_by_virsh(host, commands, name)
    assert by_virsh == left
    assert case.error.endswith(error)  # virsh leaves out the kind of error where it finds it out by itself
    assert bool(error) == bool(case.error)

    # And the list shows it, without being asked.
    def shown() -> bool:
        truth, _ = list_all(app.libvirt(), HOST)
        return {r.item for r in app.records().values()} == set(truth)

    app.until(shown, "the store equals libvirt")
    entry = [c.entry for c in app.changes if isinstance(c, Happened) and c.entry.origin == "action"][-1]
    assert (entry.name, entry.what, entry.ok) == (case.name, find_action(case.action).title, not case.error)
    assert (entry.detail, entry.command) == (case.error, asked.orders[0].command)


def test_restore(app: Headless, host: str, tmp_path: Path) -> None:
    """An action of the host, not of a domain; the domain that comes back appears by itself."""
    path = tmp_path / "file"
    app.perform("domain.save", "web01", params=memory.SaveTo(str(path)))
    app.until(lambda: not app.domain("web01").active, "it is off")
    action, params = find_action("host.restore"), RestoreFrom(str(path))
    assert virsh_words(virsh_line(host, action.command(None, params))) == ["restore", "--file", str(path)]
    order = Order(Key(HOST, "host", HOST), HOST, virsh_line(host, action.command(None, params)))
    (state,) = app.ended(app.fleet.perform(Request(action.id, (order,), params)), 1)
    assert (state.phase, state.note) == ("done", "")
    app.until(lambda: app.domain("web01").active, "it runs again")
    words = [["save", "--domain", "web01", "--file", str(path)], ["restore", "--file", str(path)]]
    assert picture_by_virsh(host, words, "web01") == (picture(app.libvirt(), "web01"), "")

    missing = RestoreFrom(str(tmp_path / "missing"))
    (state,) = app.ended(app.fleet.perform(Request(action.id, (order,), missing)), 1)
    assert state.phase == "failed"
    assert "No such file" in state.note


@pytest.mark.parametrize("name", ["web01", "db01", "batch01"])
def test_tags_are_added_and_removed_and_the_others_stay(name: str, app: Headless) -> None:
    """virsh has no command for it: it knows only the whole element."""
    dom = app.libvirt().lookupByName(name)

    def change(add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> str:
        (state,) = app.perform("domain.change_tags", name, params=definition.TagChange(add, remove))
        return state.note

    def tags() -> tuple[str, ...]:
        return details.parse(dom.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)).tags

    assert change(remove=("web",)) == ""
    assert tags() == ()
    assert change(("protected", "a&b")) == ""
    assert change(("web",), remove=("a&b", "unknown")) == ""
    assert tags() == ("protected", "web")
    assert change() == "there is no tag to add or remove"
    assert change(remove=("protected", "web")) == ""
    assert "tuivirt" not in dom.XMLDesc()


CRASH = memory.DumpTo(FILE, memory_only=False, after="crash")


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("domain.destroy", None),
        ("domain.destroy_graceful", None),
        ("domain.shutdown", None),
        ("domain.dump", CRASH),
    ],
)
def test_the_definition_of_a_transient_domain_is_kept_before_it_ends(
    action: str, params: Any, host: str, tmp_path: Path
) -> None:
    kept: list[tuple[str, str]] = []
    with Headless(keep=lambda _key, name, xml: kept.append((name, xml))) as app:
        app.open(host)
        live = app.libvirt().lookupByName("batch01").XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE)
        for name in ("web01", "batch01"):
            app.perform(action, name, params=with_file(params, tmp_path / name))
        app.until(lambda: "batch01" not in app.records(), "it is gone")
        assert kept == [("batch01", live)], "a persistent one keeps its own"


def test_a_dump_that_lets_the_guest_go_on_keeps_nothing(host: str, tmp_path: Path) -> None:
    kept: list[str] = []
    with Headless(keep=lambda _key, name, _xml: kept.append(name)) as app:
        app.open(host)
        params = memory.DumpTo(str(tmp_path / "core"), memory_only=False)
        (state,) = app.perform("domain.dump", "batch01", params=params)
        assert (state.phase, kept) == ("done", [])


def test_a_definition_is_kept_before_it_is_removed(host: str) -> None:
    kept: list[tuple[Key, str, str]] = []

    def keep(key: Key, name: str, xml: str) -> None:
        assert conns[0].lookupByName(name).isPersistent()
        kept.append((key, name, xml))

    conns: list[libvirt.virConnect] = []
    with Headless(keep=keep) as app:
        app.open(host)
        conns.append(app.libvirt())
        xml = conns[0].lookupByName("db01").XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
        app.perform("domain.undefine", "db01", params=definition.Undefine())
        assert kept == [(Key(HOST, "domain", uuid_of("db01")), "db01", xml)]


def test_a_definition_that_cannot_be_kept_is_not_removed(host: str) -> None:
    def keep(key: Key, name: str, xml: str) -> None:
        raise OSError(28, "No space left on device")

    with Headless(keep=keep) as app:
        app.open(host)
        (state,) = app.perform("domain.undefine", "db01", params=definition.Undefine())
        assert (state.phase, "No space left" in state.note) == ("failed", True)
        assert app.libvirt().lookupByName("db01").isPersistent()


def variants(action: Action[Any]) -> Iterator[Any]:
    """The params of an action with each choice of each field, one at a time."""
    if action.params is None:
        yield None
        return
    fields = param_fields(action.params)
    base = {field.name: str(FILE) for field in fields if field.param.kind == "path"}
    base |= {field.name: "x" for field in fields if field.param.kind == "text"}
    yield action.params(**base)
    for field in fields:
        chosen: list[Any] = [value for value, _ in field.param.choices]
        if field.param.kind == "flag":
            chosen = [True]
        for value in chosen:
            if value != field.default:
                yield action.params(**base | {field.name: value})


ALL_VARIANTS = [
    (action, params)
    for actions in ACTIONS.values()
    for action in actions
    if action.virsh is not None
    for params in variants(action)
]


@pytest.mark.parametrize(
    ("action", "params"), ALL_VARIANTS, ids=lambda value: getattr(value, "id", str(value))
)
def test_virsh_takes_every_choice(action: Action[Any], params: Any, host: str, tmp_path: Path) -> None:
    """The words pass virsh's own parser, as a shell gives them, and reach the driver with the same flags."""
    params = with_file(params, tmp_path / "file")
    conn = libvirt.open(host)
    try:
        domains, handles = list_all(conn, HOST)
        order = [domain.name for domain in DOMAINS if domain.persistent]
        fitting = sorted((d for d in domains if d.persistent), key=lambda d: order.index(d.name))
        if action.id != "host.restore":
            fitting = [d for d in fitting if action.refusal(d) is None] or fitting
        item: Any = ConnectionState(HOST, host) if action.id == "host.restore" else fitting[0]
        ours = ""
        try:
            handle = handles[item.uuid] if isinstance(item, Domain) else conn
            action.run(handle, *(() if params is None else (params,)))
        except libvirt.libvirtError as error:
            ours = error.get_error_message() or ""
    finally:
        conn.close()
    done = virsh("-c", host, *action.command(item, params))
    theirs = done.stderr.strip().rpartition("error: ")[2]
    if action.id == "domain.undefine" and ours.startswith("unsupported flags"):
        # Then virsh mostly tries without: what was to be kept may be gone. We leave it at the refusal.
        assert theirs in {"", ours}
    elif getattr(params, "after", "") == "reset":
        # Ours comes after the dump, virsh's is a flag of it.
        assert theirs == ours.replace("(0x10)", "(0x18)")
    else:
        assert theirs == ours
    assert (done.returncode == 0) == (not theirs)


@pytest.mark.parametrize(
    "name", ["3", " 7", "+1", "a" * 36, uuid_of("web01"), "-x", "--all", "a b", "it's", 'a"b']
)
def test_virsh_finds_the_domain_whatever_its_name(name: str, tmp_path: Path) -> None:
    """virsh takes numbers for ids and 36 characters for UUIDs: domains 1 and 3 must not be met by mistake."""
    content = [HostDomain(f"other{number}", state="running") for number in range(4)]
    uri = write_host(tmp_path / "names.xml", [*content, HostDomain(name, state="running")])
    with Headless() as app:
        app.open(uri)
        words = virsh_words(app.request("domain.suspend", name).orders[0].command)
        app.perform("domain.suspend", name)
        key = app.domain(name).key
    (found, error) = picture_by_virsh(uri, [words], key.id)
    assert error == ""
    assert found is not None
    assert found.state[0] == STATES["paused"]

"""The command line: its JSON contracts to the letter, its exit statuses, and one line for every failure."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosts import HostDomain, write_host
from tuivirt import __version__, cli
from tuivirt.backend import ls
from tuivirt.config.options import RunOptions
from tuivirt.core.query import QueryError

Run = Callable[..., "Ran"]


@dataclass(frozen=True, slots=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process; the hooks that log tracebacks stay as they are."""
    monkeypatch.setattr("tuivirt.logs.set_up", lambda *_: None)
    # No command may depend on who runs it, or on this machine's own libvirt.conf.
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    def run(*arguments: str) -> Ran:
        try:
            status = cli.main(arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    return run


@pytest.fixture
def config(private_home: Path) -> Path:
    directory = private_home / "config/tuivirt"
    directory.mkdir(parents=True)
    return directory


BOOKMARKS = """\
[[bookmark]]
name = "lab1"
uri = "qemu+ssh://root@lab1.example.org/system"
group = "lab"
autoconnect = true
[[bookmark]]
name = "far"
uri = "esx://root:secret@esx1/"
read_only = true
"""


@pytest.fixture
def files(config: Path, private_home: Path) -> Path:
    (config / "bookmarks.toml").write_text(BOOKMARKS)
    libvirt = private_home / "config/libvirt"
    libvirt.mkdir()
    (libvirt / "libvirt.conf").write_text('uri_aliases = [\n "t=test:///default",\n]\n')
    return config


# connections


def test_connections(run: Run, files: Path, private_home: Path) -> None:
    ran = run("connections", "--json")
    assert (ran.status, ran.err) == (0, "")
    bookmarks = str(files / "bookmarks.toml")
    assert ran.json == [
        {
            "name": "lab1",
            "uri": "qemu+ssh://root@lab1.example.org/system",
            "source": "bookmark",
            "origin": bookmarks,
            "group": "lab",
            "autoconnect": True,
            "read_only": False,
        },
        {
            "name": "far",
            "uri": "esx://root:***@esx1/",
            "source": "bookmark",
            "origin": bookmarks,
            "group": "",
            "autoconnect": False,
            "read_only": True,
        },
        {
            "name": "t",
            "uri": "test:///default",
            "source": "alias",
            "origin": f"{private_home}/config/libvirt/libvirt.conf:2",
            "group": "",
            "autoconnect": False,
            "read_only": False,
        },
        {
            "name": "qemu:///session",
            "uri": "qemu:///session",
            "source": "default",
            "origin": "probing: an ordinary user, so the session daemon",
            "group": "",
            "autoconnect": False,
            "read_only": False,
        },
    ]


def test_connections_for_people_show_no_password(run: Run, files: Path) -> None:
    ran = run("connections")
    assert ran.status == 0
    header, *rows = ran.out.splitlines()
    assert header.split() == ["NAME", "URI", "SOURCE", "ORIGIN", "GROUP", "FLAGS"]
    assert [row.split()[0] for row in rows] == ["lab1", "far", "t", "qemu:///session"]
    assert "esx://root:***@esx1/" in ran.out
    assert "secret" not in ran.out


def test_the_variable_is_told_as_the_origin_of_the_default(
    run: Run, monkeypatch: pytest.MonkeyPatch, files: Path
) -> None:
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", "t")
    default = next(one for one in run("connections", "--json").json if one["source"] == "default")
    assert (default["uri"], default["origin"]) == ("test:///default", "LIBVIRT_DEFAULT_URI, alias t")


NO_VALUE = "expected a value: a text in quotes, a number or a list; found the end of the file"


def test_mistakes_in_files_are_told_and_the_rest_is_used(run: Run, files: Path, private_home: Path) -> None:
    (files / "settings.toml").write_text("mouse = 3\n")
    (private_home / "config/libvirt/libvirt.conf").write_text("uri_default = ")
    ran = run("connections", "--json")
    assert ran.status == 0
    assert [one["name"] for one in ran.json] == ["lab1", "far"]
    assert [line.rpartition("config/")[2] for line in ran.err.splitlines()] == [
        "tuivirt/settings.toml:1: mouse: expected true or false, found 3",
        f"libvirt/libvirt.conf:1: {NO_VALUE}; libvirt opens no connection until this is mended",
    ]


# uri

IGNORED = (
    "the transport ssh ignores known_hosts, which is for libssh, libssh2; ssh has UserKnownHostsFile in its "
    "own configuration"
)


@pytest.mark.parametrize(
    ("uri", "facts"),
    [
        (
            "qemu+ssh://root@[2001:db8::1]:2222/system?keyfile=/k&no_verify=1",
            {
                "driver": "qemu",
                "transport": "ssh",
                "user": "root",
                "host": "2001:db8::1",
                "port": 2222,
                "path": "/system",
                "params": {"keyfile": "/k", "no_verify": "1"},
                "remote": True,
                "warnings": [],
            },
        ),
        (
            "qemu+ssh://h/system?known_hosts=/k",
            {
                "driver": "qemu",
                "transport": "ssh",
                "user": None,
                "host": "h",
                "port": None,
                "path": "/system",
                "params": {"known_hosts": "/k"},
                "remote": True,
                "warnings": [
                    IGNORED,
                ],
            },
        ),
        (
            "qemu:///system",
            {
                "driver": "qemu",
                "transport": "unix",
                "user": None,
                "host": None,
                "port": None,
                "path": "/system",
                "params": {},
                "remote": False,
                "warnings": [],
            },
        ),
        (
            "qemu://example.com/system",
            {
                "driver": "qemu",
                "transport": "tls",
                "user": None,
                "host": "example.com",
                "port": 16514,
                "path": "/system",
                "params": {},
                "remote": True,
                "warnings": [],
            },
        ),
        (
            "test:///default",
            {
                "driver": "test",
                "transport": None,
                "user": None,
                "host": None,
                "port": None,
                "path": "/default",
                "params": {},
                "remote": False,
                "warnings": [],
            },
        ),
        (
            "esx://h",
            {
                "driver": "esx",
                "transport": None,
                "user": None,
                "host": "h",
                "port": 443,
                "path": None,
                "params": {},
                "remote": True,
                "warnings": [],
            },
        ),
    ],
)
def test_uri(run: Run, uri: str, facts: dict[str, Any]) -> None:
    ran = run("uri", uri, "--json")
    assert (ran.status, ran.err) == (0, "")
    found = ran.json
    assert found.pop("explanation").endswith(".")
    assert found == {"uri": uri} | facts


def test_uri_is_normalised(run: Run) -> None:
    assert (
        run("uri", "qemu+SSH://h:0/system?NO_TTY=1", "--json").json["uri"] == "qemu+ssh://h/system?no_tty=1"
    )


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_uri_shows_no_password(run: Run, form: tuple[str, ...]) -> None:
    ran = run("uri", "qemu+ssh://me:hunter2@h/system?password=hunter3", *form)
    assert ran.status == 0
    assert "me:" in ran.out
    assert "hunter" not in ran.out + ran.err


def test_uri_of_a_connection_by_its_name(run: Run, files: Path) -> None:
    assert run("uri", "lab1", "--json").json["uri"] == "qemu+ssh://root@lab1.example.org/system"
    assert run("uri", "t", "--json").json["driver"] == "test"


THROUGH_SSH = (
    "QEMU/KVM on h, the system instance. Through the ssh command as me, at the port that its configuration "
    "names (22 unless it does). On the far side virt-ssh-helper connects to the daemon, or nc to its socket "
    "where that is missing."
)


def test_uri_for_people(run: Run) -> None:
    ran = run("uri", "qemu+ssh://me@h/system?pkipath=/p")
    assert ran.out.splitlines() == [
        THROUGH_SSH,
        "  uri        qemu+ssh://me@h/system?pkipath=/p",
        "  driver     qemu",
        "  transport  ssh",
        "  user       me",
        "  host       h",
        "  path       /system",
        "  ?pkipath   /p",
        "warning: the transport ssh ignores pkipath, which is for tls",
    ]


def test_uri_that_is_none(run: Run) -> None:
    ran = run("uri", "qemu+auto://h/system", "--json")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        "tuivirt: 'auto' is no transport but a proxy mode, a way to the socket on the far side of SSH: write "
        "qemu+ssh://h/system?proxy=auto\n"
    )


def test_hostile_uri(run: Run) -> None:
    ran = run("uri", "test:///%1b%5B2J%E2%80%AE%ff.xml")
    assert ran.status == 0
    assert "␛[2J‹U+202E›‹U+DCFF›.xml" in ran.out
    assert not {"\x1b", "\u202e", "\udcff"} & set(ran.out)
    assert run("uri", "test:///%1b%ff", "--json").json["path"] == "/\x1b\udcff"


# ls


@pytest.fixture
def two_hosts(tmp_path: Path) -> list[str]:
    one = [
        HostDomain("web10", state="running", title="Tenth [red]\x7f"),
        HostDomain("web2", state="paused", vcpus=2, memory_mib=2048),
    ]
    return [
        write_host(tmp_path / "one.xml", one),
        write_host(tmp_path / "two.xml", [HostDomain("db1", state="shutoff")]),
    ]


def test_ls(run: Run, two_hosts: list[str]) -> None:
    ran = run("ls", "-c", two_hosts[1], "-c", two_hosts[0], "--json")
    assert (ran.status, ran.err) == (0, "")
    assert [(row["connection"], row["name"], row["state"]) for row in ran.json] == [
        (two_hosts[1], "db1", "shut off"),
        (two_hosts[0], "web2", "paused"),
        (two_hosts[0], "web10", "running"),
    ]
    assert list(ran.json[0]) == [
        "connection",
        "name",
        "uuid",
        "id",
        "state",
        "reason",
        "vcpus",
        "memory_kib",
        "max_memory_kib",
        "autostart",
        "persistent",
        "managed_save",
        "title",
        "tags",
    ]
    assert ran.json[0]["id"] is None
    assert (ran.json[1]["vcpus"], ran.json[1]["memory_kib"]) == (2, 2048 << 10)


def test_ls_for_people(run: Run, two_hosts: list[str]) -> None:
    lines = run("ls", "-c", two_hosts[0]).out.splitlines()
    assert lines[0].split() == ["ID", "NAME", "STATE", "VCPU", "MEMORY", "TITLE", "TAGS"]
    assert [line.split()[1] for line in lines[1:]] == ["web2", "web10"]
    assert lines[2].endswith("Tenth [red]␡")
    assert run("ls", "-c", two_hosts[0], "-c", two_hosts[1]).out.startswith("CONNECTION")


def test_ls_filter(run: Run, two_hosts: list[str]) -> None:
    ran = run("ls", "-c", two_hosts[0], "--filter", "state:running", "--json")
    assert [row["name"] for row in ran.json] == ["web10"]


def test_ls_with_a_filter_that_makes_no_sense_is_wrong_usage(run: Run, two_hosts: list[str]) -> None:
    ran = run("ls", "-c", two_hosts[0], "--filter", "colour:red")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "colour" in ran.err


def test_ls_of_a_connection_that_fails(run: Run, two_hosts: list[str], tmp_path: Path) -> None:
    bad = f"qemu+unix:///system?socket={tmp_path}/none"
    ran = run("ls", "-c", bad, "-c", two_hosts[1], "--json")
    error = f"Failed to connect socket to '{tmp_path}/none': No such file or directory"
    assert ran.status == 1
    assert ran.json[0] == {"connection": "qemu+unix:///system", "error": error}
    assert ran.json[1]["name"] == "db1"
    assert ran.err == f"tuivirt: qemu+unix:///system: {error}\n"


def test_ls_lists_what_opens_by_itself(run: Run, config: Path, two_hosts: list[str]) -> None:
    (config / "bookmarks.toml").write_text(
        f"[[bookmark]]\nname='one'\nuri='{two_hosts[0]}'\nautoconnect=true\n"
    )
    assert {row["connection"] for row in run("ls", "--json").json} == {"one"}


def test_ls_lists_the_default_where_nothing_opens_by_itself(
    run: Run, config: Path, two_hosts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (config / "bookmarks.toml").write_text("[[bookmark]]\nname='one'\nuri='xen://nowhere/'\n")
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", two_hosts[1])
    assert [row["name"] for row in run("ls", "--json").json] == ["db1"]


def test_ls_without_any_connection(run: Run, private_home: Path) -> None:
    (private_home / "config/libvirt").mkdir(parents=True)
    (private_home / "config/libvirt/libvirt.conf").write_text("uri_default = 1\n")
    ran = run("ls", "--json")
    assert (ran.status, ran.out) == (1, "")
    assert "libvirt.conf:1: uri_default: expected a URI in quotes" in ran.err


# doctor


def test_doctor(run: Run, test_host: str, files: Path) -> None:
    ran = run("doctor", test_host, "--json")
    assert (ran.status, ran.err) == (0, "")
    found = ran.json
    assert list(found) == ["versions", "files", "default_uri", "steps"]
    assert found["versions"]["tuivirt"] == __version__
    assert {"python", "libvirt", "libvirt-python", "textual"} <= found["versions"].keys()
    assert [(Path(file["path"]).name, file["found"], file["problems"]) for file in found["files"]] == [
        ("settings.toml", False, []),
        ("bookmarks.toml", True, []),
        ("libvirt.conf", True, []),
    ]
    assert found["default_uri"] == {
        "uri": "qemu:///session",
        "source": "probing: an ordinary user, so the session daemon",
    }
    assert [(step["step"], step["ok"]) for step in found["steps"]] == [
        ("URI", True),
        ("file", True),
        ("open", True),
        ("driver", True),
        ("list", True),
    ]
    assert all(step.keys() == {"step", "ok", "detail", "hint"} for step in found["steps"])
    assert found["steps"][-1]["detail"] == "4 domains, 3 active"


def test_doctor_by_name_and_for_people(run: Run, files: Path) -> None:
    ran = run("doctor", "t")
    assert ran.status == 0
    assert "ok   list: 1 domain, 1 active" in ran.out
    assert "default URI: qemu:///session, by probing" in ran.out


def test_doctor_lists_what_only_the_app_knows_to_be_wrong(run: Run, files: Path) -> None:
    (files / "settings.toml").write_text('theme = "drak"\n[keys]\n"domain.destroy" = "j"\n')
    (files / "themes").mkdir()
    (files / "themes" / "mine.toml").write_text("nosuch = 1\n")
    ran = run("doctor", "t")
    assert "settings.toml:1: theme: expected a theme" in ran.out
    assert 'settings.toml:3: keys."domain.destroy": expected a key that is free' in ran.out
    assert "mine.toml: nosuch" in ran.out
    problems = {f["path"]: f["problems"] for f in run("doctor", "t", "--json").json["files"]}
    assert len(problems[str(files / "settings.toml")]) == 2
    assert problems[str(files / "themes")]


def test_doctor_of_what_does_not_work(run: Run, tmp_path: Path) -> None:
    ran = run("doctor", f"test://{tmp_path}/none.xml")
    assert ran.status == 1
    assert f"FAIL file: {tmp_path}/none.xml: No such file or directory\n     Name a file" in ran.out
    assert ran.err == f"tuivirt: file: {tmp_path}/none.xml: No such file or directory\n"


def test_doctor_of_what_is_no_uri(run: Run) -> None:
    ran = run("doctor", "lab9", "--json")
    assert ran.status == 1
    (step,) = ran.json["steps"]
    assert (step["step"], step["ok"]) == ("URI", False)


def test_doctor_without_a_default(run: Run, private_home: Path) -> None:
    (private_home / "config/libvirt").mkdir(parents=True)
    (private_home / "config/libvirt/libvirt.conf").write_text("?\n")
    ran = run("doctor", "--json")
    assert ran.status == 1
    assert ran.json["default_uri"]["uri"] is None
    assert [step["step"] for step in ran.json["steps"]] == ["default URI"]
    assert "libvirt.conf:1: expected a name" in ran.json["files"][2]["problems"][0]


# the app


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[RunOptions]:
    """What the app would have been started with."""
    options: list[RunOptions] = []

    def start(given: RunOptions) -> int:
        options.append(given)
        return 7

    monkeypatch.setattr("tuivirt.app_main.run", start)
    return options


def test_the_app(run: Run, started: list[RunOptions], files: Path) -> None:
    (files / "settings.toml").write_text("theme = 'light'\nmouse = 3\n")
    ran = run(
        "-c", "t", "-c", "test:///x.xml", "--read-only", "--theme", "tide", "--log-level", "debug", "web01"
    )
    assert (ran.status, ran.out, ran.err) == (7, "", "")
    (options,) = started
    assert [source.name for source in options.sources] == [
        "lab1",
        "far",
        "t",
        "qemu:///session",
        "test:///x.xml",
    ]
    assert options.opened == ("t", "test:///x.xml")
    assert (options.read_only, options.demo, options.theme) == (True, False, "tide")
    assert (options.log_level, options.domain) == ("DEBUG", "web01")
    assert options.settings.theme == "light"
    assert len(options.problems) == 1


def test_the_app_without_arguments(run: Run, started: list[RunOptions], files: Path) -> None:
    assert run().status == 7
    assert started[0].opened == ("lab1",)
    assert (started[0].theme, started[0].domain, started[0].read_only) == (None, None, False)


def test_the_demo(run: Run, started: list[RunOptions], files: Path) -> None:
    run("--demo")
    (options,) = started
    assert options.demo
    assert len(options.sources) == 3
    assert options.opened == tuple(source.name for source in options.sources)
    assert all(source.uri.startswith("test:///") for source in options.sources)
    run("--demo", "-c", "lab2")
    assert started[1].opened == ("lab2",)
    assert run("--demo", "-c", "lab9").status == 1


def test_a_domain_that_is_called_like_a_command(run: Run, started: list[RunOptions], files: Path) -> None:
    assert run("--", "ls").status == 7
    assert started[0].domain == "ls"


# usage


@pytest.mark.parametrize(
    "arguments",
    [
        ("--bogus",),
        ("a", "b"),
        ("-c",),
        ("--log-level", "loud"),
        ("-c", "t", "ls"),
        ("uri",),
        ("uri", "a", "b"),
        ("ls", "x"),
        ("connections", "-c", "x"),
        ("doctor", "a", "b"),
    ],
)
def test_wrong_usage(run: Run, started: list[RunOptions], arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("tuivirt: ")
    assert ran.err.count("\n") == 1
    assert "--help)" in ran.err
    assert not started


@pytest.mark.parametrize("command", ["", "connections", "uri", "doctor", "ls"])
def test_help(run: Run, command: str) -> None:
    ran = run(*command.split(), "--help")
    assert ran.status == 0
    assert ran.out.startswith(f"usage: tuivirt {command}".rstrip())


def test_version(run: Run) -> None:
    assert run("--version") == Ran(0, f"tuivirt {__version__}\n", "")


def test_a_name_that_is_no_connection(run: Run, started: list[RunOptions]) -> None:
    ran = run("-c", "lab9")
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "'lab9' does not say which driver" in ran.err


# the process


def process(*arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    command = (
        [sys.executable, "-c", code, *arguments] if code else [sys.executable, "-m", "tuivirt", *arguments]
    )
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


IMPORTED = """
import sys
from tuivirt import cli
status = cli.main(sys.argv[1:])
print("\\n".join(sys.modules), file=sys.stderr)
sys.exit(status)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("connections",),
        ("connections", "--json"),
        ("uri", "qemu:///system"),
        ("doctor", "test:///default", "--json"),
        ("ls", "-c", "test:///default"),
    ],
)
def test_no_command_imports_textual(arguments: tuple[str, ...]) -> None:
    ran = process(*arguments, code=IMPORTED)
    modules = ran.stderr.splitlines()
    assert ran.returncode == 0
    assert "tuivirt.cli" in modules
    assert not {"textual", "rich", "tomlkit"} & set(modules)
    if arguments[0] in {"connections", "uri"}:
        assert not {"libvirt", "lxml", "msgspec", "tomli"} & set(modules)


def test_nothing_is_written_by_a_command_that_works(private_home: Path) -> None:
    assert process("connections").returncode == 0
    assert not private_home.exists()


def test_a_reader_that_goes_away_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        ran = subprocess.run(
            [sys.executable, "-m", "tuivirt", "uri", "qemu:///system"],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert (ran.returncode, ran.stderr) == (1, "")


def test_what_libraries_print_does_not_reach_the_terminal(tmp_path: Path, private_home: Path) -> None:
    (tmp_path / "host.xml").write_text("<node>")
    ran = process("ls", "-c", f"test://{tmp_path}/host.xml", "--json")
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "error" in json.loads(ran.stdout)[0]


def test_a_bug_is_one_line_and_a_log(private_home: Path) -> None:
    code = "import sys; from tuivirt import cli; cli.import_module = None; sys.exit(cli.main(['uri', 'x']))"
    ran = process(code=code)
    log = private_home / "state/tuivirt/tuivirt.log"
    assert ran.returncode == 1
    assert ran.stderr == (
        f"tuivirt: internal error: TypeError: 'NoneType' object is not callable (details in {log})\n"
    )
    assert "Traceback (most recent call last)" in log.read_text()


@pytest.mark.parametrize("query", ["cpu>5", "ip:10.*", "busy:yes"])
def test_ls_says_what_it_cannot_know(query: str) -> None:
    with pytest.raises(QueryError, match="does not know"):
        ls.run((), query=query, timeout=1)

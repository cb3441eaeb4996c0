"""settings.toml: what is right is used, what is wrong is named: file, line, field, what was expected."""

import ast
import dataclasses
import inspect
from pathlib import Path

import pytest

from tuivirt.config import bookmarks, settings
from tuivirt.config.settings import Settings, SshSettings, SshTarget, read_settings

EVERYTHING = """\
theme = "light"
read_only = true
stats_interval = 1
group = "tag"
icons = "ascii"
mouse = false
keepalive_interval = 0
keepalive_count = 5
reconnect = false
shutdown_patience = 30.5
protected_tag = ""
bulk_parallel = 3
journal_bytes = 100000

[columns]
domains = ["state", "name"]

[sort]
domains = "-cpu"

[keys]
"domain.start" = "f5"
quit = ["q", "ctrl+q"]

[ssh]
user = "root"
port = 2222
jump = "none"
connection.lab1 = {user = "me", jump = "gate"}
[ssh.tag.web]
user = "www"
[ssh.tag.old]
port = 22
"""


def read(path: Path, text: str) -> tuple[Settings, list[str]]:
    file = path / "settings.toml"
    file.write_text(text)
    found, problems = read_settings(file)
    assert all(problem.file == str(file) for problem in problems)
    return found, [str(problem).removeprefix(f"{file}:") for problem in problems]


def test_no_file(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "none") == (Settings(), ())


def test_everything(tmp_path: Path) -> None:
    assert read(tmp_path, EVERYTHING) == (
        Settings(
            theme="light",
            read_only=True,
            stats_interval=1.0,
            columns={"domains": ("state", "name")},
            sort={"domains": "-cpu"},
            group="tag",
            icons="ascii",
            mouse=False,
            keys={"domain.start": "f5", "quit": ("q", "ctrl+q")},
            ssh=SshSettings(
                user="root",
                port=2222,
                jump="none",
                connection={"lab1": SshTarget(user="me", jump="gate")},
                tag={"web": SshTarget(user="www"), "old": SshTarget(port=22)},
            ),
            keepalive_interval=0,
            keepalive_count=5,
            reconnect=False,
            shutdown_patience=30.5,
            protected_tag="",
            bulk_parallel=3,
            journal_bytes=100_000,
        ),
        [],
    )


def test_the_default_of_every_setting_is_what_the_manual_says() -> None:
    assert (Settings().stats_interval, Settings().shutdown_patience) == (3.0, 60.0)
    assert (Settings().keepalive_interval, Settings().keepalive_count) == (5, 3)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("theme = 3", "1: theme: expected the name of a theme, in quotes, found 3"),
        ("read_only = 1", "1: read_only: expected true or false, found 1"),
        ("\nstats_interval = 'fast'", "2: stats_interval: expected seconds, from 0.5 to 3600, found 'fast'"),
        ("stats_interval = 0.1", "1: stats_interval: expected seconds, from 0.5 to 3600, found 0.1"),
        ("stats_interval = nan", "1: stats_interval: expected seconds, from 0.5 to 3600, found nan"),
        ("stats_interval = true", "1: stats_interval: expected seconds, from 0.5 to 3600, found true"),
        ("keepalive_count = 1.5", "1: keepalive_count: expected a whole number from 1 to 100, found 1.5"),
        (
            "group = 'hosts'",
            '1: group: expected "none", "host", "state", "tag", "os" or "network", found \'hosts\'',
        ),
        ("icons = 'emoji'", '1: icons: expected "unicode" or "ascii", found \'emoji\''),
        ("bulk_parallel = 9", "1: bulk_parallel: expected a whole number from 1 to 3, found 9"),
        ("columns = 1", '1: columns: expected a list of column names, such as ["name", "cpu"], found 1'),
        (
            "[columns]\nx='y'",
            '2: columns.x: expected a list of column names, such as ["name", "cpu"], found \'y\'',
        ),
        ("[keys]\n'a.b' = 1", '2: keys."a.b": expected a key, or a list of keys, in quotes, found 1'),
        ("ssh = 'me'", "1: ssh: expected a table, [ssh], found 'me'"),
        ("[ssh]\nport = 0", "2: ssh.port: expected a port from 1 to 65535, found 0"),
        ("[ssh.tag]\nweb = 1", "2: ssh.tag.web: expected a table per tag, [ssh.tag.NAME], found 1"),
        ("stat_interval = 1", "1: stat_interval: there is no such field; did you mean stats_interval?"),
        ("frobnicate = 1", "1: frobnicate: there is no such field"),
        ("theme = dark", "1: is no TOML: invalid value (a text stands in quotes)"),
        (
            f"theme = {list(range(99))}",
            f"1: theme: expected the name of a theme, in quotes, found {str(list(range(99)))[:39]}…",
        ),
    ],
)
def test_a_mistake_costs_its_own_field_alone(tmp_path: Path, text: str, problem: str) -> None:
    found, problems = read(tmp_path, f"{text}\n[sort]\ndomains = 'name'\n")
    assert problems == [problem]
    assert found == Settings(sort={"domains": "name"})


def test_one_bad_entry_of_a_table_does_not_cost_the_others(tmp_path: Path) -> None:
    found, problems = read(
        tmp_path, "[columns]\na = ['x']\nb = 1\nc = ['y']\n[ssh.tag]\nx = {port = 0, user = 'u'}"
    )
    assert found.columns == {"a": ("x",), "c": ("y",)}
    assert found.ssh.tag == {"x": SshTarget(user="u")}
    assert len(problems) == 2


def test_a_field_that_does_not_exist_in_a_nested_table(tmp_path: Path) -> None:
    found, problems = read(tmp_path, "[ssh.tag.web]\nprt = 22\nuser = 'u'")
    assert problems == ["2: ssh.tag.web.prt: there is no such field; did you mean port?"]
    assert found.ssh.tag == {"web": SshTarget(user="u")}


def test_how_to_log_in_to_a_guest(tmp_path: Path) -> None:
    ssh = read(tmp_path, EVERYTHING)[0].ssh
    assert ssh.target("other", []) == SshTarget("root", 2222, "none")
    assert ssh.target("lab1", []) == SshTarget("me", 2222, "gate")
    assert ssh.target("lab1", ["db", "old", "web"]) == SshTarget("www", 22, "gate")
    assert SshSettings().target("x", ["y"]) == SshTarget()


def test_keymap(tmp_path: Path) -> None:
    assert read(tmp_path, EVERYTHING)[0].keymap() == {"domain.start": "f5", "quit": "q,ctrl+q"}


@pytest.mark.parametrize(
    ("module", "cls"),
    [(settings, Settings), (settings, SshSettings), (settings, SshTarget), (bookmarks, bookmarks.Bookmark)],
)
def test_every_field_is_documented_and_says_what_it_expects(module: object, cls: type) -> None:
    tree = ast.parse(inspect.getsource(cls))
    body = tree.body[0]
    assert isinstance(body, ast.ClassDef)
    documented = {
        before.target.id
        for before, after in zip(body.body, body.body[1:], strict=False)
        if isinstance(before, ast.AnnAssign)
        and isinstance(before.target, ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }
    assert documented == {item.name for item in dataclasses.fields(cls)}
    assert all(item.metadata["expected"] for item in dataclasses.fields(cls))

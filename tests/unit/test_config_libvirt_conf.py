"""libvirt.conf by libvirt's own rules, and the default URI as libvirt resolves it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.config.conf_grammar import ConfSyntaxError, Value, parse_conf
from tuivirt.config.default_uri import default_uri
from tuivirt.config.libvirt_conf import Alias, LibvirtConf, libvirt_conf_path, read_libvirt_conf


def data(value: Value) -> object:
    return [data(item) for item in value.data] if isinstance(value.data, list) else value.data


def parsed(text: str | bytes) -> dict[str, object]:
    raw = text if isinstance(text, bytes) else text.encode()
    return {name: data(value) for name, value in parse_conf(raw).items()}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("# nothing but a comment", {}),
        ('a = "x"', {"a": "x"}),
        ("a='x'\n", {"a": "x"}),
        ('a="x" # why\nb=1\n', {"a": "x", "b": 1}),
        ("  # indented\n\ta = 1 ", {"a": 1}),
        ("a=1;b=2;", {"a": 1, "b": 2}),
        ("a=1; # why\nb=2", {"a": 1, "b": 2}),
        ("a=-5\nb=+7", {"a": -5, "b": 7}),
        ('a="""x\ny"""\nb=2', {"a": "x\ny", "b": 2}),
        ('a="""say "hi" "" now"""\n', {"a": 'say "hi" "" now'}),
        ('a=""""""\n', {"a": ""}),
        ('a=""', {"a": ""}),
        ("a='\"'\nb=\"'\"", {"a": '"', "b": "'"}),
        (r'a="C:\x"', {"a": r"C:\x"}),
        ("a=[]", {"a": []}),
        ('a = [\n\n  "x",\n "y",\n]\nb=1', {"a": ["x", "y"], "b": 1}),
        ('a=["x"\n,"y"]', {"a": ["x", "y"]}),
        ("a=[1, \"x\", ['y']]", {"a": [1, "x", ["y"]]}),
        ("a=1\na=2", {"a": 1}),
        ("\ta=1\r\nb=2\r\n", {"a": 1, "b": 2}),
        ('a="é"', {"a": "é"}),
        (b'a="\xff"', {"a": "\udcff"}),
        ("a_1Z=1", {"a_1Z": 1}),
    ],
)
def test_grammar(text: str | bytes, found: dict[str, object]) -> None:
    assert parsed(text) == found


# The lines are those that libvirt 9.0 names, but for a text in three quotes: there it names the last one.
@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("\n\n", 3, "expected a name"),
        ("_a=1", 1, "expected a name"),
        ("1a=2", 1, "expected a name that begins with a letter, found '1a=2'"),
        ("a.b=1", 1, "expected = after the name, found '.b=1'"),
        ("a b=1", 1, "expected ="),
        ("a=", 1, "found the end of the file"),
        ("a=\n", 1, "expected a value"),
        ("a=true", 1, "expected a value: a text in quotes, a number or a list; found 'true'"),
        ("b=1\n\n\nc=?", 4, "expected a value"),
        ('a = "x', 1, 'has no " at its end'),
        ("a = 'x\n'", 1, "has no ' at its end"),
        ('b=1\na="""x\ny\nz\n', 2, 'has no """ at its end'),
        ('a=""""""', 1, "expected a new line"),
        ('a="x"y', 1, "expected a new line or ; after the value, found 'y'"),
        ("a=1 b=2", 1, "expected a new line"),
        ("a=1;;", 1, "expected a name"),
        ("a=-", 1, "expected digits"),
        ("a=" + "9" * 5000, 1, "too many digits"),
        ('a=["x",\n "y", # why\n "z"]', 2, "no comment inside a list"),
        ('a=[\n"x"\n"y"]', 3, "expected a comma"),
        ("a=[,]", 1, "expected a value"),
        ('a=["x",,]', 1, "expected a value"),
        ('a=["x"\n', 2, "has no ] at its end"),
        ('a=["x"]]', 1, "expected a new line"),
        (b"a=\xc3\xa9", 1, "found 'é'"),
    ],
)
def test_what_libvirt_refuses(text: str | bytes, line: int, reason: str) -> None:
    with pytest.raises(ConfSyntaxError) as caught:
        parsed(text)
    assert caught.value.line == line
    assert reason in str(caught.value)


@given(st.binary() | st.text("ab=[\"'#;,\n -1]").map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        parse_conf(raw)
    except ConfSyntaxError as error:
        line = error.line
    else:
        return
    assert 1 <= line <= raw.count(b"\n") + 1


def test_path() -> None:
    root = libvirt_conf_path({"XDG_CONFIG_HOME": "/x"}, privileged=True)
    assert root == Path("/etc/libvirt/libvirt.conf")
    assert libvirt_conf_path({"XDG_CONFIG_HOME": "/x"}, privileged=False) == Path("/x/libvirt/libvirt.conf")
    user = libvirt_conf_path({"HOME": "/h", "XDG_CONFIG_HOME": ""}, privileged=False)
    assert user == Path("/h/.config/libvirt/libvirt.conf")


def conf(path: Path, text: str) -> LibvirtConf:
    path.write_text(text)
    return read_libvirt_conf(path)


CONF = """\
# the lab
uri_aliases = [
  "lab1=qemu+ssh://root@lab1.example.org/system",
  "t_2-x=test:///default?a=b",
]
uri_default = "lab1"
remote_mode = "legacy"
"""


def test_aliases_and_default(tmp_path: Path) -> None:
    found = conf(tmp_path / "l.conf", CONF)
    assert found.aliases == (
        Alias("lab1", "qemu+ssh://root@lab1.example.org/system", 3),
        Alias("t_2-x", "test:///default?a=b", 4),
    )
    assert (found.exists, found.uri_default, found.problems) == (True, "lab1", ())
    assert found.resolve("t_2-x") == "test:///default?a=b"
    assert found.resolve("other") == "other"


def test_a_missing_file_is_empty(tmp_path: Path) -> None:
    assert read_libvirt_conf(tmp_path / "none") == LibvirtConf(tmp_path / "none")
    (tmp_path / "file").touch()
    assert not read_libvirt_conf(tmp_path / "file/l.conf").exists


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            'uri_default = "qemu:///system"\nuri_aliases = [ "a=b\n',
            ':2: a text has no " at its end; libvirt opens',
        ),
        ("uri_aliases = 'a=qemu:///system'", ":1: uri_aliases: expected a list such as"),
        ('uri_aliases = [\n "a=b",\n "c"]', ':3: uri_aliases: expected "NAME=URI" with letters'),
        ('uri_aliases = [\n "a.b=c"]', ":2: uri_aliases: "),
        ('uri_aliases = ["=c"]', ":1: uri_aliases: "),
        ("uri_aliases = [1]", ":1: uri_aliases: "),
        ("uri_aliases = [['x']]", "found a list"),
        ("\nuri_default = 1", ":2: uri_default: expected a URI in quotes"),
        ("uri_default = ''", ":1: uri_default: expected a URI in quotes"),
    ],
)
def test_of_a_broken_file_nothing_is_guessed(tmp_path: Path, text: str, place: str) -> None:
    found = conf(tmp_path / "l.conf", text)
    assert found.aliases == ()
    assert found.uri_default in {None, "qemu:///system"} if "=b\n" not in text else found.uri_default is None
    assert len(found.problems) == 1
    assert str(found.problems[0]).startswith(f"{tmp_path}/l.conf")
    assert place in str(found.problems[0])


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    found = read_libvirt_conf(tmp_path)
    assert "cannot be read: Is a directory" in str(found.problems[0])


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "l.conf").open("wb") as file:
        file.truncate((10 << 20) + 1)
    assert "larger than the 10 MiB" in str(read_libvirt_conf(tmp_path / "l.conf").problems[0])


EMPTY = LibvirtConf(Path("/l.conf"))
KNOWN = LibvirtConf(Path("/l.conf"), True, (Alias("lab", "xen://lab/system", 1),), "qemu:///x")


def test_the_variable_comes_first(tmp_path: Path) -> None:
    found = default_uri(KNOWN, {"LIBVIRT_DEFAULT_URI": "test:///default"}, privileged=True, proc=tmp_path)
    assert (found.uri, found.source, found.origin) == (
        "test:///default",
        "environment",
        "LIBVIRT_DEFAULT_URI",
    )


def test_the_variable_may_be_an_alias(tmp_path: Path) -> None:
    found = default_uri(KNOWN, {"LIBVIRT_DEFAULT_URI": "lab"}, privileged=True, proc=tmp_path)
    assert (found.uri, found.origin) == ("xen://lab/system", "LIBVIRT_DEFAULT_URI, alias lab")


def test_the_file_comes_second(tmp_path: Path) -> None:
    found = default_uri(KNOWN, {"LIBVIRT_DEFAULT_URI": "", "VIRSH_DEFAULT_CONNECT_URI": "x"}, privileged=True)
    assert (found.uri, found.source, found.origin) == ("qemu:///x", "file", "/l.conf: uri_default")
    by_alias = LibvirtConf(Path("/l.conf"), True, KNOWN.aliases, "lab")
    assert default_uri(by_alias, {}, privileged=True).origin == "/l.conf: uri_default, alias lab"


@pytest.mark.parametrize(
    ("privileged", "uri"), [(True, "qemu:///system"), (False, "qemu:///session")], ids=["root", "user"]
)
def test_probing(tmp_path: Path, privileged: bool, uri: str) -> None:
    found = default_uri(EMPTY, {}, privileged=privileged, proc=tmp_path)
    assert (found.uri, found.source) == (uri, "probing")
    assert found.origin.startswith("probing: ")


def test_probing_on_a_xen_host(tmp_path: Path) -> None:
    (tmp_path / "xen").mkdir()
    (tmp_path / "xen/capabilities").write_text("control_d\n")
    assert default_uri(EMPTY, {}, privileged=True, proc=tmp_path).uri == "xen:///system"
    assert default_uri(EMPTY, {}, privileged=False, proc=tmp_path).uri == "qemu:///session"


def test_probing_on_an_openvz_host(tmp_path: Path) -> None:
    (tmp_path / "vz").mkdir()
    assert default_uri(EMPTY, {}, privileged=True, proc=tmp_path).uri == "openvz:///system"


def test_of_a_broken_file_no_default_is_guessed(tmp_path: Path) -> None:
    broken = conf(tmp_path / "l.conf", "uri_default = ")
    assert default_uri(broken, {}, privileged=True).uri is None
    assert (
        default_uri(broken, {"LIBVIRT_DEFAULT_URI": "test:///default"}, privileged=True).uri
        == "test:///default"
    )

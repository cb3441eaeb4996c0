"""Reading the user's TOML: a mistake is named with its line, and the rest is used."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.config.problem import Problem
from tuivirt.config.toml_file import MOST_PROBLEMS, TomlFile, parse_toml, read_toml


def read(text: str | bytes) -> TomlFile:
    return parse_toml("F", text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize(
    ("text", "data", "lines"),
    [
        ("", {}, []),
        ("a = 1\nb = 'x'\n", {"a": 1, "b": "x"}, []),
        ("theme = dark\nmouse = false\n", {"mouse": False}, [1]),
        ("b=1\nc=2\na=", {"b": 1, "c": 2}, [3]),
        ("a=1\na=2\nb=3", {"a": 1, "b": 3}, [2]),
        ("x y=1\nb=2", {"b": 2}, [1]),
        ("b=1\n\"a\" = 'x' z\nc=1", {"b": 1, "c": 1}, [2]),
        ('a = ["x"\ntheme="y"\n[ssh]\nuser="u"', {"theme": "y", "ssh": {"user": "u"}}, [1]),
        ("a = {b=1\nc=2", {"c": 2}, [1]),
        ('a="""x\ntheme="q"\n[k]\nb=1', {"theme": "q", "k": {"b": 1}}, [1]),
        ("a=[\n1,\n2 3,\n4]\nb=1", {"b": 1}, [1]),
        ('[ssh\nuser="x"\n[keys]\na="b"', {"keys": {"a": "b"}}, [1]),
        ("[a]\nx=1\n[a]\ny=2\n[b]\nz=1", {"a": {"x": 1}, "b": {"z": 1}}, [3]),
        ('[[b]]\nn="x"\nu=q\n[[b]]\nn="y"', {"b": [{"n": "x"}, {"n": "y"}]}, [3]),
        ("}\n]\nb=1", {"b": 1}, [1, 2]),
        ("# \x01\nb=1", {"b": 1}, [1]),
        (b'a=1\r\nb="\xff"\r\nc=2\r\n', {"a": 1, "c": 2}, [2]),
        (b"\xef\xbb\xbfa=1", {"a": 1}, []),
        ("a=\nb=\nc=1", {"c": 1}, [1, 2]),
    ],
)
def test_the_readable_part_is_used(text: str | bytes, data: dict[str, object], lines: list[int]) -> None:
    found = read(text)
    assert found.data == data
    assert [problem.line for problem in found.problems] == lines
    assert all(problem.file == "F" for problem in found.problems)


def test_a_text_without_quotes_is_the_usual_mistake() -> None:
    assert str(read("theme = dark").problems[0]) == "F:1: is no TOML: invalid value (a text stands in quotes)"


def test_a_file_that_is_something_else_altogether() -> None:
    found = read("<xml>\n" * 100)
    assert found.data == {}
    assert len(found.problems) == MOST_PROBLEMS + 1


LINES = """\
a = 1
c = '''
x = 1
'''
d = [
 "x", # ]
 "y"]
"e.f" = {g = 1}
[h."i j"]
k.l = 1

[[m]]
n = 1
[m.o]
p = 1
[[m]]
n = "[" # {
q = 2
"""


@pytest.mark.parametrize(
    ("path", "line", "name"),
    [
        (("a",), 1, "a"),
        (("c",), 2, "c"),
        (("d", 1), 5, "d[2]"),
        (("e.f", "g"), 8, '"e.f".g'),
        (("h", "i j"), 9, 'h."i j"'),
        (("h", "i j", "k", "l"), 10, 'h."i j".k.l'),
        (("m", 0, "n"), 13, "m[1].n"),
        (("m", 0, "o", "p"), 15, "m[1].o.p"),
        (("m", 1, "q"), 18, "m[2].q"),
        (("m", 1, "nowhere"), 16, "m[2].nowhere"),
        (("nowhere",), None, "nowhere"),
    ],
)
def test_the_line_of_a_field(path: tuple[str | int, ...], line: int | None, name: str) -> None:
    problem = read(LINES).problem(path, "is wrong")
    assert problem == Problem("F", "is wrong", line, name)


def test_a_problem_in_words() -> None:
    assert str(Problem("F", "is wrong", 3, "a.b")) == "F:3: a.b: is wrong"
    assert str(Problem("F", "is wrong")) == "F: is wrong"


def test_files(tmp_path: Path) -> None:
    assert read_toml(tmp_path / "none") == TomlFile(str(tmp_path / "none"), {})
    assert str(read_toml(tmp_path).problems[0]) == f"{tmp_path}: cannot be read: Is a directory"


fragments = st.lists(
    st.sampled_from(
        ["a", "b", "=", '"', '"""', "'", "[", "]", "[[b]]", "\n", "# c", "1", ",", "{", "}", ".", "\\"]
    ),
    max_size=30,
).map("".join)


@given(st.binary() | fragments.map(str.encode))
def test_any_bytes_are_read(raw: bytes) -> None:
    found = read(raw)
    assert len(found.problems) <= MOST_PROBLEMS + 1 + raw.count(b"\n")

import math
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.core.completion import complete, term_at
from tuivirt.core.query import Field, Query, QueryError, compile_query


@dataclass(frozen=True, slots=True)
class Row:
    name: str = "web01"
    state: str = "running"
    tags: tuple[str, ...] = ()
    cpu: float | None = None
    mem: int | None = None
    autostart: bool | None = None
    title: str | None = None
    extra: str = field(default="", repr=False)

    @property
    def haystack(self) -> str:
        return "\n".join((self.name, *self.tags, self.title or "", self.extra)).lower()


STATES = ("running", "paused", "shut off", "shutdown", "crashed")
STATE = Field[Row]("state", "choice", lambda row: row.state, choices=STATES)
FIELDS: dict[str, Field[Row]] = {
    "name": Field("name", "word", lambda row: row.name),
    "state": STATE,
    "tag": Field("tag", "word", lambda row: row.tags),
    "cpu": Field("cpu", "number", lambda row: row.cpu),
    "mem": Field("mem", "size", lambda row: row.mem),
    "memory": Field("mem", "size", lambda row: row.mem),
    "autostart": Field("autostart", "bool", lambda row: row.autostart),
    "title": Field("title", "word", lambda row: row.title),
}
GIB = 1024**3


def query(text: str) -> Query[Row]:
    return compile_query(text, FIELDS, lambda row: row.haystack)


def error(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        query(text)
    return caught.value


WEB = Row(
    name="Web-01", tags=("web", "Prod EU"), cpu=60.0, mem=8 * GIB, autostart=True, title="Shop: front end"
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        '""',
        "web",
        "WEB-0",
        "web prod",
        '"prod eu"',
        "'prod eu'",
        "we*01",
        "w?b",
        "front*end",
        "state:running",
        "state:RUN",
        "STATE:running",
        "state=running",
        "state==running",
        "state:paused,running",
        "state:run*",
        "state:*",
        "state!=paused",
        "!state:paused,crashed",
        "!!web",
        "!db",
        "!d*b",
        "name:web-01",
        "name:web*",
        "name:*-??",
        "name:*e*-*1",
        "!name:web",
        "tag:web",
        'tag:"prod eu"',
        'tag:"prod "*',
        "tag:'Prod EU',x",
        "tag:db,web",
        "tag:*",
        "!tag:db",
        "title:shop*",
        '"shop: front"',
        "cpu>50",
        "cpu>=60",
        "cpu<60.5",
        "cpu<=60",
        "cpu=60",
        "cpu:60",
        "cpu:50,60",
        "cpu>50%",
        "cpu!=50",
        "cpu:*",
        "!cpu>60",
        "mem=8G",
        "mem:8GiB",
        "mem>=8192MiB",
        "memory<1T",
        "mem>7.5g",
        "mem>8000000000",
        "autostart:yes",
        "autostart:TRUE",
        "autostart!=no",
        "!autostart:off",
        "autostart:yes,no",
        "state:running, web",
        "web cpu>50 mem>=8G tag:web !db state:run",
    ],
)
def test_what_holds(text: str) -> None:
    assert query(text).matches(WEB)


@pytest.mark.parametrize(
    "text",
    [
        "db",
        "web db",
        "!web",
        "web01",
        "we*02",
        "web*shop",  # a pattern stays within one part of the text
        '"we*01"',
        "state:paused",
        "!state:running",
        "state!=running",
        "name:web",
        "name:web-0?1",
        'name:"web*"',
        "tag:prod",
        "tag:we",
        "!tag:*",
        "title:shop",
        "cpu>60",
        "cpu<60",
        "cpu=60.5",
        "!cpu>50",
        "cpu!=60",
        "mem>8G",
        "mem=8GB",
        "autostart:no",
        "web cpu>50 mem>8G",
    ],
)
def test_what_does_not_hold(text: str) -> None:
    assert not query(text).matches(WEB)


TERMS = [
    *("a", "ab", "b", "a*b", "?", '"a b"', "'*'", "a*", "*"),
    *(
        "state:r",
        "state:running,paused",
        "state:shut",
        "state:s*",
        "state:*",
        "state:shutdown",
        "state!=crashed",
    ),
    *(
        "name:a",
        "name:a,b",
        "name:a*",
        "name:a*,b",
        "tag:a",
        "tag:a,b",
        "tag:?",
        "tag:*",
        "title:a",
        'title:""',
    ),
    *("cpu>1", "cpu>=1", "cpu<1", "cpu=1", "cpu=1,2", "cpu!=1", "cpu:*", "mem>1", "mem=1,2", "mem:*"),
    *("autostart:yes", "autostart:no", "autostart:yes,no", "autostart:*"),
]
WORDS = st.sampled_from(["", "a", "b", "ab", "a b", "A", "*"])
ROWS = st.builds(
    Row,
    name=WORDS,
    state=st.sampled_from(STATES),
    tags=st.lists(WORDS, max_size=2).map(tuple),
    cpu=st.sampled_from([None, 0.0, 1.0, 2.0, math.nan]),
    mem=st.sampled_from([None, 0, 1, 2]),
    autostart=st.sampled_from([None, True, False]),
    title=st.none() | WORDS,
    extra=WORDS,
)
QUERIES = st.lists(
    st.tuples(st.sampled_from(["", "!", "!!"]), st.sampled_from(TERMS)).map("".join), max_size=3
)


@given(st.sampled_from(TERMS), ROWS)
def test_negation_is_the_complement(term: str, row: Row) -> None:
    assert query(f"!{term}").matches(row) is not query(term).matches(row)


@given(QUERIES, ROWS)
def test_terms_are_joined_by_and(terms: list[str], row: Row) -> None:
    assert query(" ".join(terms)).matches(row) is all(query(term).matches(row) for term in terms)


@given(QUERIES, QUERIES, ROWS)
def test_a_query_that_narrows_matches_no_other_rows(mine: list[str], theirs: list[str], row: Row) -> None:
    narrow, wide = query(" ".join(mine)), query(" ".join(theirs))
    if narrow.narrows(wide):
        assert wide.matches(row) or not narrow.matches(row)
    assert query(" ".join(mine + theirs)).narrows(wide)
    assert narrow.narrows(narrow)


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("web1", "web"),
        ("web", "e"),
        ("x web1 y", "y web"),
        ("WEB1", "web"),
        ("state:ru", "state:r"),
        ("state:running", "state:running,paused"),
        ("tag:a", "tag:b,a*,a"),
        ("!we", "!web"),
        ("!state:running,paused", "!state:running"),
        ("cpu>50 web", "cpu>50"),
        ("anything", ""),
        ("mem>8G", "mem>8192MiB"),
    ],
)
def test_narrows(narrow: str, wide: str) -> None:
    assert query(narrow).narrows(query(wide))


@pytest.mark.parametrize(
    "text",
    [
        "52:54:00:ab:cd:ef",
        "52:54:00",
        "de:ad:be:ef:00:01",
        "DE:AD",
        "fe:",
        "fe80::1",
        "fe80::1%eth0",
        "::1",
        "2001:db8::/32",
        "2001:db8::10.0.0.1",
        "http://example.org/iso",
        "qemu+ssh://root@lab/system",
        "10.0.0.1:5900",
        "0000:00:1f.2",
        "foo/bar:1",
        '"state:running"',
        '"nofield:x"',
        "'a=b'",
        "o'brien",
    ],
)
def test_addresses_and_quoted_text_are_words(text: str) -> None:
    unquoted = text.strip("'") if text.startswith("'") else text.strip('"')
    found = query(text)
    assert found.needs == frozenset()
    assert found.matches(Row(extra=f"x{unquoted}y".lower()))
    assert not found.matches(Row())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("web", "web1"),
        ("a*b", "a*"),
        ("!web", "!we"),
        ("state:running", "!state:paused"),
        ("cpu>5", "cpu>=5"),
    ],
)
def test_does_not_narrow(first: str, second: str) -> None:
    assert not query(first).narrows(query(second))


def test_a_mac_may_hold_wild_cards() -> None:
    assert query("52:54:*:ff").matches(Row(extra="52:54:00:12:34:ff"))
    assert not query("52:54:*:ff").matches(Row(extra="52:54:00:12:34:fe"))


@pytest.mark.parametrize(
    ("text", "about", "message"),
    [
        ("web stat:running", "stat", "no field stat: did you mean state?"),
        ("stte:running", "stte", "did you mean state?"),
        ("!Stat:x", "Stat", "did you mean state?"),
        ("zzz:1", "zzz", "there are name, state, tag, cpu"),
        ("lab1:5900", "lab1", "quote it"),
        ("cafe:running", "cafe", "no field cafe"),
        ("xcpu>5", "xcpu", "did you mean cpu?"),
        ("cpu>", "cpu>", "cpu: a value is missing, like 4"),
        ("state:", "state:", "one of running, paused"),
        ("state:,", "state:,", "a value is missing"),
        ("autostart:", "autostart:", "yes or no"),
        ("cpu>fast", "fast", "cpu: not a number: fast"),
        ("cpu>1e3", "1e3", "not a number"),
        ("cpu>nan", "nan", "not a number"),
        ('cpu:""', "", "not a number"),
        ("web mem>8X", "8X", "mem: not a size: 8X"),
        ("mem:1G,2Q", "2Q", "not a size"),
        ("state:runing", "runing", "no state runing: did you mean running?"),
        ("state:running,zzz", "zzz", "write one of running, paused"),
        ("state:z*", "z*", "no state z*"),
        ("state>running", "state>running", "state has no order: write state:value"),
        ("autostart:maybe", "maybe", "autostart is yes or no, not maybe"),
        ("cpu > 50", ">", "without spaces"),
        ("cpu >50", ">50", "without spaces"),
        ("web !", "!", "nothing to negate"),
        ('tag:"prod eu', '"prod eu', "is not closed"),
        ("a 'b c", "'b c", "is not closed"),
    ],
)
def test_mistakes_name_their_place(text: str, about: str, message: str) -> None:
    mistake = error(text)
    assert message in str(mistake)
    assert text[mistake.position : mistake.end] == about


PIECES = st.sampled_from(
    [*"ab:\"' !*?,<>=0.G%\0\n", "state:", "cpu>", "tag:", "mem>=", "autostart:", "running"]
)


@given(st.lists(PIECES).map("".join))
def test_any_text_compiles_or_is_a_query_error(text: str) -> None:
    try:
        found = query(text)
    except QueryError as raised:
        mistake = raised
    else:
        mistake = QueryError("", 0, 0)
        assert found.matches(WEB) in (True, False)
        assert found.needs <= set(FIELDS)
    assert 0 <= mistake.position <= mistake.end <= len(text)


def test_needs_names_the_fields_used() -> None:
    assert query("web !state:running memory>1G cpu>1 cpu<5").needs == {"state", "mem", "cpu"}
    assert query("web").needs == frozenset()
    assert query(" ").empty
    assert not query("web").empty


def test_a_hostile_pattern_ends_soon() -> None:
    row = Row(name="a" * 4000, extra="a" * 4000)
    assert not query("name:*a*a*a*a*a*a*a*b").matches(row)
    assert not query("*a*a*a*a*a*a*b").matches(row)


def test_a_value_may_be_anything_in_quotes() -> None:
    assert query('title:""').matches(Row(title=""))
    assert not query('title:""').matches(Row(title=None))
    assert query('tag:"a,b"').matches(Row(tags=("a,b",)))
    assert query('tag:"*"').matches(Row(tags=("*",)))
    assert not query('tag:"*"').matches(Row(tags=("x",)))


# Completion

HOSTILE = "\x1b[31m"
TAGS = ["web10", "web2", "prod eu", 'say "hi"', "a,b", HOSTILE, "both \"'", "", "*"]


def candidates(text: str, cursor: int | None = None) -> list[str]:
    names = {"tag": TAGS, "name": ["db1"]}
    return complete(text, len(text) if cursor is None else cursor, FIELDS, lambda name: names.get(name, []))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["name:", "state:", "tag:", "cpu>", "mem>", "autostart:", "title:"]),
        ("sta", ["state:"]),
        ("web !STA", ["!state:"]),
        ("m", ["mem>"]),
        ("memo", ["memory>"]),
        ("zzz", []),
        (
            "state:",
            [f"state:{state}" for state in ("running", "paused", '"shut off"', "shutdown", "crashed")],
        ),
        ("state:ru", ["state:running"]),
        ("state:shutd", ["state:shutdown"]),
        ("state:off", ['state:"shut off"']),
        ("!state:paused,shu", ['!state:paused,"shut off"', "!state:paused,shutdown"]),
        ("state!=r", ["state!=running", "state!=crashed"]),
        ("autostart:", ["autostart:yes", "autostart:no"]),
        ("autostart:n", ["autostart:no"]),
        ("tag:we", ["tag:web2", "tag:web10"]),
        ("tag:", ['tag:"*"', 'tag:"a,b"', 'tag:"prod eu"', "tag:'say \"hi\"'", "tag:web2", "tag:web10"]),
        ('tag:"prod ', ['tag:"prod eu"']),
        ('tag:"a,b",w', ['tag:"a,b",web2', 'tag:"a,b",web10']),
        ("cpu>", []),
        ("nofield:", []),
        ('"sta', []),
    ],
)
def test_complete(text: str, expected: list[str]) -> None:
    assert candidates(text) == expected


def test_completion_replaces_the_term_at_the_cursor() -> None:
    text = 'web tag:"prod e and more'
    cursor = text.index(" and")
    start, end = term_at(text, cursor)
    assert (start, end) == (4, cursor)
    assert text[:start] + candidates(text, cursor)[0] + text[end:] == 'web tag:"prod eu" and more'
    assert term_at("", 0) == (0, 0)
    assert term_at("web ", 4) == (4, 4)


@given(st.text(st.sampled_from("ab \"',*?!:=<>é"), min_size=1))
def test_a_completed_value_finds_its_row(tag: str) -> None:
    found = complete("tag:", 4, FIELDS, lambda _: [tag])
    assert len(found) == (not ('"' in tag and "'" in tag))
    for term in found:
        assert query(term).matches(Row(tags=(tag,)))
        assert not query(term).matches(Row(tags=(f"{tag}x",)))


def test_there_are_not_too_many_candidates() -> None:
    assert len(complete("tag:", 4, FIELDS, lambda _: map(str, range(10_000)))) == 50

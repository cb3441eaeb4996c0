"""The filter language: text → a predicate over rows of any type.

    web "two words"          occurs in the row's text, case ignored; `*` and `?` stand for other characters
    state:running,paused     the field is one of these; `*` and `?` as above; `tag:*` means known at all
    cpu>50 mem>=8G vcpus=4   comparisons, `< <= = != >= >`; sizes as 512MiB, 8G, 1.5T
    autostart:no             yes, no, true, false, on, off
    !tag:web !db             not
    "state:running" '"'      quoted characters mean themselves

Terms are joined by *and*. A value that is unknown (`None`, or NaN) satisfies no term, so it satisfies every
negated one: `!cpu>50` shows what is not known to exceed 50, and `!ip:*` shows what has no known address.
`x!=v` is `!x=v`. A field of several values (tags, addresses) satisfies a term if one of its values does.
A choice may be cut short: `state:run`. MAC and IPv6 addresses and URLs are words though they hold a colon.
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Final, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from tuivirt.core.query_tokens import FIELD, QueryError, Token, tokens
from tuivirt.core.units import parse_size

__all__ = ["Field", "Query", "QueryError", "Term", "Value", "compile_query"]

R = TypeVar("R")

Kind: TypeAlias = Literal["word", "choice", "number", "size", "bool"]
Value: TypeAlias = str | tuple[str, ...] | float | bool | None
"""What a field holds: words as `str` or a tuple of them, sizes in bytes, `None` when it is not known."""


class Field(NamedTuple, Generic[R]):
    """Something of a row that a term can ask for."""

    name: str
    kind: Kind
    get: Callable[[R], Value]
    doc: str = ""
    choices: tuple[str, ...] = ()
    """The values of a `choice`."""


class Term(NamedTuple, Generic[R]):
    """One condition. Two terms of the same field, symbol, values and sign are the same condition."""

    field: str
    """Empty for a word."""
    symbol: str
    values: frozenset[tuple[str, bool]]
    """Each with whether it is a pattern. A row satisfies the term if one of them holds."""
    negated: bool
    holds: Callable[[R], bool]

    def implies(self, other: "Term[R]") -> bool:
        """Whether every row that satisfies this is sure to satisfy `other`."""
        if (self.field, self.symbol, self.negated) != (other.field, other.symbol, other.negated):
            return False
        narrow, wide = (other, self) if self.negated else (self, other)
        if narrow.values <= wide.values:
            return True
        if self.field:
            return False
        ((inner, is_pattern),) = wide.values
        ((outer, is_outer_pattern),) = narrow.values
        return inner in outer and not is_pattern and not is_outer_pattern


class Query(NamedTuple, Generic[R]):
    """A compiled query."""

    text: str
    matches: Callable[[R], bool]
    needs: frozenset[str]
    """Names of the fields that it reads."""
    terms: tuple[Term[R], ...]

    @property
    def empty(self) -> bool:
        """Whether it lets every row through."""
        return not self.terms

    def narrows(self, other: "Query[R]") -> bool:
        """Whether this surely matches no row that `other` does not: `web1` narrows `web`.

        Then only the rows that `other` matched need a look, as long as no row has changed since.
        """
        return all(any(mine.implies(term) for mine in self.terms) for term in other.terms)


def compile_query(text: str, fields: Mapping[str, Field[R]], haystack: Callable[[R], str]) -> Query[R]:
    """Compile `text`; `haystack` gives the lower-case text of a row that words are looked for in.

    Separate its parts by line ends, which no pattern crosses. Keys of `fields` are lower case; a field may
    stand under several. Raises `QueryError`.
    """
    terms = [term for token in tokens(text) if (term := _term(token, fields, haystack))]
    terms.sort(key=lambda term: bool(term.field))  # words first: they cost least
    needs = frozenset(term.field for term in terms if term.field)
    return Query(text, _all([term.holds for term in terms]), needs, tuple(terms))


def _all(tests: list[Callable[[R], bool]]) -> Callable[[R], bool]:
    match tests:
        case []:
            return lambda _: True
        case [test]:
            return test
        case [first, second]:
            return lambda row: first(row) and second(row)
        case _:
            return lambda row: all(test(row) for test in tests)


# Terms

_ADDRESS: Final = r"(?ai)[0-9a-f]{0,4}(?::[0-9a-f*?]{0,4})+(?:\.[0-9.*?]*)?(?:%[\w.-]*)?(?:/[0-9]*)?"
_WORDS: Final = {
    **dict.fromkeys(("yes", "y", "true", "on", "1"), True),
    **dict.fromkeys(("no", "n", "false", "off", "0"), False),
}


def _term(token: Token, fields: Mapping[str, Field[R]], haystack: Callable[[R], str]) -> Term[R] | None:
    bare = token.shape.lstrip("!")
    signs = len(token.shape) - len(bare)
    negated = signs % 2 == 1
    rest = token[signs:]
    if signs and not bare:
        raise token.error("nothing to negate: write !word or !field:value")
    match = FIELD.match(bare)
    if match is None or _is_word(bare, fields, match):
        return _word(rest, negated, haystack)
    field = fields.get(match[1].lower())
    if field is None:
        raise rest[: match.end(1)].error(_unknown(match[1], fields))
    symbol = {"==": "=", ":": "="}.get(match[2], match[2])
    value = rest[match.end() :]
    if symbol == "!=":
        symbol, negated = "=", not negated
    quoted = value.at[0] > rest.at[match.end() - 1] + 1  # `title:""` asks for an empty title
    if not value.shape.strip(",") and not quoted:
        raise rest.error(f"{field.name}: a value is missing{_hint(field)}")
    return _field_term(rest, value, field, symbol, negated)


def _is_word(bare: str, fields: Mapping[str, Field[R]], match: re.Match[str]) -> bool:
    if match[1].lower() in fields:
        return False
    return match[2] == ":" and (bare.startswith("//", match.end()) or bool(re.fullmatch(_ADDRESS, bare)))


def _unknown(name: str, fields: Mapping[str, Field[R]]) -> str:
    near = nearest(name.lower(), fields)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(fields)}"
    return f"no field {name}: {hint} (quote it to search for the text)"


def nearest(word: str, known: Mapping[str, object] | tuple[str, ...]) -> list[str]:
    """At most three of `known` that `word` may have been meant for."""
    from difflib import get_close_matches  # only a mistake pays for it

    starts = [name for name in known if name.startswith(word) or word.startswith(name)]
    return starts[:3] or get_close_matches(word, known, n=2, cutoff=0.7)


def _hint(field: Field[R]) -> str:
    match field.kind:
        case "choice":
            return f", one of {', '.join(field.choices)}"
        case "bool":
            return ", yes or no"
        case "size":
            return ", like 8G or 512MiB"
        case "number":
            return ", like 4"
        case "word":
            return ""


def _word(token: Token, negated: bool, haystack: Callable[[R], str]) -> Term[R] | None:
    if not token.text:
        return None
    if token.shape[0] in "<>=":
        raise token.error("a comparison is written without spaces, like cpu>50")
    word = token.text.lower()
    if not token.pattern:
        holds = _lacks(haystack, word) if negated else _has(haystack, word)
        return Term("", "", frozenset({(word, False)}), negated, holds)
    finds = token.regex(whole=False).search
    values = frozenset({(token.spelling, True)})
    return Term("", "", values, negated, _signed(lambda row: finds(haystack(row)) is not None, negated))


def _has(haystack: Callable[[R], str], word: str) -> Callable[[R], bool]:
    return lambda row: word in haystack(row)


def _lacks(haystack: Callable[[R], str], word: str) -> Callable[[R], bool]:
    return lambda row: word not in haystack(row)


def _signed(test: Callable[[R], bool], negated: bool) -> Callable[[R], bool]:
    return (lambda row: not test(row)) if negated else test


def _field_term(rest: Token, value: Token, field: Field[R], symbol: str, negated: bool) -> Term[R]:
    get = field.get
    if value.shape == "*" and symbol == "=":
        return Term(field.name, "*", frozenset(), negated, _signed(_known(get), negated))
    test: Callable[[R], bool]
    values: frozenset[tuple[str, bool]]
    if symbol != "=":
        if field.kind not in ("number", "size"):
            raise rest.error(f"{field.name} has no order: write {field.name}:value")
        limit = _number(value, field)
        values, test = frozenset({(repr(limit), False)}), _compare(get, symbol, limit)
        return Term(field.name, symbol, values, negated, _signed(test, negated))
    items = [item for item in value.split(",") if item.text] or [value]
    if field.kind in ("number", "size"):
        numbers = frozenset(_number(item, field) for item in items)
        values, test = frozenset((repr(number), False) for number in numbers), _equals(get, numbers)
    elif field.kind == "bool":
        flags = frozenset(_flag(item, field) for item in items)
        values, test = frozenset((str(flag), False) for flag in flags), _equals(get, flags)
    else:
        exact, patterns = _alternatives(items, field)
        values = frozenset((word, False) for word in exact) | {(item.spelling, True) for item in patterns}
        test = _is_one_of(get, exact, [item.regex(whole=True) for item in patterns])
    return Term(field.name, symbol, values, negated, _signed(test, negated))


def _alternatives(items: list[Token], field: Field[R]) -> tuple[frozenset[str], list[Token]]:
    """What a value may be: words in lower case, and patterns. For a `choice` all are words."""
    if field.kind == "choice" and field.choices:
        return frozenset(choice for item in items for choice in _chosen(item, field)), []
    return frozenset(item.text.lower() for item in items if not item.pattern), [i for i in items if i.pattern]


def _chosen(item: Token, field: Field[R]) -> list[str]:
    """The choices that `item` names: exactly, else as a pattern or a beginning."""
    choices = {squeezed(choice): choice.lower() for choice in field.choices}
    word = squeezed(item.text)
    if item.pattern:
        fits = item.regex(whole=True).fullmatch
        found = [choice for short, choice in choices.items() if fits(choice) or fits(short)]
    elif word in choices:
        found = [choices[word]]
    else:
        found = [choice for short, choice in choices.items() if word and short.startswith(word)]
    if not found:
        near = nearest(item.text.lower(), tuple(choices.values()))
        hint = f"did you mean {' or '.join(near)}?" if near else f"write one of {', '.join(field.choices)}"
        raise item.error(f"no {field.name} {item.text}: {hint}")
    return found


def squeezed(text: str) -> str:
    """For comparing choices: `shut off` is `shutoff` is `Shut-off`."""
    return re.sub(r"[\s_-]", "", text.lower())


def _number(item: Token, field: Field[R]) -> float:
    try:
        if field.kind == "size":
            return parse_size(item.text)
        if re.fullmatch(r"-?([0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15})%?", item.text):
            return float(item.text.rstrip("%"))
    except ValueError as error:
        raise item.error(f"{field.name}: {error}") from error
    raise item.error(f"{field.name}: not a number: {item.text}")


def _flag(item: Token, field: Field[R]) -> bool:
    flag = _WORDS.get(item.text.lower())
    if flag is None:
        raise item.error(f"{field.name} is yes or no, not {item.text}")
    return flag


# Predicates

_ORDER: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _known(get: Callable[[R], Value]) -> Callable[[R], bool]:
    def holds(row: R) -> bool:
        value = get(row)
        return value is not None and value != () and value == value  # noqa: PLR0124  # NaN is not known

    return holds


def _equals(get: Callable[[R], Value], wanted: frozenset[float] | frozenset[bool]) -> Callable[[R], bool]:
    return lambda row: get(row) in wanted


def _compare(get: Callable[[R], Value], symbol: str, limit: float) -> Callable[[R], bool]:
    compares = _ORDER[symbol]
    return lambda row: isinstance(value := get(row), (int, float)) and compares(value, limit)


def _is_one_of(
    get: Callable[[R], Value], exact: frozenset[str], patterns: list[re.Pattern[str]]
) -> Callable[[R], bool]:
    fits = (
        re.compile("|".join(f"(?:{pattern.pattern})" for pattern in patterns)).fullmatch if patterns else None
    )

    def one(value: str) -> bool:
        word = value.lower()
        return word in exact or (fits is not None and fits(word) is not None)

    def holds(row: R) -> bool:
        value = get(row)
        if isinstance(value, str):
            return one(value)
        return isinstance(value, tuple) and any(map(one, value))

    return holds

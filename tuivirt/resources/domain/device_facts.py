"""Facts of a part of a definition: where they stand, how they read, and what of the XML they tell.

The last makes it possible to add whatever no fact has told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tuivirt.resources.domain import nodes, wording

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

TEXT: Final = ""
"""Stands for an element's text where else an attribute is named."""


class Reader(NamedTuple):
    """How what an XPath yields is told."""

    read: Callable[[Sequence[Any]], str]
    """Takes texts (lxml's strings) or elements."""
    tells: "Callable[[Element, str, bool, str], bool]"
    """``tells(element, attribute, inside, value)``: whether the value that was read tells an attribute (or
    ``TEXT``) of a yielded element, or, ``inside``, of one in it.
    """


def _joined(found: Sequence[Any]) -> str:
    """Texts as they are; an element as its text, or *yes*."""
    words = (node.strip() if isinstance(node, str) else nodes.text(node) or "yes" for node in found)
    return ", ".join(filter(None, words))


def _each(word: Callable[[Any], str]) -> Callable[[Sequence[Any]], str]:
    return lambda found: ", ".join(filter(None, map(word, found)))


def _all(_element: "Element", _name: str, _inside: bool, _value: str) -> bool:
    return True


def _own(*names: str) -> "Callable[[Element, str, bool, str], bool]":
    return lambda _element, name, inside, _value: not inside and name in names


def _as_read(element: "Element", name: str, _inside: bool, value: str) -> bool:
    """What can be read in the value, of the attributes that a source is told by."""
    if name == TEXT:
        return nodes.text(element) in value
    return name in _SOURCE_NAMES and (element.get(name) or "") in value


_SOURCE_NAMES: Final = frozenset(
    {
        *("file", "dev", "dir", "path", "socket", "pool", "volume", "protocol", "name", "query", "uuid"),
        *("network", "bridge", "mode", "host", "service", "channel", "group", "evdev", "port", "wwpn"),
        *("address", "type", "domain", "bus", "slot", "function", "device", "controller", "target", "unit"),
    }
)


def _chain(found: Sequence[Any]) -> str:
    """A backing chain from the top: paths with their types, formats and numbers."""
    links: list[str] = []
    for store in found:
        source, format_ = store.find("source"), store.find("format")
        words = [store.get("type"), None if format_ is None else format_.get("type"), store.get("index")]
        if source is not None:
            links.append(f"{wording.source(source)} ({' '.join(filter(None, words))})")
        deeper = _chain(store.findall("backingStore"))
        links += [deeper] if deeper else []
    return " ← ".join(links)


def _policies(found: Sequence[Any]) -> str:
    """CPU features by what is asked of them."""
    groups: dict[str, list[str]] = {}
    for node in found:
        groups.setdefault(node.get("policy") or "require", []).append(node.get("name") or "")
    return "; ".join(f"{policy} {', '.join(names)}" for policy, names in groups.items())


def _switch(node: Any) -> str:
    """An element by its tag, with what it says: ``hyperv (custom, relaxed (on))``."""
    return _with(nodes.name(node), node, "")


def _timer(node: Any) -> str:
    return _with(node.get("name") or "", node, "name")


def _with(word: str, node: Any, but: str) -> str:
    told = [(name, value) for name, value in nodes.attributes(node) if name != but]
    said = [value if name == "state" else f"{nodes.local(name)}={value}" for name, value in told]
    said += [nodes.text(node)] if nodes.text(node) else []
    said += map(_switch, nodes.elements(node))
    return word + (f" ({', '.join(said)})" if said else "")


SIZE: Final = Reader(_each(wording.size), _own(TEXT, "unit"))
MEBIBYTES: Final = Reader(_each(lambda node: wording.size(node, "MiB")), _own(TEXT, "unit"))
KIBIBYTES: Final = Reader(_each(lambda value: f"{value} KiB"), _all)
SECONDS: Final = Reader(_each(lambda value: f"{value} s"), _all)
ADDRESS: Final = Reader(_each(wording.address), _all)
SOURCE: Final = Reader(_each(wording.source), _as_read)
CHAIN: Final = Reader(_chain, lambda *told: told[1] == "index" or _as_read(*told))
PAIRS: Final = Reader(
    _each(wording.pairs), lambda _element, name, inside, _value: name != TEXT and not inside
)
NAMED: Final = Reader(_each(lambda attribute: f"{nodes.local(attribute.attrname)}={attribute}"), _all)
POLICIES: Final = Reader(_policies, _own("name", "policy"))
SWITCHES: Final = Reader(_each(_switch), _all)
TIMERS: Final = Reader(_each(_timer), _all)
PINS: Final = Reader(_each(lambda node: f"{node.get('vcpu')}→{node.get('cpuset')}"), _own("vcpu", "cpuset"))
JOINED: Final = Reader(_joined, _own(TEXT))


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    path: str
    """XPath that yields attributes, texts or elements."""
    reader: Reader = JOINED

"""Every part of a definition in a line, with its facts: devices, and what stands beside them.

Which parts there are and how they are told is data (``device_forms``). Whatever no form names is told as it
stands in the XML, so that nothing of a definition is left out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tuivirt.core import xml
from tuivirt.resources.domain import nodes, wording
from tuivirt.resources.domain.device_facts import TEXT, Fact
from tuivirt.resources.domain.device_forms import FORMS, Form

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    Known = set[tuple[Element, str]]

_LABEL: Final = re.compile("{([^}]+)}")


@dataclass(frozen=True, slots=True)
class Device:
    """A part of a definition. Texts are as the host gave them."""

    kind: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    """Label and value; a label may come more than once."""
    path: str
    """XPath of its (first) element."""


def devices(definition: str) -> list[Device]:
    """The parts of a definition in the order of the forms. Raises ``lxml.etree.XMLSyntaxError``."""
    root = xml.parse(definition)
    tree = root.getroottree()
    taken: set[Element] = set()
    found: list[Device] = []
    for form in FORMS:
        elements = [e for e in _elements(root, form.path) if e not in taken]
        taken.update(elements)
        if not elements:
            continue
        groups = [elements] if form.together else [[element] for element in elements]
        found += [
            _device(form, root if form.together else group[0], group, tree.getpath(group[0]))
            for group in groups
        ]
    return found


def describe(element: "Element") -> str:
    """An element of a definition in a line: a part as the list of parts has it, else what is in it."""
    parent = element.getparent()
    if element.tag == "source":
        return wording.source(element)
    if parent is not None and parent.tag in {"devices", "domain"}:
        within = "devices/" if parent.tag == "devices" else ""
        for form in FORMS:
            step = form.path.removeprefix(within)
            if form.together or not form.path.startswith(within) or "/" in step:
                continue
            if element in _elements(parent, step):
                return _device(form, element, [element], "").summary or _as_it_stands(element)
    return _as_it_stands(element)


def _as_it_stands(element: "Element") -> str:
    return _told_as_it_stands(_rest([element], set(), named=False))


def _elements(root: "Element", path: str) -> list["Element"]:
    return [node for node in nodes.select(root, path) if isinstance(node.tag, str)]


def _device(form: Form, root: "Element", group: list["Element"], path: str) -> Device:
    known: Known = set()
    facts = [(fact.label, value) for fact in form.facts if (value := _read(fact, root, known))]
    by_label: dict[str, str] = {}
    for label, value in facts:
        by_label.setdefault(label, value)
    rest = list(_rest(group, known, named=form.together))
    summary = "  ".join(filter(None, (_piece(piece, by_label) for piece in form.summary)))
    if not summary and not form.facts:
        summary = _told_as_it_stands(rest)
    return Device(form.kind or _kind(group[0]), summary, (*facts, *rest), path)


def _told_as_it_stands(rest: Iterable[tuple[str, str]]) -> str:
    return ", ".join(value if label == "text" else f"{label} {value}" for label, value in rest)


def _kind(element: "Element") -> str:
    """What a part is called that no form names: its tag, in words."""
    return nodes.name(element).replace("_", " ").replace("-", " ")


def _piece(piece: str, facts: dict[str, str]) -> str:
    """A piece of a summary, as ``Form.summary`` says it."""
    if piece.startswith("?"):
        label, _, words = piece[1:].partition("|")
        return words if facts.get(label, "no") != "no" else ""
    for choice in piece.split("|"):
        labels = _LABEL.findall(choice)
        if not labels and choice in facts:
            return facts[choice]
        if labels and all(label in facts for label in labels):
            return _LABEL.sub(lambda match: facts[match[1]], choice)
    return ""


def _read(fact: Fact, root: "Element", known: "Known") -> str:
    found = nodes.select(root, fact.path)
    value = fact.reader.read(found)
    if value:
        for node in found:
            known.update(_told(node, fact, value))
    return value


def _told(node: Any, fact: Fact, value: str) -> Iterator[tuple["Element", str]]:
    """The attributes and texts that a fact has told."""
    if isinstance(node, str):
        yield node.getparent(), node.attrname or TEXT  # type: ignore[attr-defined]
        return
    for element in node.iter("{*}*"):
        for name in (TEXT, *(name for name, _ in nodes.attributes(element))):
            if fact.reader.tells(element, name, element is not node, value):
                yield element, name


def _rest(group: Iterable["Element"], known: "Known", *, named: bool) -> Iterator[tuple[str, str]]:
    """What no fact has told, as it stands in the XML."""
    for element in group:
        yield from _walk(element, nodes.name(element) if named else "", known, top=not named)


def _walk(element: "Element", label: str, known: "Known", *, top: bool) -> Iterator[tuple[str, str]]:
    attributes = [(name, value) for name, value in nodes.attributes(element) if (element, name) not in known]
    text = nodes.text(element) if (element, TEXT) not in known else ""
    children = list(nodes.elements(element))
    if top:
        yield from ((nodes.local(name), value) for name, value in attributes)
        if text:
            yield "text", text
    else:
        named = dict(attributes).get("name", "") if len(attributes) == 1 else ""
        pairs = [] if named else [f"{nodes.local(name)}={value}" for name, value in attributes]
        # <entry name='vendor'>text</entry> is an entry of that name, <feature name='x'/> only has one.
        shown, value = (f"{label} {named}", text) if named and text else (label, named or text)
        value = " ".join(filter(None, (value, *pairs)))
        bare = not element.attrib and not nodes.text(element) and not children
        if value or (bare and (element, TEXT) not in known):
            yield shown, value or "yes"
    for child in children:
        yield from _walk(child, f"{label} {nodes.name(child)}".strip(), known, top=False)
        if tail := (child.tail or "").strip():
            yield label or "text", tail


def line_of(definition: str, path: str) -> int | None:
    """The line, from 0, on which the element of a part's ``path`` begins; None when it is not there."""
    root = xml.parse(definition)
    found: Any = root.xpath(path, namespaces=_prefixes(root))
    line = found[0].sourceline if found else None
    return None if line is None else int(line) - 1


def _prefixes(root: "Element") -> dict[str, str]:
    """The namespaces of all elements, as ``getpath`` names them."""
    found: dict[str, str] = {}
    for element in root.iter():
        found.update({prefix: uri for prefix, uri in element.nsmap.items() if prefix})
    return found

"""Walking a definition's tree: elements only, names with the prefix of a foreign namespace."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.etree import _Element as Element


def elements(parent: "Element | None") -> "Iterator[Element]":
    """The child elements; comments, processing instructions and entities are none."""
    if parent is not None:
        yield from parent.iterchildren("{*}*")


def local(tag: str) -> str:
    """A tag or attribute without its namespace."""
    return tag.rpartition("}")[2]


def name(element: "Element") -> str:
    """The tag as the text has it: ``disk``, ``qemu:commandline``."""
    tag = local(str(element.tag))
    return f"{element.prefix}:{tag}" if element.prefix else tag


def foreign(element: "Element") -> bool:
    """Whether an element is in a namespace: libvirt's own are in none."""
    return str(element.tag).startswith("{")


def text(element: "Element") -> str:
    """The element's own text, stripped."""
    return (element.text or "").strip()


def attributes(element: "Element") -> list[tuple[str, str]]:
    """Names (``{namespace}name`` of a foreign one) and values."""
    return [(str(name), str(value)) for name, value in element.attrib.items()]


def select(root: "Element", path: str) -> list[Any]:
    """What an XPath yields: elements, or attributes and texts as lxml's strings that know their element."""
    found = root.xpath(path)
    assert isinstance(found, list), f"{path} yields no list"
    return found


def remove(root: "Element", path: str) -> None:
    """Take out what an XPath yields: elements, or attributes."""
    for node in select(root, path):
        if isinstance(node, str):
            del node.getparent().attrib[node.attrname]  # type: ignore[attr-defined]
        else:
            drop(node)


def drop(element: "Element") -> None:
    """Take out an element and what stands behind it up to the next one."""
    parent = element.getparent()
    assert parent is not None, "the root stays"
    parent.remove(element)

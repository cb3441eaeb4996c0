"""A domain's tags: one element of our own in its metadata."""

from collections.abc import Iterable

from tuivirt.core import xml

NAMESPACE = "https://tuivirt.dev/xmlns/domain/1"
PREFIX = "tuivirt"


def build(tags: Iterable[str]) -> str:
    """The element as ``virDomainSetMetadata`` takes it: no prefix, libvirt adds it. Sorted, each once."""
    from html import escape  # here: 1 ms, which the first frame does not wait for

    elements = "".join(f"<tag>{escape(tag, quote=False)}</tag>" for tag in sorted(set(tags)))
    return f"<tags>{elements}</tags>"


def parse(element: str) -> tuple[str, ...]:
    """The tags of an element as ``virDomainGetMetadata`` gives it. Raises ValueError."""
    from lxml.etree import XMLSyntaxError

    try:
        return xml.words(xml.parse(element), "*[local-name()='tag']/text()")
    except XMLSyntaxError as error:
        raise ValueError(f"the tags cannot be read: {error}") from error

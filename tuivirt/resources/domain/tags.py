"""A domain's tags: one element of our own in its metadata."""

from collections.abc import Iterable
from html import escape

NAMESPACE = "https://tuivirt.dev/xmlns/domain/1"
PREFIX = "tuivirt"


def build(tags: Iterable[str]) -> str:
    """The element as ``virDomainSetMetadata`` takes it: no prefix, libvirt adds it. Sorted, each once."""
    elements = "".join(f"<tag>{escape(tag, quote=False)}</tag>" for tag in sorted(set(tags)))
    return f"<tags>{elements}</tags>"

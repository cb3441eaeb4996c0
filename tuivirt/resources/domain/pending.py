"""What the next boot changes: the saved definition against that of the running domain."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tuivirt.core import xml
from tuivirt.resources.domain import nodes, wording
from tuivirt.resources.domain.pending_rules import assigned, identity, prepare

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BRIEF = 200
"""Characters of a part that is told as a whole."""


WHOLE: Final = {"cpu": "mode", "devices/interface": "type", "devices/disk": "type", "devices/hostdev": "type"}
"""Elements that are told as a whole where this attribute differs: the rest then differs with it."""
LISTS: Final = {"os/boot": "@dev", "os/initarg": "text()"}
"""Elements that are told as one list, and what of each."""


@dataclass(frozen=True, slots=True)
class PendingChange:
    """One setting, or one whole device, that differs. Texts are as the host gave them."""

    path: str
    """Where, as an XPath with a device's own name for its place: ``disk[vdb]/driver/@cache``."""
    live: str | None
    """What it is now; None: not there."""
    saved: str | None
    """What it will be; None: not there."""

    @property
    def words(self) -> str:
        """``256 MiB → 128 MiB``, ``added: …``, ``removed: …``."""
        if self.live is None:
            return f"added: {self.saved}".removesuffix(": ")
        if self.saved is None:
            return f"removed: {self.live}".removesuffix(": ")
        return f"{self.live} → {self.saved}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two definitions without what only a running domain has, and what then differs."""

    changes: tuple[PendingChange, ...]
    live: str
    saved: str
    """XML with the same indentation and order on both sides."""


def pending_changes(live: str, saved: str) -> list[PendingChange]:
    """Settings that the next boot changes, in the order of the definition.

    What only a running domain has does not count: ids, assigned names, ports, paths and labels, a resolved
    CPU model, a balloon that the host moved. Raises ``lxml.etree.XMLSyntaxError``.
    """
    now, then = _parsed(live, saved)
    return list(_differences(now, then, "", ""))


def compare(live: str, saved: str) -> Comparison:
    """The same with both texts. Raises ``lxml.etree.XMLSyntaxError``."""
    now, then = _parsed(live, saved)
    changes = tuple(_differences(now, then, "", ""))
    return Comparison(changes, _text_of(now), _text_of(then))


def _parsed(live: str, saved: str) -> "tuple[Element, Element]":
    from lxml import etree

    now, then = xml.parse(live), xml.parse(saved)
    for root in (now, then):
        etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    prepare(now, then)
    return now, then


def _text_of(root: "Element") -> str:
    from lxml import etree

    for element in root.iter("{*}*"):
        if not len(element) and not nodes.text(element):
            element.text = None  # blanks around what was taken out
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")


def _differences(live: "Element", saved: "Element", path: str, pattern: str) -> Iterator[PendingChange]:
    """Takes out of the live one what was assigned, and brings its children into the saved one's order."""
    if pattern and nodes.foreign(live):
        if _canonical(live) != _canonical(saved):
            yield PendingChange(path, _brief(live), _brief(saved))
        return
    if pattern in WHOLE and live.get(WHOLE[pattern]) != saved.get(WHOLE[pattern]):
        yield PendingChange(path, _brief(live), _brief(saved))
        return
    yield from _attributes(live, saved, path, pattern)
    yield from _text(live, saved, path)
    kept: list[Element] = []
    listed = [tag for tag in LISTS if tag.rpartition("/")[0] == pattern]
    for tag in listed:
        yield from _list(live, saved, tag)
    for tag, name, old, new in _pairs(live, saved):
        inner = f"{pattern}/{tag}".removeprefix("/")
        if inner in listed:
            kept += [old] if old is not None else []
            continue
        shown = f"{path}/{tag}{f'[{name}]' if name else ''}".removeprefix("/").removeprefix("devices/")
        if old is None:
            assert new is not None
            yield PendingChange(shown, None, _brief(new))
            continue
        if new is None:
            if assigned(inner, old):
                nodes.drop(old)
                continue
            yield PendingChange(shown, _brief(old), None)
        else:
            yield from _differences(old, new, shown, inner)
        kept.append(old)
    if kept:
        live[:] = kept


def _list(live: "Element", saved: "Element", path: str) -> Iterator[PendingChange]:
    """Elements of one tag whose order says something, as one setting."""
    tag = path.rpartition("/")[2]
    old, new = (", ".join(xml.words(root, f"{tag}/{LISTS[path]}")) for root in (live, saved))
    if old != new:
        yield PendingChange(path, old or None, new or None)


def _attributes(live: "Element", saved: "Element", path: str, pattern: str) -> Iterator[PendingChange]:
    for name in dict.fromkeys([*map(str, live.attrib), *map(str, saved.attrib)]):
        old, new = live.get(name), saved.get(name)
        if old == new or name == "unit":
            continue
        if new is None and assigned(f"{pattern}/@{name}".removeprefix("/"), live):
            del live.attrib[name]
            continue
        yield PendingChange(f"{path}/@{name}".removeprefix("/"), old, new)


def _text(live: "Element", saved: "Element", path: str) -> Iterator[PendingChange]:
    old, new = (live.text or "").strip(), (saved.text or "").strip()
    if live.get("unit") or saved.get("unit"):
        sizes = wording.size_of(live), wording.size_of(saved)
        if None not in sizes and sizes[0] == sizes[1]:
            return
        shown = wording.size(live), wording.size(saved)
        # Rounded they may look alike.
        old, new = shown if shown[0] != shown[1] else (_exact(live), _exact(saved))
    if old != new:
        yield PendingChange(path, old or None, new or None)


def _exact(element: "Element") -> str:
    return f"{(element.text or '').strip()} {element.get('unit') or ''}".strip()


_Pair = tuple[str, str, "Element | None", "Element | None"]


def _pairs(live: "Element", saved: "Element") -> Iterator[_Pair]:
    """Children that are the same thing on both sides, and those that are on one side only.

    The tag, the name that tells it from others of its tag, and the element on either side.
    """
    old, new = _by_identity(live), _by_identity(saved)
    for key in dict.fromkeys([*new, *old]):
        tag, name = key
        yield from ((tag, name, *pair) for pair in _matched(old.get(key, []), new.get(key, [])))


def _by_identity(parent: "Element") -> dict[tuple[str, str], list["Element"]]:
    found: dict[tuple[str, str], list[Element]] = {}
    for child in nodes.elements(parent):
        found.setdefault((nodes.name(child), identity(child)), []).append(child)
    return found


def _matched(
    old: list["Element"], new: list["Element"]
) -> Iterator[tuple["Element | None", "Element | None"]]:
    """Of several that have the same identity: those at the same address, then in their order."""
    if len(old) > 1 or len(new) > 1:
        old, new = list(old), list(new)
        for element in list(new):
            place = _place(element)
            same = next((other for other in old if place and _place(other) == place), None)
            if same is not None:
                old.remove(same)
                new.remove(element)
                yield same, element
    for index in range(max(len(old), len(new))):
        yield old[index] if index < len(old) else None, new[index] if index < len(new) else None


def _place(element: "Element") -> str:
    found = element.find("address")
    return "" if found is None else wording.address(found)


def _canonical(element: "Element") -> bytes:
    """The element's text without the blanks that only indent it, which libvirt writes anew each time."""
    from lxml import etree

    copy = deepcopy(element)
    copy.tail = None
    for part in copy.iter():
        if len(part) and part.text is not None and not part.text.strip():
            part.text = None
        if part.tail is not None and not part.tail.strip():
            part.tail = None
    return etree.tostring(copy, method="c14n")


def _brief(element: "Element") -> str:
    """A part in a few words: its summary if it is a device, else what is in it."""
    from tuivirt.resources.domain.devices import describe

    text = describe(element)
    return text if len(text) <= BRIEF else text[: BRIEF - 1] + "…"

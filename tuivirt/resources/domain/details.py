"""Details: the few facts of a definition that the list shows."""

from typing import TYPE_CHECKING

from tuivirt.core import xml
from tuivirt.core.backend import Definition
from tuivirt.core.errors import HostError
from tuivirt.resources.domain import tags
from tuivirt.resources.domain.snapshot import Details

if TYPE_CHECKING:
    from lxml import etree


def os_word(libosinfo_id: str) -> str:
    """``http://debian.org/debian/12`` → ``debian 12``; another shape is returned as its last parts."""
    parts = [part for part in libosinfo_id.split("/") if part]
    return " ".join(parts[-2:]) if len(parts) >= 3 else libosinfo_id


def details_of(definition: Definition) -> Details:
    """The details of a definition that was asked for. Raises HostError for one that is none."""
    from lxml.etree import XMLSyntaxError

    try:
        if definition.saved is None:  # transient: the running guest has the only one
            return parse(definition.live or "")
        return parse(definition.saved, definition.live)
    except XMLSyntaxError as error:
        raise HostError(f"what the host sent is no definition: {error}") from error


def parse(saved: str, live: str | None = None) -> Details:
    """Details of a definition. ``live`` adds the agent's state and the pending changes."""
    root = xml.parse(saved)
    macs = xml.words(root, "devices/interface/mac/@address")
    return Details(
        title=xml.word(root, "title/text()"),
        description=xml.word(root, "description/text()"),
        tags=_tags(root),
        os=os_word(xml.word(root, "metadata/*[local-name()='libosinfo']/*[local-name()='os']/@id")),
        macs=tuple(mac.lower() for mac in macs),
        networks=_networks(root),
        disks=_disks(root),
        arch=xml.word(root, "os/type/@arch"),
        agent=_agent(xml.parse(live)) if live is not None else None,
        pending=None if live is None else _pending(live, saved),
    )


def _pending(live: str, saved: str) -> int:
    from tuivirt.resources.domain.pending import pending_changes

    return len(pending_changes(live, saved))


def _tags(root: "etree._Element") -> tuple[str, ...]:
    path = (
        f"metadata/*[local-name()='tags' and namespace-uri()='{tags.NAMESPACE}']/*[local-name()='tag']/text()"
    )
    return xml.words(root, path)


def _networks(root: "etree._Element") -> tuple[str, ...]:
    sources = "devices/interface/source"
    names = xml.words(root, f"{sources}/@network | {sources}/@bridge | {sources}/@dev")
    return tuple(dict.fromkeys(names))


def _disks(root: "etree._Element") -> tuple[str, ...]:
    paths = xml.words(root, "devices/disk/source/@file | devices/disk/source/@dev")
    volumes = [
        f"{source.get('pool')}/{source.get('volume')}"
        for source in root.iterfind("devices/disk/source[@volume]")
    ]
    return (*paths, *volumes)


def _agent(live: "etree._Element") -> bool | None:
    state = xml.word(live, "devices/channel/target[@name='org.qemu.guest_agent.0']/@state")
    return None if not state else state == "connected"

"""The journal: what happened to objects, told by libvirt's events and by the user's own actions."""

from typing import Literal, NamedTuple

from tuivirt.core.key import Key

Origin = Literal["event", "action", "connection"]


class Entry(NamedTuple):
    """One line of the journal."""

    at: float
    """Seconds since the epoch."""
    key: Key
    name: str
    origin: Origin
    what: str
    """"started", "Shut down" …"""
    detail: str = ""
    """The reason of an event, or libvirt's words of an error."""
    ok: bool | None = None
    """Result of an action; None for an event, or for an action that is still running."""
    took: float | None = None
    """Seconds the action's call lasted."""
    command: str = ""
    """The equivalent virsh command."""

    def to_json(self) -> str:
        """One JSON object without line breaks, as the journal file has it."""
        import json  # here: 1 ms, which the first frame does not wait for

        return json.dumps(self._asdict() | {"key": self.key._asdict()}, ensure_ascii=False)

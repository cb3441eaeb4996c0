"""An object as a dialog speaks of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tuivirt.core.action import Action, virsh_line
from tuivirt.core.changes import ConnectionState
from tuivirt.core.store import Record
from tuivirt.core.text import plain

NAMES = 3
"""So many names stand in a question; more are counted."""


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is asked for: the object as the user saw it when the dialog opened."""

    subject: Any
    """The record, or the state of a connection: what a form's first values come from."""
    item: Any
    """What ``Action.refusal`` and ``Action.command`` take."""
    name: str
    host: str
    kind: str
    uri: str
    tags: tuple[str, ...] | None = ()
    """None while they are not known."""

    @classmethod
    def of(cls, subject: Record | ConnectionState, uri: str) -> "Target":
        """The target that a record, or a host, is."""
        if isinstance(subject, ConnectionState):
            return cls(subject, subject, subject.name, subject.name, "host", uri)
        key = subject.key
        tags = getattr(subject, "tags", ()) if subject.details is not None else None
        return cls(subject, subject.item, subject.item.name, key.connection, key.kind, uri, tags)

    def command(self, action: Action[Any], params: object | None) -> str:
        """The equivalent virsh command as one line for a shell; empty when there is none."""
        return virsh_line(self.uri, action.command(self.item, params))


def names_of(targets: Sequence[Target]) -> str:
    """``web01``, ``web01, web02 and db01``, or ``12 domains``: plain text."""
    if len(targets) > NAMES:
        return f"{len(targets)} {targets[0].kind}s"
    return listed([plain(target.name) for target in targets])


def hosts_of(targets: Sequence[Target]) -> str:
    """The hosts of the targets, as ``names_of`` has names."""
    hosts = list(dict.fromkeys(plain(target.host) for target in targets))
    return f"{len(hosts)} hosts" if len(hosts) > NAMES else listed(hosts)


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part) if words else ""


@dataclass(frozen=True, slots=True)
class Stakes:
    """What an action on these objects, with these params, puts at stake."""

    danger: bool
    """Data can be lost."""
    says: str
    """What will be lost, with names and hosts filled in, a line each; empty when it asks nothing."""

    @property
    def asks(self) -> bool:
        """Whether it must be asked about, and a protected object be named."""
        return self.danger or bool(self.says)


def stakes(action: Action[Any], targets: Sequence[Target], params: object | None) -> Stakes:
    """``params`` as they are chosen now; None for an action without."""
    lines = [_filled(action.confirm, targets)] if action.confirm and targets else []
    lost = False
    for loss in action.losses:
        if those := [target for target in targets if loss.when(target.item, params)]:
            lost = True
            lines.append(_filled(loss.says, those))
    return Stakes(action.danger or lost, "\n".join(lines))


def _filled(template: str, targets: Sequence[Target]) -> str:
    return template.format(name=names_of(targets), host=hosts_of(targets))


def commands(action: Action[Any], targets: Sequence[Target], params: object | None) -> str:
    """The equivalent virsh command of the first target, and how many more there are."""
    command = targets[0].command(action, params) if targets else ""
    more = len(targets) - 1
    return f"{command}   … and {more} more like it" if command and more > 0 else command

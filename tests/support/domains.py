"""Records of domains, made without libvirt."""

from typing import Any

from tuivirt.core.changes import RunState
from tuivirt.core.key import Key
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.domain.snapshot import Details, Domain, State

URI = "qemu+ssh://root@lab1.example.org/system"
HOSTILE = "[red]x[/] [@click=app.quit]q[/]\x9b31m\u202e$(reboot);'\"`"
"""A name with markup, a control sequence, a bidi override and a shell's signs."""


def domain_record(
    name: str = "web01",
    host: str = "lab1",
    *,
    state: State = State.RUNNING,
    tags: tuple[str, ...] = (),
    **details: Any,
) -> DomainRecord:
    """A record whose UUID is its name."""
    key = Key(host, "domain", name)
    domid = 1 if state.active else -1
    record = DomainRecord(
        Domain(
            key,
            name,
            domid,
            state,
            1,
            autostart=True,
            persistent=True,
            managed_save=False,
            has_snapshots=False,
        )
    )
    record.details = Details(tags=tags, **details)
    return record


def run_state(
    number: int, record: DomainRecord, phase: Any, *, action: str = "domain.destroy", **more: Any
) -> RunState:
    """A run of batch 1 that was begun at second 1000."""
    more.setdefault("batch", 1)
    return RunState(number, action, record.key, record.name, phase, 1000.0, **more)

"""The register of a domain's actions, and the conditions they share."""

from collections.abc import Mapping

from tuivirt.core.action import Actions, Condition, Loss
from tuivirt.resources.domain.snapshot import KIND, Domain, State

action = Actions[Domain](KIND)

ACTIVE = Condition[Domain](lambda d: d.active, "is not running")
INACTIVE = Condition[Domain](lambda d: not d.active, "has been started already")
_RUNS = frozenset({State.RUNNING, State.BLOCKED})
RUNNING = Condition[Domain](lambda d: d.state in _RUNS, "is not running")
ANSWERING = Condition[Domain](lambda d: d.state in _RUNS, "is not running, so its guest cannot answer")
PAUSED = Condition[Domain](lambda d: d.state is State.PAUSED, "is not paused")
PERSISTENT = Condition[Domain](lambda d: d.persistent, "is transient: it has no saved definition")
SAVED = Condition[Domain](lambda d: d.managed_save, "has no saved state")
VANISHES = Loss[Domain](
    lambda d, _params: not d.persistent,
    "Transient, so that the definition is gone from {host} with the guest: {name}. It is kept in the local"
    " history.",
)
ASLEEP = Condition[Domain](lambda d: d.state is State.PMSUSPENDED, "is not in power-management sleep")


def at(domain: Domain) -> tuple[str, ...]:
    """The words by which virsh finds this domain and no other: it takes a number for an id, and 36 characters
    for a UUID, before it looks for a name.
    """
    name = domain.name
    misread = len(name) == 36 or name.strip().lstrip("+").isdigit()
    return ("--domain", domain.uuid if misread else name)


def scope_words(domain: Domain) -> tuple[str, ...]:
    """What virsh needs to be told to change the running guest and the saved definition, as actions do."""
    return (*(("--live",) if domain.active else ()), *(("--config",) if domain.persistent else ()))


def flags_of(chosen: Mapping[int, bool]) -> int:
    """The sum of the flags that are on."""
    return sum(flag for flag, on in chosen.items() if on)

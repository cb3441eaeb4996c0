"""The register of a domain's actions, and the conditions they share."""

from collections.abc import Mapping

from tuivirt.core.action import Actions, Condition
from tuivirt.resources.domain.snapshot import KIND, Domain, State

action = Actions[Domain](KIND)

ACTIVE = Condition[Domain](lambda d: d.active, "is not running")
INACTIVE = Condition[Domain](lambda d: not d.active, "is running already")
RUNNING = Condition[Domain](
    lambda d: d.state in {State.RUNNING, State.BLOCKED}, "is not running, so its guest cannot answer"
)
PAUSED = Condition[Domain](lambda d: d.state is State.PAUSED, "is not paused")
PERSISTENT = Condition[Domain](lambda d: d.persistent, "is transient: it has no saved definition")
SAVED = Condition[Domain](lambda d: d.managed_save, "has no saved state")
ASLEEP = Condition[Domain](lambda d: d.state is State.PMSUSPENDED, "is not in power-management sleep")


def flags_of(chosen: Mapping[int, bool]) -> int:
    """The sum of the flags that are on."""
    return sum(flag for flag, on in chosen.items() if on)

"""The register of what can be done to objects of all kinds.

Not in the package itself: connections import parts of it on their threads while the app starts, and of two
threads that import a package one can see half of it.
"""

from typing import Any

from tuivirt.core.action import Action, Actions
from tuivirt.resources import host
from tuivirt.resources.domain.actions import ACTIONS as DOMAIN_ACTIONS

ACTIONS: dict[str, Actions[Any]] = {"domain": DOMAIN_ACTIONS, "host": host.ACTIONS}


def find_action(id_: str) -> Action[Any]:
    """The action of an id such as ``domain.start``. Raises KeyError."""
    return ACTIONS[id_.partition(".")[0]][id_]

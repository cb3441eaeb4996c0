"""All actions on a domain, in the order in which its menu shows them."""

from tuivirt.resources.domain.actions import power, memory, definition, guest  # noqa: F401, I001 (the order of the menu)
from tuivirt.resources.domain.actions.base import action as ACTIONS  # noqa: N812

__all__ = ["ACTIONS"]

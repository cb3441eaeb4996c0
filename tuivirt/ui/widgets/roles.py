"""Roles of the theme as styles inside a text.

``styled(text, "bad")`` refers to the component class ``role-bad``, which the dialog or prompt around it
declares (``COMPONENT_CLASSES = ROLE_CLASSES``) and a style sheet gives its colours.
"""

from typing import Final

from textual.content import Content

from tuivirt.core.text import plain, plain_lines

_ROLES: Final = ("dim", "good", "warn", "bad", "info", "accent", "danger", "key", "header", "mark")
ROLE_CLASSES: Final = {f"role-{role}" for role in _ROLES}


def styled(text: str, role: str = "") -> Content:
    """One line of plain text, whatever is in it."""
    return Content(plain(text)) if not role else Content.styled(plain(text), f".role-{role}")


def styled_lines(text: str, role: str = "") -> Content:
    """The same for text of several lines."""
    return Content(plain_lines(text)) if not role else Content.styled(plain_lines(text), f".role-{role}")


def joined(*parts: Content | str) -> Content:
    """Parts side by side; strings are ours, and shown as they are."""
    return Content("").join([part if isinstance(part, Content) else Content(part) for part in parts])


def fitted(content: Content, width: int) -> Content:
    """The content in exactly ``width`` cells, cut with an ellipsis when it is longer."""
    cut = content.truncate(max(0, width), ellipsis=True)
    return cut.extend_right(width - cut.cell_length) if cut.cell_length < width else cut

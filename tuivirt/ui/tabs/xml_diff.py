"""The live and the saved definition compared: what the next boot changes, then the lines that differ."""

from difflib import unified_diff

from tuivirt.core.text import plain
from tuivirt.resources.domain.pending import Comparison

CONTEXT = 3
"""Lines around those that differ."""


def comparison_text(compared: Comparison) -> str:
    """Lines of a unified comparison, ``-`` as it runs, ``+`` as saved, under the list of changes (``Δ``)."""
    changes = compared.changes
    if not changes:
        return "The next boot changes nothing: live and saved differ only in what a running domain is given."
    many = "1 setting" if len(changes) == 1 else f"{len(changes)} settings"
    head = [f"The next boot changes {many}:", ""]
    head += [f"Δ {plain(change.path)}  {plain(change.words)}" for change in changes]
    lines = unified_diff(compared.live.splitlines(), compared.saved.splitlines(), lineterm="", n=CONTEXT)
    body = list(lines)[2:]  # without the names of files
    return "\n".join([*head, "", "- as it runs", "+ as saved", *body])

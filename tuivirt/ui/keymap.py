"""The keys that the user's settings give to commands: which of them can be, and why the others cannot."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, get_args

from textual.binding import Binding
from textual.keys import REPLACED_KEYS, Keys, _character_to_key, key_to_character

from tuivirt.resources.register import ACTIONS
from tuivirt.ui.commands import COMMANDS, Place, actions_of

_MODIFIERS: Final = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
_NAMED: Final = frozenset(
    key for key in (*(key.value for key in Keys), *REPLACED_KEYS) if key[0] != "<" and key != "ignore"
)
_DOMAIN: Final = "domain"
"""Where the actions on domains are, like a place …"""
_HOST: Final = "host"
"""… and those on hosts."""
_ELSEWHERE: Final = frozenset(
    {"app", "list", "table", "connections", "connections_line", "detail", "console_menu", "reading"}
)

CHAINS: Final[tuple[frozenset[str], ...]] = (
    frozenset({"app", _DOMAIN, "list", "table"}),
    frozenset({"app", _DOMAIN, "detail"}),
    frozenset({"app", _HOST, "connections"}),
    frozenset({"app", _HOST, "connections_line"}),
    frozenset({"console_menu"}),
    frozenset({"reading"}),
    *(frozenset({"detail", place}) for place in get_args(Place) if place not in _ELSEWHERE),
)
"""What hears a key together: one key means one thing in each. A tab of the detail may have a key of its own
that means something else around it, as ``/`` does.
"""


def checked(wanted: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Of keys by id, several separated by commas: those that can be given, and why for each other id not.

    The others keep the keys they have without the settings.
    """
    known = _known()
    taken: dict[str, tuple[str, ...]] = {}
    wrong: dict[str, str] = {}
    for id_, text in wanted.items():
        keys = tuple(_normal(key.strip()) for key in text.split(","))
        if id_ not in known:
            wrong[id_] = f"there is no command {id_!r}{_nearest(id_, known)}"
        elif bad := [key for key in keys if not _is_key(key)]:
            near = _nearest(bad[0], _NAMED)
            wrong[id_] = f'expected the name of a key, such as "f5" or "ctrl+x", found {bad[0]!r}{near}'
        else:
            taken[id_] = keys
    # Each that has to go back to its own keys may get in the way of another.
    while conflict := next(_conflicts(taken, known), None):
        id_, key, other = conflict
        del taken[id_]
        wrong[id_] = f"expected a key that is free, found {key!r}, which is {other} there"
    return {id_: ",".join(keys) for id_, keys in taken.items()}, wrong


def _known() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Place and keys of every id that a key can be given to."""
    commands = {c.id: (str(c.place), tuple(c.keys.split(","))) for c in COMMANDS}
    actions = {
        binding.id: (kind, (binding.key,))
        for kind in ACTIONS
        for binding in actions_of(kind)
        if isinstance(binding, Binding) and binding.id
    }
    return commands | actions


def _conflicts(
    taken: Mapping[str, tuple[str, ...]], known: Mapping[str, tuple[str, tuple[str, ...]]]
) -> Iterator[tuple[str, str, str]]:
    """The id that cannot have a key, that key, and the id that has it, the last of the file first."""
    for id_ in reversed(list(taken)):
        place, own = known[id_]
        for other, (elsewhere, theirs) in known.items():
            if other == id_ or not any({place, elsewhere} <= chain for chain in CHAINS):
                continue
            for key in taken[id_]:
                if key not in own and key in taken.get(other, theirs):
                    yield id_, key, other


def _normal(key: str) -> str:
    """A key as Textual calls it: a sign by its name."""
    return _character_to_key(key) if len(key) == 1 else key


def _is_key(key: str) -> bool:
    *modifiers, base = key.split("+")
    if not _MODIFIERS.issuperset(modifiers):
        return False
    return base in _NAMED or bool((character := key_to_character(base)) and character.isprintable())


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f"; did you mean {near[0]}?" if near else ""

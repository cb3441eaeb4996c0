"""The table of keys: unique where they meet, all handled, all remappable."""

import itertools
from collections import Counter

import pytest
from textual.binding import Binding

from tuivirt.resources.register import ACTIONS
from tuivirt.ui.commands import COMMANDS, Place, actions_of, commands_of, ids
from tuivirt.ui.console.pane import ConsolePane
from tuivirt.ui.console.reading import ConsoleView
from tuivirt.ui.panes.connections import ConnectionsPane
from tuivirt.ui.panes.domain_table import DomainTable
from tuivirt.ui.screens.main import MainScreen


def keys(*places: Place) -> Counter[str]:
    return Counter(key for command in commands_of(*places) for key in command.keys.split(","))


@pytest.mark.parametrize(
    "places", [("app", "table", "list"), ("app", "table", "connections"), ("console_menu",), ("reading",)]
)
def test_a_key_means_one_thing_in_a_place(places: tuple[Place, ...]) -> None:
    taken = keys(*places)
    if "list" in places:
        taken += Counter({b.key: 1 for b in actions_of("domain") if isinstance(b, Binding)})
    assert {key: count for key, count in taken.items() if count > 1} == {}


def test_ids_are_unique() -> None:
    assert [id_ for id_, count in Counter(ids()).items() if count > 1] == []


def test_actions_that_share_a_key_exclude_each_other() -> None:
    shared = Counter(action.key for action in ACTIONS["domain"] if action.key)
    for key in (key for key, count in shared.items() if count > 1):
        actions = [action for action in ACTIONS["domain"] if action.key == key]
        for one, other in itertools.combinations(actions, 2):
            assert one.when != other.when, f"{one.id} and {other.id} share {key}"


@pytest.mark.parametrize(
    ("place", "widget"),
    [
        ("app", MainScreen),
        ("list", DomainTable),
        ("table", DomainTable),
        ("connections", ConnectionsPane),
        ("console_menu", ConsolePane),
        ("reading", ConsoleView),
    ],
)
def test_every_command_has_a_handler(place: Place, widget: type) -> None:
    for command in commands_of(place):
        name = command.action.partition("(")[0]
        holder = widget if name != "command_palette" else __import__("textual.app").app.App
        assert hasattr(holder, f"action_{name}"), command.id


def test_every_command_says_what_it_does() -> None:
    assert all(command.title for command in COMMANDS)

"""Keys from the settings: known ones, free where they are heard, else the command keeps its own."""

import pytest

from tuivirt.ui.commands import COMMANDS, ids
from tuivirt.ui.keymap import CHAINS, checked


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ({"domain.start": "f5"}, {"domain.start": "f5"}),
        ({"app.quit": "ctrl+x, F"}, {"app.quit": "ctrl+x,F"}),
        # A tab has its own before the others.
        ({"usage.longer": "d"}, {"usage.longer": "d"}),
        ({"app.filter": "="}, {"app.filter": "equals_sign"}),
        # A swap, and a key that its owner has given away.
        ({"domain.start": "d", "domain.shutdown": "s"}, {"domain.start": "d", "domain.shutdown": "s"}),
        ({"domain.start": "G", "table.last": "end"}, {"domain.start": "G", "table.last": "end"}),
        # In another place it means something else.
        ({"domain.start": "n"}, {"domain.start": "n"}),
        # The one that it has.
        ({"xml.search": "slash"}, {"xml.search": "slash"}),
    ],
)
def test_what_can_be_is_given(wanted: dict[str, str], given: dict[str, str]) -> None:
    assert checked(wanted) == (given, {})


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"app.quit": "nokey+x"}, "expected the name of a key"),
        ({"app.quit": "Enter"}, "did you mean enter?"),
        ({"app.quit": ""}, "expected the name of a key"),
        ({"app.quit": "q,nosuch"}, "found 'nosuch'"),
        ({"app.quti": "x"}, "there is no command 'app.quti'; did you mean app.quit?"),
        ({"domain.destroy": "j"}, "found 'j', which is table.down there"),
        ({"app.zoom": "e"}, "which is connections.edit there"),
        ({"usage.longer": "y"}, "which is detail.copy there"),
        ({"host.restore": "n"}, "which is connections.add there"),
    ],
)
def test_what_cannot_be_is_told_and_the_key_stays(wanted: dict[str, str], said: str) -> None:
    keys, wrong = checked(wanted)
    assert keys == {}
    assert [said in text for text in wrong.values()] == [True]


def test_of_two_that_want_one_key_the_first_has_it() -> None:
    keys, wrong = checked({"domain.start": "f5", "domain.shutdown": "f5"})
    assert keys == {"domain.start": "f5"}
    assert list(wrong) == ["domain.shutdown"]


def test_one_that_keeps_its_key_is_in_the_way_of_who_wanted_it() -> None:
    keys, wrong = checked({"domain.start": "d", "domain.shutdown": "nosuchkey"})
    assert keys == {}
    assert list(wrong) == ["domain.shutdown", "domain.start"]


def test_every_own_key_could_be_given() -> None:
    wanted = {command.id: command.keys for command in COMMANDS}
    assert checked(wanted) == (wanted, {})
    assert set(wanted) < set(ids())


def test_every_place_is_heard_somewhere() -> None:
    assert {command.place for command in COMMANDS} <= set().union(*CHAINS)

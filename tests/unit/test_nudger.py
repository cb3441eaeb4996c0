"""A call that libvirt's client may have forgotten is followed by another."""

import threading
import time
from collections.abc import Iterator

import pytest

from tests.support.wait import PATIENCE, until
from tuivirt.backend import nudger
from tuivirt.backend import places as places_module
from tuivirt.backend.nudger import forgotten
from tuivirt.backend.places import Place, Places

BEAT = 0.01


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places_module, "ALONE", False)
    monkeypatch.setattr(nudger, "BEAT", BEAT)
    monkeypatch.setattr(nudger, "LONG", 0.05)


@pytest.fixture
def nudges() -> list[str]:
    return []


@pytest.fixture
def places(nudges: list[str]) -> Iterator[Places]:
    made = Places(lambda: nudges.append(threading.current_thread().name))
    yield made
    made.close()
    until(lambda: not [t for t in threading.enumerate() if t.name == "nudge"], "its thread ends")


def test_while_another_lasts(places: Places, nudges: list[str]) -> None:
    with places.acting("save"), places.safe("list"):
        until(lambda: len(nudges) >= 3, "again and again")
    assert set(nudges) == {"nudge"}


def test_not_while_there_is_one_call(places: Places, nudges: list[str]) -> None:
    with places.acting("save"):
        with places.safe("list"):
            pass
        until(lambda: time.monotonic() - places.calls()[0].since > 10 * BEAT, "it lasts")
    assert not nudges


def test_what_just_lasts_is_nudged_less_and_less(monkeypatch: pytest.MonkeyPatch) -> None:
    def times(kind: str) -> int:
        place = Place("call", kind, "", since=0.0)  # type: ignore[arg-type]
        return sum(forgotten(place, n * BEAT) for n in range(1, 101))

    assert times("safe") == 100
    assert times("acting") == times("asking") == 7


def test_a_connection_is_not_closed_under_a_nudge() -> None:
    inside, go = threading.Event(), threading.Event()

    def nudge() -> None:
        inside.set()
        go.wait(PATIENCE)

    places = Places(nudge)
    with places.acting("save"), places.safe("list"):
        assert inside.wait(PATIENCE)
    places.close()
    empty = threading.Thread(target=places.wait_until_empty, daemon=True)
    empty.start()
    empty.join(0.05)
    assert empty.is_alive()
    go.set()
    empty.join(PATIENCE)
    assert not empty.is_alive()

"""A hundred connections, twenty of them dead: the others open in a moment, a handful at a time."""

import threading
import time
from pathlib import Path

import libvirt
import pytest

from tests.support.headless import Headless
from tests.support.many_hosts import PASSWORD, many_hosts
from tests.support.wait import AT_ONCE
from tuivirt.backend import opener as opener_module
from tuivirt.core.changes import Asked
from tuivirt.core.question import Answer


class Opens:
    """Counts the attempts that are young at once, and the threads that attempts have."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[float] = []
        self.ended: dict[int, float] = {}
        really = libvirt.openAuth

        def counted(*arguments: object) -> object:
            number = len(self.begun)
            self.begun.append(time.monotonic())
            try:
                return really(*arguments)  # type: ignore[arg-type]
            finally:
                self.ended[number] = time.monotonic()

        monkeypatch.setattr(libvirt, "openAuth", counted)

    def most_young(self, youth: float) -> int:
        """The most that were open for less than ``youth`` seconds at the same time."""
        spans = [
            (begin, min(self.ended.get(number, begin + youth), begin + youth))
            for number, begin in enumerate(self.begun)
        ]
        return max(sum(begin <= at < end for begin, end in spans) for at, _ in spans)


def test_the_dead_hold_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opener_module, "YOUTH", 0.25)
    opens = Opens(monkeypatch)
    with many_hosts(tmp_path) as hosts, Headless() as app:
        for name, uri in hosts.all.items():
            app.fleet.add(name, uri, read_only=False)
        began = time.monotonic()
        app.fleet.connect_all(hosts.all)
        assert time.monotonic() - began < AT_ONCE, "asking for all takes no time"
        app.pump()
        states = app.store.connections
        assert sum(state.queued for state in states.values()) > 50, "most of them wait"

        # What somebody asks for by hand does not wait for its turn.
        app.fleet.connect("host79")
        app.until(lambda: len(app.records("host79")) == 2, "the last of them")
        assert any(state.queued for state in states.values())

        app.until(lambda: all(states[name].phase == "open" for name in hosts.live), "all live ones", 30)
        app.until(lambda: all(len(app.records(name)) == 2 for name in hosts.live), "their lists")
        app.until(lambda: all(states[name].phase == "failed" for name in hosts.failing), "failures", 30)
        assert {states[name].phase for name in hosts.silent} == {"opening"}
        assert not any(state.queued for state in states.values())
        assert opens.most_young(0.2) <= opener_module.PLACES + 1, "and the one by hand"

        # The others work, the dead are given up, and letting go of all is at once.
        assert app.perform("domain.autostart_on", "vm00000", host="host40")[0].phase == "done"
        app.fleet.give_up("silent0")
        app.until_phase("closed", "silent0")
        began = time.monotonic()
        app.fleet.close()
        assert time.monotonic() - began < AT_ONCE
        assert all(t.daemon for t in threading.enumerate() if t is not threading.main_thread())


def test_who_asks_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than there are places, and all wait for the user."""
    monkeypatch.setattr(opener_module, "YOUTH", 0.1)
    with many_hosts(tmp_path, asking=2 * opener_module.PLACES) as hosts, Headless() as app:
        wanted = hosts.asking | dict(list(hosts.live.items())[:20])
        for name, uri in wanted.items():
            app.fleet.add(name, uri, read_only=False)
        app.fleet.connect_all(wanted)
        states = app.store.connections
        app.until(lambda: all(states[n].phase == "open" for n in wanted if n in hosts.live), "the others")
        app.until(lambda: len(app.store.questions) == len(hosts.asking), "all ask")
        while app.store.questions:
            question = next(iter(app.store.questions.values()))
            app.fleet.answer(question.id, Answer(PASSWORD if question.kind == "password" else "root"))
            app.until(lambda question=question: question.id not in app.store.questions, "it is taken")  # type: ignore[misc]
            app.until(
                lambda: app.store.questions or all(states[n].phase == "open" for n in hosts.asking),
                "the next question, or the end",
            )
        assert sum(isinstance(change, Asked) for change in app.changes) == 2 * len(hosts.asking)

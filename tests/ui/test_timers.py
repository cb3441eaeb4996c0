"""Timers fire on a machine that is busy, too."""

import asyncio
from functools import partial
from itertools import count

import pytest
from textual import _time
from textual.app import App
from textual.geometry import Size

from tests.support.pilot import resized
from tuivirt.ui.timers import once
from tuivirt.ui.typeahead import TypeAhead


async def test_once_fires_when_its_time_is_over_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between any two looks at the clock the machine did something else, for a second."""
    app, fired = App[None](), asyncio.Event()
    async with app.run_test():
        monkeypatch.setattr(_time, "get_time", partial(next, count(step=1.0)))
        once(app, 0.001, fired.set)
        await asyncio.wait_for(fired.wait(), 10)


async def test_a_terminal_that_is_resized_while_the_machine_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TypeAhead(ansi_color=False)
    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr(_time, "get_time", partial(next, count(step=1.0)))
        for size in (Size(100, 30), Size(90, 20), Size(120, 40)):
            await resized(pilot, *size)
            assert app.screen._compositor.size == size

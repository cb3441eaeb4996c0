"""Waiting for what the next dialog comes of: what is typed meanwhile is for that, or for nobody."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tuivirt.ui.timers import once
from tuivirt.ui.typeahead import TypeAhead, Typed

if TYPE_CHECKING:
    from textual.timer import Timer

    from tuivirt.ui.dialogs.interlude import InterludeDialog

LIMIT: Final = 2.0
"""Seconds that keys are held at most where nothing says so."""


async def wait_for(
    app: TypeAhead,
    dialog: "InterludeDialog",
    awaited: asyncio.Future[Any],
    patience: float | None = None,
    *,
    held: bool = False,
) -> list[Typed] | None:
    """Show ``dialog`` until ``awaited`` is done or ``patience`` (seconds) is over. Returns what was typed
    then, with all further keys held: none is for what is seen before the next screen. None when one gave up.
    ``held``: keys are held before, too.
    """
    given_up = app.push_screen(dialog, wait_for_dismiss=True)
    if held:
        await app.release_keys()
    try:
        either: set[asyncio.Future[Any]] = {awaited, given_up}
        await asyncio.wait(either, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if given_up.done():
            return None
    finally:
        awaited.cancel()
    app.hold_keys()
    dialog.call_later(dialog.finish, True)  # behind the keys on their way to it
    if await given_up:
        return dialog.keys
    await app.release_keys()
    return None


class Hold:
    """Holds keys between two questions of one login, where what is seen in between takes keys as well."""

    def __init__(self, app: TypeAhead) -> None:
        self._app = app
        self._limit: Timer | None = None

    def begin(self) -> None:
        self._app.hold_keys()
        self._limit = once(self._app, LIMIT, partial(self.end, keep=False))

    async def end(self, *, keep: bool) -> None:
        """Keep them for what is shown now, or they are for nobody."""
        if self._limit is not None:
            self._limit.stop()
            self._limit = None
            await (self._app.release_keys() if keep else self._app.drop_keys())

"""Being ended from outside: by ``kill``, or because the terminal is closed."""

import signal
from collections.abc import Callable
from typing import Final, NoReturn

_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)


def on_end(act: Callable[[int], None]) -> None:
    """Call ``act`` with the signal's number, on the main thread; one that is ignored (nohup) stays so."""

    def ended(number: int, _frame: object) -> None:
        # SIGCONT follows the SIGHUP of a terminal that is closed: Textual would take the screen again.
        signal.signal(signal.SIGCONT, _no_more)
        act(number)

    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, ended)


def _no_more(_number: int, _frame: object) -> None:
    """Nothing happens."""


def leave(number: int) -> NoReturn:
    """End the process in an orderly way: nothing stays behind, such as the socket for ssh's questions."""
    raise SystemExit(128 + number)

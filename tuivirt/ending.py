"""Being ended from outside: by ``kill``, or because the terminal is closed."""

import signal
from collections.abc import Callable
from typing import Final, NoReturn

_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)


def on_end(act: Callable[[int], None]) -> None:
    """Call ``act`` with the signal's number, on the main thread; one that is ignored (nohup) stays so."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _frame: act(number))


def leave(number: int) -> NoReturn:
    """End the process in an orderly way: nothing stays behind, such as the socket for ssh's questions."""
    raise SystemExit(128 + number)

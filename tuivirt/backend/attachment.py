"""A console that somebody has opened: its state, what came of the guest, and what waits to be sent."""

import math
from collections import deque
from typing import Final

from tuivirt.backend.console_log import ConsoleLog
from tuivirt.backend.console_stream import ConsoleStream
from tuivirt.core.console import Console, ConsoleState, Output

MOST_OUTPUT: Final = 8 << 20
"""Bytes that wait to be fetched; of more the oldest are lost. libvirt would take all of it into memory."""
MOST_UNSENT: Final = 1 << 20
"""Bytes that wait to be sent."""
WINDOW: Final = 8 << 10
"""Bytes that the pseudo-terminal of a guest takes though nobody reads it (20 KiB were seen)."""
MESSAGE: Final = 250_000
"""Bytes of one message of libvirt's protocol."""
BEYOND: Final = 2
"""Messages that may wait in the daemon for a guest that does not read. Each counts as a request of the
connection, and from five on the daemon listens to nothing that comes over it.
"""


class Attachment:
    """Not more than values: whoever uses it holds the lock of ``Consoles``."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.state = ConsoleState(console)
        self.wanted = True
        """It is attached to whenever that is possible: it is nobody else's."""
        self.lost = -math.inf
        """When somebody else took it, monotonic seconds."""
        self.stream: ConsoleStream | None = None
        self.boot = -1
        """The id that the domain had when it was attached to: another one is another boot."""
        self.boot_before = -1
        """The same, of before the connection was lost: nobody tells what happened meanwhile."""
        self.pauses: list[float] = []
        """Seconds after which it is tried again while somebody has it open, see ``Consoles.connected``."""
        self.log: ConsoleLog | None = None
        self.sending = False
        """Somebody sends what is unsent."""
        self._output: deque[bytes] = deque()
        self._size = 0
        self._lost = 0
        self._unsent = bytearray()
        self._unanswered = 0
        """Bytes sent since the guest has written anything."""
        self._beyond = 0
        """Messages of them that may still be in the daemon."""

    def received(self, data: bytes) -> bool:
        """The guest wrote; whether there was nothing to fetch before."""
        first = not self._output
        self._output.append(data)
        self._size += len(data)
        while self._size > MOST_OUTPUT:
            gone = len(self._output.popleft())
            self._size -= gone
            self._lost += gone
        self._unanswered = self._beyond = 0
        return first

    def output(self) -> Output:
        output = Output(b"".join(self._output), self._lost)
        self._output.clear()
        self._size = self._lost = 0
        return output

    @property
    def unsent(self) -> int:
        return len(self._unsent)

    def keep(self, data: bytes) -> bool:
        """Let data wait to be sent; False when too much waits already."""
        if len(self._unsent) + len(data) > MOST_UNSENT:
            return False
        self._unsent += data
        return True

    def next(self) -> bytes:
        """What may be sent now: everything, unless the guest has not shown for too long that it reads."""
        data = bytes(self._unsent[:MESSAGE])
        if self._unanswered + len(data) > WINDOW:
            if self._beyond >= BEYOND:
                return b""
            self._beyond += 1
        self._unanswered += len(data)
        del self._unsent[: len(data)]
        return data

    def put_back(self, data: bytes) -> None:
        """It could not be sent after all."""
        self._unsent[:0] = data

    def forget_input(self) -> None:
        """What was typed was for a guest that is gone."""
        self._unsent.clear()
        self._unanswered = self._beyond = 0
        self.sending = False

"""The consoles of one connection that somebody has opened. They live over its sessions, and over boots."""

import logging
import threading
import time
from functools import partial
from pathlib import Path
from typing import Final, Literal

import libvirt

from tuivirt.backend.attachment import Attachment
from tuivirt.backend.console_log import ConsoleLog
from tuivirt.backend.console_stream import ConsoleStream
from tuivirt.backend.errors import explain_error
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.streams import Streams
from tuivirt.core.changes import ConsoleChanged, ConsoleOutput, Happened
from tuivirt.core.console import Console, Output, Take
from tuivirt.core.errors import HostError
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key

log = logging.getLogger(__name__)

Power = Literal["on", "off", "reset"]
"""What became of a domain's machine."""

NOT_CONNECTED = "its host is not connected"
TAKEN_OVER = "somebody else has taken it over"
ENDED = "the host has ended it"
OFF = "somebody else had it until the domain was off"

ENDING: Final = 3.0
"""Seconds for which a domain may still be there after its consoles have ended."""

PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between attempts to get back what was lost with the connection: a host that has not noticed it lets
nobody else have it.
"""


class Consoles:
    """Called from any thread; nothing here waits for a host, nor, but for ``log``, for a disk."""

    def __init__(self, name: str, uri: str, inbox: Inbox) -> None:
        self._name = name
        self._uri = uri
        self._inbox = inbox
        self._open: dict[Console, Attachment] = {}
        self._streams: Streams | None = None
        self._lock = threading.RLock()

    # What the user does

    def open(self, console: Console, take: Take) -> None:
        with self._lock:
            attachment = self._open.setdefault(console, Attachment(console))
            attachment.wanted = True
            self._attach(attachment, take)

    def close(self, console: Console) -> None:
        with self._lock:
            attachment = self._open.pop(console, None)
            if attachment is None:
                return
            stream, attachment.stream = attachment.stream, None
            if attachment.log is not None:
                attachment.log.close()
            if stream is not None and self._streams is not None:
                self._streams.submit(partial(self._streams.end, stream))

    def send(self, console: Console, data: bytes) -> bool:
        with self._lock:
            attachment = self._open.get(console)
            if attachment is None or (attachment.stream is None and attachment.state.phase != "attaching"):
                return False
            if not attachment.keep(data):
                return False
            self._send(attachment)
            return True

    def output(self, console: Console) -> Output:
        with self._lock:
            attachment = self._open.get(console)
            return attachment.output() if attachment is not None else Output(b"")

    def log(self, console: Console, file: str, *, over: bool) -> None:
        """Waits for the file's disk. Raises OSError."""
        attachment = self._open.get(console)
        if attachment is None:
            return
        new = ConsoleLog(Path(file), partial(self._log_failed, attachment), over=over) if file else None
        with self._lock:
            if self._open.get(console) is attachment:
                attachment.log, new = new, attachment.log
                self._tell(attachment, log=file, log_error="")
        if new is not None:  # the one before, or the one for a console that was closed meanwhile
            new.close()

    def close_all(self) -> None:
        """Forget them; the session that ends closes their streams."""
        with self._lock:
            for console in list(self._open):
                self.close(console)

    def finish_logs(self, timeout: float) -> None:
        """Wait until the logs are written, so many seconds for each at most."""
        with self._lock:
            logs = [attachment.log for attachment in self._open.values() if attachment.log is not None]
        for one in logs:
            one.close()
            if not one.finish(timeout):
                log.warning("%s could not be written in time", one.path)

    # What happens to the connection and its domains

    def connected(self, streams: Streams) -> None:
        """There is a session, and it has its list. Of the same one, this may be told again."""
        with self._lock:
            if streams is self._streams:
                return
            self._streams = streams
            for attachment in filter(_is_wanted, self._open.values()):
                attachment.pauses = list(PAUSES) if attachment.boot_before != -1 else []
                self._attach(attachment, "free")

    def disconnected(self) -> None:
        """The session is over, and with it its streams."""
        with self._lock:
            self._streams = None
            for attachment in self._open.values():
                if attachment.stream is not None:
                    attachment.boot_before = attachment.boot
                attachment.stream, attachment.boot = None, -1
                attachment.forget_input()
                if attachment.wanted:
                    self._tell(attachment, phase="waiting", note=NOT_CONNECTED, hint="")

    def powered(self, key: Key, power: Power, dom: libvirt.virDomain) -> None:
        """Called on libvirt's event thread. ``dom`` is the event's own handle."""
        with self._lock:
            for attachment in self._open.values():
                if attachment.console.domain != key or self._streams is None:
                    continue
                if power == "off":
                    self._streams.submit(partial(self._stopped, attachment))
                    continue
                self._tell(attachment, boots=attachment.state.boots + 1)
                if power == "on":
                    self._streams.submit(partial(self._started, self._streams, attachment, dom))

    # Attaching, on the lane

    def _attach(self, attachment: Attachment, take: Take) -> None:
        if self._streams is None:
            self._tell(attachment, phase="waiting", note=NOT_CONNECTED, hint="")
        elif attachment.stream is None:
            self._tell(attachment, phase="attaching", note="", hint="")
            self._streams.submit(partial(self._attempt, self._streams, attachment, take, None))

    def _attempt(
        self, streams: Streams, attachment: Attachment, take: Take, dom: libvirt.virDomain | None
    ) -> None:
        if not self._is_current(streams, attachment) or attachment.stream is not None:
            return
        try:
            stream, found = streams.open(
                attachment.console,
                take,
                dom,
                partial(self._received, attachment),
                partial(self._ended, streams, attachment),
            )
        except libvirt.libvirtError as error:
            self._refused(streams, attachment, error)
            return
        with self._lock:
            if self._is_current(streams, attachment):
                attachment.stream, attachment.boot = stream, found.ID()
                unseen = attachment.boot_before not in {-1, attachment.boot}
                attachment.boot_before = -1
                boots = attachment.state.boots + unseen
                self._tell(attachment, phase="attached", note="", hint="", boots=boots)
                if attachment.unsent:  # typed meanwhile
                    self._send(attachment)
                if take == "force":
                    self._note(attachment, found.name(), "console taken over")
                return
        streams.end(stream)

    def _refused(self, streams: Streams, attachment: Attachment, error: libvirt.libvirtError) -> None:
        found = explain_error(error, self._uri)
        with self._lock:
            attachment.forget_input()
        match error.get_error_code():
            case libvirt.VIR_ERR_OPERATION_INVALID | libvirt.VIR_ERR_NO_DOMAIN:
                self._tell(attachment, phase="waiting", note="", hint="")
            case libvirt.VIR_ERR_OPERATION_FAILED:
                attachment.wanted = bool(attachment.pauses)
                self._tell(attachment, phase="held", note=found.message, hint="")
                self._try_later(streams, attachment)
            case _:
                self._tell(attachment, phase="failed", note=found.message, hint=found.hint)

    def _try_later(self, streams: Streams, attachment: Attachment) -> None:
        with self._lock:
            if not attachment.pauses:
                return
            pause = attachment.pauses.pop(0)
        timer = threading.Timer(pause, streams.submit, (partial(self._try_again, streams, attachment),))
        timer.daemon = True
        timer.start()

    def _try_again(self, streams: Streams, attachment: Attachment) -> None:
        if attachment.state.phase == "held":
            self._attempt(streams, attachment, "free", None)

    def _started(self, streams: Streams, attachment: Attachment, dom: libvirt.virDomain) -> None:
        with self._lock:
            stream = attachment.stream
            if not attachment.wanted:
                return
            if stream is not None:
                if attachment.boot == dom.ID():
                    return  # attached since
                attachment.stream = None
                attachment.forget_input()
        if stream is not None:
            streams.end(stream)
        if self._is_current(streams, attachment):
            self._tell(attachment, phase="attaching", note="", hint="")
            self._attempt(streams, attachment, "free", dom)

    def _stopped(self, attachment: Attachment) -> None:
        with self._lock:
            # What seems to be taken over when its domain is about to end was ended by that.
            attachment.wanted |= time.monotonic() - attachment.lost < ENDING
            if not attachment.wanted:
                self._tell(attachment, phase="lost", note=OFF, hint="")
            elif attachment.stream is None and attachment.state.note != NOT_CONNECTED:
                self._tell(attachment, phase="waiting", note="", hint="")

    def _over(
        self,
        streams: Streams,
        attachment: Attachment,
        stream: ConsoleStream,
        error: libvirt.libvirtError | None,
    ) -> None:
        """A stream has ended: because the domain has, or somebody took the console."""
        streams.end(stream)
        with self._lock:
            if attachment.stream is not stream:
                return
            attachment.stream = None
            attachment.forget_input()
        if not streams.is_active(attachment.console):
            self._tell(attachment, phase="waiting", note="", hint="")
        elif self._is_current(streams, attachment):
            # One that ends well is about to end itself, or has lost the device.
            phase, note = ("waiting", ENDED) if error is None else ("lost", TAKEN_OVER)
            if error is not None:
                attachment.wanted, attachment.lost = False, time.monotonic()
            self._tell(attachment, phase=phase, note=note, hint="")

    def _is_current(self, streams: Streams, attachment: Attachment) -> bool:
        with self._lock:
            return self._streams is streams and self._open.get(attachment.console) is attachment

    # What comes and goes

    def _received(self, attachment: Attachment, data: bytes) -> None:
        """Called on libvirt's event thread."""
        with self._lock:
            first = attachment.received(data)
            if attachment.unsent:
                self._send(attachment)
            if attachment.log is not None:
                attachment.log.write(data)
        if first:
            self._inbox.put(ConsoleOutput(attachment.console))

    def _ended(
        self,
        streams: Streams,
        attachment: Attachment,
        stream: ConsoleStream,
        error: libvirt.libvirtError | None,
    ) -> None:
        """Called on libvirt's event thread."""
        streams.submit(partial(self._over, streams, attachment, stream, error))

    def _send(self, attachment: Attachment) -> None:
        """Have somebody send what is unsent. The lock is held."""
        if self._streams is not None and attachment.stream is not None and not attachment.sending:
            attachment.sending = True
            self._streams.submit(partial(self._pump, self._streams, attachment))

    def _pump(self, streams: Streams, attachment: Attachment) -> None:
        try:
            while (part := self._next(attachment)) is not None:
                stream, data = part
                if rest := data[streams.send(stream, data) :]:
                    self._put_back(attachment, rest)
                    break
        except (libvirt.libvirtError, HostError) as error:
            # Its end is told by the stream itself.
            log.info("typing into %s: %s", attachment.console.device, error)
            with self._lock:
                attachment.sending = False

    def _put_back(self, attachment: Attachment, rest: bytes) -> None:
        """The stream took no more: the rest follows what the guest writes next, or what is typed."""
        with self._lock:
            attachment.sending = False
            attachment.put_back(rest)

    def _next(self, attachment: Attachment) -> tuple[ConsoleStream, bytes] | None:
        with self._lock:
            data = attachment.next() if attachment.stream is not None else b""
            if data and attachment.stream is not None:
                return attachment.stream, data
            attachment.sending = False
            if attachment.unsent != attachment.state.unsent:
                self._tell(attachment)
            return None

    # What is told

    def _tell(self, attachment: Attachment, **changes: object) -> None:
        with self._lock:
            state = attachment.state._replace(unsent=attachment.unsent, **changes)  # type: ignore[arg-type]
            if state != attachment.state and self._open.get(attachment.console) is attachment:
                attachment.state = state
                self._inbox.put(ConsoleChanged(state))

    def _note(self, attachment: Attachment, name: str, what: str) -> None:
        """An entry in the journal, of the domain of this name."""
        console = attachment.console
        entry = Entry(time.time(), console.domain, name, "action", what, console.device, ok=True)
        self._inbox.put(Happened(entry))

    def _log_failed(self, attachment: Attachment, error: OSError) -> None:
        words = f"the log cannot be written: {error.strerror}"
        self._tell(attachment, log="", log_error=words)
        log.warning("%s: %s", attachment.console.device, words)


def _is_wanted(attachment: Attachment) -> bool:
    return attachment.wanted

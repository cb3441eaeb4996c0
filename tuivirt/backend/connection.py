"""One connection: its phases from closed to open and stale, and the attempts that lead there."""

import logging
import os
import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import libvirt

from tuivirt.backend import event_thread
from tuivirt.backend.askpass import Askpass
from tuivirt.backend.auth import CancelledError, open_asking
from tuivirt.backend.desk import Desk
from tuivirt.backend.errors import explain_error
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.opener import Appointment, Opener
from tuivirt.backend.prompter import Prompter
from tuivirt.core.backend import Watch
from tuivirt.core.changes import ConnectionChanged, ConnectionState, Happened, HostFacts, Phase
from tuivirt.core.errors import HostError
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.core.uri import ConnectionURI

if TYPE_CHECKING:
    from tuivirt.backend.consoles import Consoles
    from tuivirt.backend.session import Session
    from tuivirt.backend.vault import Vault
    from tuivirt.resources.domain.events import DomainEvent

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before the first and between the last attempts to reconnect; they double in between."""
LIMIT = 30.0
"""Seconds that an attempt to reconnect may last: one whose packets are dropped lasts without limit."""
PATIENCE = 2.0
"""Seconds after which such an attempt may be begun anew by hand."""
MOST_LEFT = 3
"""Attempts that lasted longer and have not returned yet: with so many no other is begun by itself."""

LAST_WORDS = 1.0
"""Seconds that the end of the logs of consoles is waited for."""


class Connection:
    """Opens on a thread that can be abandoned, because an open of a stopped daemon hangs without limit.

    Every attempt has a number; whatever comes from an older one is let go.
    """

    def __init__(
        self,
        name: str,
        uri: str,
        *,
        read_only: bool,
        inbox: Inbox,
        desk: Desk,
        askpass: Askpass,
        vault: "Callable[[], Vault] | None",
        opener: Opener,
        session_over: Callable[[], None],
        interval: float,
        keepalive: tuple[int, int],
        reconnect: bool,
    ) -> None:
        """``session_over`` is told, on any thread, that nothing comes of the calls of a session any more."""
        self._inbox = inbox
        self._desk = desk
        self._askpass = askpass
        self._vault = vault
        self._opener = opener
        self._session_over = session_over
        self._interval = interval
        self._keepalive = keepalive
        self._reconnect = reconnect
        self._state = ConnectionState(name, uri, read_only=read_only, since=time.time())
        self._attempt = 0
        self._prompter: Prompter | None = None
        """Asks for the attempt that is under way."""
        self._has_rows = False
        """Its rows are on screen: they stay while it is lost, and it comes back by itself."""
        self._journalled = ("", "")
        """Phase and error of the last entry: attempts that fail for one reason are told once."""
        self._pause = FIRST_PAUSE
        self._retry: Appointment | None = None
        """The next attempt, which is made by itself."""
        self._place: Appointment | None = None
        """The attempt that waits for its place."""
        self._limit: Appointment | None = None
        """When the attempt to reconnect that is under way is left behind."""
        self._left: set[int] = set()
        """Attempts that were, and have not returned."""
        self._young_until = 0.0
        """The attempt that is under way was asked for, and is not begun anew before (monotonic seconds)."""
        self._error: HostError | None = None
        """Of the last failure."""
        self._watch = Watch()
        self._lock = threading.RLock()
        self.session: Session | None = None
        self._consoles: Consoles | None = None

    @property
    def consoles(self) -> "Consoles":
        """Those that are opened; they outlive a session."""
        with self._lock:
            if self._consoles is None:
                from tuivirt.backend.consoles import Consoles

                self._consoles = Consoles(self._state.name, self._state.uri, self._inbox)
                if self.session is not None:
                    self._consoles.connected(self.session.streams)
            return self._consoles

    @property
    def state(self) -> ConnectionState:
        return self._state

    def connect(self, *, at_once: bool) -> None:
        """Begin an attempt unless one is under way or the connection is open: ``at_once``, or when not too
        many others are being opened.
        """
        with self._lock:
            if self._state.phase == "open" or (self._state.phase == "opening" and not self._can_begin_anew):
                return
            self._pause = FIRST_PAUSE
            # What was lost goes on being tried, though this attempt may never end.
            self._begin(at_once=at_once, limit=LIMIT if self._has_rows else None, by_hand=True)

    @property
    def _can_begin_anew(self) -> bool:
        """The attempt waits for its turn, or is one to reconnect that asks nothing: made by itself, or some
        time ago.
        """
        asks = self._prompter is not None and self._prompter.waits
        young = time.monotonic() < self._young_until
        return self._state.queued or (self._limit is not None and not asks and not young)

    def give_up(self) -> None:
        """Stop trying: one that was lost stays as it is, one that was never open is closed."""
        with self._lock:
            if self._state.phase == "opening" and not self._has_rows:
                self.disconnect()
            elif self._state.phase in {"opening", "stale"}:
                self._attempt += 1
                self._drop()
                self._tell("stale", self._error)

    def disconnect(self) -> None:
        """Close, or give up the attempt that is under way."""
        with self._lock:
            self.close()
            self._has_rows = False
            if self._state.phase != "closed":
                self._state = self._state._replace(facts=None)
                self._tell("closed")

    def close(self) -> None:
        """Like ``disconnect``, but nothing is told any more."""
        with self._lock:
            self._attempt += 1
            self._drop()

    def forget_consoles(self) -> None:
        """End them, and wait a moment until their logs are written."""
        if self._consoles is not None:
            self._consoles.finish_logs(LAST_WORDS)
            self._consoles.close_all()

    def watch(self, watch: Watch) -> None:
        with self._lock:
            self._watch = watch
            if self.session is not None:
                self.session.watch(watch)

    def announce(self) -> None:
        """Tell the state as it is now."""
        self._inbox.put(ConnectionChanged(self._state))

    def _begin(self, *, at_once: bool, limit: float | None = None, by_hand: bool = False) -> None:
        self._young_until = time.monotonic() + PATIENCE if by_hand else 0.0
        if self._limit is not None and self._place is None:
            self._left.add(self._attempt)
        self._attempt += 1
        self._drop()
        attempt = partial(self._open, self._attempt)
        self._place = self._opener.begin(f"open {self._state.name}", attempt, at_once=at_once)
        self._tell("opening", self._why_lost, queued=self._place is not None)
        if limit is not None:
            self._limit = self._opener.later(limit, partial(self._lasts, self._attempt))

    @property
    def _why_lost(self) -> HostError | None:
        """Its rows are those of before: why, while it is tried again."""
        return self._error if self._has_rows else None

    def _open(self, attempt: int) -> None:
        try:
            with self._lock:
                if attempt != self._attempt:
                    return
                if self._place is not None:
                    self._place = None
                    self._tell("opening", self._why_lost)
            self._try_to_open(attempt)
        finally:
            with self._lock:
                self._left.discard(attempt)

    def _try_to_open(self, attempt: int) -> None:
        try:
            uri = ConnectionURI.parse(self._state.uri)
            event_thread.ensure_running()
            conn = self._ask_and_open(attempt, uri)
            # Not at the top: the host is asked before this process goes on importing; nor under the lock.
            import tuivirt.backend.session  # noqa: F401
        except libvirt.libvirtError as error:
            self._failed(attempt, explain_error(error, self._state.uri))
            return
        except HostError as error:
            self._failed(attempt, error)
            return
        except CancelledError:
            self._cancelled(attempt)
            return
        except (ValueError, OSError) as error:  # a URIError, or text that no C string can hold; no askpass
            self._failed(attempt, HostError(str(error)))
            return
        with self._lock:
            if attempt == self._attempt:
                self._opened(attempt, uri, conn)
                return
        close_late(conn)

    def _ask_and_open(self, attempt: int, uri: ConnectionURI) -> libvirt.virConnect:
        prompter = Prompter(self._desk, self._state.name, uri, self._vault)
        with self._lock:
            if attempt != self._attempt:
                raise CancelledError
            self._prompter = prompter
        try:
            return open_asking(uri, read_only=self._state.read_only, prompter=prompter, askpass=self._askpass)
        finally:
            prompter.close()

    def _opened(self, attempt: int, uri: ConnectionURI, conn: libvirt.virConnect) -> None:
        from tuivirt.backend.session import Reports, Session
        from tuivirt.resources.domain.started import run_directory

        self.session = Session(
            self._state.name,
            self._state.uri,
            conn,
            in_process=uri.in_process,
            run_directory=run_directory(uri, os.environ.get("XDG_RUNTIME_DIR")),
            interval=self._interval,
            keepalive=self._keepalive,
            opener=self._opener,
            inbox=self._inbox,
            reports=Reports(
                listed=partial(self._listed, attempt),
                facts=partial(self._told, attempt),
                failed=lambda error: self._failed(attempt, explain_error(error, self._state.uri)),
                lost=partial(self._lost, attempt),
                powered=self._powered,
            ),
        )
        self._tell("open")
        self.session.begin()
        self.session.watch(self._watch)

    def _listed(self, attempt: int) -> None:
        with self._lock:
            if attempt == self._attempt:
                self._has_rows = True
                self._pause = FIRST_PAUSE
                if self._consoles is not None and self.session is not None:
                    self._consoles.connected(self.session.streams)
                if self._state.lost is not None:
                    self._state = self._state._replace(lost=None)
                    self.announce()

    def _powered(self, event: "DomainEvent") -> None:
        consoles = self._consoles
        if consoles is not None and event.power:
            consoles.powered(event.key, event.power, event.handle)

    def _told(self, attempt: int, facts: HostFacts) -> None:
        with self._lock:
            if attempt == self._attempt:
                self._state = self._state._replace(facts=facts)
                self.announce()

    def _lost(self, attempt: int, reason: int) -> None:
        """libvirt's close callback, on its event thread."""
        words = {
            libvirt.VIR_CONNECT_CLOSE_REASON_ERROR: "an error on the connection",
            libvirt.VIR_CONNECT_CLOSE_REASON_EOF: f"{self._far_end} ended",
            libvirt.VIR_CONNECT_CLOSE_REASON_KEEPALIVE: "no sign of life within the keepalive window",
            libvirt.VIR_CONNECT_CLOSE_REASON_CLIENT: "closed from here",
        }.get(reason, f"reason {reason}")
        self._failed(attempt, HostError(f"connection lost: {words}"), self._silence)

    @property
    def _far_end(self) -> str:
        """What there is at the other end of the pipe or the socket."""
        match ConnectionURI.parse(self._state.uri).transport:
            case "ssh":
                return "ssh, or the daemon behind it,"
            case "ext":
                return "the program of ?command=, or the daemon behind it,"
            case _:
                return "the daemon closed it or"

    @property
    def _silence(self) -> float:
        """Seconds since it was heard of, when that is longer than the keepalive allows: without a sign of
        life, or while this machine slept.
        """
        session = self.session
        silent = time.time() - session.places.heard_at if session is not None else 0.0
        interval, count = self._keepalive
        return silent if 0 < interval * (count + 1) <= silent else 0.0

    def _failed(self, attempt: int, error: HostError, silent: float = 0.0) -> None:
        """``silent``: for so many seconds nothing has been heard of it."""
        with self._lock:
            if attempt != self._attempt:
                return
            self._attempt += 1
            self._drop()
            self._error = error
            # A connection that had a list comes back by itself; one that never had waits for the user.
            if self._has_rows:
                retry = self._schedule() if self._reconnect else None
                self._tell("stale", error, retry=retry, silent=silent)
            else:
                self._tell("failed", error)

    def _cancelled(self, attempt: int) -> None:
        """The user answered a question with *cancel*: that is no failure, and is not tried again."""
        with self._lock:
            if attempt != self._attempt:
                return
            self._attempt += 1
            self._drop()
            if self._has_rows:
                self._error = HostError("you cancelled the login", hint="Connect again to be asked again.")
                self._tell("stale", self._error)
            else:
                self._tell("closed")

    def _schedule(self) -> float:
        """Have it tried again; when, in seconds since the epoch."""
        pause = self._pause * random.uniform(0.8, 1.2)  # noqa: S311 (jitter, not a secret)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._retry = self._opener.later(pause, partial(self._again, self._attempt))
        return time.time() + pause

    def _again(self, attempt: int) -> None:
        with self._lock:
            if attempt != self._attempt:
                return
            if len(self._left) >= MOST_LEFT:
                self._tell("stale", self._error, retry=self._schedule())
            else:
                self._begin(at_once=False, limit=LIMIT)

    def _lasts(self, attempt: int) -> None:
        """An attempt to reconnect has lasted long. It goes on when it waits for the user, or for its turn."""
        with self._lock:
            if attempt != self._attempt or self._state.phase != "opening":
                return
            if self._place is not None or (self._prompter is not None and self._prompter.waits):
                self._limit = self._opener.later(LIMIT, partial(self._lasts, attempt))
                return
            self._left.add(attempt)
            self._failed(attempt, HostError(f"no answer within {LIMIT:g} s"))

    def _drop(self) -> None:
        for appointment in (self._retry, self._place, self._limit):
            if appointment is not None:
                self._opener.cancel(appointment)
        self._retry = self._place = self._limit = None
        if self._prompter is not None:
            self._prompter.close()
            self._askpass.end(self._prompter)
            self._prompter = None
        if self.session is not None:
            if self._consoles is not None:
                self._consoles.disconnected()
            self.session.close()
            self.session = None
            self._session_over()

    def _tell(
        self,
        phase: Phase,
        error: HostError | None = None,
        *,
        queued: bool = False,
        retry: float | None = None,
        silent: float = 0.0,
    ) -> None:
        now = time.time()
        lost = None
        if self._has_rows:  # and until they have been read again
            lost = self._state.lost or (now - silent if phase == "stale" else None)
        self._state = self._state._replace(
            phase=phase,
            since=now,
            error=error.message if error else "",
            hint=error.hint if error else "",
            code=error.code if error else None,
            queued=queued,
            lost=lost,
            retry=retry,
        )
        self.announce()
        if phase in _WORDS and (phase, self._state.error) != self._journalled:
            self._journalled = phase, self._state.error
            from tuivirt.resources.host import KIND

            key = Key(self._state.name, KIND, self._state.name)
            entry = Entry(now, key, key.id, "connection", _WORDS[phase], self._state.error)
            self._inbox.put(Happened(entry))


_WORDS: dict[str, str] = {
    "open": "connected",
    "closed": "disconnected",
    "stale": "connection lost",
    "failed": "failed",
}


def close_late(conn: libvirt.virConnect) -> None:
    """Close a connection that nobody waits for any more."""
    try:
        conn.close()
    except libvirt.libvirtError as error:
        log.info("closing: %s", error)

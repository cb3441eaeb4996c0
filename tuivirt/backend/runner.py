"""Performing actions: a plan of runs, bounded parallelism per host, a result per object."""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, Protocol, Self

import libvirt

from tuivirt.backend.errors import explain_error
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.job_watcher import JobWatcher
from tuivirt.backend.lane import Job, Lane
from tuivirt.backend.session import Session
from tuivirt.core.action import Action
from tuivirt.core.backend import Request
from tuivirt.core.changes import ConnectionState, Happened, RunChanged, RunPhase, RunState
from tuivirt.core.errors import HostError
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.resources import host

log = logging.getLogger(__name__)

READ_ONLY = "the connection is read-only"
ABANDONED = "result unknown"
LOST = "the connection was lost"
TAKEN_BACK = "taken back before it began"
LOOK = "Look at it when the host is back: it may be done, or not."

KeepDefinition = Callable[[Key, str, str], object]
"""Writes (key, name, XML with secrets) to the local history; raises OSError."""


class Target(Protocol):
    """The connection that an action runs on."""

    @property
    def state(self) -> ConnectionState: ...
    @property
    def session(self) -> Session | None: ...


@dataclass(slots=True, eq=False)
class _Run:
    """One action on one object. Its states are told from several threads, none after its end."""

    state: RunState
    action: Action[Any]
    params: object | None
    target: Target | None
    command: str
    inbox: Inbox
    job: Job = lambda: None
    began: float | None = None
    """Monotonic seconds."""
    called: bool = False
    """Its call has begun: the host may do it, whatever becomes of the answer."""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def tell(self, **changes: Any) -> bool:
        """Replace the state and tell it; whether it was not over before."""
        with self.lock:
            if self.state.over:
                return False
            self.state = self.state._replace(**changes)
            self.inbox.put(RunChanged(self.state))
            return True

    def begin_call(self) -> bool:
        """The call comes now; False when it is not wanted any more."""
        with self.lock:
            self.called = not self.state.over
            return self.called

    def end_uncalled(self, phase: RunPhase, note: str) -> bool:
        """End it unless its call has begun; whether it was ended."""
        with self.lock:
            return not self.called and self.tell(phase=phase, note=note, can_abort=False)


class _UnansweredError(Exception):
    """The connection was lost under the call: it may have been done, or not."""


FORCING = 2
"""Force-offs at once on one connection. One of a hung guest takes libvirt ten seconds and more."""


class _Lanes(NamedTuple):
    """The work lanes of one connection. What cannot wait behind stuck calls has lanes of its own."""

    usual: Lane
    urgent: Lane
    aborts: Lane

    @classmethod
    def made(cls, connection: str, parallel: int) -> Self:
        return cls(
            Lane(f"work {connection}", threads=parallel),
            Lane(f"urgent {connection}", threads=FORCING),
            Lane(f"abort {connection}"),
        )

    def of(self, action: Action[Any]) -> Lane:
        return self.urgent if action.urgent else self.usual

    def stop(self) -> None:
        for lane in self:
            lane.stop()


class Runner:
    """Runs actions on the work lanes of their connections."""

    def __init__(self, inbox: Inbox, *, parallel: int, keep: KeepDefinition) -> None:
        self._inbox = inbox
        self._parallel = parallel
        self._keep = keep
        self._numbers = itertools.count(1)
        self._lanes: dict[str, _Lanes] = {}
        self._runs: dict[int, _Run] = {}

    def perform(self, action: Action[Any], request: Request, targets: Mapping[str, Target]) -> int:
        """Queue a run for each object; returns the number of the batch."""
        batch = next(self._numbers)
        for order in request.orders:
            state = RunState(
                run=next(self._numbers),
                action=action.id,
                key=order.key,
                name=order.name,
                phase="queued",
                started=time.time(),
                can_abort=True,
                batch=batch,
            )
            target = targets.get(order.key.connection)
            run = _Run(state, action, request.params, target, order.command, self._inbox)
            run.job = partial(self._run, run)
            self._runs[state.run] = run
            self._inbox.put(RunChanged(state))
            self._lanes_of(order.key.connection).of(action).submit(run.job)
        return batch

    def abort(self, number: int) -> None:
        """Take back a queued run; ask libvirt to abort the job of a running one."""
        run = self._runs.get(number)
        if run is not None and not self._take_back(run) and run.action.job:
            self._lanes_of(run.state.key.connection).aborts.submit(partial(self._abort_job, run))

    def abandon(self, number: int) -> None:
        """Wait no more for a run: one whose call has not begun is taken back. The object is read when it
        returns.
        """
        run = self._runs.get(number)
        if run is None or self._take_back(run):
            return
        key, lanes = run.state.key, self._lanes_of(run.state.key.connection)
        if lanes.of(run.action).leave_behind(run.job):
            self._runs.pop(number, None)
            if run.target is not None and (session := run.target.session) is not None:
                session.places.leave_behind(_label(run))
            if run.tell(phase="abandoned", note=ABANDONED, progress=None, can_abort=False):
                self._note(run, f"abandoned: {ABANDONED}", ok=None)
                log.info("%s of %s was abandoned", run.action.title, key)

    def _take_back(self, run: _Run) -> bool:
        """End a run that is queued, or waits for a place for its call; whether it was one."""
        if not run.end_uncalled("cancelled", TAKEN_BACK):
            return False
        self._runs.pop(run.state.run, None)
        lane = self._lanes_of(run.state.key.connection).of(run.action)
        if not lane.withdraw(run.job):
            lane.leave_behind(run.job)
        return True

    def forget(self, connection: str) -> None:
        """The connection is let go: what waits for it never runs, of what runs the result is not known."""
        self._let_go(connection, "the connection was closed", uncalled="cancelled")

    def lost(self, connection: str) -> None:
        """Its session is over, from any thread: as before, and what comes later does not wait for it."""
        self._let_go(connection, LOST, uncalled="failed")

    def _let_go(self, connection: str, why: str, *, uncalled: RunPhase) -> None:
        # The lanes first: a run is known before it is put on one, so that none is lost with them.
        if (lanes := self._lanes.pop(connection, None)) is not None:
            lanes.stop()
        for run in list(self._runs.values()):
            if run.state.key.connection != connection:
                continue
            note = f"{why} before it began"
            if run.end_uncalled(uncalled, note):
                self._runs.pop(run.state.run, None)
                self._note(run, note, ok=False)
            else:
                self._unanswered(run, why)

    def _unanswered(self, run: _Run, why: str) -> None:
        """Nobody will hear the result of a call that has begun."""
        self._runs.pop(run.state.run, None)
        note = f"result unknown: {why} before the answer came"
        if run.tell(phase="unknown", note=note, hint=LOOK, progress=None, can_abort=False):
            self._note(run, note, ok=None)

    def stop(self) -> None:
        """Begin nothing any more."""
        for lanes in self._lanes.values():
            lanes.stop()

    def _lanes_of(self, connection: str) -> _Lanes:
        if connection not in self._lanes:
            self._lanes[connection] = _Lanes.made(connection, self._parallel)
        return self._lanes[connection]

    def _run(self, run: _Run) -> None:
        if not run.tell(phase="running", started=time.time(), can_abort=run.action.job):
            return
        run.began = time.monotonic()
        error: HostError | None = None
        try:
            self._call(run)
        except libvirt.libvirtError as failure:
            error = self._explain(run, failure)
        except HostError as failure:
            error = failure
        except (ValueError, OSError) as failure:
            error = HostError(str(failure))
        except _UnansweredError:
            self._unanswered(run, LOST)
            return
        self._ended(run, error)

    def _call(self, run: _Run) -> None:
        session = self._session(run)
        action, key = run.action, run.state.key
        place = session.places.urgent if action.urgent else session.places.acting
        try:
            with place(_label(run), key.id):
                handle: Any = session.conn if key.kind == host.KIND else session.handle(key.id)
                if (kept := _endangered(action, run.params, handle)) is not None:
                    self._keep(key, run.state.name, kept)
                arguments = () if run.params is None else (run.params,)
                if not session.is_alive:  # and nobody has been told yet
                    raise HostError(f"{LOST} before it began")
                if not run.begin_call():
                    return
                with self._watched(run, handle, session):
                    try:
                        action.run(handle, *arguments)
                    except libvirt.libvirtError as failure:
                        if session.is_alive:
                            raise
                        raise _UnansweredError from failure
        finally:
            if key.kind == host.KIND:
                session.refresh()
            else:
                session.reread(key)

    @staticmethod
    def _session(run: _Run) -> Session:
        """Raises HostError where nothing can be done."""
        name, target = run.state.key.connection, run.target
        if target is not None and target.state.read_only:
            raise HostError(READ_ONLY)
        if target is None or (session := target.session) is None:
            raise HostError(f"{name} is not connected", hint="Connect it, then try again.")
        return session

    @contextmanager
    def _watched(self, run: _Run, handle: libvirt.virDomain, session: Session) -> Iterator[None]:
        if not run.action.job:
            yield
            return
        watcher = JobWatcher(handle, session.places, lambda done: run.tell(progress=done))
        try:
            yield
        finally:
            watcher.stop()

    def _abort_job(self, run: _Run) -> None:
        try:
            session = self._session(run)
            with session.places.urgent(f"cancel {run.state.name}", run.state.key.id):
                session.handle(run.state.key.id).abortJob()
        except libvirt.libvirtError as failure:
            run.tell(note=f"cannot be cancelled: {self._explain(run, failure).message}")
        except HostError as failure:
            run.tell(note=f"cannot be cancelled: {failure.message}")

    @staticmethod
    def _explain(run: _Run, error: libvirt.libvirtError) -> HostError:
        return explain_error(error, run.target.state.uri if run.target is not None else "")

    def _ended(self, run: _Run, error: HostError | None) -> None:
        self._runs.pop(run.state.run, None)
        if error is None:
            told = run.tell(phase="done", progress=None, note="", can_abort=False)
        else:
            told = run.tell(phase="failed", note=error.message, hint=error.hint, can_abort=False)
        if told:
            self._note(run, error.message if error else "", ok=error is None)
        elif run.state.phase in {"abandoned", "unknown"} and run.called:
            words = f"failed: {error.message}" if error else "done"
            after = "it was abandoned" if run.state.phase == "abandoned" else "the connection was let go"
            self._note(run, f"came back after {after}: {words}", ok=error is None)

    def _note(self, run: _Run, detail: str, *, ok: bool | None) -> None:
        """A line of the journal."""
        entry = Entry(
            at=time.time(),
            key=run.state.key,
            name=run.state.name,
            origin="action",
            what=run.action.title,
            detail=detail,
            ok=ok,
            took=0.0 if run.began is None else time.monotonic() - run.began,
            command=run.command,
        )
        self._inbox.put(Happened(entry))


def _label(run: _Run) -> str:
    """What its call is called while it is in flight."""
    return f"{run.action.title} {run.state.name}"


def _endangered(action: Action[Any], params: object | None, dom: libvirt.virDomain) -> str | None:
    """The definition that is gone after the action, with its secrets; None when none is."""
    if action.replaces_definition:
        return dom.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE | libvirt.VIR_DOMAIN_XML_INACTIVE)
    if action.ends is not None and action.ends(params) and not dom.isPersistent():
        return dom.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE)
    return None

"""Performing actions: a plan of runs, bounded parallelism per host, a result per object."""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import libvirt

from tuivirt.backend.errors import explain_error
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.lane import Lane
from tuivirt.backend.session import Session
from tuivirt.core.action import Action
from tuivirt.core.backend import Request
from tuivirt.core.changes import ConnectionState, Happened, RunChanged, RunState
from tuivirt.core.errors import HostError
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.resources import host

log = logging.getLogger(__name__)

PROGRESS_INTERVAL = 0.5
"""Seconds between two looks at the progress of a job."""

KeepDefinition = Callable[[Key, str, str], None]
"""Writes (key, name, XML with secrets) to the local history; raises OSError."""


class Target(Protocol):
    """The connection that an action runs on."""

    @property
    def state(self) -> ConnectionState: ...
    @property
    def session(self) -> Session | None: ...


@dataclass(slots=True)
class _Run:
    state: RunState
    action: Action[Any]
    params: object | None
    target: Target
    command: str
    job: Callable[[], None] | None = None


class Runner:
    """Runs actions on the work lanes of their connections."""

    def __init__(self, inbox: Inbox, *, parallel: int, keep: KeepDefinition) -> None:
        self._inbox = inbox
        self._parallel = parallel
        self._keep = keep
        self._numbers = itertools.count(1)
        self._lanes: dict[tuple[str, bool], Lane] = {}
        self._runs: dict[int, _Run] = {}

    def perform(self, action: Action[Any], request: Request, targets: Mapping[str, Target]) -> int:
        """Queue a run for each object; returns the number of the batch."""
        batch = next(self._numbers)
        for order in request.orders:
            key = order.key
            state = RunState(
                run=next(self._numbers),
                action=action.id,
                key=key,
                name=order.name,
                phase="queued",
                started=time.time(),
                can_abort=True,
                batch=batch,
            )
            run = _Run(state, action, request.params, targets[key.connection], order.command)
            run.job = partial(self._run, run)
            self._runs[state.run] = run
            self._inbox.put(RunChanged(state))
            self._lane(key.connection, urgent=action.urgent).submit(run.job)
        return batch

    def number(self) -> int:
        """A number that no run has yet."""
        return next(self._numbers)

    def abort(self, number: int) -> None:
        """Take back a queued run; ask libvirt to abort the job of a running one."""
        run = self._runs.get(number)
        if run is None or run.job is None:
            return
        lane = self._lane(run.state.key.connection, urgent=run.action.urgent)
        if lane.withdraw(run.job):
            self._change(run, phase="cancelled", note="taken back before it began")
            del self._runs[number]
        elif run.action.job:
            self._lane(run.state.key.connection, urgent=True).submit(lambda: self._abort_job(run))

    def forget(self, connection: str) -> None:
        """The connection is gone: what waits for it never runs."""
        for run in [r for r in self._runs.values() if r.state.key.connection == connection]:
            self.abort(run.state.run)

    def stop(self) -> None:
        for lane in self._lanes.values():
            lane.stop()

    def _lane(self, connection: str, *, urgent: bool) -> Lane:
        lane = self._lanes.get((connection, urgent))
        if lane is None:
            threads = 1 if urgent else self._parallel
            lane = self._lanes[connection, urgent] = Lane(f"work {connection}", threads=threads)
        return lane

    def _change(self, run: _Run, **changes: Any) -> None:
        run.state = replace(run.state, **changes)
        self._inbox.put(RunChanged(run.state))

    def _run(self, run: _Run) -> None:
        action, key = run.action, run.state.key
        self._change(run, phase="running", started=time.time(), can_abort=action.job)
        began = time.monotonic()
        try:
            self._call(run)
        except libvirt.libvirtError as error:
            self._ended(run, began, explain_error(error, run.target.state.uri))
        except HostError as error:
            self._ended(run, began, error)
        except (ValueError, OSError) as error:
            self._ended(run, began, HostError(str(error)))
        else:
            self._ended(run, began, None)
        finally:
            del self._runs[run.state.run]
            session = run.target.session
            if session is not None and key.kind != host.KIND:
                session.reread(key)

    def _call(self, run: _Run) -> None:
        action, key = run.action, run.state.key
        session = run.target.session
        if session is None:
            raise HostError(f"{key.connection} is not connected", hint="Connect it, then try again.")
        handle: Any = session.conn if key.kind == host.KIND else session.handle(key.id)
        place = session.places.urgent if action.urgent else session.places.shared
        with place(f"{action.title} {run.state.name}"):
            if action.replaces_definition:
                self._keep(key, run.state.name, _definition(handle))
            watcher = _JobWatcher(handle, session, lambda **c: self._change(run, **c)) if action.job else None
            try:
                if run.params is None:
                    action.run(handle)
                else:
                    action.run(handle, run.params)
            finally:
                if watcher is not None:
                    watcher.stop()

    def _abort_job(self, run: _Run) -> None:
        session = run.target.session
        if session is None:
            return
        try:
            with session.places.urgent(f"abort {run.state.name}"):
                session.handle(run.state.key.id).abortJob()
        except libvirt.libvirtError as error:
            self._change(
                run, note=f"cannot be cancelled: {explain_error(error, run.target.state.uri).message}"
            )

    def _ended(self, run: _Run, began: float, error: HostError | None) -> None:
        took = time.monotonic() - began
        if error is None:
            self._change(run, phase="done", progress=None, note="", can_abort=False)
        else:
            self._change(run, phase="failed", note=error.message, hint=error.hint, can_abort=False)
        self._inbox.put(
            Happened(
                Entry(
                    at=time.time(),
                    key=run.state.key,
                    name=run.state.name,
                    origin="action",
                    what=run.action.title,
                    detail=error.message if error else "",
                    ok=error is None,
                    took=took,
                    command=run.command,
                )
            )
        )


def _definition(dom: libvirt.virDomain) -> str:
    flags = libvirt.VIR_DOMAIN_XML_SECURE | libvirt.VIR_DOMAIN_XML_INACTIVE
    return str(dom.XMLDesc(flags))


class _JobWatcher:
    """Looks at the progress of a job while its call blocks."""

    def __init__(self, dom: libvirt.virDomain, session: Session, change: Callable[..., None]) -> None:
        self._dom = dom
        self._session = session
        self._change = change
        self._over = threading.Event()
        threading.Thread(target=self._watch, name="progress", daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(PROGRESS_INTERVAL):
            try:
                with self._session.places.shared("progress"):
                    done = _progress(self._dom.jobStats(0))
            except libvirt.libvirtError as error:
                log.debug("progress: %s", error)
                return  # a driver without job statistics; the call itself tells the result
            if done is not None and not self._over.is_set():
                self._change(progress=done)


def _progress(job: Mapping[str, Any]) -> float | None:
    """0…1 from ``virDomainGetJobStats``; None while it tells no total."""
    total = job.get("data_total", 0)
    return min(1.0, job.get("data_processed", 0) / total) if total else None

"""From a key to the backend: which action, on which domains, with what asked first."""

import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tuivirt.core import units
from tuivirt.core.action import Action, virsh_line
from tuivirt.core.backend import Backend, Order, Request
from tuivirt.core.changes import RunState
from tuivirt.core.key import Key
from tuivirt.core.store import Store
from tuivirt.core.text import plain
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.register import find_action
from tuivirt.ui.dialogs.run_line import FollowsRuns
from tuivirt.ui.options import Options

if TYPE_CHECKING:
    from tuivirt.ui.known import KnownFirst
    from tuivirt.ui.screens.main import MainScreen

READ_ONLY = "is on a read-only connection"
SHUTDOWNS = frozenset({"domain.shutdown", "domain.shutdown_by"})


class Performer:
    """Asks what must be asked, then hands a request to the backend, and follows what becomes of it."""

    def __init__(self, main: "MainScreen", backend: Backend, store: Store, options: Options) -> None:
        self._main = main
        self._backend = backend
        self._store = store
        self._options = options
        self._asked: dict[Key, float] = {}
        """Domains that were asked to shut down, and until when they may take."""
        self.ended: deque[RunState] = deque(maxlen=200)
        """Runs of this session that are over, oldest first."""

    # Which action

    def refusal(self, action: Action[Any], record: DomainRecord) -> str | None:
        """Why an action cannot be performed on a domain now, or None."""
        state = self._store.connections.get(record.host)
        if state is not None and state.phase != "open" and state.lost is not None:
            return "is on a connection that is lost: Ctrl+R tries to have it back"
        if state is None or state.phase != "open":
            return "is on a connection that is not open"
        if state.read_only:
            return READ_ONLY
        if record.run is not None and not action.urgent:
            return f"is busy: {find_action(record.run.action).title}"
        return action.refusal(record.item)

    def refusal_of_all(self, action: Action[Any], records: Sequence[DomainRecord]) -> str | None:
        """Why an action applies to none of some domains, or None when it applies to any."""
        reasons = [self.refusal(action, record) for record in records]
        return None if None in reasons else reasons[0]

    def command(self, action: Action[Any], record: DomainRecord) -> str:
        """The equivalent virsh command of an action without parameters."""
        if action.params is not None:
            return ""
        return virsh_line(self.uri(record), action.command(record.item, None))

    def choose(self, ids: Sequence[str], records: Sequence[DomainRecord]) -> Action[Any]:
        """Of actions that share a key, the first that applies to the first record that any applies to."""
        actions = [find_action(id_) for id_ in ids]
        for record in records:
            for action in actions:
                if self.refusal(action, record) is None:
                    return action
        return actions[0]

    def perform(self, ids: Sequence[str], records: Sequence[DomainRecord], *, hidden: int = 0) -> None:
        """Perform one of ``ids`` on domains, after what has to be asked."""
        if not records:
            self._main.tell("There is no domain under the cursor.", severity="warning")
            return
        action = self.choose(ids, records)
        self._main.run_worker(self._perform(action, list(records), hidden), group="dialog")

    async def _perform(self, action: Action[Any], records: list[DomainRecord], hidden: int) -> None:
        if len(records) > 1 and action.bulk:
            await self._perform_bulk(action, records, hidden)
            return
        record = records[0]
        if len(records) > 1:
            cursor = self._main.listing.record
            if cursor is None or all(cursor.key != marked.key for marked in records):
                text = f"It takes one domain, and {len(records)} are marked. Go to one, or remove the marks."
                self._main.tell(text, title=action.title, severity="warning")
                return
            record = cursor
            self._main.tell(f"{action.title} takes one domain: {record.shown_name}, under the cursor.")
        refusal = self.refusal(action, record)
        if refusal is not None:
            self._main.tell(f"{record.shown_name} {refusal}", title=action.title, severity="warning")
            return
        params: object | None = None
        if action.params is not None:
            params = await self._form(action, record)
            if params is None:
                return
        elif action.may_lose and not await self._confirm(action, record):
            return
        self.start(action, [record], params)

    async def _perform_bulk(self, action: Action[Any], records: list[DomainRecord], hidden: int) -> None:
        from tuivirt.ui.dialogs.gate import MANY
        from tuivirt.ui.dialogs.plan import BulkPlan, PlanDialog

        included = tuple(record for record in records if self.refusal(action, record) is None)
        skipped = tuple(
            (record, reason) for record in records if (reason := self.refusal(action, record)) is not None
        )
        plan = BulkPlan(action, included, skipped, hidden=hidden)
        # Of more their number is typed, whatever their tags.
        gated = included if len(included) <= MANY and self._gated(action) else ()
        protected = self._options.protected_tag
        await self._known.ask(action.title, gated, lambda: PlanDialog(plan, self, protected=protected))

    async def _form(self, action: Action[Any], record: DomainRecord) -> object | None:
        from tuivirt.ui.dialogs.form import FormDialog

        uri, protected = self.uri(record), self._options.protected_tag
        result: object | None = await self._known.ask(
            f"{action.title}: {record.shown_name}",
            [record] if action.needs_details or self._gated(action) else (),
            lambda: FormDialog(action, record, uri, protected=protected),
            needed=action.needs_details,
        )
        return result

    async def _confirm(self, action: Action[Any], record: DomainRecord) -> bool:
        from tuivirt.ui.dialogs.confirm import ConfirmDialog

        protected = self._options.protected_tag
        sure = await self._known.ask(
            f"{action.title}: {record.shown_name}",
            [record] if self._gated(action) else (),
            lambda: ConfirmDialog(action, [record], self.uri, protected=protected),
        )
        return bool(sure)

    @property
    def _known(self) -> "KnownFirst":
        from tuivirt.ui.known import KnownFirst

        return KnownFirst(self._main, self._backend, self._store)

    def _gated(self, action: Action[Any]) -> bool:
        """Whether it matters if a domain is tagged as protected."""
        return action.may_lose and bool(self._options.protected_tag)

    def uri(self, record: DomainRecord) -> str:
        return self._store.connections[record.host].uri

    def start(self, action: Action[Any], records: Sequence[DomainRecord], params: object | None) -> int:
        """Hand the request to the backend; returns the number of the batch."""
        orders = tuple(
            Order(r.key, r.name, virsh_line(self.uri(r), action.command(r.item, params))) for r in records
        )
        return self._backend.perform(Request(action.id, orders, params))

    def abort(self, run: int) -> None:
        """Cancel a queued run, or ask libvirt to abort the job of a running one."""
        self._backend.abort(run)

    def abandon(self, run: int) -> None:
        """Wait no more for a run."""
        self._backend.abandon(run)

    # What becomes of it

    def update(self, runs: Sequence[RunState]) -> None:
        for run in runs:
            if run.over:
                self.ended.append(run)
            if run.phase == "done" and run.action in SHUTDOWNS:
                self._asked[run.key] = time.monotonic() + self._options.shutdown_patience
        if runs:
            for screen in self._main.app.screen_stack:
                if isinstance(screen, FollowsRuns):
                    screen.update_runs(runs)

    def tick(self) -> None:
        """Offer force off for a domain that has not shut down in time; never do it."""
        now = time.monotonic()
        for key, until in list(self._asked.items()):
            record = self._store.get(key)
            if record is None or not record.item.active:
                del self._asked[key]
            elif now >= until:
                del self._asked[key]
                waited = units.duration(self._options.shutdown_patience)
                self._main.tell(
                    f"It still runs {waited} after it was asked to shut down. D forces it off.",
                    title=plain(record.item.name),
                    severity="warning",
                )

    def running(self, connection: str | None = None) -> int:
        """Runs that are queued or running, on one connection or on all."""
        return sum(
            not run.over and connection in (None, run.key.connection) for run in self._store.runs.values()
        )

    def leaves_behind(self, connection: str | None = None) -> str:
        """What becomes of the actions that run there when nobody waits any more; empty without any."""
        running = self.running(connection)
        noun = "action is" if running == 1 else "actions are"
        words = f"{running} {noun} running. What has begun goes on at its host; what is queued is dropped."
        return words if running else ""

    async def may_leave(self, connection: str | None = None) -> bool:
        """Whether to quit, or to close a connection: asks while actions run there, which libvirt would finish
        or not without us.
        """
        question = self.leaves_behind(connection)
        if not question:
            return True
        from tuivirt.ui.dialogs.confirm import QuestionDialog

        what = "Quit" if connection is None else "Disconnect"
        sure = await self._main.app.push_screen_wait(QuestionDialog(what, question, yes=what, danger=True))
        return bool(sure)

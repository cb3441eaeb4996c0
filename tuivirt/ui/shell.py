"""A shell in a guest, over ssh on the user's own terminal."""

import asyncio
import os
import subprocess
from collections.abc import Collection
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported
from textual.worker import Worker

from tuivirt.core.key import Key
from tuivirt.core.store import Store
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.options import Options
from tuivirt.ui.ssh import ssh_command

if TYPE_CHECKING:
    from tuivirt.ui.screens.main import MainScreen

PATIENCE = 10.0
"""Seconds to wait for the address of a guest that has just come under the cursor: its agent may take five."""


class GuestShell:
    """Opens a shell in a guest; one whose address has not been asked for yet is waited for."""

    def __init__(self, main: "MainScreen", store: Store, options: Options) -> None:
        self._main = main
        self._store = store
        self._options = options
        self._awaited: Key | None = None
        self._told = asyncio.Event()
        self._waiting: Worker[None] | None = None

    def open(self, record: DomainRecord | None) -> None:
        """Open a shell in this guest. The row under the cursor is always asked for its addresses."""
        if record is None:
            return
        if record.addresses is not None or not record.active:
            self._open(record)
            return

        async def wait() -> None:
            await self._wait(record)

        self._waiting = self._main.run_worker(wait, group="ssh", exclusive=True)

    def update(self, touched: Collection[Key]) -> None:
        """These records may differ now."""
        if self._awaited in touched:
            self._told.set()

    async def _wait(self, record: DomainRecord) -> None:
        self._main.tell("Asking for its address …", title=record.shown_name)
        self._awaited = record.key
        try:
            async with asyncio.timeout(PATIENCE):
                while record.addresses is None and record.active:
                    self._told.clear()
                    await self._told.wait()
        except TimeoutError:
            pass  # there is none to show, and that is said
        finally:
            self._awaited = None
        self._open(record)

    def _open(self, record: DomainRecord) -> None:
        if record.addresses is None or not record.addresses.first:
            self._main.tell("No address of the guest is known.", title=record.shown_name, severity="warning")
            return
        target = self._options.ssh(record.host, record.tags)
        try:
            words = ssh_command(record.addresses.first, target, self._store.connections[record.host].uri)
            with self._main.app.suspend():
                status = subprocess.run(words, check=False, env=os.environ).returncode
        except (ValueError, OSError, SuspendNotSupported) as error:
            self._main.tell(str(error), title="ssh", severity="error")
        else:
            if status == 255:  # ssh's own failure; anything else is the remote shell's
                self._main.tell("ssh could not connect; it said why on the terminal.", severity="warning")

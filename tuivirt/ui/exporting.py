"""``:export``: what the list shows, written to a file once all that it writes has been read."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tuivirt.core.resource import Column
from tuivirt.core.store import Store
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.ui.export import Format, export, values_of
from tuivirt.ui.writing import may_write, target, words, write

if TYPE_CHECKING:
    from tuivirt.ui.screens.main import MainScreen


class Exporting:
    """Asks what must be asked, has the definitions read that the columns rest on, and writes."""

    def __init__(self, main: "MainScreen", store: Store) -> None:
        self._main = main
        self._store = store

    def ask(self, form: Format, text: str) -> None:
        """Write to the file that ``text`` names; never over one without asking. Raises ValueError."""
        path = target(text or f"domains.{form}")
        self._main.run_worker(self._export(form, path), group="dialog")

    async def _export(self, form: Format, path: Path) -> None:
        if not await may_write(self._main.app, "Export", path) or not await self._read():
            return
        listing = self._main.listing
        records, columns = listing.shown_records(), listing.columns()
        try:
            write_text(path, export(records, columns, form))
        except OSError as error:
            self._main.tell(f"{path}: {words(error)}", title="Export", severity="error")
            return
        noun = "domain" if len(records) == 1 else "domains"
        told = f"{len(records)} {noun} written to {path}."
        if unknown := ", ".join(f"{name} of {count}" for name, count in unknowns(records, columns)):
            told += f" Not known, as it was not on screen or did not answer: {unknown}."
        self._main.tell(told, title="Export")

    async def _read(self) -> bool:
        """Have all definitions read that the export rests on; False when the user has enough of it."""
        from tuivirt.ui.dialogs.waiting import WaitingDialog

        listing = self._main.listing
        if not any("details" in column.needs for column in listing.columns()) or not self._unread():
            return True
        listing.read_all(True)
        try:
            read = await self._main.app.push_screen_wait(WaitingDialog(self._unread))
        finally:
            listing.read_all(False)
        return bool(read)

    def _unread(self) -> int:
        """How many shown domains have a definition that can be read and was not."""
        connections = self._store.connections
        return sum(
            record.details is None and record.host in connections and connections[record.host].phase == "open"
            for record in self._main.listing.shown_records()
        )


def write_text(path: Path, text: str) -> None:
    """Raises OSError. What came as bytes that are no UTF-8 goes out as visible escapes."""
    write(path, text.encode("utf-8", "backslashreplace"))


def unknowns(
    records: Iterable[DomainRecord], columns: Sequence[Column[DomainRecord]]
) -> list[tuple[str, int]]:
    """Ids of columns and of how many records their value is not known though there is one.

    Addresses, counters and comparisons are those of running domains alone.
    """
    counts = {column.id: 0 for column in columns if column.needs}
    for record in records:
        for column in columns:
            unread = column.needs == {"details"} and record.details is None
            if column.id in counts and (record.active or unread):
                counts[column.id] += all(value is None for value in values_of(column, record).values())
    return [(id_, count) for id_, count in counts.items() if count]

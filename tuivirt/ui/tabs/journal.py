"""What happened: to one domain in its tab, to everything in the view of the journal."""

import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from tuivirt.core.journal import Entry
from tuivirt.core.key import Key
from tuivirt.core.store import Store
from tuivirt.ui.commands import bindings_of
from tuivirt.ui.tabs.base import DetailTab, StyleOf, Subject
from tuivirt.ui.tabs.journal_lines import about_lines, entry_line, matching
from tuivirt.ui.widgets.bars import Bar
from tuivirt.ui.widgets.find import FindLine
from tuivirt.ui.widgets.lines import LineView

LOOK = 0.25
"""Seconds between two looks at the store by a view that nobody tells."""


class JournalView(Vertical, can_focus=False):
    """Entries, newest first, of one object or of all; a filter; the whole of the one under the cursor."""

    BINDINGS: ClassVar = bindings_of("journal")

    def __init__(self, store: Store, style: StyleOf, key: Key | None = None, *, tab: bool = False) -> None:
        """``tab``: it is shown for one object and told when there is more; else it looks by itself."""
        super().__init__()
        self._store = store
        self._key = key
        self._tab = tab
        self._title = Bar(style)
        self.lines = LineView(style, cursor=True)
        self.find = FindLine(style)
        self._about = LineView(style)
        self._about.add_class("journal-about")
        self._about.can_focus = False
        self._entries: list[Entry] = []
        self._seen: tuple[int, Entry | None] = (0, None)

    def compose(self) -> ComposeResult:
        if not self._tab:
            yield self._title
        yield self.lines
        yield self._about
        yield self.find

    def on_mount(self) -> None:
        self.look(anew=True)
        if not self._tab:
            self.lines.focus()
            self.set_interval(LOOK, self.look)

    @property
    def entries(self) -> list[Entry]:
        """What is shown, from the top."""
        return self._entries

    @property
    def entry(self) -> Entry | None:
        """The entry under the cursor."""
        return self._entries[self.lines.cursor] if self.lines.cursor < len(self._entries) else None

    def set_key(self, key: Key | None) -> None:
        """Show another object's entries."""
        if key != self._key:
            self._key = key
            self.look(anew=True)
            self.lines.move_to(0)

    def look(self, *, anew: bool = False) -> None:
        """Take over what is new in the store; the cursor stays on its entry, or on the newest."""
        journal = self._store.journal
        seen = (len(journal), journal[-1] if journal else None)
        if not anew and seen[0] == self._seen[0] and seen[1] is self._seen[1]:
            return
        self._seen = seen
        under = self.entry if self.lines.cursor else None
        self._entries = list(matching(journal, self._key, self.find.text))
        now = time.time()
        lines = [entry_line(entry, named=self._key is None, now=now) for entry in self._entries]
        self.lines.show(lines or [((self._nothing(), "dim"),)])
        if under is not None:
            self.lines.move_to(next((n for n, e in enumerate(self._entries) if e is under), 0))
        self._show_about()
        shown = f"{len(self._entries)} of {len(journal)}" if self.find.text else f"{len(journal)}"
        self._title.show([(" Journal", ""), (f"  {shown} entries, newest first", "dim")])
        self.find.note(f"{len(self._entries)} found")

    def _nothing(self) -> str:
        return " Nothing matches." if self.find.text else " Nothing has happened since the start."

    def _show_about(self) -> None:
        entry = self.entry
        self._about.display = entry is not None
        self._about.show(about_lines(entry) if entry is not None else ())

    def on_line_view_moved(self) -> None:
        self._show_about()

    # The filter

    def action_filter(self) -> None:
        self.find.open()

    def on_find_line_changed(self) -> None:
        self.look(anew=True)
        self.lines.move_to(0)

    def on_find_line_closed(self) -> None:
        self.screen.set_focus(self.lines)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "clear_filter":
            return bool(self.find.text)
        return super().check_action(action, parameters)

    def action_clear_filter(self) -> None:
        self.find.close()


class JournalTab(DetailTab, can_focus=False):
    """The journal of the domain that is shown."""

    def __init__(self, store: Store, style: StyleOf) -> None:
        super().__init__(style)
        self.view = JournalView(store, style, tab=True)

    def compose(self) -> ComposeResult:
        yield self.view

    def show(self, subject: Subject) -> None:
        self.view.set_key(subject.record.key)
        self.view.look()

    def focus_target(self) -> Widget:
        return self.view.lines

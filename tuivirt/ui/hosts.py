"""What is done to connections: open, close, bookmark, and the actions of a host."""

from functools import partial
from typing import TYPE_CHECKING, Final

from tuivirt.core.action import virsh_line
from tuivirt.core.backend import Backend, Order, Request
from tuivirt.core.key import Key
from tuivirt.core.source import Source
from tuivirt.core.store import Store
from tuivirt.core.text import plain
from tuivirt.resources.register import find_action
from tuivirt.ui.giving_up import tries
from tuivirt.ui.options import Options

if TYPE_CHECKING:
    from tuivirt.ui.dialogs.bookmark import BookmarkEdit
    from tuivirt.ui.screens.main import MainScreen


_ANEW: Final = ", and opened anew"


class Hosts:
    """Acts on connections and keeps the bookmarks."""

    def __init__(self, main: "MainScreen", backend: Backend, store: Store, options: Options) -> None:
        self._main = main
        self._backend = backend
        self._store = store
        self._options = options
        self._sources: dict[str, Source] = {source.name: source for source in options.sources}

    def toggle(self, name: str) -> None:
        """Connect, or disconnect what is open or opening."""
        if self._phase(name) in {"open", "opening", "stale"}:
            self._main.run_worker(self._disconnect(name), group="disconnect")
        elif name in self._sources:
            self._backend.connect(name)

    async def _disconnect(self, name: str) -> None:
        if await self._main.performer.may_leave(name):
            self._backend.disconnect(name)

    def refresh(self, name: str) -> None:
        """Read a connection again, or connect one that is not open."""
        if self._phase(name) == "open":
            self._backend.refresh(name)
        elif name in self._sources:
            self._backend.connect(name)

    def _phase(self, name: str) -> str:
        state = self._store.connections.get(name)
        return state.phase if state is not None else "closed"

    def refusal(self, id_: str, name: str) -> str | None:
        """Why a command or an action does not apply to a connection now, or None when it does."""
        state, source = self._store.connections.get(name), self._sources.get(name)
        match id_:
            case "connections.toggle" | "connections.add" | "app.refresh":
                return None
            case "app.give_up":
                return None if state is not None and tries(state) else "is not being connected"
            case _ if id_.startswith("connections."):
                here = source is not None and source.source == "bookmark"
                return None if here else "is not a bookmark"
        if state is None or state.phase != "open":
            return "is not open"
        return "is read-only" if state.read_only else None

    # Bookmarks

    def _may_edit(self) -> bool:
        """Whether bookmarks can be kept at all; if not, says why."""
        refusal = self._options.bookmarks.refusal
        if refusal:
            self._main.tell(refusal, severity="warning")
        return not refusal

    def add(self) -> None:
        if not self._may_edit():
            return
        self._main.run_worker(self._edit(None), group="dialog")

    def edit(self, name: str) -> None:
        source = self._sources[name]
        if source.source != "bookmark":
            self._main.tell(f"{name} comes from {source.origin}; edit it there, or add a bookmark.")
            return
        if self._may_edit():
            self._main.run_worker(self._edit(source), group="dialog")

    async def _may_close(self, name: str, title: str, then: str, *, yes: str) -> bool:
        """Whether to close a connection for the sake of its bookmark: asks while it is open or in use."""
        left, main = self._main.performer.leaves_behind(name), self._main
        if self._phase(name) != "open" and not left:
            return True
        from tuivirt.ui.dialogs.confirm import QuestionDialog

        consoles = sum(console.domain.connection == name for console in main.consoles.opened)
        ends = f"{consoles} open console{'s end' if consoles > 1 else ' ends'}." if consoles else ""
        question = " ".join(filter(None, (f"{name} is open: it is closed{then}.", left, ends)))
        sure = await main.app.push_screen_wait(QuestionDialog(title, question, yes=yes, danger=True))
        return bool(sure)

    async def _may_save(self, old: Source | None, edit: "BookmarkEdit") -> bool:
        if old is None or (old.name, old.uri, old.read_only) == (edit.name, edit.uri, edit.read_only):
            return True
        return await self._may_close(old.name, "Save bookmark", _ANEW, yes="Save")

    async def _edit(self, source: Source | None) -> None:
        from tuivirt.ui.dialogs.bookmark import BookmarkDialog

        names = [name for name in self._sources if source is None or name != source.name]
        groups = sorted({source.group for source in self._sources.values() if source.group})
        edited = await self._main.app.push_screen_wait(
            BookmarkDialog(
                source,
                taken=names,
                test=self._options.test_uri,
                groups=groups,
                may_save=partial(self._may_save, source),
            )
        )
        if edited is None:
            return
        bookmark = Source(
            edited.name,
            edited.uri,
            "bookmark",
            "bookmarks.toml",
            edited.group,
            autoconnect=edited.autoconnect,
            read_only=edited.read_only,
        )
        self._save(source.name if source else None, bookmark)

    def set_autoconnect(self, name: str) -> None:
        if self._is_bookmark(name, "changed"):
            source = self._sources[name]
            self._save(name, source._replace(autoconnect=not source.autoconnect))

    def set_read_only(self, name: str) -> None:
        if self._is_bookmark(name, "changed"):
            self._main.run_worker(self._set_read_only(self._sources[name]), group="dialog")

    async def _set_read_only(self, source: Source) -> None:
        mode = "for writing" if source.read_only else "read-only"
        if await self._may_close(source.name, f"Open {mode}", f"{_ANEW} {mode}", yes="Open anew"):
            self._save(source.name, source._replace(read_only=not source.read_only))

    def _is_bookmark(self, name: str, done: str) -> bool:
        """Whether it can be edited here; if not, says so."""
        source = self._sources[name]
        if source.source != "bookmark":
            self._main.tell(f"{name} comes from {source.origin}; only bookmarks are {done} here.")
        return source.source == "bookmark"

    def remove(self, name: str) -> None:
        if self._is_bookmark(name, "removed"):
            self._main.run_worker(self._remove(self._sources[name]), group="dialog")

    async def _remove(self, source: Source) -> None:
        from tuivirt.ui.dialogs.confirm import QuestionDialog

        left = self._main.performer.leaves_behind(source.name)
        closed = "It is open, and is closed." if self._phase(source.name) == "open" else ""
        question = " ".join(
            filter(None, (f"Remove the bookmark {source.name}? Nothing on the host changes.", closed, left))
        )
        sure = await self._main.app.push_screen_wait(
            QuestionDialog("Remove bookmark", question, yes="Remove", danger=True)
        )
        if sure:
            try:
                self._options.bookmarks.remove(source.name)
            except (ValueError, OSError) as error:
                self._main.tell(str(error), severity="error")
                return
            self._reread(None)
            if self._main.listing.scope == source.name:
                self._main.action_back()

    def _save(self, old: str | None, bookmark: Source) -> None:
        try:
            self._options.bookmarks.save(old, bookmark)
        except (ValueError, OSError) as error:
            self._main.tell(str(error), severity="error")
            return
        self._reread(bookmark.name, renamed=old if old != bookmark.name else None)

    def _reread(self, show: str | None, *, renamed: str | None = None) -> None:
        """Take over the sources as they are now; a connection whose URI or mode changed, or that was
        ``renamed`` from another name to ``show``, is opened anew if it was open.
        """
        reopen = renamed is not None and self._phase(renamed) in {"open", "opening", "stale"}
        before, self._sources = self._sources, {s.name: s for s in self._options.bookmarks.sources()}
        for name, old in before.items():
            new = self._sources.get(name)
            if new is None or (new.uri, new.read_only) != (old.uri, old.read_only):
                was_open = self._phase(name) in {"open", "opening", "stale"}
                self._backend.forget(name)
                if new is not None:
                    self._backend.add(name, new.uri, read_only=new.read_only)
                    if was_open:
                        self._backend.connect(name)
        for name in self._sources.keys() - before.keys():
            new = self._sources[name]
            self._backend.add(name, new.uri, read_only=new.read_only)
            if reopen and name == show:
                self._backend.connect(name)
        self._main.connections.set_sources(list(self._sources.values()))
        self._main.connections_line.set_sources(list(self._sources.values()))
        if show is not None:
            self._main.show_scope(show)

    # Actions of a host

    def perform(self, id_: str) -> None:
        """Perform an action on the connection that is shown."""
        name = self._main.listing.scope
        state = self._store.connections.get(name)
        if state is None or state.phase != "open":
            self._main.tell("Choose an open connection first.", severity="warning")
        elif state.read_only:
            self._main.tell(f"{plain(name)}: the connection is read-only", severity="warning")
        else:
            self._main.run_worker(self._perform(id_, name), group="dialog")

    async def _perform(self, id_: str, name: str) -> None:
        action = find_action(id_)
        state = self._store.connections[name]
        params: object | None = None
        if action.params is not None:
            from tuivirt.ui.dialogs.form import FormDialog

            params = await self._main.app.push_screen_wait(FormDialog(action, state, state.uri))
            if params is None:
                return
        command = virsh_line(state.uri, action.command(state, params))
        self._backend.perform(Request(id_, (Order(Key(name, "host", name), name, command),), params))

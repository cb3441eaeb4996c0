"""Bookmarks as the user interface edits them, kept in the user's file."""

from collections.abc import Sequence
from functools import cached_property

from tuivirt.config import paths
from tuivirt.config.bookmarks import Bookmark, BookmarkFile
from tuivirt.config.libvirt_conf import LibvirtConf, libvirt_conf_path, read_libvirt_conf
from tuivirt.core.source import Source


class EditedBookmarks:
    """Implements ``ui.options.Bookmarks``: the bookmarks of the file before the sources from elsewhere."""

    def __init__(self, sources: Sequence[Source], *, writable: bool) -> None:
        self._elsewhere = [source for source in sources if source.source != "bookmark"]
        self._writable = writable
        self._file = BookmarkFile(paths.bookmarks_file())
        if writable:
            self._file.read()

    @cached_property
    def _conf(self) -> LibvirtConf:
        """Read when a bookmark is saved."""
        return read_libvirt_conf(libvirt_conf_path())

    @property
    def refusal(self) -> str:
        """Why none can be added or changed; empty when they can."""
        if self._writable:
            return ""
        return "the demo keeps no bookmarks; start tuivirt without --demo to edit yours"

    def save(self, old_name: str | None, bookmark: Source) -> None:
        """Raises ValueError and OSError with a sentence."""
        self._check()
        kept = Bookmark(
            bookmark.name,
            self._written_uri(old_name, bookmark.uri),
            bookmark.group,
            autoconnect=bookmark.autoconnect,
            read_only=bookmark.read_only,
        )
        if old_name is None:
            self._file.add(kept)
        else:
            self._file.edit(old_name, kept)

    def remove(self, name: str) -> None:
        """Raises ValueError and OSError with a sentence."""
        self._check()
        self._file.remove(name)

    def sources(self) -> list[Source]:
        """All sources as they are now."""
        if not self._writable:
            return self._elsewhere
        bookmarks, _ = self._file.read()
        file = str(paths.bookmarks_file())
        return [
            *(
                Source(
                    b.name,
                    self._conf.resolve(b.uri),
                    "bookmark",
                    file,
                    b.group,
                    autoconnect=b.autoconnect,
                    read_only=b.read_only,
                )
                for b in bookmarks
            ),
            *self._elsewhere,
        ]

    def _written_uri(self, name: str | None, uri: str) -> str:
        """An alias stays an alias unless the user gave another URI."""
        before = next((b.uri for b in self._file.read()[0] if b.name == name), uri)
        return before if self._conf.resolve(before) == uri else uri

    def _check(self) -> None:
        if self.refusal:
            raise ValueError(self.refusal)
